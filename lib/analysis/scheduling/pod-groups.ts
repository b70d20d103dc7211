// Pods of a workload as the scheduler sees them: their requests, priority and labels.

import { defined, type Json, type JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity, WHOLE } from '../../model/manifest/quantity';
import { otherResources, podRequest, type RequestDefaults } from '../objects/demand';
import { requestDefaults } from '../objects/limit-ranges';
import { memoizePerObjects, neighbours, objectIndex } from '../objects/object-index';
import { dig, integer, text } from '../objects/read-json';
import { bindings } from '../objects/volumes';
import { comesBack, type Workload } from '../objects/workloads';
import { type Node, offered, type PodGroup, type Room, requested, resourcesOf } from './world';

const MILLI = WHOLE / 1000n;

/** CPU in millicores and memory in bytes, each rounded up, as the scheduler does. An invalid quantity is 0. */
export function room(cpu: Json | undefined, memory: Json | undefined): Pick<Room, 'cpu' | 'memory'> {
  return { cpu: millicores(amount(cpu)), memory: bytes(amount(memory)) };
}

const amount = (quantity: Json | undefined): bigint => readQuantity(quantity) ?? 0n;
const millicores = (nano: bigint): number => Number((nano + MILLI - 1n) / MILLI);
const bytes = (nano: bigint): number => Number((nano + WHOLE - 1n) / WHOLE);

/** Amounts of other resources, in whole units, rounded up. */
export function wholeUnits(amounts: JsonObject): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(amounts).map(([name, quantity]) => [name, bytes(amount(quantity))]));
}

/** What a pod requests besides CPU and memory; `undefined` where that is nothing. */
function extendedRequests(pod: JsonObject, defaults: RequestDefaults): PodGroup['extended'] {
  const names = new Set(otherResources(pod));
  for (const name of Object.keys(defaults)) if (name !== 'cpu' && name !== 'memory') names.add(name);
  if (names.size === 0) return undefined;
  return Object.fromEntries([...names].map((name) => [name, bytes(podRequest(pod, name, defaults[name]))]));
}

/**
 * `wanted` pods of one revision of a workload.
 *
 * The revision stands for the label that the workload's controller gives its pods: a spread with `matchLabelKeys:
 * [pod-template-hash]` counts each revision separately.
 */
export function podGroup(entries: readonly ApiEntry[], workload: Workload, wanted: number, revision: string): PodGroup {
  const known = read(entries).get(workload) ?? readPods(entries, workload);
  read(entries).set(workload, known);
  const labels = known.labels.get(revision) ?? { ...workload.labels, 'pod-template-hash': revision };
  known.labels.set(revision, labels);
  return { ...known.pods, labels, wanted };
}

/** What is read of the manifests once, though pods of a workload are asked for at several scales, in several revisions. */
interface ReadPods {
  readonly pods: Omit<PodGroup, 'labels' | 'wanted'>;
  /** Labels by revision. */
  readonly labels: Map<string, JsonObject>;
}

const read = memoizePerObjects(() => new Map<Workload, ReadPods>());

function readPods(entries: readonly ApiEntry[], workload: Workload): ReadPods {
  const { entry, pod } = workload;
  const { namespace = '', name } = entry.identity;
  const defaults = requestDefaults(neighbours(entries, entry));
  const volumes = bindings(entries).get(workload);
  const pods = {
    name: `${namespace}/${name}`,
    namespace,
    cpu: millicores(podRequest(pod.value, 'cpu', defaults.cpu)),
    memory: bytes(podRequest(pod.value, 'memory', defaults.memory)),
    pods: 1,
    priority: priorityOf(entries, entry.cluster, pod.value),
    preempts: preempts(entries, entry.cluster, pod.value),
    returns: comesBack(workload),
    returnsEvicted: workload.kind !== '/Pod',
    spec: pod.value,
    ...defined({
      extended: extendedRequests(pod.value, defaults),
      boundTo: volumes?.boundTo,
      volumeNodes: volumes === undefined || volumes.nodes.length === 0 ? undefined : volumes.nodes,
    }),
  };
  return { pods, labels: new Map() };
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
  if (daemons.length === 0) return node;
  const resources = resourcesOf(daemons);
  const left = new Map(resources.map((resource) => [resource, offered(node, resource)]));
  for (const daemon of daemons.toSorted((one, other) => other.priority - one.priority)) {
    const asked = resources.map((resource) => ({ resource, amount: requested(daemon, resource) }));
    if (asked.some(({ resource, amount }) => amount > 0 && amount > (left.get(resource) ?? 0))) continue;
    for (const { resource, amount } of asked) left.set(resource, (left.get(resource) ?? 0) - amount);
  }
  const { cpu, memory, pods, ...others } = Object.fromEntries(left);
  const extended = Object.keys(others).length === 0 ? {} : { extended: { ...node.extended, ...others } };
  return { ...node, cpu: cpu ?? node.cpu, memory: memory ?? node.memory, pods: pods ?? node.pods, ...extended };
}
