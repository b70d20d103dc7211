// An index of all groups of a world on its nodes, built once for it: where each can be, and how much room they can request together.

import { own, shown } from '../objects/read-json';
import { factsOf, type GroupFacts } from './group-facts';
import { hasVolumes, isGated, type Spread, tolerates, wantsNode } from './terms';
import { type Node, type PodGroup, requested, type World } from './world';

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

/** The groups of a world on its nodes. Results are shared by groups that are alike. */
export class GroupIndex {
  readonly facts: GroupFacts;
  private readonly homes = new Map<PodGroup, readonly Node[]>();
  private readonly demands = new WeakMap<readonly Node[], ReadonlyMap<number, Amounts>>();
  private readonly domains = new WeakMap<readonly Node[], Map<string, readonly (readonly Node[])[]>>();
  private readonly numbers = new Map<Node, number>();
  private readonly lists = new Map<string, readonly Node[]>();

  constructor(private readonly world: World) {
    this.facts = factsOf(world);
  }

  /** Nodes that a group can ever be on. */
  homesOf(group: PodGroup): readonly Node[] {
    const like = this.facts.likeOf(group);
    const known = this.homes.get(like);
    if (known !== undefined) return known;
    const spreads = this.facts.spreadsOf(like);
    const able = this.kept(this.world.nodes, (node) => hasAllKeys(node, spreads) && mayHave(like, node));
    this.homes.set(like, able);
    return able;
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
    for (const resource of this.facts.resources) add(resource, -own * requested(group, resource));
    return sum;
  }

  private demandByPriority(nodes: readonly Node[]): ReadonlyMap<number, Amounts> {
    const levels = new Map<number, Map<string, number>>();
    for (const [group, count] of this.facts.kinds) {
      const level = levels.get(group.priority) ?? new Map<string, number>();
      const pods = count * this.share(group, nodes);
      for (const resource of this.facts.resources)
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
    const { facts } = this;
    if (!facts.isSafe(group) || !facts.countsOwnOnly(group)) return group.wanted;
    const shares = facts.spreadsOf(group).map(({ key, maxSkew }) => {
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
