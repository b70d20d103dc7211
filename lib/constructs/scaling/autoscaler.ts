// The HorizontalPodAutoscaler of a component.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { checkNumber } from '../../model/finding/derivation';
import { type Finding, findingOf } from '../../model/finding/finding';
import { findObjectProblems, type Keys } from '../../model/finding/input';
import { defined } from '../../model/manifest/json';
import { SCALING_BEHAVIOR, type ScalingProps } from '../../model/pods/scaling';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';

/** Marks a Deployment whose replicas an autoscaler owns: Polaris would require the field anyway. */
export const OWNED_REPLICAS = { 'polaris.fairwinds.com/deploymentMissingReplicas-exempt': 'true' } as const;

/**
 * Creates the autoscaler of `deployment`, which then has no `spec.replicas`, or every apply would undo the
 * scaling. Memory comes before CPU, as the API server stores it.
 */
export function createAutoscaler(
  scope: Construct,
  deployment: ApiObject,
  labels: Readonly<Record<string, string>>,
  props: ScalingProps,
  notes: () => Readonly<Record<string, string>>,
): ApiObject {
  for (const resource of ['cpu', 'memory'] as const) checkFraction(scope, resource, props[resource]);
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
          ...(props.memory === undefined ? [] : [utilization('memory', props.memory)]),
          utilization('cpu', props.cpu),
        ],
        behavior: SCALING_BEHAVIOR,
      },
    },
  );
}

/** A metric: the share of its request at which an autoscaler keeps a pod. */
export function utilization(name: 'cpu' | 'memory', fraction: number) {
  return {
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization: percentage(fraction) } },
  };
}

const KEYS: Keys<ScalingProps> = { cpu: true, memory: true, min: true, max: true };

/** Values that are not numbers; whether the bounds fit together is checked on the object. */
export function scalingProblems(props: ScalingProps): Finding[] {
  const problems = findObjectProblems('scaleOn', props, KEYS, ({ cpu, memory, min, max }) =>
    Object.entries({ cpu, ...defined({ memory }), min, max }).flatMap(([name, value]) =>
      checkNumber(`scaleOn.${name}`, value, {}),
    ),
  );
  return problems.map((problem) => findingOf('scaling', problem));
}

/** A fraction in whole percents, as autoscalers count. */
export function percentage(fraction: number): number {
  return Math.round(fraction * 100);
}

/** A percentage typed instead of a fraction would switch scaling off; 0 is refused with the object itself. */
function checkFraction(scope: Construct, resource: string, fraction: number | undefined): void {
  if (fraction === undefined || fraction <= 1) return;
  report(scope, {
    rule: 'scaling-target',
    severity: 'error',
    field: `scaleOn.${resource}`,
    value: fraction,
    message: `${fraction} would mean ${percentage(fraction)} % of the request`,
    expected: 'a fraction of the request, more than 0 and at most 1, such as 0.65',
  });
}
