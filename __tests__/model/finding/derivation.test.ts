// Numbers for a plan: rounding, checks, and how fast an autoscaler scales up.

import { checkNumber, roundDown, roundUp, show } from '../../../lib/model/finding/derivation';
import { syncsToGrow } from '../../../lib/model/pods/autoscaler';

test('rounding errors do not change a number', () => {
  expect([roundUp(10 + 1e-12), roundUp(10.01), roundDown(10 - 1e-12), roundDown(9.99)]).toEqual([10, 11, 10, 9]);
});

test('a sentence shows four significant digits, or all before the decimal point', () => {
  expect([36, 23.0769, 0.000123456, 12_345.6].map(show)).toEqual(['36', '23.08', '0.0001235', '12346']);
});

test.each<[unknown, object, string, string]>([
  [Number.NaN, { value: 'NaN' }, 'pods cannot be NaN', 'a number, at least 0'],
  [Infinity, { value: 'Infinity' }, 'pods cannot be Infinity', 'a number, at least 0'],
  [-1, { value: -1 }, 'pods cannot be -1', 'a number, at least 0'],
  [2e9, { value: 2e9 }, 'pods cannot be 2000000000', 'a number, at least 0 and at most 1000000000'],
  ['8', { value: '8' }, 'pods must be a number, not the text "8"', 'a number, at least 0'],
  [null, { value: 'null' }, 'pods must be a number', 'a number, at least 0'],
  [undefined, {}, 'pods is required', 'a number, at least 0'],
])('%p is refused with a printable value', (value, printed, message, expected) => {
  expect(checkNumber('pods', value, { atLeast: 0 })).toEqual([{ field: 'pods', ...printed, message, expected }]);
});

test('an autoscaler follows its metric, within its allowed rate', () => {
  // 1, 5, 10, 20, 40, 80, 100.
  expect(syncsToGrow(1, 100, 10)).toBe(6);
  expect(syncsToGrow(2, 24, 1.5)).toBe(6);
  expect(syncsToGrow(0, 1, 2)).toBe(0);
});
