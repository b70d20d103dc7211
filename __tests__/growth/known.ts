// What grows faster than linear today. A number may fall and may not rise; what has become linear leaves the list.
import type { Measure } from './support/growth';

/** What a row may reach, where it is more than linear: the ratio and the step of each such measure. */
export interface Known extends Readonly<Partial<Record<Measure, readonly [ratio: number, step: number]>>> {
  /** How many functions grow faster than linear, in a row whose calls are linear as a whole. */
  readonly steep?: number;
}

/** By row: `verb | what grows`. */
export const KNOWN: Readonly<Record<string, Known>> = {
  // The check of promises places each workload beside all others (`GroupIndex`, lib/analysis/scheduling/groups.ts).
  'synth | components of a system': { placements: [5.2, 2.52], steep: 8 },
  'check | components of a system': { steep: 5 },
  'prove | components of a system': { steep: 6 },
  'prove | systems on a cluster': { calls: [5.1, 2.5], placements: [8.8, 3.35] },
  'prove | environments of a system': { calls: [5.1, 2.5], placements: [8.8, 3.35] },
  // Each cluster looks through the whole tree for its systems (lib/constructs/platform/nodes.ts); the promises come on top.
  'synth | systems on a cluster': { visits: [5.02, 2.52], steep: 8 },
  'synth | environments of a system': { visits: [5.02, 2.52], steep: 8 },
  'synth | clusters of a system': { visits: [6.23, 2.83], steep: 5 },
  'check | systems on a cluster': { visits: [5.02, 2.52], steep: 8 },
  'plan | clusters of a system': { visits: [7.86, 3.21], steep: 3 },
  // Each override looks through all keys beside its own for one that no type knows (lib/synth/object/unchecked.ts).
  'synth | overrides of an object': { steep: 1 },
  // Each workload is asked about each policy of its namespace (`sideOf`, lib/analysis/network/policies.ts).
  'connections | components of a system': { calls: [6.03, 2.41] },
  // Each step of a move says the share of each cluster.
  'move | clusters of a system': { steep: 1 },
  // Each cell of the table looks through all deviations (lib/commands/compare-providers.ts).
  'providers | systems on a cluster': { steep: 5 },
  'providers | environments of a system': { steep: 5 },
  'providers | clusters of a system': { steep: 6 },
  // Each environment but the first builds the whole platform again (lib/commands/compare-environments.ts).
  'environments | environments of a system': {
    calls: [14.74, 3.76],
    placements: [16, 4],
    rules: [13.73, 3.86],
    visits: [12.99, 3.83],
  },
  // Each region is asked what it has left when each other one is lost.
  'prove | clusters of a system': { steep: 5 },
};
