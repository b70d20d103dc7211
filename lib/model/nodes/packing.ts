// Packing: how many equal nodes carry a set of pods in whatever order the scheduler comes to place them.
import { type Derived, derived, plural, roundDown } from '../finding/derivation';

/** What pods can have of a node, and what one of them requests: cores, bytes. */
export interface Resources {
  readonly cpu: number;
  readonly memory: number;
}

/** What is left of a node beside the pods that every node runs. */
export interface NodeRoom extends Resources {
  /** Pods that it still takes. */
  readonly pods: number;
}

/** Pods of one size. */
export interface PodGroup extends Resources {
  readonly name: string;
  readonly pods: number;
}

/** Pods of one size that a node takes beside nothing else. */
export function podsOnNode(room: NodeRoom, pod: Resources): number {
  const times = (all: number, one: number) => (one === 0 ? Number.POSITIVE_INFINITY : roundDown(all / one));
  return Math.max(0, Math.min(room.pods, times(room.cpu, pod.cpu), times(room.memory, pod.memory)));
}

/**
 * The nodes that carry the groups however they are placed: the scheduler spreads, an autoscaler orders a node only where a pod
 * fits on none, and neither ever repacks. The fewest nodes that a perfect packing needs would leave pods waiting at the limit of
 * a pool.
 *
 * A node refuses a pod of w when what it has of CPU is above C − w, or of memory above M − w, or of pods at P. A pod brings a node
 * to that by at most f = max(cpu ÷ (C − w), memory ÷ (M − w), 1 ÷ P) of it, and never by more than 1; so all the others make at
 * most Σ f nodes refuse, and on one more it fits. Of pods of one size, whichever workloads they belong to, ⌊node ÷ pod⌋ fit on
 * each, and that is exact.
 *
 * Never fewer with more pods. A pod that fits on no empty node is the caller's to refuse.
 */
export function nodesFor(room: NodeRoom, groups: readonly PodGroup[]): Derived {
  const present = groups.filter(({ pods }) => pods > 0);
  const [first, ...others] = present;
  if (first === undefined) return derived(0, 'no pods, no nodes');
  if (others.every(({ cpu, memory }) => cpu === first.cpu && memory === first.memory)) {
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
    `of ${parts}, the others can leave no place for the last of ${worst.name} on at most ${plural(worst.refusing, 'node')}: ${plural(nodes, 'node')}`,
  );
}

/** The most nodes on which all pods but one of `last` can leave no place for it. */
function refusingNodes(room: NodeRoom, last: PodGroup, groups: readonly PodGroup[]): number {
  const share = (pod: Resources) =>
    Math.min(
      1,
      Math.max(part(pod.cpu, room.cpu - last.cpu), part(pod.memory, room.memory - last.memory), 1 / room.pods),
    );
  const sum = groups.reduce((total, group) => total + group.pods * share(group), 0);
  return roundDown(sum - share(last));
}

/** Where `last` takes all that there is, any pod at all refuses it. */
function part(taken: number, left: number): number {
  if (taken === 0) return 0;
  return left <= 0 ? 1 : taken / left;
}

/**
 * The most pods of a workload in one zone: those of each revision are spread as evenly as they can be, so that each may have one
 * more in the same zone.
 *
 * Source: kubernetes.io, "Pod Topology Spread Constraints", maxSkew 1 and matchLabelKeys.
 */
export function podsInZone(pods: number, zones: number, revisions: number): number {
  return pods <= revisions ? pods : Math.floor((pods - revisions) / zones) + revisions;
}
