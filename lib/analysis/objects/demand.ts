// Demand: the most that the workloads of one namespace can ask for at once, as a quota counts it.

import type { Json, JsonObject } from '../../model/manifest/json';
import { largestAmount, readQuantity } from '../../model/manifest/quantity';
import { podCount } from '../../model/pods/replacement';
import { instancePod, instancesOf, isDatabaseCluster } from './database-clusters';
import { dig, integer, isSet, list, record, shown, text } from './read-json';

/** Pods, and what they request together, in billionths of a core and of a byte. */
export interface Demand {
  readonly pods: number;
  readonly cpu: bigint;
  readonly memory: bigint;
}

/** The demand of one workload. */
export interface WorkloadDemand extends Demand {
  readonly kind: string;
  readonly name: string;
  /** How the number of pods is derived: `12 + 6 surge + 18 terminating`. */
  readonly reason: string;
}

/** The default requests of a container: the defaults of a LimitRange, as quantities. */
export type RequestDefaults = JsonObject;

interface PodCount {
  readonly pods: number;
  readonly reason: string;
}

/**
 * The maximum demand of each workload. A quota counts terminating pods too, until their grace period is over:
 *
 * - Deployment: the replicas (the autoscaler's maximum) and the surge, twice: when one release follows another, all pods of the
 *   first may still terminate while those of the second exist.
 * - StatefulSet: the replicas; a pod is created only after its namesake is gone.
 * - Job: twice its parallelism, since a failed pod is replaced while it terminates; CronJob: that, and twice where runs
 *   may overlap.
 * - Cluster of CloudNativePG: the instances, and the Job that makes another one of them.
 * - DaemonSet: the most nodes that it can run on; twice with a surge. Left out where that number is unknown.
 *
 * Source: kubernetes.io, "Resource Quotas"; k8s.io/kubernetes pkg/quota/v1/evaluator/core, `QuotaV1Pod`.
 */
export function demands(
  manifests: readonly JsonObject[],
  defaults: RequestDefaults,
  nodesFor: NodeCount = () => undefined,
): WorkloadDemand[] {
  const maxima = scaledMaxima(manifests);
  return manifests.flatMap((manifest) => {
    const pod = podOf(manifest);
    const count = manifest.kind === 'DaemonSet' ? countDaemons(manifest, pod, nodesFor) : countPods(manifest, maxima);
    if (count === undefined || pod === undefined) return [];
    const times = BigInt(count.pods);
    return {
      kind: shown(manifest.kind),
      name: shown(dig(manifest, 'metadata')?.name),
      ...count,
      cpu: times * podRequest(pod, 'cpu', defaults.cpu),
      memory: times * podRequest(pod, 'memory', defaults.memory),
    };
  });
}

/** The most nodes that can run a pod with this spec; `undefined` where nodes are not described. */
export type NodeCount = (pod: JsonObject) => number | undefined;

function countDaemons(manifest: JsonObject, pod: JsonObject | undefined, nodesFor: NodeCount): PodCount | undefined {
  const nodes = pod && nodesFor(pod);
  if (nodes === undefined) return undefined;
  const surge = dig(manifest, 'spec', 'updateStrategy', 'rollingUpdate')?.maxSurge ?? 0;
  return surge === 0 || surge === '0%'
    ? { pods: nodes, reason: `${nodes} nodes` }
    : times(2, nodes, 'surge and terminating');
}

/** All of them together. */
export function total(all: readonly Demand[]): Demand {
  return all.reduce(
    (sum, { pods, cpu, memory }) => ({ pods: sum.pods + pods, cpu: sum.cpu + cpu, memory: sum.memory + memory }),
    { pods: 0, cpu: 0n, memory: 0n },
  );
}

function countPods(manifest: JsonObject, maxima: Maxima): PodCount | undefined {
  const spec = dig(manifest, 'spec');
  if (isDatabaseCluster(manifest)) {
    const instances = instancesOf(spec);
    return { pods: instances + 1, reason: `${instances} + 1 that joins` };
  }
  switch (manifest.kind) {
    case 'Deployment':
      return countDeployment(manifest, maxima);
    case 'ReplicaSet':
    case 'ReplicationController':
      return times(2, integer(spec?.replicas, 0) ?? 1, 'terminating');
    case 'StatefulSet': {
      const pods = replicas(manifest, maxima);
      return { pods, reason: String(pods) };
    }
    case 'Job':
      return times(2, integer(spec?.parallelism, 0) ?? 1, 'replaced');
    case 'CronJob': {
      const parallel = integer(dig(spec, 'jobTemplate', 'spec')?.parallelism, 0) ?? 1;
      const overlaps = spec?.concurrencyPolicy !== 'Forbid' && spec?.concurrencyPolicy !== 'Replace';
      return times(2, overlaps ? 2 * parallel : parallel, 'replaced');
    }
    case 'Pod':
      return { pods: 1, reason: '1' };
    default:
      return undefined;
  }
}

function countDeployment(manifest: JsonObject, maxima: Maxima): PodCount {
  const wanted = replicas(manifest, maxima);
  const strategy = dig(manifest, 'spec', 'strategy');
  const surge = strategy?.type === 'Recreate' ? 0 : surgeOf(dig(strategy, 'rollingUpdate')?.maxSurge ?? '25%', wanted);
  return { pods: 2 * (wanted + surge), reason: `${wanted} + ${surge} surge + ${wanted + surge} terminating` };
}

function times(factor: number, count: number, what: string): PodCount {
  return { pods: factor * count, reason: `${count} + ${(factor - 1) * count} ${what}` };
}

/** The maximum of the autoscaler that scales it, or its own replicas. */
function replicas(manifest: JsonObject, maxima: Maxima): number {
  const scaled = maxima.get(keyOf(manifest.kind, dig(manifest, 'metadata')?.name));
  return scaled ?? integer(dig(manifest, 'spec')?.replicas, 0) ?? 1;
}

/** Maximum replicas of autoscalers, by their targets. */
type Maxima = ReadonlyMap<string, number>;

function scaledMaxima(manifests: readonly JsonObject[]): Maxima {
  const found = new Map<string, number>();
  for (const { kind, spec } of manifests) {
    const target = dig(spec, 'scaleTargetRef');
    if (kind === 'HorizontalPodAutoscaler') {
      const most = integer(record(spec)?.maxReplicas, 1);
      if (most !== undefined) found.set(keyOf(target?.kind, target?.name), most);
    } else if (kind === 'ScaledObject') {
      // KEDA's defaults: a Deployment, and 100
      found.set(keyOf(target?.kind ?? 'Deployment', target?.name), integer(record(spec)?.maxReplicaCount, 1) ?? 100);
    }
  }
  return found;
}

const keyOf = (kind: Json | undefined, name: Json | undefined): string => `${shown(kind)}/${shown(name)}`;

/** A surge rounds up. */
export function surgeOf(surge: Json, wanted: number): number {
  if (typeof surge === 'number') return surge;
  const percentage = text(surge) ?? '';
  return /^\d+%$/.test(percentage) ? podCount(percentage, wanted, Math.ceil) : 0;
}

function podOf(manifest: JsonObject): JsonObject | undefined {
  if (manifest.kind === 'Pod') return dig(manifest, 'spec');
  if (isDatabaseCluster(manifest)) return instancePod('', dig(manifest, 'spec') ?? {});
  const spec = manifest.kind === 'CronJob' ? dig(manifest, 'spec', 'jobTemplate', 'spec') : dig(manifest, 'spec');
  return dig(spec, 'template', 'spec');
}

/**
 * What the scheduler reserves for a pod, and a quota counts: what it requests as a whole, or else its containers and sidecars, or an
 * init container beside the sidecars that start before it, if that is more; and the overhead of its runtime.
 *
 * The request of a whole pod is on by default from Kubernetes 1.34; its limit alone stands for the request that no container
 * states. Source: k8s.io/kubernetes v1.36.3, staging/src/k8s.io/component-helpers/resource, `PodRequests`; pkg/apis/core/v1/defaults.go.
 */
export function podRequest(pod: JsonObject, resource: string, fallback: Json | undefined): bigint {
  const overhead = amountOf(dig(pod, 'overhead')?.[resource]);
  const { requests, limits } = dig(pod, 'resources') ?? {};
  const request = record(requests)?.[resource];
  if (isSet(request)) return amountOf(request) + overhead;
  const limit = record(limits)?.[resource];
  const containers = [...objects(pod.containers), ...objects(pod.initContainers)];
  if (isSet(limit) && !containers.some((one) => isSet(statedRequest(one, resource)))) return amountOf(limit) + overhead;
  return largestTogether(pod, (container) => statedRequest(container, resource) ?? fallback) + overhead;
}

/** Names of the resources besides CPU and memory that the containers of a pod ask for. */
export function otherResources(pod: JsonObject): ReadonlySet<string> {
  const found = new Set<string>();
  for (const container of [...objects(pod.containers), ...objects(pod.initContainers), pod]) {
    const { requests, limits } = dig(container, 'resources') ?? {};
    for (const amounts of [record(requests), record(limits)]) {
      for (const name of Object.keys(amounts ?? {})) if (name !== 'cpu' && name !== 'memory') found.add(name);
    }
  }
  return found;
}

/** What a quota counts as the limit of a pod, derived in the same way. */
export function podLimit(pod: JsonObject, resource: 'cpu' | 'memory', fallback: Json | undefined): bigint {
  const limitOf = (it: JsonObject) => dig(it, 'resources', 'limits')?.[resource];
  const own = limitOf(pod);
  const limit = isSet(own) ? amountOf(own) : largestTogether(pod, (container) => limitOf(container) ?? fallback);
  return limit === 0n ? 0n : limit + amountOf(dig(pod, 'overhead')?.[resource]);
}

function largestTogether(pod: JsonObject, of: (container: JsonObject) => Json | undefined): bigint {
  let sidecars = 0n;
  let starting = 0n;
  for (const container of objects(pod.initContainers)) {
    const amount = amountOf(of(container));
    if (container.restartPolicy === 'Always') sidecars += amount;
    else starting = largestAmount([starting, sidecars + amount]);
  }
  const running = objects(pod.containers).reduce((sum, it) => sum + amountOf(of(it)), sidecars);
  return largestAmount([running, starting]);
}

/** A limit without a request is the request too. */
function statedRequest(container: JsonObject, resource: string): Json | undefined {
  const { requests, limits } = dig(container, 'resources') ?? {};
  return record(requests)?.[resource] ?? record(limits)?.[resource];
}

const amountOf = (quantity: Json | undefined): bigint => readQuantity(quantity) ?? 0n;

function objects(value: Json | undefined): JsonObject[] {
  return list(value)
    .map(record)
    .filter((item) => item !== undefined);
}
