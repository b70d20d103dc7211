// P2c: autoscalers that never take pods away.
import type { JsonObject } from '../../../lib/model';
import { findings } from '../support';

const hpa = (scaleDown: JsonObject, bounds: JsonObject = { minReplicas: 2, maxReplicas: 6 }): JsonObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ...bounds,
    behavior: { scaleDown },
  },
});

const scaledObject = (scaleDown: JsonObject, annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'keda.sh/v1alpha1',
  kind: 'ScaledObject',
  metadata: { name: 'web', namespace: 'shop', annotations },
  spec: {
    scaleTargetRef: { name: 'web' },
    minReplicaCount: 2,
    advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown } } },
  },
});

const KEDA = '/spec/advanced/horizontalPodAutoscalerConfig/behavior/scaleDown';
const PAUSED = { 'autoscaling.keda.sh/paused-scale-in': 'true' };

test.each([
  ['Disabled', hpa({ selectPolicy: 'Disabled' }), '/spec/behavior/scaleDown/selectPolicy'],
  ['a tolerance of all of the target', hpa({ tolerance: '1' }), '/spec/behavior/scaleDown/tolerance'],
  ['Disabled, by KEDA', scaledObject({ selectPolicy: 'Disabled' }), `${KEDA}/selectPolicy`],
  ['a tolerance, by KEDA', scaledObject({ tolerance: 2 }), `${KEDA}/tolerance`],
  ['paused', scaledObject({}, PAUSED), '/metadata/annotations/autoscaling.keda.sh~1paused-scale-in'],
  [
    'from none',
    hpa({ selectPolicy: 'Disabled' }, { minReplicas: 0, maxReplicas: 1 }),
    '/spec/behavior/scaleDown/selectPolicy',
  ],
])('%s is reported', (_, manifest, field) => {
  expect(findings('autoscaling-scale-in', manifest)).toMatchObject([
    { severity: 'warning', field, message: 'pods of web are added, but never taken away' },
  ]);
});

test.each([
  ['Max', hpa({ selectPolicy: 'Max', stabilizationWindowSeconds: 300 })],
  ['no behaviour', hpa({})],
  ['a tolerance of a tenth', hpa({ tolerance: '100m' })],
  ['a fixed number', hpa({ selectPolicy: 'Disabled' }, { minReplicas: 3, maxReplicas: 3 })],
  ['Min, by KEDA', scaledObject({ selectPolicy: 'Min' }, { 'autoscaling.keda.sh/paused-scale-in': 'false' })],
  ['a key that only KEDA reads', { ...hpa({}), metadata: { name: 'web', namespace: 'shop', annotations: PAUSED } }],
])('%s is fine', (_, manifest) => {
  expect(findings('autoscaling-scale-in', manifest)).toEqual([]);
});
