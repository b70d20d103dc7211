// One possible layout, where a search would take too long: it shows what keeps pods waiting.
import type { Counts, Rules } from './rules';

/** The most pods that are still quick: some tenths of a second over a hundred nodes. */
const MOST_PODS = 5000;

/** Places pods one by one, by priority, each on the node with the fewest pods; `undefined` if there are too many. */
export function placeOneByOne(rules: Rules): Counts | undefined {
  const { groups, nodes } = rules;
  if (groups.reduce((sum, { wanted }) => sum + wanted, 0) > MOST_PODS) return undefined;
  const counts = new Uint16Array(groups.length * nodes.length);
  const pods = nodes.map(() => 0);
  const all = nodes.map((_, node) => node);
  const order = groups.map((_, group) => group).sort((a, b) => (groups[b]?.priority ?? 0) - (groups[a]?.priority ?? 0));
  for (const group of order) {
    for (let placed = 0; placed < (groups[group]?.wanted ?? 0); placed++) {
      const taking = rules.taking(counts, group, all);
      if (taking.length === 0) break;
      const node = taking.reduce((best, one) => ((pods[one] ?? 0) < (pods[best] ?? 0) ? one : best));
      counts[group * nodes.length + node] = (counts[group * nodes.length + node] ?? 0) + 1;
      pods[node] = (pods[node] ?? 0) + 1;
    }
  }
  return counts;
}
