// Pods of a workload as the scheduler sees them: their requests, priority and labels.

import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity, WHOLE } from '../../model/manifest/quantity';
import { podRequest } from '../objects/demand';
import { requestDefaults } from '../objects/limit-ranges';
import { neighbours } from '../objects/namespaces';
import { objectIndex } from '../objects/object-index';
import { dig, integer, text } from '../objects/read-json';
import { comesBack, type Workload } from '../objects/workloads';
import { type Node, type PodGroup, RESOURCES, type Room } from './world';

const MILLI = WHOLE / 1000n;

/** CPU in millicores and memory in bytes, each rounded up, as the scheduler does. An invalid quantity is 0. */
export function room(cpu: Json | undefined, memory: Json | undefined): Pick<Room, 'cpu' | 'memory'> {
  return { cpu: millicores(amount(cpu)), memory: bytes(amount(memory)) };
}

const amount = (quantity: Json | undefined): bigint => readQuantity(quantity) ?? 0n;
const millicores = (nano: bigint): number => Number((nano + MILLI - 1n) / MILLI);
const bytes = (nano: bigint): number => Number((nano + WHOLE - 1n) / WHOLE);

/**
 * `wanted` pods of one revision of a workload.
 *
 * The revision stands for the label that the workload's controller gives its pods: a spread with `matchLabelKeys:
 * [pod-template-hash]` counts each revision separately.
 */
export function podGroup(entries: readonly ApiEntry[], workload: Workload, wanted: number, revision: string): PodGroup {
  const { entry, labels, pod } = workload;
  const { namespace = '', name } = entry.identity;
  const defaults = requestDefaults(neighbours(entries, entry));
  return {
    name: `${namespace}/${name}`,
    namespace,
    labels: { ...labels, 'pod-template-hash': revision },
    wanted,
    cpu: millicores(podRequest(pod.value, 'cpu', defaults.cpu)),
    memory: bytes(podRequest(pod.value, 'memory', defaults.memory)),
    pods: 1,
    priority: priorityOf(entries, entry.cluster, pod.value),
    preempts: preempts(entries, entry.cluster, pod.value),
    returns: comesBack(workload),
    spec: pod.value,
  };
}

/** Classes that every cluster has. Source: kubernetes.io, "Pod Priority and Preemption". */
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

const LOWEST = -2_147_483_648;

/** The API server refuses an unknown class; here it counts as no class. */
function priorityOf(entries: readonly ApiEntry[], cluster: string, spec: JsonObject): number {
  const name = text(spec.priorityClassName);
  if (name !== undefined && Object.hasOwn(SYSTEM_CLASSES, name)) return SYSTEM_CLASSES[name] ?? 0;
  return integer(priorityClass(entries, cluster, name)?.value, LOWEST) ?? 0;
}

function preempts(entries: readonly ApiEntry[], cluster: string, spec: JsonObject): boolean {
  const policy =
    spec.preemptionPolicy ?? priorityClass(entries, cluster, text(spec.priorityClassName))?.preemptionPolicy;
  return policy !== 'Never';
}

function priorityClass(
  entries: readonly ApiEntry[],
  cluster: string,
  name: string | undefined,
): JsonObject | undefined {
  return objectIndex(entries)
    .of('scheduling.k8s.io/PriorityClass')
    .filter((entry) => entry.cluster === cluster)
    .map(({ manifest }) => manifest)
    .find((manifest) =>
      name === undefined ? manifest.globalDefault === true : dig(manifest, 'metadata')?.name === name,
    );
}

/**
 * What the DaemonSets' pods, one on each node, leave of it. Higher priorities come first; a pod that does not fit waits, and takes
 * nothing.
 */
export function lessDaemons(node: Node, daemons: readonly PodGroup[]): Node {
  const left = { cpu: node.cpu, memory: node.memory, pods: node.pods };
  for (const daemon of daemons.toSorted((one, other) => other.priority - one.priority)) {
    if (RESOURCES.some((resource) => daemon[resource] > 0 && daemon[resource] > left[resource])) continue;
    for (const resource of RESOURCES) left[resource] -= daemon[resource];
  }
  return { ...node, ...left };
}
