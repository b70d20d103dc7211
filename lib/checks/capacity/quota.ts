// Quotas: they leave room for the peak of the workloads in their namespace, which state everything that is counted.

import { type Demand, demands, podLimit, total, type WorkloadDemand } from '../../analysis/objects/demand';
import { containerDefaults, requestDefaults } from '../../analysis/objects/limit-ranges';
import { neighbours, objectIndex } from '../../analysis/objects/object-index';
import { type Counted, hardLimits, QUOTA_KEYS } from '../../analysis/objects/quota-keys';
import { at, dig, isSet, own, record } from '../../analysis/objects/read-json';
import { SERVICE_KEYS, serviceDemand } from '../../analysis/objects/service-demand';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import { pluralOf } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { cpuQuantity, memoryQuantity, readQuantity, WHOLE } from '../../model/manifest/quantity';
import { object, running, service } from '../examples';
import type { Report, Rule } from '../rule';

/** The peak demand of workloads for what a quota counts, and how to write it. */
function needOf(
  counted: Counted,
  { pods, cpu, memory }: Demand,
  limits: Readonly<Record<'cpu' | 'memory', bigint>>,
): { readonly amount: bigint; readonly written: string } | undefined {
  if (counted.part === 'pods') return { amount: BigInt(pods) * WHOLE, written: String(pods) };
  const isLimit = counted.part === 'limits';
  if (counted.resource === 'cpu') {
    const amount = isLimit ? limits.cpu : cpu;
    return { amount, written: cpuQuantity(amount) };
  }
  const amount = isLimit ? limits.memory : memory;
  return { amount, written: memoryQuantity(amount) };
}

/** What the workloads are limited to together, at their peak. Pods without a limit are refused, and count nothing. */
function limitsOf(members: readonly ApiEntry[], all: readonly WorkloadDemand[]): Record<'cpu' | 'memory', bigint> {
  const counts = new Map(all.map(({ kind, name, pods }) => [`${kind}/${name}`, BigInt(pods)]));
  const defaults = containerDefaults(members, 'default');
  const sum = { cpu: 0n, memory: 0n };
  for (const { entry, pod } of workloads(members)) {
    const times = counts.get(`${entry.identity.kind}/${entry.identity.name}`) ?? 0n;
    sum.cpu += times * podLimit(pod.value, 'cpu', defaults.cpu);
    sum.memory += times * podLimit(pod.value, 'memory', defaults.memory);
  }
  return sum;
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
      const limits = limitsOf(members, all);
      for (const { key, counted, given, limit } of hardLimits(entry)) {
        const need = needOf(counted, together, limits);
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
  // what the pod states as a whole stands for its containers
  if (isStated(workload.pod.value, part, resource, undefined)) return;
  for (const { value, pointer, role } of workload.containers) {
    if (role === 'ephemeral') continue;
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

/** How `spec.hard` counts objects, by kind: `count/deployments.apps`, or a name of its own for some of the core. */
const COUNT = /^count\/([a-z0-9]+)(?:\.(.+))?$/;
const OWN_NAMES = new Set(
  'configmaps persistentvolumeclaims replicationcontrollers resourcequotas secrets services'.split(' '),
);

const objects: Rule = {
  id: 'quota-objects',
  what: 'A ResourceQuota that counts objects leaves room for those of the app in its namespace.',
  why: 'The API server refuses the last of them.',
  severity: 'error',
  judge: 'API server: ResourceQuota admission',
  check: (entries, report) => {
    for (const entry of quotas(entries)) {
      const members = neighbours(entries, entry);
      for (const [key, given] of Object.entries(dig(entry.manifest, 'spec', 'hard') ?? {})) {
        const [, plural = OWN_NAMES.has(key) ? key : '', group = ''] = COUNT.exec(key) ?? [];
        const limit = readQuantity(given);
        if (plural === '' || plural === 'pods' || limit === undefined) continue;
        const counted = members.filter(
          ({ identity }) => identity.group === group && pluralOf(identity.group, identity.kind) === plural,
        );
        if (limit >= BigInt(counted.length) * WHOLE) continue;
        report(entry, at('/spec/hard', key), {
          message: `the app has ${counted.length} ${plural} in the namespace: the API server refuses the last of them`,
          expected: `at least ${counted.length}`,
          value: given,
        });
      }
    }
  },
  examples: {
    pass: [object('v1', 'ResourceQuota', 'shop', { spec: { hard: { services: '1' } } }), service({})],
    fail: [object('v1', 'ResourceQuota', 'shop', { spec: { hard: { 'count/services': '0' } } }), service({})],
  },
};

export const quotaRules: readonly Rule[] = [room, stated, services, objects];
