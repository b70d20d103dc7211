// The scheduler's filters over counts of pods: which nodes would take one more pod of a group.
//
// Source: k8s.io/kubernetes v1.36.3, pkg/scheduler/framework/plugins: noderesources, nodeaffinity, tainttoleration,
// podtopologyspread, interpodaffinity, volumebinding. Host ports and limits on attached volumes are ignored.

import { own, shown } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { countsNode, hasVolumes, isGated, requiredSpreads, requiredTerms, tolerates, wantsNode } from './terms';
import { type Node, offered, type PodGroup, requested, resourcesOf, type World } from './world';

/** Pods of each group on each node: group × nodes + node. */
export type Counts = Uint16Array;

/** The most that one of the counts can be. */
export const MOST_COUNTED = 0xffff;

/** Why a node does not take a pod, in the scheduler's own words. */
export type Obstacle =
  | 'waiting for scheduling gates'
  | 'untolerated taint'
  | "didn't match Pod's node affinity/selector"
  | `insufficient ${string}`
  | 'too many pods'
  | 'volume node affinity conflict'
  | "didn't match pod topology spread constraints"
  | "didn't match pod affinity rules"
  | "didn't match pod anti-affinity rules";

const lackOf = (resource: string): Obstacle => (resource === 'pods' ? 'too many pods' : `insufficient ${resource}`);

/** One kind of room: what a pod of each group requests, and what each node has. */
interface CountedRoom {
  readonly resource: string;
  readonly asked: readonly number[];
  readonly offered: readonly number[];
}

/** Nodes by the value of a label: a number each, −1 where a node has no such label. */
type Domains = readonly number[];

interface CountedSpread {
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly domains: Domains;
  /** The same for nodes whose pods count; −1 for the others. */
  readonly counted: Domains;
  /** Groups whose pods count. */
  readonly selected: readonly number[];
  /** 1 where the group's own pods count. */
  readonly own: 0 | 1;
  /** Domains that have a counted node. */
  readonly existing: readonly number[];
  /** How many domains there are, counted or not. */
  readonly size: number;
}

interface CountedTerm {
  readonly domains: Domains;
  readonly selected: readonly number[];
}

/** Where the volumes of a group's pods are: how many of them in each domain, and how many pods have none yet. */
export interface Seats {
  readonly domains: Domains;
  readonly most: ReadonlyMap<number, number>;
  readonly free: number;
}

/** The filters, with everything precomputed that does not depend on where pods are. */
export class Rules {
  readonly nodes: readonly Node[];
  readonly groups: readonly PodGroup[];
  /** What always keeps a group off a node, by group and node. */
  private readonly fixed: readonly (readonly (Obstacle | undefined)[])[];
  private readonly rooms: readonly CountedRoom[];
  private readonly spreads: readonly (readonly CountedSpread[])[];
  private readonly affinity: readonly (readonly CountedTerm[])[];
  /** Anti-affinity terms that concern a group, its own and those of others, by group. */
  private readonly repelling: readonly (readonly CountedTerm[])[];

  /** `seats`, by group, limit those whose pods return to their volumes. */
  constructor(
    world: World,
    private readonly seats: readonly (Seats | undefined)[] = [],
  ) {
    const { nodes, groups } = world;
    this.nodes = nodes;
    this.groups = groups;
    this.fixed = groups.map((group) => nodes.map((node) => fixedObstacle(group, node)));
    this.rooms = resourcesOf(groups).map((resource) => ({
      resource,
      asked: groups.map((group) => requested(group, resource)),
      offered: nodes.map((node) => offered(node, resource)),
    }));
    this.spreads = groups.map((group) => countSpreads(group, world));
    const indexes = groups.map((_, group) => group);
    const terms = (kind: 'podAffinity' | 'podAntiAffinity') =>
      groups.map((group) =>
        requiredTerms(group, kind, world).map(({ key, selects }) => ({
          domains: domainsOf(nodes, key),
          selected: indexes.filter((other) => selects(groups[other] ?? group)),
        })),
      );
    this.affinity = terms('podAffinity');
    const antiAffinity = terms('podAntiAffinity');
    // anti-affinity holds both ways: the terms of the pod, and those of the pods that are there
    this.repelling = groups.map((_, group) => [
      ...(antiAffinity[group] ?? []),
      ...antiAffinity.flatMap((terms, other) =>
        terms.filter(({ selected }) => selected.includes(group)).map((term) => ({ ...term, selected: [other] })),
      ),
    ]);
  }

  /** Whether a group can ever be on a node. */
  mayHave(group: number, node: number): boolean {
    return this.fixed[group]?.[node] === undefined;
  }

  /** Whether a node would take one more pod of a group. */
  takes(counts: Counts, group: number, node: number): boolean {
    return this.obstacle(counts, group, node) === undefined;
  }

  /** Those of some nodes that would take one more pod of a group: its spreads are counted once for all of them. */
  taking(counts: Counts, group: number, nodes: readonly number[]): number[] {
    const able = nodes.filter(
      (node) =>
        this.fixed[group]?.[node] === undefined && this.rooms.every((room) => this.hasRoom(counts, group, node, room)),
    );
    if (able.length === 0) return able;
    const spreads = (this.spreads[group] ?? []).map((spread) => ({ spread, pods: podsByDomain(this, counts, spread) }));
    return able.filter(
      (node) =>
        spreads.every(({ spread, pods }) => keepsSkew(spread, pods, node)) &&
        this.meetsAffinity(counts, group, node) &&
        !this.isRepelled(counts, group, node) &&
        this.hasSeat(counts, group, node),
    );
  }

  /** What decides the outcome of a search: the same text for worlds that differ in names only. */
  get signature(): string {
    const { fixed, rooms, spreads, affinity, repelling, seats } = this;
    const groups = this.groups.map(({ wanted, priority, preempts }) => [wanted, priority, preempts]);
    const bound = seats.map((one) => one && [one.domains, [...one.most]]);
    const offers = rooms.map((room) => [room.asked, room.offered.map(String)]);
    return JSON.stringify([groups, fixed, offers, spreads, affinity, repelling, bound]);
  }

  /** The first filter that refuses, in the order in which the scheduler asks them. */
  obstacle(counts: Counts, group: number, node: number): Obstacle | undefined {
    const fixed = this.fixed[group]?.[node];
    if (fixed !== undefined) return fixed;
    for (const room of this.rooms) if (!this.hasRoom(counts, group, node, room)) return lackOf(room.resource);
    if (!this.spreads[group]?.every((spread) => keepsSkew(spread, podsByDomain(this, counts, spread), node))) {
      return "didn't match pod topology spread constraints";
    }
    if (!this.meetsAffinity(counts, group, node)) return "didn't match pod affinity rules";
    if (this.isRepelled(counts, group, node)) return "didn't match pod anti-affinity rules";
    return this.hasSeat(counts, group, node) ? undefined : 'volume node affinity conflict';
  }

  private hasSeat(counts: Counts, group: number, node: number): boolean {
    const seats = this.seats[group];
    if (seats === undefined) return true;
    const { domains, most, free } = seats;
    const own = domains[node] ?? -1;
    let beyond = 0;
    for (const [domain, volumes] of most) {
      const pods = this.count(counts, [group], domains, domain) + (domain === own ? 1 : 0);
      beyond += Math.max(0, pods - volumes);
    }
    return beyond <= free;
  }

  private hasRoom(counts: Counts, group: number, node: number, { asked, offered: room }: CountedRoom): boolean {
    const own = asked[group] ?? 0;
    if (own === 0) return true;
    let used = own;
    for (let other = 0; other < this.groups.length; other++) {
      used += (counts[other * this.nodes.length + node] ?? 0) * (asked[other] ?? 0);
    }
    return used <= (room[node] ?? 0);
  }

  /** All terms together must be met by pods that match all of them, unless there is none and the pod would be the first. */
  private meetsAffinity(counts: Counts, group: number, node: number): boolean {
    const terms = this.affinity[group] ?? [];
    if (terms.length === 0) return true;
    if (terms.some(({ domains }) => domains[node] === -1)) return false;
    const [first, ...others] = terms;
    const matching = first?.selected.filter((one) => others.every(({ selected }) => selected.includes(one))) ?? [];
    const isNear = terms.every((term) => this.count(counts, matching, term.domains, term.domains[node]) > 0);
    if (isNear || !matching.includes(group)) return isNear;
    return !terms.some(({ domains }) => this.countAll(counts, matching, domains) > 0);
  }

  private isRepelled(counts: Counts, group: number, node: number): boolean {
    const terms = this.repelling[group] ?? [];
    return terms.some(
      ({ domains, selected }) => domains[node] !== -1 && this.count(counts, selected, domains, domains[node]) > 0,
    );
  }

  /** Pods of the selected groups in a domain. */
  count(counts: Counts, selected: readonly number[], domains: Domains, domain: number | undefined): number {
    const width = domains.length;
    let sum = 0;
    for (const group of selected) {
      for (let node = 0; node < width; node++) {
        if (domains[node] === domain) sum += counts[group * width + node] ?? 0;
      }
    }
    return sum;
  }

  private countAll(counts: Counts, selected: readonly number[], domains: Domains): number {
    return [...new Set(domains)]
      .filter((domain) => domain !== -1)
      .reduce((sum, domain) => sum + this.count(counts, selected, domains, domain), 0);
  }
}

function fixedObstacle(group: PodGroup, node: Node): Obstacle | undefined {
  const { spec } = group;
  if (isGated(spec)) return 'waiting for scheduling gates';
  if (node.taints.some((taint) => !tolerates(spec, taint))) return 'untolerated taint';
  if (!wantsNode(spec, node)) return "didn't match Pod's node affinity/selector";
  return hasVolumes(group, node) ? undefined : 'volume node affinity conflict';
}

/**
 * Which nodes and pods each spread counts: nodes with the keys of all its constraints, without those that the pod does not
 * tolerate (`nodeTaintsPolicy: Honor`) or does not want (`nodeAffinityPolicy: Honor`).
 */
function countSpreads(group: PodGroup, { nodes, groups }: World): CountedSpread[] {
  const all = requiredSpreads(group);
  return all.map((spread) => {
    const domains = domainsOf(nodes, spread.key);
    const { selector } = spread;
    const isCounted = ({ namespace, labels }: PodGroup) =>
      namespace === group.namespace && selector !== undefined && matches(selector, labels);
    const counted = nodes.map(
      (node) => all.every(({ key }) => own(node.labels, key) !== undefined) && countsNode(spread, group.spec, node),
    );
    return {
      maxSkew: spread.maxSkew,
      minDomains: spread.minDomains,
      domains,
      counted: domains.map((domain, node) => (counted[node] ? domain : -1)),
      selected: groups.flatMap((other, index) => (isCounted(other) ? [index] : [])),
      own: isCounted(group) ? 1 : 0,
      existing: [...new Set(domains.filter((_, node) => counted[node]))],
      size: Math.max(0, ...domains) + 1,
    };
  });
}

/** Pods that a spread counts, by domain. */
function podsByDomain(rules: Rules, counts: Counts, { counted, selected, size }: CountedSpread): readonly number[] {
  const pods = new Array<number>(size).fill(0);
  const width = rules.nodes.length;
  for (const group of selected) {
    for (let node = 0; node < width; node++) {
      const domain = counted[node] ?? -1;
      if (domain !== -1) pods[domain] = (pods[domain] ?? 0) + (counts[group * width + node] ?? 0);
    }
  }
  return pods;
}

/** `pods there + 1 − fewest in any domain ≤ maxSkew`; the fewest is 0 with fewer domains than wanted. */
function keepsSkew(spread: CountedSpread, pods: readonly number[], node: number): boolean {
  const { domains, existing, maxSkew, minDomains } = spread;
  const domain = domains[node] ?? -1;
  if (domain === -1) return false;
  let fewest = existing.length < minDomains ? 0 : Infinity;
  for (const one of existing) fewest = Math.min(fewest, pods[one] ?? 0);
  return (pods[domain] ?? 0) + spread.own - fewest <= maxSkew;
}

/** A number for each value that nodes have of a label. */
export function domainsOf(nodes: readonly Node[], key: string): number[] {
  const numbers = new Map<string, number>();
  return nodes.map(({ labels }) => {
    const value = own(labels, key);
    if (value === undefined) return -1;
    const text = shown(value);
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}
