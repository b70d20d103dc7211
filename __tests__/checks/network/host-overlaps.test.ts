// F10: claims of two namespaces to some of the same requests.
import type { Json, JsonObject } from '../../../lib/model';
import { fields, findings } from '../support';

interface Path {
  readonly path?: string;
  readonly pathType?: string;
}

const ingress = (
  namespace: string,
  host: string | undefined,
  { path = '/', pathType = 'Prefix' }: Path = {},
  annotations: JsonObject = {},
  spec: JsonObject = {},
): JsonObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: `web-${namespace}`, namespace, annotations },
  spec: { rules: [{ ...(host === undefined ? {} : { host }), http: { paths: [{ path, pathType }] } }], ...spec },
});

const route = (namespace: string, hostnames: Json[], more: JsonObject = {}, kind = 'HTTPRoute'): JsonObject => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name: `web-${namespace}`, namespace },
  spec: { hostnames, rules: [{}], parentRefs: [{ name: 'gateway', namespace: 'infra' }], ...more },
});

const HOST = 'shop.example';
const RULE = '/spec/rules/0/http/paths/0';
const exact = (path: string): Path => ({ path, pathType: 'Exact' });
const loose = (path: string): Path => ({ path, pathType: 'ImplementationSpecific' });
const clash = (...objects: readonly JsonObject[]) => fields('host-clash', ...objects);

describe('F10: paths of one host', () => {
  test.each<[string, Path, Path]>([
    ['a path below another', {}, { path: '/login' }],
    ['an exact path below another', {}, exact('/login')],
    ['Exact / and Prefix /', {}, exact('/')],
    ['ImplementationSpecific', {}, loose('/')],
    ['a trailing slash', { path: '/api' }, { path: '/api/v1/' }],
    ['a regular expression', { path: '/api' }, loose('/api/(.*)')],
    ['a regular expression of everything', { path: '/api' }, loose('/.*')],
    ['the same exact path', exact('/login'), exact('/login')],
  ])('%s, in either order', (_, a, b) => {
    expect(clash(ingress('a', HOST, a), ingress('b', HOST, b))).toEqual([RULE]);
    expect(clash(ingress('a', HOST, b), ingress('b', HOST, a))).toEqual([RULE]);
  });

  test.each<[string, Path, Path]>([
    ['paths apart', { path: '/api' }, { path: '/login' }],
    ['a longer word, which is not a path below', { path: '/api' }, { path: '/apis' }],
    ['an exact path above', { path: '/api' }, exact('/')],
    ['regular expressions apart', loose('/api/(.*)'), loose('/login(/|$)')],
  ])('nothing about %s', (_, a, b) => {
    expect(clash(ingress('a', HOST, a), ingress('b', HOST, b))).toEqual([]);
  });

  test('within one namespace different paths are fine', () => {
    const login = { ...ingress('a', HOST, { path: '/login' }), metadata: { name: 'login', namespace: 'a' } };
    expect(clash(ingress('a', HOST), login)).toEqual([]);
  });

  test('the message names both, and a reason on either is the way out', () => {
    const reason = { 'evenkeel.dev/host-clash-reason': 'the login is ours for all systems' };
    const login = (annotations: JsonObject) => ingress('b', HOST, { path: '/login' }, annotations);
    expect(findings('host-clash', ingress('a', HOST), login({}))).toMatchObject([
      {
        message: 'shop.example/login overlaps shop.example/, claimed by app/web-a',
        value: 'shop.example/login',
        expected: 'a host and path of its own, or a reason in the annotation evenkeel.dev/host-clash-reason',
      },
    ]);
    expect(clash(ingress('a', HOST), login(reason))).toEqual([]);
    expect(clash(ingress('a', HOST, {}, reason), login({}))).toEqual([]);
  });

  test('an equal claim is reported once', () => {
    expect(clash(ingress('a', HOST), ingress('b', HOST))).toEqual([RULE]);
    expect(clash(ingress('a', 'Shop.example'), ingress('b', HOST, { path: '/login' }))).toEqual([RULE]);
  });
});

describe('F10: wildcards and every host', () => {
  test('a wildcard takes the host of another namespace: reported at the wildcard', () => {
    const wide = ingress('a', '*.example');
    expect(findings('host-clash', wide, ingress('b', HOST))).toMatchObject([{ value: '*.example/' }]);
    expect(findings('host-clash', ingress('b', HOST), wide)).toMatchObject([{ value: '*.example/' }]);
    expect(clash(wide, ingress('b', 'a.shop.example'))).toEqual([]); // one label only
    expect(clash(wide, ingress('a', HOST))).toEqual([]);
    expect(clash(wide, ingress('b', HOST, {}, {}, { ingressClassName: 'internal' }))).toEqual([]);
  });

  test('in the Gateway API a wildcard takes any number of labels', () => {
    expect(clash(route('a', ['*.example']), route('b', ['a.shop.example']))).toEqual(['/spec/rules/0']);
    expect(clash(route('a', ['*.example']), route('b', ['*.shop.example']))).toEqual(['/spec/rules/0']);
  });

  test('a default backend, and a rule without a host', () => {
    const backend = ingress('a', 'blog.example', {}, {}, { defaultBackend: { service: { name: 'web' } } });
    expect(clash(backend, ingress('b', HOST))).toEqual(['/spec/defaultBackend']);
    expect(clash(backend)).toEqual([]);
    expect(clash(ingress('a', undefined), ingress('b', HOST))).toEqual([RULE]);
    expect(clash(ingress('a', undefined, { path: '/health' }), ingress('b', HOST, { path: '/api' }))).toEqual([]);
  });

  test('two of them are reported once', () => {
    expect(clash(ingress('a', undefined), ingress('b', undefined, { path: '/x' }))).toHaveLength(1);
  });

  test('where each Ingress has a load balancer of its own, every host is none of another', () => {
    const alb = { 'alb.ingress.kubernetes.io/scheme': 'internet-facing' };
    expect(clash(ingress('a', undefined, {}, alb), ingress('b', HOST, {}, alb))).toEqual([]);
    expect(clash(ingress('a', undefined, {}, {}, { ingressClassName: 'gce' }), ingress('b', HOST))).toEqual([]);
  });
});

describe('F10: other ways to a host', () => {
  const nginx = 'nginx.ingress.kubernetes.io';

  test.each<[string, string, string]>([
    ['an alias of nginx', `${nginx}/server-alias`, 'other.example, shop.example'],
    ['an alias that is a regular expression', `${nginx}/server-alias`, '~^(.+)\\.example$'],
    ['a redirect from www', `${nginx}/from-to-www-redirect`, 'true'],
    ['a record of external-dns', 'external-dns.alpha.kubernetes.io/hostname', 'shop.example'],
    ['its newer key', 'external-dns.kubernetes.io/hostname', 'blog.example,shop.example'],
    ['an internal record', 'external-dns.alpha.kubernetes.io/internal-hostname', 'shop.example'],
  ])('%s', (_, key, value) => {
    const field = `/metadata/annotations/${key.replace('/', '~1')}`;
    const own = key.endsWith('redirect') ? 'www.shop.example' : 'blog.example';
    const given = ingress('b', own, {}, { [key]: value });
    expect(clash(ingress('a', HOST), given)).toEqual([field]);
    expect(clash(given)).toEqual([]);
  });

  test('a record of a Service, or of a DNSEndpoint', () => {
    const annotations = { 'external-dns.alpha.kubernetes.io/hostname': HOST };
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', namespace: 'b', annotations },
      spec: {},
    };
    expect(clash(ingress('a', HOST), service)).toHaveLength(1);
    const endpoint: JsonObject = {
      apiVersion: 'externaldns.k8s.io/v1alpha1',
      kind: 'DNSEndpoint',
      metadata: { name: 'web', namespace: 'b' },
      spec: { endpoints: [{ dnsName: HOST }] },
    };
    expect(clash(ingress('a', HOST), endpoint)).toEqual(['/spec/endpoints/0/dnsName']);
  });

  test('a group of ALB in two namespaces, and the hosts of its conditions', () => {
    const group = { 'alb.ingress.kubernetes.io/group.name': 'shared' };
    expect(clash(ingress('a', HOST, {}, group), ingress('b', 'blog.example', {}, group))).toEqual([
      '/metadata/annotations/alb.ingress.kubernetes.io~1group.name',
    ]);
    const condition = '[{"field":"host-header","hostHeaderConfig":{"values":["shop.example"]}}]';
    const conditions = { 'alb.ingress.kubernetes.io/conditions.web': condition };
    expect(clash(ingress('a', HOST), ingress('b', 'blog.example', {}, conditions))).toHaveLength(1);
  });

  test('GRPCRoute and TLSRoute; a route of another listener does not clash', () => {
    for (const kind of ['GRPCRoute', 'TLSRoute']) {
      expect(clash(route('a', [HOST]), route('b', [HOST], {}, kind))).toEqual(['/spec/hostnames/0']);
    }
    const on = (sectionName: string) => ({ parentRefs: [{ name: 'gateway', namespace: 'infra', sectionName }] });
    const path = { rules: [{ matches: [{ path: { type: 'PathPrefix', value: '/login' } }] }] };
    const first = route('a', [HOST], on('http'));
    expect(clash(first, route('b', [HOST], { ...on('https'), ...path }))).toEqual([]);
    expect(clash(first, route('b', [HOST], { ...on('http'), ...path }))).toHaveLength(1);
    expect(clash(first, route('b', [HOST], path))).toHaveLength(1);
  });

  test('another cluster is another matter', () => {
    expect(clash(ingress('a', HOST), ingress('b', 'other.example'))).toEqual([]);
  });
});
