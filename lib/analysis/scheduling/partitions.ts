// Divides a world into partitions: groups that cannot affect each other. Nodes with room for all pods are merged into one.

import { own, shown } from '../objects/read-json';
import { shapeOf } from './fullness';
import { groupIndexOf } from './groups';
import { hasVolumes, requiredSpreads, requiredTerms, tolerates, wantsNode } from './terms';
import { type Node, offered, type PodGroup, requested, resourcesOf, type World } from './world';

/** A part of the world that can be searched separately. */
export interface Partition {
  readonly world: World;
  /** The nodes of `world` that are lost. */
  readonly lost: ReadonlySet<Node>;
  /** Equivalent nodes have the same number. */
  readonly classes: readonly number[];
}

const memo = new WeakMap<World, WeakMap<ReadonlySet<Node>, Map<string | undefined, readonly Partition[]>>>();

/** The partitions of a world, memoized. `key` is a label whose values are kept separate even if no pod uses it. */
export function partitionsOf(world: World, lost: ReadonlySet<Node>, key?: string): readonly Partition[] {
  const byLoss = memo.get(world) ?? new WeakMap<ReadonlySet<Node>, Map<string | undefined, readonly Partition[]>>();
  const byKey = byLoss.get(lost) ?? new Map<string | undefined, readonly Partition[]>();
  const known = byKey.get(key) ?? partition(world, lost, key);
  memo.set(world, byLoss.set(lost, byKey.set(key, known)));
  return known;
}

function partition(world: World, lost: ReadonlySet<Node>, key: string | undefined): Partition[] {
  const roomy = new Set(world.nodes.filter((node) => hasRoomForAll(world, node)));
  return connected(world, roomy).map((groups) => {
    const keys = new Set(key === undefined ? [] : [key]);
    for (const group of groups) {
      for (const used of topologyKeys(group, world)) keys.add(used);
      if (group.boundTo !== undefined) keys.add(group.boundTo);
    }
    return simplify({ ...world, groups }, lost, roomy, [...keys]);
  });
}

function hasRoomForAll({ groups }: World, node: Node): boolean {
  const here = groups.filter(({ spec }) => wantsNode(spec, node));
  return resourcesOf(here).every(
    (resource) =>
      here.reduce((sum, group) => sum + group.wanted * requested(group, resource), 0) <= offered(node, resource),
  );
}

/** Sets of groups that share a node without room for all, or are connected by affinity, anti-affinity or a spread. */
function connected(world: World, roomy: ReadonlySet<Node>): PodGroup[][] {
  const parts = new Map(world.groups.map((group) => [group, [group]]));
  const join = (one: PodGroup, other: PodGroup) => {
    const [first = [], second = []] = [parts.get(one), parts.get(other)];
    if (first === second) return;
    const [larger, smaller] = first.length < second.length ? [second, first] : [first, second];
    larger.push(...smaller);
    for (const group of smaller) parts.set(group, larger);
  };
  for (const node of world.nodes.filter((one) => !roomy.has(one))) {
    const [first, ...others] = world.groups.filter(({ spec }) => wantsNode(spec, node));
    for (const other of others) if (first !== undefined) join(first, other);
  }
  for (const group of world.groups) for (const other of selectedBy(world, group)) join(group, other);
  return [...new Set(parts.values())];
}

/** Groups that the affinity, anti-affinity or spreads of a group select. */
function selectedBy(world: World, group: PodGroup): PodGroup[] {
  const { facts } = groupIndexOf(world);
  const terms = [...requiredTerms(group, 'podAffinity', world), ...requiredTerms(group, 'podAntiAffinity', world)];
  return [
    ...terms.flatMap((term) => facts.selectedBy(group, term)),
    ...facts
      .spreadsOf(group)
      .flatMap(({ selector }) => (selector === undefined ? [] : facts.selected(group.namespace, selector))),
  ];
}

function topologyKeys(group: PodGroup, world: World): string[] {
  const terms = [...requiredTerms(group, 'podAffinity', world), ...requiredTerms(group, 'podAntiAffinity', world)];
  return [...requiredSpreads(group), ...terms].map(({ key }) => key);
}

function simplify(world: World, lost: ReadonlySet<Node>, roomy: ReadonlySet<Node>, keys: readonly string[]): Partition {
  const merged = new Map<string, Node>();
  const gone = new Set<Node>();
  for (const node of world.nodes) {
    const signature = [fixedSignature(world, node, lost), ...keys.map((key) => shown(own(node.labels, key)))];
    const kept = roomy.has(node) ? unlimited(node) : node;
    const id = JSON.stringify(roomy.has(node) ? signature : [signature, node.name]);
    if (merged.has(id)) continue;
    merged.set(id, kept);
    if (lost.has(node)) gone.add(kept);
  }
  const nodes = [...merged.values()];
  return { world: { ...world, nodes }, lost: gone, classes: classify({ ...world, nodes }, gone, keys) };
}

function unlimited({ extended: _, ...node }: Node): Node {
  return { ...node, cpu: Infinity, memory: Infinity, pods: Infinity };
}

/** Equal numbers for equivalent nodes. A label value that is unique to a node, such as its hostname, does not distinguish it. */
function classify(world: World, lost: ReadonlySet<Node>, keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return world.nodes.map((node) => {
    const values = keys.map((key) => {
      const value = own(node.labels, key);
      const sharing = world.nodes.filter(({ labels }) => own(labels, key) === value);
      return value !== undefined && sharing.length === 1 ? 'its own' : [value ?? null];
    });
    const id = JSON.stringify([fixedSignature(world, node, lost), values, shapeOf(node)]);
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
}

/** Which groups can be on a node, before and after the loss, and are counted there. */
function fixedSignature({ groups }: World, node: Node, lost: ReadonlySet<Node>): string {
  const wanting = groups.map((group) => wantsNode(group.spec, node) && hasVolumes(group, node));
  const tolerating = groups.map(({ spec }) => node.taints.map((taint) => tolerates(spec, taint)));
  return JSON.stringify([wanting, tolerating, lost.has(node)]);
}
