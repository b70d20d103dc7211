// Holds our resolving to cdk8s' own toJson(), text for text: all generated classes, tokens, traps, and random objects.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, type ApiObjectProps, App, Chart, Include, JsonPatch, Lazy, type ResolutionContext } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { HttpRoute } from '../../../imports/gateway.networking.k8s.io';
import { createResolver } from '../../../lib/synth/object/resolve';
import { seeded } from '../../support/random';
import { cases } from '../../support/requirements';

type Random = () => number;

const HEAD = { apiVersion: 'example.com/v1', kind: 'Thing' };

function newChart(app = new App()): Chart {
  return new Chart(app, 'chart', { namespace: 'shop', labels: { team: 'a' }, disableResourceNameHashes: true });
}

/** What `produce` gives, as text: undefined fields are not there, and the order of keys counts. Or that it throws. */
function outcome(produce: () => unknown): string | undefined {
  try {
    return JSON.stringify(produce());
  } catch {
    return 'throws';
  }
}

function expectSame(object: ApiObject): void {
  const expected = outcome(() => object.toJson());
  expect(outcome(() => createResolver(object.node.root)(object))).toBe(expected);
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
  null: () => null,
  undefined: () => undefined,
  'not a number': () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  'negative zero': () => -0,
  'big integer': () => 1n,
  symbol: () => Symbol('a'),
  function: () => () => 1,
  'empty text': () => '',
  'empty map': () => ({}),
  'empty list': () => [],
  'maps of nothing': () => ({ b: { c: {} }, a: [], d: null }),
  'lists of nothing': () => [[], {}, [[]]],
  'list with null': () => [1, null, 2],
  'list with undefined': () => [1, undefined],
  'sparse list': () => Object.assign([], { 2: 'a' }),
  'list with a property': () => Object.assign(['a'], { value: 'b' }),
  'list that resolves': () => Object.assign(['a'], { resolve: () => 'b' }),
  'integer keys': () => ({ 10: 'a', 9: 'b', a: 'c', '-1': 'd', '01': 'e' }),
  'key __proto__': () => JSON.parse('{"b": 1, "__proto__": {"x": 1}, "a": 2}'),
  'key constructor': () => ({ constructor: 'a', b: 1 }),
  'key constructor and value': () => ({ constructor: 'a', value: 'b', c: 1 }),
  'keys toString and resolve': () => ({ toString: 'a', resolve: 'b' }),
  'map that resolves': () => ({ a: 1, resolve: () => ({ z: 1, b: [] }) }),
  'key value': () => ({ value: 'a', other: 'b' }),
  'keys out of order': () => ({ b: 1, B: 2, a: 3, _: 4, é: 5, '😀': 6, '￿': 7, ab: 8 }),
  'many keys': () => Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`key${(index * 7) % 60}`, index])),
  getter: () => Object.defineProperty({ a: 1 }, 'b', { get: () => 'got', enumerable: true }),
  'hidden field': () => Object.defineProperty({ a: 1 }, 'b', { value: 'x', enumerable: false }),
  'symbol key': () => ({ [Symbol('a')]: 1, b: 2 }),
  'without prototype': () => Object.assign(Object.create(null), { a: 1 }),
  'without prototype, with value': () => Object.assign(Object.create(null), { value: 'a', b: 1 }),
  'prototype that resolves': () => Object.create({ resolve: () => 'a' }),
  date: () => new Date(0),
  map: () => new Map([['a', 1]]),
  'boxed text': () => new String('a'),
  instance: () => new Odd(),
  quantity: () => k8s.Quantity.fromString('100m'),
  'number in a wrapper': () => k8s.IntOrString.fromNumber(8080),
  'wrapper of a map': () => Object.assign(new Odd(), { value: {} }),
  lazy: () => Lazy.any({ produce: () => ({ b: 1, a: null, c: {} }) }),
  'lazy nothing': () => Lazy.any({ produce: () => undefined }),
  'lazy lazy quantity': () => Lazy.any({ produce: () => Lazy.any({ produce: () => k8s.Quantity.fromNumber(2) }) }),
  'lazy instance': () => Lazy.any({ produce: () => new Odd() }),
  'lazy that throws': () =>
    Lazy.any({
      produce: () => {
        throw new RangeError('no');
      },
    }),
  token: () => new Token({ b: [new Token('a')], a: null }),
  'token of lazy': () => new Token(Lazy.any({ produce: () => ['a', 'b'] })),
};

describe.each(Object.keys(VALUES))('%s', (name) => {
  const make = VALUES[name] ?? (() => undefined);

  test.each<[string, () => ApiObject]>([
    ['as a field', () => bare({ data: make() })],
    ['in a map', () => bare({ spec: { z: 1, a: { value: 1, b: make() } } })],
    ['in a list', () => bare({ spec: { list: ['a', make(), { b: make() }] } })],
    ['as more metadata', () => bare({}, { extra: make() })],
    ['in a map of metadata', () => bare({}, { extra: { z: make(), a: [make()] } })],
    ['as an annotation', () => bare({}, { annotations: { z: 'a', b: make() } })],
    ['as a finalizer', () => bare({}, { finalizers: ['a', make()] })],
    [
      'in a generated class',
      () => new k8s.KubeConfigMap(newChart(), 'object', { data: { z: 'a', b: make() as string } }),
    ],
    [
      'as metadata of a generated class',
      () => new k8s.KubeConfigMap(newChart(), 'object', { metadata: { labels: { z: 'a', b: make() as string } } }),
    ],
  ])('%s', (_, build) => {
    expectSame(build());
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
function sample(shape: Shape, random: Random, depth = 0): unknown {
  const luck = random();
  if (luck < 0.04) return late(sample(shape, random, depth + 1));
  if (luck < 0.06) return new Token(sample(shape, random, depth + 1));
  if (luck < 0.08) return null;
  if (luck < 0.1) return undefined;
  if (shape.isDate) return undefined; // cdk8s refuses dates
  if (shape.items !== undefined) {
    const { items } = shape;
    return Array.from({ length: Math.floor(random() * 3) }, () => sample(items, random, depth + 1));
  }
  if (shape.isMap) return { z: scalar(random), a: scalar(random), ...(random() < 0.2 ? { m: null } : {}) };
  const names = [...shape.fields.keys()];
  if (names.length === 0) return scalar(random);
  if (names.length === 1 && names[0] === 'value') return wrapper(random);
  const wanted = names.filter(() => random() < Math.min(0.8, 8 / names.length));
  return Object.fromEntries(
    wanted.reverse().map((name) => [name, sample(shape.fields.get(name) ?? shape, random, depth + 1)]),
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
  const shape: Shape = { fields: new Map() };
  type.manifest(watch(shape));
  expect(shape.fields.size).toBeGreaterThan(0);
  for (let seed = 0; seed < 12; seed++) {
    const random = seeded(seed);
    const props = Object.fromEntries([...shape.fields].map(([name, inner]) => [name, sample(inner, random)]));
    expectSame(new type(newChart(), 'object', { ...props, metadata: constructible(props.metadata) }));
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
  if (luck < 0.45) return wrapper(random);
  if (luck < 0.46) return new Odd();
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
    expectSame(bare({ spec: anything(random, 5), data: anything(random, 2) }, { extra, annotations: { a: 'b' } }));
  }
});

describe('objects that cdk8s must decide on', () => {
  const chart = newChart();

  class Overridden extends ApiObject {
    override toJson(): unknown {
      return { ...super.toJson(), own: true };
    }
  }

  class Derived extends k8s.KubeConfigMap {
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
    const resolve = (context: ResolutionContext): void => {
      if (context.value === 'old') context.replaceValue('new');
    };
    const app = new App({ resolvers: [{ resolve }] });
    const object = new ApiObject(newChart(app), 'object', { ...HEAD, spec: { a: 'old' } });
    expectSame(object);
    expect(createResolver(app)(object)).toMatchObject({ spec: { a: 'new' } });
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

test('nothing in a list comes out as null', () => {
  const object = bare({ spec: { list: ['a', undefined, late(undefined)] } });
  expect(createResolver(object.node.root)(object)).toHaveProperty('spec.list', ['a', null, null]);
});

test('a value used twice is written twice', () => {
  const shared = { a: ['b'] };
  const object = bare({ spec: { first: shared, second: shared } });
  const resolved = JSON.stringify(createResolver(object.node.root)(object));
  expect(resolved).toContain('"spec":{"first":{"a":["b"]},"second":{"a":["b"]}}');
  const again = createResolver(object.node.root)(object) as { spec: { first: object; second: object } };
  expect(again.spec.first).not.toBe(again.spec.second);
  expect(again.spec.first).not.toBe(shared);
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
  for (const object of ordinary) createResolver(object.node.root)(object);
  expect(asked).not.toHaveBeenCalled();
  asked.mockRestore();
});
