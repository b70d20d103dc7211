import { check, rules } from '../../../lib/checks';
import { ingress, object } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { entry, fields, findings } from '../support';

const only = (id: string) => rules.filter((rule) => rule.id === id);

test.each<[Json, boolean]>([
  ['example.com', true],
  ['*.example.com', true],
  ['localhost', true],
  ['', true],
  ['Example.com', false],
  ['*', false],
  ['*example.com', false],
  ['a.*.com', false],
  ['*.*.com', false],
  ['10.0.0.1', false],
  ['example.com:80', false],
  ['https://example.com', false],
  ['exa_mple.com', false],
  [`${`${'a'.repeat(63)}.`.repeat(3)}${'a'.repeat(61)}`, true],
  [`${`${'a'.repeat(63)}.`.repeat(3)}${'a'.repeat(62)}`, false],
  // F17: no DNS name, though the API server takes it
  [`${'a'.repeat(64)}.example.com`, false],
  [7, false],
])('host %j: %s', (host, fine) => {
  const http = { paths: [] };
  const manifest = object('networking.k8s.io/v1', 'Ingress', 'a', { spec: { rules: [{ host, http }] } });
  expect(fields('host-name', manifest)).toEqual(fine ? [] : ['/spec/rules/0/host']);
});

test('hosts of TLS, routes and listeners', () => {
  const tls = object('networking.k8s.io/v1', 'Ingress', 'a', { spec: { tls: [{ hosts: ['a.example.com', 'B'] }] } });
  const route = object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'a', { spec: { hostnames: ['B'] } });
  const gateway = object('gateway.networking.k8s.io/v1', 'Gateway', 'a', { spec: { listeners: [{ hostname: 'B' }] } });
  expect(fields('host-name', tls)).toEqual(['/spec/tls/0/hosts/1']);
  expect(fields('host-name', route)).toEqual(['/spec/hostnames/0']);
  expect(fields('host-name', gateway)).toEqual(['/spec/listeners/0/hostname']);
});

const route = (name: string, spec: JsonObject): JsonObject =>
  object('gateway.networking.k8s.io/v1', 'HTTPRoute', name, {
    spec: { hostnames: ['a.example.com'], rules: [{}], ...spec },
  });

test('each host and path has one owner', () => {
  const id = 'host-clash';
  expect(findings(id, ingress('a.example.com', 'x'), ingress('a.example.com', 'y'))).toMatchObject([
    { construct: 'app/y', field: '/spec/rules/0/http/paths/0', message: 'a.example.com/ is claimed here and by app/x' },
  ]);
  expect(fields(id, ingress('a.example.com', 'x', '/a'), ingress('a.example.com', 'y', '/a/'))).toHaveLength(1);
  expect(fields(id, ingress('a.example.com', 'x', '/a'), ingress('a.example.com', 'y', '/b'))).toEqual([]);
  expect(fields(id, ingress('a.example.com', 'x'), ingress('b.example.com', 'y'))).toEqual([]);
  const clusters = ['eu', 'us'].map((cluster) => entry(ingress('a.example.com'), { cluster }));
  expect(check(clusters, only(id))).toEqual([]);
});

test('routes clash with Ingresses and each other, unless headers or listeners differ', () => {
  const id = 'host-clash';
  const section = (sectionName: string) => ({ parentRefs: [{ name: 'gateway', sectionName }] });
  const header = (value: string) => ({ rules: [{ matches: [{ headers: [{ name: 'x', value }] }] }] });
  expect(fields(id, ingress('a.example.com'), route('r', section('https')))).toEqual(['/spec/rules/0']);
  expect(fields(id, route('r', section('https')), route('s', section('https')))).toEqual(['/spec/rules/0']);
  expect(fields(id, route('r', section('https')), route('s', section('http')))).toEqual([]);
  expect(fields(id, route('r', header('1')), route('s', header('2')))).toEqual([]);
  expect(fields(id, route('r', header('1')), route('s', header('1')))).toEqual(['/spec/rules/0/matches/0']);
});

const INGRESS = '/spec/rules/0/http/paths/0';

test.each<[JsonObject, string[]]>([
  [{ path: '/', pathType: 'Exact' }, []],
  [{ path: '', pathType: 'ImplementationSpecific' }, []],
  [{ path: '/' }, [`${INGRESS}/pathType`]],
  [{ path: '/', pathType: 'prefix' }, [`${INGRESS}/pathType`]],
  [{ path: 'a', pathType: 'Prefix' }, [`${INGRESS}/path`]],
  [{ path: '/a//b', pathType: 'Prefix' }, [`${INGRESS}/path`]],
  [{ path: '/a/..', pathType: 'Prefix' }, [`${INGRESS}/path`]],
])('an Ingress path %j', (path, expected) => {
  const backend = { service: { name: 'web', port: { number: 80 } } };
  const manifest = object('networking.k8s.io/v1', 'Ingress', 'a', {
    spec: { rules: [{ http: { paths: [{ backend, ...path }] } }] },
  });
  expect(fields('ingress-path', manifest)).toEqual(expected);
});
