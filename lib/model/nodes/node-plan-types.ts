// What a plan of nodes says: pools, addresses and load-balancer targets, each number with the sentence that derives it.
import type { AddressRange } from '../cluster/network';
import type { Derived } from '../finding/derivation';

/** Nodes of one pool in each zone; in the whole cluster, where it declares no zones. */
export interface PoolPlan {
  readonly name: string;
  /** Pods that a node takes, as the pool says and the network mode allows. */
  readonly podsPerNode: Derived;
  /** When fewest people are there, with the headroom. */
  readonly offPeak: Derived;
  /** At peak, with the headroom. */
  readonly peak: Derived;
  /** While a release rolls at its maximum. Headroom gives way. */
  readonly rollout: Derived;
  /** At peak in what is left after the promised loss. Headroom gives way. */
  readonly afterLoss: Derived;
  /** The most that is needed at any time: a release that rolls in what is left after the loss included. */
  readonly most: Derived;
  /** Most nodes over all zones: what the pool may have, or what is needed, if that is more. */
  readonly nodes: Derived;
  /** Nodes more while the pool is upgraded, over all zones. */
  readonly surge: Derived;
}

/** What a load balancer sends to. */
export interface TargetsPlan {
  readonly name: string;
  readonly targets: Derived;
}

/** The plan of one cluster. Each number with the sentence that derives it. */
export interface ProviderPlan {
  /** `Azure CNI overlay`. */
  readonly mode: string;
  readonly pools: readonly PoolPlan[];
  /** Fewest nodes of the cluster. */
  readonly fewest: Derived;
  /** Most nodes of the cluster, those of an upgrade of every pool included. */
  readonly nodes: Derived;
  /** Most pods of the cluster: workloads, headroom, and what every node runs. */
  readonly pods: Derived;
  readonly ranges: readonly AddressRange[];
  readonly targets: readonly TargetsPlan[];
}
