// Workloads that several pools may run: whether those have room for them together, in any order of scheduling.

import type { NodePool } from '../cluster/pool';
import { boundsIn } from '../cluster/pool-bounds';
import { plural, roundDown } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { type PlannedWorkload, type ProviderPlanInput, poolsOf, resourcesOf, roomOf } from './node-plan-input';
import { type NodeRoom, podsInZone, podsOnNode, type Resources, refusalShare } from './packing';

/** Workloads with pods of one size in the same pools. */
interface Sized {
  readonly names: string[];
  readonly pod: Resources;
  readonly pools: readonly NodePool[];
  /** Pods of all of them in one zone, during a release after the loss. */
  pods: number;
}

/**
 * Workloads that pods of others can keep from their last node, where pools share them: a pod of another workload, wherever it may
 * run, fills at most its largest share of a node there (packing.ts). A workload that runs in one pool and shares it with none is
 * judged with its pool.
 */
export function findSharedProblems(input: ProviderPlanInput): Problem[] {
  const { cluster, workloads, daemons, zonesLost } = input;
  const { nodePools, zones } = cluster;
  if (nodePools.length < 2) return [];
  const rooms = new Map(nodePools.map((pool) => [pool, roomOf(pool, daemons)]));
  const sized = sizesOf(workloads, nodePools, zones, zonesLost);
  const shared = nodePools.filter((pool) => sized.some(({ pools }) => pools.length > 1 && pools.includes(pool)));
  return sized.flatMap((one) =>
    one.pools.some((pool) => shared.includes(pool)) ? problemOf(one, sized, rooms, zones) : [],
  );
}

function sizesOf(
  workloads: readonly PlannedWorkload[],
  nodePools: readonly NodePool[],
  zones: readonly string[],
  lost: number,
): Sized[] {
  const found = new Map<string, Sized>();
  for (const workload of workloads) {
    const pools = poolsOf(workload, nodePools);
    const open = zones.filter((zone) => pools.some((pool) => boundsIn(pool, zone).max > 0));
    const pods = podsInZone(workload.pods.atOnce, Math.max(1, open.length - lost), 2);
    if (pods === 0) continue;
    const pod = resourcesOf(workload);
    const id = JSON.stringify([pod, pools.map(({ name }) => name)]);
    const known = found.get(id) ?? { names: [], pod, pools, pods: 0 };
    known.names.push(workload.name);
    known.pods += pods;
    found.set(id, known);
  }
  return [...found.values()];
}

function problemOf(
  { names, pod, pools, pods }: Sized,
  all: readonly Sized[],
  rooms: ReadonlyMap<NodePool, NodeRoom>,
  zones: readonly string[],
): Problem[] {
  const share = (other: Sized) =>
    other.pools
      .filter((pool) => pools.includes(pool))
      .reduce((most, pool) => Math.max(most, refusalShare(rooms.get(pool) ?? NO_ROOM, pod, other.pod)), 0);
  const beside = all.filter((other) => share(other) > 0);
  const refusing = beside.reduce((sum, other) => sum + other.pods * share(other), 0);
  const isAlone = beside.length === 1;
  const fewest = Math.min(...pools.map((pool) => podsOnNode(rooms.get(pool) ?? NO_ROOM, pod)));
  const own = pools.reduce((most, pool) => Math.max(most, refusalShare(rooms.get(pool) ?? NO_ROOM, pod, pod)), 0);
  // pods of one size fill nodes exactly
  const needed = isAlone ? Math.ceil(pods / fewest) : roundDown(refusing - own) + 1;
  const places = zones.length === 0 ? [undefined] : zones;
  const inZone = places
    .map((zone) => pools.reduce((sum, pool) => sum + boundsIn(pool, zone).max, 0))
    .filter((max) => max > 0);
  const allowed = Math.min(...inZone);
  if (needed <= allowed) return [];
  const where = pools.map(({ name }) => name).join(', ');
  const others = beside.flatMap((other) => (other.pod === pod && other.pools === pools ? [] : other.names));
  const besideText = others.length === 0 ? '' : ` beside ${others.join(', ')}`;
  return [
    {
      field: pools.length === 1 ? `nodePools[${where}].nodesPerZone` : 'nodePools',
      value: allowed,
      message: `${names.join(', ')}: ${plural(needed, 'node')} needed per zone in ${where}${besideText}, in any order; allowed are ${allowed}`,
      expected: `at least ${needed}, or a pool of its own: a taint on the pool, and pods that select and tolerate it`,
    },
  ];
}

const NO_ROOM: NodeRoom = { cpu: 0, memory: 0, pods: 0 };
