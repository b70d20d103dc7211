// What a scheduler has before it: nodes with what they offer, and groups of equal pods with what they ask for.

import type { Taint } from '../../model/cluster/pool';
import type { JsonObject } from '../../model/manifest/json';
import { UNREACHABLE } from '../../model/manifest/well-known';

/** CPU in millicores, memory in bytes, and a number of pods. */
export interface Room {
  readonly cpu: number;
  readonly memory: number;
  readonly pods: number;
}

/** Kinds of room, in the order in which a lack of them is told. */
export const RESOURCES = ['cpu', 'memory', 'pods'] as const;

/** A node. Its room is what pods can have of it. */
export interface Node extends Room {
  readonly name: string;
  readonly labels: JsonObject;
  readonly taints: readonly Taint[];
}

/** Pods that are equal in everything a scheduler looks at: those of one revision of a workload. Each takes one place of `pods`. */
export interface PodGroup extends Room {
  readonly name: string;
  readonly namespace: string;
  readonly labels: JsonObject;
  /** How many there are to be. */
  readonly wanted: number;
  readonly priority: number;
  /** Whether it may have pods of lower priority removed. */
  readonly preempts: boolean;
  /** Whether others come in place of those whose node is lost. */
  readonly returns: boolean;
  /** The pod's spec, which holds what else it asks for. */
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

/** What the node controller marks a node with that it has given up. Source: kubernetes.io, "Taints and Tolerations". */
const GONE: readonly Taint[] = [
  { key: UNREACHABLE, effect: 'NoSchedule' },
  { key: UNREACHABLE, effect: 'NoExecute' },
];

/** The same nodes in the same order, some of which bear further taints. By default those of a node that is lost. */
export function tainted(world: World, which: ReadonlySet<Node>, taints: readonly Taint[] = GONE): World {
  const mark = (node: Node): Node => (which.has(node) ? { ...node, taints: [...node.taints, ...taints] } : node);
  return { ...world, nodes: world.nodes.map(mark) };
}
