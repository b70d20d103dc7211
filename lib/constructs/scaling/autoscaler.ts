// The HorizontalPodAutoscaler of a component.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { canonicalQuantity } from '../../model/manifest/quantity';
import { SCALING_BEHAVIOR, type ScalingMetric, type ScalingProps } from '../../model/pods/scaling';
import { type AutoscalerSpec, createObject } from '../tree/kinds';

/** Marks a Deployment whose replicas an autoscaler owns: Polaris would require the field anyway. */
export const OWNED_REPLICAS = { 'polaris.fairwinds.com/deploymentMissingReplicas-exempt': 'true' } as const;

/**
 * Creates the autoscaler of `deployment`, which then has no `spec.replicas`, or every apply would undo the
 * scaling. CPU comes last, as the API server stores it.
 */
export function createAutoscaler(
  scope: Construct,
  deployment: ApiObject,
  labels: Readonly<Record<string, string>>,
  props: ScalingProps,
  notes: () => Readonly<Record<string, string>>,
): ApiObject {
  for (const [key, value] of Object.entries(OWNED_REPLICAS)) deployment.metadata.addAnnotation(key, value);
  return createObject(
    scope,
    'autoscaler',
    'HorizontalPodAutoscaler',
    { name: deployment.name, labels, notes },
    {
      spec: {
        scaleTargetRef: { apiVersion: deployment.apiVersion, kind: deployment.kind, name: deployment.name },
        minReplicas: props.min,
        maxReplicas: props.max,
        metrics: [
          ...(props.metrics ?? []).map(renderMetric),
          ...(props.memory === undefined ? [] : [utilization('memory', props.memory)]),
          utilization('cpu', props.cpu),
        ],
        behavior: SCALING_BEHAVIOR,
      },
    },
  );
}

type Metric = NonNullable<AutoscalerSpec['metrics']>[number];

/** A metric that an adapter serves. */
export function renderMetric(metric: ScalingMetric): Metric {
  const { labels, averageValue } = metric;
  const target = { type: 'AverageValue', averageValue: canonicalQuantity(String(averageValue)) };
  const source = (name: string) => ({
    metric: { name, ...(labels === undefined ? {} : { selector: { matchLabels: labels } }) },
    target,
  });
  return 'pods' in metric
    ? { type: 'Pods', pods: source(metric.pods) }
    : { type: 'External', external: source(metric.external) };
}

/** A metric: the share of its request at which an autoscaler keeps a pod. */
export function utilization(name: 'cpu' | 'memory', fraction: number) {
  return {
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization: percentage(fraction) } },
  };
}

/** A fraction in whole percents, as autoscalers count. */
export function percentage(fraction: number): number {
  return Math.round(fraction * 100);
}
