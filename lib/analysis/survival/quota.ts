// Quotas of a namespace that would refuse pods: too many of them, or too large requests or limits.

import type { Cluster } from '../../model/cluster/cluster';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { WHOLE } from '../../model/manifest/quantity';
import { demands, podLimit, podRequest, type RequestDefaults } from '../objects/demand';
import { containerDefaults, requestDefaults } from '../objects/limit-ranges';
import { memoizePerObjects, neighbours, objectIndex } from '../objects/object-index';
import { type Counted, hardLimits } from '../objects/quota-keys';
import { at, dig, isSet, list, places, record, shown, text } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { running, type Workload } from '../objects/workloads';
import { nodeCount } from '../scheduling/nodes';
import type { Component } from './component';
import type { Decider } from './verdict';

export interface Refusal {
  readonly says: string;
  readonly decides: Decider;
  /** Whether the quota counts the pods of a component. */
  readonly counts: (component: Component) => boolean;
}

/** Quotas too small for these pods of each component, with all other workloads of the namespace at their maximum. */
export function refusals(
  components: readonly Component[],
  cluster: Cluster,
  pods: (component: Component) => number,
): Refusal[] {
  const [first] = components;
  if (first === undefined) return [];
  const members = neighbours(first.all, first.entry);
  const defaults = { requests: requestDefaults(members), limits: containerDefaults(members, 'default') };
  const most = new Map(
    demands(
      members.map(({ manifest }) => manifest),
      defaults.requests,
      nodeCount(cluster),
    ).map((one) => [`${one.kind}/${one.name}`, one.pods]),
  );
  const asked = new Map(components.map((one) => [one.entry, pods(one)]));
  const countOf = ({ entry: { identity }, entry }: Workload) =>
    BigInt(asked.get(entry) ?? most.get(`${identity.kind}/${identity.name}`) ?? 0);
  return objectIndex(members)
    .of('/ResourceQuota')
    .flatMap((entry) => {
      const scopes = scopesOf(entry.manifest);
      const counts = ({ pod }: Workload) => scopes.every((scope) => isIn(first.all, entry, pod.value, defaults, scope));
      const counted = running(members).filter(counts);
      return hardLimits(entry).flatMap(({ key, counted: what, given, limit }) => {
        const total = counted.reduce((sum, one) => sum + countOf(one) * amountOf(what, one.pod.value, defaults), 0n);
        if (limit >= total) return [];
        return {
          says: `the quota ${entry.identity.name} is too small for all of them: ${key} ${shown(given)}`,
          decides: { entry, pointer: at('/spec/hard', key) },
          counts: ({ workload }: Component) => counts(workload),
        };
      });
    });
}

/** What a quota counts of each pod of a workload, and up to which sum. */
export interface CountedQuota {
  readonly entry: ApiEntry;
  readonly key: string;
  readonly given: Json;
  readonly limit: bigint;
  readonly counted: readonly { readonly workload: Workload; readonly each: bigint }[];
}

/** Every limit of every quota among the objects of one namespace, counted once for all scales. */
export function countedQuotas(all: readonly ApiEntry[], members: readonly ApiEntry[]): readonly CountedQuota[] {
  const known = quotaCounts(all).get(members) ?? countQuotas(all, members);
  quotaCounts(all).set(members, known);
  return known;
}

const quotaCounts = memoizePerObjects(() => new Map<readonly ApiEntry[], readonly CountedQuota[]>());

function countQuotas(all: readonly ApiEntry[], members: readonly ApiEntry[]): CountedQuota[] {
  const quotas = objectIndex(members).of('/ResourceQuota');
  if (quotas.length === 0) return [];
  const defaults = { requests: requestDefaults(members), limits: containerDefaults(members, 'default') };
  return quotas.flatMap((entry) => {
    const scopes = scopesOf(entry.manifest);
    const inScope = running(members).filter(({ pod }) =>
      scopes.every((scope) => isIn(all, entry, pod.value, defaults, scope)),
    );
    return hardLimits(entry).map(({ key, counted: what, given, limit }) => ({
      entry,
      key,
      given,
      limit,
      counted: inScope.map((workload) => ({ workload, each: amountOf(what, workload.pod.value, defaults) })),
    }));
  });
}

/** What containers get by default. */
interface Defaults {
  readonly requests: RequestDefaults;
  readonly limits: JsonObject;
}

/** What a quota counts of one pod, in billionths. */
function amountOf(counted: Counted, pod: JsonObject, { requests, limits }: Defaults): bigint {
  switch (counted.part) {
    case 'pods':
      return WHOLE;
    case 'requests':
      return podRequest(pod, counted.resource, requests[counted.resource]);
    case 'limits':
      return podLimit(pod, counted.resource, limits[counted.resource]);
  }
}

/** A quota's scopes as full expressions. A pod is counted if it is in all of them. */
function scopesOf(quota: JsonObject): JsonObject[] {
  const spec = dig(quota, 'spec');
  const short = list(spec?.scopes).map((scopeName) => ({ scopeName, operator: 'Exists' }));
  const long = places(dig(spec, 'scopeSelector'), 'matchExpressions', '').map(({ value }) => value);
  return [...short, ...long];
}

/** Source: k8s.io/kubernetes v1.36.3, pkg/quota/v1/evaluator/core/pods.go, `podMatchesScopeFunc`. */
function isIn(
  all: readonly ApiEntry[],
  quota: ApiEntry,
  pod: JsonObject,
  defaults: Defaults,
  scope: JsonObject,
): boolean {
  const requests = (resource: 'cpu' | 'memory') => amountOf({ part: 'requests', resource }, pod, defaults);
  const isBestEffort = () => requests('cpu') === 0n && requests('memory') === 0n;
  switch (scope.scopeName) {
    case 'Terminating':
      return isSet(pod.activeDeadlineSeconds);
    case 'NotTerminating':
      return !isSet(pod.activeDeadlineSeconds);
    case 'BestEffort':
      return isBestEffort();
    case 'NotBestEffort':
      return !isBestEffort();
    case 'PriorityClass': {
      const name = text(pod.priorityClassName) ?? defaultClass(all, quota.cluster);
      const labels: JsonObject = name === undefined ? {} : { class: name };
      return matches({ matchExpressions: [{ ...scope, key: 'class' }] }, labels);
    }
    case 'CrossNamespacePodAffinity':
      return namesOtherNamespaces(pod);
    default:
      return false;
  }
}

/** The class that the API server gives to pods without one. */
function defaultClass(all: readonly ApiEntry[], cluster: string): string | undefined {
  return objectIndex(all)
    .of('scheduling.k8s.io/PriorityClass')
    .find((entry) => entry.cluster === cluster && entry.manifest.globalDefault === true)?.identity.name;
}

/** Whether an affinity term, required or preferred, names other namespaces. */
function namesOtherNamespaces(pod: JsonObject): boolean {
  return ['podAffinity', 'podAntiAffinity'].some((kind) => {
    const affinity = dig(pod, 'affinity', kind);
    const required = places(affinity, 'requiredDuringSchedulingIgnoredDuringExecution', '').map(({ value }) => value);
    const preferred = places(affinity, 'preferredDuringSchedulingIgnoredDuringExecution', '').map(({ value }) =>
      dig(value, 'podAffinityTerm'),
    );
    return [...required, ...preferred].some(
      (term) => list(term?.namespaces).length > 0 || record(term?.namespaceSelector) !== undefined,
    );
  });
}
