// The plan of one cluster: what its systems need of nodes, addresses and headroom, and what cannot be planned.

import type { ClusterDescription } from '../../model/cluster/cluster';
import type { Finding } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { defined } from '../../model/manifest/json';
import type { ClusterCount } from '../../model/nodes/cluster-count';
import { balanceHeadroom, type Growth, type HeadroomBalance } from '../../model/nodes/headroom-balance';
import { deriveProviderPlan } from '../../model/nodes/node-plan';
import type { ProviderPlanInput } from '../../model/nodes/node-plan-input';
import type { ProviderPlan } from '../../model/nodes/node-plan-types';
import { type TooFewZones, tooFewZones } from '../../model/nodes/recommended-zones';
import type { PreviewRoom } from './previews';

/** What the systems of a cluster ask of its nodes. */
export interface NodeLoad {
  readonly cluster: string;
  /** Off peak, at peak, and while all of them roll out. */
  readonly input: ProviderPlanInput & { readonly cluster: ClusterDescription };
  /** How sized components grow while a node is being added. */
  readonly growing: readonly Growth[];
  /** The clusters of the platform that count against one limit with it. Absent where its provider has none. */
  readonly clusters?: ClusterCount;
}

/** What is needed, beside what the cluster declares. */
export interface ClusterPlan {
  readonly cluster: string;
  readonly description: ClusterDescription;
  /** Absent if it cannot be made. */
  readonly plan?: ProviderPlan;
  /** Why the plan cannot be made; empty if there is one. */
  readonly unplanned: readonly Problem[];
  /** Where the plan exceeds what there is. */
  readonly beyond: readonly Problem[];
  /** Absent without growth, and without described pools. */
  readonly headroom?: HeadroomBalance;
  /** Absent where its provider has no limit of clusters. */
  readonly clusters?: ClusterCount;
  /** Room for previews, by system. @default none: no system has previews there, or they cannot be counted */
  readonly previews?: readonly PreviewRoom[];
  /** Absent where it has as many zones, and nodes in each, as recommended, or declares no zones. */
  readonly tooFewZones?: TooFewZones;
}

/** The plan of a cluster, as `evenkeel plan` prints it and synth checks it. */
export function planCluster(load: NodeLoad): ClusterPlan {
  const { cluster, input, clusters } = load;
  const { plan, problems } = deriveProviderPlan(input);
  const headroom = headroomOf(load);
  return {
    cluster,
    description: input.cluster,
    ...(plan === undefined ? { unplanned: problems, beyond: [] } : { plan, unplanned: [], beyond: problems }),
    ...defined({ headroom, clusters, tooFewZones: tooFewZones(input.cluster) }),
  };
}

/** The headroom that growth needs: known even if no plan of nodes can be made. */
export function headroomOf({ input: { cluster }, growing }: NodeLoad): HeadroomBalance | undefined {
  const { nodePools, zones } = cluster;
  return nodePools.length === 0 ? undefined : balanceHeadroom(nodePools, zones.length, growing);
}

/** The error for a cluster without systems. */
export function findClusterProblems(loads: readonly NodeLoad[], name: string | undefined): Finding[] {
  if (name === undefined || loads.some(({ cluster }) => cluster === name)) return [];
  return [
    {
      rule: 'plan-cluster',
      severity: 'error',
      field: 'cluster',
      value: name,
      message: 'has no system, or does not exist',
      expected: `one of ${loads.map(({ cluster }) => cluster).join(', ')}`,
    },
  ];
}
