// Everything that a scheduler may do: every order of pods, every choice among feasible nodes, until no step is left.
import type { Counts, Rules } from './rules';

/** The number of states that a search may visit, which limits its time. */
export class Budget {
  constructor(private left: number) {}

  /** Takes one state; whether it was left. */
  take(): boolean {
    this.left -= 1;
    return this.left >= 0;
  }
}

/** Classes of equivalent nodes, as a number for each node: exchanging two of a class changes nothing. */
export type Classes = readonly number[];

/**
 * Every final state, without further steps, reached from any of `starts`; `undefined` if the budget does not suffice.
 *
 * A step places one pod on a feasible node. If no node takes a pod of higher priority, a step removes pods of lower priority from
 * one node: any minimal set that makes room for it.
 * Source: k8s.io/kubernetes v1.36.3, pkg/scheduler/framework/preemption; plugins/defaultpreemption, `SelectVictimsOnNode`.
 */
export function settle(
  rules: Rules,
  starts: readonly Counts[],
  classes: Classes,
  budget: Budget,
): Counts[] | undefined {
  const alike = alikeNodes(classes);
  const seen = new Set<string>();
  const open: Counts[] = [];
  const settled: Counts[] = [];
  const visit = (counts: Counts): boolean => {
    canonicalize(counts, rules, alike);
    const key: string = Reflect.apply(String.fromCharCode, undefined, counts); // a spread would take most of the time
    if (seen.has(key)) return true;
    seen.add(key);
    open.push(counts);
    return budget.take();
  };
  for (const start of starts) if (!visit(start.slice())) return undefined;
  for (let counts = open.pop(); counts !== undefined; counts = open.pop()) {
    const next = steps(rules, counts, alike);
    if (next.length === 0) settled.push(counts);
    for (const one of next) if (!visit(one)) return undefined;
  }
  return settled;
}

/** Pods of a group that are placed. */
export function placedOf(rules: Rules, counts: Counts, group: number): number {
  const width = rules.nodes.length;
  let sum = 0;
  for (let node = 0; node < width; node++) sum += counts[group * width + node] ?? 0;
  return sum;
}

function steps(rules: Rules, counts: Counts, alike: AlikeNodes): Counts[] {
  const found: Counts[] = [];
  // equivalent nodes with the same pods are represented by one: they are neighbours in a canonical state
  const nodes = rules.nodes.flatMap((_, node) => {
    const before = alike.before[node];
    return before === undefined || compareNodes(rules, counts, before, node) !== 0 ? [node] : [];
  });
  rules.groups.forEach(({ wanted, preempts }, group) => {
    if (placedOf(rules, counts, group) >= wanted) return;
    const taking = rules.taking(counts, group, nodes);
    for (const node of taking) found.push(changed(rules, counts, group, node, 1));
    if (taking.length === 0 && preempts) {
      for (const node of nodes) found.push(...preemptions(rules, counts, group, node));
    }
  });
  return found;
}

function changed(rules: Rules, counts: Counts, group: number, node: number, by: number): Counts {
  const copy = counts.slice();
  const at = group * rules.nodes.length + node;
  copy[at] = (copy[at] ?? 0) + by;
  return copy;
}

/**
 * States after preemption on a node, for every minimal set of victims. The scheduler first asks whether the pod would fit without
 * any pods of lower priority: if it needs some of them (pod affinity), it does not, and none is preempted.
 */
function preemptions(rules: Rules, counts: Counts, group: number, node: number): Counts[] {
  if (!rules.mayHave(group, node)) return [];
  const width = rules.nodes.length;
  const priority = rules.groups[group]?.priority ?? 0;
  const lower = rules.groups.flatMap((other, index) => (other.priority < priority ? [index] : []));
  const without = counts.slice();
  for (const victim of lower) without[victim * width + node] = 0;
  if (!rules.takes(without, group, node)) return [];
  let removals: { readonly counts: Counts; readonly removed: readonly number[] }[] = [{ counts, removed: [] }];
  for (const victim of lower) {
    removals = removals.flatMap(({ counts: before, removed }) =>
      Array.from({ length: (before[victim * width + node] ?? 0) + 1 }, (_, gone) => ({
        counts: changed(rules, before, victim, node, -gone),
        removed: [...removed, gone],
      })),
    );
  }
  const enough = removals.filter((one) => rules.takes(one.counts, group, node));
  const isLess = (one: readonly number[], other: readonly number[]) =>
    one !== other && one.every((gone, index) => gone <= (other[index] ?? 0));
  return enough
    .filter(({ removed }) => !enough.some((other) => isLess(other.removed, removed)))
    .map((one) => changed(rules, one.counts, group, node, 1));
}

interface AlikeNodes {
  /** Sets of several equivalent nodes. */
  readonly sets: readonly (readonly number[])[];
  /** The previous node of the same class. */
  readonly before: readonly (number | undefined)[];
}

function alikeNodes(classes: Classes): AlikeNodes {
  const sets = new Map<number, number[]>();
  const before = classes.map((of, node) => {
    const set = sets.get(of) ?? [];
    sets.set(of, set);
    set.push(node);
    return set.at(-2);
  });
  return { sets: [...sets.values()].filter(({ length }) => length > 1), before };
}

/** Sorts the contents of equivalent nodes, in place. Insertion sort: they are few. */
function canonicalize(counts: Counts, rules: Rules, { sets }: AlikeNodes): void {
  for (const nodes of sets) {
    for (let end = 1; end < nodes.length; end++) {
      for (let at = end; at > 0; at--) {
        const [one = 0, next = 0] = [nodes[at - 1], nodes[at]];
        if (compareNodes(rules, counts, one, next) <= 0) break;
        exchange(rules, counts, one, next);
      }
    }
  }
}

/** Compares the contents of two nodes, group by group. */
function compareNodes(rules: Rules, counts: Counts, one: number, other: number): number {
  const width = rules.nodes.length;
  for (let at = 0; at < counts.length; at += width) {
    const difference = (counts[at + one] ?? 0) - (counts[at + other] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function exchange(rules: Rules, counts: Counts, one: number, other: number): void {
  const width = rules.nodes.length;
  for (let at = 0; at < counts.length; at += width) {
    const kept = counts[at + one] ?? 0;
    counts[at + one] = counts[at + other] ?? 0;
    counts[at + other] = kept;
  }
}
