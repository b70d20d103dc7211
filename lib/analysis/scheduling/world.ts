// What a scheduler sees: nodes with their room, and groups of equal pods with their requests.

import type { Taint } from '../../model/cluster/pool';
import type { JsonObject } from '../../model/manifest/json';
import { UNREACHABLE } from '../../model/manifest/well-known';

/** CPU in millicores, memory in bytes, and a number of pods. */
export interface Room {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

/** Kinds of room, in the order in which a lack of them is reported. */
export const RESOURCES = ['cpu', 'memory', 'pods'] as const;

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
  /** The pod's spec, with all other requirements. */
  readonly spec: JsonObject;
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

/** The same nodes in the same order, some with further taints: by default those of a lost node. */
export function tainted(world: World, which: ReadonlySet<Node>, taints: readonly Taint[] = GONE): World {
  const mark = (node: Node): Node => (which.has(node) ? { ...node, taints: [...node.taints, ...taints] } : node);
  return { ...world, nodes: world.nodes.map(mark) };
}
