// Listeners of Gateways: what the API server refuses, what controllers do not serve, and listeners without a certificate.

import { check, rules } from '../../../lib/checks';
import { bare, object } from '../../../lib/checks/examples';
import { eks, gke } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entry, fields, findings } from '../support';

const API = 'gateway.networking.k8s.io/v1';
const TLS = { certificateRefs: [{ name: 'web-tls' }] };

const gateway = (
  listeners: readonly JsonObject[],
  gatewayClassName = 'eg',
  annotations: JsonObject = {},
): JsonObject => ({
  apiVersion: API,
  kind: 'Gateway',
  metadata: { name: 'a', namespace: 'shop', annotations },
  spec: { gatewayClassName, listeners: [...listeners] },
});
const ofClass = (name: string, controllerName: string): JsonObject => ({
  apiVersion: API,
  kind: 'GatewayClass',
  metadata: { name },
  spec: { controllerName },
});
const listener = (more: JsonObject = {}): JsonObject => ({ name: 'a', port: 443, protocol: 'HTTPS', ...more });

describe('listener-limits', () => {
  const at = (...listeners: readonly JsonObject[]) => fields('listener-limits', gateway(listeners));

  test('64 at most, one at least', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, index) => listener({ name: `l${index}`, hostname: `a${index}.example` }));
    expect(at(...many(64))).toEqual([]);
    expect(at(...many(65))).toEqual(['/spec/listeners']);
    expect(at()).toEqual(['/spec/listeners']);
  });

  test('the value is that of the field, and none where it is missing', () => {
    const found = findings(
      'listener-limits',
      gateway([
        { name: 'a', port: 0, protocol: 'HTTP' },
        { name: 'b', protocol: 'TCP', hostname: 'x.example' },
      ]),
    );
    expect(found.map(({ field, value }) => [field, value])).toEqual([
      ['/spec/listeners/0/port', 0],
      ['/spec/listeners/1/hostname', 'x.example'],
      ['/spec/listeners/1/port', undefined],
    ]);
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['a name of its own', { name: 'b', hostname: 'b.example' }, []],
    ['a name twice', { hostname: 'b.example' }, ['name']],
    ['port, protocol and host twice', { name: 'b' }, ['hostname']],
    ['a host of its own at another port', { name: 'b', port: 8443 }, []],
  ])('%s', (_, more, found) => {
    expect(at(listener(), listener(more))).toEqual(found.map((key) => `/spec/listeners/1/${key}`));
  });

  test.each<[string, JsonObject, readonly string[]]>([
    ['a long name', { name: 'a'.repeat(254) }, ['name']],
    ['a name in upper case', { name: 'HTTPS' }, ['name']],
    ['no name', { name: null }, ['name']],
    ['no port', { port: null }, ['port']],
    ['port 0', { port: 0 }, ['port']],
    ['port 65536', { port: 65_536 }, ['port']],
    ['no protocol', { protocol: null }, ['protocol']],
    ['HTTP', { protocol: 'HTTP' }, []],
    ['HTTP with TLS', { protocol: 'HTTP', tls: TLS }, ['tls']],
    ['TCP with TLS', { protocol: 'TCP', tls: TLS }, ['tls']],
    ['UDP with TLS', { protocol: 'UDP', tls: {} }, ['tls']],
    ['TCP at a host', { protocol: 'TCP', hostname: 'a.example' }, ['hostname']],
    ['UDP at a host', { protocol: 'UDP', hostname: 'a.example' }, ['hostname']],
    ['TLS at a host', { protocol: 'TLS', hostname: 'a.example', tls: { mode: 'Passthrough' } }, []],
    ['HTTPS with a certificate', { tls: TLS }, []],
    ['HTTPS by options', { tls: { mode: 'Terminate', options: { 'networking.gke.io/pre-shared-certs': 'a' } } }, []],
    ['HTTPS that passes through', { tls: { mode: 'Passthrough' } }, ['tls/mode']],
    ['HTTPS with TLS of nothing', { tls: {} }, ['tls']],
    ['TLS that ends with nothing', { protocol: 'TLS', tls: { mode: 'Terminate', certificateRefs: [] } }, ['tls']],
  ])('%s', (_, more, found) => {
    expect(at(listener(more))).toEqual(found.map((key) => `/spec/listeners/0/${key}`));
  });
});

describe('a ListenerSet', () => {
  const set = (listeners: readonly JsonObject[], parent = 'a'): JsonObject =>
    object(API, 'ListenerSet', 'more', { spec: { parentRef: { name: parent }, listeners: [...listeners] } });

  test('is held to what a Gateway is', () => {
    expect(findings('listener-limits', set([]))).toMatchObject([{ message: 'the ListenerSet has no listener' }]);
    expect(fields('listener-limits', set([listener({ protocol: 'HTTP', tls: TLS })]))).toEqual([
      '/spec/listeners/0/tls',
    ]);
    const two = [listener({ protocol: 'TCP' }), listener({ name: 'b', tls: TLS })];
    expect(fields('listener-served', set(two))).toEqual(['/spec/listeners/1/port']);
    expect(fields('listener-limits', set([listener({ tls: TLS })]))).toEqual([]);
  });

  test('has the controller of its Gateway', () => {
    const own = (className: string) => gateway([listener({ tls: TLS })], className);
    expect(fields('listener-certificate', own('eg'), set([listener()]))).toEqual(['/spec/listeners/0/tls']);
    expect(fields('listener-certificate', own('ngrok'), set([listener()]))).toEqual([]);
    expect(fields('listener-certificate', own('eg'), set([listener()], 'elsewhere'))).toEqual([]);
  });
});

describe('listener-served', () => {
  const at = (...listeners: readonly JsonObject[]) => fields('listener-served', gateway(listeners));

  test.each<[string, string, boolean]>([
    ['HTTP', 'HTTP', true],
    ['HTTPS', 'HTTPS', true],
    ['HTTPS', 'TLS', true],
    ['HTTP', 'HTTPS', false],
    ['TLS', 'HTTP', false],
    ['TCP', 'HTTPS', false],
    ['TCP', 'UDP', true],
    ['HTTPS', 'UDP', true],
  ])('%s and %s at one port: %s', (one, other, isServed) => {
    const found = at(listener({ protocol: one }), listener({ name: 'b', protocol: other }));
    expect(found).toEqual(isServed ? [] : ['/spec/listeners/1/port']);
    expect(at(listener({ protocol: one }), listener({ name: 'b', protocol: other, port: 80 }))).toEqual([]);
  });

  test('a reason excuses HTTP beside HTTPS, which is left to the controller, and no TCP', () => {
    const reason = { 'evenkeel.dev/listener-served-reason': 'it looks at the first bytes' };
    const beside = (one: string, other: string, className = 'eg') =>
      fields(
        'listener-served',
        gateway([listener({ protocol: one }), listener({ name: 'b', protocol: other })], className, reason),
      ).length;
    expect(beside('HTTP', 'HTTPS')).toBe(0);
    expect(beside('TLS', 'HTTP')).toBe(0);
    expect(beside('TCP', 'HTTP')).toBe(1);
    expect(beside('TLS', 'TCP')).toBe(1);
  });

  test('Traefik takes HTTP beside HTTPS', () => {
    const found = (protocol: string, className: string) =>
      fields(
        'listener-served',
        gateway([listener({ protocol: 'HTTPS' }), listener({ name: 'b', protocol })], className),
        ofClass('mine', 'traefik.io/gateway-controller'),
      ).length;
    expect(found('HTTP', 'traefik')).toBe(0);
    expect(found('HTTP', 'mine')).toBe(0);
    expect(found('HTTP', 'eg')).toBe(1);
    expect(found('TCP', 'traefik')).toBe(1);
  });

  test.each([
    [['UDP', 'HTTP', 'TCP'], 2],
    [['TLS', 'HTTPS', 'TCP'], 2],
    [['HTTP', 'HTTP', 'TCP'], 2],
  ])('all before count, not the first alone: %j', (protocols, last) => {
    const found = at(...protocols.map((protocol, index) => listener({ name: `l${index}`, protocol })));
    expect(found).toEqual([`/spec/listeners/${last}/port`]);
  });

  test('a protocol in lower case; one of a controller is its own', () => {
    expect(findings('listener-served', gateway([listener({ protocol: 'https' })]))).toMatchObject([
      { field: '/spec/listeners/0/protocol', value: 'https', expected: 'HTTPS' },
    ]);
    for (const protocol of ['HBONE', 'example.com/own']) expect(at(listener({ protocol }))).toEqual([]);
  });
});

describe('listener-certificate', () => {
  const at = (...manifests: readonly JsonObject[]) => fields('listener-certificate', ...manifests);
  const AT = '/spec/listeners/0/tls';

  test.each<[string, JsonObject, readonly string[]]>([
    ['HTTPS', {}, [AT]],
    ['TLS', { protocol: 'TLS' }, [AT]],
    ['HTTPS with a certificate', { tls: TLS }, []],
    ['TLS that passes through', { protocol: 'TLS', tls: { mode: 'Passthrough' } }, []],
    ['HTTP', { protocol: 'HTTP' }, []],
    ['TCP', { protocol: 'TCP' }, []],
  ])('%s', (_, more, found) => {
    expect(at(gateway([listener(more)]))).toEqual(found);
  });

  test('it says what to write', () => {
    expect(findings('listener-certificate', gateway([listener()]))).toMatchObject([
      {
        message: 'the listener for HTTPS has no certificate',
        expected: expect.stringContaining('tls: { certificateRefs: [{ name: the TLS Secret }] }'),
      },
    ]);
  });

  test('a reason excuses it, and so does the certificate map of GKE', () => {
    expect(at(gateway([listener()], 'mine', { 'evenkeel.dev/listener-certificate-reason': 'it finds them' }))).toEqual(
      [],
    );
    const map = { 'networking.gke.io/certmap': 'shop' };
    expect(at(gateway([listener()], 'gke-l7-global-external-managed', map))).toEqual([]);
  });

  test.each<[string, boolean]>([
    ['gateway.k8s.aws/alb', true],
    ['ngrok.com/gateway-controller', true],
    ['gateway.envoyproxy.io/gatewayclass-controller', false],
  ])('of a class of %s: finds certificates itself: %s', (controllerName, isFound) => {
    expect(at(ofClass('mine', controllerName), gateway([listener()], 'mine'))).toEqual(isFound ? [] : [AT]);
  });

  test.each<[string, string, boolean]>([
    ['eks', 'public', true],
    ['eks', 'eg', false],
    ['gke', 'public', false],
  ])('on %s, of class %s, which others write', (name, className, isFound) => {
    const somewhere = { region: 'a', kubernetes: '1.36' } as const;
    const { provider } = name === 'eks' ? eks(somewhere) : gke(somewhere);
    const found = check(
      [{ ...entry(gateway([listener()], className)), api: { ...bare, provider } }],
      rules.filter(({ id }) => id === 'listener-certificate'),
    );
    expect(found).toHaveLength(isFound ? 0 : 1);
  });
});
