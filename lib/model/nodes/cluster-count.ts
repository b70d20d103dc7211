// How many clusters a provider allows in one subscription, account or project, and how many of them a platform has.

import type { Cluster } from '../cluster/cluster';
import type { ProviderLimit } from '../cluster/limit';
import { type Derived, derived, plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { groupBy } from '../manifest/group-by';

/** The clusters that count against the same limit. */
export interface ClusterCount {
  readonly limit: ProviderLimit;
  /** Their names, in the order of the platform. */
  readonly names: readonly string[];
  /** Their number, with what it does not count. */
  readonly count: Derived;
}

/** By the name of each cluster of a platform: those that count against its limit. Without those whose provider has none. */
export function countClusters(clusters: readonly Cluster[]): ReadonlyMap<string, ClusterCount> {
  const limited = clusters.flatMap((cluster) => {
    const limit = clusterLimit(cluster);
    return limit === undefined ? [] : { limit, name: cluster.name, together: togetherIn(limit, cluster) };
  });
  const found = new Map<string, ClusterCount>();
  for (const all of groupBy(limited, ({ together }) => together).values()) {
    const names = all.map(({ name }) => name);
    const owners = `${names.join(', ')}, as if all were in one`;
    for (const { name, limit } of all) {
      const because = `${owners} ${ownerOf(limit)}; clusters of others in it are not counted`;
      found.set(name, { limit, names, count: derived(names.length, because) });
    }
  }
  return found;
}

/** More clusters than one subscription, account or project may have. */
export function findClusterCountProblems({ limit, count }: ClusterCount, provider: string): Problem[] {
  const { most, source, raisedBy } = limit;
  if (count.value <= most) return [];
  const raised = raisedBy === undefined ? '' : `, or ${raisedBy}`;
  return [
    {
      field: 'clusters',
      value: count.value,
      message: `${provider} allows ${plural(most, 'cluster')} in one ${limit.per} (${source}); ${count.value - most} too many`,
      expected: `at most ${most} in each ${ownerOf(limit)}${raised}`,
    },
  ];
}

const clusterLimit = ({ provider }: Cluster): ProviderLimit | undefined =>
  provider.limits.find(({ of }) => of === 'clusters');

/** The same text for clusters that count against the same limit. */
const togetherIn = ({ per, source }: ProviderLimit, { region }: Cluster): string =>
  per === 'subscription' ? source : `${source} ${region}`;

const ownerOf = ({ per }: ProviderLimit): string => String(per).replace(/ and region$/, '');
