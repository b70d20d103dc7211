// Where there is too much for a search: one way in which a scheduler may place all pods, to tell what stands in the way of those that wait.
import type { Counts, Rules } from './rules';

/** Pods for which it is still quick: some tenths of a second over a hundred nodes. */
const MOST_PODS = 5000;

/** Pods one by one, the most important first, each on the node with the fewest; `undefined` where there are too many. */
export function placeOneByOne(rules: Rules): Counts | undefined {
  const { groups, nodes } = rules;
  if (groups.reduce((sum, { wanted }) => sum + wanted, 0) > MOST_PODS) return undefined;
  const counts = new Uint16Array(groups.length * nodes.length);
  const pods = nodes.map(() => 0);
  const order = groups.map((_, group) => group).sort((a, b) => (groups[b]?.priority ?? 0) - (groups[a]?.priority ?? 0));
  for (const group of order) {
    for (let placed = 0; placed < (groups[group]?.wanted ?? 0); placed++) {
      const taking = nodes.flatMap((_, node) => (rules.takes(counts, group, node) ? [node] : []));
      if (taking.length === 0) break;
      const node = taking.reduce((best, one) => ((pods[one] ?? 0) < (pods[best] ?? 0) ? one : best));
      counts[group * nodes.length + node] = (counts[group * nodes.length + node] ?? 0) + 1;
      pods[node] = (pods[node] ?? 0) + 1;
    }
  }
  return counts;
}
