// The most that workloads can ask for at once, kind by kind.
import { type Demand, demands, podLimit, total } from '../../../lib/analysis/objects/demand';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';

const CORE = 1_000_000_000n;
const MEBIBYTE = 1024n * 1024n * CORE;

const container = (requests: JsonObject, extra: JsonObject = {}): JsonObject => ({ resources: { requests }, ...extra });
const template = (pod: JsonObject): JsonObject => ({ template: { spec: pod } });
const object = (kind: string, spec: JsonObject): JsonObject => ({ kind, metadata: { name: 'web' }, spec });
const web = template({ containers: [container({ cpu: '100m', memory: '64Mi' })] });
const scaler = (kind: string, maxReplicas: Json): JsonObject => ({
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'web' },
  spec: { scaleTargetRef: { kind, name: 'web' }, maxReplicas },
});

const pods = (...manifests: JsonObject[]): number => total(demands(manifests, {})).pods;

test.each<[string, JsonObject, number]>([
  ['replicas, a surge of 25 % rounded up, and as many that terminate', { replicas: 5 }, 2 * (5 + 2)],
  ['a surge in per cent', { replicas: 3, strategy: { rollingUpdate: { maxSurge: '50%' } } }, 2 * (3 + 2)],
  [
    'a surge in per cent of many: 7 of 100, no more',
    { replicas: 100, strategy: { rollingUpdate: { maxSurge: '7%' } } },
    214,
  ],
  ['a surge as a number', { replicas: 3, strategy: { rollingUpdate: { maxSurge: 3 } } }, 2 * (3 + 3)],
  ['no surge where pods go before others come', { replicas: 3, strategy: { type: 'Recreate' } }, 3 + 3],
  ['one replica where nothing is said', {}, 2 * (1 + 1)],
  ['none at all', { replicas: 0 }, 0],
])('a Deployment: %s', (_, spec, expected) => {
  expect(pods(object('Deployment', { ...spec, ...web }))).toBe(expected);
});

test('under an autoscaler, its maximum counts, and only of the one that is its own', () => {
  const deployment = object('Deployment', { ...web });
  expect(pods(deployment, scaler('Deployment', 12))).toBe(2 * (12 + 3));
  expect(pods(deployment, scaler('StatefulSet', 12))).toBe(4);
});

test.each<[string, JsonObject, number]>([
  ['StatefulSet', { replicas: 3, ...web }, 3],
  ['ReplicaSet', { replicas: 3, ...web }, 6],
  ['ReplicationController', { replicas: 2, ...web }, 4],
  ['Job', { parallelism: 4, ...web }, 8],
  ['CronJob', { jobTemplate: { spec: web } }, 4],
  ['CronJob', { concurrencyPolicy: 'Forbid', jobTemplate: { spec: web } }, 2],
  ['Pod', { containers: [container({ cpu: '1' })] }, 1],
  ['DaemonSet', web, 0],
  ['Service', {}, 0],
])('a %s %j', (kind, spec, expected) => {
  expect(pods(object(kind, spec))).toBe(expected);
});

describe('what one pod requests', () => {
  const one = (pod: JsonObject, defaults = {}): Demand => total(demands([object('Pod', pod)], defaults));

  test('its containers together', () => {
    const containers = [container({ cpu: '100m', memory: '64Mi' }), container({ cpu: '0.5', memory: '1Gi' })];
    expect(one({ containers })).toEqual({ pods: 1, cpu: (6n * CORE) / 10n, memory: 1088n * MEBIBYTE });
  });

  test('an init container where it is larger, beside the sidecars in any case', () => {
    const sidecar = container({ cpu: '50m' }, { restartPolicy: 'Always' });
    const large = { containers: [container({ cpu: '1' })], initContainers: [sidecar, container({ cpu: '3' })] };
    expect(one(large).cpu).toBe(3n * CORE + CORE / 20n);
    const small = { containers: [container({ cpu: '1' })], initContainers: [sidecar, container({ cpu: '500m' })] };
    expect(one(small).cpu).toBe(CORE + CORE / 20n);
  });

  test('sidecars once, and beside an init container only those that start before it', () => {
    const sidecar = container({ cpu: '500m' }, { restartPolicy: 'Always' });
    const containers = [container({ cpu: '100m' })];
    expect(one({ containers, initContainers: [sidecar] }).cpu).toBe((6n * CORE) / 10n);
    expect(one({ containers, initContainers: [sidecar, container({ cpu: '300m' })] }).cpu).toBe((8n * CORE) / 10n);
    expect(one({ containers, initContainers: [container({ cpu: '300m' }), sidecar] }).cpu).toBe((6n * CORE) / 10n);
  });

  test('what the pod requests as a whole wins over the sum; its limit stands for what none of its containers says', () => {
    const containers = [container({ cpu: '100m' })];
    expect(one({ containers, resources: { requests: { cpu: '1500m' } } }).cpu).toBe((15n * CORE) / 10n);
    expect(one({ containers, resources: { requests: { cpu: '50m' } } }).cpu).toBe(CORE / 20n);
    expect(one({ containers, resources: { limits: { cpu: '2', memory: '64Mi' } } })).toEqual({
      pods: 1,
      cpu: CORE / 10n,
      memory: 64n * MEBIBYTE,
    });
    expect(one({ containers: [{}], resources: { limits: { cpu: '2' } } }, { cpu: '100m' }).cpu).toBe(2n * CORE);
  });

  test('and the overhead of its runtime', () => {
    const overhead = { cpu: '250m', memory: '64Mi' };
    const containers = [container({ cpu: '100m' })];
    expect(one({ containers, overhead })).toEqual({ pods: 1, cpu: (35n * CORE) / 100n, memory: 64n * MEBIBYTE });
    const resources = { requests: { cpu: '1' } };
    expect(one({ containers, overhead, resources }).cpu).toBe((125n * CORE) / 100n);
  });

  test('a limit stands for a request that is missing, a default for both', () => {
    const limited = { containers: [{ resources: { limits: { cpu: '2' } } }] };
    expect(one(limited).cpu).toBe(2n * CORE);
    expect(one({ containers: [{}] }, { cpu: '100m' }).cpu).toBe(CORE / 10n);
    expect(one({ containers: [{}] }).cpu).toBe(0n);
  });

  test('an invalid quantity counts nothing; the rule on quantities reports it', () => {
    expect(one({ containers: [container({ cpu: 'much' })] }).cpu).toBe(0n);
  });
});

test('what one pod may use, as a quota on limits counts it', () => {
  const limited = (cpu: string, extra: JsonObject = {}): JsonObject => ({ resources: { limits: { cpu } }, ...extra });
  const containers = [limited('1')];
  const initContainers = [limited('500m', { restartPolicy: 'Always' })];
  expect(podLimit({ containers, initContainers }, 'cpu', undefined)).toBe((15n * CORE) / 10n);
  expect(podLimit({ containers, resources: { limits: { cpu: '3' } } }, 'cpu', undefined)).toBe(3n * CORE);
  expect(podLimit({ containers: [{}] }, 'cpu', '2')).toBe(2n * CORE);
  const overhead = { cpu: '250m' };
  expect(podLimit({ containers, overhead }, 'cpu', undefined)).toBe((125n * CORE) / 100n);
  expect(podLimit({ containers: [container({ cpu: '1' })], overhead }, 'cpu', undefined)).toBe(0n);
});
