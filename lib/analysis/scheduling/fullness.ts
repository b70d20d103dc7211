// Whether pods can fill nodes so that no further pod fits: how much room they can request there at most.
import { smallestWith } from '../../model/finding/bisection';
import { groupIndexOf } from './groups';
import { type Node, offered, type PodGroup, requested, type World } from './world';

/** Pods of the group that fit on an empty node. */
export function slots(world: World, group: PodGroup, node: Node): number {
  const fit = (resource: string) => {
    const each = requested(group, resource);
    return each === 0 ? group.wanted : Math.floor(offered(node, resource) / each);
  };
  return Math.max(0, Math.min(group.wanted, ...groupIndexOf(world).facts.resources.map(fit)));
}

/** How many pods of the group can make all these nodes full; infinite if all wanted ones do not suffice. */
export function fillCount(world: World, group: PodGroup, nodes: readonly Node[]): number {
  if (nodes.length === 0) return 0;
  const { resources } = groupIndexOf(world).facts;
  if (nodes.some((node) => resources.every((resource) => offered(node, resource) === Infinity))) return Infinity;
  const full = fullNodes(world, group, nodes);
  const pods = smallestWith(0, group.wanted, (some) => full(some) >= nodes.length);
  return pods < group.wanted ? pods : Number.POSITIVE_INFINITY;
}

/** How many of these nodes can be full at most, with `pods` pods of the group and all that others can request. */
export function fullNodes(world: World, group: PodGroup, nodes: readonly Node[]): (pods: number) => number {
  const index = groupIndexOf(world);
  const others = index.demandOfOthers(group, nodes);
  const shapes = shapesOf(nodes);
  const missing = index.facts.resources
    .map((resource) => ({ resource, each: requested(group, resource) }))
    .filter(({ each }) => each > 0)
    .map(({ resource, each }) => ({
      each,
      asked: others.get(resource) ?? 0,
      amounts: missingRoom(world, group, shapes, resource),
    }));
  // each full node lacks some resource; counting each resource separately overestimates, which is safe
  return (pods) => missing.reduce((sum, { each, asked, amounts }) => sum + filled(amounts, asked + pods * each), 0);
}

/** Nodes with the same room: a pool has many of them. */
interface Shape {
  readonly node: Node;
  readonly count: number;
}

const shapes = new WeakMap<readonly Node[], readonly Shape[]>();

/** The shapes of nodes, memoized per list. */
export function shapesOf(nodes: readonly Node[]): readonly Shape[] {
  const known = shapes.get(nodes);
  if (known !== undefined) return known;
  const found = new Map<string, { node: Node; count: number }>();
  for (const node of nodes) {
    const id = shapeOf(node);
    const shape = found.get(id);
    if (shape === undefined) found.set(id, { node, count: 1 });
    else shape.count += 1;
  }
  const made = [...found.values()];
  shapes.set(nodes, made);
  return made;
}

/** The same text for nodes with the same room. */
export function shapeOf({ cpu, memory, pods, extended }: Node): string {
  return `${cpu} ${memory} ${pods}${extended === undefined ? '' : ` ${JSON.stringify(extended)}`}`;
}

/** The amount of a resource that fills each of `count` nodes. */
interface Missing {
  readonly amount: number;
  readonly count: number;
}

/** The amounts of a resource that fill the nodes for a further pod, where the groups can request that much; the least first. */
function missingRoom(world: World, group: PodGroup, shaped: readonly Shape[], resource: string): Missing[] {
  const index = groupIndexOf(world);
  const beside = index.facts.resources.filter((other) => other !== resource);
  const each = requested(group, resource);
  return shaped
    .map(({ node, count }) => ({ node, count, amount: Math.max(0, offered(node, resource) - each + 1) }))
    .filter(({ node, amount }) =>
      beside.every((other) => !(index.facts.densest(resource, other) * offered(node, other) < amount)),
    )
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
