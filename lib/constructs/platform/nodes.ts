// Nodes of a cluster: whether its pools, its addresses and its provider's limits hold the most that its systems can reach at once.

import { Construct, type IConstruct } from 'constructs';
import { headroomOf, type NodeLoad, planCluster } from '../../analysis/nodes/plan';
import { type ClusterDescription, describesNodes } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { derived } from '../../model/finding/derivation';
import type { Trace } from '../../model/manifest/origin';

import { type Growth, type HeadroomBalance, headroomLine } from '../../model/nodes/headroom-balance';
import type { PlannedWorkload } from '../../model/nodes/node-plan-input';
import { StatefulService } from '../component/stateful-service';
import { type LongRunningProps, StatelessComponent } from '../component/stateless';
import { WebService } from '../component/web-service';
import { System } from '../system/system';
import { isRefused } from '../tree/door';
import { report } from '../tree/findings';

/**
 * Reports every limit that the plan of a cluster exceeds, and growth that the headroom does not cover. A cluster is planned
 * once it describes its pools and how its pods get addresses; plain objects of a system are not counted.
 */
export function reportNodes(
  app: IConstruct,
  clusters: Readonly<Record<string, ClusterDescription>>,
  trace: Trace,
): void {
  for (const [name, cluster] of Object.entries(clusters)) {
    const scope = app.node.tryFindChild(name);
    if (!(scope instanceof Construct) || isRefused(scope)) continue;
    const load = nodeLoad(app, name, cluster);
    const headroom = headroomOf(load);
    if (headroom !== undefined) reportHeadroom(app, name, cluster.nodePools, headroom, trace);
    if (!describesNodes(cluster)) continue;
    const { unplanned, beyond } = planCluster(load);
    for (const { field, ...problem } of [...unplanned, ...beyond]) {
      report(app, { ...problem, rule: 'provider-plan', severity: 'error', field: `clusters.${name}.${field}` }, trace);
    }
  }
}

/** The load of every cluster that runs a system, in the order of the platform. */
export function nodeLoads(root: IConstruct): NodeLoad[] {
  const clusters = new Map(System.allIn(root).map(({ target: { cluster } }) => [cluster.name, cluster]));
  return [...clusters].map(([name, cluster]) => nodeLoad(root, name, cluster));
}

/** The input of the plan of the cluster `name`. */
function nodeLoad(root: IConstruct, name: string, cluster: ClusterDescription): NodeLoad {
  const systems = System.allIn(root).filter(({ target }) => target.cluster.name === name);
  const planned = systems.flatMap((system) => system.node.findAll().flatMap(plannedOf));
  const zonesLost = Math.max(0, ...systems.map(({ target }) => target.environment.survives.zones));
  return {
    cluster: name,
    // DaemonSets are already subtracted from a pool's allocatable resources
    input: { cluster, zonesLost, workloads: planned.map(({ workload }) => workload), daemons: [] },
    growing: planned.flatMap(({ growth }) => growth ?? []),
  };
}

interface Planned {
  readonly workload: PlannedWorkload;
  readonly growth?: Growth;
}

function plannedOf(construct: IConstruct): Planned[] {
  try {
    if (construct instanceof StatefulService)
      return construct.planned === undefined ? [] : [{ workload: construct.planned }];
    if (!(construct instanceof StatelessComponent)) return [];
    return planOf(construct);
  } catch {
    // missing properties are reported by the component itself, and must not hide findings about the others
    return [];
  }
}

function planOf(construct: StatelessComponent<LongRunningProps>): Planned[] {
  const workload = construct.planned;
  if (workload === undefined) return [];
  const plan = construct instanceof WebService ? construct.capacityPlan : undefined;
  if (plan === undefined) return [{ workload }];
  const { name, cpu, memory } = workload;
  const room = plan.max.value - plan.min.value;
  // an autoscaler adds no more than the distance between its bounds
  const pods =
    plan.headroomPods.value <= room
      ? plan.headroomPods
      : derived(room, `${plan.headroomPods.because}, of which the autoscaler adds ${room}`);
  return [{ workload, growth: { name, cpu, memory, pods } }];
}

/** Reports growth that the pools' headroom does not cover. */
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
  const shortage =
    held.pods === 0
      ? `nothing covers growth: ${wanted.because}`
      : `the headroom has ${short.join(', ')}: ${wanted.because}; held: ${held.because}`;
  report(
    app,
    {
      rule: 'headroom',
      severity: 'warning',
      field: `clusters.${cluster}.${pool}`,
      value: held.pods === 0 ? 'none' : `${held.pods} pods, ${held.cpu} CPU, ${held.memory}`,
      message: `until a new node is ready, ${shortage}`,
      expected: `${headroomLine(line)}${others.length === 0 ? '' : ', or the same over several pools'}`,
    },
    trace,
  );
}
