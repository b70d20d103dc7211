// exposeAt where the cluster serves hosts by the Gateway API: routes, the shared Gateway, and a host that moves there.

import { ApiObject } from 'cdk8s';
import { listSecrets } from '../../../lib/analysis/access/secrets';
import { hosts } from '../../../lib/analysis/traffic/hosts';
import { type ExposureOptions, WebService, type WebServiceProps } from '../../../lib/constructs';
import type { System } from '../../../lib/constructs/system/system';
import {
  type GatewayApi as Api,
  aks,
  type ClusterDescription,
  type ClusterProps,
  conformant,
  eks,
  eksAuto,
  gke,
  type Json,
  local,
  onPrem,
} from '../../../lib/model';
import { defined } from '../../../lib/model/manifest/json';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, SUBNETS, shop, WEB } from '../../support/synthesis';

const RANGE = ['192.0.2.0/24'];
const AZURE = { region: 'westeurope', kubernetes: '1.36', gatewaySubnets: RANGE } as const;
const ALB = { albName: 'alb', albNamespace: 'alb' } as const;

/** One cluster of each profile, and of each controller that a cluster of any provider may have. */
const CLUSTERS = {
  eks: (gatewayApi: Api) => eks({ region: 'ap-south-1', kubernetes: '1.36', ...SUBNETS, gatewayApi }),
  eksAuto: (gatewayApi: Api) =>
    eksAuto({ region: 'ap-south-1', kubernetes: '1.36', ...SUBNETS, gatewayApi: { className: 'eg', ...gatewayApi } }),
  aks: (gatewayApi: Api) => aks({ ...AZURE, gateway: ALB, gatewayApi }),
  gke: (gatewayApi: Api) => gke({ region: 'europe-west1', kubernetes: '1.36', gatewayApi }),
  onPrem: (gatewayApi: Api) => onPrem({ distribution: 'k3s', kubernetes: '1.36', gatewayApi }),
  local: (gatewayApi: Api) => local({ kubernetes: '1.36', gatewayApi }),
  conformant: (gatewayApi: Api) =>
    conformant({
      kubernetes: '1.36',
      ingressSource: { cidrs: RANGE },
      gatewayApi: { className: 'mine', source: { cidrs: RANGE }, ...gatewayApi },
    }),
  istio: (gatewayApi: Api) =>
    aks({ ...AZURE, gateway: 'application-gateway', gatewayApi: { className: 'approuting-istio', ...gatewayApi } }),
};
type Name = keyof typeof CLUSTERS;
const ALL = Object.entries(CLUSTERS).map(([name, make]) => [name, make({})] as const);

const on = (cluster: ClusterDescription, build: (system: System) => void): Synthesis =>
  shop(build, {
    cluster,
    environment: { survives: { zones: 0, regions: 0 }, registry: { external: 'registry.example' } },
  });

const exposed = (
  cluster: ClusterDescription,
  options: ExposureOptions = {},
  props: Partial<WebServiceProps> = {},
): Synthesis =>
  on(cluster, (system) => new WebService(system, 'web', { ...WEB, ...props }).exposeAt('a.example', options));

const names = ({ objects }: Synthesis) => objects.map(({ entry: { identity } }) => `${identity.kind} ${identity.name}`);
const kinds = ({ objects }: Synthesis) => new Set(objects.map(({ entry }) => entry.identity.kind));
const listeners = (synthesis: Synthesis): readonly Json[] => {
  const found = at(find(synthesis, 'Gateway', 'shared'), 'spec', 'listeners');
  return Array.isArray(found) ? found : [];
};
const rule = (synthesis: Synthesis, name = 'web') => at(find(synthesis, 'HTTPRoute', name), 'spec', 'rules', 0);
const annotations = (synthesis: Synthesis, kind: string) => at(find(synthesis, kind, 'web'), 'metadata', 'annotations');

describe('each profile', () => {
  test.each(ALL)('%s: a route, and nothing of an Ingress; no finding', (_, cluster) => {
    const synthesis = exposed(cluster);
    expect(synthesis.findings).toEqual([]);
    expect(find(synthesis, 'HTTPRoute', 'web').spec).toMatchObject({
      parentRefs: [
        {
          group: 'gateway.networking.k8s.io',
          kind: 'Gateway',
          name: 'shared',
          namespace: 'gateway',
          sectionName: 'https-a.example',
        },
      ],
      hostnames: ['a.example'],
      rules: [
        {
          matches: [{ path: { type: 'PathPrefix', value: '/' } }],
          backendRefs: [{ group: '', kind: 'Service', name: 'web', port: 80, weight: 1 }],
        },
      ],
    });
    const of = kinds(synthesis);
    for (const kind of ['Ingress', 'IngressClass', 'BackendConfig', 'FrontendConfig', 'IngressExtension']) {
      if (kind !== 'IngressClass') expect(of).not.toContain(kind);
    }
    expect(annotations(synthesis, 'Service')).toBeUndefined();
  });

  test.each(ALL)('%s: nothing beside a route creates pods: a Service that selects none is found', (_, cluster) => {
    const synthesis = on(cluster, (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example');
      const spec = { selector: { app: 'wbe' }, ports: [{ port: 80 }] };
      new ApiObject(system, 'other', { apiVersion: 'v1', kind: 'Service', metadata: { name: 'other' }, spec });
    });
    expect(errors(synthesis)).toEqual(['service-selects-pods /spec/selector']);
  });

  test.each(ALL)('%s: HTTP is redirected, for all hosts at once', (_, cluster) => {
    const synthesis = exposed(cluster);
    expect(find(synthesis, 'HTTPRoute', 'to-https')).toMatchObject({
      metadata: { namespace: 'gateway' },
      spec: {
        parentRefs: [{ sectionName: 'http' }],
        rules: [{ filters: [{ requestRedirect: { scheme: 'https', statusCode: 301 } }] }],
      },
    });
    expect(listeners(synthesis)[0]).toMatchObject({
      name: 'http',
      protocol: 'HTTP',
      allowedRoutes: { namespaces: { from: 'Same' } },
    });
  });

  const redirect = (synthesis: Synthesis, name = 'to-https') =>
    at(rule(synthesis, name), 'filters', 0, 'requestRedirect');

  test.each<[Name, Api]>([
    ['eks', {}],
    ['eksAuto', {}],
    ['istio', {}],
    ['conformant', {}],
    ['onPrem', { className: 'eg' }],
  ])('%s %j: it leads to the port of the listener, where that is not 443', (name, api) => {
    const at9443 = exposed(CLUSTERS[name]({ ...api, ports: { http: 9080, https: 9443 } }));
    expect(redirect(at9443)).toEqual({ scheme: 'https', port: 9443, statusCode: 301 });
    expect(at9443.findings).toEqual([]);
    const at443 = exposed(CLUSTERS[name]({ ...api, ports: { http: 9080, https: 443 } }));
    expect(redirect(at443)).toEqual({ scheme: 'https', statusCode: 301 });
  });

  test.each<[Name, Api]>([
    ['onPrem', {}],
    ['local', {}],
    ['onPrem', { ports: { http: 9080, https: 9443 } }],
    ['conformant', { className: 'traefik', ports: { http: 8000, https: 8443 } }],
  ])('%s %j: Traefik, whose Service has 443 for its entry point: no port', (name, api) => {
    expect(redirect(exposed(CLUSTERS[name](api)))).toEqual({ scheme: 'https', statusCode: 301 });
  });

  test('on a Gateway of others, whose ports are unknown: no port', () => {
    const existing = { name: 'public', namespace: 'infra', https: 'websecure', http: 'web' };
    const synthesis = exposed(CLUSTERS.istio({ existing }));
    expect(redirect(synthesis, 'web-to-https')).toEqual({ scheme: 'https', statusCode: 301 });
  });

  test.each<[Name, string, number, number, Json | undefined]>([
    ['eks', 'alb', 80, 443, undefined],
    ['eksAuto', 'eg', 80, 443, 'secret'],
    ['aks', 'azure-alb-external', 80, 443, 'secret'],
    ['gke', 'gke-l7-global-external-managed', 80, 443, 'secret'],
    ['onPrem', 'traefik', 8000, 8443, 'secret'],
    ['local', 'traefik', 8000, 8443, 'secret'],
    ['conformant', 'mine', 80, 443, 'secret'],
    ['istio', 'approuting-istio', 80, 443, 'secret'],
  ])('%s: class %s, ports %d and %d, and its certificates', (name, className, http, https, certificate) => {
    const synthesis = exposed(CLUSTERS[name]({}));
    expect(at(find(synthesis, 'Gateway', 'shared'), 'spec', 'gatewayClassName')).toBe(className);
    const [redirecting, host] = listeners(synthesis);
    expect([at(redirecting, 'port'), at(host, 'port')]).toEqual([http, https]);
    const ref = { group: '', kind: 'Secret', name: 'web-tls', namespace: 'shop-production' };
    expect(at(host, 'tls')).toEqual(
      certificate === undefined ? undefined : { mode: 'Terminate', certificateRefs: [ref] },
    );
    // only where the Gateway refers to a Secret of the system
    expect(names(synthesis).includes('ReferenceGrant web')).toBe(certificate !== undefined);
  });

  test('a class is written where it is ours, and only there', () => {
    const classes = ALL.map(([name, cluster]) => [
      name,
      exposed(cluster).objects.flatMap(({ entry }) =>
        entry.identity.kind === 'GatewayClass' ? at(entry.manifest, 'spec', 'controllerName') : [],
      ),
    ]);
    expect(Object.fromEntries(classes)).toEqual({
      eks: ['gateway.k8s.aws/alb'],
      eksAuto: ['gateway.envoyproxy.io/gatewayclass-controller'],
      aks: [],
      gke: [],
      onPrem: [],
      local: [],
      conformant: [],
      istio: [],
    });
  });

  test('its policies say how health is asked and how long a pod drains', () => {
    const props = { availability: { longestRequestSeconds: 120 } };
    const long = (name: Name, api: Api = {}) => exposed(CLUSTERS[name](api), {}, props);
    expect(find(long('eks'), 'TargetGroupConfiguration', 'web').spec).toEqual({
      targetReference: { group: '', kind: 'Service', name: 'web' },
      defaultConfiguration: {
        targetType: 'ip',
        healthCheckConfig: { healthCheckPath: '/ready' },
        targetGroupAttributes: [{ key: 'deregistration_delay.timeout_seconds', value: '120' }],
      },
    });
    expect(find(long('eks'), 'LoadBalancerConfiguration', 'shared').spec).toEqual({
      scheme: 'internet-facing',
      loadBalancerAttributes: [{ key: 'idle_timeout.timeout_seconds', value: '125' }],
    });
    expect(at(find(long('eks'), 'Gateway', 'shared'), 'spec', 'infrastructure', 'parametersRef')).toEqual({
      group: 'gateway.k8s.aws',
      kind: 'LoadBalancerConfiguration',
      name: 'shared',
    });
    const targetRef = { group: '', kind: 'Service', name: 'web' };
    expect(find(long('gke'), 'HealthCheckPolicy', 'web').spec).toEqual({
      targetRef,
      default: { config: { type: 'HTTP', httpHealthCheck: { requestPath: '/ready' } } },
    });
    expect(find(long('gke'), 'GCPBackendPolicy', 'web').spec).toEqual({
      targetRef,
      default: { timeoutSec: 125, connectionDraining: { drainingTimeoutSec: 120 } },
    });
    expect(at(find(long('aks'), 'RoutePolicy', 'web'), 'spec', 'default', 'timeouts')).toEqual({
      routeTimeout: '125s',
    });
    expect(kinds(long('aks', { bundle: '1.5' }))).not.toContain('RoutePolicy');
    expect(kinds(exposed(CLUSTERS.aks({})))).not.toContain('RoutePolicy');
  });

  test.each<[Api, string]>([
    [{}, 'HTTPS:443'],
    [{ ports: { http: 8080, https: 8443 } }, 'HTTPS:8443'],
  ])('EKS: a certificate of the cluster is that of the listener: %j', (gatewayApi, protocolPort) => {
    const certificateArn = 'arn:aws:acm:ap-south-1:123456789012:certificate/a';
    const region = 'ap-south-1';
    const synthesis = exposed(eks({ region, kubernetes: '1.36', ...SUBNETS, certificateArn, gatewayApi }));
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'LoadBalancerConfiguration', 'shared'), 'spec', 'listenerConfigurations')).toEqual([
      { protocolPort, alpnPolicy: 'None', defaultCertificate: certificateArn },
    ]);
    expect(`HTTPS:${at(listeners(synthesis)[1], 'port')}`).toBe(protocolPort);
  });

  test.each<[Name, Api, Json | undefined]>([
    ['aks', { bundle: '1.4' }, undefined],
    ['aks', { bundle: '1.5' }, '125s'],
    ['eksAuto', {}, '125s'],
    ['istio', {}, '125s'],
    ['eks', {}, undefined],
    ['gke', {}, undefined],
    ['conformant', {}, undefined],
    ['conformant', { supports: ['timeouts'] }, '125s'],
  ])('a route has its time-out where the controller holds it: %s %j', (name, api, expected) => {
    const synthesis = exposed(CLUSTERS[name](api), {}, { availability: { longestRequestSeconds: 120 } });
    expect(at(rule(synthesis), 'timeouts', 'request')).toBe(expected);
  });

  test('where it cannot be set, a long request is a finding', () => {
    const long = exposed(CLUSTERS.onPrem({}), {}, { availability: { longestRequestSeconds: 120 } });
    expect(long.findings).toMatchObject([{ rule: 'balancer-timeout', severity: 'warning' }]);
  });

  test.each<[Name, Json]>([
    ['eks', SUBNETS.loadBalancerSubnets.map((cidr) => ({ ipBlock: { cidr } }))],
    ['gke', ['35.191.0.0/16', '130.211.0.0/22'].map((cidr) => ({ ipBlock: { cidr } }))],
    ['onPrem', [from('kube-system', { 'app.kubernetes.io/name': 'traefik' })]],
    [
      'eksAuto',
      [
        from('envoy-gateway-system', {
          'gateway.envoyproxy.io/owning-gateway-name': 'shared',
          'gateway.envoyproxy.io/owning-gateway-namespace': 'gateway',
        }),
      ],
    ],
    ['istio', [from('gateway', { 'gateway.networking.k8s.io/gateway-name': 'shared' })]],
  ])('network policies let in what the Gateway sends: %s', (name, peers) => {
    const policy = find(exposed(CLUSTERS[name]({})), 'NetworkPolicy', 'web');
    expect(at(policy, 'spec', 'ingress', 0, 'from')).toEqual(peers);
  });

  test('the proxies of Istio run beside the Gateway: its namespace is baseline, with the reason', () => {
    const labels = (name: Name) => at(find(exposed(CLUSTERS[name]({})), 'Namespace', 'gateway'), 'metadata', 'labels');
    const level = 'pod-security.kubernetes.io/enforce';
    expect([at(labels('istio'), level), at(labels('gke'), level)]).toEqual(['baseline', 'restricted']);
  });

  test('GKE: a certificate of the project takes the place of the Secret', () => {
    const cluster = gke({ region: 'europe-west1', kubernetes: '1.36', preSharedCertificate: 'shop', gatewayApi: {} });
    const synthesis = exposed(cluster);
    expect(at(listeners(synthesis)[1], 'tls')).toEqual({
      mode: 'Terminate',
      options: { 'networking.gke.io/pre-shared-certs': 'shop' },
    });
    expect(kinds(synthesis)).not.toContain('ReferenceGrant');
  });

  test('GKE: regional proxies are in a subnet of the region, beside which health checks come from Google', () => {
    const className = 'gke-l7-regional-external-managed';
    const regional = (source?: Api['source']) =>
      exposed(CLUSTERS.gke({ className, ...(source === undefined ? {} : { source }) }));
    expect(errors(regional())).toEqual(['ingress-source exposeAt']);
    const policy = find(regional({ cidrs: ['10.129.0.0/23'] }), 'NetworkPolicy', 'web');
    expect(at(policy, 'spec', 'ingress', 0, 'from')).toHaveLength(3);
  });

  test('AGC made elsewhere: the frontend is an address of the Gateway, and not that of Ingresses', () => {
    const made = { albId: '/subscriptions/1', albFrontend: 'web' };
    const cluster = (gatewayApi: Api, gatewayFrontend?: string) =>
      aks({ ...AZURE, gateway: made, gatewayApi, ...(gatewayFrontend === undefined ? {} : { gatewayFrontend }) });
    expect(at(find(exposed(cluster({})), 'Gateway', 'shared'), 'spec', 'addresses')).toEqual([
      { type: 'alb.networking.azure.io/alb-frontend', value: 'web' },
    ]);
    const both: Api = { entries: ['ingress', 'gateway'] };
    expect(cluster(both).problems).toMatchObject([{ field: 'gatewayApi' }]);
    expect(cluster(both, 'web').problems).toMatchObject([{ field: 'gatewayApi' }]);
    expect(cluster(both, 'gateway').problems).toEqual([]);
  });
});

function from(namespace: string, podLabels: Readonly<Record<string, string>>): Json {
  return {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
    podSelector: { matchLabels: podLabels },
  };
}

describe('the shared Gateway', () => {
  const GKE = CLUSTERS.gke({});

  test('has a listener for each host, open to the namespace of its route alone', () => {
    const synthesis = on(GKE, (system) => {
      new WebService(system, 'web', WEB).exposeAt(['b.example', '*.c.example']);
      new WebService(system, 'api', WEB).exposeAt('a.example');
    });
    expect(synthesis.findings).toEqual([]);
    const selector = { matchLabels: { 'kubernetes.io/metadata.name': 'shop-production' } };
    expect(listeners(synthesis).slice(1)).toMatchObject(
      [
        ['wildcard-https.c.example', '*.c.example', 'web-tls'],
        ['https-a.example', 'a.example', 'api-tls'],
        ['https-b.example', 'b.example', 'web-tls'],
      ].map(([name, hostname, secret]) => ({
        name,
        hostname,
        protocol: 'HTTPS',
        tls: { certificateRefs: [{ name: secret }] },
        allowedRoutes: { namespaces: { from: 'Selector', selector } },
      })),
    );
  });

  test('is in a file of the platform team, with what only it may write', () => {
    const files = new Map(
      exposed(GKE).objects.map(({ entry: { identity }, file }) => [`${identity.kind} ${identity.name}`, file]),
    );
    expect(files.get('Namespace gateway')).toBe('00-cluster.yaml');
    expect(files.get('Gateway shared')).toBe('05-gateway.yaml');
    expect(files.get('HTTPRoute to-https')).toBe('05-gateway.yaml');
    expect(files.get('ReferenceGrant web')).toBe('05-shop-production.yaml');
    expect(files.get('HTTPRoute web')).toBe('10-shop-production.yaml');
    expect(files.get('GCPBackendPolicy web')).toBe('10-shop-production.yaml');
  });

  test('no Gateway where no host goes that way', () => {
    const none = on(CLUSTERS.gke({ entries: ['ingress'] }), (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example');
    });
    expect(none.findings).toEqual([]);
    expect(kinds(none)).not.toContain('Gateway');
    expect(kinds(none)).toContain('BackendConfig');
  });

  test('the order of calls makes no difference', () => {
    const build = (first: 'web' | 'api') =>
      on(GKE, (system) => {
        for (const name of first === 'web' ? (['web', 'api'] as const) : (['api', 'web'] as const)) {
          new WebService(system, name, WEB).exposeAt('a.example', name === 'api' ? { paths: ['/api'] } : {});
        }
      });
    expect(build('web').findings).toEqual([]);
    expect([...build('web').files]).toEqual([...build('api').files]);
  });

  test('components that share a host have a route each, and one listener and Secret', () => {
    const synthesis = on(GKE, (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example');
      new WebService(system, 'api', WEB).exposeAt('a.example', { paths: ['/api', { exact: '/login' }] });
    });
    expect(listeners(synthesis)).toHaveLength(2);
    expect(names(synthesis).filter((name) => name.startsWith('ReferenceGrant'))).toEqual(['ReferenceGrant web']);
    expect(at(rule(synthesis, 'api'), 'matches')).toEqual([
      { path: { type: 'PathPrefix', value: '/api' } },
      { path: { type: 'Exact', value: '/login' } },
    ]);
  });

  test.each<[string, ExposureOptions, ExposureOptions, string]>([
    ['the same path', {}, {}, 'host-clash /spec/rules/0/matches/0'],
    ['two TLS Secrets', { paths: ['/api'], tlsSecret: 'one' }, { tlsSecret: 'two' }, 'exposure-shared exposeAt'],
    ['one of them by plain HTTP', { paths: ['/api'], plainHttp: 'a test' }, {}, 'exposure-shared exposeAt'],
    ['a path that changes nothing', { paths: ['/api', '/api/v1'] }, {}, 'exposure-paths exposeAt'],
  ])('refused: %s', (_, api, web, error) => {
    const synthesis = on(GKE, (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example', web);
      new WebService(system, 'api', WEB).exposeAt('a.example', api);
    });
    expect(errors(synthesis)).toEqual([error]);
  });

  test('plain HTTP: a listener of the host, without certificate and redirect', () => {
    const synthesis = exposed(GKE, { plainHttp: 'devices without TLS' });
    expect(synthesis.findings).toEqual([]);
    expect(listeners(synthesis)).toMatchObject([{ name: 'http-a.example', protocol: 'HTTP', port: 80 }]);
    expect(names(synthesis)).not.toContain('HTTPRoute to-https');
    expect(kinds(synthesis)).not.toContain('ReferenceGrant');
    expect(annotations(synthesis, 'HTTPRoute')).toEqual({ 'evenkeel.dev/plain-http': 'devices without TLS' });
  });

  test('the Secret is listed for the Gateway, in the namespace of the system; cert-manager makes it where there is an issuer', () => {
    const issuer = { name: 'letsencrypt' };
    const capabilities = ['cert-manager'] as const;
    const secrets = (cluster: ClusterDescription) => listSecrets(exposed(cluster).objects.map(({ entry }) => entry));
    expect(secrets(GKE)).toMatchObject([
      {
        namespace: 'shop-production',
        name: 'web-tls',
        users: ['gateway.networking.k8s.io/Gateway gateway/shared'],
      },
    ]);
    const made = gke({ region: 'europe-west1', kubernetes: '1.36', gatewayApi: {}, capabilities, issuer });
    expect(secrets(made)).toMatchObject([{ madeBy: 'cert-manager.io/Certificate shop-production/web' }]);
    expect(kinds(exposed(CLUSTERS.eks({})))).not.toContain('Certificate');
  });

  test('a deployer may write routes and policies, not the Gateway and no grant', () => {
    const synthesis = shop((system) => new WebService(system, 'web', WEB).exposeAt('a.example'), {
      cluster: gke({
        region: 'europe-west1',
        kubernetes: '1.36',
        gatewayApi: {},
        groups: { team: 'team@example.com' },
      }),
      environment: {
        survives: { zones: 0, regions: 0 },
        registry: { external: 'registry.example' },
        access: { team: 'deployer' },
      },
    });
    expect(errors(synthesis)).toEqual([]);
    const rules = JSON.stringify(find(synthesis, 'Role', 'deployer').rules);
    for (const plural of ['httproutes', 'gcpbackendpolicies', 'healthcheckpolicies'])
      expect(rules).toContain(`"${plural}"`);
    for (const plural of ['"gateways"', '"referencegrants"']) expect(rules).not.toContain(plural);
  });
});

describe('a host that moves', () => {
  const moving = (entries: readonly ('ingress' | 'gateway')[], more: Partial<ClusterProps> = {}) =>
    onPrem({
      distribution: 'k3s',
      kubernetes: '1.36',
      capabilities: ['external-dns'],
      ...more,
      gatewayApi: { hosts: { 'a.example': entries } },
    });
  const two = (cluster: ClusterDescription) =>
    on(cluster, (system) => new WebService(system, 'web', WEB).exposeAt(['a.example', 'b.example']));
  const endpoint = (synthesis: Synthesis) =>
    hosts(synthesis.objects.map(({ entry }) => entry)).find(({ host }) => host === 'a.example')?.answers[0]?.endpoint;
  const KEY = 'external-dns.kubernetes.io';

  test.each<[readonly ('ingress' | 'gateway')[], string | undefined, string, string]>([
    [['ingress'], 'a.example', 'b.example', 'Ingress shop-production/web'],
    [['ingress', 'gateway'], 'a.example', 'b.example', 'Ingress shop-production/web'],
    [['gateway', 'ingress'], undefined, 'a.example,b.example', 'HTTPRoute shop-production/web'],
    [['gateway'], undefined, 'a.example,b.example', 'HTTPRoute shop-production/web'],
  ])('%j: each record leads to one entry', (entries, ofIngress, ofRoute, loadBalancerOf) => {
    const synthesis = two(moving(entries));
    expect(synthesis.findings).toEqual([]);
    const hasIngress = entries.includes('ingress');
    expect(kinds(synthesis).has('Ingress')).toBe(hasIngress);
    if (hasIngress) expect(at(annotations(synthesis, 'Ingress'), `${KEY}/hostname`)).toBe(ofIngress);
    expect(at(annotations(synthesis, 'HTTPRoute'), `${KEY}/hostname`)).toBe(ofRoute);
    expect(endpoint(synthesis)).toMatchObject({ loadBalancerOf });
  });

  test('a host of two components that the first of them does not have there: its grant and its redirect are there', () => {
    const of = (api: Api) =>
      on(CLUSTERS.onPrem({ hosts: { 'a.example': ['ingress'] }, ...api }), (system) => {
        new WebService(system, 'web', WEB).exposeAt('a.example');
        new WebService(system, 'api', WEB).exposeAt(['a.example', 'b.example'], { paths: ['/api'] });
      });
    expect(of({}).findings).toEqual([]);
    expect(names(of({}))).toEqual(
      expect.arrayContaining(['HTTPRoute api', 'ReferenceGrant web', 'HTTPRoute to-https']),
    );
    const others = of({ existing: { name: 'public', namespace: 'infra', https: 'websecure', http: 'web' } });
    expect(others.findings).toEqual([]);
    expect(at(find(others, 'HTTPRoute', 'web-to-https'), 'spec', 'hostnames')).toEqual(['b.example']);
    expect(names(others)).not.toContain('HTTPRoute web');
  });

  test('what has a host without its record says so, and external-dns takes none from its rules', () => {
    const before = two(moving(['ingress', 'gateway']));
    expect(annotations(before, 'HTTPRoute')).toMatchObject({
      'evenkeel.dev/dns-at-other-entry': 'a.example',
      [`${KEY}/gateway-hostname-source`]: 'annotation-only',
    });
    expect(annotations(before, 'Ingress')).not.toHaveProperty([`${KEY}/ingress-hostname-source`]);
    const after = two(moving(['gateway', 'ingress']));
    expect(annotations(after, 'Ingress')).toMatchObject({
      'evenkeel.dev/dns-at-other-entry': 'a.example',
      [`${KEY}/ingress-hostname-source`]: 'annotation-only',
    });
    expect(annotations(after, 'HTTPRoute')).not.toHaveProperty([`${KEY}/gateway-hostname-source`]);
  });

  test('both have the same Secret, and the pods wait for the later of both balancers', () => {
    const cluster = (entries: readonly ('ingress' | 'gateway')[]) =>
      aks({
        ...AZURE,
        gateway: 'application-gateway',
        gatewayApi: { className: 'approuting-istio', entries },
      });
    const synthesis = exposed(cluster(['ingress', 'gateway']));
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'Ingress', 'web'), 'spec', 'tls', 0, 'secretName')).toBe('web-tls');
    expect(at(listeners(synthesis)[1], 'tls', 'certificateRefs', 0, 'name')).toBe('web-tls');
    const preStop = (entries: readonly ('ingress' | 'gateway')[]) =>
      at(
        find(exposed(cluster(entries)), 'Deployment', 'web'),
        ...['spec', 'template', 'spec', 'containers'],
        ...[0, 'lifecycle', 'preStop', 'sleep', 'seconds'],
      );
    expect([preStop(['ingress', 'gateway']), preStop(['gateway'])]).toEqual([90, 20]);
    const policy = find(synthesis, 'NetworkPolicy', 'web');
    expect(at(policy, 'spec', 'ingress', 0, 'from')).toHaveLength(2);
  });

  test('the steps change nothing but entries and records', () => {
    const steps = ([['ingress'], ['ingress', 'gateway'], ['gateway', 'ingress'], ['gateway']] as const).map((entries) =>
      exposed(moving(entries)),
    );
    const rest = (synthesis: Synthesis) =>
      synthesis.objects
        .map(({ entry }) => entry)
        .filter(({ identity }) =>
          ['Deployment', 'Service', 'NetworkPolicy', 'PodDisruptionBudget'].includes(identity.kind),
        )
        .filter(({ identity }) => identity.name === 'web')
        .map(({ manifest }) => manifest);
    for (const step of steps) expect(rest(step)).toEqual(rest(steps[0] as Synthesis));
  });

  test('a host of the table that nothing has is refused, at the line of the cluster', () => {
    const typo = onPrem({
      distribution: 'k3s',
      kubernetes: '1.36',
      gatewayApi: { hosts: { 'a.exampel': ['ingress'] } },
    });
    expect(exposed(typo).findings).toMatchObject([
      {
        rule: 'gateway-host',
        field: 'clusters.mumbai.gatewayApi.hosts',
        value: 'a.exampel',
        message: 'nothing on mumbai is exposed at a.exampel (did you mean a.example?)',
        source: { file: expect.stringContaining('gateway.test.ts') },
      },
    ]);
  });
});

describe('gRPC', () => {
  const calls = (cluster: ClusterDescription, options: ExposureOptions = {}) =>
    exposed(
      cluster,
      { port: 'rpc', ...options },
      { ports: { rpc: { port: 9090, protocol: 'grpc', balancedBy: 'the Gateway' } } },
    );

  test.each<Name>(['eks', 'eksAuto', 'aks', 'onPrem', 'local', 'istio'])('%s: a GRPCRoute', (name) => {
    const synthesis = calls(CLUSTERS[name]({}));
    expect(synthesis.findings).toEqual([]);
    expect(find(synthesis, 'GRPCRoute', 'web').spec).toMatchObject({
      hostnames: ['a.example'],
      rules: [{ backendRefs: [{ group: '', kind: 'Service', name: 'web', port: 9090, weight: 1 }] }],
    });
    expect(names(synthesis)).not.toContain('HTTPRoute web');
  });

  test('EKS: a target group of gRPC, with the health check of the controller', () => {
    const { spec } = find(calls(CLUSTERS.eks({})), 'TargetGroupConfiguration', 'web');
    expect(at(spec, 'defaultConfiguration', 'protocolVersion')).toBe('GRPC');
    expect(at(spec, 'defaultConfiguration', 'healthCheckConfig')).toBeUndefined();
  });

  test('of the first port: it says who balances, since a headless Service has no address', () => {
    const served = (port: WebServiceProps['port'], cluster: ClusterDescription) => {
      const probes = { bootSeconds: 30, startup: { grpc: true }, readiness: { grpc: true } } as const;
      return on(cluster, (system) => new WebService(system, 'web', { ...WEB, port, probes }).exposeAt('a.example'));
    };
    const grpc = { port: 9090, protocol: 'grpc' } as const;
    const balanced = served({ ...grpc, balancedBy: 'the Gateway' }, CLUSTERS.onPrem({}));
    expect(balanced.findings).toEqual([]);
    expect(at(find(balanced, 'GRPCRoute', 'web'), 'spec', 'rules', 0, 'backendRefs', 0, 'port')).toBe(9090);
    expect(served(grpc, CLUSTERS.onPrem({})).findings).toMatchObject([
      { rule: 'exposure-port', expected: expect.stringContaining("balancedBy: 'the Gateway'") },
    ]);
    expect(served(grpc, onPrem({ distribution: 'k3s', kubernetes: '1.36' })).findings).toMatchObject([
      { rule: 'exposure-port', expected: expect.stringContaining('http as the port') },
    ]);
  });

  test('one host has one kind of route', () => {
    const synthesis = on(CLUSTERS.eks({}), (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example');
      const ports = { rpc: { port: 9090, protocol: 'grpc', balancedBy: 'the Gateway' } } as const;
      new WebService(system, 'api', { ...WEB, ports }).exposeAt('a.example', { port: 'rpc' });
    });
    expect(errors(synthesis)).toContain('exposure-shared exposeAt');
  });

  test.each<[string, ClusterDescription, ExposureOptions, string]>([
    ['on GKE', CLUSTERS.gke({}), {}, 'exposure-gateway exposeAt.port'],
    ['of an unknown class', CLUSTERS.conformant({}), {}, 'exposure-gateway exposeAt.port'],
    [
      'by an Ingress as well',
      CLUSTERS.onPrem({ entries: ['gateway', 'ingress'] }),
      {},
      'exposure-gateway exposeAt.port',
    ],
    ['by paths', CLUSTERS.onPrem({}), { paths: ['/api'] }, 'exposure-gateway exposeAt.paths'],
    ['without a Gateway', onPrem({ distribution: 'k3s', kubernetes: '1.36' }), {}, 'exposure-port exposeAt.port'],
  ])('refused: %s', (_, cluster, options, error) => {
    expect(errors(calls(cluster, options))).toEqual([error]);
  });

  test('of an unknown class that the cluster says serves it', () => {
    expect(calls(CLUSTERS.conformant({ supports: ['grpc'] })).findings).toEqual([]);
  });
});

describe('TLS up to the pods', () => {
  const backendTls = { hostname: 'web.internal', ca: { configMap: 'web-ca', madeBy: 'trust-manager' } } as const;
  const probes = { bootSeconds: 30, startup: { tcp: true }, readiness: { tcp: true } } as const;
  const encrypted = (name: Name, api: Api, tls: ExposureOptions['backendTls'] = backendTls) =>
    exposed(CLUSTERS[name](api), { ...defined({ backendTls: tls }) }, { probes });

  test('a BackendTLSPolicy of the port', () => {
    const synthesis = encrypted('onPrem', { bundle: '1.5' });
    expect(synthesis.findings).toEqual([]);
    expect(find(synthesis, 'BackendTLSPolicy', 'web').spec).toEqual({
      targetRefs: [{ group: '', kind: 'Service', name: 'web', sectionName: 'http' }],
      validation: {
        hostname: 'web.internal',
        caCertificateRefs: [{ group: '', kind: 'ConfigMap', name: 'web-ca' }],
      },
    });
    const system = encrypted('istio', { bundle: '1.4' }, { hostname: 'a.b', ca: 'system' });
    expect(system.findings).toEqual([]);
    expect(at(find(system, 'BackendTLSPolicy', 'web'), 'spec', 'validation')).toEqual({
      hostname: 'a.b',
      wellKnownCACertificates: 'System',
    });
  });

  test.each<[string, Synthesis, string]>([
    ['in bundle 1.3', encrypted('onPrem', {}), 'exposure-gateway exposeAt.backendTls'],
    ['on EKS', encrypted('eks', { bundle: '1.5' }), 'exposure-gateway exposeAt.backendTls'],
    ['on GKE', encrypted('gke', { bundle: '1.5' }), 'exposure-gateway exposeAt.backendTls'],
    ['by AGC', encrypted('aks', { bundle: '1.5' }), 'exposure-gateway exposeAt.backendTls'],
    [
      'by an Ingress',
      exposed(onPrem({ distribution: 'k3s', kubernetes: '1.36' }), { backendTls }, { probes }),
      'exposure-gateway exposeAt.backendTls',
    ],
    [
      'of gRPC, whose Service says that it is in the clear',
      exposed(
        CLUSTERS.onPrem({ bundle: '1.5' }),
        { backendTls },
        { probes, port: { port: 9090, protocol: 'grpc', balancedBy: 'the Gateway' } },
      ),
      'exposure-gateway exposeAt.backendTls',
    ],
    [
      'with an authority that the app does not have',
      encrypted('onPrem', { bundle: '1.5' }, { hostname: 'a.b', ca: { configMap: 'web-ca' } }),
      'reference-exists /spec/validation/caCertificateRefs/0/name',
    ],
  ])('refused: %s', (_, synthesis, error) => {
    // of a port that speaks TLS a load balancer that asks has no path either
    expect(errors(synthesis).filter((one) => !one.startsWith('exposure-health'))).toEqual([error]);
  });

  test('the authority is a ConfigMap of the system, under its key', () => {
    const trusting = (data: Record<string, string>) =>
      on(CLUSTERS.onPrem({ bundle: '1.5' }), (system) => {
        const metadata = { name: 'web-ca' };
        new ApiObject(system, 'ca', { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
        const options = { backendTls: { hostname: 'a.b', ca: { configMap: 'web-ca' } } };
        new WebService(system, 'web', { ...WEB, probes }).exposeAt('a.example', options);
      });
    expect(trusting({ 'ca.crt': 'PEM' }).findings).toEqual([]);
    expect(errors(trusting({ 'tls.crt': 'PEM' }))).toEqual([
      'reference-exists /spec/validation/caCertificateRefs/0/name',
    ]);
  });

  test('a probe in the clear is refused where the port speaks TLS', () => {
    const of = (probe: Partial<WebServiceProps>) =>
      errors(exposed(CLUSTERS.onPrem({ bundle: '1.5' }), { backendTls }, probe));
    expect(of({})).toEqual(['liveness', 'readiness', 'startup'].map((kind) => `exposure-gateway probes.${kind}`));
    const admin = { ports: { admin: 9000 }, probes: { bootSeconds: 30, readiness: { path: '/ready', port: 'admin' } } };
    expect(of(admin)).toEqual([]);
  });
});

describe('a Gateway that others write', () => {
  const existing = { name: 'public', namespace: 'infra', https: 'websecure', http: 'web' };

  test('a route to its listener, a redirect of our own; no Gateway, certificate or grant', () => {
    const synthesis = exposed(CLUSTERS.onPrem({ existing }));
    expect(synthesis.findings).toEqual([]);
    expect(
      names(synthesis)
        .filter((name) => /Route|Gateway|Grant/.test(name))
        .sort(),
    ).toEqual(['HTTPRoute web', 'HTTPRoute web-to-https']);
    expect(at(find(synthesis, 'HTTPRoute', 'web'), 'spec', 'parentRefs')).toMatchObject([
      { name: 'public', namespace: 'infra', sectionName: 'websecure' },
    ]);
    expect(find(synthesis, 'HTTPRoute', 'web-to-https').spec).toMatchObject({
      parentRefs: [{ sectionName: 'web' }],
      hostnames: ['a.example'],
    });
  });

  test.each<[string, Api]>([
    ['a Gateway', {}],
    ['both', { entries: ['ingress', 'gateway'] }],
  ])('components that share a host have one redirect: %s', (_, api) => {
    const synthesis = on(CLUSTERS.onPrem({ existing, ...api }), (system) => {
      new WebService(system, 'api', WEB).exposeAt(['a.example', 'b.example'], { paths: ['/api'] });
      new WebService(system, 'web', WEB).exposeAt('a.example');
    });
    expect(synthesis.findings).toEqual([]);
    expect(names(synthesis).filter((name) => name.endsWith('-to-https'))).toEqual(['HTTPRoute web-to-https']);
    expect(at(find(synthesis, 'HTTPRoute', 'web-to-https'), 'spec', 'hostnames')).toEqual(['a.example', 'b.example']);
  });

  test('external-dns takes no record from the redirect', () => {
    const cluster = onPrem({
      distribution: 'k3s',
      kubernetes: '1.36',
      capabilities: ['external-dns'],
      gatewayApi: { existing },
    });
    const redirect = find(exposed(cluster), 'HTTPRoute', 'web-to-https');
    expect(at(redirect, 'metadata', 'annotations', 'external-dns.kubernetes.io/gateway-hostname-source')).toBe(
      'annotation-only',
    );
  });

  test('without a listener for HTTP its owner redirects, and plain HTTP is refused', () => {
    const { http: _, ...secure } = existing;
    expect(names(exposed(CLUSTERS.onPrem({ existing: secure })))).not.toContain('HTTPRoute web-to-https');
    expect(errors(exposed(CLUSTERS.onPrem({ existing: secure }), { plainHttp: 'a test' }))).toEqual([
      'exposure-gateway exposeAt.plainHttp',
    ]);
  });

  test('Istio: policies let in the pods of that Gateway', () => {
    const policy = find(exposed(CLUSTERS.istio({ existing })), 'NetworkPolicy', 'web');
    expect(at(policy, 'spec', 'ingress', 0, 'from')).toEqual([
      from('infra', { 'gateway.networking.k8s.io/gateway-name': 'public' }),
    ]);
  });
});

describe('a TLS Secret that the chart names', () => {
  const existing = { name: 'public', namespace: 'infra', https: 'websecure' };
  const uploaded = gke({ region: 'europe-west1', kubernetes: '1.36', preSharedCertificate: 'shop', gatewayApi: {} });
  const AWS = { region: 'ap-south-1', kubernetes: '1.36', ...SUBNETS } as const;
  const ingressController = { namespace: 'ingress', podLabels: { app: 'nginx' } };
  const options = { tlsSecret: 'mine' };
  const fieldsOf = ({ findings }: Synthesis) => findings.map(({ severity, field }) => `${severity} ${field}`);

  test.each<[string, ClusterDescription, string]>([
    ['a Gateway of others', CLUSTERS.onPrem({ existing }), "Gateway public is another's: its certificates are too"],
    ['the ALB', CLUSTERS.eks({}), 'the ALB does not read certificates from Secrets'],
    [
      'the ALB, by an Ingress as well',
      CLUSTERS.eks({ entries: ['ingress', 'gateway'] }),
      'the ALB does not read certificates from Secrets',
    ],
    [
      'the ALB by an Ingress, where a Gateway serves other hosts',
      CLUSTERS.eks({ entries: ['ingress'] }),
      'the ALB does not read certificates from Secrets',
    ],
    ['the ALB, without a Gateway', eks(AWS), 'the ALB does not read certificates from Secrets'],
    ['the ALB of Auto Mode', eksAuto(AWS), 'the ALB does not read certificates from Secrets'],
    [
      'the ALB with a certificate',
      eks({ ...AWS, certificateArn: 'arn:aws:acm:ap-south-1:123456789012:certificate/a' }),
      'the ALB does not read certificates from Secrets',
    ],
    ['GKE with a certificate', uploaded, "Google's load balancer does not read certificates from Secrets"],
    [
      'GKE with a certificate, by an Ingress',
      gke({ region: 'europe-west1', kubernetes: '1.36', preSharedCertificate: 'shop' }),
      "Google's load balancer does not read certificates from Secrets",
    ],
  ])('a warning where nothing reads it, since another cluster of the chart may: %s', (_, cluster, message) => {
    expect(exposed(cluster, options).findings).toMatchObject([
      {
        rule: 'exposure-certificate',
        severity: 'warning',
        field: 'exposeAt.tlsSecret',
        value: 'mine',
        message,
        expected: expect.stringMatching(/^no tlsSecret here: .*(ACM|preSharedCertificate|owner)/),
      },
    ]);
    expect(exposed(cluster).findings).toEqual([]);
  });

  test.each<[string, ClusterDescription]>([
    ['our Gateway', CLUSTERS.onPrem({})],
    ['an Ingress, beside a Gateway of others', CLUSTERS.onPrem({ existing, entries: ['ingress', 'gateway'] })],
    ['by an Ingress of each other profile: AGC', aks({ ...AZURE, gateway: ALB })],
    ['Application Gateway', aks({ ...AZURE, gateway: 'application-gateway' })],
    ['GKE without a certificate', gke({ region: 'europe-west1', kubernetes: '1.36' })],
    ['Traefik', onPrem({ distribution: 'k3s', kubernetes: '1.36' })],
    ['ingress-nginx', onPrem({ distribution: 'k3s', kubernetes: '1.36', ingressClass: 'nginx', ingressController })],
    ['Traefik on a laptop', local({ kubernetes: '1.36' })],
    ['a controller of which nothing is known', conformant({ kubernetes: '1.36', ingressSource: { cidrs: RANGE } })],
    ['a controller of your own in Auto Mode', CLUSTERS.eksAuto({})],
    ['a Gateway, beside the ALB by an Ingress', CLUSTERS.eksAuto({ entries: ['ingress', 'gateway'] })],
  ])('taken: %s', (_, cluster) => {
    expect(exposed(cluster, options).findings).toEqual([]);
  });

  test('taken: of two hosts, an Ingress serves one', () => {
    const cluster = CLUSTERS.onPrem({ existing, hosts: { 'b.example': ['ingress'] } });
    const build = (hosts: readonly string[]) =>
      on(cluster, (system) => {
        new WebService(system, 'web', WEB).exposeAt(hosts, options);
        new WebService(system, 'api', WEB).exposeAt('b.example', { paths: ['/api'] });
      });
    expect(build(['a.example', 'b.example']).findings).toEqual([]);
    expect(fieldsOf(build(['a.example']))).toEqual(['warning exposeAt.tlsSecret']);
  });

  test('refused: of plain HTTP, which has no certificate', () => {
    const plain = { plainHttp: 'a test' };
    for (const cluster of [CLUSTERS.onPrem({}), onPrem({ distribution: 'k3s', kubernetes: '1.36' }), eks(AWS)]) {
      expect(exposed(cluster, { ...options, ...plain }).findings).toMatchObject([
        { severity: 'error', field: 'exposeAt.tlsSecret', expected: 'no tlsSecret, or no plainHttp' },
      ]);
      expect(exposed(cluster, plain).findings).toEqual([]);
    }
  });

  test('of components that share a host, the one that names it has the finding', () => {
    const synthesis = on(CLUSTERS.onPrem({ existing }), (system) => {
      new WebService(system, 'web', WEB).exposeAt('a.example');
      new WebService(system, 'api', WEB).exposeAt('a.example', { paths: ['/api'], ...options });
    });
    expect(fieldsOf(synthesis)).toEqual(['warning exposeAt.tlsSecret']);
  });
});

describe('limits of the API', () => {
  const at17 = Array.from({ length: 17 }, (_, index) => `a${index}.example`);

  test('17 hosts of one component are too many for a route', () => {
    const synthesis = on(CLUSTERS.gke({}), (system) => new WebService(system, 'web', WEB).exposeAt(at17));
    expect(errors(synthesis)).toEqual(['route-limits /spec/hostnames']);
    const fits = on(CLUSTERS.gke({}), (system) => new WebService(system, 'web', WEB).exposeAt(at17.slice(1)));
    expect(fits.findings).toEqual([]);
  });

  test('64 hosts and the redirect are too many for a Gateway', () => {
    const many = (count: number) =>
      on(CLUSTERS.gke({}), (system) => {
        for (let index = 0; index < count; index += 1) {
          new WebService(system, `web${index}`, WEB).exposeAt(`a${index}.example`);
        }
      });
    expect(errors(many(64))).toEqual(['listener-limits /spec/listeners']);
    expect(many(63).findings).toEqual([]);
  });

  test('a host whose listener would have too long a name', () => {
    const label = 'a'.repeat(61);
    const host = `${[label, label, label, 'b'.repeat(54)].join('.')}.example`; // 248 characters
    const synthesis = on(CLUSTERS.gke({}), (system) => new WebService(system, 'web', WEB).exposeAt(host));
    expect(errors(synthesis)).toContain('listener-limits /spec/listeners/1/name');
  });
});

describe('what the description of a cluster may say', () => {
  test.each<[string, ClusterDescription, string, RegExp]>([
    ['no class', conformant({ kubernetes: '1.36', gatewayApi: {} }), 'gatewayApi.className', /no class comes with/],
    ['Auto Mode', eksAuto({ region: 'ap-south-1', kubernetes: '1.36', gatewayApi: {} }), 'gatewayApi', /Auto Mode/],
    ['AGIC', aks({ ...AZURE, gateway: 'application-gateway', gatewayApi: {} }), 'gatewayApi', /does not serve/],
    ['Cilium', CLUSTERS.gke({ className: 'cilium' }), 'gatewayApi.className', /no NetworkPolicy can let in/],
    ['kind', local({ kubernetes: '1.36', distribution: 'kind', gatewayApi: {} }), 'gatewayApi.className', /no class/],
    ['an old bundle', CLUSTERS.gke({ bundle: '1.2' as never }), 'gatewayApi.bundle', /1\.2/],
    ['no entry', CLUSTERS.gke({ entries: [] }), 'gatewayApi.entries', /nothing serves/],
    ['an entry twice', CLUSTERS.gke({ entries: ['gateway', 'gateway'] }), 'gatewayApi.entries', /twice/],
    ['no host', CLUSTERS.gke({ hosts: { 'A.example': ['ingress'] } }), 'gatewayApi.hosts.A.example', /not a host name/],
    ['one port', CLUSTERS.onPrem({ ports: { http: 80, https: 80 } }), 'gatewayApi.ports.https', /one port/],
    ['Kubernetes’ namespace', CLUSTERS.gke({ namespace: 'kube-system' }), 'gatewayApi.namespace', /Kubernetes itself/],
    [
      'one listener for both',
      CLUSTERS.gke({ existing: { name: 'a', namespace: 'kube-system', https: 'c', http: 'c' } }),
      'gatewayApi.existing.http',
      /not both/,
    ],
    [
      'a namespace of a Gateway of others',
      CLUSTERS.gke({ existing: { name: 'a', namespace: 'b', https: 'c' }, namespace: 'd' }),
      'gatewayApi.namespace',
      /another's/,
    ],
  ])('refused: %s', (_, { problems }, field, message) => {
    expect(problems).toMatchObject([{ field, message: expect.stringMatching(message) }]);
  });

  test('it implies the capability; the capability alone leaves hosts with Ingresses', () => {
    expect(CLUSTERS.gke({}).capabilities).toEqual(['gateway-api']);
    const alone = gke({ region: 'europe-west1', kubernetes: '1.36', capabilities: ['gateway-api'] });
    expect(kinds(exposed(alone))).toContain('Ingress');
  });

  test('node ports only where the controller can send to them', () => {
    const nodes = (name: Name) => exposed(CLUSTERS[name]({}), { targets: 'nodes' });
    expect(errors(nodes('eks'))).toEqual([]);
    expect(
      at(find(nodes('eks'), 'TargetGroupConfiguration', 'web'), 'spec', 'defaultConfiguration', 'targetType'),
    ).toBe('instance');
    expect(errors(nodes('gke'))).toEqual(['exposure-gateway exposeAt.targets']);
  });
});
