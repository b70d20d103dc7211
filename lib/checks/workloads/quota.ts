// Quotas: that they leave room for what the workloads of their namespace can reach, and that these say what is counted.

import { type Demand, demands, total, type WorkloadDemand } from '../../analysis/objects/demand';
import { containerDefaults, requestDefaults } from '../../analysis/objects/limit-ranges';
import { neighbours } from '../../analysis/objects/namespaces';
import { objectIndex } from '../../analysis/objects/object-index';
import { type Counted, hardLimits, QUOTA_KEYS } from '../../analysis/objects/quota-keys';
import { at, dig, isSet, record } from '../../analysis/objects/read-json';
import { lasting, type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { cpuQuantity, memoryQuantity, WHOLE } from '../../model/manifest/quantity';
import { object, running } from '../examples';
import type { Report, Rule } from '../rule';

/** All that workloads can reach of what a quota counts, and how to write it; of limits, demand says nothing. */
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

/** Quotas that count every pod; what a scope leaves out is unknown here. */
const quotas = (entries: readonly ApiEntry[]): ApiEntry[] =>
  objectIndex(entries)
    .of('/ResourceQuota')
    .filter(({ manifest }) => {
      const spec = dig(manifest, 'spec');
      return !isSet(spec?.scopes) && !isSet(spec?.scopeSelector);
    });

const most = (all: readonly WorkloadDemand[]): string =>
  all.map(({ kind, name, reason }) => `${kind} ${name} ${reason}`).join(', ');

const room: Rule = {
  id: 'quota-room',
  what: 'A ResourceQuota leaves room for all that the workloads of its namespace can reach: surge and terminating pods included.',
  why: 'In the very rollout or peak that needs them, pods are refused; nothing but an event of the ReplicaSet says so.',
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
          message: `the workloads of the namespace can reach more than that: ${most(all)} pods`,
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
  const limit = record(limits)?.[resource];
  const stated = part === 'limits' ? limit : (record(requests)?.[resource] ?? limit);
  return isSet(stated) || isSet(fallback);
}

function judgeWorkload(
  workload: Workload,
  key: string,
  { part, resource }: Exclude<Counted, { readonly part: 'pods' }>,
  defaults: JsonObject,
  report: Report,
): void {
  for (const { value, pointer } of lasting(workload)) {
    if (isStated(value, part, resource, defaults[resource])) continue;
    report(workload.entry, `${pointer}/resources/${part}/${resource}`, {
      message: `the namespace's quota counts ${key}, so that a pod that does not say it is refused`,
      expected: `a quantity, or a LimitRange with a default for it`,
    });
  }
}

const stated: Rule = {
  id: 'quota-stated',
  what: 'Where a quota counts CPU or memory, every container says it, or a LimitRange says it for all.',
  why: 'The API server refuses the pods ("must specify"); only events of the ReplicaSet say so.',
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
        for (const workload of theirs) judgeWorkload(workload, key, counted, { ...defaults[counted.part] }, report);
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

export const quotaRules: readonly Rule[] = [room, stated];
