// Nodes of a cluster: whether its pools, its addresses and its provider's limits hold whatever its systems can reach at once.

import type { IConstruct } from 'constructs';
import { headroomOf, type NodeLoad, planCluster } from '../../analysis/nodes/plan';
import { type ClusterDescription, describesNodes, soundPools } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { derived } from '../../model/finding/derivation';
import type { Trace } from '../../model/manifest/origin';

import { type Growth, type HeadroomBalance, headroomLine } from '../../model/nodes/headroom-balance';
import type { PlannedWorkload } from '../../model/nodes/node-plan-input';
import { Component, type ComponentProps } from '../component/component';
import { WebService } from '../component/web-service';
import { System } from '../system/system';
import { report } from '../tree/findings';

/**
 * Reports every limit beyond which the plan of a cluster goes, and growth that no headroom holds the place of. A cluster is planned
 * once it says what pools it has and how its pods get addresses; what a system places as plain objects is not counted.
 */
export function reportNodes(
  app: IConstruct,
  clusters: Readonly<Record<string, ClusterDescription>>,
  trace: Trace,
): void {
  for (const [name, described] of Object.entries(clusters)) {
    const cluster = { ...described, nodePools: soundPools(described) };
    const load = nodeLoad(app, name, cluster);
    const headroom = headroomOf(load);
    if (headroom !== undefined) reportHeadroom(app, name, cluster.nodePools, headroom, trace);
    if (!describesNodes(cluster)) continue;
    const { unplanned, beyond } = planCluster(load);
    for (const { field, ...found } of [...unplanned, ...beyond]) {
      report(app, { ...found, rule: 'provider-plan', severity: 'error', field: `clusters.${name}.${field}` }, trace);
    }
  }
}

/** What every cluster on which a system lies has to carry, in the order of the platform. */
export function nodeLoads(root: IConstruct): NodeLoad[] {
  const clusters = new Map(System.allIn(root).map(({ target: { cluster } }) => [cluster.name, cluster]));
  return [...clusters].map(([name, cluster]) => nodeLoad(root, name, cluster));
}

/** What the plan of the cluster `name` starts from. */
export function nodeLoad(root: IConstruct, name: string, cluster: ClusterDescription): NodeLoad {
  const systems = System.allIn(root).filter(({ target }) => target.cluster.name === name);
  const planned = systems.flatMap((system) => system.node.findAll().flatMap(plannedOf));
  const zonesLost = Math.max(0, ...systems.map(({ target }) => target.environment.survives.zones));
  return {
    cluster: name,
    // what every node runs has been taken from what the pool gives to pods
    input: { cluster, zonesLost, workloads: planned.map(({ workload }) => workload), daemons: [] },
    growing: planned.flatMap(({ growth }) => growth ?? []),
  };
}

interface Planned {
  readonly workload: PlannedWorkload;
  readonly growth?: Growth;
}

function plannedOf(construct: IConstruct): Planned[] {
  if (!(construct instanceof Component)) return [];
  try {
    return planOf(construct);
  } catch {
    // properties that are not there are told by the component itself, and must not keep the others from being told
    return [];
  }
}

function planOf(construct: Component<ComponentProps>): Planned[] {
  const workload = construct.planned;
  if (workload === undefined) return [];
  const plan = construct instanceof WebService ? construct.capacityPlan : undefined;
  if (plan === undefined) return [{ workload }];
  const { name, cpu, memory } = workload;
  const room = plan.max.value - plan.min.value;
  // no autoscaler adds more than lies between its bounds
  const pods =
    plan.headroomPods.value <= room
      ? plan.headroomPods
      : derived(room, `${plan.headroomPods.because}, of which the autoscaler adds ${room}`);
  return [{ workload, growth: { name, cpu, memory, pods } }];
}

/** Growth for which the pools hold too little. */
function reportHeadroom(
  app: IConstruct,
  cluster: string,
  pools: readonly NodePool[],
  { wanted, held, short, line }: HeadroomBalance,
  trace: Trace,
): void {
  if (short.length === 0) return;
  const [only, ...others] = pools;
  const pool = only !== undefined && others.length === 0 ? `nodePools[${only.name}].headroom` : 'nodePools';
  const lacks =
    held.pods === 0
      ? `nothing holds the place of growth: ${wanted.because}`
      : `the headroom holds ${short.join(', ')}: ${wanted.because}; held: ${held.because}`;
  report(
    app,
    {
      rule: 'headroom',
      severity: 'warning',
      field: `clusters.${cluster}.${pool}`,
      value: held.pods === 0 ? 'none' : `${held.pods} pods, ${held.cpu} CPU, ${held.memory}`,
      message: `while a node is on its way, ${lacks}`,
      expected: `${headroomLine(line)}${others.length === 0 ? '' : ', or as much over several pools'}`,
    },
    trace,
  );
}
