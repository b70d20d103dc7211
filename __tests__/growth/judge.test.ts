// The list of known growth holds both ways: nothing gets worse, and nothing stays listed that has become linear.
import { type Counts, growthOf, type Steep } from './support/growth';
import { surpassing } from './support/judge';

const LINEAR: Counts = [10, 20, 40];
const SQUARE: Counts = [100, 400, 1600];

/** A row of which only the visits and the functions differ. */
const grown = (visits: Counts, ...steep: readonly Steep[]) => ({
  measures: {
    calls: growthOf(LINEAR),
    rules: growthOf(LINEAR),
    placements: growthOf([0, 0, 0]),
    visits: growthOf(visits),
  },
  steep,
});

const PAIRS: Steep = { name: 'lib/pairs.ts each', ...growthOf(SQUARE) };

test('a linear row that is not listed holds', () => {
  expect(surpassing(grown(LINEAR), undefined)).toEqual([]);
});

test('a square that is not listed is named with its counts', () => {
  expect(surpassing(grown(SQUARE), undefined)).toEqual([
    'visits 100, 400, 1600: ratio 16.00, step 4.00 is more than linear',
  ]);
});

test('a single function that is not listed is named, though all calls together are linear', () => {
  expect(surpassing(grown(LINEAR, PAIRS), undefined)).toEqual([
    'functions that grow faster than linear: 1, of which the list has 0',
    '  lib/pairs.ts each 100, 400, 1600: step 4.00',
  ]);
});

test('listed growth is accepted up to its numbers', () => {
  expect(surpassing(grown(SQUARE, PAIRS), { visits: [16, 4], steep: 1 })).toEqual([]);
  expect(surpassing(grown(SQUARE), { visits: [15, 4] })).toEqual([
    'visits 100, 400, 1600: ratio 16.00, step 4.00 is more than the list has, ratio 15, step 4',
  ]);
  expect(surpassing(grown(SQUARE), { visits: [16, 3.5] })).toHaveLength(1);
});

test('what has become linear must leave the list', () => {
  expect(surpassing(grown(LINEAR), { visits: [16, 4], steep: 1 })).toEqual([
    'visits 10, 20, 40: ratio 4.00, step 2.00 is linear now: take visits from the list',
    'no function grows faster than linear now: take steep from the list',
  ]);
});
