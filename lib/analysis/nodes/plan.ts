// The plan of one cluster: what its systems ask of its nodes, its addresses and its headroom, and what of it cannot be planned.

import type { ClusterDescription } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { findHeadroomProblems } from '../../model/cluster/pool-input';
import type { Finding } from '../../model/finding/finding';

import type { Problem } from '../../model/finding/problem';
import { defined } from '../../model/manifest/json';

import { balanceHeadroom, type Growth, type HeadroomBalance } from '../../model/nodes/headroom-balance';
import { deriveProviderPlan } from '../../model/nodes/node-plan';
import type { ProviderPlanInput } from '../../model/nodes/node-plan-input';
import type { ProviderPlan } from '../../model/nodes/node-plan-types';

/** What the systems of a cluster ask of its nodes. */
export interface NodeLoad {
  readonly cluster: string;
  /** At their off-peak, at their most, and while all of them roll. */
  readonly input: ProviderPlanInput & { readonly cluster: ClusterDescription };
  /** Those that are sized: what they grow by while a node is on its way. */
  readonly growing: readonly Growth[];
}

/** What is needed, beside what the cluster says. */
export interface ClusterPlan {
  readonly cluster: string;
  readonly description: ClusterDescription;
  /** Absent where something keeps it from being made. */
  readonly plan?: ProviderPlan;
  /** What keeps the plan from being made; none where there is one. */
  readonly unplanned: readonly Problem[];
  /** In what the plan is beyond what there is. */
  readonly beyond: readonly Problem[];
  /** Absent where nothing grows, where no pool is described, and where a pool's headroom is none. */
  readonly headroom?: HeadroomBalance;
}

/** The plan of a cluster, as `evenkeel plan` prints it and synth checks it. */
export function planCluster(load: NodeLoad): ClusterPlan {
  const { cluster, input } = load;
  const { plan, problems } = deriveProviderPlan(input);
  const headroom = headroomOf(load);
  return {
    cluster,
    description: input.cluster,
    ...(plan === undefined ? { unplanned: problems, beyond: [] } : { plan, unplanned: [], beyond: problems }),
    ...defined({ headroom }),
  };
}

/** What growth wants of the headroom: known also where no plan of nodes can be made. */
export function headroomOf({ input: { cluster }, growing }: NodeLoad): HeadroomBalance | undefined {
  const { nodePools, zones } = cluster;
  if (!Array.isArray(nodePools) || nodePools.length === 0) return undefined;
  const isRight = ({ headroom }: NodePool) =>
    headroom === undefined || findHeadroomProblems('', headroom, zones.length).length === 0;
  return nodePools.every(isRight) ? balanceHeadroom(nodePools, zones.length, growing) : undefined;
}

/** A cluster on which no system lies. */
export function findClusterProblems(loads: readonly NodeLoad[], name: string | undefined): Finding[] {
  if (name === undefined || loads.some(({ cluster }) => cluster === name)) return [];
  return [
    {
      rule: 'plan-cluster',
      severity: 'error',
      field: 'cluster',
      value: name,
      message: 'no system lies on a cluster of that name',
      expected: `one of ${loads.map(({ cluster }) => cluster).join(', ')}`,
    },
  ];
}
