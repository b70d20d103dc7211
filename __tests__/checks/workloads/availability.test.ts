import { autoscaler, budget, container, deployment, object, running } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

test.each<[JsonObject, string[]]>([
  [{ minReplicas: 1, maxReplicas: 1 }, []],
  [{ maxReplicas: 1 }, []],
  [{ minReplicas: 0 }, ['/spec/minReplicas']],
  [{ minReplicas: 1.5 }, ['/spec/minReplicas']],
  [{ maxReplicas: 0 }, ['/spec/maxReplicas']],
  [{ maxReplicas: null }, ['/spec/maxReplicas']],
  [{ minReplicas: 4, maxReplicas: 3 }, ['/spec/maxReplicas']],
])('bounds %j', (spec, expected) => {
  expect(fields('autoscaling-bounds', autoscaler(spec))).toEqual(expected);
});

const metricOf = (target: JsonObject): JsonObject =>
  autoscaler({ metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] });

test.each<[Json, boolean]>([
  [1, true],
  [100, true],
  [120, true],
  [0, false],
  [-1, false],
  [0.65, false],
  ['65', false],
])('utilization %j: %s', (averageUtilization, fine) => {
  const expected = fine ? [] : ['/spec/metrics/0/resource/target/averageUtilization'];
  expect(fields('autoscaling-target-utilization', metricOf({ type: 'Utilization', averageUtilization }))).toEqual(
    expected,
  );
});

test('a metric has one target', () => {
  const target = '/spec/metrics/0/resource/target';
  expect(fields('autoscaling-target-utilization', metricOf({}))).toEqual([target]);
  expect(fields('autoscaling-target-utilization', metricOf({ averageUtilization: 1, averageValue: '1' }))).toEqual([
    target,
  ]);
});

test('a target exists in the same namespace, unless the app does not write its kind', () => {
  const id = 'autoscaling-target-exists';
  const other = (scaleTargetRef: JsonObject) => fields(id, autoscaler({ scaleTargetRef }), deployment());
  expect(other({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' })).toEqual([]);
  expect(other({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'wbe' })).toEqual(['/spec/scaleTargetRef']);
  expect(other({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'wbe' })).toEqual([]);
  expect(other({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web' })).toEqual([]);
  expect(other({ apiVersion: 'v1', kind: 'Deployment', name: 'web' })).toEqual(['/spec/scaleTargetRef']);
  expect(other({ apiVersion: 'apps/v1' })).toEqual(['/spec/scaleTargetRef/kind', '/spec/scaleTargetRef/name']);
  const elsewhere = { ...deployment(), metadata: { name: 'web', namespace: 'other' } };
  expect(fields(id, autoscaler({}), elsewhere)).toEqual(['/spec/scaleTargetRef']);
});

test('spec.replicas belongs to the autoscaler, and the message names its construct', () => {
  expect(findings('autoscaling-owns-replicas', autoscaler({}, 'scaler'), deployment({ replicas: 2 }))).toMatchObject([
    { field: '/spec/replicas', value: 2, message: 'spec.replicas is set here, but controlled by app/scaler' },
  ]);
});

test('two autoscalers on one workload', () => {
  const keda = object('keda.sh/v1alpha1', 'ScaledObject', 'keda', { spec: { scaleTargetRef: { name: 'web' } } });
  expect(findings('autoscaling-one-per-target', autoscaler({}), autoscaler({}, 'b'), deployment())).toHaveLength(1);
  expect(findings('autoscaling-one-per-target', autoscaler({}), keda, deployment())).toMatchObject([
    { construct: 'app/keda', message: 'Deployment "web" is scaled here and by app/web' },
  ]);
});

const CPU = { resources: { requests: { cpu: '100m' } } };
const proxy = (extra: JsonObject): JsonObject => ({ name: 'proxy', image: 'proxy:1', ...extra });

test.each<[string, JsonObject, boolean]>([
  ['no request', deployment(), false],
  ['a request', running(CPU), true],
  ['a limit, which is a request too', running({ resources: { limits: { cpu: 1 } } }), true],
  ['a request of something else', running({ resources: { requests: { memory: '1Gi' } } }), false],
  ['a second container without', deployment({}, { containers: [container(CPU), proxy({})] }), false],
  ['an init container without', running(CPU, { initContainers: [proxy({})] }), true],
  ['a native sidecar without', running(CPU, { initContainers: [proxy({ restartPolicy: 'Always' })] }), false],
  ['a request of the whole pod', deployment({}, CPU), true],
])('CPU utilization with %s', (_, target, fine) => {
  const metric = metricOf({ type: 'Utilization', averageUtilization: 60 });
  expect(fields('autoscaling-needs-requests', metric, target)).toEqual(fine ? [] : ['/spec/metrics/0/resource']);
  // The default metric is CPU.
  expect(fields('autoscaling-needs-requests', autoscaler({}), target)).toEqual(fine ? [] : ['/spec/metrics']);
  expect(fields('autoscaling-needs-requests', metricOf({ type: 'AverageValue', averageValue: '1' }), target)).toEqual(
    [],
  );
});

test('a ContainerResource metric checks its own container, which must exist', () => {
  const of = (name: string) =>
    autoscaler({
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: { name: 'cpu', container: name, target: { averageUtilization: 60 } },
        },
      ],
    });
  const target = deployment({}, { containers: [container(CPU), proxy({})] });
  expect(fields('autoscaling-needs-requests', of('web'), target)).toEqual([]);
  expect(fields('autoscaling-needs-requests', of('proxy'), target)).toEqual(['/spec/metrics/0/containerResource']);
  expect(fields('autoscaling-needs-requests', of('unknown'), target)).toEqual([
    '/spec/metrics/0/containerResource/container',
  ]);
});

test('a LimitRange of the namespace sets requests', () => {
  const range = object('v1', 'LimitRange', 'a', {
    spec: { limits: [{ type: 'Container', defaultRequest: { cpu: '100m' } }] },
  });
  expect(fields('autoscaling-needs-requests', autoscaler({}), deployment(), range)).toEqual([]);
});

const MIN = '/spec/minAvailable';
const MAX = '/spec/maxUnavailable';
const SELECTOR = '/spec/selector';

test.each<[JsonObject, number | undefined, string[]]>([
  [{ maxUnavailable: 1 }, 2, []],
  [{ maxUnavailable: 0 }, 2, [MAX]],
  [{ maxUnavailable: '0%' }, 2, [MAX]],
  [{ maxUnavailable: '1%' }, 2, []],
  [{ maxUnavailable: '101%' }, 2, [MAX]],
  [{ maxUnavailable: -1 }, 2, [MAX]],
  [{ maxUnavailable: '1' }, 2, [MAX]],
  [{ minAvailable: 1 }, 2, []],
  [{ minAvailable: 2 }, 2, [MIN]],
  [{ minAvailable: 3 }, 2, [MIN]],
  [{ minAvailable: '100%' }, 2, [MIN]],
  [{ minAvailable: '50%' }, 2, []],
  // 51 % of two, rounded up, is two.
  [{ minAvailable: '51%' }, 2, [MIN]],
  [{}, 2, ['/spec']],
  [{ minAvailable: 1, maxUnavailable: 1 }, 2, ['/spec']],
  [{ maxUnavailable: 1 }, 1, [SELECTOR]],
  [{ maxUnavailable: 1 }, undefined, [SELECTOR]],
  [{ maxUnavailable: 1 }, 0, []],
])('budget %j for %j replicas', (spec, replicas, expected) => {
  const target = deployment(replicas === undefined ? {} : { replicas });
  expect(fields('disruption-budget', budget(spec), target)).toEqual(expected);
});

test('under an HPA, the lowest number of pods is its minReplicas', () => {
  const scaled = (minReplicas: number) =>
    fields('disruption-budget', budget({ minAvailable: 2 }), deployment(), autoscaler({ minReplicas }));
  expect(scaled(3)).toEqual([]);
  expect(scaled(2)).toEqual([MIN]);
  expect(scaled(1)).toEqual([SELECTOR]);
});

test('only the format of a budget is checked if its pods are unknown or of a DaemonSet', () => {
  expect(fields('disruption-budget', budget({ minAvailable: 5 }))).toEqual([]);
  expect(fields('disruption-budget', budget({ minAvailable: 5 }), { ...deployment(), kind: 'DaemonSet' })).toEqual([]);
});

test('a pod is under one budget', () => {
  const twice = findings('disruption-budget-overlap', budget({}), budget({ selector: {} }, 'all'), deployment());
  expect(twice).toMatchObject([{ construct: 'app/all', field: SELECTOR, message: expect.stringContaining('app/web') }]);
  expect(findings('disruption-budget-overlap', budget({}), budget({ selector: null }, 'none'), deployment())).toEqual(
    [],
  );
  const other = { ...budget({ selector: {} }, 'all'), metadata: { name: 'all', namespace: 'other' } };
  expect(findings('disruption-budget-overlap', budget({}), other, deployment())).toEqual([]);
});
