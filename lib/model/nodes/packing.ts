// Packing: the number of equal nodes that hold a set of pods in any order of scheduling.
import { type Derived, derived, plural, roundDown, roundUp } from '../finding/derivation';

/** Allocatable resources of a node, or requests of a pod: cores, bytes. */
export interface Resources {
  readonly cpu: number;
  readonly memory: number;
  /** Other resources by name, in whole units. @default none */
  readonly extended?: Readonly<Record<string, number>>;
}

/** Room on a node besides the pods that every node runs. */
export interface NodeRoom extends Resources {
  /** Further pods that it takes. */
  readonly pods: number;
}

/** Pods of one size. */
export interface PodGroup extends Resources {
  readonly name: string;
  readonly pods: number;
}

/** Pods of one size that an empty node takes. */
export function podsOnNode(room: NodeRoom, pod: Resources): number {
  const times = (all: number, each: number) => (each === 0 ? Number.POSITIVE_INFINITY : roundDown(all / each));
  const others = Object.entries(pod.extended ?? {}).map(([name, each]) => times(offers(room, name), each));
  return Math.max(0, Math.min(room.pods, times(room.cpu, pod.cpu), times(room.memory, pod.memory), ...others));
}

/** What a node has of a resource. The storage of a node is not counted where its pool does not say it. */
function offers({ extended = {} }: Resources, name: string): number {
  return extended[name] ?? (name === 'ephemeral-storage' ? Number.POSITIVE_INFINITY : 0);
}

/** The nodes that hold the groups if they were packed without a gap: what is scarcest of them decides, and no placement takes fewer. */
export function packedNodes(room: NodeRoom, groups: readonly PodGroup[]): Derived {
  const total = (each: (group: PodGroup) => number) => groups.reduce((sum, group) => sum + group.pods * each(group), 0);
  const shares = [
    ['CPU', total(({ cpu }) => cpu) / room.cpu],
    ['memory', total(({ memory }) => memory) / room.memory],
    ['pods', total(() => 1) / room.pods],
  ] as const;
  const [scarcest = ['CPU', 0] as const] = [...shares].sort(([, a], [, b]) => b - a);
  const nodes = roundUp(scarcest[1]);
  return derived(nodes, `the ${scarcest[0]} of ${plural(nodes, 'node')}`);
}

/**
 * The nodes that hold the groups in any placement: the scheduler spreads, an autoscaler orders a node only where a pod fits on
 * none, and neither ever repacks. The fewest nodes of a perfect packing would leave pods waiting at the limit of a pool.
 *
 * A node refuses a pod of w when its CPU in use is above C − w, its memory above M − w, or its pods at P. Each pod contributes at
 * most f = max(cpu ÷ (C − w), memory ÷ (M − w), 1 ÷ P) to that, and never more than 1; so all the others can make at most Σ f nodes
 * refuse, and on one more it fits. Of pods of one size, across all workloads, ⌊node ÷ pod⌋ fit on each, which is exact.
 *
 * Monotonic: more pods never need fewer nodes. The caller must refuse a pod that does not fit on an empty node.
 */
export function nodesFor(room: NodeRoom, groups: readonly PodGroup[]): Derived {
  const present = groups.filter(({ pods }) => pods > 0);
  const [first, ...others] = present;
  if (first === undefined) return derived(0, 'no pods, no nodes');
  const isAlike = ({ cpu, memory, extended }: PodGroup) =>
    cpu === first.cpu &&
    memory === first.memory &&
    JSON.stringify(extended ?? {}) === JSON.stringify(first.extended ?? {});
  if (others.every(isAlike)) {
    const each = podsOnNode(room, first);
    const pods = present.reduce((sum, group) => sum + group.pods, 0);
    const nodes = Math.ceil(pods / each);
    const names = present.map(({ name }) => name).join(', ');
    return derived(nodes, `${plural(pods, 'pod')} of ${names}, ${each} on a node: ${plural(nodes, 'node')}`);
  }
  const [worst = { name: '', refusing: 0 }] = present
    .map((last) => ({ name: last.name, refusing: refusingNodes(room, last, present) }))
    .sort((a, b) => b.refusing - a.refusing);
  const nodes = worst.refusing + 1;
  const parts = present.map(({ name, pods }) => `${name} ${pods}`).join(', ');
  return derived(
    nodes,
    `of ${parts}, the others can block the last of ${worst.name} on at most ${plural(worst.refusing, 'node')}: ${plural(nodes, 'node')}`,
  );
}

/** The most nodes that the other pods can fill so that the last pod of `last` does not fit. */
function refusingNodes(room: NodeRoom, last: PodGroup, groups: readonly PodGroup[]): number {
  const sum = groups.reduce((total, group) => total + group.pods * refusalShare(room, last, group), 0);
  return roundDown(sum - refusalShare(room, last, last));
}

/** The most that one pod contributes to a node of this size refusing a pod of `last`. */
export function refusalShare(room: NodeRoom, last: Resources, pod: Resources): number {
  const others = Object.keys(last.extended ?? {}).map((name) =>
    part(pod.extended?.[name] ?? 0, offers(room, name) - (last.extended?.[name] ?? 0)),
  );
  const basic = [part(pod.cpu, room.cpu - last.cpu), part(pod.memory, room.memory - last.memory), 1 / room.pods];
  return Math.min(1, Math.max(...basic, ...others));
}

/** Where `last` needs the whole node, any other pod blocks it. */
function part(taken: number, left: number): number {
  if (taken === 0) return 0;
  return left <= 0 ? 1 : taken / left;
}

/**
 * The most pods of a workload in one zone: each revision is spread as evenly as possible, so each may have its extra pod
 * in the same zone.
 *
 * Source: kubernetes.io, "Pod Topology Spread Constraints", maxSkew 1 and matchLabelKeys.
 */
export function podsInZone(pods: number, zones: number, revisions: number): number {
  return pods <= revisions ? pods : Math.floor((pods - revisions) / zones) + revisions;
}
