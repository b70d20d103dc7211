// What runs on a cluster, from its final objects: pods of every workload off peak, at peak and while it rolls out, and its DaemonSets.

import type { Cluster } from '../../model/cluster/cluster';
import { defined, type JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { HEADROOM_PRIORITY } from '../../model/nodes/headroom';
import type { DaemonPod, PlannedWorkload, PodsOverTime } from '../../model/nodes/node-plan-input';
import { peakPods } from '../../model/pods/replacement';
import { surgeOf } from '../objects/demand';
import { memoizePerObjects } from '../objects/object-index';
import { dig, integer } from '../objects/read-json';
import { scalersOf } from '../objects/scalers';
import { isReplicated, running, type Workload } from '../objects/workloads';
import { mayHave } from '../scheduling/groups';
import { sampleNodes } from '../scheduling/nodes';
import { podGroup } from '../scheduling/pod-groups';
import { type Node, offered, type PodGroup, requested, resourcesOf } from '../scheduling/world';
import { bound, wantedPods } from '../survival/component';

/** What the objects of a cluster ask of its nodes. */
export interface ClusterLoad {
  readonly workloads: readonly PlannedWorkload[];
  readonly daemons: readonly DaemonPod[];
}

/** Workloads by cluster. */
const byCluster = memoizePerObjects((entries): ReadonlyMap<string, readonly Workload[]> => {
  const found = new Map<string, Workload[]>();
  for (const one of running(entries)) {
    const here = found.get(one.entry.cluster);
    if (here === undefined) found.set(one.entry.cluster, [one]);
    else here.push(one);
  }
  return found;
});

/** Serving workloads and DaemonSets; `targets` are those of load balancers, by `namespace/name`. Jobs are not counted. */
export function loadOf(
  entries: readonly ApiEntry[],
  cluster: Cluster,
  targets: ReadonlyMap<string, 'pods' | 'nodes'>,
): ClusterLoad {
  const nodes = sampleNodes(cluster);
  const here = byCluster(entries).get(cluster.name) ?? [];
  const planned = here.flatMap((workload): PlannedWorkload[] => {
    if (workload.kind !== '/Pod' && !isReplicated(workload)) return [];
    const pods = podsOf(entries, workload);
    const group = podGroup(entries, workload, pods.atOnce, 'running');
    // placeholders are planned with their pool
    if (pods.atOnce === 0 || group.priority <= HEADROOM_PRIORITY) return [];
    const pools = admitting(nodes, group);
    // reported by its own finding
    if (pools?.length === 0) return [];
    return [{ name: group.name, ...sizeOf(group), pods, ...defined({ pools, targets: targets.get(group.name) }) }];
  });
  const daemons = here.flatMap((workload): DaemonPod[] => {
    if (workload.kind !== 'apps/DaemonSet') return [];
    const group = podGroup(entries, workload, 1, 'running');
    const pools = admitting(nodes, group);
    return pools?.length === 0 ? [] : [{ name: group.name, ...sizeOf(group), ...defined({ pools }) }];
  });
  return { workloads: planned, daemons };
}

/** Pools with nodes that may run pods of a group; `undefined` where every pool may. */
function admitting(nodes: ReturnType<typeof sampleNodes>, group: PodGroup): string[] | undefined {
  const names = new Set(nodes.map(({ pool }) => pool.name));
  const able = nodes.filter(({ node }) => mayHave(group, node) && hasRoom(group, node)).map(({ pool }) => pool.name);
  const found = [...new Set(able)];
  return found.length === names.size ? undefined : found;
}

/** Whether one pod fits on the node while it is empty. */
export function hasRoom(group: PodGroup, node: Node): boolean {
  return resourcesOf([group]).every((resource) => requested(group, resource) <= offered(node, resource));
}

const KIBIBYTE = 1024;

/** Requests as quantities. */
function sizeOf({ cpu, memory, extended }: PodGroup): Pick<PlannedWorkload, 'cpu' | 'memory' | 'resources'> {
  const resources =
    extended && Object.fromEntries(Object.entries(extended).map(([name, amount]) => [name, String(amount)]));
  const bytes = memory % KIBIBYTE === 0 ? `${memory / KIBIBYTE}Ki` : String(memory);
  return { cpu: canonicalQuantity(`${cpu}m`), memory: canonicalQuantity(bytes), ...defined({ resources }) };
}

function podsOf(entries: readonly ApiEntry[], workload: Workload): PodsOverTime {
  const scaler = scalersOf(entries).get(workload.entry)?.[0]?.entry;
  const [offPeak, peak] = [wantedPods(workload, scaler, 'steady'), wantedPods(workload, scaler, 'peak')];
  return { offPeak, peak, atOnce: atOnce(workload, peak) };
}

/** The most pods that exist at once during a release; the shortest boot is unknown, and the worst case is one that takes no time. */
function atOnce({ kind, entry, pod }: Workload, most: number): number {
  if (kind !== 'apps/Deployment') return most;
  const spec = dig(entry.manifest, 'spec');
  const strategy = dig(spec, 'strategy');
  if (strategy?.type === 'Recreate') return most;
  const rolling: JsonObject = dig(strategy, 'rollingUpdate') ?? {};
  return peakPods(most, {
    maxSurge: surgeOf(rolling.maxSurge ?? '25%', most),
    maxUnavailable: bound(rolling.maxUnavailable ?? '25%', most, Math.floor),
    terminationGracePeriodSeconds: integer(pod.value.terminationGracePeriodSeconds, 0) ?? 30,
    fastestAvailableSeconds: Math.max(1, integer(spec?.minReadySeconds, 0) ?? 0),
  }).value;
}
