import { configMap, cronJob, deployment, object, running, service } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const pod = '/spec/template/spec';
const container = `${pod}/containers/0`;
const get = (path: string, port: Json = 80): JsonObject => ({ httpGet: { path, port } });

test('liveness may not check the same as readiness, in any spelling and at any interval', () => {
  const ports = [{ name: 'http', containerPort: 80 }];
  const same = (livenessProbe: JsonObject, readinessProbe: JsonObject) =>
    fields('probe-identical', running({ ports, livenessProbe, readinessProbe }));
  expect(same(get('/'), get('/'))).toEqual([`${container}/livenessProbe`]);
  expect(same({ ...get('/'), periodSeconds: 60 }, { httpGet: { port: 'http', scheme: 'HTTP' } })).toEqual([
    `${container}/livenessProbe`,
  ]);
  expect(same({ exec: { command: ['a'] } }, { exec: { command: ['a'] } })).toEqual([`${container}/livenessProbe`]);
  expect(same(get('/live'), get('/ready'))).toEqual([]);
  expect(same(get('/', 81), get('/', 80))).toEqual([]);
  expect(same({ tcpSocket: { port: 80 } }, get('/'))).toEqual([]);
});

test.each<[string, string, Json, boolean]>([
  ['livenessProbe', 'periodSeconds', 1, true],
  ['livenessProbe', 'periodSeconds', 0, false],
  ['livenessProbe', 'periodSeconds', '10', false],
  ['livenessProbe', 'initialDelaySeconds', 0, true],
  ['livenessProbe', 'initialDelaySeconds', -1, false],
  ['livenessProbe', 'timeoutSeconds', 0, false],
  ['livenessProbe', 'failureThreshold', 0, false],
  ['livenessProbe', 'successThreshold', 1, true],
  ['livenessProbe', 'successThreshold', 2, false],
  ['startupProbe', 'successThreshold', 2, false],
  ['readinessProbe', 'successThreshold', 2, true],
  ['livenessProbe', 'terminationGracePeriodSeconds', 1, true],
  ['livenessProbe', 'terminationGracePeriodSeconds', 0, false],
  ['readinessProbe', 'terminationGracePeriodSeconds', 1, false],
])('%s with %s %j: %s', (probe, key, value, fine) => {
  expect(fields('probe-timing', running({ [probe]: { ...get('/'), [key]: value } }))).toEqual(
    fine ? [] : [`${container}/${probe}/${key}`],
  );
});

test('a probe has exactly one handler, and init containers have no probes', () => {
  expect(fields('probe-timing', running({ livenessProbe: {} }))).toEqual([`${container}/livenessProbe`]);
  expect(fields('probe-timing', running({ livenessProbe: { ...get('/'), tcpSocket: { port: 1 } } }))).toEqual([
    `${container}/livenessProbe`,
  ]);
  const init = (extra: JsonObject) =>
    running({}, { initContainers: [{ name: 'a', image: 'a:1', livenessProbe: get('/'), ...extra }] });
  expect(fields('probe-timing', init({}))).toEqual([`${pod}/initContainers/0/livenessProbe`]);
  expect(fields('probe-timing', init({ restartPolicy: 'Always' }))).toEqual([]);
});

test.each<[JsonObject, number | undefined, string[]]>([
  [{ sleep: { seconds: 29 } }, undefined, []],
  [{ sleep: { seconds: 30 } }, undefined, [`${container}/lifecycle/preStop/sleep/seconds`]],
  [{ sleep: { seconds: 30 } }, 31, []],
  [{ exec: { command: ['sleep', '29'] } }, undefined, []],
  [{ exec: { command: ['sleep', '30'] } }, undefined, [`${container}/lifecycle/preStop/exec/command`]],
  [
    { exec: { command: ['/bin/sh', '-c', 'sleep 20 && nginx -s quit; sleep 10s'] } },
    undefined,
    [`${container}/lifecycle/preStop/exec/command`],
  ],
  [{ exec: { command: ['sh', '-c', 'sleep 1m'] } }, 60, [`${container}/lifecycle/preStop/exec/command`]],
  [{ exec: { command: ['sh', '-c', 'asleep 99; ./oversleep 99'] } }, undefined, []],
  [{ httpGet: { port: 80 } }, 1, []],
])('preStop %j with a grace period of %j', (preStop, grace, expected) => {
  const manifest = running(
    { lifecycle: { preStop } },
    grace === undefined ? {} : { terminationGracePeriodSeconds: grace },
  );
  expect(fields('grace-period', manifest)).toEqual(expected);
});

test.each<[Json, boolean]>([
  [0, true],
  [3, true],
  [null, true],
  [-1, false],
  [1.5, false],
  ['3', false],
  [2_147_483_648, false],
])('replicas %j: %s', (replicas, fine) => {
  expect(fields('replicas', deployment({ replicas }))).toEqual(fine ? [] : ['/spec/replicas']);
});

test.each<[JsonObject, string[]]>([
  [{}, []],
  [{ maxSurge: 1, maxUnavailable: 0 }, []],
  [{ maxSurge: '25%', maxUnavailable: '0%' }, []],
  [{ maxUnavailable: 0 }, []],
  [{ maxSurge: '150%' }, []],
  [{ maxSurge: 0, maxUnavailable: 0 }, ['maxUnavailable']],
  [{ maxSurge: '0%', maxUnavailable: 0 }, ['maxUnavailable']],
  [{ maxUnavailable: '101%' }, ['maxUnavailable']],
  [{ maxSurge: '25' }, ['maxSurge']],
  [{ maxSurge: '1.5%' }, ['maxSurge']],
  [{ maxSurge: -1 }, ['maxSurge']],
])('rolling update %j', (rollingUpdate, keys) => {
  expect(fields('rollout-strategy', deployment({ strategy: { rollingUpdate } }))).toEqual(
    keys.map((key) => `/spec/strategy/rollingUpdate/${key}`),
  );
});

test('a rollout has more time than a pod needs to become available', () => {
  expect(fields('rollout-strategy', deployment({ minReadySeconds: 599 }))).toEqual([]);
  expect(fields('rollout-strategy', deployment({ minReadySeconds: 600 }))).toEqual(['/spec/progressDeadlineSeconds']);
  expect(fields('rollout-strategy', deployment({ strategy: { type: 'Recreate', rollingUpdate: {} } }))).toEqual([
    '/spec/strategy/rollingUpdate',
  ]);
});

test('containers and init containers share one set of names', () => {
  expect(fields('container-name', running({}, { initContainers: [{ name: 'web', image: 'a:1' }] }))).toEqual([
    `${pod}/initContainers/0/name`,
  ]);
  expect(fields('container-name', running({ name: 'a'.repeat(63) }))).toEqual([]);
  expect(fields('container-name', running({ name: 'a'.repeat(64) }))).toEqual([`${container}/name`]);
  expect(fields('container-name', deployment({}, { containers: [] }))).toEqual([`${pod}/containers`]);
});

test('mounts may use volumes, and claim templates of a StatefulSet', () => {
  const mounted = running({ volumeMounts: [{ name: 'data', mountPath: '/data' }] });
  expect(findings('volume-mount', mounted)).toMatchObject([
    { field: `${container}/volumeMounts/0/name`, value: 'data', expected: 'a volume in the pod' },
  ]);
  const claims = [{ metadata: { name: 'data' }, spec: {} }];
  const spec = { ...(typeof mounted.spec === 'object' ? mounted.spec : {}), volumeClaimTemplates: claims };
  expect(fields('volume-mount', { ...mounted, kind: 'StatefulSet', spec })).toEqual([]);
  const twice = [
    { name: 'a', mountPath: '/a' },
    { name: 'a', mountPath: '/a' },
  ];
  expect(fields('volume-mount', running({ volumeMounts: twice }, { volumes: [{ name: 'a' }] }))).toEqual([
    `${container}/volumeMounts/1/mountPath`,
  ]);
});

test.each<[Json, boolean]>([
  ['A', true],
  ['my.log-level_1', true],
  ['.a', true],
  ['1A', false],
  ['', false],
  ['a b', false],
  ['a=b', false],
  ['.', false],
  ['..a', false],
  [null, false],
])('variable %j: %s', (name, fine) => {
  expect(fields('env-name', running({ env: [{ name, value: 'x' }] }))).toEqual(fine ? [] : [`${container}/env/0/name`]);
});

test('a variable is set once, to a string', () => {
  expect(
    fields(
      'env-name',
      running({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      }),
    ),
  ).toEqual([`${container}/env/1/name`]);
  expect(fields('env-name', running({ env: [{ name: 'A', value: 8080 }] }))).toEqual([`${container}/env/0/value`]);
});

test.each([
  ['a'.repeat(253), true],
  ['a'.repeat(254), false],
  ['nginx.conf', true],
  ['.hidden', true],
  ['A_b-c', true],
  ['.', false],
  ['..', false],
  ['..a', false],
  ['a b', false],
  ['a/b', false],
])('key %s of a ConfigMap: %s', (key, fine) => {
  expect(fields('config-key', configMap({ [key]: '' }))).toEqual(fine ? [] : [`/data/${key.replace('/', '~1')}`]);
});

test('a ConfigMap has at most 1 MiB, counted in bytes', () => {
  expect(fields('config-size', configMap({ a: 'x'.repeat(1_048_576) }))).toEqual([]);
  expect(fields('config-size', configMap({ a: 'é'.repeat(524_289) }))).toEqual(['/data']);
});

test('enumerated fields have one of their possible values', () => {
  expect(fields('known-value', service({ type: 'Loadbalancer', ports: [{ port: 1, protocol: 'tcp' }] }))).toEqual([
    '/spec/ports/0/protocol',
    '/spec/type',
  ]);
  expect(fields('known-value', cronJob({}))).toEqual([]);
  const job = object('batch/v1', 'Job', 'a', { spec: { template: { spec: { containers: [] } } } });
  expect(findings('known-value', job)).toMatchObject([
    { field: '/spec/template/spec/restartPolicy', expected: 'Never or OnFailure' },
  ]);
});
