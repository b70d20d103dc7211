// What an autoscaler measures: the metrics of HPAs, in both API versions, and those of KEDA's triggers that become metrics of its HPA.

import type { JsonObject } from '../../model/manifest/json';
import { dig, integer, isSet, list, type Place, places, shown, text } from './read-json';
import { isHpa, type Scaler } from './scalers';

/** Who serves a metric: `metrics.k8s.io`, `custom.metrics.k8s.io`, `external.metrics.k8s.io`, or KEDA itself. */
export type MetricSource = 'resource' | 'custom' | 'external' | 'keda';

/** One metric of an autoscaler. */
export interface ScalingMetric {
  /** Its place; that of the list if the API server adds it. */
  readonly pointer: string;
  readonly source: MetricSource;
  /** `cpu` or `memory`, or another resource; undefined for other sources. */
  readonly resource: string | undefined;
  /** Only this container, if one is named. */
  readonly container: string | undefined;
  /** Target in percent of the request, if it is a valid one. */
  readonly utilization: number | undefined;
  /** Target for each pod, as a quantity, if it has one. */
  readonly average: string | undefined;
  /** Place of the target. */
  readonly target: string;
}

const RESOURCE = { source: 'resource', container: undefined, average: undefined } as const;

/** Source: kubernetes.io, "Horizontal Pod Autoscaling": without metrics the API server sets 80 % CPU. */
const DEFAULT_METRIC: ScalingMetric = {
  ...RESOURCE,
  pointer: '/spec/metrics',
  target: '/spec/metrics',
  resource: 'cpu',
  utilization: 80,
};

/** The metrics of an autoscaler. */
export function scalingMetrics(scaler: Scaler): ScalingMetric[] {
  const { spec } = scaler;
  if (!isHpa(scaler)) return places(spec, 'triggers', '/spec').map(triggerMetric);
  if (isSet(spec.targetCPUUtilizationPercentage)) {
    const pointer = '/spec/targetCPUUtilizationPercentage';
    const utilization = integer(spec.targetCPUUtilizationPercentage, 1);
    return [{ ...RESOURCE, pointer, target: pointer, resource: 'cpu', utilization }];
  }
  if (list(spec.metrics).length === 0) return [DEFAULT_METRIC];
  return places(spec, 'metrics', '/spec').flatMap(hpaMetrics);
}

function hpaMetrics({ value, pointer }: Place): ScalingMetric[] {
  const found: ScalingMetric[] = [];
  for (const field of ['resource', 'containerResource']) {
    const of = dig(value, field);
    if (of !== undefined) found.push(resourceMetric(of, `${pointer}/${field}`, field === 'containerResource'));
  }
  for (const [field, source] of [
    ['pods', 'custom'],
    ['object', 'custom'],
    ['external', 'external'],
  ] as const) {
    if (dig(value, field) !== undefined) found.push(other(`${pointer}/${field}`, source));
  }
  return found;
}

function resourceMetric(of: JsonObject, pointer: string, isContainer: boolean): ScalingMetric {
  const target = dig(of, 'target');
  const utilization = integer(target?.averageUtilization, 1);
  return {
    source: 'resource',
    pointer,
    resource: text(of.name),
    container: isContainer ? text(of.container) : undefined,
    utilization,
    average: isSet(target?.averageValue) ? shown(target.averageValue) : undefined,
    target: `${pointer}/target/${utilization === undefined ? 'averageValue' : 'averageUtilization'}`,
  };
}

const other = (pointer: string, source: MetricSource): ScalingMetric => ({
  source,
  pointer,
  target: `${pointer}/target`,
  resource: undefined,
  container: undefined,
  utilization: undefined,
  average: undefined,
});

/** Source: keda.sh, "CPU" and "Memory": the type is in `metricType`, in older versions in `metadata.type`. */
function triggerMetric({ value, pointer }: Place): ScalingMetric {
  if (value.type !== 'cpu' && value.type !== 'memory') return other(pointer, 'keda');
  const metadata = dig(value, 'metadata');
  const amount = shown(metadata?.value);
  const isAverage = (value.metricType ?? metadata?.type) === 'AverageValue';
  return {
    source: 'resource',
    pointer,
    resource: value.type,
    container: text(metadata?.containerName),
    utilization: !isAverage && /^[1-9]\d*$/.test(amount) ? Number(amount) : undefined,
    average: isAverage && amount !== '' ? amount : undefined,
    target: `${pointer}/metadata/value`,
  };
}
