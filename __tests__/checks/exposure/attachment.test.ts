// Where routes attach, and beside which other routes.

import { object } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const API = 'gateway.networking.k8s.io/v1';

const namespace = (name: string, labels: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

const gateway = (listener: JsonObject = {}): JsonObject =>
  object(
    API,
    'Gateway',
    'shared',
    { spec: { gatewayClassName: 'eg', listeners: [{ name: 'https', port: 443, protocol: 'HTTPS', ...listener }] } },
    'infra',
  );

const route = (
  parent: JsonObject = {},
  hostnames: readonly string[] = ['shop.example'],
  kind = 'HTTPRoute',
): JsonObject =>
  object(API, kind, 'web', {
    spec: { parentRefs: [{ name: 'shared', namespace: 'infra', ...parent }], hostnames: [...hostnames] },
  });

const open = (namespaces: JsonObject): JsonObject => ({ allowedRoutes: { namespaces } });
const ALL = open({ from: 'All' });
const REASON = { 'evenkeel.dev/route-parent-reason': 'made by hand' };

describe('route-parent', () => {
  const at = (...manifests: readonly JsonObject[]) => fields('route-parent', ...manifests);

  test.each<[string, JsonObject, boolean]>([
    ['without a word: its own namespace', {}, false],
    ['all', ALL, true],
    [
      'the name of the namespace',
      open({ from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }),
      true,
    ],
    [
      'another name',
      open({ from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'blog' } } }),
      false,
    ],
    ['a label', open({ from: 'Selector', selector: { matchLabels: { team: 'shop' } } }), true],
    ['a label of others', open({ from: 'Selector', selector: { matchLabels: { team: 'blog' } } }), false],
    [
      'an expression',
      open({ from: 'Selector', selector: { matchExpressions: [{ key: 'team', operator: 'Exists' }] } }),
      true,
    ],
  ])('a listener is open to %s', (_, listener, isOpen) => {
    const found = at(gateway(listener), namespace('shop', { team: 'shop' }), route());
    expect(found).toEqual(isOpen ? [] : ['/spec/parentRefs/0']);
  });

  test.each<[string, readonly string[], boolean]>([
    ['shop.example', ['shop.example'], true],
    ['*.example', ['shop.example'], true],
    ['shop.example', ['*.example'], true],
    ['*.example', ['a.b.example'], true],
    ['*.example', ['example'], false],
    ['blog.example', ['shop.example'], false],
    ['blog.example', [], true],
  ])('a listener of %s serves a route of %j: %s', (hostname, hosts, isServed) => {
    expect(at(gateway({ ...ALL, hostname }), route({}, hosts))).toEqual(isServed ? [] : ['/spec/parentRefs/0']);
  });

  test.each(['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'])('a listener by its name: %s', (kind) => {
    const kinds = { allowedRoutes: { namespaces: { from: 'All' }, kinds: [{ kind }] } };
    const of = (sectionName: string) => at(gateway(kinds), route({ sectionName }, ['shop.example'], kind));
    expect(of('https')).toEqual([]);
    expect(of('http')).toEqual(['/spec/parentRefs/0/sectionName']);
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['HTTP', {}, ['HTTPRoute', 'GRPCRoute']],
    ['HTTPS', {}, ['HTTPRoute', 'GRPCRoute']],
    ['TLS', {}, ['TLSRoute', 'TCPRoute']],
    ['TCP', {}, ['TCPRoute']],
    ['UDP', {}, ['UDPRoute']],
    ['HTTPS', { kinds: [{ kind: 'GRPCRoute' }] }, ['GRPCRoute']],
    ['example.com/own', {}, ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']],
  ])('a listener of %s %j takes %j', (protocol, kinds, taken) => {
    const listener = { protocol, allowedRoutes: { namespaces: { from: 'All' }, ...kinds } };
    for (const kind of ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute']) {
      const found = at(gateway(listener), route({}, [], kind));
      expect([kind, found]).toEqual([kind, taken.includes(kind) ? [] : ['/spec/parentRefs/0']]);
    }
  });

  test('a listener by its port', () => {
    expect(at(gateway(ALL), route({ port: 443 }))).toEqual([]);
    expect(findings('route-parent', gateway(ALL), route({ port: 8443 }))).toMatchObject([
      { field: '/spec/parentRefs/0/port', value: 8443, expected: '443, or no port' },
    ]);
  });

  test('a Gateway that exists, in a namespace that the app writes', () => {
    const wrong = route({ name: 'shard' });
    expect(at(gateway(ALL), wrong)).toEqual([]);
    expect(findings('route-parent', namespace('infra'), gateway(ALL), wrong)).toMatchObject([
      { field: '/spec/parentRefs/0/name', expected: expect.stringContaining('one of infra/shared') },
    ]);
    const forgotten = object(API, 'HTTPRoute', 'web', { spec: { parentRefs: [{ name: 'shared' }] } });
    expect(at(namespace('infra'), namespace('shop'), gateway(ALL), forgotten)).toEqual(['/spec/parentRefs/0/name']);
    const excused = { ...wrong, metadata: { name: 'web', namespace: 'shop', annotations: REASON } };
    expect(at(namespace('infra'), gateway(ALL), excused)).toEqual([]);
  });

  test('a reason excuses no listener that cannot serve it', () => {
    const metadata = { name: 'web', namespace: 'shop', annotations: REASON };
    expect(at(gateway(), { ...route(), metadata })).toEqual(['/spec/parentRefs/0']);
  });

  test('of a Gateway that others write nothing is known', () => {
    expect(at(route())).toEqual([]);
    expect(at(gateway(ALL), route({ kind: 'Service', sectionName: 'x' }))).toEqual([]);
  });
});

describe('route-kinds', () => {
  const parent = (sectionName: string): JsonObject => (sectionName === '' ? {} : { sectionName });
  const of = (http: [string, string[]], grpc: [string, string[]]) =>
    fields('route-kinds', route(parent(http[0]), http[1]), {
      ...route(parent(grpc[0]), grpc[1], 'GRPCRoute'),
      metadata: { name: 'calls', namespace: 'blog' },
    });

  test.each<[[string, string[]], [string, string[]], boolean]>([
    [['https', ['a.example']], ['https', ['a.example']], true],
    [['https', ['a.example']], ['https', ['b.example']], false],
    [['https', ['a.example']], ['http', ['a.example']], false],
    [['https', ['a.example']], ['', ['a.example']], true],
    [['', ['a.example']], ['https', ['a.example']], true],
    [['https', ['*.example']], ['https', ['a.b.example']], true],
    [['https', ['a.b.example']], ['https', ['*.example']], true],
    [['https', ['*.a.example']], ['https', ['*.example']], true],
    [['https', ['*.a.example']], ['https', ['a.example']], false],
    [['https', []], ['https', ['a.example']], true],
    [['https', ['a.example']], ['https', []], true],
  ])('HTTPRoutes of %j and GRPCRoutes of %j: %s', (http, grpc, isRefused) => {
    expect(of(http, grpc)).toEqual(isRefused ? ['/spec/hostnames'] : []);
  });

  test('of two Gateways nothing is said', () => {
    const other = route({ name: 'other' }, ['shop.example'], 'GRPCRoute');
    expect(fields('route-kinds', route(), other)).toEqual([]);
  });
});
