// Whether pods can fill nodes so that no further one fits: how much room they can ask for there, at the very most.
import { crowdOf } from './crowd';
import { type Node, type PodGroup, RESOURCES, type World } from './world';

type Resource = (typeof RESOURCES)[number];

/** Pods of the group that fit on a node where nobody else is. */
export function slots(group: PodGroup, node: Node): number {
  const fit = (resource: Resource) =>
    group[resource] === 0 ? group.wanted : Math.floor(node[resource] / group[resource]);
  return Math.max(0, Math.min(group.wanted, ...RESOURCES.map(fit)));
}

/** With how many pods of the group all these nodes can be full; infinite where those wanted do not suffice. */
export function fillCount(world: World, group: PodGroup, nodes: readonly Node[]): number {
  if (nodes.length === 0) return 0;
  if (nodes.some((node) => RESOURCES.every((resource) => node[resource] === Infinity))) return Infinity;
  const full = fullNodes(world, group, nodes);
  const pods = fewestWith((some) => full(some) >= nodes.length, group.wanted);
  return pods < group.wanted ? pods : Number.POSITIVE_INFINITY;
}

/** How many of these nodes can be full at the most, with so many pods of the group beside all that others can ask for. */
export function fullNodes(world: World, group: PodGroup, nodes: readonly Node[]): (pods: number) => number {
  const others = crowdOf(world).demandOfOthers(group, nodes);
  const missing = RESOURCES.filter((resource) => group[resource] > 0).map((resource) => ({
    resource,
    amounts: missingRoom(world, group, nodes, resource),
  }));
  // each node must lack some resource, and each resource is counted by itself: these are more than there can be
  return (pods) =>
    missing.reduce((sum, { resource, amounts }) => sum + filled(amounts, others[resource] + pods * group[resource]), 0);
}

/** The least number for which it is so, where it is so for all that are greater; `end` where it is so for none below. */
function fewestWith(isSo: (number: number) => boolean, end: number): number {
  let [least, most] = [0, end];
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (isSo(middle)) most = middle;
    else least = middle + 1;
  }
  return least;
}

/** What must be asked for of a resource on each node until it takes no further pod, where that can be asked for; the least first. */
function missingRoom(world: World, group: PodGroup, nodes: readonly Node[], resource: Resource): number[] {
  const crowd = crowdOf(world);
  const beside = RESOURCES.filter((other) => other !== resource);
  return nodes
    .map((node) => ({ node, amount: Math.max(0, node[resource] - group[resource] + 1) }))
    .filter(({ node, amount }) => beside.every((other) => !(crowd.densest(resource, other) * node[other] < amount)))
    .map(({ amount }) => amount)
    .sort((a, b) => a - b);
}

/** How many of the amounts are asked for altogether. */
function filled(amounts: readonly number[], asked: number): number {
  let left = asked;
  const first = amounts.findIndex((amount) => {
    left -= amount;
    return left < 0;
  });
  return first === -1 ? amounts.length : first;
}
