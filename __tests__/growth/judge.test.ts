// A row holds where every measure and every function is linear, and what is not is named with its counts.
import { type Counts, growthOf, type Steep } from './support/growth';
import { faster } from './support/judge';

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

test('a linear row holds', () => {
  expect(faster(grown(LINEAR))).toEqual([]);
});

test('a square is named with its counts', () => {
  expect(faster(grown(SQUARE))).toEqual(['visits 100, 400, 1600: ratio 16.00, step 4.00 is more than linear']);
});

test('a single function is named, though all calls together are linear', () => {
  expect(faster(grown(LINEAR, PAIRS))).toEqual(['lib/pairs.ts each 100, 400, 1600: step 4.00']);
});
