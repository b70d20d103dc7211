// Sidecars and init containers: where they run, what they share, and how long a start takes with them.

import { WebService, type WebServiceProps } from '../../../lib/constructs';
import { eks, type Minor } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, find, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const cluster = (kubernetes: Minor) =>
  eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes, ...SUBNETS });

const web = (change: Partial<WebServiceProps>, kubernetes: Minor = '1.36'): Synthesis =>
  shop((system) => void new WebService(system, 'web', { ...WEB, ...change }), { cluster: cluster(kubernetes) });

const pod = (synthesis: Synthesis) => at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec');

const PROXY = {
  image: 'registry.example/proxy:3',
  args: ['--port=5432'],
  resources: { cpu: '50m', memory: '64Mi' },
  env: { LEVEL: 'info', TOKEN: { secret: 'proxy', key: 'token' } },
};

const PREPARE = {
  image: 'registry.example/prepare:1',
  resources: { cpu: '50m', memory: '64Mi' },
  seconds: 60,
};

test('a sidecar starts before the component and stops after it', () => {
  const synthesis = web({ sidecars: { proxy: PROXY } });
  expect(synthesis.findings).toEqual([]);
  expect(at(pod(synthesis), 'containers')).toHaveLength(1);
  expect(at(pod(synthesis), 'initContainers')).toMatchObject([
    {
      name: 'proxy',
      restartPolicy: 'Always',
      args: ['--port=5432'],
      env: [
        { name: 'LEVEL', value: 'info' },
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'proxy', key: 'token' } } },
      ],
      securityContext: { readOnlyRootFilesystem: true, runAsUser: 10001 },
      volumeMounts: [{ name: 'tmp-proxy', mountPath: '/tmp' }],
    },
  ]);
});

test('before 1.29 it is a container that waits until the component has served its last request (74)', () => {
  const synthesis = web({ sidecars: { proxy: PROXY } }, '1.28');
  expect(synthesis.findings).toMatchObject([{ rule: 'drain-command', severity: 'note' }]);
  expect(pod(synthesis)).not.toHaveProperty('initContainers');
  const grace = Number(at(pod(synthesis), 'terminationGracePeriodSeconds'));
  const [own, proxy] = [at(pod(synthesis), 'containers', 0), at(pod(synthesis), 'containers', 1)];
  expect(own).toMatchObject({ name: 'web', lifecycle: { preStop: { exec: { command: ['sleep', '20'] } } } });
  expect(proxy).toMatchObject({ lifecycle: { preStop: { exec: { command: ['sleep', String(grace - 1)] } } } });
  expect(proxy).not.toHaveProperty('restartPolicy');
});

test('init containers run in the order of the user, before the sidecars, and prolong the boot', () => {
  const company = { initContainers: { second: PREPARE, first: PREPARE }, sidecars: { proxy: PROXY } };
  const [without, withThem] = [web({}), web(company)];
  expect(withThem.findings).toEqual([]);
  const names = [0, 1, 2].map((index) => at(pod(withThem), 'initContainers', index, 'name'));
  expect(names).toEqual(['second', 'first', 'proxy']);
  const deadline = (synthesis: Synthesis) =>
    Number(at(find(synthesis, 'Deployment', 'web'), 'spec', 'progressDeadlineSeconds'));
  expect(deadline(withThem)).toBeGreaterThanOrEqual(deadline(without) + 120);
});

test('prove knows how long they take', () => {
  const seconds = (synthesis: Synthesis) =>
    at(
      find(synthesis, 'Deployment', 'web'),
      'spec',
      'template',
      'metadata',
      'annotations',
      'evenkeel.dev/init-seconds',
    );
  const sidecars = { proxy: { ...PROXY, probes: { bootSeconds: 5 } } };
  expect(seconds(web({ initContainers: { prepare: PREPARE }, sidecars }))).toBe('65');
  expect(seconds(web({}))).toBeUndefined();
});

test('what they request is in the quota (54)', () => {
  const hard = (synthesis: Synthesis) => at(find(synthesis, 'ResourceQuota', 'shop'), 'spec', 'hard', 'requests.cpu');
  expect(hard(web({}))).toBe('1');
  expect(hard(web({ sidecars: { proxy: { ...PROXY, resources: { cpu: '1', memory: '64Mi' } } } }))).toBe('11');
});

test('folders and files of the component are shared by their path, its variables by sharesEnv', () => {
  const synthesis = web({
    env: { LOG: 'debug' },
    files: { '/etc/proxy.conf': 'a' },
    scratch: [{ path: '/var/run/app', size: '8Mi' }],
    sidecars: { proxy: { ...PROXY, sharesEnv: true, mounts: ['/tmp', '/var/run/app', '/etc/proxy.conf'] } },
  });
  expect(synthesis.findings).toEqual([]);
  const proxy = at(pod(synthesis), 'initContainers', 0);
  expect(at(proxy, 'volumeMounts')).toEqual([
    { name: 'scratch-0', mountPath: '/tmp' },
    { name: 'scratch-1', mountPath: '/var/run/app' },
    { name: 'files', mountPath: '/etc/proxy.conf', subPath: 'etc_proxy.conf', readOnly: true },
  ]);
  expect(at(proxy, 'envFrom')).toEqual(at(pod(synthesis), 'containers', 0, 'envFrom'));
});

test('a port of a sidecar is in its container, and probes of either reach it', () => {
  const synthesis = web({
    ports: { metrics: { port: 9102, container: 'exporter' } },
    probes: { bootSeconds: 10, readiness: { path: '/ready', port: 'metrics' } },
    sidecars: { exporter: { ...PROXY, probes: { bootSeconds: 5, startup: { path: '/up' } } } },
  });
  expect(synthesis.findings).toEqual([]);
  expect(at(pod(synthesis), 'containers', 0)).toMatchObject({
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { path: '/ready', port: 9102 } },
  });
  expect(at(pod(synthesis), 'initContainers', 0)).toMatchObject({
    ports: [{ name: 'metrics', containerPort: 9102 }],
    startupProbe: { httpGet: { path: '/up', port: 'metrics' } },
  });
  expect(at(find(synthesis, 'Service', 'web'), 'spec', 'ports', 1)).toMatchObject({
    port: 9102,
    targetPort: 'metrics',
  });
});

test('the node autoscaler may remove a node with their empty folders (10)', () => {
  const synthesis = web({ sidecars: { proxy: PROXY } });
  const key = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';
  const annotations = at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'metadata', 'annotations', key);
  expect(annotations).toBe('scratch-0,tmp-proxy');
});

test.each<[string, object, string, string]>([
  ['a misspelt key', { sidecars: { proxy: { ...PROXY, arg: [] } } }, 'sidecars.proxy.arg', 'args'],
  ['no image', { sidecars: { proxy: { resources: PROXY.resources } } }, 'sidecars.proxy.image', 'image'],
  [
    'no CPU',
    { sidecars: { proxy: { ...PROXY, resources: { memory: '1Mi' } } } },
    'sidecars.proxy.resources.cpu',
    'cpu',
  ],
  ['no time', { initContainers: { a: PROXY } }, 'initContainers.a.seconds', 'a number'],
  ['a name that is not valid', { sidecars: { Proxy: PROXY } }, 'sidecars.Proxy', 'lower-case'],
  ['the name of the component', { sidecars: { web: PROXY } }, 'sidecars.web', 'another name'],
  ['a name twice', { sidecars: { a: PROXY }, initContainers: { a: PREPARE } }, 'initContainers.a', 'another name'],
  [
    'a folder that is not there',
    { sidecars: { proxy: { ...PROXY, mounts: ['/data'] } } },
    'sidecars.proxy.mounts',
    '/tmp',
  ],
  [
    'a port of a sidecar that is not there',
    { ports: { metrics: { port: 9102, container: 'exporter' } } },
    'ports.metrics.container',
    'the sidecars, and there are none',
  ],
])('%s is refused', (_, change, field, expected) => {
  const { findings } = web(unchecked<Partial<WebServiceProps>>(change));
  expect(findings).toMatchObject([{ rule: 'input', field, expected: expect.stringContaining(expected) }]);
});
