// Groups that cannot get into each other's way are looked at one by one, and nodes with room for everybody as one large node.

import { own, shown } from '../objects/read-json';
import { groupIndexOf } from './groups';
import { requiredSpreads, requiredTerms, tolerates, wantsNode } from './terms';
import { type Node, type PodGroup, RESOURCES, type World } from './world';

/** A part of the world that can be searched by itself. */
export interface Partition {
  readonly world: World;
  /** The nodes of `world` that are lost. */
  readonly lost: ReadonlySet<Node>;
  /** Nodes that are alike have the same number. */
  readonly classes: readonly number[];
}

const memo = new WeakMap<World, WeakMap<ReadonlySet<Node>, Map<string | undefined, readonly Partition[]>>>();

/** Takes the world apart, once for each question. `key` is a label whose values stay apart although no pod asks for it. */
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
    for (const group of groups) for (const used of topologyKeys(group, world)) keys.add(used);
    return simplify({ ...world, groups }, lost, roomy, [...keys]);
  });
}

function hasRoomForAll({ groups }: World, node: Node): boolean {
  const here = groups.filter(({ spec }) => wantsNode(spec, node));
  return RESOURCES.every(
    (resource) => here.reduce((sum, group) => sum + group.wanted * group[resource], 0) <= node[resource],
  );
}

/** Groups that share a node without room for all, or of which one asks for or keeps away the other. */
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
  for (const group of world.groups) for (const other of lookedAt(world, group)) join(group, other);
  return [...new Set(parts.values())];
}

/** Groups whose pods a group asks for, keeps away from, or counts. */
function lookedAt(world: World, group: PodGroup): PodGroup[] {
  const index = groupIndexOf(world);
  const terms = [...requiredTerms(group, 'podAffinity', world), ...requiredTerms(group, 'podAntiAffinity', world)];
  return [
    ...terms.flatMap(({ selects }) => world.groups.filter(selects)),
    ...index
      .spreadsOf(group)
      .flatMap(({ selector }) => (selector === undefined ? [] : index.selected(group.namespace, selector))),
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
    const kept = roomy.has(node) ? { ...node, cpu: Infinity, memory: Infinity, pods: Infinity } : node;
    const id = JSON.stringify(roomy.has(node) ? signature : [signature, node.name]);
    if (merged.has(id)) continue;
    merged.set(id, kept);
    if (lost.has(node)) gone.add(kept);
  }
  const nodes = [...merged.values()];
  return { world: { ...world, nodes }, lost: gone, classes: classify({ ...world, nodes }, gone, keys) };
}

/** Numbers for nodes that are alike. A value that one node alone has tells nothing: it has it as each other has its own. */
function classify(world: World, lost: ReadonlySet<Node>, keys: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return world.nodes.map((node) => {
    const values = keys.map((key) => {
      const value = own(node.labels, key);
      const bearers = world.nodes.filter(({ labels }) => own(labels, key) === value);
      return value !== undefined && bearers.length === 1 ? 'its own' : [value ?? null];
    });
    const id = JSON.stringify([fixedSignature(world, node, lost), values, node.cpu, node.memory, node.pods]);
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    return number;
  });
}

/** Which groups may be on a node, before and after the loss, and are counted there. */
function fixedSignature({ groups }: World, node: Node, lost: ReadonlySet<Node>): string {
  const wanting = groups.map(({ spec }) => wantsNode(spec, node));
  const tolerating = groups.map(({ spec }) => node.taints.map((taint) => tolerates(spec, taint)));
  return JSON.stringify([wanting, tolerating, lost.has(node)]);
}
