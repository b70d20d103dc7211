// Whether a plan stays within the provider's limits and the cluster's ranges: which limit, by how much, what would fit.

import type { ClusterDescription } from '../cluster/cluster';
import type { Limited, ProviderLimit } from '../cluster/limit';
import { type AddressDemand, type AddressRange, addressesOf, type NodeNetwork } from '../cluster/network';
import { boundsByZone, isEven } from '../cluster/pool-bounds';
import { smallestWith } from '../finding/bisection';
import { type Derived, derived, plural } from '../finding/derivation';
import { isProblem, type Problem } from '../finding/problem';
import type { PoolPlan, ProviderPlan } from './node-plan-types';

type PlannedCluster = Pick<ClusterDescription, 'provider' | 'zones' | 'nodePools' | 'subnets'>;

/** Every limit that the plan exceeds. */
export function findProviderProblems(
  cluster: PlannedCluster,
  network: NodeNetwork,
  plan: ProviderPlan,
  demand: AddressDemand,
): Problem[] {
  const { limits, name } = cluster.provider;
  return [
    ...plan.pools.flatMap((pool) => findPoolProblems(cluster, network, pool)),
    ...limits.flatMap((limit) => measured(limit.of, plan, demand).flatMap((amount) => beyond(name, limit, amount))),
    ...plan.ranges.flatMap((range) => findRangeProblems(cluster, network, range, demand)),
  ];
}

/** More nodes than the pool allows, and more pods per node than its network mode has addresses for. */
function findPoolProblems({ nodePools, zones }: PlannedCluster, network: NodeNetwork, plan: PoolPlan): Problem[] {
  const pool = nodePools.find(({ name }) => name === plan.name);
  if (pool === undefined) return [];
  const problems: Problem[] = [];
  const bounds = boundsByZone(pool, zones);
  const max = Math.min(...bounds.map((one) => one.max));
  if (plan.most.value > max) {
    problems.push({
      field: `nodePools[${pool.name}].nodesPerZone${isEven(pool.nodesPerZone) ? '.max' : ''}`,
      value: max,
      message: `needs ${plural(plan.most.value, 'node')} per zone; the pool allows ${max}${isEven(pool.nodesPerZone) ? '' : ' in one of them'}: ${plan.most.because}`,
      expected: `at least ${plan.most.value}, or larger nodes, or fewer or smaller pods`,
    });
  }
  const takes = network.podsPerNode(pool);
  if (!isProblem(takes) && pool.pods > takes.value) {
    problems.push({
      field: `nodePools[${pool.name}].pods`,
      value: pool.pods,
      message: `a node has addresses for only ${takes.value} pods: ${takes.because}`,
      expected: `at most ${takes.value}`,
    });
  }
  return problems;
}

interface Measured {
  readonly field: string;
  readonly what: string;
  readonly amount: Derived;
}

/** The amounts of the plan that a limit counts. */
function measured(of: Limited, plan: ProviderPlan, demand: AddressDemand): Measured[] {
  const perPool = (what: string, amount: (pool: PoolPlan) => Derived): Measured[] =>
    plan.pools.map((pool) => ({ field: `nodePools[${pool.name}]`, what, amount: amount(pool) }));
  const withUpgrade = ({ nodes, surge }: PoolPlan, zones: number) => {
    const count = Math.ceil(nodes.value / zones) + Math.ceil(surge.value / zones);
    return derived(count, `${nodes.because}, ${surge.value} more while upgrading (${surge.because})`);
  };
  switch (of) {
    // judged over the platform: cluster-count.ts
    case 'clusters':
      return [];
    case 'nodes':
      return [{ field: 'nodePools', what: 'nodes in a cluster', amount: plan.nodes }];
    case 'pods':
      return [{ field: 'workloads', what: 'pods in a cluster', amount: plan.pods }];
    case 'pools': {
      const pools = plan.pools.length;
      return [{ field: 'nodePools', what: 'pools in a cluster', amount: derived(pools, plural(pools, 'pool')) }];
    }
    case 'nodesPerPool':
      return perPool('nodes in a pool', (pool) => withUpgrade(pool, 1));
    case 'nodesPerPoolAndZone':
      return perPool('nodes of a pool in a zone', (pool) => withUpgrade(pool, demand.zones));
    case 'podsPerNode':
      return perPool('pods on a node', ({ podsPerNode }) => podsPerNode);
    case 'targets':
      return plan.targets.map(({ name, targets }) => ({
        field: `${name}.targets`,
        what: 'targets behind a Service',
        amount: targets,
      }));
  }
}

function beyond(provider: string, limit: ProviderLimit, { field, what, amount }: Measured): Problem[] {
  if (amount.value <= limit.most) return [];
  const raised = limit.raisedBy === undefined ? '' : `, or ${limit.raisedBy}`;
  return [
    {
      field,
      value: amount.value,
      message: `${provider} allows ${limit.most} ${what} (${limit.source}); ${amount.value - limit.most} too many: ${amount.because}`,
      expected: `at most ${limit.most}${raised}`,
    },
  ];
}

/** A demand for addresses that exceeds the cluster's range, or the provider's largest. */
function findRangeProblems(
  { subnets }: PlannedCluster,
  network: NodeNetwork,
  range: AddressRange,
  demand: AddressDemand,
): Problem[] {
  const { length: shortest, source } = network.shortestPrefix;
  const given = subnets[range.subnet];
  const isKnown = given !== undefined && given >= shortest;
  const length = isKnown ? given : shortest;
  if (range.prefix.value >= length) return [];
  const size = addressesOf(length);
  const has = isKnown ? `the existing /${given}` : `a /${shortest}, the largest possible (${source})`;
  const larger = range.prefix.value >= shortest ? `a /${range.prefix.value}, or ` : '';
  const fitting = mostNodesPerZone(network, range, demand, length);
  const others = fitting === 0 ? 'nodes with fewer pods' : `at most ${plural(fitting, 'node')} of a pool in each zone`;
  return [
    {
      field: `subnets.${range.subnet}`,
      value: given ?? shortest,
      message: `${range.name}${range.perZone ? ' of a zone' : ''}: ${range.addresses.because}; ${range.all.because}, ${range.all.value - size} more than the ${size} of ${has}`,
      expected: `${larger}${others}`,
    },
  ];
}

/** The most nodes of each pool in each zone that fit in the range, by bisection. */
function mostNodesPerZone(network: NodeNetwork, range: AddressRange, demand: AddressDemand, length: number): number {
  const fits = (most: number) => {
    const pools = demand.pools.map(({ pool, nodesPerZone }) => {
      const fewer = Math.min(nodesPerZone, most);
      return {
        pool,
        nodes: fewer * demand.zones,
        nodesPerZone: fewer,
        surge: network.surgeNodes(pool, fewer * demand.zones, demand.zones).value,
      };
    });
    const same = network.ranges({ ...demand, pools }).find(({ name }) => name === range.name);
    return same !== undefined && same.prefix.value >= length;
  };
  const high = Math.max(...demand.pools.map(({ nodesPerZone }) => nodesPerZone));
  return smallestWith(1, high, (most) => !fits(most)) - 1;
}
