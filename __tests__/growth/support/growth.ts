// How calls grow with the input: from the counts at 1, 2 and 4 times its size to what is linear, and what grows faster.
import type { Calls } from './calls';

/** Counts at 1, 2 and 4 times the size. */
export type Counts = readonly [one: number, two: number, four: number];

/** Calls of each function at 1, 2 and 4 times the size. */
export type Runs = readonly [Calls, Calls, Calls];

/** The things counted: all functions of the product; rules; steps of placing pods; visited constructs. */
export const MEASURES = {
  calls: 'lib/',
  rules: 'lib/checks/',
  placements: 'lib/analysis/scheduling/',
  visits: 'constructs ',
} as const;

export type Measure = keyof typeof MEASURES;

/** How one measure grows. */
export interface Growth {
  readonly counts: Counts;
  /** Count at 4 times the size ÷ count at its size: 4 where it is in proportion, 16 where it is its square. */
  readonly ratio: number;
  /** What the second doubling adds ÷ what the first one adds: 2 if linear, regardless of fixed cost; 4 if quadratic. */
  readonly step: number;
}

/** A function whose calls grow faster than linear. */
export interface Steep extends Growth {
  readonly name: string;
}

/** How everything grows in one row. */
export interface Grown {
  readonly measures: Readonly<Record<Measure, Growth>>;
  /** Functions that grow faster than linear, the most called first. */
  readonly steep: readonly Steep[];
}

/** What still is linear. A part of the calls may grow as `n log n`: those that compare while something is sorted. */
const LINEAR = { ratio: 4.4, step: 2.25 } as const;

/**
 * A function that grows faster than linear. One that does nothing but compare for a sort has a step of 2.5 from 4 to 16 items.
 * Fewer calls, or fewer than twice as many for 4 times the input, say nothing.
 */
const STEEP = { step: 2.5, ratio: 2, calls: 100 } as const;

/**
 * Whether this is linear. Where no doubling adds more than twice what the one before it added, the ratio does not matter; where
 * both add fewer than a hundred calls, neither does the step.
 */
export function isLinear({ counts: [one, , four], ratio, step }: Growth): boolean {
  return step <= 2 || four - one < STEEP.calls || (ratio <= LINEAR.ratio && step <= LINEAR.step);
}

/** How these counts grow. What does not change is linear. */
export function growthOf(counts: Counts): Growth {
  const [one, two, four] = counts;
  const [first, second] = [two - one, four - two];
  return { counts, ratio: one === 0 ? quotient(four, 1) : four / one, step: second <= 0 ? 0 : quotient(second, first) };
}

const quotient = (a: number, b: number): number => a / Math.max(1, b);

/** How the calls of each measure and of each function grow. */
export function grownIn(runs: Runs): Grown {
  const of = (count: (calls: Calls) => number): Growth => {
    const [one, two, four] = runs;
    return growthOf([count(one), count(two), count(four)]);
  };
  const below = (prefix: string) =>
    of((calls) => [...calls].reduce((sum, [name, count]) => (name.startsWith(prefix) ? sum + count : sum), 0));
  return {
    measures: {
      calls: below(MEASURES.calls),
      rules: below(MEASURES.rules),
      placements: below(MEASURES.placements),
      visits: below(MEASURES.visits),
    },
    steep: [...runs[2].keys()]
      .map((name) => ({ name, ...of((calls) => calls.get(name) ?? 0) }))
      .filter(({ step, ratio, counts }) => step > STEEP.step && ratio > STEEP.ratio && counts[2] >= STEEP.calls)
      .sort((a, b) => b.counts[2] - a.counts[2]),
  };
}

/** `calls` minus those of `other`, function by function. */
export function without(calls: Calls, other: Calls): Calls {
  return new Map([...calls].map(([name, count]) => [name, Math.max(0, count - (other.get(name) ?? 0))]));
}
