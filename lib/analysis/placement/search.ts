// All that a scheduler may do: every order of pods, every choice among nodes that would take one, until nothing moves any more.
import type { Counts, Rules } from './rules';

/** States that a search may visit, so that its time is bounded. */
export class Budget {
  constructor(private left: number) {}

  /** Whether one more may be visited. */
  take(): boolean {
    this.left -= 1;
    return this.left >= 0;
  }
}

/** Nodes that are alike: exchanging two of them changes nothing. A number for each node. */
export type Classes = readonly number[];

/**
 * Every state in which nothing moves any more, reached from any of `starts`; `undefined` where the budget does not last.
 *
 * A step places one pod on a node that takes it. Where no node takes a pod of higher priority, a step removes from one node the
 * fewest pods of lower priority that make room for it: whatever subset would do and none of whose parts would.
 * Source: k8s.io/kubernetes v1.36.3, pkg/scheduler/framework/preemption.
 */
export function settle(
  rules: Rules,
  starts: readonly Counts[],
  classes: Classes,
  budget: Budget,
): Counts[] | undefined {
  const seen = new Set<string>();
  const open: Counts[] = [];
  const settled: Counts[] = [];
  const visit = (counts: Counts): boolean => {
    const canonical = canonicalize(counts, rules, classes);
    const key = String.fromCharCode(...canonical);
    if (seen.has(key)) return true;
    seen.add(key);
    open.push(canonical);
    return budget.take();
  };
  for (const start of starts) if (!visit(start)) return undefined;
  for (let counts = open.pop(); counts !== undefined; counts = open.pop()) {
    const next = steps(rules, counts);
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

function steps(rules: Rules, counts: Counts): Counts[] {
  const found: Counts[] = [];
  rules.groups.forEach(({ wanted, preempts }, group) => {
    if (placedOf(rules, counts, group) >= wanted) return;
    const nodes = rules.nodes.map((_, node) => node);
    const taking = nodes.filter((node) => rules.takes(counts, group, node));
    if (taking.length > 0) found.push(...taking.map((node) => changed(rules, counts, group, node, 1)));
    else if (preempts) found.push(...nodes.flatMap((node) => preemptions(rules, counts, group, node)));
  });
  return found;
}

function changed(rules: Rules, counts: Counts, group: number, node: number, by: number): Counts {
  const copy = counts.slice();
  const at = group * rules.nodes.length + node;
  copy[at] = (copy[at] ?? 0) + by;
  return copy;
}

/** States after pods of lower priority have made room on a node, in every way that removes none in vain. */
function preemptions(rules: Rules, counts: Counts, group: number, node: number): Counts[] {
  if (!rules.mayHave(group, node)) return [];
  const width = rules.nodes.length;
  const priority = rules.groups[group]?.priority ?? 0;
  const lower = rules.groups.flatMap((other, index) => (other.priority < priority ? [index] : []));
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

/** The same state with alike nodes in one order. */
function canonicalize(counts: Counts, rules: Rules, classes: Classes): Counts {
  const width = rules.nodes.length;
  const columns = classes.map((of, node) => ({
    of,
    node,
    key: String.fromCharCode(...rules.groups.map((_, group) => counts[group * width + node] ?? 0)),
  }));
  const sorted = columns.toSorted((a, b) => a.of - b.of || (a.key < b.key ? -1 : Number(a.key > b.key)));
  const places = columns.map(({ of, node }) => ({ of, node })).toSorted((a, b) => a.of - b.of || a.node - b.node);
  const result = new Uint16Array(counts.length);
  places.forEach(({ node }, index) => {
    const from = sorted[index]?.node ?? node;
    for (let group = 0; group < rules.groups.length; group++) {
      result[group * width + node] = counts[group * width + from] ?? 0;
    }
  });
  return result;
}
