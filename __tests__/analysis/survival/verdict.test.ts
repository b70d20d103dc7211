// Verdicts follow from the pods left at once, those placed after recovery, and those needed.
import { judge, type Numbers, type Refused, range, verdictOf } from '../../../lib/analysis/survival/verdict';

const numbers = (needed: number, left: readonly [number, number], placed: readonly [number, number]): Numbers => ({
  wanted: 4,
  needed,
  left: { fewest: left[0], most: left[1] },
  placed: { fewest: placed[0], most: placed[1] },
});

test.each([
  ['holds', numbers(3, [3, 4], [4, 4])],
  ['degraded', numbers(3, [1, 2], [4, 4])],
  ['degraded', numbers(3, [3, 3], [3, 4])],
  ['depends on scheduling order', numbers(3, [2, 3], [4, 4])],
  ['depends on scheduling order', numbers(3, [0, 2], [4, 4])],
  ['depends on scheduling order', numbers(3, [3, 3], [2, 4])],
  ['fails', numbers(3, [0, 0], [4, 4])],
  ['fails', numbers(3, [3, 3], [1, 2])],
  ['degraded', { ...numbers(3, [3, 4], [4, 4]), unchangeable: 'the control plane is lost' }],
  ['fails', { ...numbers(3, [0, 0], [4, 4]), unchangeable: 'the control plane is lost' }],
  ['holds', { ...numbers(0, [0, 0], [0, 0]), wanted: 0 }],
] as const)('%s: %j', (verdict, given) => {
  expect(verdictOf(given)).toBe(verdict);
});

test('survived: serves all the time and recovers, in any scheduling order', () => {
  const survives = (given: Numbers, refused = false) => judge('web', 'steady', given, [], undefined, refused).survives;
  expect(survives(numbers(3, [1, 3], [3, 4]))).toBe(true);
  expect(survives(numbers(3, [0, 3], [4, 4]))).toBe(false);
  expect(survives(numbers(3, [3, 3], [2, 4]))).toBe(false);
  expect(survives(numbers(3, [4, 4], [4, 4]), true)).toBe(false);
});

test('refused, in all orders or in some', () => {
  const verdict = (given: Numbers, refused: Refused) => judge('web', 'steady', given, [], undefined, refused).verdict;
  expect(verdict(numbers(3, [4, 4], [4, 4]), true)).toBe('fails');
  expect(verdict(numbers(3, [4, 4], [4, 4]), 'in some orders')).toBe('depends on scheduling order');
  expect(verdict(numbers(3, [0, 0], [4, 4]), 'in some orders')).toBe('fails');
  expect(judge('web', 'steady', numbers(3, [4, 4], [4, 4]), [], undefined, 'in some orders').survives).toBe(false);
});

test('by how much', () => {
  expect(judge('web', 'steady', numbers(4, [1, 1], [4, 4]), [], undefined).missing).toBe(0.75);
  expect(judge('web', 'steady', numbers(2, [2, 3], [4, 4]), [], undefined).missing).toBe(0);
  expect(range({ fewest: 1, most: 3 })).toBe('1–3');
});
