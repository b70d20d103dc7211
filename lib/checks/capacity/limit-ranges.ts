// LimitRanges: what the pods and claims of their namespace ask for once defaults are filled in.

import { podLimit, podRequest } from '../../analysis/objects/demand';
import { containerDefaults } from '../../analysis/objects/limit-ranges';
import { neighbours, objectIndex } from '../../analysis/objects/object-index';
import { at, dig, isSet, own, type Place, places, record, shown } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { cpuQuantity, memoryQuantity, quantityAmount, readQuantity } from '../../model/manifest/quantity';
import { object, running } from '../examples';
import type { Report, Rule } from '../rule';

/** What one container or pod asks for, as the API server sees it once a LimitRange has filled in its defaults. */
interface Asked {
  readonly entry: ApiEntry;
  /** Pointer to its `resources`. */
  readonly pointer: string;
  readonly what: string;
  readonly request: Json | undefined;
  readonly limit: Json | undefined;
  /** Whether the limit is a default of the LimitRange. */
  readonly isDefault: boolean;
}

/** A LimitRange, with the defaults that it gives to containers. */
interface Range extends ApiEntry {
  readonly limits: JsonObject;
  readonly requests: JsonObject;
}

type Side = 'request' | 'limit';

const pointerOf = ({ pointer }: Asked, side: Side, resource: string): string => at(pointer, `${side}s`, resource);

function reportBounds(asked: Asked, item: JsonObject, resource: string, range: ApiEntry, report: Report): void {
  const [least, most] = [own(record(item.min), resource), own(record(item.max), resource)];
  const by = `LimitRange ${range.identity.name}`;
  for (const side of ['request', 'limit'] as const) {
    const value = asked[side];
    const amount = readQuantity(value);
    if (amount === undefined || !isSet(value)) continue;
    const [low, high] = [readQuantity(least), readQuantity(most)];
    if (low !== undefined && amount < low) {
      const message = `${asked.what} has a ${resource} ${side} of ${shown(value)}: ${by} refuses its pods`;
      report(asked.entry, pointerOf(asked, side, resource), { message, expected: `at least ${shown(least)}`, value });
    } else if (high !== undefined && amount > high) {
      const message = `${asked.what} has a ${resource} ${side} of ${shown(value)}: ${by} refuses its pods`;
      report(asked.entry, pointerOf(asked, side, resource), { message, expected: `at most ${shown(most)}`, value });
    }
  }
}

function reportRatio(asked: Asked, item: JsonObject, resource: string, range: ApiEntry, report: Report): void {
  const stated = own(record(item.maxLimitRequestRatio), resource);
  const ratio = isSet(stated) ? quantityAmount(shown(stated)) : undefined;
  if (ratio === undefined) return;
  const [request, limit] = [readQuantity(asked.request) ?? 0n, readQuantity(asked.limit) ?? 0n];
  if (request > 0n && limit > 0n && Number(limit) / Number(request) <= ratio * (1 + 1e-9)) return;
  report(asked.entry, pointerOf(asked, 'limit', resource), {
    message: `${asked.what} has a ${resource} limit of ${shown(asked.limit) || 'none'} for a request of ${shown(asked.request) || 'none'}: LimitRange ${range.identity.name} refuses its pods`,
    expected: `both, the limit at most ${shown(stated)} times the request`,
    value: asked.limit ?? null,
  });
}

/** The container that states more than the default that it gets as its limit. */
function reportDefault(
  { entry, what, request, limit, isDefault, ...asked }: Asked,
  resource: string,
  range: ApiEntry,
  report: Report,
): boolean {
  const [requested, limited] = [readQuantity(request), readQuantity(limit)];
  if (!isDefault || requested === undefined || limited === undefined || requested <= limited) return false;
  report(entry, at(asked.pointer, 'requests', resource), {
    message: `${what} has no ${resource} limit and gets ${shown(limit)} of LimitRange ${range.identity.name}, below its request: its pods are refused`,
    expected: `a ${resource} limit of ${shown(request)} or more`,
    value: request ?? null,
  });
  return true;
}

function judgeContainers({ entry, containers }: Workload, item: JsonObject, range: Range, report: Report): void {
  const { limits, requests } = range;
  for (const { value, pointer, name, role } of containers) {
    if (role === 'ephemeral') continue;
    const resources = dig(value, 'resources');
    for (const resource of resourcesOf(item, resources, limits)) {
      const limit = own(record(resources?.limits), resource);
      const asked: Asked = {
        entry,
        pointer: `${pointer}/resources`,
        what: `container "${name ?? ''}"`,
        limit: limit ?? own(limits, resource),
        request: own(record(resources?.requests), resource) ?? limit ?? own(requests, resource),
        isDefault: !isSet(limit),
      };
      if (reportDefault(asked, resource, range, report)) continue;
      reportBounds(asked, item, resource, range, report);
      reportRatio(asked, item, resource, range, report);
    }
  }
}

/** Every resource that the item bounds, or that the container requests. */
function resourcesOf(item: JsonObject, resources: JsonObject | undefined, limits: JsonObject): string[] {
  const keys = ['min', 'max', 'maxLimitRequestRatio'].flatMap((key) => Object.keys(record(item[key]) ?? {}));
  const requested = Object.keys(record(resources?.requests) ?? {}).filter((name) => isSet(own(limits, name)));
  return [...new Set([...keys, ...requested])].sort();
}

function judgePod({ entry, pod }: Workload, item: JsonObject, range: Range, report: Report): void {
  const { limits, requests } = range;
  for (const [resource, write] of [
    ['cpu', cpuQuantity],
    ['memory', memoryQuantity],
  ] as const) {
    const request = podRequest(pod.value, resource, own(requests, resource));
    const limit = podLimit(pod.value, resource, own(limits, resource));
    const asked: Asked = {
      entry,
      pointer: `${pod.pointer}/resources`,
      what: 'the pod as a whole',
      request: request === 0n ? undefined : write(request),
      limit: limit === 0n ? undefined : write(limit),
      isDefault: false,
    };
    reportBounds(asked, item, resource, range, report);
    reportRatio(asked, item, resource, range, report);
  }
}

/** The claims of a namespace, of StatefulSets' templates too. */
function claimsOf(members: readonly ApiEntry[]): { readonly entry: ApiEntry; readonly claim: Place }[] {
  const index = objectIndex(members);
  const own = index.of('/PersistentVolumeClaim').flatMap((entry) => {
    const value = dig(entry.manifest, 'spec');
    return value === undefined ? [] : [{ entry, claim: { value, pointer: '/spec' } }];
  });
  const templates = index.of('apps/StatefulSet').flatMap((entry) =>
    places(dig(entry.manifest, 'spec'), 'volumeClaimTemplates', '/spec').flatMap(({ value, pointer }) => {
      const spec = dig(value, 'spec');
      return spec === undefined ? [] : [{ entry, claim: { value: spec, pointer: `${pointer}/spec` } }];
    }),
  );
  return [...own, ...templates];
}

function judgeClaims(members: readonly ApiEntry[], item: JsonObject, range: ApiEntry, report: Report): void {
  for (const { entry, claim } of claimsOf(members)) {
    const request = own(dig(claim.value, 'resources', 'requests'), 'storage');
    const pointer = `${claim.pointer}/resources`;
    const asked: Asked = { entry, pointer, what: 'the claim', request, limit: undefined, isDefault: false };
    reportBounds(asked, item, 'storage', range, report);
  }
}

const fits: Rule = {
  id: 'limit-range',
  what: 'Containers, pods and claims keep the bounds of the LimitRanges in their namespace, with the defaults that these fill in: a request above the default limit needs a limit of its own.',
  why: 'The API server refuses the pods, and only events of the ReplicaSet show it.',
  severity: 'error',
  judge: 'API server: LimitRanger (mergePodResourceRequirements, PodValidateLimitFunc), ValidateResourceRequirements',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/LimitRange')) {
      const members = neighbours(entries, entry);
      const [limits, requests] = [containerDefaults([entry], 'default'), containerDefaults([entry], 'defaultRequest')];
      const range = { ...entry, limits, requests };
      for (const { value } of places(dig(range.manifest, 'spec'), 'limits', '')) {
        if (value.type === 'PersistentVolumeClaim') judgeClaims(members, value, range, report);
        for (const workload of workloads(members)) {
          if (value.type === 'Container') judgeContainers(workload, value, range, report);
          else if (value.type === 'Pod') judgePod(workload, value, range, report);
        }
      }
    }
  },
  examples: {
    pass: [
      object('v1', 'LimitRange', 'shop', {
        spec: { limits: [{ type: 'Container', default: { memory: '128Mi' }, max: { memory: '4Gi' } }] },
      }),
      running({ resources: { requests: { memory: '2Gi' }, limits: { memory: '2Gi' } } }),
    ],
    fail: [
      object('v1', 'LimitRange', 'shop', { spec: { limits: [{ type: 'Container', default: { memory: '128Mi' } }] } }),
      running({ resources: { requests: { cpu: '500m', memory: '2Gi' } } }),
    ],
  },
};

export const limitRangeRules: readonly Rule[] = [fits];
