// Autoscalers that only ever add pods.

import { dig, isSet, own, text } from '../../analysis/objects/read-json';
import { isHpa, type Scaler, scalers } from '../../analysis/objects/scalers';
import { annotationPointer, reasonKey } from '../../model/manifest/annotations';
import type { Json } from '../../model/manifest/json';
import { quantityAmount } from '../../model/manifest/quantity';
import { autoscaler, deployment, object } from '../examples';
import type { Rule } from '../rule';

/** KEDA turns it into `selectPolicy: Disabled`. Source: KEDA docs, "Scaling Deployments", pause autoscaling. */
const PAUSED = 'autoscaling.keda.sh/paused-scale-in';

interface Obstacle {
  readonly pointer: string;
  readonly value: Json;
}

function obstacleOf(scaler: Scaler): Obstacle | undefined {
  const { entry, spec } = scaler;
  const path = isHpa(scaler) ? ['behavior'] : ['advanced', 'horizontalPodAutoscalerConfig', 'behavior'];
  const scaleDown = dig(spec, ...path, 'scaleDown');
  const pointer = `/spec/${path.join('/')}/scaleDown`;
  const { selectPolicy, tolerance } = scaleDown ?? {};
  if (selectPolicy === 'Disabled') return { pointer: `${pointer}/selectPolicy`, value: selectPolicy };
  // a metric is never further below its target than by all of it
  if (isSet(tolerance) && (quantityAmount(String(tolerance)) ?? 0) >= 1)
    return { pointer: `${pointer}/tolerance`, value: tolerance };
  const paused = text(own(dig(entry.manifest, 'metadata', 'annotations'), PAUSED));
  return paused === 'true' && !isHpa(scaler) ? { pointer: annotationPointer(PAUSED), value: paused } : undefined;
}

/** Whether its bounds leave it something to take away. */
function hasRoom(scaler: Scaler): boolean {
  const most = isHpa(scaler) ? scaler.spec.maxReplicas : (scaler.spec.maxReplicaCount ?? 100);
  return typeof most === 'number' && scaler.least !== undefined && most > scaler.least;
}

const scalesIn: Rule = {
  id: 'autoscaling-scale-in',
  what: 'An autoscaler that may add pods may take them away again.',
  why: 'After the first peak all its pods stay for ever: the nodes too, and nothing but a release or a person brings their number down.',
  severity: 'warning',
  judge: 'kubernetes.io, "Horizontal Pod Autoscaling", selectPolicy Disabled and tolerance',
  reason: reasonKey('autoscaling-scale-in'),
  check: (entries, report) => {
    for (const scaler of scalers(entries)) {
      const obstacle = hasRoom(scaler) ? obstacleOf(scaler) : undefined;
      if (obstacle === undefined) continue;
      report(scaler.entry, obstacle.pointer, {
        message: `pods of ${scaler.target.name} are added, but never taken away`,
        expected: 'selectPolicy Max or Min, with policies that are slow enough',
        value: obstacle.value,
      });
    }
  },
  examples: {
    pass: [autoscaler({ behavior: { scaleDown: { selectPolicy: 'Min' } } }), deployment()],
    fail: [
      autoscaler({ behavior: { scaleDown: { selectPolicy: 'Disabled' } } }),
      deployment(),
      object('keda.sh/v1alpha1', 'ScaledObject', 'queue', {
        spec: {
          scaleTargetRef: { name: 'worker' },
          advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { selectPolicy: 'Disabled' } } } },
        },
      }),
    ],
  },
};

export const scaleInRules: readonly Rule[] = [scalesIn];
