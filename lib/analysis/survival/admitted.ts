// Pods that the API server admits: what a quota or a LimitRange of their namespace refuses does not exist.

import type { Cluster } from '../../model/cluster/cluster';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { readQuantity } from '../../model/manifest/quantity';
import { demands, podLimit, podRequest } from '../objects/demand';
import { containerDefaults, requestDefaults } from '../objects/limit-ranges';
import { neighbours, objectIndex } from '../objects/object-index';
import { dig, own, places, record, shown } from '../objects/read-json';
import { scalersOf } from '../objects/scalers';
import { bindings } from '../objects/volumes';
import { isReplicated, type Workload } from '../objects/workloads';
import { nodeCount } from '../scheduling/nodes';
import { type Interval, type Node, offered, type PodGroup, requested, resourcesOf } from '../scheduling/world';
import { type Scale, wantedPods } from './component';
import { countedQuotas } from './quota';

/** How many pods of a workload can exist, and why no more. */
export interface Admitted extends Interval {
  readonly because: readonly string[];
}

/** Workloads of which the API server refuses pods, at one scale. */
export function admittedPods(
  entries: readonly ApiEntry[],
  cluster: Cluster,
  here: readonly Workload[],
  scale: Scale,
): ReadonlyMap<ApiEntry, Admitted> {
  const found = new Map<ApiEntry, Admitted>();
  const limit = (entry: ApiEntry, { fewest, most, because }: Admitted) => {
    const known = found.get(entry) ?? { fewest, most, because: [] };
    found.set(entry, {
      fewest: Math.min(known.fewest, fewest),
      most: Math.min(known.most, most),
      because: [...known.because, ...because],
    });
  };
  const namespaces = new Set(here.map(({ entry }) => neighbours(entries, entry)));
  for (const members of namespaces) {
    const pods = podsWith(entries, cluster, members, scale);
    for (const { entry, key, given, limit: hard, counted } of countedQuotas(entries, members)) {
      const sum = counted.reduce((total, { workload, each }) => total + BigInt(pods(workload)) * each, 0n);
      if (sum <= hard) continue;
      const because = [`the quota ${entry.identity.name} admits no more: ${key} ${shown(given)}`];
      for (const { workload, each } of counted) {
        const wanted = pods(workload);
        if (each === 0n || wanted === 0) continue;
        const left = (room: bigint) => Math.max(0, Math.min(wanted, Number(room / each)));
        limit(workload.entry, { fewest: left(hard - (sum - BigInt(wanted) * each)), most: left(hard), because });
      }
    }
  }
  for (const workload of here) {
    const because = refusedByRange(neighbours(entries, workload.entry), workload.pod.value);
    if (because !== undefined) limit(workload.entry, { fewest: 0, most: 0, because: [because] });
  }
  return found;
}

/** Pods of each workload of a namespace while nothing rolls out; of Jobs the most. */
function podsWith(
  entries: readonly ApiEntry[],
  cluster: Cluster,
  members: readonly ApiEntry[],
  scale: Scale,
): (workload: Workload) => number {
  const manifests = members.map(({ manifest }) => manifest);
  const most = new Map(
    demands(manifests, {}, nodeCount(cluster)).map(({ kind, name, pods }) => [`${kind}/${name}`, pods]),
  );
  return (workload) =>
    workload.kind === '/Pod' || isReplicated(workload)
      ? wantedPods(workload, scalersOf(entries).get(workload.entry)?.[0]?.entry, scale)
      : (most.get(`${workload.entry.identity.kind}/${workload.entry.identity.name}`) ?? 0);
}

/**
 * Why a LimitRange refuses a pod: a request above the limit that it gives, or an amount outside its bounds. `undefined` if it does not.
 * Source: kubernetes.io, "Limit Ranges"; k8s.io/kubernetes v1.36.3, plugin/pkg/admission/limitranger.
 */
function refusedByRange(members: readonly ApiEntry[], pod: JsonObject): string | undefined {
  const ranges = objectIndex(members).of('/LimitRange');
  if (ranges.length === 0) return undefined;
  const [requests, limits] = [requestDefaults(members), containerDefaults(members, 'default')];
  const containers = [...places(pod, 'containers', ''), ...places(pod, 'initContainers', '')];
  for (const { identity, manifest } of ranges) {
    for (const { value: item } of places(dig(manifest, 'spec'), 'limits', '')) {
      for (const resource of ['cpu', 'memory'] as const) {
        const parts =
          item.type === 'Pod'
            ? [
                {
                  request: podRequest(pod, resource, requests[resource]),
                  limit: podLimit(pod, resource, limits[resource]),
                },
              ]
            : containers.map(({ value }) => amountsOf(value, resource, requests, limits));
        if (item.type !== 'Pod' && item.type !== 'Container') continue;
        if (parts.some((part) => isOutside(part, item, resource))) {
          return `the LimitRange ${identity.name} refuses its pods: ${resource} of a ${shown(item.type).toLowerCase()}`;
        }
      }
    }
  }
  return undefined;
}

interface Amounts {
  readonly request: bigint | undefined;
  readonly limit: bigint | undefined;
}

/** Request and limit of a container, with the defaults filled in. */
function amountsOf(container: JsonObject, resource: string, requests: JsonObject, limits: JsonObject): Amounts {
  const stated = dig(container, 'resources');
  const limit = own(record(stated?.limits), resource);
  const request = own(record(stated?.requests), resource) ?? limit ?? own(requests, resource);
  return { request: readQuantity(request), limit: readQuantity(limit ?? own(limits, resource)) };
}

function isOutside({ request, limit }: Amounts, item: JsonObject, resource: string): boolean {
  const [min, max] = [readQuantity(own(record(item.min), resource)), readQuantity(own(record(item.max), resource))];
  const isInverted = item.type === 'Container' && request !== undefined && limit !== undefined && limit < request;
  const isLow = min !== undefined && request !== undefined && request < min;
  const isHigh = max !== undefined && (limit === undefined || limit === 0n || limit > max);
  return isInverted || isLow || isHigh;
}

/** The limits, with those of claims that only the pods of one node can use. */
export function withSharedClaims(
  admitted: ReadonlyMap<ApiEntry, Admitted>,
  entries: readonly ApiEntry[],
  pods: readonly Workload[],
  groups: ReadonlyMap<ApiEntry, PodGroup>,
  nodes: readonly Node[],
): ReadonlyMap<ApiEntry, Admitted> {
  const found = new Map(admitted);
  for (const workload of pods) {
    const [claim, ...others] = bindings(entries).get(workload)?.once ?? [];
    const group = groups.get(workload.entry);
    if (claim === undefined || group === undefined || group.wanted < 2) continue;
    const isSolo = [claim, ...others].some(({ access }) => access === 'ReadWriteOncePod');
    if (!isSolo && nodes.length < 2) continue;
    const known = found.get(workload.entry) ?? { fewest: group.wanted, most: group.wanted, because: [] };
    const onOne = isSolo ? 1 : Math.max(0, ...nodes.map((node) => podsThatFit(group, node)));
    found.set(workload.entry, {
      fewest: Math.min(known.fewest, 1),
      most: Math.min(known.most, onOne),
      because: [...known.because, `the claim ${claim.name} is ${claim.access}: pods on other nodes wait for it`],
    });
  }
  return found;
}

const podsThatFit = (group: PodGroup, node: Node): number =>
  resourcesOf([group]).reduce((fit, resource) => {
    const each = requested(group, resource);
    return each === 0 ? fit : Math.min(fit, Math.floor(offered(node, resource) / each));
  }, group.wanted);
