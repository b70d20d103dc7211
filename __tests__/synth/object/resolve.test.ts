// Holds our resolving to cdk8s' own toJson(), text for text: all generated classes, tokens, traps, and random objects. What cdk8s loses without
// a word is kept, or is a finding: S20, S22, S24, S25, S33, F6.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { ApiObject, type ApiObjectProps, App, Chart, Include, JsonPatch, Lazy, type ResolutionContext } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { HttpRoute } from '../../../imports/gateway.networking.k8s.io';
import { isFixedForm } from '../../../lib/model/manifest/kind-lookup';
import { groupOf } from '../../../lib/model/manifest/object';
import { createResolver, type Resolved } from '../../../lib/synth/object/resolve';
import { seeded } from '../../support/random';
import { cases } from '../../support/requirements';
import { at } from '../../support/synthesis';

type Random = () => number;

const HEAD = { apiVersion: 'v1', kind: 'ConfigMap' };
const CUSTOM = { apiVersion: 'example.com/v1', kind: 'Thing' };

function newChart(app = new App()): Chart {
  return new Chart(app, 'chart', { namespace: 'shop', labels: { team: 'a' }, disableResourceNameHashes: true });
}

function resolve(object: ApiObject): Resolved {
  return createResolver(object.node.root)(object);
}

/** `rule field: message` of each finding. */
function refusals(object: ApiObject): string[] {
  return resolve(object).findings.map(({ rule, field, message }) => `${rule} ${field}: ${message}`);
}

/** As text: the order of keys counts. */
function expectSame(object: ApiObject): void {
  const { manifest, findings } = resolve(object);
  expect(findings).toEqual([]);
  expect(JSON.stringify(manifest)).toBe(JSON.stringify(object.toJson()));
}

function throws(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

function bare(fields: object, metadata: object = {}): ApiObject {
  return new ApiObject(newChart(), 'object', { ...HEAD, metadata: { name: 'a', ...metadata }, ...fields });
}

/** Stands for an instance of any class that is not one of cdk8s'. */
class Odd {
  readonly inside = 1;
}

class Token {
  constructor(private readonly inner: unknown) {}

  resolve(): unknown {
    return this.inner;
  }
}

/** Values that something special must happen to; each is tried in a field, in a map, in a list and in metadata. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  'negative zero': () => -0,
  'empty text': () => '',
  'empty map': () => ({}),
  'empty list': () => [],
  'maps of nothing': () => ({ b: { c: {} }, a: [], d: null, e: undefined }),
  'list with null': () => [1, null, 2],
  'list with a property': () => Object.assign(['a'], { other: 'b' }),
  'list that resolves': () => Object.assign(['a'], { resolve: () => 'b' }),
  'integer keys': () => ({ 10: 'a', 9: 'b', a: 'c', '-1': 'd', '01': 'e' }),
  'map that resolves': () => ({ a: 1, resolve: () => ({ z: 1, b: [] }) }),
  'key value': () => ({ value: 'a', other: 'b' }),
  'keys toString and resolve': () => ({ toString: 'a', resolve: 'b', hasOwnProperty: 'c' }),
  'keys out of order': () => ({ b: 1, B: 2, a: 3, _: 4, é: 5, '😀': 6, '￿': 7, ab: 8 }),
  'many keys': () => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key${(index * 7) % 60}`, index])),
  getter: () => Object.defineProperty({ a: 1 }, 'b', { get: () => 'got', enumerable: true }),
  'hidden field': () => Object.defineProperty({ a: 1 }, 'b', { value: 'x', enumerable: false }),
  'prototype that resolves': () => Object.create({ resolve: () => 'a' }),
  lazy: () => Lazy.any({ produce: () => ({ b: 1, a: null, c: { d: 1 } }) }),
  'lazy lazy': () => Lazy.any({ produce: () => Lazy.any({ produce: () => 'a' }) }),
  token: () => new Token({ b: [new Token('a')], a: null }),
  'token of lazy': () => new Token(Lazy.any({ produce: () => ['a', 'b'] })),
};

/** Places of a value, with the pointer to it. */
const PLACES: readonly (readonly [string, (value: unknown) => ApiObject, string])[] = [
  ['as a field', (value) => bare({ data: value }), '/data'],
  ['in a map', (value) => bare({ spec: { z: 1, a: { value: 1, b: value } } }), '/spec/a/b'],
  ['in a list', (value) => bare({ spec: { list: ['a', value] } }), '/spec/list/1'],
  ['in a map in a list', (value) => bare({ spec: { list: [{ 'a/b~c': value }] } }), '/spec/list/0/a~1b~0c'],
  ['as more metadata', (value) => bare({}, { extra: value }), '/metadata/extra'],
  ['as an annotation', (value) => bare({}, { annotations: { z: 'a', b: value } }), '/metadata/annotations/b'],
  ['as a finalizer', (value) => bare({}, { finalizers: ['a', value] }), '/metadata/finalizers/1'],
  ['late', (value) => bare({ spec: Lazy.any({ produce: () => [{ a: value }] }) }), '/spec/0/a'],
  [
    'in a generated class',
    (value) => new k8s.KubeConfigMap(newChart(), 'object', { data: { z: 'a', b: value as string } }),
    '/data/b',
  ],
  [
    'in a class derived from a generated one',
    (value) => new Derived(newChart(), 'object', { data: { z: 'a', b: value as string } }),
    '/data/b',
  ],
  ["in the result of one's own toJson()", (value) => new OwnJson(newChart(), 'object', value), '/data/b'],
];

class Derived extends k8s.KubeConfigMap {
  override toJson(): unknown {
    return { ...super.toJson(), immutable: true };
  }
}

class OwnJson extends ApiObject {
  constructor(
    scope: Chart,
    id: string,
    private readonly value: unknown,
  ) {
    super(scope, id, { ...HEAD, metadata: { name: 'a' } });
  }

  override toJson(): unknown {
    return { ...super.toJson(), data: { b: this.value } };
  }
}

const AS_CDK8S = PLACES.filter(([name]) => !/own|derived/.test(name));

describe.each(Object.keys(VALUES))('%s', (name) => {
  const make = VALUES[name] ?? (() => undefined);

  test.each(AS_CDK8S)('%s', (place, build) => {
    const object = build(make());
    // something empty in a list of metadata would become null
    if (place === 'as a finalizer' && /\[\]|\{\}/.test(JSON.stringify(resolve(object).manifest))) return;
    expectSame(object);
  });
});

const KEYS: readonly (readonly [string, () => object])[] = [
  ['__proto__', () => JSON.parse('{"a":2,"__proto__":{"x":1},"b":1}')],
  ['constructor', () => ({ a: 2, constructor: 'a', b: 1 })],
  ['constructor and value', () => ({ constructor: 'a', value: 'b', c: 1 })],
  ['toString, hasOwnProperty, valueOf', () => ({ hasOwnProperty: 'c', toString: 'a', valueOf: 'd' })],
  ['without a prototype', () => Object.assign(Object.create(null), { value: 'a', b: 1, constructor: 'x' })],
  ['of another realm', () => runInNewContext('({ a: 1, value: "b" })')],
];

describe.each(KEYS)('F6: keys of a map are ordinary: %s', (_, make) => {
  test.each(PLACES)('%s', (_, build, pointer) => {
    const { manifest, findings } = resolve(build(make()));
    expect(findings).toEqual([]);
    const written: unknown = pointer
      .split('/')
      .slice(1)
      .reduce<unknown>((value, key) => Reflect.get(Object(value), key.replace('~1', '/').replace('~0', '~')), manifest);
    expect(Object.entries(Object(written)).sort()).toEqual(Object.entries(make()).sort());
    expect(Object.getPrototypeOf(written)).toBe(Object.prototype);
  });
});

const circle: { inner?: unknown } = {};
circle.inner = { list: [circle] };

function deep(levels: number): unknown {
  let value: unknown = 'a';
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

/** What is refused, with the end of the pointer below its place, and the message. */
const REFUSED: readonly (readonly [string, () => unknown, string, string])[] = [
  ['S33 function', () => () => 1, '', 'a function is not a value'],
  ['S33 class', () => Odd, '', 'a function is not a value'],
  ['S33 symbol', () => Symbol('a'), '', 'a symbol is not a value'],
  ['S22 not a number', () => Number.NaN, '', 'NaN is not a number of JSON'],
  ['S22 infinity', () => Number.POSITIVE_INFINITY, '', 'Infinity is not a number of JSON'],
  ['S22 minus infinity', () => Number.NEGATIVE_INFINITY, '', '-Infinity is not a number of JSON'],
  ['S24 digits lost', () => Number('9223372036854775807'), '', 'an integer beyond 2^53 has lost digits as a number'],
  ['S24 digits lost, below 0', () => -(2 ** 53), '', 'an integer beyond 2^53 has lost digits as a number'],
  ['S24 large integer', () => 2n ** 60n, '', `no field of a built-in kind takes the integer ${2n ** 60n}`],
  ['S20 undefined in a list', () => ['a', undefined], '/1', 'undefined is not an item of a list'],
  ['S20 nothing late in a list', () => [late(undefined)], '/0', 'undefined is not an item of a list'],
  ['S20 sparse list', () => Object.assign([], { 1: 'a' }), '/0', 'undefined is not an item of a list'],
  ['date', () => new Date(0), '', 'an instance of Date is not a value'],
  ['map', () => new Map([['a', 1]]), '', 'an instance of Map is not a value'],
  ['set', () => new Set(['a']), '', 'an instance of Set is not a value'],
  ['buffer', () => Buffer.from('a'), '', 'an instance of Buffer is not a value'],
  ['promise', () => Promise.resolve('a'), '', 'an instance of Promise is not a value'],
  ['boxed text', () => new String('a'), '', 'an instance of String is not a value'],
  ['instance', () => new Odd(), '', 'an instance of Odd is not a value'],
  ['late instance', () => late(new Odd()), '', 'an instance of Odd is not a value'],
  [
    'instance with a value and more',
    () => Object.assign(new Odd(), { value: 'b' }),
    '',
    'an instance of Odd is not a value',
  ],
  ['construct', () => newChart(), '', 'the construct chart is not a value'],
  ['circle', () => circle, '/inner/list/0', 'the value contains itself'],
  [
    'getter that throws',
    () => ({
      get a() {
        throw new RangeError('no');
      },
    }),
    '/a',
    'reading the value threw RangeError: no',
  ],
  [
    'lazy that throws',
    () =>
      Lazy.any({
        produce: () => {
          throw new RangeError('no');
        },
      }),
    '',
    'reading the value threw RangeError: no',
  ],
];

describe.each(REFUSED)('%s is a finding with its field', (_, make, below, message) => {
  test.each(PLACES)('%s', (_, build, pointer) => {
    expect(refusals(build(make()))).toEqual([`unrenderable ${pointer}${below}: ${message}`]);
  });
});

test('a value of hundreds of levels is a finding, and no stack overflow', () => {
  expect(refusals(bare({ data: deep(400) }))).toEqual([]);
  expect(refusals(bare({ data: deep(600) }))).toEqual([
    expect.stringMatching(/^unrenderable \/data(\/0)+: .* levels deep$/),
  ]);
  expect(refusals(bare({ data: deep(100_000) }))).toHaveLength(1);
});

test('all that is wrong is found at once, and the rest of the object is there', () => {
  const object = bare({ data: { a: () => 'x', b: Symbol('y'), c: 'z' }, spec: [Number.NaN, 1] }, { labels: { a: 1n } });
  expect(refusals(object)).toEqual([
    'unrenderable /data/a: a function is not a value',
    'unrenderable /data/b: a symbol is not a value',
    'unrenderable /spec/0: NaN is not a number of JSON',
  ]);
  expect(resolve(object).manifest).toEqual({
    ...HEAD,
    metadata: { name: 'a', namespace: 'shop', labels: { a: 1, team: 'a' } },
    data: { c: 'z' },
    spec: [null, 1],
  });
});

test('S24: a BigInt is an integer with all its digits', () => {
  const values = [0n, -1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
  const { manifest, findings } = resolve(new ApiObject(newChart(), 'object', { ...CUSTOM, spec: { values } }));
  expect(findings).toEqual([]);
  expect(manifest).toHaveProperty('spec.values', [0, -1, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)]);
  const beyond = new ApiObject(newChart(), 'object', { ...CUSTOM, spec: [2n ** 63n, -(2n ** 63n) - 1n] });
  expect(refusals(beyond)).toEqual([
    'unrenderable /spec/0: 9223372036854775808 does not fit in 64 bits: it would be rounded',
    'unrenderable /spec/1: -9223372036854775809 does not fit in 64 bits: it would be rounded',
  ]);
  expect(refusals(bare({ spec: [1e20] }))).toHaveLength(1);
  expect(refusals(bare({ spec: [1e21, 1.5e300, 2 ** 53 - 1, -1.5] }))).toEqual([]);
});

describe('S25: null', () => {
  const values = { livenessProbe: null, resources: { limits: { cpu: null } }, list: [{ a: null }, null] };

  test('is kept in a custom resource, and in a built-in kind that holds values of any form', () => {
    for (const head of [CUSTOM, { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }]) {
      const object = new ApiObject(newChart(), 'object', { ...head, spec: { values, none: undefined }, other: null });
      expect(resolve(object)).toMatchObject({ findings: [], manifest: { spec: { values }, other: null } });
      expect(resolve(object).manifest).not.toHaveProperty('spec.none');
    }
  });

  test('is dropped from metadata, and from the maps of other built-in kinds', () => {
    const metadata = { name: 'a', annotations: { a: null as unknown as string }, creationTimestamp: null };
    const custom = new ApiObject(newChart(), 'object', { ...CUSTOM, metadata });
    expect(resolve(custom).manifest?.metadata).toEqual({ name: 'a', namespace: 'shop', labels: { team: 'a' } });
    expect(resolve(bare({ spec: values, data: null })).manifest).toEqual({
      ...HEAD,
      metadata: expect.anything(),
      spec: { resources: { limits: {} }, list: [{}, null] },
    });
  });
});

describe('a wrapper of a generated class', () => {
  test('is unwrapped by its class', () => {
    const ports = [{ port: 80, targetPort: k8s.IntOrString.fromNumber(8080) }];
    const service = new k8s.KubeService(newChart(), 'object', { spec: { ports } });
    expect(resolve(service)).toMatchObject({ findings: [], manifest: { spec: { ports: [{ targetPort: 8080 }] } } });
  });

  test('is refused where nothing unwraps it: cdk8s writes a map', () => {
    const object = bare({ spec: { cpu: k8s.Quantity.fromString('100m') } });
    expect(object.toJson()).toHaveProperty('spec.cpu', { value: '100m' });
    expect(resolve(object).findings).toMatchObject([
      { field: '/spec/cpu', message: 'an instance of Quantity is not a value', expected: 'its value alone: "100m"' },
    ]);
  });
});

/** Fields of a generated type, learnt by watching what the generated code reads. */
interface Shape {
  readonly fields: Map<string, Shape>;
  items?: Shape;
  isMap?: true;
  isDate?: true;
}

const MOST_DEPTH = 9;

function watch(shape: Shape, depth = 0): object {
  const child = (name: string): Shape => {
    const known = shape.fields.get(name) ?? { fields: new Map<string, Shape>() };
    shape.fields.set(name, known);
    return known;
  };
  return new Proxy(
    {},
    {
      get: (_, name) => {
        if (name === 'toISOString') {
          shape.isDate = true;
          return () => '';
        }
        if (name === 'map') {
          shape.items ??= { fields: new Map() };
          const { items } = shape;
          return (each: (item: object) => unknown) => (depth > MOST_DEPTH ? [] : [each(watch(items, depth + 1))]);
        }
        return typeof name === 'symbol' || depth > MOST_DEPTH ? undefined : watch(child(name), depth + 1);
      },
      ownKeys: () => {
        shape.isMap = true;
        return [];
      },
    },
  );
}

const pick = <Item>(random: Random, items: readonly Item[]): Item | undefined =>
  items[Math.floor(random() * items.length)];

const SCALARS = ['a', '', 'on', '100m', 'ü', 0, 1, -1.5, true, false];

function late(value: unknown): Lazy {
  return Lazy.any({ produce: () => value });
}

function scalar(random: Random): unknown {
  return pick(random, SCALARS);
}

/** A value of that shape, now and then late, a token, absent or empty. */
function sample(shape: Shape, random: Random, depth = 0, keepsNull = false, isItem = keepsNull): unknown {
  const luck = random();
  if (luck < 0.04) return late(sample(shape, random, depth + 1, keepsNull, isItem));
  if (luck < 0.06) return new Token(sample(shape, random, depth + 1, keepsNull, isItem));
  if (luck < 0.08 && !isItem) return null;
  if ((luck < 0.1 && !isItem) || shape.isDate) return undefined; // cdk8s refuses dates
  if (shape.items !== undefined) {
    const { items } = shape;
    return Array.from({ length: Math.floor(random() * 3) }, () => sample(items, random, depth + 1, keepsNull, true));
  }
  if (shape.isMap)
    return { z: scalar(random), a: scalar(random), ...(random() < 0.2 && !keepsNull ? { m: null } : {}) };
  const names = [...shape.fields.keys()];
  if (names.length === 0) return scalar(random);
  if (names.length === 1 && names[0] === 'value') return wrapper(random);
  const wanted = names.filter(() => random() < Math.min(0.8, 8 / names.length));
  return Object.fromEntries(
    wanted.reverse().map((name) => [name, sample(shape.fields.get(name) ?? shape, random, depth + 1, keepsNull)]),
  );
}

function wrapper(random: Random): unknown {
  return random() < 0.5 ? k8s.Quantity.fromString('100m') : k8s.IntOrString.fromNumber(8080);
}

interface Generated {
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
  manifest(props: unknown): unknown;
  new (scope: Chart, id: string, props: unknown): ApiObject;
}

const isGenerated = (type: unknown): type is Generated =>
  typeof type === 'function' && 'GVK' in type && 'manifest' in type;
const GENERATED = Object.values<unknown>(k8s).filter(isGenerated);

test('cdk8s-plus has generated classes', () => {
  expect(GENERATED.length).toBeGreaterThan(100);
});

test.each(GENERATED.map((type): [string, Generated] => [type.name, type]))('samples of %s', (_, type) => {
  const dropsNull = isFixedForm(groupOf(type.GVK.apiVersion), type.GVK.kind);
  const shape: Shape = { fields: new Map() };
  type.manifest(watch(shape));
  expect(shape.fields.size).toBeGreaterThan(0);
  for (let seed = 0; seed < 12; seed++) {
    const random = seeded(seed);
    const sampled = [...shape.fields].map(([name, inner]) => [name, sample(inner, random, 0, !dropsNull)]);
    const props = Object.fromEntries(sampled);
    const object = new type(newChart(), 'object', { ...props, metadata: constructible(props.metadata) });
    const { manifest, findings } = resolve(object);
    if (throws(() => object.toJson())) expect(findings).not.toEqual([]);
    else expect(JSON.stringify(manifest)).toBe(JSON.stringify(object.toJson()));
    // below the depth of watching, a sample is a text where the class wants a wrapper
    for (const { rule, message } of findings) expect(`${rule} ${message}`).toMatch(/^dropped-field .*cannot read/);
  }
});

/** Metadata that cdk8s' constructor takes: it copies these two lists at once. */
function constructible(metadata: unknown): object {
  if (typeof metadata !== 'object' || metadata === null || metadata.constructor !== Object) return {};
  const isTaken = ([name, value]: [string, unknown]): boolean =>
    !['finalizers', 'ownerReferences'].includes(name) || Array.isArray(value);
  return Object.fromEntries(Object.entries(metadata).filter(isTaken));
}

/** JSON with holes, of any depth. */
function anything(random: Random, depth: number): unknown {
  const luck = random();
  if (depth === 0 || luck < 0.3) return scalar(random);
  if (luck < 0.36) return null;
  if (luck < 0.4) return late(anything(random, depth - 1));
  if (luck < 0.42) return new Token(anything(random, depth - 1));
  const length = Math.floor(random() * 5);
  const inner = () => anything(random, depth - 1);
  if (luck < 0.65) return Array.from({ length }, inner);
  const keys = Array.from({ length }, () => pick(random, ['b', 'a', 'Z', '10', '9', 'value', 'a.b/c', 'ü']) ?? 'a');
  return Object.fromEntries(keys.map((key) => [key, inner()]));
}

test('random objects', () => {
  const random = seeded(1);
  for (let round = 0; round < cases(1_000, 3_000); round++) {
    const extra = anything(random, 4);
    const object = bare({ spec: anything(random, 5), data: anything(random, 2) }, { extra, annotations: { a: 'b' } });
    // something empty in a list of metadata would become null
    if (!/null/.test(JSON.stringify(Object(object.toJson()).metadata))) expectSame(object);
  }
});

describe('objects that cdk8s must decide on', () => {
  const chart = newChart();

  class Overridden extends ApiObject {
    override toJson(): unknown {
      return { ...super.toJson(), own: true };
    }
  }

  const patched = new ApiObject(chart, 'patched', { ...HEAD, spec: { b: 1 } });
  patched.addJsonPatch(JsonPatch.add('/spec/a', 2));
  const instance = Object.assign(new k8s.KubeConfigMap(chart, 'instance'), { toJson: () => ({ own: true }) });
  const props: ApiObjectProps = { ...HEAD, spec: { a: 1 } };

  test.each<[string, ApiObject]>([
    ['a patch', patched],
    ['a toJson of its own', new Overridden(chart, 'overridden', props)],
    ['a class derived from a generated one', new Derived(chart, 'derived', { data: { a: 'b' } })],
    ['a generated instance with a toJson of its own', instance],
    ['a generated class of imports/', new HttpRoute(chart, 'route', { spec: { hostnames: ['a.example'] } })],
    ['a kind that is a token', new ApiObject(chart, 'kind', { ...HEAD, kind: late('Thing') as unknown as string })],
    ['no metadata but a name', new ApiObject(chart, 'plain', HEAD)],
  ])('%s', (_, object) => expectSame(object));

  test('resolvers of the app', () => {
    const keys: string[] = [];
    const renew = (context: ResolutionContext): void => {
      keys.push(context.key.join('.'));
      if (context.value === 'old') context.replaceValue(['new', 'newer']);
    };
    const app = new App({ resolvers: [{ resolve: renew }] });
    const object = new ApiObject(newChart(app), 'object', {
      ...HEAD,
      metadata: { name: 'a' },
      spec: { a: 'old', b: [{}] },
    });
    object.toJson();
    const asked = keys.splice(0);
    expect(resolve(object)).toMatchObject({ findings: [], manifest: { spec: { a: ['new', 'newer'] } } });
    expect(keys.sort()).toEqual(asked.sort());
    expectSame(object);
  });

  test('what a resolver of the app gives is checked as well, in metadata too', () => {
    const app = new App({
      resolvers: [{ resolve: (context) => void (context.value === 'old' && context.replaceValue(new Odd())) }],
    });
    const chart = newChart(app);
    const object = new ApiObject(chart, 'object', {
      ...HEAD,
      metadata: { name: 'a', labels: { b: 'old' } },
      spec: ['old'],
    });
    expect(refusals(object)).toEqual([
      'unrenderable /metadata/labels/b: an instance of Odd is not a value',
      'unrenderable /spec/0: an instance of Odd is not a value',
    ]);
  });
});

test('included YAML', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-'));
  try {
    const file = join(folder, 'included.yaml');
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' } }],
    };
    const map =
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, labels: {}, annotations: {b: x, a: null}}\ndata: {b: "1", a: "", empty: }\n';
    writeFileSync(file, `${map}---\n${JSON.stringify(list)}\n`);
    const include = new Include(newChart(), 'include', { url: file });
    expect(include.apiObjects).toHaveLength(2);
    for (const object of include.apiObjects) expectSame(object);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a value used twice is written twice', () => {
  const shared = { a: ['b'] };
  const object = bare({ spec: { first: shared, second: shared } });
  const resolved = JSON.stringify(resolve(object).manifest);
  expect(resolved).toContain('"spec":{"first":{"a":["b"]},"second":{"a":["b"]}}');
  const again = resolve(object).manifest;
  expect(at(again, 'spec', 'first')).not.toBe(at(again, 'spec', 'second'));
  expect(at(again, 'spec', 'first')).not.toBe(shared);
});

test('ordinary objects never reach cdk8s', () => {
  const asked = jest.spyOn(ApiObject.prototype, 'toJson');
  const ordinary = [
    bare({ spec: { replicas: Lazy.any({ produce: () => 1 }), port: new Token(80), nothing: null } }),
    new k8s.KubeDeployment(newChart(), 'deployment', {
      spec: {
        selector: {},
        template: {
          spec: { containers: [{ name: 'a', resources: { limits: { cpu: k8s.Quantity.fromString('1') } } }] },
        },
      },
    }),
  ];
  for (const object of ordinary) resolve(object);
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
});
