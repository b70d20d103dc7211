import { check, rules } from '../../../lib/checks';
import { autoscaler, bare, container, deployment, object, running } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import type { ClusterApi } from '../../../lib/model/manifest/object';
import { entry, fields } from '../support';

const resource = (name: string, averageUtilization: number): JsonObject =>
  autoscaler({
    metrics: [{ type: 'Resource', resource: { name, target: { type: 'Utilization', averageUtilization } } }],
  });
const keda = (trigger: JsonObject): JsonObject =>
  object('keda.sh/v1alpha1', 'ScaledObject', 'web', { spec: { scaleTargetRef: { name: 'web' }, triggers: [trigger] } });

describe('06 metrics that the cluster serves', () => {
  const asked = (api: ClusterApi | undefined, ...manifests: readonly JsonObject[]) =>
    check(
      manifests.map((manifest) => ({ ...entry(manifest), ...(api === undefined ? {} : { api }) })),
      rules.filter(({ id }) => id === 'autoscaling-metrics-api'),
    ).map(({ field }) => field);
  const external = autoscaler({ metrics: [{ type: 'External', external: { metric: { name: 'q' } } }] });
  const pods = autoscaler({ metrics: [{ type: 'Pods', pods: { metric: { name: 'rps' } } }] });

  test.each<[string, ClusterApi | undefined, JsonObject, string[]]>([
    ['no metrics at all', bare, resource('cpu', 60), ['/spec/metrics/0/resource']],
    ['the default metric', bare, autoscaler({}), ['/spec']],
    ['an unknown cluster', undefined, resource('cpu', 60), []],
    ['a provider that brings them', { ...bare, provider: { name: 'gke', metricsApi: true } }, resource('cpu', 60), []],
    ['the capability', { ...bare, capabilities: ['metrics-server'] }, resource('cpu', 60), []],
    ['external', { ...bare, capabilities: ['metrics-server', 'keda'] }, external, ['/spec/metrics/0/external']],
    ['external, declared', { ...bare, capabilities: ['external-metrics'] }, external, []],
    ['custom', { ...bare, capabilities: ['external-metrics'] }, pods, ['/spec/metrics/0/pods']],
    ['custom, declared', { ...bare, capabilities: ['custom-metrics'] }, pods, []],
    [
      'CPU by KEDA',
      { ...bare, capabilities: ['keda'] },
      keda({ type: 'cpu', metadata: { value: '60' } }),
      ['/spec/triggers/0'],
    ],
    ['a queue by KEDA', { ...bare, capabilities: ['keda'] }, keda({ type: 'rabbitmq', metadata: {} }), []],
  ])('%s', (_, api, manifest, expected) => {
    expect(asked(api, manifest)).toEqual(expected);
  });
});

describe('07 targets that usage can reach', () => {
  const bounded = (request: string, limit: string) =>
    running({ resources: { requests: { memory: request, cpu: request }, limits: { memory: limit, cpu: limit } } });
  const at = '/spec/metrics/0/resource/target/averageUtilization';

  test.each<[string, JsonObject, JsonObject, string[], string[]]>([
    ['memory 95 %', resource('memory', 95), bounded('512Mi', '512Mi'), [at], []],
    ['memory 91 %', resource('memory', 91), bounded('512Mi', '512Mi'), [at], []],
    ['memory 90 %', resource('memory', 90), bounded('512Mi', '512Mi'), [], [at]],
    ['memory 80 %', resource('memory', 80), bounded('512Mi', '512Mi'), [], []],
    ['memory 95 % of half the limit', resource('memory', 95), bounded('512Mi', '1Gi'), [], []],
    ['cpu 95 %', resource('cpu', 95), bounded('1', '1'), [at], []],
    ['cpu 90 %', resource('cpu', 90), bounded('1', '1'), [], []],
    ['cpu without a limit', resource('cpu', 95), running({ resources: { requests: { cpu: '1' } } }), [], []],
    [
      'KEDA',
      keda({ type: 'memory', metricType: 'Utilization', metadata: { value: '95' } }),
      bounded('1Gi', '1Gi'),
      ['/spec/triggers/0/metadata/value'],
      [],
    ],
    [
      'KEDA, an average',
      keda({ type: 'memory', metricType: 'AverageValue', metadata: { value: '1Gi' } }),
      bounded('1Gi', '1Gi'),
      ['/spec/triggers/0/metadata/value'],
      [],
    ],
  ])('%s', (_, scaler, workload, unreachable, near) => {
    expect(fields('autoscaling-target-reachable', scaler, workload)).toEqual(unreachable);
    expect(fields('autoscaling-target-near-limit', scaler, workload)).toEqual(near);
  });

  test('a limit that a LimitRange gives counts', () => {
    const range = object('v1', 'LimitRange', 'shop', {
      spec: { limits: [{ type: 'Container', default: { memory: '1Gi' } }] },
    });
    const workload = running({ resources: { requests: { memory: '1Gi' } } });
    expect(fields('autoscaling-target-reachable', resource('memory', 95), workload)).toEqual([]);
    expect(fields('autoscaling-target-reachable', resource('memory', 95), workload, range)).toEqual([at]);
  });
});

describe('21 vertical autoscalers', () => {
  const vertical = (spec: JsonObject, name = 'web') =>
    object('autoscaling.k8s.io/v1', 'VerticalPodAutoscaler', name, {
      spec: { targetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ...spec },
    });
  const policy = (more: JsonObject) => ({ resourcePolicy: { containerPolicies: [{ containerName: 'web', ...more }] } });

  test.each<[string, JsonObject, boolean]>([
    ['by default', {}, false],
    ['Initial', { updatePolicy: { updateMode: 'Initial' } }, false],
    ['Off', { updatePolicy: { updateMode: 'Off' } }, true],
    ['memory only', policy({ controlledResources: ['memory'] }), true],
    ['this container off', policy({ mode: 'Off' }), true],
    [
      'another container off',
      { resourcePolicy: { containerPolicies: [{ containerName: 'proxy', mode: 'Off' }] } },
      false,
    ],
  ])('%s', (_, spec, fine) => {
    expect(fields('autoscaling-vertical', resource('cpu', 60), deployment(), vertical(spec))).toEqual(
      fine ? [] : ['/spec'],
    );
  });

  test('two for one target', () => {
    expect(fields('autoscaling-vertical-target', deployment(), vertical({}), vertical({}, 'other'))).toEqual([
      '/spec/targetRef',
    ]);
  });
});

test('a DaemonSet or a Job is not scaled; a custom kind may be', () => {
  const on = (apiVersion: string, kind: string) =>
    fields('autoscaling-scalable-target', autoscaler({ scaleTargetRef: { apiVersion, kind, name: 'x' } }));
  expect(on('apps/v1', 'DaemonSet')).toHaveLength(1);
  expect(on('batch/v1', 'Job')).toHaveLength(1);
  expect(on('apps/v1', 'StatefulSet')).toEqual([]);
  expect(on('argoproj.io/v1alpha1', 'Rollout')).toEqual([]);
});

test('28 limits that a LimitRange gives, and its bounds', () => {
  const range = (item: JsonObject) =>
    object('v1', 'LimitRange', 'shop', { spec: { limits: [{ type: 'Container', ...item }] } });
  const asks = (resources: JsonObject, item: JsonObject) => fields('limit-range', range(item), running({ resources }));
  const place = '/spec/template/spec/containers/0/resources';
  const twoGi = { requests: { memory: '2Gi' } };
  expect(asks(twoGi, { default: { memory: '128Mi' } })).toEqual([`${place}/requests/memory`]);
  expect(asks(twoGi, { default: { memory: '2Gi' } })).toEqual([]);
  expect(asks({ ...twoGi, limits: { memory: '2Gi' } }, { default: { memory: '128Mi' } })).toEqual([]);
  expect(asks({ requests: { cpu: '10m' } }, { min: { cpu: '100m' } })).toEqual([`${place}/requests/cpu`]);
  expect(asks({ limits: { cpu: '4' } }, { max: { cpu: '2' } })).toEqual(
    [`${place}/requests/cpu`, `${place}/limits/cpu`].sort(),
  );
  expect(asks({ requests: { cpu: '1' }, limits: { cpu: '4' } }, { maxLimitRequestRatio: { cpu: '2' } })).toEqual([
    `${place}/limits/cpu`,
  ]);
  expect(asks({ requests: { cpu: '1' }, limits: { cpu: '2' } }, { maxLimitRequestRatio: { cpu: '2' } })).toEqual([]);
});

test('28 a quota counts limits, init containers and objects', () => {
  const quota = (hard: JsonObject) => object('v1', 'ResourceQuota', 'shop', { spec: { hard } });
  const limited = running({ resources: { limits: { memory: '1Gi' } } });
  expect(fields('quota-room', quota({ 'limits.memory': '1Gi' }), limited)).toEqual(['/spec/hard/limits.memory']);
  expect(fields('quota-room', quota({ 'limits.memory': '4Gi' }), limited)).toEqual([]);
  const init = deployment(
    {},
    { initContainers: [container()], containers: [container({ resources: { limits: { cpu: '1' } } })] },
  );
  expect(fields('quota-stated', quota({ 'limits.cpu': '9' }), init)).toEqual([
    '/spec/template/spec/initContainers/0/resources/limits/cpu',
  ]);
  expect(fields('quota-objects', quota({ 'count/deployments.apps': '0' }), limited)).toEqual([
    '/spec/hard/count~1deployments.apps',
  ]);
  expect(fields('quota-objects', quota({ 'count/deployments.apps': '1' }), limited)).toEqual([]);
});
