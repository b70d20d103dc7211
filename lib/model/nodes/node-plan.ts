// The provider plan: from pods to nodes, addresses and load-balancer targets, checked against the provider's limits.

import type { AddressDemand, NodeNetwork } from '../cluster/network';
import type { NodeBounds, NodePool } from '../cluster/pool';
import { boundsByZone } from '../cluster/pool-bounds';
import { type Derived, derived, type Outcome, plural } from '../finding/derivation';
import { isProblem } from '../finding/problem';
import { nodeCosts } from './node-cost';
import {
  type DaemonPod,
  findPlanInputProblems,
  isIn,
  type PlannedWorkload,
  type PodsOverTime,
  type ProviderPlanInput,
  poolsOf,
  resourcesOf,
  roomOf,
} from './node-plan-input';
import { findProviderProblems } from './node-plan-limits';
import { findSharedProblems } from './node-plan-shared';
import type { PoolPlan, ProviderPlan, TargetsPlan } from './node-plan-types';

import { type NodeRoom, nodesFor, type PodGroup, packedNodes, podsInZone } from './packing';

/**
 * Derives the plan of a cluster. It assumes that workloads are spread over zones as our components are, and that `daemons` lists
 * every pod that runs on each node.
 *
 * The nodes are enough for any order of pods (packing.ts). Addresses, limits and targets follow from the most nodes that the pools
 * allow: a node that an autoscaler may order must get an address.
 */
export function deriveProviderPlan(input: ProviderPlanInput): Outcome<ProviderPlan> {
  const inputProblems = findPlanInputProblems(input);
  const { network } = input.cluster.provider;
  if (isProblem(network)) {
    const { message, expected } = network;
    return { problems: [...inputProblems, { field: 'podNetwork', value: 'unknown', message, expected }] };
  }
  const refused = input.cluster.nodePools.flatMap((pool) => {
    const most = network.podsPerNode(pool);
    if (!isProblem(most)) return [];
    const { message, expected } = most;
    return [{ field: `nodePools[${pool.name}].machine`, value: 'unknown', message, expected }];
  });
  if (inputProblems.length > 0 || refused.length > 0) return { problems: [...inputProblems, ...refused] };
  const zones = Math.max(1, input.cluster.zones.length);
  const planned = input.cluster.nodePools.map((pool) => ({ pool, plan: planPool(input, network, pool) }));
  const pools = planned.map(({ plan }) => plan);
  const demand: AddressDemand = {
    pools: planned.map(({ pool, plan }) => ({
      pool,
      nodes: plan.nodes.value,
      nodesPerZone: mostInZone(plan, pool, input.cluster.zones),
      surge: plan.surge.value,
    })),
    zones,
  };
  const nodes = sum(
    pools.flatMap(({ name, nodes: most, surge }) => [part(name, most), part(`${name} while upgrading`, surge)]),
  );
  const plan: ProviderPlan = {
    mode: network.mode,
    pools,
    fewest: sum(
      planned.map(({ pool, plan: { name, offPeak } }) => {
        const zonesOfPool = zonesWith(pool, input.cluster.zones);
        return {
          name: `${name} (${offPeak.value} in each of ${plural(zonesOfPool, 'zone')})`,
          value: offPeak.value * zonesOfPool,
        };
      }),
    ),
    nodes,
    pods: allPods(input, nodes.value, pools),
    ranges: network.ranges(demand),
    targets: input.workloads.flatMap((workload) => targetsOf(workload, nodes)),
    costs: nodeCosts(pools, input.cluster),
  };
  const problems = [...findSharedProblems(input), ...findProviderProblems(input.cluster, network, plan, demand)];
  return { plan, problems };
}

/** Zones that may have nodes of a pool. */
const zonesWith = (pool: NodePool, zones: readonly string[]): number => Math.max(1, boundsByZone(pool, zones).length);

/** The most nodes of a pool in one zone. */
function mostInZone({ most }: PoolPlan, pool: NodePool, zones: readonly string[]): number {
  return Math.max(most.value, ...boundsByZone(pool, zones).map(({ max }) => max));
}

function planPool(input: ProviderPlanInput, network: NodeNetwork, pool: NodePool): PoolPlan {
  const { cluster, daemons, zonesLost } = input;
  const room = roomOf(pool, daemons);
  const bounds = boundsByZone(pool, cluster.zones);
  const zones = Math.max(1, bounds.length);
  const allowed = Math.min(...bounds.map(({ max }) => max));
  const workloads = input.workloads.filter((workload) => isIn(pool.name, workload));
  const others = workloads.flatMap((workload) =>
    poolsOf(workload, cluster.nodePools).flatMap(({ name }) => (name === pool.name ? [] : [name])),
  );
  const inZone = (when: keyof PodsOverTime, left: number) => {
    // only a rollout has pods of two revisions
    const revisions = when === 'atOnce' ? 2 : 1;
    const groups = workloads.map((workload) => ({
      name: workload.name,
      ...resourcesOf(workload),
      pods: podsInZone(workload.pods[when], left, revisions),
    }));
    const nodes = nodesFor(room, groups);
    const because = `in each of ${plural(left, 'zone')}: ${nodes.because}`;
    if (others.length === 0 || nodes.value <= allowed) return derived(nodes.value, because);
    const elsewhere = [...new Set(others)].join(', ');
    return derived(allowed, `${because}; the pool allows ${allowed}, and some of them may be in ${elsewhere}`);
  };
  const held = headroomNodes(pool, room, zones);
  const withHeadroom = (nodes: Derived) =>
    held.value === 0 ? nodes : derived(nodes.value + held.value, `${nodes.because}, + ${held.because}`);
  const left = Math.max(1, zones - zonesLost);
  const moments = {
    offPeak: withHeadroom(inZone('offPeak', zones)),
    peak: withHeadroom(inZone('peak', zones)),
    rollout: inZone('atOnce', zones),
    afterLoss: inZone('peak', left),
  };
  const [most = moments.peak] = [inZone('atOnce', left), ...Object.values(moments)].sort((a, b) => b.value - a.value);
  const nodes = mostNodes(most.value, bounds);
  const takes = network.podsPerNode(pool);
  return {
    name: pool.name,
    podsPerNode:
      isProblem(takes) || takes.value >= pool.pods ? derived(pool.pods, `${pool.pods} as the pool says`) : takes,
    ...moments,
    packedAtPeak: packedNodes(room, [...atPeakHere(input, pool), ...headroomPods(pool)]),
    most,
    nodes,
    surge: network.surgeNodes(pool, nodes.value, zones),
  };
}

/** In each zone as many as are needed, or as the pool allows, if that is more. */
function mostNodes(needed: number, bounds: readonly NodeBounds[]): Derived {
  const each = bounds.map(({ max }) => Math.max(needed, max));
  const [first = needed] = each;
  const zones = Math.max(1, each.length);
  const all = each.reduce((total, one) => total + one, 0);
  if (each.every((one) => one === first)) {
    const why = bounds.some(({ max }) => needed > max) ? 'needed' : 'that the pool allows';
    return derived(first * zones, `${first} ${why} × ${plural(zones, 'zone')} = ${plural(first * zones, 'node')}`);
  }
  return derived(all, `${each.join(' + ')}, needed or allowed in each zone = ${plural(all, 'node')}`);
}

/** Pods at peak that no other pool may have. */
function atPeakHere({ workloads, cluster }: ProviderPlanInput, pool: NodePool): PodGroup[] {
  return workloads.flatMap((workload) => {
    const [only, ...others] = poolsOf(workload, cluster.nodePools);
    if (only?.name !== pool.name || others.length > 0) return [];
    return [{ name: workload.name, ...resourcesOf(workload), pods: workload.pods.peak }];
  });
}

function headroomPods({ headroom }: NodePool): PodGroup[] {
  return headroom === undefined ? [] : [{ name: 'headroom', ...resourcesOf(headroom), pods: headroom.pods }];
}

/** Counted on separate nodes: next to other pods, headroom would give way to them. */
function headroomNodes({ headroom }: NodePool, room: NodeRoom, zones: number): Derived {
  if (headroom === undefined) return derived(0, 'no headroom');
  return nodesFor(room, [{ name: 'headroom', ...resourcesOf(headroom), pods: podsInZone(headroom.pods, zones, 1) }]);
}

interface Part {
  readonly name: string;
  readonly value: number;
}

const part = (name: string, { value }: Derived): Part => ({ name, value });

function sum(parts: readonly Part[]): Derived {
  const present = parts.filter(({ value }) => value > 0);
  const all = present.reduce((total, { value }) => total + value, 0);
  const because = present.map(({ name, value }) => `${name} ${value}`).join(' + ');
  return derived(all, present.length > 1 ? `${because} = ${all}` : because || 'none');
}

const nodesWith = (daemon: DaemonPod, plans: readonly PoolPlan[]): number =>
  plans.reduce((all, { name, nodes, surge }) => all + (isIn(name, daemon) ? nodes.value + surge.value : 0), 0);

function allPods(
  { workloads, daemons, cluster }: ProviderPlanInput,
  nodes: number,
  plans: readonly PoolPlan[],
): Derived {
  const held = cluster.nodePools.reduce((pods, { headroom }) => pods + (headroom?.pods ?? 0), 0);
  return sum([
    ...workloads.map(({ name, pods }) => ({ name, value: pods.atOnce })),
    { name: 'headroom', value: held },
    ...(daemons.every(({ pools }) => pools === undefined)
      ? [{ name: `${daemons.length} on each of ${plural(nodes, 'node')}`, value: daemons.length * nodes }]
      : daemons.map((daemon) => ({ name: daemon.name, value: nodesWith(daemon, plans) }))),
  ]);
}

/** A pod is a target from its creation until it has stopped; a node port is open on every node. */
function targetsOf({ name, targets, pods }: PlannedWorkload, nodes: Derived): TargetsPlan[] {
  if (targets === undefined) return [];
  if (targets === 'nodes') return [{ name, targets: derived(nodes.value, `every node: ${nodes.because}`) }];
  return [{ name, targets: derived(pods.atOnce, `every pod that exists at once: ${plural(pods.atOnce, 'pod')}`) }];
}
