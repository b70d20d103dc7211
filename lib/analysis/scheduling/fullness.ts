// Whether pods can fill nodes so that no further pod fits: how much room they can request there at most.
import { smallestWith } from '../../model/finding/bisection';
import { groupIndexOf } from './groups';
import { type Node, type PodGroup, RESOURCES, type World } from './world';

type Resource = (typeof RESOURCES)[number];

/** Pods of the group that fit on an empty node. */
export function slots(group: PodGroup, node: Node): number {
  const fit = (resource: Resource) =>
    group[resource] === 0 ? group.wanted : Math.floor(node[resource] / group[resource]);
  return Math.max(0, Math.min(group.wanted, ...RESOURCES.map(fit)));
}

/** How many pods of the group can make all these nodes full; infinite if all wanted ones do not suffice. */
export function fillCount(world: World, group: PodGroup, nodes: readonly Node[]): number {
  if (nodes.length === 0) return 0;
  if (nodes.some((node) => RESOURCES.every((resource) => node[resource] === Infinity))) return Infinity;
  const full = fullNodes(world, group, nodes);
  const pods = smallestWith(0, group.wanted, (some) => full(some) >= nodes.length);
  return pods < group.wanted ? pods : Number.POSITIVE_INFINITY;
}

/** How many of these nodes can be full at most, with `pods` pods of the group and all that others can request. */
export function fullNodes(world: World, group: PodGroup, nodes: readonly Node[]): (pods: number) => number {
  const others = groupIndexOf(world).demandOfOthers(group, nodes);
  const shapes = shapesOf(nodes);
  const missing = RESOURCES.filter((resource) => group[resource] > 0).map((resource) => ({
    resource,
    amounts: missingRoom(world, group, shapes, resource),
  }));
  // each full node lacks some resource; counting each resource separately overestimates, which is safe
  return (pods) =>
    missing.reduce((sum, { resource, amounts }) => sum + filled(amounts, others[resource] + pods * group[resource]), 0);
}

/** Nodes with the same room: a pool has many of them. */
interface Shape {
  readonly node: Node;
  readonly count: number;
}

const shapes = new WeakMap<readonly Node[], readonly Shape[]>();

function shapesOf(nodes: readonly Node[]): readonly Shape[] {
  const known = shapes.get(nodes);
  if (known !== undefined) return known;
  const found = new Map<string, { node: Node; count: number }>();
  for (const node of nodes) {
    const id = `${node.cpu} ${node.memory} ${node.pods}`;
    const shape = found.get(id);
    if (shape === undefined) found.set(id, { node, count: 1 });
    else shape.count += 1;
  }
  const made = [...found.values()];
  shapes.set(nodes, made);
  return made;
}

/** The amount of a resource that fills each of `count` nodes. */
interface Missing {
  readonly amount: number;
  readonly count: number;
}

/** The amounts of a resource that fill the nodes for a further pod, where the groups can request that much; the least first. */
function missingRoom(world: World, group: PodGroup, offered: readonly Shape[], resource: Resource): Missing[] {
  const index = groupIndexOf(world);
  const beside = RESOURCES.filter((other) => other !== resource);
  return offered
    .map(({ node, count }) => ({ node, count, amount: Math.max(0, node[resource] - group[resource] + 1) }))
    .filter(({ node, amount }) => beside.every((other) => !(index.densest[resource][other] * node[other] < amount)))
    .sort((a, b) => a.amount - b.amount);
}

/** How many nodes the requests can fill. */
function filled(missing: readonly Missing[], asked: number): number {
  let [left, nodes] = [asked, 0];
  for (const { amount, count } of missing) {
    const reached = amount === 0 ? count : Math.min(count, Math.floor(left / amount));
    nodes += reached;
    left -= reached * amount;
    if (reached < count) break;
  }
  return nodes;
}
