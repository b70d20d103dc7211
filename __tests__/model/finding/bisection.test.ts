// Bisection: the answer of a plain search from below, in a logarithm of its questions.
import { smallestWith } from '../../../lib/model/finding/bisection';

test('it finds where the property begins, wherever that is', () => {
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

test('it asks neither for the end nor for more than a logarithm of numbers', () => {
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
