// Targets that usage can reach: a limit ends it before the autoscaler sees enough to act.

import { containerDefaults } from '../../analysis/objects/limit-ranges';
import { type ScalingMetric, scalingMetrics } from '../../analysis/objects/metrics';
import { neighbours } from '../../analysis/objects/object-index';
import { dig, isSet, own } from '../../analysis/objects/read-json';
import { type Scaler, scaledWorkload, scalers } from '../../analysis/objects/scalers';
import { lasting, type Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { quantityAmount, readQuantity } from '../../model/manifest/quantity';
import { TOLERANCE } from '../../model/pods/autoscaler';
import { autoscaler, deployment, object, running } from '../examples';
import type { ObjectProblem, Rule } from '../rule';

/** What a pod can use at most of a resource, and what it requests; in billionths. */
interface Bounds {
  readonly limit: bigint;
  readonly request: bigint;
}

/** Of the measured containers together; undefined where one of them has no limit, or no request. */
function boundsOf(entries: readonly ApiEntry[], workload: Workload, metric: ScalingMetric): Bounds | undefined {
  const { resource, container } = metric;
  if (resource === undefined) return undefined;
  const members = neighbours(entries, workload.entry);
  const limits = containerDefaults(members, 'default');
  const requests = containerDefaults(members, 'defaultRequest');
  const whole = container === undefined ? podBounds(workload.pod.value, resource) : undefined;
  if (whole !== undefined) return whole;
  const measured = lasting(workload).filter(({ name }) => container === undefined || name === container);
  let sum: Bounds = { limit: 0n, request: 0n };
  for (const { value } of measured) {
    const statedLimit = own(dig(value, 'resources', 'limits'), resource);
    const limit = statedLimit ?? own(limits, resource);
    const request = own(dig(value, 'resources', 'requests'), resource) ?? statedLimit ?? own(requests, resource);
    const [most, asked] = [readQuantity(limit), readQuantity(request)];
    // a limit of 0 is none
    if (most === undefined || asked === undefined || most <= 0n) return undefined;
    sum = { limit: sum.limit + most, request: sum.request + asked };
  }
  return sum.request > 0n ? sum : undefined;
}

/** Where the pod as a whole has a limit; the request is the same unless it states one. */
function podBounds(pod: JsonObject, resource: string): Bounds | undefined {
  const stated = own(dig(pod, 'resources', 'limits'), resource);
  const limit = readQuantity(stated);
  const request = readQuantity(own(dig(pod, 'resources', 'requests'), resource) ?? stated);
  if (limit === undefined || request === undefined || limit <= 0n || request <= 0n) return undefined;
  return { limit, request };
}

/** The highest usage in terms of the target: 1 at the target. */
function highest({ limit, request }: Bounds, { utilization, average }: ScalingMetric): number | undefined {
  if (utilization !== undefined) return Number(limit) / Number(request) / (utilization / 100);
  const target = average === undefined ? undefined : readQuantity(average);
  return target === undefined || target <= 0n ? undefined : Number(limit) / Number(target);
}

/** Source: kubernetes.io, "Horizontal Pod Autoscaling", tolerance: 0.1 unless `behavior` says otherwise, from 1.35 on. */
function toleranceOf({ spec }: Scaler): number {
  const behavior = dig(spec, 'behavior') ?? dig(spec, 'advanced', 'horizontalPodAutoscalerConfig', 'behavior');
  const stated = dig(behavior, 'scaleUp')?.tolerance;
  return (isSet(stated) ? quantityAmount(String(stated)) : undefined) ?? TOLERANCE;
}

/** Usage above this share of a memory limit is rarely seen: the next allocation ends the process. */
const LIVES_UP_TO = 0.95;

const percent = (share: number): number => Math.floor(share * 100 + 1e-9);

/** Judges each resource metric of each autoscaler by how far usage can rise above its target. */
function judge(
  entries: readonly ApiEntry[],
  problemOf: (rise: number, tolerance: number, metric: ScalingMetric, bounds: Bounds) => ObjectProblem | undefined,
  report: (entry: ApiEntry, pointer: string, problem: ObjectProblem) => void,
): void {
  for (const scaler of scalers(entries)) {
    const workload = scaledWorkload(entries, scaler);
    if (workload === undefined) continue;
    for (const metric of scalingMetrics(scaler)) {
      const bounds = boundsOf(entries, workload, metric);
      const rise = bounds === undefined ? undefined : highest(bounds, metric);
      if (bounds === undefined || rise === undefined) continue;
      const problem = problemOf(rise, toleranceOf(scaler), metric, bounds);
      if (problem !== undefined) report(scaler.entry, metric.target, problem);
    }
  }
}

/** Targets above 100 % of the request are compared with the limit. */
function expectation({ resource, utilization }: ScalingMetric, { limit, request }: Bounds, tolerance: number): string {
  if (utilization === undefined) return `an average well below the limit of ${resource}, or a higher limit`;
  const most = percent((Number(limit) / Number(request)) * (LIVES_UP_TO / (1 + tolerance))) - 1;
  return `at most ${most} (percent), or a ${resource} limit well above the request`;
}

/** The target as people read it. */
const shownTarget = ({ utilization, average }: ScalingMetric): string =>
  utilization === undefined ? String(average) : `${utilization} %`;

const reachable: Rule = {
  id: 'autoscaling-target-reachable',
  what: 'Usage can exceed the target of a CPU or memory metric by more than the tolerance of the autoscaler, 10 %: limits leave room for it.',
  why: 'The metric never asks for another pod: pods are throttled or killed (OOM) at their limit while their number stays.',
  severity: 'error',
  judge: 'kubernetes.io, "Horizontal Pod Autoscaling", algorithm details',
  reason: reasonKey('autoscaling-target-reachable'),
  check: (entries, report) => {
    judge(
      entries,
      (rise, tolerance, metric, bounds) => {
        // floats: 100 / 90.90 must not pass for more than 1.1
        if (rise > (1 + tolerance) * (1 + 1e-9)) return undefined;
        return {
          message: `${metric.resource} never exceeds ${shownTarget(metric)} by the tolerance of ${percent(tolerance)} %: the limit ends it before`,
          expected: expectation(metric, bounds, tolerance),
          value: metric.utilization ?? metric.average ?? null,
        };
      },
      report,
    );
  },
  examples: {
    pass: [
      autoscaler({ metrics: [memoryMetric(80)] }),
      running({ resources: { requests: { memory: '512Mi' }, limits: { memory: '512Mi' } } }),
    ],
    fail: [
      autoscaler({ metrics: [memoryMetric(95)] }),
      running({ resources: { requests: { memory: '512Mi' }, limits: { memory: '512Mi' } } }),
    ],
  },
};

function memoryMetric(averageUtilization: number): JsonObject {
  return { type: 'Resource', resource: { name: 'memory', target: { type: 'Utilization', averageUtilization } } };
}

const nearLimit: Rule = {
  id: 'autoscaling-target-near-limit',
  what: 'The memory at which an autoscaler adds a pod is at most 95 % of the limit.',
  why: 'The mean of all pods must be that high: long before, the fullest of them is killed (OOM), and takes its usage out of the mean.',
  severity: 'warning',
  judge: 'kubernetes.io, "Horizontal Pod Autoscaling", algorithm details',
  reason: reasonKey('autoscaling-target-near-limit'),
  check: (entries, report) => {
    judge(
      entries,
      (rise, tolerance, metric, bounds) => {
        const isOut = rise <= (1 + tolerance) * (1 + 1e-9);
        if (metric.resource !== 'memory' || isOut || rise * LIVES_UP_TO > (1 + tolerance) * (1 - 1e-9))
          return undefined;
        return {
          message: `pods are added at ${percent((1 + tolerance) / rise)} % of the memory limit: the fullest is killed before`,
          expected: expectation(metric, bounds, tolerance),
          value: metric.utilization ?? metric.average ?? null,
        };
      },
      report,
    );
  },
  examples: {
    pass: [
      autoscaler({ metrics: [memoryMetric(80)] }),
      running({ resources: { requests: { memory: '512Mi' }, limits: { memory: '512Mi' } } }),
    ],
    fail: [
      object('keda.sh/v1alpha1', 'ScaledObject', 'web', {
        spec: {
          scaleTargetRef: { name: 'web' },
          triggers: [{ type: 'memory', metricType: 'Utilization', metadata: { value: '89' } }],
        },
      }),
      deployment(
        {},
        {
          containers: [{ name: 'web', image: 'registry.example.com/web:1', resources: { limits: { memory: '1Gi' } } }],
        },
      ),
    ],
  },
};

export const reachableTargetRules: readonly Rule[] = [reachable, nearLimit];
