// Pods that are bound to a zone or a node by their volumes: once placed, they only come back there.

import { own, record, shown } from '../objects/read-json';
import { boundPlaced, mostOn } from './bounds';
import { groupIndexOf } from './groups';
import { type Counts, domainsOf, Rules, type Seats } from './rules';
import { type Departure, departing, type Interval, isReplaced, type Node, type PodGroup, type World } from './world';

/** Layouts in which the same volumes exist, with the filters that hold while they do. */
export interface Bound {
  readonly rules: Rules;
  readonly starts: readonly Counts[];
}

/**
 * Layouts before a loss, by where the volumes of bound pods are, and by how many pods are not replaced. `hit` takes the pods of lost
 * nodes away.
 */
export function byVolumes(
  after: World,
  before: readonly Counts[],
  how: Departure,
  hit: (counts: Counts) => Counts,
): Bound[] {
  const { groups, nodes } = after;
  const bound = groups.map(({ boundTo }) => (boundTo === undefined ? undefined : domainsOf(nodes, boundTo)));
  if (bound.every((domains) => domains === undefined) && groups.every((group) => isReplaced(group, how)))
    return [{ rules: new Rules(after), starts: before.map(hit) }];
  const found = new Map<string, { readonly rules: Rules; readonly starts: Counts[] }>();
  for (const counts of before) {
    const start = hit(counts);
    const seats = bound.map((domains, group) => domains && seatsOf(counts, group, domains, groups[group]?.wanted ?? 0));
    const left = groups.map((group, index) => {
      if (isReplaced(group, how)) return group;
      const gone = placedOf(counts, index, nodes.length) - placedOf(start, index, nodes.length);
      return { ...group, wanted: group.wanted - gone };
    });
    const places = seats.map((one) => one && [...one.most].sort(([a], [b]) => a - b));
    const id = JSON.stringify([places, left.map(({ wanted }) => wanted)]);
    const known = found.get(id) ?? { rules: new Rules({ ...after, groups: left }, seats), starts: [] };
    known.starts.push(start);
    found.set(id, known);
  }
  return [...found.values()];
}

const placedOf = (counts: Counts, group: number, width: number): number =>
  counts.subarray(group * width, (group + 1) * width).reduce((sum, one) => sum + one, 0);

function seatsOf(counts: Counts, group: number, domains: readonly number[], wanted: number): Seats {
  const most = new Map<number, number>();
  domains.forEach((domain, node) => {
    most.set(domain, (most.get(domain) ?? 0) + (counts[group * domains.length + node] ?? 0));
  });
  return { domains, most, free: wanted - placedOf(counts, group, domains.length) };
}

/**
 * Pods on living nodes of a group that is bound, or not replaced, without a search: those that were on other nodes stay, and the others
 * return where they are replaced, their domain has a node left and there is room for all that may be bound to it, whatever comes first.
 */
export function boundAfter(world: World, lost: ReadonlySet<Node>, how: Departure, group: PodGroup): Interval {
  const living = world.nodes.filter((node) => !lost.has(node));
  const most = Math.min(group.wanted, mostOn(world, group, living));
  const placed = boundPlaced(world, group).fewest;
  const homes = groupIndexOf(world).homesOf(group);
  const isGone = (domain: readonly Node[]) => domain.every((node) => lost.has(node));
  const isWhole =
    isReplaced(group, how) &&
    !groupIndexOf(world)
      .cells(homes, group.boundTo ?? '')
      .some(isGone) &&
    returnsWhole(world, lost, how, group);
  if (isWhole) return { fewest: Math.min(placed, most), most };
  const gone = mostOn(
    world,
    group,
    homes.filter((node) => lost.has(node)),
  );
  const fewest = groupIndexOf(world).facts.isSafe(group) ? Math.max(0, placed - gone) : 0;
  return { fewest: Math.min(fewest, most), most };
}

/** Whether all pods that can be bound to each domain find a place there again. */
function returnsWhole(world: World, lost: ReadonlySet<Node>, how: Departure, group: PodGroup): boolean {
  const { pinned, parts } = pinnedWorld(world, lost, how);
  return (parts.get(group) ?? []).every((part) => boundPlaced(pinned, part).fewest === part.wanted);
}

interface Pinned {
  readonly pinned: World;
  readonly parts: ReadonlyMap<PodGroup, readonly PodGroup[]>;
}

const memo = new WeakMap<World, WeakMap<ReadonlySet<Node>, Map<Departure, Pinned>>>();

/** The world after the loss, with bound groups taken apart by domain, each with the most pods that can be there. Memoized. */
function pinnedWorld(world: World, lost: ReadonlySet<Node>, how: Departure): Pinned {
  const byLoss = memo.get(world) ?? new WeakMap<ReadonlySet<Node>, Map<Departure, Pinned>>();
  const made = byLoss.get(lost) ?? new Map<Departure, Pinned>();
  const known = made.get(how) ?? pin(world, lost, how);
  memo.set(world, byLoss.set(lost, made.set(how, known)));
  return known;
}

function pin(world: World, lost: ReadonlySet<Node>, how: Departure): Pinned {
  const parts = new Map<PodGroup, readonly PodGroup[]>();
  const index = groupIndexOf(world);
  for (const group of world.groups) {
    const { boundTo, spec } = group;
    if (boundTo === undefined) continue;
    const domains = index.cells(index.homesOf(group), boundTo);
    parts.set(
      group,
      domains.map((nodes) => {
        const value = shown(own(nodes[0]?.labels, boundTo));
        const { topologySpreadConstraints: _, ...rest } = spec;
        const pinned = { ...rest, nodeSelector: { ...record(spec.nodeSelector), [boundTo]: value } };
        return { ...group, wanted: mostOn(world, group, nodes), spec: pinned };
      }),
    );
  }
  const groups = world.groups.flatMap((group) => parts.get(group) ?? [group]);
  return { pinned: departing({ ...world, groups }, lost, how), parts };
}
