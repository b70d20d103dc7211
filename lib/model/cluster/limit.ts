// Limits of a provider: figures beyond which it refuses, or must be asked first. The data are in `providers/limits.ts`.

/** What is limited. Nodes include those of an upgrade. */
export type Limited =
  | 'clusters'
  | 'nodes'
  | 'nodesPerPool'
  | 'nodesPerPoolAndZone'
  | 'pools'
  | 'pods'
  | 'podsPerNode'
  | 'targets';

/** Of what a provider counts the clusters. */
export type ClusterOwner = 'subscription' | 'account and region' | 'project and region';

/** One limit. */
export interface ProviderLimit {
  /** What is limited. */
  readonly of: Limited;
  /** The most of it. */
  readonly most: number;
  /** Where the figure is documented. */
  readonly source: string;
  /** Of what the clusters are counted. Mandatory for `clusters`, absent otherwise. */
  readonly per?: ClusterOwner;
  /** What raises it: `a quota from Google`. @default nothing */
  readonly raisedBy?: string;
}

/** What removes nodes that are no longer needed. */
export interface NodeAutoscaler {
  /** For messages: `the cluster autoscaler`. */
  readonly name: string;
  /**
   * Longest that it waits for the pods of a node that it removes, in seconds, by default; what still runs then is killed.
   */
  readonly patienceSeconds: number;
  /** Where the figure is documented. */
  readonly source: string;
  /** What raises it. @default nothing */
  readonly raisedBy?: string;
}
