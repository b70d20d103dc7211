// Schemas: every slip in an input is one problem, which names the key as the user wrote it, and what would be right.

import {
  checked,
  choice,
  either,
  fields,
  findSchemaProblems,
  flag,
  like,
  list,
  number,
  optional,
  quantity,
  type Schema,
  table,
  text,
  volumeSize,
} from '../../../lib/model/finding/schema';

interface Probes {
  bootSeconds: number;
  readiness?: { path: string } | { tcp: true };
}
interface Pool {
  name: string;
  cpu: string;
}
interface Web {
  probes: Probes;
  image?: string;
  size: { replicas: number } | { min: number; max: number; cpu: number };
  pools?: Pool[];
  env?: Record<string, string>;
  kind?: string;
  hosts?: string | string[];
}

const absolute = text('an absolute path', (path) => path.startsWith('/'));
const PROBES = fields<Probes>({
  bootSeconds: number({ above: 0 }),
  readiness: optional(
    either([fields<{ path: string }>({ path: absolute }), fields<{ tcp: true }>({ tcp: flag(true) })]),
  ),
});
const SIZE = either([
  fields<{ replicas: number }>({ replicas: number({ atLeast: 1, whole: true }) }),
  checked<{ min: number; max: number }>(
    fields<{ min: number; max: number; cpu: number }>({
      min: number(),
      max: number(),
      cpu: number({ above: 0, atMost: 1 }),
    }),
    ({ min, max }) =>
      min <= max ? [] : [{ field: 'min', message: `min is ${min}, but max is ${max}`, expected: `${max}` }],
  ),
]);
const WEB = fields<Web>({
  probes: PROBES,
  image: optional(text()),
  size: SIZE,
  pools: optional(list(fields<Pool>({ name: text(), cpu: quantity() }))),
  env: optional(table(like('a text', (value) => typeof value === 'string'))),
  kind: optional(choice(['single', 'clustered'])),
  hosts: optional(either([text(), list(text())], 'a host, or a list')),
});

const RIGHT = { probes: { bootSeconds: 30 }, size: { replicas: 3 } };

/** `field: message, expected …` of every problem. */
const found = (value: unknown, schema: Schema = WEB, field = '') =>
  findSchemaProblems(schema, value, field).map(({ field: at, message, expected }) => `${at}: ${message} → ${expected}`);

test('what is right has no problem', () => {
  expect(found(RIGHT)).toEqual([]);
  expect(
    found({
      ...RIGHT,
      probes: { bootSeconds: 30, readiness: { tcp: true } },
      size: { min: 1, max: 2, cpu: 0.5 },
      pools: [{ name: 'general', cpu: '2' }],
      env: { A: '', B: 'b' },
      kind: 'single',
      hosts: ['a', 'b'],
    }),
  ).toEqual([]);
});

test.each<[string, object, string[]]>([
  [
    'a misspelt key is one mistake, though the key that was meant is missing',
    { probes: { bootSecond: 30 } },
    [
      "probes.bootSecond: unknown property 'bootSecond' in probes (did you mean bootSeconds?) → one of bootSeconds, readiness",
    ],
  ],
  [
    'all unknown keys are named',
    { imge: 'a', colour: 'red' },
    [
      "imge: unknown property 'imge' (did you mean image?) → one of probes, image, size, pools, env, kind, hosts",
      "colour: unknown property 'colour' → one of probes, image, size, pools, env, kind, hosts",
    ],
  ],
  ['a missing key', { probes: undefined }, ['probes: probes is required → { bootSeconds, readiness }']],
  ['null', { image: null }, ['image: image cannot be null → a text']],
  ['an empty text', { image: '' }, ['image: image cannot be empty → a text']],
  ['a number for a text', { image: 7 }, ['image: image cannot be 7 → a text']],
  [
    'a text for a number',
    { size: { replicas: '3' } },
    ['size.replicas: size.replicas must be a number, not the text "3" → a whole number, at least 1'],
  ],
  [
    'infinity',
    { probes: { bootSeconds: Number.POSITIVE_INFINITY } },
    ['probes.bootSeconds: probes.bootSeconds cannot be Infinity → a number, more than 0'],
  ],
  [
    'NaN',
    { probes: { bootSeconds: Number.NaN } },
    ['probes.bootSeconds: probes.bootSeconds cannot be NaN → a number, more than 0'],
  ],
  ['a list for an object', { probes: [] }, ['probes: probes cannot be a list → { bootSeconds, readiness }']],
  ['an object for a list', { pools: {} }, ['pools: pools cannot be an object → a list: […]']],
  [
    'an item is named as the user named it, or by its number',
    { pools: [{ name: 'general', cpu: 2 }, 7] },
    [
      'pools[general].cpu: pools[general].cpu cannot be 2 → a quantity above 0 as a text, such as 250m or 256Mi',
      'pools[1]: pools[1] cannot be 7 → { name, cpu }',
    ],
  ],
  ['a value of a table', { env: { A: 1 } }, ['env.A: env.A cannot be 1 → a text']],
  ['a list for a table', { env: ['A'] }, ['env: env cannot be a list → an object: { key: value }']],
  [
    'one of a few texts, misspelt',
    { kind: 'clusterd' },
    ['kind: kind cannot be the text "clusterd" (did you mean clustered?) → one of single, clustered'],
  ],
  [
    'the form with most of its keys is the one that was meant',
    { size: { min: 1, cpu: 2 } },
    [
      'size.max: size.max is required → a number',
      'size.cpu: size.cpu cannot be 2 → a number, more than 0 and at most 1',
    ],
  ],
  ['two forms at once', { size: { replicas: 3, min: 1 } }, ["size.min: unknown property 'min' in size → replicas"]],
  ['no form', { size: {} }, ['size: size cannot be an object → { replicas } or { min, max, cpu }']],
  [
    'a relation between two numbers',
    { size: { min: 3, max: 2, cpu: 0.5 } },
    ['size.min: size.min is 3, but max is 2 → 2'],
  ],
  [
    'a flag that must be set',
    { probes: { bootSeconds: 1, readiness: { tcp: false } } },
    ['probes.readiness.tcp: probes.readiness.tcp cannot be false → true'],
  ],
  ['neither a text nor a list', { hosts: 7 }, ['hosts: hosts cannot be 7 → a host, or a list']],
])('%s', (_, change, expected) => {
  expect(found({ ...RIGHT, ...change })).toEqual(expected);
});

test('the field of the whole input comes first', () => {
  expect(found({ bootSecond: 1 }, PROBES, 'clusters.a')).toEqual([
    "clusters.a.bootSecond: unknown property 'bootSecond' in clusters.a (did you mean bootSeconds?) → one of bootSeconds, readiness",
  ]);
  expect(found(7, PROBES, 'exposeAt')).toEqual(['exposeAt: exposeAt cannot be 7 → { bootSeconds, readiness }']);
});

test('where no key is known, what is missing follows from that; where one is known, it is a mistake of its own', () => {
  expect(found({ grpc: { port: 1 } }, PROBES, 'probes')).toEqual([
    "probes.grpc: unknown property 'grpc' in probes → one of bootSeconds, readiness",
  ]);
  expect(found({ grpc: { port: 1 }, readiness: { path: '/ready' } }, PROBES, 'probes')).toEqual([
    'probes.bootSeconds: probes.bootSeconds is required → a number, more than 0',
    "probes.grpc: unknown property 'grpc' in probes → one of bootSeconds, readiness",
  ]);
});

test('a problem has the value, where it is short and JSON', () => {
  const value = (size: unknown) => findSchemaProblems(SIZE, size, 'size').map((problem) => problem.value);
  expect([value({ replicas: '3' }), value({ replicas: Number.NaN }), value([]), value(null)]).toEqual([
    ['3'],
    ['NaN'],
    [undefined],
    [null],
  ]);
});

describe('the size of a volume', () => {
  const said = (size: unknown) =>
    findSchemaProblems(fields<{ size: string }>({ size: volumeSize() }), { size }, 'web').map(({ field }) => field);

  test.each(['1Mi', '10Gi', '1.5Ti', '5G', '1048576'])('%s', (size) => {
    expect(said(size)).toEqual([]);
  });

  test.each(['5', '500m', '1e3', '0.5', '1Ki', '20m', '-1Gi', '', '10 Gi', 10])('lacks its unit: %p', (size) => {
    expect(said(size)).toEqual(['web.size']);
  });
});
