// A component: how many pods it should have and needs, how they start and stop, and how many evictions must leave.

import { ANNOTATION, quorumOf } from '../../model/manifest/annotations';
import { groupBy } from '../../model/manifest/group-by';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { TOLERANCE } from '../../model/pods/autoscaler';
import { podCount } from '../../model/pods/replacement';
import { DATABASE_CLUSTER, instancesKept, instancesNeeded } from '../objects/database-clusters';
import { surgeOf } from '../objects/demand';
import { memoizePerObjects, objectIndex } from '../objects/object-index';
import { dig, integer, places, record, text } from '../objects/read-json';
import { scalersOf } from '../objects/scalers';
import { pods } from '../objects/selectors';
import {
  comesBack,
  hasNamedPods,
  isReplicated,
  replicasOf,
  running,
  stopsAtOnce,
  type Workload,
} from '../objects/workloads';
import { type Timing, timingOf } from './timing';

/** The autoscaler at its minimum, or at its maximum. Without an autoscaler both are the same. */
export type Scale = 'steady' | 'peak';

export const SCALES: readonly Scale[] = ['steady', 'peak'];

/** Bounds of a rollout: pods on top of those wanted, and pods that may be missing. */
export interface Rollout {
  readonly surge: number;
  readonly unavailable: number;
}

/** What evictions must leave of a component, and of others under the same budget. */
export interface Protection {
  /** Pods of all these components that must serve. */
  readonly kept: number;
  readonly others: readonly Component[];
}

/**
 * How a pod behind a Service loses requests when it is replaced: it gets SIGTERM while Services still send to it, or it gets requests
 * once it has started, or once it runs. Source: kubernetes.io, "Pod Lifecycle", termination and container probes.
 */
export type Loss = 'no preStop' | 'no readiness' | 'no probe';

/** Budgets by the workloads whose pods they select. */
const budgetsOf = memoizePerObjects((entries): ReadonlyMap<Workload, readonly ApiEntry[]> => {
  const found = new Map<Workload, ApiEntry[]>();
  for (const entry of objectIndex(entries).of('policy/PodDisruptionBudget')) {
    const selector = record(dig(entry.manifest, 'spec')?.selector);
    if (selector === undefined) continue;
    for (const workload of pods(entries).selected(entry.cluster, entry.identity.namespace, selector)) {
      found.set(workload, [...(found.get(workload) ?? []), entry]);
    }
  }
  return found;
});

/** The same the other way round: workloads that are kept, by the budget. */
const keptBy = memoizePerObjects((entries): ReadonlyMap<ApiEntry, readonly Workload[]> => {
  const pairs = [...budgetsOf(entries)].flatMap(([workload, budgets]) =>
    isKept(workload) ? budgets.map((budget) => ({ workload, budget })) : [],
  );
  return new Map(
    [...groupBy(pairs, ({ budget }) => budget)].map(([budget, all]) => [budget, all.map(({ workload }) => workload)]),
  );
});

/** Workloads whose pods a Service selects. */
const behindServices = memoizePerObjects((entries): ReadonlySet<Workload> => {
  const found = new Set<Workload>();
  for (const { manifest, cluster, identity } of objectIndex(entries).of('/Service')) {
    const matchLabels = record(dig(manifest, 'spec')?.selector);
    if (matchLabels === undefined) continue;
    for (const workload of pods(entries).selected(cluster, identity.namespace, { matchLabels })) found.add(workload);
  }
  return found;
});

export class Component {
  readonly name: string;
  readonly timing: Timing;
  /** Disruption budgets. With more than one, the API server evicts no pod. */
  readonly budgets: readonly ApiEntry[];
  /** What scales it. */
  readonly scalerEntry: ApiEntry | undefined;

  constructor(
    readonly all: readonly ApiEntry[],
    readonly workload: Workload,
  ) {
    const { entry, pod } = workload;
    this.name = entry.identity.name;
    this.timing = timingOf(entry.manifest, pod.value);
    this.scalerEntry = scalersOf(all).get(entry)?.[0]?.entry;
    this.budgets = budgetsOf(all).get(workload) ?? [];
  }

  get entry(): ApiEntry {
    return this.workload.entry;
  }

  /**
   * Whether a Service sends requests to its pods before they can serve: none of their containers has a readiness probe, so a pod
   * counts as ready once it runs.
   */
  get isBlind(): boolean {
    const hasProbe = this.workload.containers.some(({ value }) => record(value.readinessProbe) !== undefined);
    return !hasProbe && behindServices(this.all).has(this.workload);
  }

  /** How it loses requests whenever pods are replaced, release or drain. */
  get losses(): readonly Loss[] {
    if (!behindServices(this.all).has(this.workload)) return [];
    const starts = this.workload.containers.some(({ value }) => record(value.startupProbe) !== undefined);
    return [
      ...(stopsAtOnce(this.workload) ? ['no preStop' as const] : []),
      ...(this.isBlind ? [starts ? ('no readiness' as const) : ('no probe' as const)] : []),
    ];
  }

  /** Why it need not survive the loss of a zone; `undefined` where it must. */
  get zoneLossReason(): string | undefined {
    return text(dig(this.entry.manifest, 'metadata', 'annotations')?.[ANNOTATION.zoneLoss]);
  }

  /** Pods that it should have. */
  wanted(scale: Scale): number {
    return wantedPods(this.workload, this.scalerEntry, scale);
  }

  /**
   * Pods that can carry the load. An autoscaler on CPU keeps each pod at a share of its request, and tolerates a tenth more; at
   * 100 % of the request fewer pods carry the same load (rounded up). Without such an autoscaler the load is unknown and all pods
   * are needed; of a StatefulSet its quorum, as it states it, or else those that its budget keeps.
   */
  needed(scale: Scale): number {
    const wanted = this.wanted(scale);
    const share = this.utilization;
    if (share !== undefined) return Math.min(wanted, Math.max(1, Math.ceil(share * (1 + TOLERANCE) * wanted - 1e-9)));
    if (this.isDatabase) return Math.min(wanted, instancesNeeded(dig(this.entry.manifest, 'spec')));
    if (this.workload.kind !== 'apps/StatefulSet') return wanted;
    const quorum = quorumOf(dig(this.entry.manifest, 'metadata', 'annotations'));
    if (quorum !== undefined) return Math.min(wanted, quorum);
    if (this.budgets.length !== 1) return wanted;
    const { kept, others } = this.protection(scale);
    return others.length > 0 ? wanted : Math.min(wanted, Math.max(1, kept));
  }

  /** Whether an operator makes its pods, and their budgets. */
  get isDatabase(): boolean {
    return this.workload.kind === DATABASE_CLUSTER;
  }

  /** Whether a budget bounds evictions of its pods. */
  get isKept(): boolean {
    return this.budgets.length > 0 || (this.isDatabase && instancesKept(dig(this.entry.manifest, 'spec')) > 0);
  }

  /** Whether its pods are recreated elsewhere when their node is unreachable. */
  get comesBack(): boolean {
    return comesBack(this.workload);
  }

  /** CPU used ÷ requested that the autoscaler aims at. Absent without one, or with other metrics. */
  get utilization(): number | undefined {
    const metrics = places(dig(this.scalerEntry?.manifest, 'spec'), 'metrics', '').map(({ value }) =>
      dig(value, 'resource'),
    );
    const [only] = metrics;
    if (metrics.length !== 1 || only?.name !== 'cpu') return undefined;
    const percent = dig(only, 'target')?.averageUtilization;
    return typeof percent === 'number' && percent > 0 ? Math.min(1, percent / 100) : undefined;
  }

  rollout(scale: Scale): Rollout {
    const wanted = this.wanted(scale);
    const strategy = dig(this.entry.manifest, 'spec', 'strategy');
    if (hasNamedPods(this.workload) || this.workload.kind === '/Pod') return { surge: 0, unavailable: 1 };
    if (strategy?.type === 'Recreate') return { surge: 0, unavailable: wanted };
    const rolling = dig(strategy, 'rollingUpdate');
    const surge = surgeOf(rolling?.maxSurge ?? '25%', wanted);
    const unavailable = bound(rolling?.maxUnavailable ?? '25%', wanted, Math.floor);
    // if both are 0, the controller lets one pod be unavailable
    return { surge, unavailable: surge + unavailable === 0 ? 1 : unavailable };
  }

  /** What its budget keeps: nothing without a budget, and all pods with two, since the API server then evicts none. */
  protection(scale: Scale): Protection {
    const wanted = this.wanted(scale);
    const [budget] = this.budgets;
    if (budget === undefined && this.isDatabase)
      return { kept: Math.min(wanted, instancesKept(dig(this.entry.manifest, 'spec'))), others: [] };
    if (budget === undefined || this.budgets.length > 1) return { kept: budget === undefined ? 0 : wanted, others: [] };
    const others = (keptBy(this.all).get(budget) ?? [])
      .filter((one) => one !== this.workload)
      .map((one) => new Component(this.all, one));
    const all = others.reduce((sum, one) => sum + one.wanted(scale), wanted);
    const { minAvailable, maxUnavailable } = dig(budget.manifest, 'spec') ?? {};
    const kept =
      minAvailable === undefined
        ? Math.max(0, all - bound(maxUnavailable ?? 0, all, Math.ceil))
        : bound(minAvailable, all, Math.ceil);
    return { kept, others };
  }
}

const isKept = (workload: Workload): boolean => workload.kind === '/Pod' || isReplicated(workload);

/** Pods that a workload should have: its replicas, or its autoscaler's minimum or maximum. */
export function wantedPods(workload: Workload, scaler: ApiEntry | undefined, scale: Scale): number {
  if (workload.kind === '/Pod') return 1;
  const spec = dig(scaler?.manifest, 'spec');
  if (spec === undefined) return replicasOf(workload);
  const isKeda = scaler?.identity.kind === 'ScaledObject';
  const least = integer(isKeda ? (spec.minReplicaCount ?? 0) : (spec.minReplicas ?? 1), 0) ?? 1;
  const most = integer(isKeda ? (spec.maxReplicaCount ?? 100) : spec.maxReplicas, 1) ?? least;
  return scale === 'steady' ? least : Math.max(least, most);
}

/** Serving workloads of a namespace: those with replicas, and Pods that do not terminate on their own. */
export function componentsOf(entries: readonly ApiEntry[], cluster: string, namespace: string): Component[] {
  return (byNamespace(entries).get(placeKey(cluster, namespace)) ?? [])
    .filter((one) => isReplicated(one) || (one.kind === '/Pod' && isLasting(one.pod.value)))
    .map((workload) => new Component(entries, workload));
}

const placeKey = (cluster: string, namespace: string | undefined): string => `${cluster} ${namespace ?? ''}`;

/** The workloads of each namespace, grouped once: every system asks for its own. */
const byNamespace = memoizePerObjects((entries) =>
  groupBy(running(entries), ({ entry }) => placeKey(entry.cluster, entry.identity.namespace)),
);

const isLasting = ({ restartPolicy }: JsonObject): boolean => (restartPolicy ?? 'Always') === 'Always';

export function bound(value: Json, wanted: number, round: (pods: number) => number): number {
  const known = typeof value === 'number' ? value : /^\d+%$/.test(text(value) ?? '') ? (text(value) ?? '') : 0;
  return podCount(known, wanted, round);
}
