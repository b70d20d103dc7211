// The nodes of a cluster as its description has them.

import type { Cluster, ClusterDescription } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { boundsByZone, boundsIn } from '../../model/cluster/pool-bounds';
import { nodeLabels } from '../../model/cluster/pool-labels';
import { isProblem } from '../../model/finding/problem';
import type { JsonObject } from '../../model/manifest/json';
import { HOSTNAME, NODE_ARCH, NODE_OS, REGION, ZONE } from '../../model/manifest/well-known';
import { room, wholeUnits } from './pod-groups';
import { tolerates, wantsNode } from './terms';
import type { Node } from './world';

/** Which nodes there are: those that always run, or all that may be ordered. */
export type Extent = 'min' | 'max';

type Described = Pick<ClusterDescription, 'nodePools' | 'zones' | 'region' | 'provider'>;

/**
 * The cluster's nodes. If the cluster does not describe them, each zone is one node without limits: enough for questions about
 * zones. In `closed`, a zone, no node may be ordered.
 */
export function nodesOf({ nodePools, zones, region, provider }: Cluster, extent: Extent, closed?: string): Node[] {
  const places = (zones.length === 0 ? [undefined] : zones).map((zone) => ({ zone, region }));
  if (nodePools.length === 0) {
    const bare = { labels: {}, taints: [], cpu: Infinity, memory: Infinity, pods: Infinity };
    return places.map((place) => nodeIn(place, { name: place.zone ?? 'nodes', ...bare }));
  }
  return nodePools.flatMap((pool) =>
    places.flatMap((place) =>
      Array.from({ length: boundsIn(pool, place.zone)[place.zone === closed ? 'min' : extent] }, (_, index) =>
        poolNode(provider, pool, place, index + 1),
      ),
    ),
  );
}

/** Whether no node can be ordered beyond those that always run. */
export function isFixed({ nodePools, zones }: Described): boolean {
  return nodePools.every((pool) => boundsByZone(pool, zones).every(({ min, max }) => min === max));
}

/** One node of each pool in each zone that may have some, with the number of them that there can be. */
export function sampleNodes({
  nodePools,
  zones,
  region,
  provider,
}: Described): { node: Node; most: number; pool: NodePool }[] {
  const places = (zones.length === 0 ? [undefined] : zones).map((zone) => ({ zone, region }));
  return nodePools.flatMap((pool) =>
    places.flatMap((place) => {
      const most = boundsIn(pool, place.zone).max;
      return most === 0 ? [] : [{ node: poolNode(provider, pool, place, 1), most, pool }];
    }),
  );
}

/**
 * The most nodes that can run a pod, including those that an upgrade adds where the provider's way is known; `undefined` where the
 * cluster describes none.
 */
export function nodeCount(cluster: Described): (pod: JsonObject) => number | undefined {
  const { nodePools, provider, zones } = cluster;
  if (nodePools.length === 0) return () => undefined;
  const nodes = sampleNodes(cluster);
  const added = (pool: NodePool): number => {
    const { network } = provider;
    const all = boundsByZone(pool, zones).reduce((sum, { max }) => sum + max, 0);
    return isProblem(network) ? 0 : network.surgeNodes(pool, all, Math.max(1, zones.length)).value;
  };
  return (pod) => {
    const able = nodes.filter(({ node }) => accepts(pod, node));
    const pools = [...new Set(able.map(({ pool }) => pool))];
    return able.reduce((sum, { most }) => sum + most, 0) + pools.reduce((sum, pool) => sum + added(pool), 0);
  };
}

/**
 * Whether a DaemonSet puts a pod on the node: its controller tolerates what the node controller adds, but not a pool's own taints.
 * Source: kubernetes.io, "DaemonSet".
 */
const accepts = (spec: JsonObject, node: Node): boolean =>
  wantsNode(spec, node) && node.taints.every((taint) => tolerates(spec, taint));

function poolNode(provider: Described['provider'], pool: NodePool, place: Location, number: number): Node {
  const { name, cpu, memory, pods, resources, taints = [] } = pool;
  return nodeIn(place, {
    name: `${place.zone === undefined ? '' : `${place.zone}-`}${name}-${number}`,
    labels: nodeLabels(provider, pool),
    taints,
    ...room(cpu, memory),
    pods,
    ...(resources === undefined ? {} : { extended: wholeUnits(resources) }),
  });
}

interface Location {
  readonly zone: string | undefined;
  readonly region: string | undefined;
}

/** What a pool that does not say it is taken to have. */
export const DEFAULT_LABELS = { [NODE_OS]: 'linux', [NODE_ARCH]: 'amd64' } as const;

/** A node with the labels that every node has. Source: kubernetes.io, "Well-Known Labels, Annotations and Taints". */
function nodeIn({ zone, region }: Location, node: Node): Node {
  const labels = {
    ...DEFAULT_LABELS,
    ...node.labels,
    ...(region === undefined ? {} : { [REGION]: region }),
    ...(zone === undefined ? {} : { [ZONE]: zone }),
    [HOSTNAME]: node.name,
  };
  return { ...node, labels };
}
