// Nodes of a cluster: whether its pools, its addresses and its provider's limits hold the most that its systems can reach at once.

import { Construct, type IConstruct } from 'constructs';
import { loadOf } from '../../analysis/nodes/loads';
import { headroomOf, type NodeLoad, planCluster } from '../../analysis/nodes/plan';
import { type Cluster, type ClusterDescription, describesNodes } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { derived } from '../../model/finding/derivation';
import { type Finding, findingAt, findingOf } from '../../model/finding/finding';
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { type Trace, userLine } from '../../model/manifest/origin';
import { type ClusterCount, countClusters, findClusterCountProblems } from '../../model/nodes/cluster-count';
import { type Growth, type HeadroomBalance, headroomLine } from '../../model/nodes/headroom-balance';
import type { PlannedWorkload } from '../../model/nodes/node-plan-input';
import { ENTRY, setEntry, type Verification } from '../../model/platform/entries';
import { Component } from '../component/component';
import type { ComponentProps } from '../component/component-props';
import { WebService } from '../component/web-service';
import { placedIn } from '../system/system';
import { isRefused } from '../tree/door';

/**
 * Checks, once all objects are final, every limit that the plan of a cluster exceeds, and growth that the headroom does not cover. A
 * cluster is planned once it describes its pools and how its pods get addresses. Findings that only follow from errors are left out.
 */
export function checkNodes(
  app: IConstruct,
  clusters: Readonly<Record<string, ClusterDescription>>,
  trace: Trace,
): void {
  for (const [name, cluster] of Object.entries(clusters)) {
    const scope = app.node.tryFindChild(name);
    if (!(scope instanceof Construct) || isRefused(scope)) continue;
    const verification: Verification = (objects, isSound) => {
      if (!isSound) return [];
      const origin = { construct: app.node.path, source: () => userLine(trace) };
      return findNodeFindings(nodeLoad(app, objects, name, cluster)).map((finding) => findingAt(origin, finding));
    };
    setEntry(scope, ENTRY.verification, verification);
  }
}

function findNodeFindings(load: NodeLoad): Finding[] {
  const { cluster: name, input, clusters } = load;
  const headroom = headroomOf(load);
  // once, at the first of those that are too many
  const tooMany = clusters?.names[0] === name ? findClusterCountProblems(clusters, input.cluster.provider.name) : [];
  const growth = [
    ...tooMany.map((problem) => findingOf('provider-plan', problem)),
    ...(headroom === undefined ? [] : findShortHeadroom(name, input.cluster.nodePools, headroom)),
  ];
  if (!describesNodes(input.cluster)) return growth;
  const { unplanned, beyond } = planCluster(load);
  const exceeded = [...unplanned, ...beyond].map(({ field, ...problem }) =>
    findingOf('provider-plan', { ...problem, field: `clusters.${name}.${field}` }),
  );
  return [...growth, ...exceeded];
}

/** The load of every cluster that runs a system, in the order of the platform, from the final objects of the app. */
export function nodeLoads(root: IConstruct, entries: readonly ApiEntry[]): NodeLoad[] {
  return placedIn(root, entries).clusters.map((cluster) => nodeLoad(root, entries, cluster.name, cluster));
}

/** The input of the plan of the cluster `name`. */
function nodeLoad(root: IConstruct, entries: readonly ApiEntry[], name: string, cluster: ClusterDescription): NodeLoad {
  const { byCluster, clusters } = placedIn(root, entries);
  const systems = byCluster.get(name) ?? [];
  const components = systems.flatMap(({ node, namespace = '' }) =>
    node.findAll().flatMap((one) => (one instanceof Component ? [[`${namespace}/${one.name}`, one] as const] : [])),
  );
  const targets = new Map<string, 'pods' | 'nodes'>();
  for (const [id, one] of components) {
    const to = one.loadBalancerTargets;
    if (to !== undefined) targets.set(id, to);
  }
  const zonesLost = Math.max(0, ...systems.map(({ target }) => target.environment.survives.zones));
  const load = loadOf(entries, { ...cluster, name }, targets);
  const planned = new Map(load.workloads.map((workload) => [workload.name, workload]));
  return {
    cluster: name,
    input: { cluster, zonesLost, ...load },
    growing: components.flatMap(([id, one]) => growthOf(one, planned.get(id))),
    ...defined({ clusters: countsOf(clusters).get(name) }),
  };
}

const counts = new WeakMap<readonly Cluster[], ReadonlyMap<string, ClusterCount>>();

/** The counts of the clusters of a platform, made once: each of them asks. */
function countsOf(clusters: readonly Cluster[]): ReadonlyMap<string, ClusterCount> {
  const known = counts.get(clusters) ?? countClusters(clusters);
  counts.set(clusters, known);
  return known;
}

function growthOf(component: Component<ComponentProps>, workload: PlannedWorkload | undefined): Growth[] {
  const plan = component instanceof WebService ? component.capacityPlan : undefined;
  if (plan === undefined || workload === undefined) return [];
  const { name, cpu, memory } = workload;
  const room = plan.max.value - plan.min.value;
  // an autoscaler adds no more than the distance between its bounds
  const pods =
    plan.headroomPods.value <= room
      ? plan.headroomPods
      : derived(room, `${plan.headroomPods.because}, of which the autoscaler adds ${room}`);
  return [{ name, cpu, memory, pods }];
}

/** Growth that the pools' headroom does not cover. */
function findShortHeadroom(
  cluster: string,
  pools: readonly NodePool[],
  { wanted, held, short, line }: HeadroomBalance,
): Finding[] {
  if (short.length === 0) return [];
  const [only, ...others] = pools;
  const pool = only !== undefined && others.length === 0 ? `nodePools[${only.name}].headroom` : 'nodePools';
  const shortage =
    held.pods === 0
      ? `nothing covers growth: ${wanted.because}`
      : `the headroom has ${short.join(', ')}: ${wanted.because}; held: ${held.because}`;
  return [
    {
      rule: 'headroom',
      severity: 'warning',
      field: `clusters.${cluster}.${pool}`,
      value: held.pods === 0 ? 'none' : `${held.pods} pods, ${held.cpu} CPU, ${held.memory}`,
      message: `until a new node is ready, ${shortage}`,
      expected: `${headroomLine(line)}${others.length === 0 ? '' : ', or the same over several pools'}`,
    },
  ];
}
