// D4 of the field report: each thing that an application may need is written with constructs alone, without a finding.
import { ApiObject } from 'cdk8s';
import {
  CronJob,
  Job,
  NodeAgent,
  override,
  StatefulService,
  type System,
  Volume,
  WebService,
  type WebServiceProps,
  Worker,
} from '../../../lib/constructs';
import { type ClusterProps, eks, type Json, type NodePool } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, find, SUBNETS, shop, WEB } from '../../support/synthesis';

const POOL: NodePool = { name: 'general', cpu: '3920m', memory: '14Gi', pods: 58, nodesPerZone: { min: 2, max: 3 } };
const cluster = (more: Partial<ClusterProps> = {}) =>
  eks({
    region: 'ap-south-1',
    zones: ['ap-south-1a', 'ap-south-1b'],
    kubernetes: '1.36',
    capabilities: ['metrics-server', 'prometheus-operator', 'external-metrics', 'custom-metrics'],
    nodePools: [POOL],
    scopes: { 'example.com/Widget': 'namespace' },
    ...SUBNETS,
    ...more,
  });

const image = 'registry.example/shop/other:1';
const resources = { cpu: '50m', memory: '64Mi' };
const lost = { zones: 0, because: 'a pause is fine' } as const;
const plain = { image, resources, probes: { bootSeconds: 10 } };
const run = { image, resources, deadlineSeconds: 600 };

type Build = (system: System<unknown>) => void;
const written = (build: Build, more?: Partial<ClusterProps>): Synthesis => shop(build, { cluster: cluster(more) });
const web =
  (props: Partial<WebServiceProps>, then: (web: WebService, system: System<unknown>) => void = () => {}): Build =>
  (system) =>
    then(new WebService(system, 'web', { ...WEB, ...props }), system);
const container = (synthesis: Synthesis, kind = 'Deployment', name = 'web') =>
  at(find(synthesis, kind, name), 'spec', 'template', 'spec', 'containers', 0);
const specOf = (synthesis: Synthesis, kind: string, name = 'web') => at(find(synthesis, kind, name), 'spec');
const podOf = (synthesis: Synthesis, name = 'web') => at(specOf(synthesis, 'Deployment', name), 'template', 'spec');

const grpc = { bootSeconds: 10, startup: { grpc: true }, readiness: { grpc: true } } as const;
const client = (service: WebService, system: System<unknown>, as?: Record<string, string>) =>
  new Worker(system, 'client', { ...plain, size: { replicas: 2 } }).connectTo(service, as === undefined ? {} : { as });
/** The data of a ConfigMap of variables. */
const variables = (synthesis: Synthesis, component: string) => {
  const isOf = (name: string) => name.startsWith(`${component}-config-`);
  return at(synthesis.objects.find(({ entry }) => isOf(entry.identity.name))?.entry.manifest, 'data');
};

const ROWS: readonly [string, Build, (synthesis: Synthesis) => Json | undefined, unknown][] = [
  [
    'gRPC probes',
    web({ port: { port: 7070, protocol: 'grpc' }, probes: grpc }),
    (s) => at(container(s), 'readinessProbe', 'grpc'),
    { port: 7070 },
  ],
  [
    'a Service port other than 80',
    web({ port: { port: 8080, servicePort: 3550 } }),
    (s) => at(specOf(s, 'Service'), 'ports', 0, 'port'),
    3550,
  ],
  [
    'a Service port other than that of a gRPC container',
    web({ port: { port: 8080, protocol: 'grpc', servicePort: 5000, balancedBy: 'the mesh' }, probes: grpc }),
    (s) => at(specOf(s, 'Service'), 'ports', 0),
    expect.objectContaining({ port: 5000, targetPort: 'grpc' }),
  ],
  [
    'several ports, which the policy follows',
    web({ ports: { admin: 9000 } }, (service, system) =>
      new Worker(system, 'client', { ...plain, size: { replicas: 2 } }).connectTo(service.at('admin')),
    ),
    (s) => at(specOf(s, 'NetworkPolicy'), 'ingress', 0, 'ports', 0, 'port'),
    9000,
  ],
  [
    'a TCP service',
    web({ port: { port: 6379, protocol: 'tcp' }, probes: { bootSeconds: 10, readiness: { tcp: true } } }),
    (s) => at(container(s), 'readinessProbe', 'tcpSocket', 'port'),
    'tcp',
  ],
  [
    'a UDP service',
    web({ port: { port: 53, protocol: 'udp' }, probes: { bootSeconds: 10, readiness: { exec: ['dig'] } } }),
    (s) => at(specOf(s, 'Service'), 'ports', 0, 'protocol'),
    'UDP',
  ],
  [
    'a worker without a port',
    (system) => void new Worker(system, 'web', { ...plain, size: { replicas: 2 } }),
    (s) => at(container(s), 'ports'),
    undefined,
  ],
  [
    'a singleton',
    (system) => void new Worker(system, 'web', { ...plain, size: { replicas: 1 }, survives: lost }),
    (s) => at(specOf(s, 'Deployment'), 'replicas'),
    1,
  ],
  [
    'a StatefulSet',
    (system) =>
      void new StatefulService(system, 'web', {
        ...plain,
        port: { port: 6379, protocol: 'tcp' },
        probes: { bootSeconds: 10, readiness: { tcp: true } },
        claims: { '/data': { size: '1Gi' } },
        noBackup: 'it can be made again',
        size: { replicas: 1 },
        survives: lost,
      }),
    (s) => at(specOf(s, 'StatefulSet'), 'volumeClaimTemplates', 0, 'metadata', 'name'),
    'data',
  ],
  [
    'a DaemonSet',
    (system) => void new NodeAgent(system, 'web', plain),
    (s) => at(specOf(s, 'DaemonSet'), 'updateStrategy', 'type'),
    'RollingUpdate',
  ],
  [
    'a Job',
    (system) => void new Job(system, 'import', run),
    (s) => s.entries.filter(({ identity }) => identity.kind === 'Job').length,
    1,
  ],
  [
    'a CronJob, whose policy lets it resolve names',
    (system) => void new CronJob(system, 'web', { ...run, schedule: '0 3 * * *' }),
    (s) => at(specOf(s, 'NetworkPolicy'), 'egress', 0, 'ports', 0, 'port'),
    53,
  ],
  [
    'a sidecar',
    web({ sidecars: { proxy: { image, resources } } }),
    (s) => at(podOf(s), 'initContainers', 0, 'restartPolicy'),
    'Always',
  ],
  [
    'an init container',
    web({ initContainers: { prepare: { image, resources, seconds: 10 } } }),
    (s) => at(podOf(s), 'initContainers', 0, 'name'),
    'prepare',
  ],
  [
    'a volume',
    (system) => {
      const data = new Volume(system, 'data', {
        size: '1Gi',
        oneZone: 'it may pause',
        noBackup: 'it can be made again',
      });
      const volumes = { '/data': data };
      new WebService(system, 'web', { ...WEB, size: { replicas: 1 }, survives: lost, volumes });
    },
    (s) => at(specOf(s, 'Deployment'), 'strategy', 'type'),
    'Recreate',
  ],
  [
    'a configuration file',
    web({ files: { '/etc/app/app.conf': 'a = 1\n' } }),
    (s) => at(container(s), 'volumeMounts'),
    expect.arrayContaining([expect.objectContaining({ mountPath: '/etc/app/app.conf' })]),
  ],
  [
    'a variable from a Secret',
    web({ env: { TOKEN: { secret: 'payments', key: 'token' } } }),
    (s) => at(container(s), 'env', 0, 'valueFrom', 'secretKeyRef', 'key'),
    'token',
  ],
  [
    'a command and its arguments',
    web({ command: ['/app/server'], args: ['--verbose'] }),
    (s) => [at(container(s), 'command', 0) ?? null, at(container(s), 'args', 0) ?? null],
    ['/app/server', '--verbose'],
  ],
  [
    'a kind of its own, by ApiObject',
    (system) =>
      void new ApiObject(system, 'widget', {
        apiVersion: 'example.com/v1',
        kind: 'Widget',
        metadata: { name: 'w' },
        ...{ spec: {} },
      }),
    (s) => at(find(s, 'Widget', 'w'), 'metadata', 'namespace'),
    'shop-production',
  ],
  [
    'a ServiceMonitor, by ApiObject: its ports are opened',
    web({ ports: { metrics: 9102 } }, (service, system) => {
      const matchLabels = { 'app.kubernetes.io/name': service.name };
      new ApiObject(system, 'monitor', {
        apiVersion: 'monitoring.coreos.com/v1',
        kind: 'ServiceMonitor',
        metadata: { name: 'web' },
        ...{ spec: { selector: { matchLabels }, endpoints: [{ port: 'metrics' }] } },
      });
    }),
    (s) => at(specOf(s, 'NetworkPolicy'), 'ingress', 0, 'ports', 0, 'port'),
    9102,
  ],
  [
    'rights at the API server',
    web({}, (service) => service.mayCall({ resources: ['pods'], verbs: ['list'], because: 'it shows its own pods' })),
    (s) => at(find(s, 'Role', 'web'), 'rules', 0, 'verbs'),
    ['list'],
  ],
  [
    'a headless Service',
    web({ port: { port: 7070, protocol: 'grpc' }, probes: grpc }),
    (s) => at(specOf(s, 'Service'), 'clusterIP'),
    'None',
  ],
  [
    'a priority',
    web(
      { priorityClass: 'payments' },
      (_, system) =>
        void new ApiObject(system, 'class', {
          apiVersion: 'scheduling.k8s.io/v1',
          kind: 'PriorityClass',
          metadata: { name: 'payments' },
          ...{ value: 1000 },
        }),
    ),
    (s) => at(podOf(s), 'priorityClassName'),
    'payments',
  ],
  [
    'metrics of its own for the autoscaler',
    web({
      size: {
        min: 3,
        max: 9,
        cpu: 0.65,
        metrics: [
          { external: 'queue_length', labels: { queue: 'orders' }, averageValue: 30 },
          { pods: 'requests_per_second', averageValue: 0.5 },
        ],
      },
    }),
    (s) => at(specOf(s, 'HorizontalPodAutoscaler'), 'metrics'),
    [
      {
        type: 'External',
        external: {
          metric: { name: 'queue_length', selector: { matchLabels: { queue: 'orders' } } },
          target: { type: 'AverageValue', averageValue: '30' },
        },
      },
      {
        type: 'Pods',
        pods: { metric: { name: 'requests_per_second' }, target: { type: 'AverageValue', averageValue: '500m' } },
      },
      expect.objectContaining({ type: 'Resource' }),
    ],
  ],
  [
    'paths, and several services under one host',
    (system) => {
      new WebService(system, 'api', WEB).exposeAt('shop.example', { paths: ['/api'] });
      new WebService(system, 'web', WEB).exposeAt('shop.example');
    },
    (s) => at(specOf(s, 'Ingress'), 'rules', 0, 'http', 'paths', 0, 'path'),
    '/api',
  ],
  [
    'plain HTTP',
    web({}, (service) => void service.exposeAt('shop.example', { plainHttp: 'devices without TLS' })),
    (s) => at(specOf(s, 'Ingress'), 'tls'),
    undefined,
  ],
  [
    'headers of a probe',
    web({ probes: { bootSeconds: 10, readiness: { path: '/', headers: { Cookie: 'a=b' } } } }),
    (s) => at(container(s), 'readinessProbe', 'httpGet', 'httpHeaders', 0, 'value'),
    'a=b',
  ],
  [
    'names of the variables of a connection',
    web({}, (service, system) => void client(service, system, { WEB_ADDR: '{host}:{port}' })),
    (s) => variables(s, 'client'),
    { WEB_ADDR: 'web:80' },
  ],
];

test.each(ROWS)('D4 %s', (_, build, read, expected) => {
  const synthesis = written(build);
  expect(synthesis.findings).toEqual([]);
  expect(read(synthesis)).toEqual(expected);
});

describe('D4 nodes', () => {
  const taints = [{ key: 'gpu', effect: 'NoSchedule' as const }];
  const nodePools = [POOL, { ...POOL, name: 'gpu', taints, resources: { 'nvidia.com/gpu': '1' } }];
  const props = { pool: 'gpu', resources: { ...WEB.resources, extended: { 'nvidia.com/gpu': 1 } } };
  const synthesis = written(web(props), { nodePools });

  test('are chosen by a pool', () => {
    expect(synthesis.findings).toEqual([]);
    expect(at(podOf(synthesis), 'nodeSelector')).toEqual({ 'eks.amazonaws.com/nodegroup': 'gpu' });
  });

  test('are tolerated', () =>
    expect(at(podOf(synthesis), 'tolerations')).toEqual([{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }]));

  test('have a GPU', () =>
    expect(at(container(synthesis), 'resources', 'limits')).toMatchObject({ 'nvidia.com/gpu': '1' }));
});

describe('D4 refused, where it went through in silence', () => {
  test('one volume of a single node under three pods', () => {
    const { findings } = written((system) => {
      const volumes = {
        '/data': new Volume(system, 'data', { size: '1Gi', oneZone: 'it may pause', noBackup: 'a test' }),
      };
      new WebService(system, 'web', { ...WEB, volumes });
    });
    expect(findings).toMatchObject([{ severity: 'error', field: 'volumes["/data"]' }]);
  });

  test('a metric that nothing on the cluster serves', () => {
    const metrics = [{ external: 'queue_length', averageValue: 30 }];
    const { findings } = written(web({ size: { min: 3, max: 9, cpu: 0.65, metrics } }), {
      capabilities: ['metrics-server'],
    });
    expect(findings).toMatchObject([
      { rule: 'autoscaling-metrics-api', expected: expect.stringContaining('external-metrics') },
    ]);
  });

  test.each<[object, string]>([
    [{ external: 'queue', averageValue: 0 }, 'size.metrics[0].averageValue'],
    [{ external: 'queue', averageValues: 1 }, 'size.metrics[0]'],
    [{ pods: '', averageValue: 1 }, 'size.metrics[0].pods'],
    [{ pods: 'rate', labels: { a: 1 }, averageValue: 1 }, 'size.metrics[0].labels.a'],
  ])('the metric %j', (metric, field) => {
    const metrics = [metric] as never;
    const { findings } = written(web({ size: { min: 3, max: 9, cpu: 0.65, metrics } }));
    expect(findings).toMatchObject([{ rule: 'input', field: expect.stringContaining(field) }]);
  });
});

test('D1, D2 an override adds a container, an item by its key and a metric', () => {
  const synthesis = written(
    web({ size: { min: 3, max: 9, cpu: 0.65 } }, ({ deployment, autoscaler }) => {
      const proxy = { name: 'proxy', image, resources: { limits: { memory: '64Mi' }, requests: { memory: '64Mi' } } };
      override(deployment).append('spec.template.spec.containers', proxy);
      override(deployment).set('spec.template.spec.containers[web].env', [{ name: 'A', value: 'b' }]);
      if (autoscaler === undefined) throw new Error('no autoscaler');
      override(autoscaler).append('spec.metrics', {
        type: 'External',
        external: { metric: { name: 'queue' }, target: { type: 'AverageValue', averageValue: '30' } },
      });
    }),
  );
  expect(at(podOf(synthesis), 'containers', 1, 'name')).toBe('proxy');
  expect(at(container(synthesis), 'env')).toEqual([{ name: 'A', value: 'b' }]);
  expect(at(specOf(synthesis, 'HorizontalPodAutoscaler'), 'metrics', 1, 'type')).toBe('External');
});

test.each<[string, object, string]>([
  ['budgetSeconds', { bootSeconds: 10, startup: { path: '/', budgetSecond: 20 } }, 'probes.startup.budgetSecond'],
  ['bootSeconds', { bootSeconds: 'sixty', readiness: { path: '/' } }, 'probes.bootSeconds'],
  ['path', { bootSeconds: 10, liveness: { pth: '/live' } }, 'probes.liveness'],
])('D3 a misspelt %s of a probe is refused', (_, probes, field) => {
  const { findings } = written(web({ probes: probes as never }));
  expect(findings).toMatchObject([{ rule: 'input', field: expect.stringContaining(field) }]);
});

test('D3 CPU without memory is refused', () => {
  const { findings } = written(web({ resources: { cpu: '100m' } as never }));
  expect(findings).toMatchObject([{ rule: 'input', field: 'resources.memory' }]);
});
