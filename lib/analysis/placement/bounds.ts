// Bounds that need no search: what surely finds a place in whatever order, and what can at most.
import { own, shown } from '../shapes';
import { crowdOf, mayHave } from './crowd';
import { fillCount, slots } from './fullness';
import { requiredTerms, type Spread, tolerates, wantsNode } from './terms';
import type { Interval, Node, PodGroup, World } from './world';

/**
 * How many pods of a group find a place, whatever else is placed before or after.
 *
 * The fewest: a pod waits for good only when every node that it may have is full, that is, has less of some resource left than it
 * asks for. To fill a node takes room that others must ask for, and they ask for no more than they do. With a zone spread it is
 * enough that the emptiest zone is full: the others are then at most a skew ahead.
 *
 * The most: as many as fit with nobody else there.
 */
export function boundPlaced(world: World, group: PodGroup): Interval {
  const nodes = crowdOf(world).homesOf(group);
  const most = Math.min(group.wanted, sum(nodes.map((node) => slots(group, node))));
  const [spread, ...others] = crowdOf(world).spreadsOf(group);
  if (isCoupled(world, group) || others.length > 0) return { fewest: 0, most };
  if (spread === undefined) return { fewest: Math.min(most, fillCount(world, group, nodes)), most };
  const fills = domainsOf(world, group, spread).map((domain) => fillCount(world, group, domain));
  const fewest = fewestSpread(fills, spread.maxSkew, fills.length < spread.minDomains);
  return { fewest: Math.min(most, fewest), most };
}

/** Pods of a group in the `count` fullest domains of a label, when all that are wanted are placed. */
export function boundShare(world: World, group: PodGroup, key: string, count: number): Interval {
  const domains = new Map<string, Node[]>();
  for (const node of crowdOf(world).homesOf(group)) {
    const value = own(node.labels, key);
    if (value === undefined) continue;
    domains.set(shown(value), [...(domains.get(shown(value)) ?? []), node]);
  }
  const room = [...domains.values()].map((nodes) =>
    Math.min(sum(nodes.map((node) => slots(group, node))), crowdOf(world).share(group, nodes)),
  );
  const together = crowdOf(world).share(group, world.nodes, { key, count });
  const most = Math.min(group.wanted, together, sum(room.toSorted((a, b) => b - a).slice(0, count)));
  const fewest = Math.ceil((group.wanted * Math.min(count, domains.size)) / Math.max(1, domains.size));
  return { fewest: Math.min(fewest, most), most };
}

/** Nodes that the group may have, by the domains that its spread counts: one without such nodes counts too. */
function domainsOf(world: World, group: PodGroup, spread: Spread): Node[][] {
  const domains = new Map<string, Node[]>();
  for (const node of world.nodes) {
    const value = own(node.labels, spread.key);
    const isCounted =
      value !== undefined &&
      (!spread.honorsAffinity || wantsNode(group.spec, node)) &&
      (!spread.honorsTaints || node.taints.every((taint) => tolerates(group.spec, taint)));
    if (!isCounted) continue;
    const domain = domains.get(shown(value)) ?? [];
    domains.set(shown(value), domain);
    if (mayHave(group, node)) domain.push(node);
  }
  return [...domains.values()];
}

/** Fewest pods with which nothing moves, given how many of its own fill each domain with the help of the others. */
function fewestSpread(fills: readonly number[], skew: number, atZero: boolean): number {
  if (atZero) return sum(fills.map((fill) => Math.min(fill, skew)));
  // the emptiest domain must be full, or it would take the next one
  const outcomes = fills.map((emptiest) =>
    sum(fills.map((fill) => Math.max(emptiest, Math.min(fill, emptiest + skew)))),
  );
  return Math.min(...outcomes);
}

/** Whether affinity, or a spread that counts others too, ties it to other groups, or keeps its own pods apart. */
function isCoupled(world: World, group: PodGroup): boolean {
  const crowd = crowdOf(world);
  const isTied = requiredTerms(group, 'podAffinity', world).length > 0;
  return isTied || crowd.isKeptApart(group) || !crowd.countsOwnOnly(group);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
