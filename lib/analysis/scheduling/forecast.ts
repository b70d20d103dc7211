// How many pods of each group are placed: intervals over every order and every choice that a scheduler may make.
import { own } from '../objects/read-json';
import { boundAfter, byVolumes } from './bound-pods';
import { boundPlaced, boundShare } from './bounds';
import { groupIndexOf } from './groups';
import { placeOneByOne } from './one-by-one';
import { type Partition, partitionsOf } from './partitions';
import { type Counts, domainsOf, MOST_COUNTED, type Obstacle, Rules } from './rules';
import { Budget, placedOf, settle } from './search';
import { stays, tolerates } from './terms';
import { type Departure, departing, type Interval, isReplaced, type Node, type PodGroup, type World } from './world';

/** Intervals by group. They always hold, but may be wider than what can happen. */
export type Forecast = ReadonlyMap<PodGroup, Interval>;

/** Counts that one search may visit, some tenths of a second: a state has one for each group on each node. */
const COUNTS = 400_000;

const NOTHING: ReadonlySet<Node> = new Set();

/** Pods that are placed on empty nodes. */
export function forecastPlaced(world: World): Forecast {
  return forecast(world, NOTHING, undefined, (group) => boundPlaced(world, group), before);
}

/** Pods of added groups that are placed after all others have been placed; only the added ones are listed. */
export function forecastBeside(world: World, added: ReadonlySet<PodGroup>): Forecast {
  const beside = (part: Partition): SearchResult | undefined => {
    const groups = part.world.groups.map((group) => (added.has(group) ? { ...group, wanted: 0 } : group));
    const first = before({ ...part, world: { ...part.world, groups } });
    if (first === undefined) return undefined;
    const rules = new Rules(part.world);
    const states = settle(rules, first.states, part.classes, budgetFor(part.world));
    return states && { rules, states, measure: (counts, group) => placedOf(rules, counts, group) };
  };
  return forecast(world, NOTHING, undefined, (group) => boundPlaced(world, group), beside, [...added]);
}

/** Pods on living nodes, after those on nodes that go have been removed and placed again where possible. */
export function forecastAfterLoss(world: World, lost: ReadonlySet<Node>, how: Departure = 'lost'): Forecast {
  const after = departing(world, lost, how);
  const isLost = (index: number) => lost.has(world.nodes[index] ?? NOWHERE);
  const living = { ...after, nodes: after.nodes.filter((_, index) => !isLost(index)) };
  const dead = after.nodes.filter((_, index) => isLost(index));
  const bound = (group: PodGroup): Interval => {
    if (group.boundTo !== undefined || !isReplaced(group, how)) return boundAfter(world, lost, how, group);
    // pods that tolerate a dead node may be bound there, where they serve no requests
    const strays = dead.some(({ taints }) => taints.every((one) => tolerates(group.spec, one)));
    return { fewest: strays ? 0 : boundPlaced(after, group).fewest, most: boundPlaced(living, group).most };
  };
  return forecast(world, lost, undefined, bound, (part) => afterLoss(part, how));
}

/** Pods that are left at once when the `count` fullest domains of a label are lost. */
export function forecastLeft(world: World, key: string, count: number): Forecast {
  const bound = (group: PodGroup): Interval => {
    const placed = boundPlaced(world, group);
    const share = boundShare(world, group, key, count);
    const isWhole = placed.fewest === group.wanted;
    return { fewest: isWhole ? group.wanted - share.most : 0, most: group.wanted - (isWhole ? share.fewest : 0) };
  };
  return forecast(world, NOTHING, key, bound, (part) => leftOf(part, key, count));
}

/** Why pods of a group wait, in the scheduler's words with the number of nodes: in the worst case, or in one of many orders. */
export function reasons(world: World, lost: ReadonlySet<Node>, group: PodGroup, how: Departure = 'lost'): string[] {
  const part = partitionsOf(world, lost).find(({ world: { groups } }) => groups.includes(group));
  if (part === undefined) return [];
  const { states, rules: common, ruled } = samples(part, how);
  const index = part.world.groups.indexOf(group);
  const [worst] = [...states].sort((a, b) => placedOf(common, a, index) - placedOf(common, b, index));
  const rules = (worst && ruled?.get(worst)) ?? common;
  if (worst === undefined || placedOf(rules, worst, index) >= group.wanted) return [];
  const counts = new Map<Obstacle, number>();
  rules.nodes.forEach((_, node) => {
    const obstacle = rules.obstacle(worst, index, node);
    if (obstacle !== undefined) counts.set(obstacle, (counts.get(obstacle) ?? 0) + 1);
  });
  return [...counts].map(([obstacle, nodes]) => `${nodes} ${obstacle}`);
}

type Samples = Pick<SearchResult, 'rules' | 'states' | 'ruled'>;

const sampled = new WeakMap<Partition, Map<Departure, Samples>>();

/** Possible layouts of the pods after the loss: all of them, or one if there are too many. */
function samples(part: Partition, how: Departure): Samples {
  const made = sampled.get(part) ?? new Map<Departure, Samples>();
  const known = made.get(how) ?? (isHopeless(part) ? undefined : afterLoss(part, how)) ?? oneSample(part, how);
  sampled.set(part, made.set(how, known));
  return known;
}

function oneSample({ world, lost }: Partition, how: Departure): Samples {
  const rules = new Rules(departing(world, lost, how));
  const counts = placeOneByOne(rules);
  return { rules, states: counts === undefined ? [] : [counts] };
}

const NOWHERE: Node = { name: '', labels: {}, taints: [], cpu: 0, memory: 0, pods: 0 };

/** The result of a search over one partition: states, and how many pods of a group each of them has. */
interface SearchResult {
  readonly rules: Rules;
  readonly states: readonly Counts[];
  /** Filters of single states, where they differ. */
  readonly ruled?: ReadonlyMap<Counts, Rules>;
  readonly measure: (counts: Counts, group: number) => number;
}

function forecast(
  world: World,
  lost: ReadonlySet<Node>,
  key: string | undefined,
  bound: (group: PodGroup) => Interval,
  search: (part: Partition) => SearchResult | undefined,
  asked: readonly PodGroup[] = world.groups,
): Forecast {
  const { facts } = groupIndexOf(world);
  const alike = new Map<PodGroup, Interval>();
  const boundOnce = (group: PodGroup): Interval => {
    const like = facts.likeOf(group);
    const known = alike.get(like) ?? bound(like);
    alike.set(like, known);
    return known;
  };
  const bounds = new Map(asked.map((group) => [group, boundOnce(group)]));
  const isOpen = (group: PodGroup) => {
    const { fewest = 0, most = 0 } = bounds.get(group) ?? {};
    return fewest !== most;
  };
  if (!asked.some(isOpen)) return bounds;
  for (const part of partitionsOf(world, lost, key)) {
    if (!part.world.groups.some(isOpen) || isHopeless(part)) continue;
    const found = search(part);
    if (found === undefined) continue;
    part.world.groups.forEach((group, index) => {
      if (!bounds.has(group)) return;
      const values = found.states.map((counts) => found.measure(counts, index));
      bounds.set(group, { fewest: Math.min(...values), most: Math.max(...values) });
    });
  }
  return bounds;
}

const budgetFor = ({ groups, nodes }: World): Budget => new Budget(statesFor(groups.length * nodes.length));
const statesFor = (counts: number): number => Math.floor(COUNTS / Math.max(1, counts));

/** Whether a search would be hopeless: more layouts than its budget allows, or more pods than it can count. */
function isHopeless({ world: { groups, nodes } }: Partition): boolean {
  const limit = 1000 * statesFor(groups.length * nodes.length);
  let ways = 1;
  for (const { wanted } of groups) {
    if (wanted > MOST_COUNTED) return true;
    for (let pod = 1; pod <= wanted && ways <= limit; pod++) ways *= (nodes.length + pod) / pod;
  }
  return ways > limit;
}

/** The result for a partition before any loss, shared by several questions. */
const settled = new WeakMap<Partition, { readonly found: SearchResult | undefined }>();

function before(part: Partition): SearchResult | undefined {
  const known = settled.get(part) ?? { found: search(part) };
  settled.set(part, known);
  return known.found;
}

type Final = { readonly states: readonly Counts[] | undefined };

/** The latest searches from empty nodes: one cluster asks the same at several scales, and alike clusters ask it again. */
const searched = new Map<string, Final>();
const MOST_SEARCHED = 64;

function search({ world, classes }: Partition): SearchResult | undefined {
  const rules = new Rules(world);
  const id = JSON.stringify([rules.signature, classes]);
  const known = searched.get(id) ?? { states: fromEmpty(rules, classes, budgetFor(world)) };
  if (searched.size === MOST_SEARCHED) searched.clear();
  searched.set(id, known);
  const { states } = known;
  return states && { rules, states, measure: (counts, group) => placedOf(rules, counts, group) };
}

const fromEmpty = (rules: Rules, classes: Partition['classes'], budget: Budget): readonly Counts[] | undefined =>
  settle(rules, [new Uint16Array(rules.groups.length * rules.nodes.length)], classes, budget);

function afterLoss(part: Partition, how: Departure): SearchResult | undefined {
  const { world, lost, classes } = part;
  const first = before(part);
  if (first === undefined) return undefined;
  const after = departing(world, lost, how);
  const isDead = world.nodes.map((node) => lost.has(node));
  const width = world.nodes.length;
  const leaves = world.groups.map(({ spec }) =>
    after.nodes.map(
      (node, index) =>
        isDead[index] === true && (how === 'drained' || !node.taints.every((taint) => stays(spec, taint))),
    ),
  );
  const hit = (counts: Counts) =>
    counts.map((count, index) => (leaves[Math.floor(index / width)]?.[index % width] ? 0 : count));
  const budget = budgetFor(world);
  const states: Counts[] = [];
  const ruled = new Map<Counts, Rules>();
  const bound = byVolumes(after, first.states, how, hit);
  for (const { rules, starts } of bound) {
    const found = settle(rules, starts, classes, budget);
    if (found === undefined) return undefined;
    for (const counts of found) ruled.set(counts, rules);
    states.push(...found);
  }
  const living = (counts: Counts, group: number) =>
    world.nodes.reduce((sum, _, node) => sum + (isDead[node] ? 0 : (counts[group * width + node] ?? 0)), 0);
  const [any] = bound;
  return any && { rules: any.rules, states, ruled, measure: living };
}

function leftOf(part: Partition, key: string, count: number): SearchResult | undefined {
  const found = before(part);
  if (found === undefined) return undefined;
  const { nodes } = part.world;
  const domains = domainsOf(nodes, key);
  const measure = (counts: Counts, group: number) => {
    const shares = new Map<number, number>();
    nodes.forEach((node, index) => {
      if (own(node.labels, key) === undefined) return;
      const domain = domains[index] ?? -1;
      shares.set(domain, (shares.get(domain) ?? 0) + (counts[group * nodes.length + index] ?? 0));
    });
    const fullest = [...shares.values()].sort((a, b) => b - a).slice(0, count);
    return placedOf(found.rules, counts, group) - fullest.reduce((sum, one) => sum + one, 0);
  };
  return { ...found, measure };
}
