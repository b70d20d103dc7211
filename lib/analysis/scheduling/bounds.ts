// Bounds without a search: how many pods are placed in any order, and how many at most.
import { own } from '../objects/read-json';
import { fillCount, fullNodes, shapesOf, slots } from './fullness';
import { groupIndexOf, hasAllKeys, mayHave } from './groups';
import { countsNode, type Spread } from './terms';
import type { Interval, Node, PodGroup, World } from './world';

/**
 * How many pods of a group are placed, in any order with the others.
 *
 * The fewest: a pod waits for ever only if every node it can be on is barred. A node is barred if it is full (less of some resource
 * left than the pod requests), or in a domain where the pod's own anti-affinity or spread allows no further pod, so that one of its
 * group is there already. Filling a node takes requests of others, which are limited. With a spread over zones, it is enough that
 * the emptiest zone is barred otherwise: the others are then at most a skew ahead. Each spread whose domains no other one crosses
 * gives such a bound; the largest holds.
 *
 * The most: all that fit on empty nodes.
 */
export function boundPlaced(world: World, group: PodGroup): Interval {
  const index = groupIndexOf(world);
  const nodes = index.homesOf(group);
  const most = roomFor(world, group, nodes);
  if (isCoupled(world, group)) return { fewest: 0, most };
  const spreads = index.facts.spreadsOf(group);
  const keys = [...spreads.map(({ key }) => key), ...index.facts.keysApart(group)];
  let fewest = barCount(world, group, nodes, keys);
  for (const [position, spread] of spreads.entries()) {
    const others = keys.toSpliced(position, 1);
    if (fewest >= most || !others.every((key) => isWithin(world, nodes, key, spread.key))) continue;
    const fills = domainsOf(world, group, spread).map((domain) => barCount(world, group, domain, others));
    fewest = Math.max(fewest, fewestSpread(fills, spread.maxSkew, fills.length < spread.minDomains));
  }
  return { fewest: Math.min(most, fewest), most };
}

/** Pods of a group in the `count` fullest domains of a label, when all that are wanted are placed. */
export function boundShare(world: World, group: PodGroup, key: string, count: number): Interval {
  const homes = groupIndexOf(world).homesOf(group);
  const domains = groupIndexOf(world).cells(homes, key);
  const room = domains.map((nodes) => Math.min(roomFor(world, group, nodes), groupIndexOf(world).share(group, nodes)));
  const together = groupIndexOf(world).share(group, world.nodes, { key, count });
  const most = Math.min(group.wanted, together, sum(room.toSorted((a, b) => b - a).slice(0, count)));
  // pods on nodes that lack the label are in none of its domains
  const fewest = homes.some(lacks(key))
    ? 0
    : Math.ceil((group.wanted * Math.min(count, domains.length)) / Math.max(1, domains.length));
  return { fewest: Math.min(fewest, most), most };
}

/** The most pods of a group that can be on these nodes. */
export function mostOn(world: World, group: PodGroup, nodes: readonly Node[]): number {
  const index = groupIndexOf(world);
  const homes = index.kept(nodes, (node) => mayHave(group, node));
  return Math.min(roomFor(world, group, homes), index.share(group, homes));
}

/** The most pods of a group that fit on these nodes when empty: one in each domain of its anti-affinity. */
function roomFor(world: World, group: PodGroup, nodes: readonly Node[]): number {
  const room = (some: readonly Node[]) =>
    sum(shapesOf(some).map(({ node, count }) => count * slots(world, group, node)));
  const index = groupIndexOf(world);
  const apart = index.facts
    .keysApart(group)
    .map((key) => sum(index.cells(nodes, key).map((cell) => Math.min(1, room(cell)))) + room(nodes.filter(lacks(key))));
  return Math.min(group.wanted, room(nodes), ...apart);
}

/**
 * How many of its own pods can bar all these nodes to a group: full, or in a domain of one of these labels that has one of them
 * already. A pod bars at most the nodes of the largest domains.
 */
function barCount(world: World, group: PodGroup, nodes: readonly Node[], keys: readonly string[]): number {
  const index = groupIndexOf(world);
  const carrying = index.kept(nodes, (node) => keys.some((key) => !lacks(key)(node)));
  if (carrying.length === 0) return fillCount(world, group, nodes);
  const open = Math.max(0, carrying.length - fullNodes(world, group, carrying)(0));
  const reach = sum(keys.map((key) => Math.max(0, ...index.cells(carrying, key).map(({ length }) => length))));
  return Math.ceil(open / reach);
}

/** Whether each domain of a label is within one of another label. */
function isWithin(world: World, nodes: readonly Node[], key: string, other: string): boolean {
  const index = groupIndexOf(world);
  return key === other || index.cells(nodes, key).every((cell) => index.cells(cell, other).length === 1);
}

const lacks =
  (key: string) =>
  ({ labels }: Node): boolean =>
    own(labels, key) === undefined;

/** Nodes that the group can be on, by the domains that its spread counts, including domains without such nodes. */
function domainsOf(world: World, group: PodGroup, spread: Spread): (readonly Node[])[] {
  const index = groupIndexOf(world);
  const counted = index.kept(
    world.nodes,
    (node) => hasAllKeys(node, index.facts.spreadsOf(group)) && countsNode(spread, group.spec, node),
  );
  return index.cells(counted, spread.key).map((domain) => index.kept(domain, (node) => mayHave(group, node)));
}

/** The fewest pods in a final state, given how many of its own fill each domain together with the others. */
function fewestSpread(fills: readonly number[], skew: number, atZero: boolean): number {
  if (atZero) return sum(fills.map((fill) => Math.min(fill, skew)));
  // the emptiest domain must be full, or it would take the next pod
  const outcomes = fills.map((emptiest) =>
    sum(fills.map((fill) => Math.max(emptiest, Math.min(fill, emptiest + skew)))),
  );
  return Math.min(...outcomes);
}

/** Whether affinity, anti-affinity, or a spread that counts others too, ties it to other groups. */
function isCoupled(world: World, group: PodGroup): boolean {
  const { facts } = groupIndexOf(world);
  return facts.isTied(group) || facts.isKeptApart(group) || !facts.countsOwnOnly(group);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
