// Limits of a provider: figures beyond which it refuses, or must be asked first. The data are in `providers/limits.ts`.

/** What is limited. Nodes include those of an upgrade. */
export type Limited = 'nodes' | 'nodesPerPool' | 'nodesPerPoolAndZone' | 'pools' | 'pods' | 'podsPerNode' | 'targets';

/** One limit. */
export interface ProviderLimit {
  /** What is limited. */
  readonly of: Limited;
  /** The most of it. */
  readonly most: number;
  /** Where the figure is documented. */
  readonly source: string;
  /** What raises it: `a quota from Google`. @default nothing */
  readonly raisedBy?: string;
}
