// exposeAt: what reaches the load balancer of each provider, paths and shared hosts, and plain HTTP.

import { listSecrets } from '../../../lib/analysis/access/secrets';
import { type ExposureOptions, WebService, type WebServiceProps } from '../../../lib/constructs';
import type { System } from '../../../lib/constructs/system/system';
import {
  aks,
  type ClusterDescription,
  conformant,
  eks,
  eksAuto,
  gke,
  type Json,
  local,
  onPrem,
} from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, SUBNETS, shop, WEB } from '../../support/synthesis';

const KUBERNETES = '1.36';
const RANGE = ['192.0.2.0/24'];
const AZURE = { region: 'westeurope', kubernetes: KUBERNETES, gatewaySubnets: RANGE } as const;

const CLUSTERS = {
  eks: eks({ region: 'ap-south-1', kubernetes: KUBERNETES, ...SUBNETS }),
  eksAuto: eksAuto({ region: 'ap-south-1', kubernetes: KUBERNETES, ...SUBNETS }),
  agc: aks({ ...AZURE, gateway: { albName: 'alb', albNamespace: 'alb' } }),
  agic: aks({ ...AZURE, gateway: 'application-gateway' }),
  gke: gke({ region: 'europe-west1', kubernetes: KUBERNETES }),
  onPrem: onPrem({ distribution: 'k3s', kubernetes: KUBERNETES }),
  local: local({ kubernetes: KUBERNETES }),
  conformant: conformant({ kubernetes: KUBERNETES, ingressSource: { cidrs: RANGE } }),
};
const ALL = Object.entries(CLUSTERS);

const on = (cluster: ClusterDescription, build: (system: System) => void): Synthesis =>
  shop(build, {
    cluster,
    environment: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } },
  });

const exposed = (
  cluster: ClusterDescription,
  props: Partial<WebServiceProps> = {},
  options: ExposureOptions = {},
): Synthesis =>
  on(cluster, (system) => new WebService(system, 'web', { ...WEB, ...props }).exposeAt('a.example', options));

const found = ({ findings }: Synthesis) => findings.map(({ rule, severity }) => `${severity} ${rule}`);
const annotation = (synthesis: Synthesis, key: string) =>
  at(find(synthesis, 'Ingress', 'web'), 'metadata', 'annotations', key);
const pod = (synthesis: Synthesis) => at(find(synthesis, 'Deployment', 'web'), 'spec', 'template', 'spec');
const preStop = (synthesis: Synthesis) =>
  at(pod(synthesis), 'containers', 0, 'lifecycle', 'preStop', 'sleep', 'seconds');

describe('01-04 a request of 120 s', () => {
  const long = (cluster: ClusterDescription, seconds = 120) =>
    exposed(cluster, { availability: { longestRequestSeconds: seconds } });

  test.each<[keyof typeof CLUSTERS, (synthesis: Synthesis) => Json | undefined, Json]>([
    [
      'eks',
      (synthesis) => annotation(synthesis, 'alb.ingress.kubernetes.io/load-balancer-attributes'),
      'idle_timeout.timeout_seconds=125',
    ],
    [
      'eksAuto',
      (synthesis) => annotation(synthesis, 'alb.ingress.kubernetes.io/load-balancer-attributes'),
      'idle_timeout.timeout_seconds=125',
    ],
    [
      'agc',
      (synthesis) => find(synthesis, 'IngressExtension', 'web').spec,
      { backendSettings: [{ service: 'web', timeouts: { requestTimeout: '125s' } }] },
    ],
    ['agic', (synthesis) => annotation(synthesis, 'appgw.ingress.kubernetes.io/request-timeout'), '125'],
    ['gke', (synthesis) => at(find(synthesis, 'BackendConfig', 'web'), 'spec', 'timeoutSec'), 125],
  ])('reaches the load balancer: %s', (name, read, value) => {
    const synthesis = long(CLUSTERS[name]);
    expect(found(synthesis)).toEqual([]);
    expect(read(synthesis)).toEqual(value);
  });

  test.each([
    [
      'onPrem',
      'Traefik ends a request after 60 s',
      '--entryPoints.websecure.transport.respondingTimeouts.readTimeout=125s',
    ],
    ['local', 'Traefik ends a request after 60 s', 'requestTimeoutSeconds: 125'],
    ['conformant', 'how long the ingress controller waits is unknown', 'requestTimeoutSeconds of the cluster: 125'],
  ] as const)('is a finding where an Ingress cannot set it: %s', (name, message, expected) => {
    expect(long(CLUSTERS[name]).findings).toMatchObject([
      {
        rule: 'balancer-timeout',
        severity: 'warning',
        field: 'availability.longestRequestSeconds',
        value: 120,
        message: expect.stringContaining(message),
        expected: expect.stringContaining(expected),
      },
    ]);
  });

  test('is held against what the cluster says of its controller', () => {
    const at125 = (requestTimeoutSeconds: number) =>
      long(onPrem({ distribution: 'k3s', kubernetes: KUBERNETES, requestTimeoutSeconds }));
    expect(found(at125(125))).toEqual([]);
    expect(found(at125(124))).toEqual(['error balancer-timeout']);
    const unknown = { kubernetes: KUBERNETES, ingressSource: { cidrs: RANGE } } as const;
    expect(found(long(conformant({ ...unknown, requestTimeoutSeconds: 300 })))).toEqual([]);
  });

  test.each([
    ['eks', 3600, 'deregistration_delay'],
    ['eksAuto', 3600, 'deregistration_delay'],
    ['agic', 3600, 'drainTimeoutInSec'],
    ['gke', 3600, 'connection-draining'],
  ] as const)('the longest on %s is %d s', (name, most, source) => {
    expect(found(long(CLUSTERS[name], most))).toEqual([]);
    expect(long(CLUSTERS[name], most + 1).findings).toMatchObject([
      { rule: 'balancer-timeout', severity: 'error', expected: expect.stringMatching(`at most ${most} .*${source}`) },
    ]);
  });

  test('AGC ends what is silent for five minutes, which a stream is not', () => {
    expect(found(long(CLUSTERS.agc, 295))).toEqual([]);
    expect(found(long(CLUSTERS.agc, 296))).toEqual(['note balancer-silence']);
  });
});

describe('the defaults', () => {
  test.each(ALL)('%s: no finding', (_, cluster) => {
    expect(exposed(cluster).findings).toEqual([]);
  });

  test('the balancer waits longer than the default of 30 s', () => {
    expect(at(find(exposed(CLUSTERS.gke), 'BackendConfig', 'web'), 'spec', 'timeoutSec')).toBe(35);
    expect(annotation(exposed(CLUSTERS.agic), 'appgw.ingress.kubernetes.io/request-timeout')).toBe('35');
    // never shorter than it would wait anyway
    expect(annotation(exposed(CLUSTERS.eks), 'alb.ingress.kubernetes.io/load-balancer-attributes')).toBe(
      'idle_timeout.timeout_seconds=60',
    );
    expect(exposed(CLUSTERS.agc).objects.map(({ entry }) => entry.identity.kind)).not.toContain('IngressExtension');
  });

  test('a request of 0 s still drains where 0 is refused', () => {
    const none = exposed(CLUSTERS.agic, { availability: { longestRequestSeconds: 0 } });
    expect(annotation(none, 'appgw.ingress.kubernetes.io/connection-draining-timeout')).toBe('1');
  });
});

describe('04, 53 preStop', () => {
  test.each([
    ['eks', 30],
    ['eksAuto', 30],
    ['agc', 20],
    ['agic', 90],
    ['gke', 30],
    ['onPrem', 20],
    ['local', 20],
    ['conformant', 20],
  ] as const)('%s: %d s, and the grace period follows', (name, seconds) => {
    const synthesis = exposed(CLUSTERS[name]);
    expect(preStop(synthesis)).toBe(seconds);
    expect(at(pod(synthesis), 'terminationGracePeriodSeconds')).toBe(seconds + 35);
    const inner = on(CLUSTERS[name], (system) => new WebService(system, 'web', WEB));
    expect(preStop(inner)).toBe(20);
  });

  test('node targets: nodes drop it as neighbours do', () => {
    expect(preStop(exposed(CLUSTERS.eks, {}, { targets: 'nodes' }))).toBe(20);
  });

  test.each(ALL)('%s: the chart decides; 0 is a warning', (name, cluster) => {
    const set = (preStopSeconds: number) => exposed(cluster, { availability: { preStopSeconds } });
    expect(preStop(set(7))).toBe(7);
    expect(found(set(7))).toEqual([]);
    const isLate = ['eks', 'eksAuto', 'agic', 'gke'].includes(name);
    expect(found(set(0))).toEqual([`warning ${isLate ? 'drain-balancer' : 'balancer-drain'}`]);
    const inner = on(
      cluster,
      (system) => new WebService(system, 'web', { ...WEB, availability: { preStopSeconds: 0 } }),
    );
    expect(inner.findings).toEqual([]);
  });
});

describe('health checks where readiness asks no path', () => {
  const TCP = { probes: { bootSeconds: 30, readiness: { tcp: true } } } as const;

  test.each(['eks', 'eksAuto', 'agc', 'agic', 'gke'] as const)('%s asks a path, which must be given', (name) => {
    expect(errors(exposed(CLUSTERS[name], TCP))).toEqual(['exposure-health exposeAt.healthPath']);
    expect(exposed(CLUSTERS[name], TCP, { healthPath: '/up' }).findings.map(({ rule }) => rule)).not.toContain(
      'exposure-health',
    );
  });

  test.each(['onPrem', 'local', 'conformant'] as const)('%s uses readiness', (name) => {
    expect(errors(exposed(CLUSTERS[name], TCP))).toEqual([]);
  });

  test('AGC gets a path that readiness does not ask', () => {
    const own = exposed(CLUSTERS.agc, {}, { healthPath: '/up' });
    expect(find(own, 'HealthCheckPolicy', 'web').spec).toMatchObject({
      targetRef: { group: '', kind: 'Service', name: 'web' },
      default: { http: { path: '/up' } },
    });
    expect(exposed(CLUSTERS.agc).objects.map(({ entry }) => entry.identity.kind)).not.toContain('HealthCheckPolicy');
  });
});

describe('several components under one host', () => {
  const API: ExposureOptions = { paths: ['/api', { exact: '/login' }] };
  const both =
    (options: ExposureOptions = API, first: ExposureOptions = {}, hosts: string | string[] = 'a.example') =>
    (system: System): void => {
      new WebService(system, 'web', WEB).exposeAt(hosts, first);
      new WebService(system, 'api', { ...WEB, availability: { longestRequestSeconds: 120 } }).exposeAt(
        'a.example',
        options,
      );
    };
  const paths = (synthesis: Synthesis, rule = 0) => {
    const list = at(find(synthesis, 'Ingress', 'web'), 'spec', 'rules', rule, 'http', 'paths');
    return Array.isArray(list)
      ? list.map((one) => `${at(one, 'pathType')} ${at(one, 'path')} ${at(one, 'backend', 'service', 'name')}`)
      : [];
  };
  const ingresses = ({ objects }: Synthesis) => objects.filter(({ entry }) => entry.identity.kind === 'Ingress').length;

  test.each(ALL.filter(([name]) => name !== 'eksAuto'))(
    '%s: one Ingress with all paths, the longest first',
    (_, cluster) => {
      const synthesis = on(cluster, both());
      expect(errors(synthesis)).toEqual([]);
      expect(ingresses(synthesis)).toBe(1);
      expect(paths(synthesis)).toEqual(['Exact /login api', 'Prefix /api api', 'Prefix / web']);
      expect(at(find(synthesis, 'Ingress', 'web'), 'spec', 'tls')).toHaveLength(1);
      expect(find(synthesis, 'NetworkPolicy', 'api').spec).toHaveProperty('ingress');
    },
  );

  test('the order of calls makes no difference', () => {
    const swapped = on(CLUSTERS.gke, (system) => {
      new WebService(system, 'api', { ...WEB, availability: { longestRequestSeconds: 120 } }).exposeAt(
        'a.example',
        API,
      );
      new WebService(system, 'web', WEB).exposeAt('a.example');
    });
    expect(swapped.findings).toEqual([]);
    expect([...swapped.files]).toEqual([...on(CLUSTERS.gke, both()).files]);
  });

  test('EKS: the ALB waits for the slowest, the others have target groups by their Services', () => {
    const synthesis = on(CLUSTERS.eks, both());
    expect(annotation(synthesis, 'alb.ingress.kubernetes.io/load-balancer-attributes')).toBe(
      'idle_timeout.timeout_seconds=125',
    );
    expect(at(find(synthesis, 'Service', 'api'), 'metadata', 'annotations')).toMatchObject({
      'alb.ingress.kubernetes.io/target-type': 'ip',
      'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=120',
    });
    expect(at(find(synthesis, 'Service', 'web'), 'metadata', 'annotations')).toBeUndefined();
  });

  test('GKE: a BackendConfig each, one FrontendConfig', () => {
    const names = on(CLUSTERS.gke, both()).objects.map(
      ({ entry: { identity } }) => `${identity.kind} ${identity.name}`,
    );
    expect(names.filter((name) => /Config /.test(name)).sort()).toEqual([
      'BackendConfig api',
      'BackendConfig web',
      'FrontendConfig web',
    ]);
  });

  test('AGC: one IngressExtension, for those that take long', () => {
    expect(at(find(on(CLUSTERS.agc, both()), 'IngressExtension', 'web'), 'spec', 'backendSettings')).toEqual([
      { service: 'api', timeouts: { requestTimeout: '125s' } },
    ]);
  });

  test('Auto Mode has one set of keys: components that differ are refused, equal ones are not', () => {
    expect(errors(on(CLUSTERS.eksAuto, both()))).toEqual(['exposure-shared exposeAt']);
    const equal = on(CLUSTERS.eksAuto, (system) => {
      for (const [name, options] of [
        ['web', {}],
        ['api', API],
      ] as const) {
        new WebService(system, name, WEB).exposeAt('a.example', options);
      }
    });
    expect(equal.findings).toEqual([]);
    expect(paths(equal)).toHaveLength(3);
  });

  test('hosts that only one of them has are its own', () => {
    const synthesis = on(CLUSTERS.gke, both(API, {}, ['b.example', 'a.example']));
    expect(paths(synthesis, 0)).toEqual(['Prefix / web']);
    expect(paths(synthesis, 1)).toHaveLength(3);
    const other = on(CLUSTERS.gke, (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example');
      new WebService(system, 'api', WEB).exposeAt('b.example');
    });
    expect(ingresses(other)).toBe(2);
  });

  test.each<[string, ExposureOptions, ExposureOptions, string]>([
    ['the same path', {}, {}, 'host-clash /spec/rules/0/http/paths/1'],
    [
      'the same path, with a slash',
      { paths: ['/api/'] },
      { paths: ['/', '/api'] },
      'host-clash /spec/rules/0/http/paths/1',
    ],
    ['two TLS Secrets', { paths: ['/api'], tlsSecret: 'one' }, { tlsSecret: 'two' }, 'exposure-shared exposeAt'],
    ['one of them by plain HTTP', { paths: ['/api'], plainHttp: 'a test' }, {}, 'exposure-shared exposeAt'],
    ['a path that changes nothing', { paths: ['/api', '/api/v1'] }, {}, 'exposure-paths exposeAt'],
    ['a path below its own host', { paths: ['/api'] }, { paths: ['/', '/shop'] }, 'exposure-paths exposeAt'],
  ])('refused: %s', (_, api, web, error) => {
    expect(errors(on(CLUSTERS.conformant, both(api, web)))).toEqual([error]);
  });

  test('a path that another one interrupts makes a difference', () => {
    const synthesis = on(CLUSTERS.conformant, both({ paths: ['/api'] }, { paths: ['/', '/api/web'] }));
    expect(errors(synthesis)).toEqual([]);
    expect(paths(synthesis)).toEqual(['Prefix /api/web web', 'Prefix /api api', 'Prefix / web']);
  });

  test.each([
    ['no path at all', []],
    ['no absolute one', ['api']],
    ['a wildcard', ['/api/*']],
    ['a query', ['/api?x=1']],
    ['a double slash', ['/a//b']],
    ['a step up', ['/a/../b']],
    ['one twice', ['/api', '/api/']],
    ['an exact one twice', [{ exact: '/a' }, { exact: '/a' }]],
  ])('refused as input: %s', (_, given) => {
    const [error] = errors(exposed(CLUSTERS.eks, {}, { paths: given }));
    expect(error).toMatch(/^input exposeAt\.paths/);
  });
});

describe('plain HTTP', () => {
  const plain = (cluster: ClusterDescription) => exposed(cluster, {}, { plainHttp: 'devices without TLS' });

  test.each(ALL)('%s: no TLS, no redirect, the reason in an annotation', (_, cluster) => {
    const synthesis = plain(cluster);
    expect(synthesis.findings).toEqual([]);
    const ingress = find(synthesis, 'Ingress', 'web');
    expect(ingress.spec).not.toHaveProperty('tls');
    expect(annotation(synthesis, 'evenkeel.dev/plain-http')).toBe('devices without TLS');
    expect(JSON.stringify(ingress)).not.toMatch(/443|ssl-redirect|certificate|FrontendConfig/);
    expect(synthesis.objects.map(({ entry }) => entry.identity.kind)).not.toContain('FrontendConfig');
  });

  test('a reason is required', () => {
    expect(errors(exposed(CLUSTERS.eks, {}, { plainHttp: '' }))).toEqual(['input exposeAt.plainHttp']);
  });
});

describe('13 a certificate of cert-manager', () => {
  const issuer = { name: 'letsencrypt' };
  const certManager = { kubernetes: '1.36', capabilities: ['cert-manager'], issuer } as const;
  const hand = conformant({ kubernetes: KUBERNETES, ingressSource: { cidrs: RANGE } });
  const made = conformant({ ...certManager, ingressSource: { cidrs: RANGE } });
  const certificates = ({ objects }: Synthesis) =>
    objects.filter(({ entry }) => entry.identity.kind === 'Certificate').map(({ entry }) => entry.manifest);

  test('has the hosts of the Ingress and makes its Secret', () => {
    const synthesis = on(made, (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example').exposeAt('b.example');
    });
    expect(errors(synthesis)).toEqual([]);
    expect(find(synthesis, 'Certificate', 'web').spec).toEqual({
      secretName: 'web-tls',
      dnsNames: ['a.example', 'b.example'],
      issuerRef: { name: 'letsencrypt', kind: 'ClusterIssuer', group: 'cert-manager.io' },
    });
    expect(at(find(synthesis, 'Ingress', 'web'), 'spec', 'tls')).toEqual([
      { hosts: ['a.example', 'b.example'], secretName: 'web-tls' },
    ]);
    expect(listSecrets(synthesis.objects.map(({ entry }) => entry))).toMatchObject([
      { name: 'web-tls', madeBy: 'cert-manager.io/Certificate shop-production/web' },
    ]);
  });

  test('one for components that share a host, with all their hosts', () => {
    const synthesis = on(made, (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example', { paths: ['/web'] });
      new WebService(system, 'api', WEB).exposeAt(['a.example', 'c.example']);
    });
    expect(certificates(synthesis).map(({ spec }) => at(spec, 'dnsNames'))).toEqual([['a.example', 'c.example']]);
  });

  test.each<[string, Synthesis]>([
    ['without an issuer', exposed(hand)],
    ['by plain HTTP', exposed(made, {}, { plainHttp: 'devices without TLS' })],
    ['with a Secret of elsewhere', exposed(made, {}, { tlsSecret: 'wildcard' })],
    [
      'where the load balancer has certificates of its own',
      exposed(eks({ region: 'ap-south-1', ...SUBNETS, ...certManager })),
    ],
  ])('is not written %s', (_, synthesis) => {
    expect(errors(synthesis)).toEqual([]);
    expect(certificates(synthesis)).toEqual([]);
  });
});
