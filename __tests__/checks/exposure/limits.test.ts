// Bounds of routes, and what a bundle has.

import { check, rules } from '../../../lib/checks';
import { bare, object, withReason } from '../../../lib/checks/examples';
import { BUNDLES, type Bundle } from '../../../lib/model/exposure/gateway-api';
import { reasonKey } from '../../../lib/model/manifest/annotations';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entry, fields, findings } from '../support';

const API = 'gateway.networking.k8s.io/v1';

const route = (spec: JsonObject, kind = 'HTTPRoute'): JsonObject => object(API, kind, 'web', { spec });
const times = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => of(index));
const ref = (weight?: number): JsonObject => ({ name: 'web', port: 80, ...(weight === undefined ? {} : { weight }) });

describe('route-limits', () => {
  test.each<[string, number, (count: number) => JsonObject, string]>([
    [
      'parents',
      32,
      (count) => ({ parentRefs: times(count, (index) => ({ name: 'a', sectionName: `s${index}` })) }),
      '/spec/parentRefs',
    ],
    ['hosts', 16, (count) => ({ hostnames: times(count, (index) => `a${index}.example`) }), '/spec/hostnames'],
    ['rules', 16, (count) => ({ rules: times(count, () => ({})) }), '/spec/rules'],
    ['matches of a rule', 64, (count) => ({ rules: [{ matches: times(count, () => ({})) }] }), '/spec/rules/0/matches'],
    ['backends', 16, (count) => ({ rules: [{ backendRefs: times(count, () => ref()) }] }), '/spec/rules/0/backendRefs'],
  ])('%s: %d at most', (_, most, spec, field) => {
    for (const kind of ['HTTPRoute', 'GRPCRoute']) {
      expect(fields('route-limits', route(spec(most), kind))).toEqual([]);
      expect(fields('route-limits', route(spec(most + 1), kind))).toEqual([field]);
    }
  });

  test.each<[string, readonly JsonObject[], readonly string[]]>([
    ['one', [{ name: 'a' }], []],
    [
      'two listeners',
      [
        { name: 'a', sectionName: 'x' },
        { name: 'a', sectionName: 'y' },
      ],
      [],
    ],
    ['two namespaces', [{ name: 'a' }, { name: 'a', namespace: 'infra' }], []],
    ['two kinds', [{ name: 'a' }, { name: 'a', kind: 'Service', group: '' }], []],
    ['one twice', [{ name: 'a' }, { name: 'a', group: API.split('/')[0] ?? '' }], ['/spec/parentRefs/1/sectionName']],
    ['a port more', [{ name: 'a' }, { name: 'a', port: 443 }], ['/spec/parentRefs/1/sectionName']],
    ['a listener, and all', [{ name: 'a', sectionName: 'x' }, { name: 'a' }], ['/spec/parentRefs/1/sectionName']],
  ])('parents: %s', (_, parentRefs, found) => {
    for (const kind of ['HTTPRoute', 'GRPCRoute']) {
      expect(fields('route-limits', route({ parentRefs: [...parentRefs] }, kind))).toEqual(found);
    }
  });

  test.each<[string, readonly JsonObject[], boolean]>([
    ['ports', [{ port: 80 }, { port: 443 }], true],
    [
      'ports of one listener',
      [
        { sectionName: 'x', port: 80 },
        { sectionName: 'x', port: 443 },
      ],
      true,
    ],
    ['one port twice', [{ port: 80 }, { port: 80 }], false],
    ['a port, and none', [{ port: 80 }, {}], false],
    ['a listener and a port', [{ sectionName: 'x', port: 80 }, { port: 443 }], false],
  ])('a reason excuses parents that differ by port, as the experimental channel takes them: %s', (_, refs, isTaken) => {
    const parents = route({ parentRefs: refs.map((ref) => ({ name: 'a', ...ref })) });
    expect(fields('route-limits', parents)).toEqual(['/spec/parentRefs/1/sectionName']);
    const reasoned = withReason(parents, reasonKey('route-limits'), 'the cluster has the experimental channel');
    expect(fields('route-limits', reasoned)).toHaveLength(isTaken ? 0 : 1);
  });

  test('a reason excuses no bound', () => {
    const reasoned = withReason(
      route({ hostnames: times(17, (index) => `a${index}.example`) }),
      reasonKey('route-limits'),
      'why',
    );
    expect(findings('route-limits', reasoned)).toMatchObject([
      { message: '17 hostnames, and an HTTPRoute has 16 at most' },
    ]);
  });

  test('a bound of a rule is said of the rule', () => {
    expect(findings('route-limits', route({ rules: [{ backendRefs: times(17, () => ref()) }] }))).toMatchObject([
      { message: '17 backendRefs, and a rule has 16 at most' },
    ]);
  });

  test('matches of all rules: 128 at most', () => {
    const of = (each: number, rest: number) =>
      route({
        rules: [...times(2, () => ({ matches: times(each, () => ({})) })), { matches: times(rest, () => ({})) }],
      });
    expect(fields('route-limits', of(60, 8))).toEqual([]);
    expect(fields('route-limits', of(60, 9))).toEqual(['/spec/rules']);
  });

  test.each<[string, readonly (number | undefined)[], readonly string[]]>([
    ['shares', [95, 5], []],
    ['a share of nothing', [100, 0], []],
    ['the default', [undefined, 0], []],
    ['the largest', [1_000_000, 1], []],
    ['too large', [1_000_001, 1], ['/spec/rules/0/backendRefs/0/weight']],
    ['negative', [-1, 1], ['/spec/rules/0/backendRefs/0/weight']],
    ['a part', [0.5, 1], ['/spec/rules/0/backendRefs/0/weight']],
    ['the only one without', [0], ['/spec/rules/0/backendRefs']],
    ['none', [0, 0], ['/spec/rules/0/backendRefs']],
  ])('weights: %s', (_, weights, found) => {
    expect(fields('route-limits', route({ rules: [{ backendRefs: weights.map(ref) }] }))).toEqual(found);
  });

  test.each<[JsonObject, boolean]>([
    [{ name: 'web', port: 80 }, true],
    [{ name: 'web' }, false],
    [{ group: '', kind: 'Service', name: 'web' }, false],
    [{ group: 'example.com', kind: 'Bucket', name: 'web' }, true],
  ])('a Service has its port: %j', (ref, isRight) => {
    const found = fields('route-limits', route({ rules: [{ backendRefs: [ref] }] }));
    expect(found).toEqual(isRight ? [] : ['/spec/rules/0/backendRefs/0/port']);
  });

  test.each<[string, string, boolean]>([
    ['/api', 'PathPrefix', true],
    [`/${'a'.repeat(1023)}`, 'Exact', true],
    [`/${'a'.repeat(1024)}`, 'Exact', false],
    ['api', 'PathPrefix', false],
    ['/a//b', 'PathPrefix', false],
    ['/a/../b', 'Exact', false],
    ['/a%2Fb', 'Exact', false],
    ['/a/.', 'Exact', false],
    ['^/a/.*', 'RegularExpression', true],
  ])('the path %.20s by %s', (value, type, isRight) => {
    const found = fields('route-limits', route({ rules: [{ matches: [{ path: { type, value } }] }] }));
    expect(found).toEqual(isRight ? [] : ['/spec/rules/0/matches/0/path/value']);
  });
});

describe('gateway-bundle', () => {
  const found = (manifest: JsonObject, bundle: Bundle | undefined, capabilities = ['gateway-api']) => {
    const api = { ...bare, capabilities, ...(bundle === undefined ? {} : { gatewayApi: { bundle } }) };
    return check(
      [{ ...entry(manifest), api }],
      rules.filter(({ id }) => id === 'gateway-bundle'),
    ).map(({ field }) => field);
  };
  const since = (manifest: JsonObject) => BUNDLES.find((bundle) => found(manifest, bundle).length === 0);

  test.each<[string, JsonObject, Bundle]>([
    ['HTTPRoute', route({}), '1.3'],
    ['GRPCRoute', route({}, 'GRPCRoute'), '1.3'],
    ['BackendTLSPolicy', route({}, 'BackendTLSPolicy'), '1.4'],
    ['the name of a rule', route({ rules: [{ name: 'all' }] }), '1.4'],
    ['ListenerSet', route({}, 'ListenerSet'), '1.5'],
    ['TLSRoute', route({}, 'TLSRoute'), '1.5'],
    ['redirects by 308', route({ rules: [{ filters: [{ requestRedirect: { statusCode: 308 } }] }] }), '1.5'],
    ['redirects by 301', route({ rules: [{ filters: [{ requestRedirect: { statusCode: 301 } }] }] }), '1.3'],
    ['CORS', route({ rules: [{ filters: [{ type: 'CORS', cors: {} }] }] }), '1.5'],
    ['TCPRoute', route({}, 'TCPRoute'), '1.6'],
    ['retries', route({ rules: [{ retry: { attempts: 2 } }] }), '1.7'],
  ])('%s: since %3$s', (_, manifest, bundle) => {
    expect(since(manifest)).toBe(bundle);
  });

  test('1.3 without a word; nothing where a cluster says nothing of it', () => {
    const set = route({}, 'ListenerSet');
    expect(found(set, undefined)).toEqual(['/apiVersion']);
    expect(found(set, undefined, [])).toEqual([]);
  });

  test('a version that no bundle serves', () => {
    const old = { ...route({}), apiVersion: 'gateway.networking.k8s.io/v1alpha2' };
    expect(found(old, '1.7')).toEqual(['/apiVersion']);
  });
});
