// What grows faster than linear today. A number may fall and may not rise; what has become linear leaves the list.
import type { Measure } from './support/growth';

/** What a row may reach, where it is more than linear: the ratio and the step of each such measure. */
export interface Known extends Readonly<Partial<Record<Measure, readonly [ratio: number, step: number]>>> {
  /** How many functions grow faster than linear, in a row whose calls are linear as a whole. */
  readonly steep?: number;
}

/** By row: `verb | what grows`. */
export const KNOWN: Readonly<Record<string, Known>> = {
  // Each pair of workloads is asked about the peers of both (`allowedBetween`, lib/analysis/network/policies.ts).
  'connections | components of a system': { calls: [5, 2.16] },
  // The picture asks each workload about each policy of its namespace, too (`servicesOf`, lib/analysis/picture/drawn-connections.ts).
  'picture | components of a system': { steep: 7 },
};
