// Facts about groups, regardless of nodes: which of them others select, and which are alike.

import { dig, record, shown } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { isGated, requiredSpreads, requiredTerms, type Spread, type Term } from './terms';
import { type PodGroup, requested, resourcesOf, type World } from './world';

const facts = new WeakMap<readonly PodGroup[], GroupFacts>();

/** The facts about the groups of a world, memoized: they stay while nodes are lost or tainted. */
export function factsOf({ groups, namespaceLabels }: World): GroupFacts {
  const known = facts.get(groups);
  if (known?.namespaceLabels === namespaceLabels) return known;
  const made = new GroupFacts(groups, namespaceLabels);
  facts.set(groups, made);
  return made;
}

const NONE: readonly PodGroup[] = [];
const NO_KEYS: readonly string[] = [];
const NO_SPREADS: readonly Spread[] = [];

export class GroupFacts {
  /** Kinds of room that pods request. */
  readonly resources: readonly string[];
  private readonly densities = new Map<string, number>();
  private readonly spreads: ReadonlyMap<PodGroup, readonly Spread[]>;
  private readonly repelling: ReadonlyMap<PodGroup, readonly Term[]>;
  private readonly tied: ReadonlySet<PodGroup>;
  private readonly byLabel = new Map<string, PodGroup[]>();
  private readonly lone = new Map<PodGroup, boolean>();
  private readonly highest: number;
  private apart: ReadonlySet<PodGroup> | undefined;
  private likeness: Likeness | undefined;

  constructor(
    private readonly groups: readonly PodGroup[],
    readonly namespaceLabels: World['namespaceLabels'],
  ) {
    const terms = (kind: 'podAffinity' | 'podAntiAffinity') =>
      groups.flatMap((group) => {
        if (group.spec.affinity === undefined) return [];
        const found = requiredTerms(group, kind, this);
        return found.length === 0 ? [] : [[group, found] as const];
      });
    this.spreads = new Map(groups.map((group) => [group, requiredSpreads(group)]));
    this.repelling = new Map(terms('podAntiAffinity'));
    this.tied = new Set(terms('podAffinity').map(([group]) => group));
    this.highest = groups.reduce((most, one) => (one.preempts ? Math.max(most, one.priority) : most), -Infinity);
    this.resources = resourcesOf(groups);
    for (const group of groups) {
      for (const key of Object.keys(group.labels)) {
        const id = labelId(group.namespace, key, group.labels[key]);
        const labelled = this.byLabel.get(id);
        if (labelled === undefined) this.byLabel.set(id, [group]);
        else labelled.push(group);
      }
    }
  }

  /** The first group that is equal to this one in all that bounds depend on. */
  likeOf(group: PodGroup): PodGroup {
    this.likeness ??= this.compare();
    return this.likeness.first.get(group) ?? group;
  }

  /** How many groups there are of each kind, by the first of them. */
  get kinds(): ReadonlyMap<PodGroup, number> {
    this.likeness ??= this.compare();
    return this.likeness.counts;
  }

  /** Compares all groups by their signatures: in a cluster of many workloads, most differ from others in their names only. */
  private compare(): Likeness {
    const first = new Map<PodGroup, PodGroup>();
    const counts = new Map<PodGroup, number>();
    const bySignature = new Map<string, PodGroup>();
    for (const group of this.groups) {
      const id = this.signature(group);
      const like = bySignature.get(id) ?? group;
      bySignature.set(id, like);
      first.set(group, like);
      counts.set(like, (counts.get(like) ?? 0) + 1);
    }
    return { first, counts };
  }

  /** What bounds ask of a group: its numbers, the nodes that it may be on, and whether others are selected with it. */
  private signature(group: PodGroup): string {
    const { wanted, cpu, memory, pods, extended, priority, preempts, returns, returnsEvicted } = group;
    const { boundTo = '', volumeNodes, spec } = group;
    const coupling = `${this.isTied(group)} ${this.isKeptApart(group)} ${this.countsOwnOnly(group)}`;
    const own = `${wanted} ${cpu} ${memory} ${pods} ${priority} ${preempts} ${returns} ${returnsEvicted} ${coupling} ${boundTo}`;
    const spreads = this.spreadsOf(group).map(
      ({ key, maxSkew, minDomains, honorsTaints, honorsAffinity }) =>
        ` ${key} ${maxSkew} ${minDomains} ${honorsTaints} ${honorsAffinity}`,
    );
    const rare = [extended, volumeNodes, choiceOf(spec), this.keysApart(group)];
    return rare.some((one) => one !== undefined && one !== NO_KEYS)
      ? `${own}${spreads.join()} ${JSON.stringify(rare)}`
      : own + spreads.join();
  }

  /** Of two resources, the most of the first that a pod requests per unit of the second. */
  densest(resource: string, beside: string): number {
    const id = `${resource} ${beside}`;
    const known = this.densities.get(id);
    if (known !== undefined) return known;
    let most = 0;
    for (const group of this.kinds.keys()) {
      const asked = requested(group, resource);
      if (asked > 0) most = Math.max(most, asked / requested(group, beside));
    }
    this.densities.set(id, most);
    return most;
  }

  spreadsOf(group: PodGroup): readonly Spread[] {
    return this.spreads.get(group) ?? NO_SPREADS;
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
    let candidates: readonly PodGroup[] = pairs.length === 0 ? this.groups : NONE;
    for (const [index, [key, value]] of pairs.entries()) {
      const labelled = this.byLabel.get(labelId(namespace, key, value)) ?? NONE;
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
    this.apart ??= new Set([...this.repelling].flatMap(([one, terms]) => this.separatedBy(one, terms)));
    return this.apart.has(group);
  }

  /** Groups that the anti-affinity of one separates from it, and that one, if there are any. */
  private separatedBy(group: PodGroup, terms: readonly Term[]): PodGroup[] {
    const others = terms.flatMap((term) => this.selectedBy(group, term)).filter((one) => one !== group);
    return others.length === 0 ? [] : [group, ...others];
  }

  /** Groups that a term of a group selects. */
  selectedBy({ namespace }: PodGroup, { beside, selects }: Term): readonly PodGroup[] {
    return beside === undefined ? this.groups.filter(selects) : this.selected(namespace, beside);
  }

  /** Whether its own affinity ties it to pods. */
  isTied(group: PodGroup): boolean {
    return this.tied.has(group);
  }

  /** Whether no group can preempt its pods. */
  isSafe({ priority }: PodGroup): boolean {
    return this.highest <= priority;
  }
}

/** Which groups are alike. */
interface Likeness {
  /** By group: the first that is like it. */
  readonly first: ReadonlyMap<PodGroup, PodGroup>;
  readonly counts: ReadonlyMap<PodGroup, number>;
}

const labelId = (namespace: string, key: string, value: PodGroup['labels'][string] | undefined): string =>
  `${namespace}\n${key}=${shown(value)}`;

/** What a pod's spec says of nodes; `undefined` where it says nothing, as most do. */
function choiceOf(spec: PodGroup['spec']): unknown {
  const { nodeSelector, affinity, tolerations } = spec;
  if (nodeSelector === undefined && affinity === undefined && tolerations === undefined && !isGated(spec))
    return undefined;
  return [nodeSelector, dig(affinity, 'nodeAffinity'), tolerations, isGated(spec)];
}
