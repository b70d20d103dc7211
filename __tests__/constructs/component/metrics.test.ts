// Metrics: the port, the monitor or the annotations that have it scraped, and the policy that lets Prometheus in.

import {
  NodeAgent,
  StatefulService,
  type System,
  WebService,
  type WebServiceProps,
  Worker,
  type WorkerProps,
} from '../../../lib/constructs';
import { type ClusterDescription, eks } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, find, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const EKS = {
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b'],
  kubernetes: '1.36',
  ...SUBNETS,
} as const;
const MONITORING = { namespace: 'monitoring', podLabels: { app: 'prometheus' } };
const OPERATOR = eks({ ...EKS, capabilities: ['metrics-server', 'prometheus-operator'] });
const ANNOTATED = eks({ ...EKS, capabilities: ['metrics-server'], prometheus: MONITORING });
const UNKNOWN = eks({ ...EKS, capabilities: ['metrics-server'] });

const WORKER: WorkerProps = {
  image: 'registry.example/shop/mailer:1',
  resources: { cpu: '100m', memory: '64Mi' },
  probes: { bootSeconds: 10 },
  size: { replicas: 2 },
};
const EXPORTER = { image: 'registry.example/exporter:1', resources: { cpu: '10m', memory: '32Mi' } };

const web = (props: Partial<WebServiceProps>, cluster: ClusterDescription = OPERATOR): Synthesis =>
  shop((system) => new WebService(system, 'web', { ...WEB, ...props }), { cluster });
const worker = (props: Partial<WorkerProps>, cluster: ClusterDescription = OPERATOR): Synthesis =>
  shop((system) => new Worker(system, 'mailer', { ...WORKER, ...props }), { cluster });

const spec = (synthesis: Synthesis, kind: string, name: string) => at(find(synthesis, kind, name), 'spec');
const kinds = ({ objects }: Synthesis) => objects.map(({ entry }) => entry.identity.kind);
const annotations = (synthesis: Synthesis, kind: string, name: string) =>
  at(spec(synthesis, kind, name), 'template', 'metadata', 'annotations');

describe('with an operator', () => {
  test('a port of its own: in the container, not in the Service, scraped by its name, open to Prometheus alone', () => {
    const synthesis = web({ metrics: { port: 9102 } });
    expect(synthesis.findings).toEqual([]);
    expect(at(spec(synthesis, 'Deployment', 'web'), 'template', 'spec', 'containers', 0, 'ports', 1)).toEqual({
      name: 'metrics',
      containerPort: 9102,
      protocol: 'TCP',
    });
    expect(at(spec(synthesis, 'Service', 'web'), 'ports')).toHaveLength(1);
    expect(spec(synthesis, 'ServiceMonitor', 'web')).toEqual({
      selector: {
        matchLabels: at(find(synthesis, 'Service', 'web'), 'spec', 'selector'),
      },
      endpoints: [{ targetPort: 'metrics', path: '/metrics', interval: '30s' }],
    });
    expect(at(spec(synthesis, 'NetworkPolicy', 'web'), 'ingress')).toEqual([
      {
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'prometheus' } },
          },
        ],
        ports: [{ port: 9102, protocol: 'TCP' }],
      },
    ]);
    expect(annotations(synthesis, 'Deployment', 'web')).not.toHaveProperty('prometheus.io/scrape');
  });

  test.each(['admin', 9000])('one of its ports, as %s, is scraped through the Service', (port) => {
    const synthesis = web({ ports: { admin: 9000 }, metrics: { port, path: '/admin/metrics' } });
    expect(synthesis.findings).toEqual([]);
    expect(at(spec(synthesis, 'ServiceMonitor', 'web'), 'endpoints')).toEqual([
      { port: 'admin', path: '/admin/metrics', interval: '30s' },
    ]);
    expect(at(spec(synthesis, 'Deployment', 'web'), 'template', 'spec', 'containers', 0, 'ports')).toHaveLength(2);
  });

  test('without a Service: a PodMonitor, and no port for others', () => {
    const synthesis = worker({ metrics: { port: 9102 } });
    expect(synthesis.findings).toEqual([]);
    expect(at(spec(synthesis, 'PodMonitor', 'mailer'), 'podMetricsEndpoints')).toEqual([
      { port: 'metrics', path: '/metrics', interval: '30s' },
    ]);
    expect(kinds(synthesis)).not.toContain('Service');
  });

  test('the port of a sidecar', () => {
    const synthesis = worker({ metrics: { port: 9102, container: 'exporter' }, sidecars: { exporter: EXPORTER } });
    expect(synthesis.findings).toEqual([]);
    const pod = at(spec(synthesis, 'Deployment', 'mailer'), 'template', 'spec');
    expect(at(pod, 'initContainers', 0, 'ports')).toEqual([{ name: 'metrics', containerPort: 9102, protocol: 'TCP' }]);
    expect(at(pod, 'containers', 0)).not.toHaveProperty('ports');
  });

  test('each pod of a StatefulService once: the Service of its members has other labels', () => {
    const build = (system: System) =>
      new StatefulService(system, 'cart', {
        image: 'registry.example/cart:1',
        port: { port: 6379, protocol: 'tcp' },
        resources: { cpu: '100m', memory: '64Mi' },
        probes: { bootSeconds: 10, readiness: { tcp: true } },
        claims: {},
        size: { replicas: 1 },
        survives: { zones: 0, because: 'a cart may be lost' },
        metrics: { port: 9121, container: 'exporter' },
        sidecars: { exporter: EXPORTER },
      });
    const synthesis = shop(build, { cluster: OPERATOR });
    expect(synthesis.findings).toEqual([]);
    const wanted = at(spec(synthesis, 'ServiceMonitor', 'cart'), 'selector', 'matchLabels');
    const labels = (name: string) => at(find(synthesis, 'Service', name), 'metadata', 'labels');
    expect(labels('cart')).toMatchObject(Object(wanted));
    expect(labels('cart-members')).not.toMatchObject(Object(wanted));
  });

  test('a component on every node', () => {
    const synthesis = shop(
      (system) =>
        new NodeAgent(system, 'agent', {
          image: 'registry.example/agent:1',
          resources: { cpu: '10m', memory: '32Mi' },
          probes: { bootSeconds: 5 },
          metrics: { port: 9100 },
        }),
      { cluster: OPERATOR },
    );
    expect(at(spec(synthesis, 'PodMonitor', 'agent'), 'podMetricsEndpoints', 0, 'port')).toBe('metrics');
  });

  test('has the labels that its Prometheus reads', () => {
    const labelled = eks({
      ...EKS,
      capabilities: ['prometheus-operator'],
      prometheus: { ...MONITORING, monitorLabels: { release: 'kps' } },
    });
    expect(
      at(find(web({ metrics: { port: 9102 } }, labelled), 'ServiceMonitor', 'web'), 'metadata', 'labels'),
    ).toMatchObject({ release: 'kps' });
  });
});

describe('without an operator', () => {
  test('annotations of the pods, and a policy for the Prometheus of the cluster', () => {
    const synthesis = web({ metrics: { port: 9102 } }, ANNOTATED);
    expect(synthesis.findings).toEqual([]);
    expect(kinds(synthesis)).not.toContain('ServiceMonitor');
    expect(annotations(synthesis, 'Deployment', 'web')).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '9102',
      'prometheus.io/path': '/metrics',
    });
    expect(at(spec(synthesis, 'NetworkPolicy', 'web'), 'ingress', 0, 'from', 0, 'podSelector')).toEqual({
      matchLabels: { app: 'prometheus' },
    });
  });

  test('where no Prometheus is known, a note says that the port is closed to it', () => {
    const synthesis = web({ metrics: { port: 9102 } }, UNKNOWN);
    expect(synthesis.findings).toMatchObject([
      {
        rule: 'metrics-unread',
        severity: 'note',
        field: 'metrics',
        expected:
          'the part metrics on mumbai; in clusters.mumbai, prometheus: { namespace, podLabels }, or the capability prometheus-operator',
      },
    ]);
    expect(spec(synthesis, 'NetworkPolicy', 'web')).not.toHaveProperty('ingress');
  });
});

describe('is refused', () => {
  test.each<[string, Partial<WebServiceProps>, string, string]>([
    ['an unknown name', { metrics: { port: 'admn' }, ports: { admin: 9000 } }, 'metrics.port', 'did you mean'],
    [
      'a port that does not speak HTTP',
      { metrics: { port: 'raw' }, ports: { raw: { port: 9090, protocol: 'tcp' } } },
      'metrics.port',
      'speaks tcp',
    ],
    ['a taken name', { metrics: { port: 9102 }, ports: { metrics: 9000 } }, 'metrics.port', 'called metrics'],
    ['a path without a slash', { metrics: { port: 9102, path: 'metrics' } }, 'metrics.path', 'metrics.path cannot be'],
    [
      'an unknown sidecar',
      { metrics: { port: 9102, container: 'exporter' } },
      'metrics.container',
      'there is no sidecar exporter',
    ],
    [
      'a container of a port that has another',
      { metrics: { port: 'http', container: 'exporter' } },
      'metrics.container',
      'belongs to',
    ],
    ['a misspelt key', unchecked({ metrics: { prt: 9102 } }), 'metrics.prt', 'unknown property'],
  ])('%s', (_, props, field, message) => {
    const { findings } = web(props);
    expect(findings).toMatchObject([{ rule: 'input', field, message: expect.stringContaining(message) }]);
  });

  test('a client of the port of its own', () => {
    const { findings } = shop(
      (system) => {
        const server = new WebService(system, 'web', { ...WEB, metrics: { port: 9102 } });
        new Worker(system, 'mailer', WORKER).connectTo(server.at('metrics'));
      },
      { cluster: OPERATOR },
    );
    expect(findings).toMatchObject([{ rule: 'input', field: 'at', message: 'there is no port metrics' }]);
  });
});
