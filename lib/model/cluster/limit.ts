// What a provider allows: figures beyond which it refuses, or has to be asked first. The data lie in `providers/limits.ts`.

/** What there may be only so much of. Nodes count those of an upgrade. */
export type Limited = 'nodes' | 'nodesPerPool' | 'nodesPerPoolAndZone' | 'pools' | 'pods' | 'podsPerNode' | 'targets';

/** One limit. */
export interface ProviderLimit {
  readonly of: Limited;
  readonly most: number;
  /** Where it is written. */
  readonly source: string;
  /** What raises it: `a quota from Google`. @default nothing */
  readonly raisedBy?: string;
}
