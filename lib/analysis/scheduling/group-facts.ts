// Facts about groups, regardless of nodes: which of them others select, and which are alike.

import { groupBy } from '../../model/manifest/group-by';
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

/**
 * The world with further groups, such as those of a release. Facts about the others are found again only where these change them. The world itself
 * is not one of this function.
 */
export function worldBeside(world: World, added: readonly PodGroup[]): World {
  const groups = [...world.groups, ...added];
  facts.set(groups, new GroupFacts(groups, world.namespaceLabels, { base: factsOf(world), added }));
  return { ...world, groups };
}

const NONE: readonly PodGroup[] = [];
const NO_KEYS: readonly string[] = [];

export class GroupFacts {
  /** Kinds of room that pods request. */
  readonly resources: readonly string[];
  /** All groups, or those that were added to the ones of another world, whose facts are the base. */
  private readonly added: readonly PodGroup[];
  private readonly base: GroupFacts | undefined;
  private readonly densities = new Map<string, number>();
  private readonly repelling: ReadonlyMap<PodGroup, readonly Term[]>;
  private readonly tied: ReadonlySet<PodGroup>;
  private readonly byLabel = new Map<string, PodGroup[]>();
  private readonly byNamespace: ReadonlyMap<string, readonly PodGroup[]>;
  private readonly lone = new Map<PodGroup, boolean>();
  private readonly highest: number;
  private apart: ReadonlySet<PodGroup> | undefined;
  private changed: ReadonlySet<PodGroup> | undefined;
  private likeness: Likeness | undefined;

  constructor(
    private readonly groups: readonly PodGroup[],
    readonly namespaceLabels: World['namespaceLabels'],
    beside?: { readonly base: GroupFacts; readonly added: readonly PodGroup[] },
  ) {
    this.base = beside?.base;
    this.added = beside?.added ?? groups;
    const terms = (kind: 'podAffinity' | 'podAntiAffinity') =>
      this.added.flatMap((group) => {
        if (group.spec.affinity === undefined) return [];
        const found = requiredTerms(group, kind, this);
        return found.length === 0 ? [] : [[group, found] as const];
      });
    this.repelling = new Map(terms('podAntiAffinity'));
    this.tied = new Set(terms('podAffinity').map(([group]) => group));
    this.highest = this.added.reduce(
      (most, one) => (one.preempts ? Math.max(most, one.priority) : most),
      this.base?.highest ?? -Infinity,
    );
    const isMore = this.added.some(({ extended }) => extended !== undefined);
    this.resources = this.base === undefined || isMore ? resourcesOf(groups) : this.base.resources;
    this.byNamespace = groupBy(this.added, ({ namespace }) => namespace);
    for (const group of this.added) {
      for (const key of Object.keys(group.labels)) {
        const id = labelId(group.namespace, key, group.labels[key]);
        const labelled = this.byLabel.get(id);
        if (labelled === undefined) this.byLabel.set(id, [group]);
        else labelled.push(group);
      }
    }
  }

  /** One of the groups that are equal to this one in all that bounds depend on: the same for all of them. */
  likeOf(group: PodGroup): PodGroup {
    this.likeness ??= this.compare();
    return this.likeness.firsts.get(this.kindOf(group) ?? '') ?? group;
  }

  /** How many groups there are of each kind, by one of them. */
  get kinds(): ReadonlyMap<PodGroup, number> {
    this.likeness ??= this.compare();
    return this.likeness.counts;
  }

  /** Compares all groups by their signatures: in a cluster of many workloads, most differ from others in their names only. */
  private compare(): Likeness {
    const changed = this.changedGroups();
    const signatures = new Map([...changed].map((group) => [group, this.signature(group)]));
    const members = groupBy(changed, (group) => signatures.get(group) ?? '');
    const firsts = new Map<string, PodGroup>();
    const counts = new Map<PodGroup, number>();
    const moved = groupBy(changed, (group) => this.base?.kindOf(group));
    for (const [id, all] of this.base?.members ?? []) {
      const first = all.find((one) => !changed.has(one));
      if (first === undefined) continue;
      firsts.set(id, first);
      counts.set(first, all.length - (moved.get(id)?.length ?? 0));
    }
    for (const [id, all] of members) {
      const first = firsts.get(id) ?? all[0];
      if (first === undefined) continue;
      firsts.set(id, first);
      counts.set(first, (counts.get(first) ?? 0) + all.length);
    }
    return { signatures, members, firsts, counts };
  }

  /** The groups of each kind, by signature. */
  private get members(): ReadonlyMap<string, readonly PodGroup[]> {
    this.likeness ??= this.compare();
    return this.likeness.members;
  }

  /** The signature of a group; `undefined` where it is of another world. */
  private kindOf(group: PodGroup): string | undefined {
    this.likeness ??= this.compare();
    return this.likeness.signatures.get(group) ?? this.base?.kindOf(group);
  }

  /** The added groups, and those of the base whose facts they may change: in their namespaces, or kept apart from them. */
  private changedGroups(): ReadonlySet<PodGroup> {
    this.changed ??= new Set([
      ...[...this.byNamespace.keys()].flatMap((namespace) => this.base?.byNamespace.get(namespace) ?? NONE),
      ...(this.base === undefined ? NONE : this.separated()),
      ...this.added,
    ]);
    return this.changed;
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
    return requiredSpreads(group);
  }

  /** Whether each of its spreads counts its own pods, and no others. */
  countsOwnOnly(group: PodGroup): boolean {
    if (this.base !== undefined && !this.changedGroups().has(group)) return this.base.countsOwnOnly(group);
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
      const labelled = this.labelled(labelId(namespace, key, value));
      if (index === 0 || labelled.length < candidates.length) candidates = labelled;
    }
    return candidates.filter((one) => one.namespace === namespace && matches(selector, one.labels));
  }

  private labelled(id: string): readonly PodGroup[] {
    const [before, added] = [this.base?.labelled(id) ?? NONE, this.byLabel.get(id) ?? NONE];
    return before.length === 0 ? added : added.length === 0 ? before : [...before, ...added];
  }

  private repellingOf(group: PodGroup): readonly Term[] | undefined {
    return this.repelling.get(group) ?? this.base?.repellingOf(group);
  }

  /** Labels whose domains may each hold only one pod of the group, by its own anti-affinity. */
  keysApart(group: PodGroup): readonly string[] {
    const terms = this.repellingOf(group);
    return terms === undefined ? NO_KEYS : terms.filter(({ selects }) => selects(group)).map(({ key }) => key);
  }

  /** Whether an anti-affinity separates it from other groups. */
  isKeptApart(group: PodGroup): boolean {
    return this.separated().has(group) || this.base?.isKeptApart(group) === true;
  }

  /** Groups that are kept apart from others; beside a base, from the added ones, or these from them. */
  private separated(): ReadonlySet<PodGroup> {
    this.apart ??= new Set([
      ...[...this.repelling].flatMap(([one, terms]) => this.separatedBy(one, terms)),
      ...[...(this.base?.repelling ?? [])].flatMap(([one, terms]) => {
        const others = this.added.filter((other) => terms.some(({ selects }) => selects(other)));
        return others.length === 0 ? NONE : [one, ...others];
      }),
    ]);
    return this.apart;
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
    return this.tied.has(group) || this.base?.isTied(group) === true;
  }

  /** Whether no group can preempt its pods. */
  isSafe({ priority }: PodGroup): boolean {
    return this.highest <= priority;
  }
}

/** Which groups are alike. */
interface Likeness {
  /** Signatures of the groups that were compared here; the base has those of the others. */
  readonly signatures: ReadonlyMap<PodGroup, string>;
  /** The same groups by signature. */
  readonly members: ReadonlyMap<string, readonly PodGroup[]>;
  /** One group of each kind, by signature. */
  readonly firsts: ReadonlyMap<string, PodGroup>;
  /** How many are of its kind, by that group. */
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
