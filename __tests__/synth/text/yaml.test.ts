// Our YAML: the library's, byte for byte, where readers agree on it; else one line in double quotes, with escapes.

import { readFileSync } from 'node:fs';
import { Yaml } from 'cdk8s';
import { Document, parse, stringify } from 'yaml';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { findCorruption, hasForm } from '../../../lib/synth/text/corruption';
import { stringifyDocument, stringifyDocuments, TYPED } from '../../../lib/synth/text/yaml';
import { seeded } from '../../support/random';
import { cases } from '../../support/requirements';
import { CORPUS, READ_BY_GO, WRITTEN } from './corpus';
import { randomObject, smallest } from './random-objects';
import { TEXT_PLACES, TEXTS } from './texts';

/** As cdk8s calls the library. */
function expected(value: JsonObject): string {
  return stringify(value, { keepUndefined: true, lineWidth: 0, version: '1.1' });
}

/** Whether we write the text as the library does. Numbers are found too widely: the corpus has them one by one. */
function isOrdinary(text: string): boolean {
  const hasOddCharacter = /[^\P{Cc}\t\n]|[\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u.test(text);
  const isPerhapsNumber = /^[-+.\d][-+.:\w]*$/.test(text) && /[_oOXB]|b[-+]/.test(text);
  const isOddTime = /^\d{4}-.*\.$/.test(text);
  const isOddBlock = /^\n*$|^[ \n]*\t|(?:^|\n)[\t ]+\n*$/.test(text) && text.includes('\n');
  const isOddLine = /^[^\n]*\t[^\n]*$|^(?:=|<<)$|^(?:%|---|\.\.\.)/.test(text) || text.length > 1022;
  return !hasOddCharacter && !isPerhapsNumber && !isOddTime && !isOddBlock && !isOddLine;
}

/** Whether all texts of the value are. A key of several lines is in double quotes, where the library has escapes that it need not have. */
function isAllOrdinary(value: Json): boolean {
  if (typeof value === 'string') return isOrdinary(value);
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0) && !String(value).includes('e');
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries<Json>(value).every(
    ([key, child]) => isOrdinary(key) && !key.includes('\n') && isAllOrdinary(child),
  );
}

/** What the readers agree on in double quotes. */
const QUOTED_LINE = /^"[ !#-~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\ud800-\udfff]*"$/;

test.each(Object.entries(TEXTS).filter(([, text]) => hasForm(text)))('text: %s', (_, text) => {
  for (const [place, put] of Object.entries(TEXT_PLACES)) {
    const object = put(text);
    const written = stringifyDocument(object);
    if (isAllOrdinary(object)) expect(`${place}\n${written}`).toBe(`${place}\n${expected(object)}`);
    else expect([place, parse(written, { version: '1.1' })]).toEqual([place, object]);
  }
});

test.each([
  'a\u2028b',
  'one\ntwo\u2028binaryData: {evil: aGk=}\u2028x: 1',
  'a\u0085b',
  'a\u007fb',
  '\ufeffa',
  'a\ufffe',
  '\0',
  '\n\n',
  'a\n  ',
  '0o022',
  '-_1',
  '+_7',
  '4E2_',
  '0b-1',
  '=',
  '<<',
  'a\tb',
])('S02, F2, J1, J2: %j is one line in double quotes, as a value and as a key', (text) => {
  expect(stringifyDocument({ a: text })).toBe(`a: ${lineOf(stringifyDocument({ a: text }))}\n`);
  expect(lineOf(stringifyDocument({ a: text }))).toMatch(QUOTED_LINE);
  expect(stringifyDocument({ [text]: 1 })).toBe(`${lineOf(stringifyDocument({ a: text }))}: 1\n`);
});

function lineOf(document: string): string {
  return document.slice('a: '.length, -1);
}

test('the tests for typed text are those of the library, which need not be loaded for them', () => {
  const { tags } = new Document(null, { version: '1.1' }).schema;
  expect(TYPED).toEqual(tags.flatMap((tag) => (tag.default && tag.test !== undefined ? [tag.test] : [])));
});

test('S02: characters are escaped in lower case, as JSON does', () => {
  expect(stringifyDocument({ a: 'b\u2028"\\\u0000\n\u00ad\ufeff' })).toBe(
    'a: "b\\u2028\\"\\\\\\u0000\\n\u00ad\\ufeff"\n',
  );
});

test('J1: a block that begins with a blank states its indent', () => {
  expect(stringifyDocument({ Makefile: '\tall: build\n\tmake\n' })).toBe('Makefile: |2\n  \tall: build\n  \tmake\n');
  expect(stringifyDocument({ a: ['\n  b\nc'] })).toBe('a:\n  - |2-\n    \n      b\n    c\n');
});

test.each(['x', '1', 'a\n', 'a: '])('F22: ten million characters of %j do not exhaust the stack', (text) => {
  expect(() => stringifyDocument({ a: `b${text.repeat(10_000_000 / text.length)}` })).not.toThrow();
});

test('a key that no reader finds the end of is written with a question mark', () => {
  const [longest, longer] = ['a'.repeat(1024), 'a'.repeat(1025)];
  expect(stringifyDocument({ [longest]: 1 })).toBe(`${longest}: 1\n`);
  expect(stringifyDocument({ [longer]: { b: 1 }, c: [] })).toBe(`? "${longer}"\n:\n  b: 1\nc: []\n`);
  expect(stringifyDocument({ ['\u2028'.repeat(171)]: 'x' })).toBe(`? "${'\\u2028'.repeat(171)}"\n: x\n`);
});

test.each<[number, string]>([
  [0, '0'],
  [-0, '0'],
  [-1.5, '-1.5'],
  [2 ** 53, '9007199254740992'],
  [123456789012345680000, '123456789012345680000'],
  [1e21, '1.0e+21'],
  [-1.5e21, '-1.5e+21'],
  [1e-7, '1.0e-7'],
  [5e-324, '5.0e-324'],
  [Number.MAX_VALUE, '1.7976931348623157e+308'],
])('S02: the number %d is written %s', (value, written) => {
  expect(stringifyDocument({ a: value })).toBe(`a: ${written}\n`);
});

test('S24: a BigInt is written with all its digits', () => {
  const object: Record<string, Json> = {};
  Reflect.set(object, 'a', 9223372036854775807n);
  expect(stringifyDocument(object)).toBe('a: 9223372036854775807\n');
});

const shared = { a: 1 };
const many: Json = Array.from({ length: 100 }, (_, index) => ({ index }));

const VALUES: Readonly<Record<string, Json>> = {
  null: null,
  true: true,
  false: false,
  '0.1 + 0.2': 0.1 + 0.2,
  'empty map': {},
  'empty list': [],
  'nested empties': { a: {}, b: [], c: [[], {}, [[]], [{}]], d: { e: {} } },
  'lists in lists': [[1, [2, [3]]], [[[4]]], 5],
  'maps in lists in lists': [[{ a: 1, b: 2 }, { c: [{ d: 1, e: {} }] }]],
  'list of null': [null, [null], { a: null }],
  'number-like keys': { 2: 'b', 1: 'a', '01': 'c', '-1': 'd', '1.5': 'e' },
  'own __proto__': JSON.parse('{"__proto__":{"a":1},"b":2}'),
  'no prototype': Object.assign(Object.create(null), { a: [1] }),
  'equal, not same': [{ a: 1 }, { a: 1 }],
  'many maps': many,
  'deep nesting': Array.from({ length: 200 }).reduce<Json>(
    (inner, _, depth) => (depth % 2 ? [inner] : { a: inner }),
    'x',
  ),
};

test.each(Object.entries(VALUES))('value: %s', (_, value) => {
  for (const placed of [{ a: value }, { a: { b: { c: value } } }, { a: [value, 1] }]) {
    expect(stringifyDocument(placed)).toBe(expected(placed));
  }
});

test('a value that occurs twice is written twice: no alias', () => {
  expect(stringifyDocument({ a: shared, b: [shared] })).toBe('a:\n  a: 1\nb:\n  - a: 1\n');
});

/** What no JSON has, but a careless caller may pass. */
const NO_JSON: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  NaN: () => Number.NaN,
  Infinity: () => Number.POSITIVE_INFINITY,
  Date: () => new Date(0),
  Map: () => new Map([['a', 1]]),
  Uint8Array: () => Uint8Array.of(1, 2),
  'class with toJSON': () => new URL('https://example.com/'),
  function: () => () => 1,
  symbol: () => Symbol('a'),
  'half of a surrogate pair': () => 'a\ud83d',
};

describe.each(Object.entries(NO_JSON))('no form in YAML: %s', (_, make) => {
  const map: Record<string, Json> = { b: 1 };
  const list: Json[] = ['a', 1];
  Reflect.set(map, 'a', make());
  Reflect.set(list, 1, make());

  test.each<[string, JsonObject, string]>([
    ['in a map', { top: map }, '/top/a'],
    ['in a list', { top: list }, '/top/1'],
  ])('%s', (_place, object, field) => {
    const onLoss = jest.fn();
    stringifyDocument(object, onLoss);
    expect(onLoss).toHaveBeenCalledTimes(1);
    expect(findCorruption(object)).toEqual([expect.objectContaining({ field })]);
  });
});

test('J13: half of a surrogate pair in a key has no form, and every such part is named', () => {
  const onLoss = jest.fn();
  const object = { 'a\ud800': 'b\udc00', c: ['whole 😀', '\ud83d'] };
  stringifyDocument(object, onLoss);
  expect(onLoss).toHaveBeenCalledTimes(1);
  expect(findCorruption(object).map(({ field, message }) => [field, message])).toEqual([
    ['/a\ud800', 'character 2 is half of a surrogate pair'],
    ['/a\ud800', 'character 2 is half of a surrogate pair'],
    ['/c/1', 'character 1 is half of a surrogate pair'],
  ]);
});

describe('documents', () => {
  test.each([0, 1, 2, 4])('%d of them, as cdk8s writes them', (count) => {
    const values: JsonObject[] = [{ a: 1 }, { a: '---' }, {}, { '---': 'a\n\n' }].slice(0, count);
    expect(stringifyDocuments(values)).toBe(Yaml.stringify(...values));
  });
});

describe('the corpus', () => {
  test('is written as it was when Go read it', () => {
    expect(stringifyDocuments(CORPUS)).toBe(readFileSync(WRITTEN, 'utf8'));
  });

  test('is what Go read there', () => {
    const lines = readFileSync(READ_BY_GO, 'utf8').split('\n').slice(0, -1);
    expect(lines.map((line) => JSON.parse(line))).toEqual(CORPUS);
  });
});

const labels = () => ({ 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/version': '1.27', e1234567: 'true' });

const MANIFESTS: Readonly<Record<string, JsonObject>> = {
  Deployment: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', labels: labels(), annotations: {} },
    spec: {
      replicas: 3,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      selector: { matchLabels: labels() },
      template: {
        metadata: { labels: labels(), annotations: { 'prometheus.io/port': '9090', 'prometheus.io/scrape': 'true' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: '123456789012.dkr.ecr.ap-south-1.amazonaws.com/web:1.2.3@sha256:0123456789abcdef',
              command: ['/bin/sh', '-c', 'set -e\nexec /web --port "$PORT" # now\n'],
              args: ['--log-level=info', '-v', '8080', "it's: quoted", ''],
              env: [
                { name: 'PORT', value: '8080' },
                { name: 'RATIO', value: '0.5' },
                { name: 'COLOUR', value: '#fff' },
                { name: 'GREETING', value: 'grüß dich, 世界 👋' },
                { name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
              ],
              resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { cpu: 0.5, memory: '1Gi' } },
              volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
            },
          ],
          volumes: [{ name: 'tmp', emptyDir: {} }],
          tolerations: [],
        },
      },
    },
  },
  ConfigMap: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web' },
    data: {
      'nginx.conf': 'server {\n  listen 80;\n\n  location / {\n    return 200;\n  }\n}\n',
      'no-break': 'a: 1\nb: [1, 2]',
      'more-breaks': '# a comment\na: 1\n\n\n',
      'app.json': '{\n\t"a": "b"\n}\n',
      flag: 'on',
      number: '012',
    },
  },
  Ingress: {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: 'web',
      annotations: {
        'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP": 80}, {"HTTPS": 443}]',
        'alb.ingress.kubernetes.io/actions.ssl-redirect':
          '{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}',
        'alb.ingress.kubernetes.io/certificate-arn': 'arn:aws:acm:ap-south-1:123456789012:certificate/0a1b',
        'alb.ingress.kubernetes.io/load-balancer-attributes':
          'idle_timeout.timeout_seconds=60,deletion_protection=true',
        'alb.ingress.kubernetes.io/healthcheck-interval-seconds': '15',
        'alb.ingress.kubernetes.io/tags': 'team=shop, owner=web: platform',
      },
    },
    spec: {
      ingressClassName: 'alb',
      rules: [{ host: '*.example.com', http: { paths: [{ path: '/*', pathType: 'ImplementationSpecific' }] } }],
    },
  },
};

test.each(Object.entries(MANIFESTS))('an ordinary %s is written as the library does', (_, manifest) => {
  expect(stringifyDocument(manifest)).toBe(expected(manifest));
});

describe('random objects', () => {
  const count = Number(process.env.EVENKEEL_FUZZ ?? cases(4_000, 100_000));
  const seed = Number(process.env.EVENKEEL_SEED ?? 1);

  test(
    `of ${count}, seed ${seed}, the ordinary ones are written as the library does`,
    () => {
      let ordinary = 0;
      for (const object of randomObjects(count, seed)) {
        if (!isAllOrdinary(object)) continue;
        ordinary += 1;
        if (differs(object)) throw new Error(difference(smallest(object, differs), seed));
      }
      expect(ordinary / count).toBeGreaterThan(0.4);
    },
    60_000 + count,
  );

  test('come back from the parser', () => {
    for (const object of randomObjects(cases(500, 5_000), seed)) {
      if (findCorruption(object).length > 0) continue;
      expect(parse(stringifyDocument(object), { version: '1.1' })).toEqual(JSON.parse(JSON.stringify(object)));
    }
  });
});

function* randomObjects(count: number, seed: number): Generator<JsonObject> {
  const random = seeded(seed);
  for (let index = 0; index < count; index += 1) yield randomObject(random);
}

function differs(object: JsonObject): boolean {
  return isAllOrdinary(object) && stringifyDocument(object) !== expected(object);
}

function difference(object: JsonObject, seed: number): string {
  const [want, got] = [expected(object), stringifyDocument(object)].map((text) => JSON.stringify(text));
  return `seed ${seed}: ${JSON.stringify(object)}\nlibrary: ${want}\nours:    ${got}`;
}
