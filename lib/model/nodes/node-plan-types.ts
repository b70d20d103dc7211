// A plan of nodes: pools, addresses and load-balancer targets, each number with the sentence that derives it.
import type { AddressRange } from '../cluster/network';
import type { Derived } from '../finding/derivation';

/** Nodes of one pool in each zone; in the whole cluster, where it declares no zones. */
export interface PoolPlan {
  /** Name of the pool. */
  readonly name: string;
  /** Pods per node, limited by the pool and the network mode. */
  readonly podsPerNode: Derived;
  /** At the lowest load, with the headroom. */
  readonly offPeak: Derived;
  /** At peak, with the headroom. */
  readonly peak: Derived;
  /** At peak over all zones, if pods and headroom were packed without a gap: no placement takes fewer. */
  readonly packedAtPeak: Derived;
  /** During a rollout at the maximum. Headroom gives way. */
  readonly rollout: Derived;
  /** At peak in the zones left after the promised loss. Headroom gives way. */
  readonly afterLoss: Derived;
  /** The most at any time, including a rollout after the loss. */
  readonly most: Derived;
  /** Most nodes over all zones: the larger of the pool's maximum and the need. */
  readonly nodes: Derived;
  /** Additional nodes during an upgrade of the pool, over all zones. */
  readonly surge: Derived;
}

/** The targets of a load balancer. */
export interface TargetsPlan {
  /** Name of the exposed workload. */
  readonly name: string;
  /** Targets that its load balancer registers. */
  readonly targets: Derived;
}

/** The least and the most of something. */
export interface Span {
  /** The least. */
  readonly least: number;
  /** The most. */
  readonly most: number;
}

/** What the nodes of a pool cost in a month of 730 hours at one load. A real month is in between. */
export interface NodeCost {
  /** Name of the pool. */
  readonly pool: string;
  /** The load: the lowest, the peak with its headroom, or from the peak to as many nodes as the pool allows. */
  readonly load: 'off peak' | 'at peak' | 'after growth';
  /** Nodes over all zones. */
  readonly nodes: Span;
  /** Hours of all nodes together. */
  readonly nodeHours: Span;
  /** Cost in the currency. */
  readonly cost: Span;
  /** Currency of the pool's prices. */
  readonly currency: string;
  /** The sentence that derives them. */
  readonly because: string;
}

/** The plan of one cluster. Each number comes with the sentence that derives it. */
export interface ProviderPlan {
  /** `Azure CNI overlay`. */
  readonly mode: string;
  /** Nodes of each pool. */
  readonly pools: readonly PoolPlan[];
  /** Fewest nodes of the cluster. */
  readonly fewest: Derived;
  /** Most nodes of the cluster, including those of an upgrade of every pool. */
  readonly nodes: Derived;
  /** Most pods of the cluster: workloads, headroom, and DaemonSets. */
  readonly pods: Derived;
  /** Ranges of addresses, each with the size that it needs. */
  readonly ranges: readonly AddressRange[];
  /** Load-balancer targets of each exposure. */
  readonly targets: readonly TargetsPlan[];
  /** Costs of the pools that have prices; empty without any. */
  readonly costs: readonly NodeCost[];
}
