// Text order: by code unit, and stable for equal texts.
import { compareKeys, compareText } from '../../../lib/model/manifest/text';

test('by code unit: capitals first, and no locale moves an umlaut', () => {
  expect(['b', 'ä', 'a', 'B', '', 'a'].sort(compareText)).toEqual(['', 'B', 'a', 'a', 'b', 'ä']);
  expect(compareText('a', 'a')).toBe(0);
});

test('entries by their keys alone', () => {
  const entries = [
    ['b', 1],
    ['a', 2],
    ['b', 0],
  ] as const;
  expect(entries.toSorted(compareKeys)).toEqual([
    ['a', 2],
    ['b', 1],
    ['b', 0],
  ]);
});
