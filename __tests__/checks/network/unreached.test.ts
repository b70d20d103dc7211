// What a default deny cuts off is a finding, with what to write; what is opened is none.

import { ApiObject } from 'cdk8s';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { network, override, type System, WebService } from '../../../lib/constructs';
import { eks, onPrem } from '../../../lib/model';
import { at, errors, find, SUBNETS, shop, WEB } from '../../support/synthesis';

const RULES = /^(isolated-pods|pods-|token-without-way|unreached-|mesh-)/;
const found = (build: (system: System) => void, surroundings = {}): string[] =>
  shop(build, surroundings)
    .findings.filter(({ rule }) => RULES.test(rule))
    .map(({ rule, severity, construct }) => `${severity} ${rule} ${construct?.split('/').at(-1)}`);

const cluster = (more = {}) =>
  eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', ...SUBNETS, ...more });
const place = (system: System, id: string, apiVersion: string, kind: string, body: object, metadata = {}) =>
  new ApiObject(system, id, { apiVersion, kind, metadata: { name: id, ...metadata }, ...body });
const template = (labels: object, pod = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'a', image: 'b:1', ports: [{ name: 'http', containerPort: 8080 }] }], ...pod },
});
const app = (system: System, id = 'app', pod = {}) =>
  place(system, id, 'apps/v1', 'Deployment', {
    spec: { selector: { matchLabels: { app: id } }, template: template({ app: id }, pod) },
  });
const service = (system: System, id = 'app') =>
  place(system, `${id}-service`, 'v1', 'Service', {
    spec: { selector: { app: id }, ports: [{ port: 80, targetPort: 'http' }] },
  });
const ingress = (system: System) =>
  place(system, 'ingress', 'networking.k8s.io/v1', 'Ingress', {
    spec: { defaultBackend: { service: { name: 'app-service', port: { number: 80 } } } },
  });

describe('29, 59', () => {
  test('a Deployment, its Service and its Ingress behind the default deny', () => {
    const raw = (system: System) => [app(system), service(system), ingress(system)];
    expect(found(raw)).toEqual(
      ['warning isolated-pods app', 'warning unreached-service app-service', 'warning unreached-host ingress'].sort(
        (a, b) => (a.split(' ')[2] ?? '').localeCompare(b.split(' ')[2] ?? ''),
      ),
    );
    expect(
      found((system) =>
        raw(system)
          .slice(0, 1)
          .map((one) => network(one).admit('ingress', 'http')),
      ),
    ).toEqual([]);
  });

  test('an Ingress whose pods only let a client in', () => {
    const build = (opened: boolean) => (system: System) => {
      const own = network(app(system));
      new WebService(system, 'web', WEB).exposeAt('a.example').connectTo(service(system));
      ingress(system);
      if (opened) own.admit('ingress', 'http');
    };
    expect(found(build(false))).toEqual(['warning unreached-host ingress']);
    expect(found(build(true))).toEqual([]);
  });

  test('a CronJob that may resolve no names', () => {
    const cron = (system: System) =>
      place(system, 'report', 'batch/v1', 'CronJob', {
        spec: { schedule: '@daily', jobTemplate: { spec: { template: template({ app: 'report' }) } } },
      });
    expect(found(cron)).toEqual(['warning isolated-pods report']);
    expect(found((system) => network(cron(system)))).toEqual([]);
  });

  test('components have none, connected or not; a raw Service of theirs has, and one that no policy opens in part', () => {
    const build = (more: (system: System) => unknown) => (system: System) => {
      const api = new WebService(system, 'api', { ...WEB, ports: { admin: 9000 } });
      new WebService(system, 'web', WEB).connectTo(api);
      more(system);
    };
    const alias = (name: string, port: number, second: number) => (system: System) => {
      const selector = { 'app.kubernetes.io/name': name };
      const ports = [port, second].map((one) => ({ name: `p${one}`, port: one }));
      place(system, 'alias', 'v1', 'Service', { spec: { selector, ports } });
    };
    expect(found(build(() => undefined))).toEqual([]);
    expect(found(build(alias('web', 8080, 8081)))).toEqual(['warning unreached-service alias']);
    expect(found(build(alias('api', 8080, 9000)))).toEqual(['note unreached-port alias']);
  });
});

describe('15: tokens and webhooks', () => {
  const bound = (system: System, opened: boolean) => {
    const operator = app(system, 'op', { serviceAccountName: 'op' });
    place(system, 'binding', 'rbac.authorization.k8s.io/v1', 'RoleBinding', {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'op' },
      subjects: [{ kind: 'ServiceAccount', name: 'op', namespace: 'shop-production' }],
    });
    if (opened) network(operator).connectTo('api-server');
    else network(operator);
  };
  test('a ServiceAccount with rights, and no way', () => {
    expect(found((system) => bound(system, false))).toEqual(['warning token-without-way op']);
    expect(found((system) => bound(system, true))).toEqual([]);
    expect(found((system) => network(app(system)))).toEqual([]);
  });

  const hooked = (system: System) => {
    const web = new WebService(system, 'web', WEB).exposeAt('a.example');
    override(web.networkPolicy).set('spec.ingress[0].from', [{ podSelector: {} }]);
    place(system, 'hook', 'admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
      webhooks: [{ name: 'a.b.c', clientConfig: { service: { name: 'web', namespace: 'shop-production', port: 80 } } }],
    });
  };
  test('a webhook whose pods only let pods in', () => {
    expect(found(hooked)).toContain('warning unreached-webhook hook');
    const known = { cluster: cluster({ apiServer: { cidrs: ['10.0.0.0/28'] } }) };
    const opened = (system: System) => {
      new WebService(system, 'web', WEB).admit('api-server');
      place(system, 'hook', 'admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', {
        webhooks: [
          { name: 'a.b.c', clientConfig: { service: { name: 'web', namespace: 'shop-production', port: 80 } } },
        ],
      });
    };
    expect(found(opened, known)).toEqual([]);
  });
});

describe('38: monitors', () => {
  const monitored = (kind: 'ServiceMonitor' | 'PodMonitor') => (system: System) => {
    const web = new WebService(system, 'web', { ...WEB, ports: { metrics: 9090 } });
    web.exposeAt('a.example');
    const endpoints = kind === 'ServiceMonitor' ? 'endpoints' : 'podMetricsEndpoints';
    place(system, 'monitor', 'monitoring.coreos.com/v1', kind, {
      spec: { selector: { matchLabels: { 'app.kubernetes.io/name': 'web' } }, [endpoints]: [{ port: 'metrics' }] },
    });
  };
  test.each(['ServiceMonitor', 'PodMonitor'] as const)(
    'a %s opens its port to Prometheus; without one it is a finding',
    (kind) => {
      const prometheus = { namespace: 'obs', podLabels: { app: 'prom' } };
      const known = { cluster: cluster({ capabilities: ['prometheus-operator'], prometheus }) };
      expect(found(monitored(kind), known)).toEqual([]);
      expect(at(find(shop(monitored(kind), known), 'NetworkPolicy', 'web'), 'spec', 'ingress', 1)).toEqual({
        from: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'obs' } },
            podSelector: { matchLabels: { app: 'prom' } },
          },
        ],
        ports: [{ port: 9090, protocol: 'TCP' }],
      });
      expect(found(monitored(kind))).toContain('warning unreached-monitor monitor');
    },
  );
});

test('14: Pod Identity opens the agent, and writes no annotation', () => {
  const synthesis = shop((system) => new WebService(system, 'web', WEB).exposeAt('a.example'), {
    cluster: cluster({ identities: { 'shop-production/web': 'pod-identity' } }),
  });
  expect(errors(synthesis)).toEqual([]);
  expect(find(synthesis, 'ServiceAccount', 'web')).not.toHaveProperty('metadata.annotations');
  expect(at(find(synthesis, 'NetworkPolicy', 'web'), 'spec', 'egress', 1)).toEqual({
    to: [{ ipBlock: { cidr: '169.254.170.23/32' } }, { ipBlock: { cidr: 'fd00:ec2::23/128' } }],
    ports: [{ port: 80, protocol: 'TCP' }],
  });
});

test('12, 44: names are asked at the address of the Service too, IPv4 or IPv6', () => {
  const blocks = (of: ReturnType<typeof cluster>) => {
    const synthesis = shop((system) => new WebService(system, 'web', WEB), {
      cluster: of,
      environment: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } },
    });
    return JSON.stringify(at(find(synthesis, 'NetworkPolicy', 'web'), 'spec', 'egress', 0, 'to'));
  };
  expect(blocks(onPrem({ distribution: 'kubeadm', ingressClass: 'x', kubernetes: '1.36' }))).toContain('10.96.0.10/32');
  expect(blocks(cluster({ dnsAddress: ['172.20.0.10', 'fd00::a'] }))).toMatch(/172\.20\.0\.10\/32.*fd00::a\/128/);
  expect(blocks(cluster())).not.toContain('172.20');
});

test('13: with cert-manager the solvers are reached, and secrets says who makes what', () => {
  const build = (system: System) => {
    new WebService(system, 'web', WEB).exposeAt('a.example');
    place(system, 'ingress', 'networking.k8s.io/v1', 'Ingress', {
      spec: {
        tls: [
          { hosts: ['b.example'], secretName: 'web-tls' },
          { hosts: ['c.example'], secretName: 'by-hand' },
        ],
      },
    });
    place(system, 'certificate', 'cert-manager.io/v1', 'Certificate', { spec: { secretName: 'web-tls' } });
  };
  const synthesis = shop(build, { cluster: cluster({ capabilities: ['cert-manager'] }) });
  expect(find(synthesis, 'NetworkPolicy', 'acme-solver')).toMatchObject({
    spec: {
      podSelector: { matchLabels: { 'acme.cert-manager.io/http01-solver': 'true' } },
      ingress: [
        {
          from: [...SUBNETS.loadBalancerSubnets, ...SUBNETS.nodeSubnets].map((cidr) => ({ ipBlock: { cidr } })),
          ports: [{ port: 8089, protocol: 'TCP' }],
        },
      ],
    },
  });
  expect(listSecrets(synthesis.entries).map(({ name, madeBy }) => [name, madeBy])).toEqual([
    ['by-hand', undefined],
    ['web-tls', 'cert-manager.io/Certificate shop-production/certificate'],
  ]);
  expect(() => find(shop(build), 'NetworkPolicy', 'acme-solver')).toThrow();
});

test('16, 17: injection names what the proxy would meet', () => {
  const istio = (system: System) => {
    new WebService(system, 'web', WEB).exposeAt('a.example');
    override(system.namespaceObject).set('metadata.labels["istio-injection"]', 'enabled');
  };
  const linkerd = (value: string) => (system: System) => {
    const web = new WebService(system, 'web', WEB).exposeAt('a.example');
    override(web.deployment).set('spec.template.metadata.annotations', { 'linkerd.io/inject': value });
  };
  expect(found(istio)).toEqual(['warning mesh-injection namespace']);
  expect(found(linkerd('enabled'))).toEqual(['warning mesh-injection deployment']);
  expect(found(linkerd('disabled'))).toEqual([]);
  const [finding] = shop(istio).findings.filter(({ rule }) => rule === 'mesh-injection');
  expect(finding?.message).toMatch(/init container.*istiod:15012.*quota/);
});
