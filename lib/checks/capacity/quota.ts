// Quotas: they leave room for the peak of the workloads in their namespace, which state everything that is counted.

import { type Demand, demands, total, type WorkloadDemand } from '../../analysis/objects/demand';
import { containerDefaults, requestDefaults } from '../../analysis/objects/limit-ranges';
import { neighbours } from '../../analysis/objects/namespaces';
import { objectIndex } from '../../analysis/objects/object-index';
import { type Counted, hardLimits, QUOTA_KEYS } from '../../analysis/objects/quota-keys';
import { at, dig, isSet, own, record } from '../../analysis/objects/read-json';
import { SERVICE_KEYS, serviceDemand } from '../../analysis/objects/service-demand';
import { lasting, type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { cpuQuantity, memoryQuantity, readQuantity, WHOLE } from '../../model/manifest/quantity';
import { object, running, service } from '../examples';
import type { Report, Rule } from '../rule';

/** The peak demand of workloads for what a quota counts, and how to write it; unknown for limits. */
function needOf(
  counted: Counted,
  { pods, cpu, memory }: Demand,
): { readonly amount: bigint; readonly written: string } | undefined {
  if (counted.part === 'pods') return { amount: BigInt(pods) * WHOLE, written: String(pods) };
  if (counted.part === 'limits') return undefined;
  return counted.resource === 'cpu'
    ? { amount: cpu, written: cpuQuantity(cpu) }
    : { amount: memory, written: memoryQuantity(memory) };
}

/** Quotas that count every pod; those with scopes cannot be checked here. */
const quotas = (entries: readonly ApiEntry[]): ApiEntry[] =>
  objectIndex(entries)
    .of('/ResourceQuota')
    .filter(({ manifest }) => {
      const spec = dig(manifest, 'spec');
      return !isSet(spec?.scopes) && !isSet(spec?.scopeSelector);
    });

const describePeaks = (all: readonly WorkloadDemand[]): string =>
  all.map(({ kind, name, reason }) => `${kind} ${name} ${reason}`).join(', ');

const room: Rule = {
  id: 'quota-room',
  what: 'A ResourceQuota leaves room for the peak of all workloads in its namespace, including surge and terminating pods.',
  why: 'Pods are refused in the very rollout or peak that needs them; only an event of the ReplicaSet shows it.',
  severity: 'error',
  judge: 'API server: ResourceQuota admission',
  check: (entries, report) => {
    for (const entry of quotas(entries)) {
      const members = neighbours(entries, entry);
      const all = demands(
        members.map(({ manifest }) => manifest),
        requestDefaults(members),
      );
      const together = total(all);
      for (const { key, counted, given, limit } of hardLimits(entry)) {
        const need = needOf(counted, together);
        if (need === undefined || limit >= need.amount) continue;
        report(entry, at('/spec/hard', key), {
          message: `workloads of the namespace can need more: ${describePeaks(all)} pods`,
          expected: `at least ${need.written}`,
          value: given,
        });
      }
    }
  },
  examples: {
    pass: [
      object('v1', 'ResourceQuota', 'shop', { spec: { hard: { pods: '4', 'requests.cpu': '400m' } } }),
      running({ resources: { requests: { cpu: '100m' } } }),
    ],
    fail: [
      object('v1', 'ResourceQuota', 'shop', { spec: { hard: { pods: '2', 'requests.cpu': '200m' } } }),
      running({ resources: { requests: { cpu: '100m' } } }),
    ],
  },
};

function isStated(container: JsonObject, part: string, resource: string, fallback: Json | undefined): boolean {
  const { requests, limits } = dig(container, 'resources') ?? {};
  const limit = own(record(limits), resource);
  const stated = part === 'limits' ? limit : (own(record(requests), resource) ?? limit);
  return isSet(stated) || isSet(fallback);
}

function reportWorkload(
  workload: Workload,
  key: string,
  { part, resource }: Exclude<Counted, { readonly part: 'pods' }>,
  defaults: JsonObject,
  report: Report,
): void {
  for (const { value, pointer } of lasting(workload)) {
    if (isStated(value, part, resource, own(defaults, resource))) continue;
    report(workload.entry, `${pointer}/resources/${part}/${resource}`, {
      message: `the container does not state ${key}, which a quota counts: its pods are refused`,
      expected: 'a quantity, or a LimitRange with a default for it',
    });
  }
}

const stated: Rule = {
  id: 'quota-stated',
  what: 'If a quota counts CPU or memory, every container states it, or a LimitRange has a default.',
  why: 'The API server refuses the pods ("must specify"), and only events of the ReplicaSet show it.',
  severity: 'error',
  judge: 'API server: ResourceQuota admission',
  check: (entries, report) => {
    for (const quota of quotas(entries)) {
      const members = neighbours(entries, quota);
      const defaults = { limits: containerDefaults(members, 'default'), requests: requestDefaults(members) };
      const theirs = workloads(members);
      for (const key of Object.keys(dig(quota.manifest, 'spec', 'hard') ?? {})) {
        const counted = QUOTA_KEYS.get(key);
        if (counted === undefined || counted.part === 'pods') continue;
        for (const workload of theirs) reportWorkload(workload, key, counted, { ...defaults[counted.part] }, report);
      }
    }
  },
  examples: {
    pass: [
      object('v1', 'ResourceQuota', 'shop', { spec: { hard: { 'limits.memory': '3Gi' } } }),
      running({ resources: { limits: { memory: '128Mi' } } }),
    ],
    fail: [
      object('v1', 'ResourceQuota', 'shop', { spec: { hard: { 'limits.cpu': '4' } } }),
      running({ resources: { limits: { memory: '128Mi' } } }),
    ],
  },
};

const services: Rule = {
  id: 'quota-services',
  what: 'A ResourceQuota leaves room for the load balancers and node ports of the Services in its namespace.',
  why: 'The API server refuses the Service, and the component has no address.',
  severity: 'error',
  judge: 'API server: ResourceQuota admission',
  check: (entries, report) => {
    for (const entry of quotas(entries)) {
      const hard = dig(entry.manifest, 'spec', 'hard') ?? {};
      const needed = serviceDemand(neighbours(entries, entry).map(({ manifest }) => manifest));
      for (const key of SERVICE_KEYS) {
        const limit = readQuantity(hard[key]);
        if (limit === undefined || limit >= BigInt(needed[key]) * WHOLE) continue;
        const message = `Services of the namespace take ${needed[key]}: the API server refuses the last of them`;
        report(entry, at('/spec/hard', key), {
          message,
          expected: `at least ${needed[key]}`,
          value: hard[key] ?? null,
        });
      }
    }
  },
  examples: {
    pass: [
      object('v1', 'ResourceQuota', 'shop', { spec: { hard: { 'services.nodeports': '1' } } }),
      service({ type: 'NodePort', ports: [{ port: 80 }] }),
    ],
    fail: [
      object('v1', 'ResourceQuota', 'shop', { spec: { hard: { 'services.loadbalancers': '0' } } }),
      service({ type: 'LoadBalancer', ports: [{ port: 80 }] }),
    ],
  },
};

export const quotaRules: readonly Rule[] = [room, stated, services];
