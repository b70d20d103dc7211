// Holds our YAML to the library's, byte for byte: named traps, random values, and a look at who wrote it.

import { Yaml } from 'cdk8s';
import type * as library from 'yaml';
import { isJsonObject, type Json } from '../../../lib/model/manifest/json';
import { stringifyDocument, stringifyDocuments } from '../../../lib/synth/text/yaml';
import { seeded } from '../../support/random';
import { cases } from '../../support/requirements';

/** How often the code under test has called the library. The name's beginning is jest's demand. */
let mockAsked = 0;

jest.mock('yaml', () => {
  const actual = jest.requireActual<typeof library>('yaml');
  const stringify = (value: unknown, options: library.ToStringOptions): string => {
    mockAsked += 1;
    return actual.stringify(value, options);
  };
  return { ...actual, stringify };
});

const { parse, stringify } = jest.requireActual<typeof library>('yaml');

function expected(value: Json): string {
  return stringify(value, { keepUndefined: true, lineWidth: 0, version: '1.1' });
}

/** Positions of a text; the library decides separately in each. */
const TEXT_PLACES: Readonly<Record<string, (text: string) => Json>> = {
  document: (text) => text,
  'map value': (text) => ({ a: text, b: 1 }),
  'list item': (text) => [text, 1],
  'map key': (text) => ({ [text]: 1, b: 1 }),
  'key of a map': (text) => ({ [text]: { a: 1 }, b: 1 }),
  'key of a list': (text) => ({ [text]: ['a'] }),
  'key of null': (text) => ({ [text]: null }),
  'key of an empty map': (text) => ({ [text]: {} }),
  'key and value': (text) => ({ [text]: text }),
  'value three deep': (text) => ({ a: { b: { c: text, d: text } } }),
  'key three deep': (text) => ({ a: { b: { [text]: 1 }, c: 1 } }),
  'list in list in list': (text) => [[[text, text], text], text],
  'map in list': (text) => [{ a: text, [text]: 1 }, { [text]: [text] }],
  'list in map in list': (text) => [{ a: [{ b: [text] }, text] }],
};

const TEXTS: Readonly<Record<string, string>> = {
  ...named('on On ON off Off OFF yes Yes YES no No NO y Y n N true True TRUE tRUE false False FALSE'),
  ...named('null Null NULL nULL ~ nil << <<< = == 0 -0 +1 1 80 8080 012 08 0o14 0o 1_000 _1 0x1f 0x 0b11 0b2 0b 0.5'),
  ...named('.inf -.inf +.Inf .INF .nan .NaN -.nan . .. ... .... .5 5. 5._ ._ 1.2.3 1e3 1e+3 1E-3 1e e3 E10 e123456'),
  ...named('e12345678901 -e5 e-5 .e5 12e03 1_0.5e3 e1f2a3b 1:30 190:20:30 1:60 1:30.5 -1:30 2001-12-14 2001-1-1'),
  ...named('2001-12-14t21:59:43.10-05:00 2001-12-14T21:59:43Z 2001-12-14T21:59 20011214 10.0.0.1 1.27 v1.27'),
  ...named('- -- --- ---- ---a -a ? ?? ?a : :: :a a: a:b a::b http://a/?b=c&d#e # #x a#b % %x @x `x !x &x *x'),
  ...named(
    '| > |- [ { ] } , [] {} [a] {a} a,b a[0] a{b} \' " \'\' "" a\'b a"b \'a\' "a" \'" \\ \\n a\\b $ $& $1 $(A) /',
  ),
  ...named('__proto__ constructor toString 100m 128Mi 25% 0.5Gi *.example.com -Xmx1g --port=80 ü 日本 nginx:1.25'),
  'timestamp with blank': '2001-12-14 21:59:43.10 -5',
  'list item': '- a',
  'nested list': '- - a',
  'key mark': '? a',
  'marker and text': '--- a',
  'end and text': '... a',
  comment: '# x',
  'blank and #': 'a #b',
  'tab and #': 'a\t#b',
  'colon and blank': 'a: b',
  'colon and tab': 'a:\tb',
  'ends with colon': 'a b:',
  'colons at the end': 'app::',
  'JSON object': '{"a": 1, "b": [true]}',
  'JSON list': '[{"HTTP": 80}, {"HTTPS": 443}]',
  'JSON and apostrophe': '{"a": "it\'s"}',
  'double quotes within': 'say "a" twice',
  'apostrophe within': "it's",
  'both quotes within': `it's "a"`,
  'both quotes, must be quoted': `# it's "a"`,
  'apostrophe, must be quoted': "# it's",
  'backslash, must be quoted': '# \\n \\u0041 \\',
  empty: '',
  blank: ' ',
  blanks: '   ',
  'leading blank': ' a',
  'trailing blank': 'a ',
  tab: '\t',
  'leading tab': '\ta',
  'trailing tab': 'a\t',
  'tab within': 'a\tb',
  CR: 'a\rb',
  CRLF: 'a\r\nb\r\n',
  'only CR': '\r',
  NEL: 'a\u0085b',
  'no-break space': 'a\u00a0b',
  'only no-break space': '\u00a0',
  BOM: '\ufeffa',
  'BOM within': 'a\ufeffb',
  'line separator': 'a\u2028b',
  'paragraph separator': 'a\u2029b',
  'marker behind a line separator': 'a\u2028---',
  'directive behind a line separator': 'a\u2028%b',
  'end behind a paragraph separator': 'a\u2029... b',
  NUL: 'a\0b',
  BEL: '\u0007',
  ESC: '\u001b[0m',
  DEL: 'a\u007f',
  C1: 'a\u009fb',
  astral: 'a😀b',
  'only astral': '𝒳',
  'high surrogate': 'a\ud83db',
  'low surrogate': '\ude00',
  'surrogates the wrong way round': '\ude00\ud83d',
  'high surrogate at the end': 'a b\ud83d',
  'before the surrogates': 'a\ud7ff',
  'first surrogate': 'a\ud800',
  'last surrogate': 'a\udfff',
  'private use': '\ue000\uffff',
  'long word': 'a'.repeat(1000),
  'longest implicit key': 'a'.repeat(1024),
  'first explicit key': 'a'.repeat(1025),
  'too long once quoted': '#'.repeat(1023),
  'longest when quoted': '#'.repeat(1022),
  'long text': 'lorem ipsum '.repeat(100).trim(),
  'long text that must be quoted': '# lorem: ipsum '.repeat(100),
  'very long word': 'a'.repeat(100_000),
  'very long text': 'lorem ipsum '.repeat(8_400).trim(),
  'very long lines': `${'lorem ipsum '.repeat(4_200).trim()}\n`.repeat(2),
  'many digits': '1'.repeat(500),
  'break, 0 at the end': 'a\nb',
  'break, 1 at the end': 'a\nb\n',
  'breaks, 2 at the end': 'a\nb\n\n',
  'breaks, 3 at the end': 'a\nb\n\n\n',
  'one line and a break': 'a\n',
  'one line and 2 breaks': 'a\n\n',
  'break only': '\n',
  'breaks only': '\n\n\n',
  'breaks and blanks only': '\n \n  \n',
  'blank and break': ' \n',
  'leading break': '\na\nb',
  'leading breaks': '\n\n\na\n',
  'leading blank, lines': '  a\nb\n',
  'leading tab, lines': '\ta\nb\n',
  'leading break and blank': '\n  a\nb',
  'indented lines': 'a:\n  b:\n    - c\n  d: e\n',
  'trailing blanks in lines': 'a  \nb \nc\n',
  'trailing tabs in lines': 'a\t\nb\n',
  'trailing blank in the last line': 'a\nb ',
  'trailing blank before the last break': 'a\nb \n',
  'blank last line': 'a\nb\n  ',
  'tab as the last line': 'a\nb\n\t',
  'blank last line and break': 'a\nb\n  \n',
  'blank lines': 'a\n\n\nb\n \nc\n',
  'lines with comment': '# a\nb: c # d\n',
  'lines with marker': 'a\n---\nb\n...\n',
  'marker first': '---\na: 1\n',
  'directive in lines': 'a\n%b\n',
  'lines of quotes': '"a"\n\'b\'\n',
  'lines of dollars': 'a $& $1\n$$ b\n',
  'lines with NUL': 'a\n\0\n',
  'lines with a lone surrogate': 'a\n\ud83d\nlong enough to be folded by the library, 40 or more\n b \n',
  'CRLF, long': 'a line that ends with CR LF\r\nanother line that does so too\r\n',
  'lines with line separator': 'a\u2028\nb\n',
};

function named(texts: string): Record<string, string> {
  return Object.fromEntries(texts.split(' ').map((text) => [text, text]));
}

test.each(Object.entries(TEXTS))('text: %s', (_, text) => {
  for (const [place, put] of Object.entries(TEXT_PLACES)) {
    const value = put(text);
    expect(`${place}\n${stringifyDocument(value)}`).toBe(`${place}\n${expected(value)}`);
  }
});

const shared = { a: 1 };
const sharedEmpty: Json = [];
const circle: { [key: string]: Json } = { a: 1 };
circle.self = circle;
const many: Json = Array.from({ length: 100 }, (_, index) => ({ index }));

const VALUES: Readonly<Record<string, Json>> = {
  null: null,
  true: true,
  false: false,
  zero: 0,
  '-0': -0,
  '2^53': 2 ** 53,
  'beyond 2^53': 2 ** 53 + 2,
  'far beyond 2^53': 123456789012345680000,
  '1e21': 1e21,
  '-1e21': -1e21,
  '1e-7': 1e-7,
  '5e-324': 5e-324,
  'largest number': Number.MAX_VALUE,
  '0.1 + 0.2': 0.1 + 0.2,
  '-1.50': -1.5,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  'empty map': {},
  'empty list': [],
  'nested empties': { a: {}, b: [], c: [[], {}, [[]], [{}]], d: { e: {} } },
  'lists in lists': [[1, [2, [3]]], [[[4]]], 5],
  'maps in lists in lists': [[{ a: 1, b: 2 }, { c: [{ d: 1, e: {} }] }]],
  'list of null': [null, [null], { a: null }],
  'number-like keys': { 2: 'b', 1: 'a', '01': 'c', '-1': 'd', '1.5': 'e' },
  'own __proto__': JSON.parse('{"__proto__":{"a":1},"b":2}'),
  'no prototype': Object.assign(Object.create(null), { a: [1] }),
  'same map twice': { a: shared, b: shared },
  'same map thrice': [shared, [shared], { c: shared }],
  'same empty list twice': { a: sharedEmpty, b: sharedEmpty },
  'two shared': [shared, sharedEmpty, sharedEmpty, shared],
  'equal, not same': [{ a: 1 }, { a: 1 }],
  circle,
  'many maps': many,
  'many maps, the first again': [...many, many[0] ?? null],
  'many maps, the last again': [...many, many[99] ?? null],
  'many maps, the list within': [many, { many }],
  'deep nesting': Array.from({ length: 200 }).reduce<Json>(
    (inner, _, depth) => (depth % 2 ? [inner] : { a: inner }),
    'x',
  ),
};

test.each(Object.entries(VALUES))('value: %s', (_, value) => {
  for (const placed of [value, { a: value }, [value], { a: { b: { c: value } } }, { a: [value, 1] }]) {
    expect(stringifyDocument(placed)).toBe(expected(placed));
  }
});

/** What no JSON has, but a careless caller may pass. */
const NO_JSON: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  Date: () => new Date(0),
  Map: () => new Map([['a', 1]]),
  Set: () => new Set(['a']),
  Uint8Array: () => Uint8Array.of(1, 2),
  'boxed string': () => Object('1'),
  toJSON: () => ({ toJSON: () => 'json' }),
  'class with toJSON': () => new URL('https://example.com/'),
  bigint: () => 10n,
  'sparse list': () => new Array(2),
};

test.each(Object.entries(NO_JSON))('no JSON: %s', (_, make) => {
  const map: Record<string, Json> = { a: 0, b: 1 };
  const list: Json[] = [0, 1];
  Reflect.set(map, 'a', make());
  Reflect.set(list, 0, make());
  expect(stringifyDocument(map)).toBe(expected(map));
  expect(stringifyDocument(list)).toBe(expected(list));
});

describe('documents', () => {
  test.each([0, 1, 2, 5])('%d of them, as cdk8s writes them', (count) => {
    const values: Json[] = [{ a: 1 }, { a: '---' }, ['on', { b: 'a\n' }], {}, { '---': 'a\n\n' }].slice(0, count);
    expect(stringifyDocuments(values)).toBe(Yaml.stringify(...values));
  });

  test('the same object in two of them is not an alias', () => {
    expect(stringifyDocuments([{ shared }, { shared }])).toBe(Yaml.stringify({ shared }, { shared }));
  });
});

const labels = () => ({ 'app.kubernetes.io/name': 'web', 'app.kubernetes.io/version': '1.27', e1234567: 'true' });

const MANIFESTS: Readonly<Record<string, Json>> = {
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

test.each(Object.entries(MANIFESTS))('an ordinary %s is written without the library', (_, manifest) => {
  mockAsked = 0;
  const written = stringifyDocument(manifest);
  expect(mockAsked).toBe(0);
  expect(written).toBe(expected(manifest));
});

test('the library writes unusual values', () => {
  mockAsked = 0;
  stringifyDocument({ a: '\u001b' });
  expect(mockAsked).toBe(1);
});

describe('random values', () => {
  const count = Number(process.env.EVENKEEL_FUZZ ?? cases(4_000, 100_000));
  const seed = Number(process.env.EVENKEEL_SEED ?? 1);

  test(
    `${count} of them, seed ${seed}, are written as the library writes them`,
    () => {
      const random = seeded(seed);
      let ours = 0;
      for (let index = 0; index < count; index += 1) {
        const value = randomDocument(random);
        mockAsked = 0;
        if (differs(value)) throw new Error(difference(smallest(value), seed, index));
        if (mockAsked === 0) ours += 1;
      }
      // Else this would compare the library with itself.
      expect(ours / count).toBeGreaterThan(0.6);
      expect(ours / count).toBeLessThan(0.95);
    },
    60_000 + count,
  );

  test('come back from the parser', () => {
    const random = seeded(seed);
    for (let index = 0; index < cases(500, 5_000); index += 1) {
      const value = randomDocument(random);
      // Text with a blank in front does not come back from the library either where it is a whole document.
      if ((typeof value === 'string' && /^\s/.test(value)) || !comesBack(value)) continue;
      expect(parse(stringifyDocument(value), { version: '1.1' })).toEqual(value);
    }
  });
});

/** What random texts are made from: pieces that mean something to YAML 1.1, or to the library. */
const TYPED_PIECES = '0·0·1·1·2·5·8·_·.·:·+·-·e·E·x·o·b·T·Z· ·2001-12-14·:30·.inf·.nan·0x·0b·1e·e-'.split('·');
const MARKED_PIECES = [...' \n\t:#-?,[]{}&*!|>\'"%@`\\=~<$', ...': · #·- ·---·...·\n\n· \n·\n ·a·b·é'.split('·')];
const PLAIN_PIECES = 'app·web·kubernetes.io/·-·/·.·:·1·8080·$(A)· ·x=y·example.com·,'.split('·');
const LINE_PIECES = 'a: 1·  b·# c·\n·\n·\n·\n\n·d·-·"·one line that is as long as lines are·---· ·\t·$&'.split('·');
const ODD_PIECES =
  '\r·\u0085·\u00a0·\ufeff·\u2028·\u2029·\0·\u001b·\u007f·\ue000·\n·😀·\ud83d·\ude00·\r\n·a· ·%·---'.split('·');
const TRAPS = Object.values(TEXTS).filter((text) => text.length < 2000);

function pick<T>(random: () => number, from: readonly T[]): T {
  const picked = from[Math.floor(random() * from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

function randomText(random: () => number): string {
  const kind = random();
  if (kind < 0.15) return pick(random, TRAPS);
  const pieces = kind < 0.2 ? ODD_PIECES : pick(random, [TYPED_PIECES, MARKED_PIECES, PLAIN_PIECES, LINE_PIECES]);
  let text = '';
  for (let length = Math.floor(random() ** 2 * 12) + 1; length > 0; length -= 1) text += pick(random, pieces);
  return random() < 0.03 ? text + pick(random, TRAPS) : text;
}

function randomNumber(random: () => number): number {
  const digits = 10 ** Math.floor(random() * 24);
  const whole = Math.floor((random() - 0.3) * digits);
  return pick(random, [whole, whole / 1000, random() / digits, 0, -0, 1, 80]);
}

/** `earlier` are the maps and lists that the document has already, now and then to be used again. */
function randomValue(random: () => number, depth: number, earlier: Json[]): Json {
  const kind = random();
  if (depth === 0 || kind < 0.45) return randomText(random);
  if (kind < 0.55) return randomNumber(random);
  if (kind < 0.6) return pick(random, [null, true, false]);
  if (kind < 0.61 && earlier.length > 0) return pick(random, earlier);
  const size = Math.floor(random() * 4);
  const entries = Array.from({ length: size }, (): [string, Json] => {
    const key = random() < 0.6 ? pick(random, ['a', 'name', 'spec', 'example.com/web']) : randomText(random);
    return [key, randomValue(random, depth - 1, earlier)];
  });
  const value = kind < 0.8 ? Object.fromEntries(entries) : entries.map(([, item]) => item);
  earlier.push(value);
  return value;
}

/** Half of them set a single text into a known place, so that nothing else can hide what goes wrong. */
function randomDocument(random: () => number): Json {
  if (random() < 0.5) return pick(random, Object.values(TEXT_PLACES))(randomText(random));
  const earlier: Json[] = [];
  const value = randomValue(random, 4, earlier);
  return pick<Json>(random, [[value, randomValue(random, 2, earlier)], { a: value }, { a: { b: [value] } }]);
}

function differs(value: Json): boolean {
  return stringifyDocument(value) !== expected(value);
}

/** The smallest value still wrong that leaving out one thing after the other leads to. */
function smallest(value: Json): Json {
  for (const smaller of smallerOnes(value)) if (differs(smaller)) return smallest(smaller);
  return value;
}

function* smallerOnes(value: Json): Generator<Json> {
  if (typeof value === 'string') {
    for (let size = Math.ceil(value.length / 2); size > 0; size = Math.floor(size / 2)) {
      for (let at = 0; at < value.length; at += size) yield value.slice(0, at) + value.slice(at + size);
    }
  } else if (isJsonObject(value)) {
    const entries = Object.entries(value);
    yield* Object.values(value);
    for (const [at, [key, child]] of entries.entries()) {
      yield Object.fromEntries(entries.toSpliced(at, 1));
      for (const smaller of smallerOnes(child)) yield Object.fromEntries(entries.with(at, [key, smaller]));
      for (const smaller of smallerOnes(key)) yield Object.fromEntries(entries.with(at, [String(smaller), child]));
    }
  } else if (typeof value === 'object' && value !== null) {
    yield* value;
    for (const [at, child] of value.entries()) {
      yield value.toSpliced(at, 1);
      for (const smaller of smallerOnes(child)) yield value.with(at, smaller);
    }
  }
}

function difference(value: Json, seed: number, index: number): string {
  const [want, got] = [expected(value), stringifyDocument(value)].map((text) => JSON.stringify(text));
  return `seed ${seed}, value ${index}: ${JSON.stringify(value)}\nlibrary: ${want}\nours:    ${got}`;
}

/** False where the library reads back something else than it wrote: only blank lines, one blank as a line, merge keys, byte order marks. */
function comesBack(value: Json): boolean {
  if (typeof value === 'string') return !/^\s*\n\s*$|\n \n/.test(value);
  if (typeof value !== 'object' || value === null) return true;
  if (!isJsonObject(value)) return value.every(comesBack);
  return Object.entries(value).every(([key, child]) => key !== '<<' && !key.startsWith('\ufeff') && comesBack(child));
}
