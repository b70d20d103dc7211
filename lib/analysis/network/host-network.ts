// Pods on the host network: policies may not hold for them, so that each of them and any other pod may reach each other.

import { memoizePerObjects } from '../objects/object-index';
import { workloads } from '../objects/workloads';
import { type Connection, connections, MAYBE } from './connections';
import { sideOf } from './policies';

/**
 * The connections between a pod on the host network and another workload at any port, of which all that is known is that policies may not
 * hold for them; with the ends on the host network, as `<namespace>/<workload>`. There is one for each workload of the cluster, in both
 * directions.
 */
export const hostConnections = memoizePerObjects((entries): ReadonlyMap<Connection, readonly string[]> => {
  const sides = workloads(entries).map((workload) => sideOf(workload, entries));
  const known = new Map(sides.map((side) => [keyOf(side.workload.entry.cluster, side.name), side.hostNetwork]));
  const found = connections(entries).flatMap((connection) => {
    const { cluster, from, to, port } = connection;
    const ends = [...new Set([from, to])];
    const areWorkloads = ends.every((end) => known.has(keyOf(cluster, end)));
    const hosts = ends.filter((end) => known.get(keyOf(cluster, end)));
    const isMeant = port === `any port${MAYBE}` && areWorkloads && hosts.length > 0;
    return isMeant ? [[connection, hosts] as const] : [];
  });
  return new Map(found);
});

const keyOf = (cluster: string, name: string): string => `${cluster}\n${name}`;

/** That connections of workloads on the host network are left out, as a sentence. */
export const leftOutOnHost = (hosts: Iterable<string>): string =>
  `Left out: between any pod and ${[...new Set(hosts)].join(', ')}, on the host network, where policies may not hold.`;
