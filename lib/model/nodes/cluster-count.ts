// How many clusters a provider allows in one subscription, account or project, and how many of them a platform has.

import type { Cluster } from '../cluster/cluster';
import type { ProviderLimit } from '../cluster/limit';
import { type Derived, derived, plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';

/** The clusters that count against the same limit. */
export interface ClusterCount {
  readonly limit: ProviderLimit;
  /** Their names, in the order of the platform. */
  readonly names: readonly string[];
  /** Their number, with what it does not count. */
  readonly count: Derived;
}

/** The clusters of a platform that count against the limit of `name`; `undefined` where its provider has none. */
export function countClusters(clusters: readonly Cluster[], name: string): ClusterCount | undefined {
  const own = clusters.find((cluster) => cluster.name === name);
  const limit = own === undefined ? undefined : clusterLimit(own);
  if (own === undefined || limit === undefined) return undefined;
  const names = clusters
    .filter((other) => clusterLimit(other)?.source === limit.source && isTogether(limit, own, other))
    .map((other) => other.name);
  const because = `${names.join(', ')}, as if all were in one ${ownerOf(limit)}; clusters of others in it are not counted`;
  return { limit, names, count: derived(names.length, because) };
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

const isTogether = ({ per }: ProviderLimit, one: Cluster, other: Cluster): boolean =>
  per === 'subscription' || one.region === other.region;

const ownerOf = ({ per }: ProviderLimit): string => String(per).replace(/ and region$/, '');
