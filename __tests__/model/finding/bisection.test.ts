// Bisection: the same answer as a linear search from below, in logarithmically many steps.
import { smallestWith } from '../../../lib/model/finding/bisection';

test('finds the first number that has the property, anywhere in the range', () => {
  for (let high = 0; high <= 40; high++) {
    for (let begin = 0; begin <= high + 2; begin++) {
      expect([high, begin, smallestWith(0, high, (number) => number >= begin)]).toEqual([
        high,
        begin,
        Math.min(begin, high),
      ]);
    }
  }
});

test('tests logarithmically many numbers, and never the upper bound', () => {
  const asked: number[] = [];
  const holds = (number: number) => {
    asked.push(number);
    return number >= 700_000;
  };
  expect(smallestWith(1, 1_000_000, holds)).toBe(700_000);
  expect(asked.length).toBeLessThanOrEqual(20);
  expect(asked).not.toContain(1_000_000);
  expect(smallestWith(1, 0, () => true)).toBe(1);
});
