// Whether pods can fill nodes so that no further one fits: how much room they can ask for there, at the very most.
import { smallestWith } from '../../model/finding/bisection';
import { groupIndexOf } from './groups';
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
  const pods = smallestWith(0, group.wanted, (some) => full(some) >= nodes.length);
  return pods < group.wanted ? pods : Number.POSITIVE_INFINITY;
}

/** How many of these nodes can be full at the most, with so many pods of the group beside all that others can ask for. */
export function fullNodes(world: World, group: PodGroup, nodes: readonly Node[]): (pods: number) => number {
  const others = groupIndexOf(world).demandOfOthers(group, nodes);
  const shapes = shapesOf(nodes);
  const missing = RESOURCES.filter((resource) => group[resource] > 0).map((resource) => ({
    resource,
    amounts: missingRoom(world, group, shapes, resource),
  }));
  // each node must lack some resource, and each resource is counted by itself: these are more than there can be
  return (pods) =>
    missing.reduce((sum, { resource, amounts }) => sum + filled(amounts, others[resource] + pods * group[resource]), 0);
}

/** Nodes that offer the same: a pool has many of them. */
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

/** What must be asked for of a resource on so many nodes each. */
interface Missing {
  readonly amount: number;
  readonly count: number;
}

/** What must be asked for of a resource until a node takes no further pod, where that can be asked for; the least first. */
function missingRoom(world: World, group: PodGroup, offered: readonly Shape[], resource: Resource): Missing[] {
  const index = groupIndexOf(world);
  const beside = RESOURCES.filter((other) => other !== resource);
  return offered
    .map(({ node, count }) => ({ node, count, amount: Math.max(0, node[resource] - group[resource] + 1) }))
    .filter(({ node, amount }) => beside.every((other) => !(index.densest[resource][other] * node[other] < amount)))
    .sort((a, b) => a.amount - b.amount);
}

/** On how many nodes it is asked for altogether. */
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
