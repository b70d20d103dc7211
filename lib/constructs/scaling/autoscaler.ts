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

/** Says of a Deployment that an autoscaler owns its replicas: Polaris wants the field all the same. */
export const OWNED_REPLICAS = { 'polaris.fairwinds.com/deploymentMissingReplicas-exempt': 'true' } as const;

/**
 * Creates the autoscaler of `deployment`. The Deployment itself then has no `spec.replicas`, or every apply would undo the
 * scaling. Memory stands before CPU, as the API server stores it.
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

/** What an autoscaler keeps a pod at, as a share of what it requests. */
export function utilization(name: 'cpu' | 'memory', fraction: number) {
  return {
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization: percentage(fraction) } },
  };
}

const KEYS: Keys<ScalingProps> = { cpu: true, memory: true, min: true, max: true };

/** What cannot be reckoned with at all; whether the bounds fit together is asked of the object. */
export function scalingProblems(props: ScalingProps): Finding[] {
  const found = findObjectProblems('scaleOn', props, KEYS, ({ cpu, memory, min, max }) =>
    Object.entries({ cpu, ...defined({ memory }), min, max }).flatMap(([name, value]) =>
      checkNumber(`scaleOn.${name}`, value, {}),
    ),
  );
  return found.map((problem) => findingOf('scaling', problem));
}

/** As autoscalers count it: whole percents. */
export function percentage(fraction: number): number {
  return Math.round(fraction * 100);
}

/** A percentage typed where a fraction is meant would switch scaling off; 0 is refused with the object itself. */
function checkFraction(scope: Construct, resource: string, fraction: number | undefined): void {
  if (fraction === undefined || fraction <= 1) return;
  report(scope, {
    rule: 'scaling-target',
    severity: 'error',
    field: `scaleOn.${resource}`,
    value: fraction,
    message: `${fraction} would mean ${percentage(fraction)} % of what a pod requests`,
    expected: 'a fraction of the request, more than 0 and at most 1, such as 0.65',
  });
}
