// A pool of nodes: machines of one size, their number, and the headroom on them.

/** The network of a machine. Source: EC2 user guide, "IP addresses per network interface per instance type". */
export interface Machine {
  /** Network interfaces that it may have. */
  readonly interfaces: number;
  /** IPv4 addresses of an interface, including its own. */
  readonly addressesPerInterface: number;
  /** Virtual CPUs, including what the system reserves. */
  readonly cores: number;
}

/** Room that pods of low priority hold until others need it: `deriveHeadroom` sizes it. */
export interface Headroom {
  /** Pods over all zones. */
  readonly pods: number;
  /** CPU request of each, as a quantity. */
  readonly cpu: string;
  /** Memory request of each, as a quantity. */
  readonly memory: string;
  /** Image that does nothing. @default `registry.k8s.io/pause:3.10`, Kubernetes' own */
  readonly image?: string;
}

/** Repels pods that do not tolerate it. `PreferNoSchedule` forbids nothing and is left out. */
export interface Taint {
  /** Key of the taint. */
  readonly key: string;
  /** Its value. @default none */
  readonly value?: string;
  /** `NoSchedule` refuses new pods, `NoExecute` also evicts running ones. */
  readonly effect: 'NoSchedule' | 'NoExecute';
}

/** How many nodes there are. */
export interface NodeBounds {
  /** Nodes that always run. */
  readonly min: number;
  /** Nodes that may be ordered, those included. */
  readonly max: number;
}

/** What the nodes of a pool cost. */
export interface NodePrices {
  /** Currency by its code of ISO 4217: `EUR`. The same for all pools of a cluster. */
  readonly currency: string;
  /** Price of one node for an hour, with its disk and licences. */
  readonly nodeHour: number;
}

/** Nodes of one size. Allocatable is what pods can have: less than the machine has. */
export interface NodePool {
  /** Name of the pool, as in the provider's node label. */
  readonly name: string;
  /** Allocatable CPU of a node as a quantity: `3920m`. */
  readonly cpu: string;
  /** Allocatable memory of a node as a quantity: `14Gi`. */
  readonly memory: string;
  /** Pods per node, including those of DaemonSets. */
  readonly pods: number;
  /**
   * Fewest and most nodes in each zone; in the whole cluster, where it declares no zones. Or by zone, where they differ:
   * `{ 'ap-south-1a': { min: 2, max: 4 }, … }`; a zone that is left out has none.
   */
  readonly nodesPerZone: NodeBounds | Readonly<Record<string, NodeBounds>>;
  /**
   * What else a node has for its pods, each as a quantity: `{ 'nvidia.com/gpu': '1' }`, `ephemeral-storage`, `hugepages-2Mi`.
   * @default none: a pod that requests such a resource finds no node. The room of `ephemeral-storage` is then unknown, and not counted
   */
  readonly resources?: Readonly<Record<string, string>>;
  /**
   * Labels of the nodes that pods may require, such as `{ 'kubernetes.io/arch': 'arm64' }`. Host name, zone, region and the pool's
   * name are known.
   * @default only those, `kubernetes.io/os: linux` and `kubernetes.io/arch: amd64`: a pod that requires another finds no node
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** Taints of the nodes. @default none */
  readonly taints?: readonly Taint[];
  /** @default unknown: a provider whose pods use addresses of the machine cannot be planned */
  readonly machine?: Machine;
  /**
   * Nodes of the pool that an upgrade replaces at once: a count, or a percentage such as `33%`. Max surge on AKS and, in each
   * zone, on GKE; max unavailable on EKS.
   * @default the provider's default
   */
  readonly upgradesAtOnce?: number | `${number}%`;
  /** @default none: new pods wait for a node that is ordered when they appear */
  readonly headroom?: Headroom;
  /** What its nodes cost, for the plan. @default unknown: the plan has no costs of this pool */
  readonly prices?: NodePrices;
}
