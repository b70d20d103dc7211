// An index of all groups of a world, built once for it: which groups select which, and how much room they can request together.

import { own, record, shown } from '../objects/read-json';
import { matches } from '../objects/selectors';
import {
  hasVolumes,
  isGated,
  requiredSpreads,
  requiredTerms,
  type Spread,
  type Term,
  tolerates,
  wantsNode,
} from './terms';
import { type Node, type PodGroup, requested, resourcesOf, type World } from './world';

const indexes = new WeakMap<World, GroupIndex>();

/** The index of a world, memoized. */
export function groupIndexOf(world: World): GroupIndex {
  const known = indexes.get(world) ?? new GroupIndex(world);
  indexes.set(world, known);
  return known;
}

/** Whether a group can ever be on a node. */
export function mayHave(group: PodGroup, node: Node): boolean {
  const { spec } = group;
  return (
    !isGated(spec) &&
    wantsNode(spec, node) &&
    hasVolumes(group, node) &&
    node.taints.every((taint) => tolerates(spec, taint))
  );
}

/** Whether a node has the labels of all these spreads. A node without one takes no such pod, and no spread counts it. */
export function hasAllKeys({ labels }: Node, spreads: readonly Spread[]): boolean {
  return spreads.every(({ key }) => own(labels, key) !== undefined);
}

/** Amounts by resource. */
type Amounts = ReadonlyMap<string, number>;

const NONE: readonly PodGroup[] = [];
const NO_KEYS: readonly string[] = [];

export class GroupIndex {
  /** Kinds of room that pods request. */
  readonly resources: readonly string[];
  private readonly densities = new Map<string, number>();
  private readonly spreads: ReadonlyMap<PodGroup, readonly Spread[]>;
  private readonly repelling: ReadonlyMap<PodGroup, readonly Term[]>;
  private readonly byLabel = new Map<string, PodGroup[]>();
  private readonly homes = new Map<PodGroup, readonly Node[]>();
  private readonly lone = new Map<PodGroup, boolean>();
  private readonly demands = new WeakMap<readonly Node[], ReadonlyMap<number, Amounts>>();
  private readonly domains = new WeakMap<readonly Node[], Map<string, readonly (readonly Node[])[]>>();
  private readonly numbers = new Map<Node, number>();
  private readonly lists = new Map<string, readonly Node[]>();
  private readonly highest: number;

  constructor(private readonly world: World) {
    const { groups } = world;
    this.spreads = new Map(groups.map((group) => [group, requiredSpreads(group)]));
    const terms = groups.map((group) => [group, requiredTerms(group, 'podAntiAffinity', world)] as const);
    this.repelling = new Map(terms.filter(([, { length }]) => length > 0));
    this.highest = groups.reduce((most, one) => (one.preempts ? Math.max(most, one.priority) : most), -Infinity);
    this.resources = resourcesOf(groups);
    for (const group of groups) {
      for (const [key, value] of Object.entries(group.labels)) {
        const id = `${group.namespace}\n${key}=${shown(value)}`;
        const labelled = this.byLabel.get(id);
        if (labelled === undefined) this.byLabel.set(id, [group]);
        else labelled.push(group);
      }
    }
  }

  /** Of two resources, the most of the first that a pod requests per unit of the second. */
  densest(resource: string, beside: string): number {
    const id = `${resource} ${beside}`;
    const known = this.densities.get(id);
    if (known !== undefined) return known;
    let most = 0;
    for (const group of this.world.groups) {
      const asked = requested(group, resource);
      if (asked > 0) most = Math.max(most, asked / requested(group, beside));
    }
    this.densities.set(id, most);
    return most;
  }

  /** Nodes that a group can ever be on. */
  homesOf(group: PodGroup): readonly Node[] {
    const spreads = this.spreadsOf(group);
    const able = () => this.kept(this.world.nodes, (node) => hasAllKeys(node, spreads) && mayHave(group, node));
    const known = this.homes.get(group) ?? able();
    this.homes.set(group, known);
    return known;
  }

  /** The nodes that pass; the same list for the same nodes, so that results memoized of a list are shared by alike groups. */
  kept(nodes: readonly Node[], isSo: (node: Node) => boolean): readonly Node[] {
    const some = nodes.filter(isSo);
    if (some.length === nodes.length) return nodes;
    const id = some.map((node) => this.numberOf(node)).join();
    const known = this.lists.get(id) ?? some;
    this.lists.set(id, known);
    return known;
  }

  private numberOf(node: Node): number {
    const number = this.numbers.get(node) ?? this.numbers.size;
    this.numbers.set(node, number);
    return number;
  }

  /** Nodes by the value of a label, without those that lack it. */
  cells(nodes: readonly Node[], key: string): readonly (readonly Node[])[] {
    const byKey = this.domains.get(nodes) ?? new Map<string, readonly (readonly Node[])[]>();
    const known = byKey.get(key) ?? cellsOf(nodes, key);
    this.domains.set(nodes, byKey.set(key, known));
    return known;
  }

  spreadsOf(group: PodGroup): readonly Spread[] {
    return this.spreads.get(group) ?? [];
  }

  /** Whether each of its spreads counts its own pods, and no others. */
  countsOwnOnly(group: PodGroup): boolean {
    const known = this.lone.get(group);
    if (known !== undefined) return known;
    const found = this.spreadsOf(group).every(({ selector }) => {
      const selected = selector === undefined ? [] : this.selected(group.namespace, selector);
      return selected.length === 1 && selected[0] === group;
    });
    this.lone.set(group, found);
    return found;
  }

  /** Groups of a namespace that a selector selects: candidates are those with the rarest of its labels. */
  selected(namespace: string, selector: PodGroup['labels']): PodGroup[] {
    const pairs = Object.entries(record(selector.matchLabels) ?? {});
    let candidates: readonly PodGroup[] = pairs.length === 0 ? this.world.groups : NONE;
    for (const [index, [key, value]] of pairs.entries()) {
      const labelled = this.byLabel.get(`${namespace}\n${key}=${shown(value)}`) ?? NONE;
      if (index === 0 || labelled.length < candidates.length) candidates = labelled;
    }
    return candidates.filter((one) => one.namespace === namespace && matches(selector, one.labels));
  }

  /** Labels whose domains may each hold only one pod of the group, by its own anti-affinity. */
  keysApart(group: PodGroup): readonly string[] {
    const terms = this.repelling.get(group);
    return terms === undefined ? NO_KEYS : terms.filter(({ selects }) => selects(group)).map(({ key }) => key);
  }

  /** Whether an anti-affinity separates it from other groups. */
  isKeptApart(group: PodGroup): boolean {
    return [...this.repelling].some(([other, terms]) =>
      terms.some(({ selects }) =>
        other === group ? this.world.groups.some((one) => one !== group && selects(one)) : selects(group),
      ),
    );
  }

  /** Whether no group can preempt its pods. */
  isSafe({ priority }: PodGroup): boolean {
    return this.highest <= priority;
  }

  /**
   * Room that all other groups can request on these nodes, at the most that their spreads allow there; without those of lower
   * priority, which would be preempted.
   */
  demandOfOthers(group: PodGroup, nodes: readonly Node[]): Amounts {
    const levels = this.demands.get(nodes) ?? this.demandByPriority(nodes);
    this.demands.set(nodes, levels);
    const sum = new Map<string, number>();
    const add = (resource: string, amount: number) => sum.set(resource, (sum.get(resource) ?? 0) + amount);
    for (const [priority, demand] of levels) {
      if (group.preempts && priority < group.priority) continue;
      for (const [resource, amount] of demand) add(resource, amount);
    }
    const own = this.share(group, nodes);
    for (const resource of this.resources) add(resource, -own * requested(group, resource));
    return sum;
  }

  private demandByPriority(nodes: readonly Node[]): ReadonlyMap<number, Amounts> {
    const levels = new Map<number, Map<string, number>>();
    for (const group of this.world.groups) {
      const level = levels.get(group.priority) ?? new Map<string, number>();
      const pods = this.share(group, nodes);
      for (const resource of this.resources)
        level.set(resource, (level.get(resource) ?? 0) + pods * requested(group, resource));
      levels.set(group.priority, level);
    }
    return levels;
  }

  /**
   * The most pods of a group on these nodes; or in the `count` fullest domains of a label.
   *
   * A pod is placed in a domain only while the domain is at most a skew ahead of the emptiest: x + skew pods there require x in each
   * other domain. Later losses only remove pods, unless others evict them.
   */
  share(
    group: PodGroup,
    nodes: readonly Node[],
    fullest: { readonly key?: string; readonly count: number } = { count: 1 },
  ): number {
    if (!this.isSafe(group) || !this.countsOwnOnly(group)) return group.wanted;
    const shares = this.spreadsOf(group).map(({ key, maxSkew }) => {
      if (fullest.key === undefined ? !this.isOneDomain(nodes, key) : fullest.key !== key) return group.wanted;
      const domains = this.domainsOf(group, key);
      return fullestShare(group.wanted, domains, maxSkew, Math.min(fullest.count, domains));
    });
    return Math.min(group.wanted, ...shares);
  }

  /** Whether all these nodes have the same value of a label, or all lack it. */
  private isOneDomain(nodes: readonly Node[], key: string): boolean {
    const [first, ...others] = this.cells(nodes, key);
    return others.length === 0 && (first === undefined || first.length === nodes.length);
  }

  /** Domains of a label with a node that the group can be on. */
  private domainsOf(group: PodGroup, key: string): number {
    return this.cells(this.homesOf(group), key).length;
  }
}

function cellsOf(nodes: readonly Node[], key: string): Node[][] {
  const found = new Map<string, Node[]>();
  for (const node of nodes) {
    const value = own(node.labels, key);
    if (value === undefined) continue;
    const cell = found.get(shown(value));
    if (cell === undefined) found.set(shown(value), [node]);
    else cell.push(node);
  }
  return [...found.values()];
}

/**
 * The most of `pods` in `taken` of `domains` domains. With x pods in each other domain, these have room for x + skew each, and the
 * other pods are left for them: the first grows with x and the second shrinks, so the maximum is where they meet.
 */
function fullestShare(pods: number, domains: number, skew: number, taken: number): number {
  if (domains === taken) return pods;
  const share = (others: number) => Math.min(taken * (others + skew), pods - others * (domains - taken));
  const meeting = Math.max(0, Math.floor((pods - taken * skew) / domains));
  return Math.max(share(meeting), share(meeting + 1));
}
