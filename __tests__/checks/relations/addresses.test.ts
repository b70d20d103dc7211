// Addresses in what pods read: ports and names of Services, and what only looks like one (A8).
import type { Json, JsonObject } from '../../../lib/model';
import { fields, findings } from '../support';

const made = (apiVersion: string, kind: string, name: string, body: JsonObject, namespace = 'shop'): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...body,
});
const OWN: JsonObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
const service = (spec: JsonObject, name = 'cart') => made('v1', 'Service', name, { spec });
const CART = service({ selector: { app: 'cart' }, ports: [{ port: 7070 }] });
const HEADLESS = service({ clusterIP: 'None', selector: { app: 'cart' }, ports: [{ port: 80 }] }, 'cart-members');
const pod = (spec: JsonObject, app = 'web') => ({
  ...made('v1', 'Pod', app, { spec: { containers: [], ...spec } }),
  metadata: { name: app, namespace: 'shop', labels: { app } },
});
const variables = (all: Readonly<Record<string, string>>, more: JsonObject = {}) =>
  pod({ containers: [{ name: 'web', env: Object.entries(all).map(([name, value]) => ({ name, value })) }], ...more });
const args = (...words: string[]) => pod({ containers: [{ name: 'web', args: words }] });
const files = (data: JsonObject, items: Json = []) => [
  made('v1', 'ConfigMap', 'conf', { data }),
  pod({ volumes: [{ name: 'conf', configMap: { name: 'conf', items } }] }),
];

describe('address-port', () => {
  const id = 'address-port';

  test.each([
    'cart:3551',
    'http://cart:3551/path',
    'redis://user@cart:3551',
    'jdbc:postgresql://cart:3551/shop',
    'cart.shop:3551',
    'cart.shop.svc.cluster.local:3551',
    'other.example:1,cart:3551',
  ])('a variable with %s', (value) => {
    expect(fields(id, OWN, CART, variables({ CART_ADDR: value }))).toEqual(['/spec/containers/0/env/0/value']);
  });

  test('an argument, a file, and a variable from a ConfigMap', () => {
    expect(fields(id, CART, args('--cart=cart:3551'))).toEqual(['/spec/containers/0/args/0']);
    expect(fields(id, CART, ...files({ 'a.conf': 'upstream { server cart:3551; }' }))).toEqual([
      '/spec/volumes/0/configMap/name',
    ]);
    expect(fields(id, CART, ...files({ a: 'cart:3551' }, [{ key: 'b', path: 'b' }]))).toEqual([]);
    const map = made('v1', 'ConfigMap', 'env', { data: { CART_ADDR: 'cart:3551' } });
    const from = pod({ containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'env' } }] }] });
    expect(fields(id, CART, map, from)).toEqual(['/spec/containers/0/envFrom/0/configMapRef/name']);
  });

  test('a host and a port in two variables', () => {
    expect(fields(id, CART, variables({ CART_HOST: 'cart', CART_PORT: '80' }))).toEqual([
      '/spec/containers/0/env/1/value',
    ]);
    expect(fields(id, CART, variables({ CART_HOST: 'cart', CART_PORT: '7070' }))).toEqual([]);
    expect(fields(id, CART, variables({ CART_HOST: 'cart', PORT: '80' }))).toEqual([]);
  });

  test('pods behind a headless Service answer at their own ports', () => {
    const cart = pod({ containers: [{ name: 'cart', ports: [{ containerPort: 6379 }] }] }, 'cart');
    for (const host of ['cart-members', 'cart-0.cart-members']) {
      expect(fields(id, HEADLESS, cart, variables({ A: `${host}:6379` }))).toEqual([]);
      expect(fields(id, HEADLESS, cart, variables({ A: `${host}:80` }))).toHaveLength(1);
    }
    expect(fields(id, HEADLESS, variables({ A: 'cart-members:9' }))).toEqual([]);
  });

  test.each([
    ['the right port', { A: 'cart:7070' }],
    ['an image', { SIDECAR_IMAGE: 'cart:7' }],
    ['a tag with more', { A: 'cart:7.2 cart:7-alpine' }],
    ['an image in a registry', { A: 'registry.example/cart:7' }],
    ['a longer name', { A: 'my-cart:1 cart.example:1 cart2:1' }],
    ['a row of numbers', { A: 'cart:1:2' }],
    ['no port', { A: 'cart:99999' }],
    ['a variable in it', { A: '$cart:1' }],
  ])('%s is right', (_, all) => {
    expect(fields(id, CART, variables(all))).toEqual([]);
  });

  test('a name for a host outside says nothing of its ports', () => {
    const outside = service({ type: 'ExternalName', externalName: 'cart.example', ports: [{ port: 1 }] });
    expect(fields(id, outside, variables({ A: 'cart:2' }))).toEqual([]);
  });

  test('names both places and the property', () => {
    const [first] = findings(id, CART, variables({ CART_ADDR: 'cart:3551' }));
    expect(first).toMatchObject({
      severity: 'warning',
      message: 'CART_ADDR has port 3551 of Service shop/cart, which has none of this number',
      expected: expect.stringContaining('port 7070; of a component, port: { port, servicePort }'),
    });
  });
});

describe('address-service', () => {
  const id = 'address-service';

  test.each([
    ['REDIS_ADDR', 'redis-cart:6379'],
    ['redisUrl_URL', 'redis://redis-cart'],
    ['KAFKA_BROKERS', 'redis-cart:9092,cart:9092'],
    ['ANYTHING', 'see redis-cart.shop.svc for more'],
    ['ANYTHING', 'http://redis-cart.shop.svc.cluster.local:80'],
  ])('%s=%s', (name, value) => {
    expect(fields(id, OWN, CART, variables({ [name]: value }))).toEqual(['/spec/containers/0/env/0/value']);
  });

  test.each<[string, Readonly<Record<string, string>>, ...JsonObject[]]>([
    ['a Service', { CART_ADDR: 'cart:7070' }],
    ['another kind of text', { GREETING: 'hello:1' }],
    ['the pod itself', { A_URL: 'http://localhost:80' }],
    ['an address', { A_ADDR: '10.0.0.1:80', B_ADDR: ':8080', C_ADDR: '0.0.0.0:80' }],
    ['a host outside', { A_URL: 'https://bank.example/' }],
    ['another namespace', { A_URL: 'http://db.other.svc.cluster.local' }],
    ['a host of the hosts file', { A_URL: 'http://db:1' }, { hostAliases: [{ ip: '10.0.0.1', hostnames: ['db'] }] }],
    ['names of the node', { A_URL: 'http://db:1' }, { dnsPolicy: 'Default' }],
    ['other domains', { A_URL: 'http://db:1' }, { dnsConfig: { searches: ['corp.example'] } }],
    ['a pod of a StatefulSet', { A_URL: 'http://cart-0.cart.shop.svc.cluster.local' }],
    ['a word', { LISTEN_ADDR: 'unix' }],
  ])('%s is right', (_, all, ...[more]) => {
    expect(fields(id, OWN, CART, variables(all, more))).toEqual([]);
  });

  test('a namespace of others, and one with an operator, may have more Services', () => {
    const user = variables({ REDIS_ADDR: 'redis-cart:6379' });
    expect(fields(id, CART, user)).toEqual([]);
    expect(fields(id, OWN, made('databases.example/v1', 'Redis', 'redis-cart', {}), user)).toEqual([]);
  });
});

describe('short-name', () => {
  const id = 'short-name';
  const ndots = (value: string): JsonObject => ({ dnsConfig: { options: [{ name: 'ndots', value }] } });

  test.each(['web.shop.svc', 'web.shop.svc:80', 'http://web.shop.svc/a', 'a,cart-0.cart.shop.svc,b'])('%s', (value) => {
    expect(fields(id, variables({ A: value }, ndots('2')))).toEqual(['/spec/containers/0/env/0/value']);
  });

  test.each<[string, string, JsonObject]>([
    ['the full name', 'http://web.shop.svc.cluster.local', ndots('2')],
    ['with more ndots', 'http://web.shop.svc', ndots('5')],
    ['the kubelet’s ndots', 'http://web.shop.svc', {}],
    ['a name with fewer dots', 'web.shop web', ndots('2')],
    ['a word', 'x.svc a.b.svclog a.b.svc.example', ndots('2')],
    ['fewer dots than ndots', 'web.shop.svc', ndots('3')],
  ])('%s is right', (_, value, more) => {
    expect(fields(id, variables({ A: value }, more))).toEqual([]);
  });

  test('a component is such a pod, unless it asks for more', () => {
    const [finding] = findings(id, variables({ A: 'web.shop.svc' }, ndots('2')));
    expect(finding?.expected).toContain('web.shop.svc.cluster.local, or ndots: 5');
  });
});
