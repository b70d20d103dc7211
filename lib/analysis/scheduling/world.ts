// What a scheduler sees: nodes with their room, and groups of equal pods with their requests.

import type { Taint } from '../../model/cluster/pool';
import type { JsonObject } from '../../model/manifest/json';
import { UNREACHABLE } from '../../model/manifest/well-known';

/** CPU in millicores, memory in bytes, and a number of pods. */
export interface Room {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
  /** Other resources by name, in whole units: devices, bytes. @default none */
  readonly extended?: Readonly<Record<string, number>>;
}

/** The kinds of room that every node has, in the order in which a lack of them is reported. */
const BASIC = ['cpu', 'memory', 'pods'] as const;

/** All kinds of room that pods of these groups request. */
export function resourcesOf(groups: readonly Room[]): readonly string[] {
  const names = new Set<string>();
  for (const { extended } of groups) for (const name of Object.keys(extended ?? NOTHING)) names.add(name);
  return names.size === 0 ? BASIC : [...BASIC, ...[...names].sort()];
}

const NOTHING: Readonly<Record<string, number>> = {};

/** What a pod requests of a resource. */
export function requested({ cpu, memory, pods, extended }: Room, resource: string): number {
  if (resource === 'cpu') return cpu;
  if (resource === 'memory') return memory;
  return resource === 'pods' ? pods : (extended?.[resource] ?? 0);
}

/** Counted only where a pool says it: kubelets report it, and few know the figure. */
const EPHEMERAL_STORAGE = 'ephemeral-storage';

/** What a node has of a resource. A node without limits has any of it. */
export function offered(node: Room, resource: string): number {
  if (resource === 'cpu') return node.cpu;
  if (resource === 'memory') return node.memory;
  if (resource === 'pods') return node.pods;
  return node.extended?.[resource] ?? (node.cpu === Infinity || resource === EPHEMERAL_STORAGE ? Infinity : 0);
}

/** A node. Its room is what pods can use. */
export interface Node extends Room {
  readonly name: string;
  readonly labels: JsonObject;
  readonly taints: readonly Taint[];
}

/** Pods that are equal in everything a scheduler looks at: those of one revision of a workload. Each takes one of the node's `pods`. */
export interface PodGroup extends Room {
  readonly name: string;
  readonly namespace: string;
  readonly labels: JsonObject;
  /** How many there should be. */
  readonly wanted: number;
  readonly priority: number;
  /** Whether it can preempt pods of lower priority. */
  readonly preempts: boolean;
  /** Whether pods on a lost node are replaced. */
  readonly returns: boolean;
  /** Whether evicted pods are replaced, their node being alive. @default as those of a lost node */
  readonly returnsEvicted?: boolean;
  /** The pod's spec, with all other requirements. */
  readonly spec: JsonObject;
  /** What its volumes require of nodes: each a `nodeAffinity` of which the node must meet all. @default nothing */
  readonly volumeNodes?: readonly JsonObject[];
  /**
   * The label whose value a pod keeps for as long as its volume exists: that of the zone, or of the node.
   * @default none: a pod may be replaced on any node
   */
  readonly boundTo?: string;
}

export interface World {
  readonly nodes: readonly Node[];
  readonly groups: readonly PodGroup[];
  /** Labels of a namespace, which affinity terms may select by. */
  readonly namespaceLabels: (name: string) => JsonObject;
}

/** From the fewest to the most, both included. */
export interface Interval {
  readonly fewest: number;
  readonly most: number;
}

/** The taints that the node controller gives to an unreachable node. Source: kubernetes.io, "Taints and Tolerations". */
const GONE: readonly Taint[] = [
  { key: UNREACHABLE, effect: 'NoSchedule' },
  { key: UNREACHABLE, effect: 'NoExecute' },
];

/** Nodes fail, or they are drained: then every pod is evicted, and replaced by its controller. */
export type Departure = 'lost' | 'drained';

/** The taint of a cordoned node. Source: kubernetes.io, "Taints and Tolerations". */
const CORDONED: readonly Taint[] = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];

/** The same world, some of its nodes with the taints of nodes that go. */
export function departing(world: World, which: ReadonlySet<Node>, how: Departure): World {
  return tainted(world, which, how === 'lost' ? GONE : CORDONED);
}

/** Whether pods of a group are replaced when their node goes. */
export function isReplaced({ returns, returnsEvicted = returns }: PodGroup, how: Departure): boolean {
  return how === 'lost' ? returns : returnsEvicted;
}

/** The same nodes in the same order, some with further taints: by default those of a lost node. */
export function tainted(world: World, which: ReadonlySet<Node>, taints: readonly Taint[] = GONE): World {
  const mark = (node: Node): Node => (which.has(node) ? { ...node, taints: [...node.taints, ...taints] } : node);
  return { ...world, nodes: world.nodes.map(mark) };
}
