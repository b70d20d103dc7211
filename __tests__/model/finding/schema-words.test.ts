// The words that schemas are made of: each accepts what it should, and has one problem with everything else.

import { accept } from '../../../lib/model/finding/input';
import {
  checked,
  choice,
  emptyText,
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
  variant,
} from '../../../lib/model/finding/schema';

const problemsOf = (schema: Schema, value: unknown, field = 'size') =>
  findSchemaProblems(schema, value, field).map((problem) => [problem.field, problem.message, problem.expected]);

const PATH = text('an absolute path', (path) => path.startsWith('/'));

describe('a single value', () => {
  test.each<[string, Schema, unknown[], unknown[]]>([
    ['number', number({ above: 0, atMost: 3 }), [0.5, 3], [0, 4, '2', null, undefined, Number.NaN, Infinity, []]],
    ['whole number', number({ atLeast: 1, whole: true }), [1, 2], [0, 1.5, '1']],
    ['text', PATH, ['/', '/a'], ['', 'a', 5, null, undefined, ['/']]],
    ['text that may be empty', emptyText(), ['', 'a'], [5, null, undefined]],
    ['choice', choice(['single', 'ha']), ['single', 'ha'], ['sngle', '', 'HA', 5, null]],
    ['switch', flag(), [true, false], ['true', 0, null]],
    ['switch of one position', flag(true), [true], [false, 'true']],
    ['quantity', quantity(), ['250m', '1Gi', '2'], ['0', '-1', '1GB', '', 2, null]],
    ['list', list(number()), [[], [1, 2]], [{}, '1', null, 7]],
    ['table', table(number()), [{}, { a: 1 }], [[], 'a', null, 7]],
    ['value of a kind', like('a function', (value) => typeof value === 'function'), [() => 0], [5, null]],
    ['optional value', optional(number()), [undefined, 1], [null, '1']],
  ])('%s', (_, schema, right, wrong) => {
    for (const value of right) expect(problemsOf(schema, value)).toEqual([]);
    for (const value of wrong) {
      const [problem, ...others] = problemsOf(schema, value);
      expect({ value, others, field: problem?.[0] }).toEqual({ value, others: [], field: 'size' });
      expect(problem?.[1]).toMatch(/^size /);
    }
  });
});

describe('an object', () => {
  interface Pool {
    readonly name: string;
    readonly cpu: string;
    readonly pods?: number;
  }
  const POOL = fields<Pool>({ name: text(), cpu: quantity(), pods: optional(number()) });

  test('accepted: without what is refused, with a stand-in for what is required', () => {
    const wrong: Pool = JSON.parse('{ "name": "a", "cpu": 5, "pods": "2", "podz": 1 }');
    const { input, refused } = accept('', POOL, wrong, { cpu: '1' });
    expect(input).toEqual({ name: 'a', cpu: '1' });
    expect([...refused].sort()).toEqual(['cpu', 'pods', 'podz']);
    const right = { name: 'a', cpu: '1' };
    expect(accept('', POOL, right, { cpu: '2' })).toEqual({ input: right, refused: new Set(), problems: [] });
  });
});

describe('an object of the form that its kind names', () => {
  const NODES = variant('kind', {
    single: fields<{ kind: string; clients: number }>({ kind: choice(['single']), clients: number() }),
    clustered: fields<{ kind: string; clients: number; shards: number }>({
      kind: choice(['clustered']),
      clients: number(),
      shards: number(),
    }),
  });

  test.each<[unknown, string | undefined]>([
    [{ kind: 'single', clients: 1 }, undefined],
    [{ kind: 'clustered', clients: 1, shards: 3 }, undefined],
    [{ kind: 'clustered', clients: 1, shard: 3 }, 'size.shard'],
    [{ kind: 'single', clients: 1, shards: 3 }, 'size.shards'],
    [{ kind: 'sngle', clients: 1 }, 'size.kind'],
    [{ kind: 'constructor', clients: 1 }, 'size.kind'],
    [{ clients: 1, shards: 3 }, 'size.kind'],
    [7, 'size'],
    [undefined, 'size'],
  ])('%j', (value, field) => {
    expect(problemsOf(NODES, value).map(([at]) => at)).toEqual(field === undefined ? [] : [field]);
  });
});

describe('a check of the whole', () => {
  interface Bounds {
    readonly min: number;
    readonly max: number;
  }
  const BOUNDS = checked<Bounds>(fields<Bounds>({ min: number(), max: number() }), ({ min, max }) =>
    min <= max ? [] : [{ field: 'min', value: min, message: 'min is above max', expected: `at most ${max}` }],
  );
  const SIZE = fields<{ bounds: Bounds }>({ bounds: BOUNDS });

  test('its field and the beginning of its message are the whole ones', () => {
    expect(problemsOf(SIZE, { bounds: { min: 2, max: 1 } })).toEqual([
      ['size.bounds.min', 'size.bounds.min is above max', 'at most 1'],
    ]);
    expect(problemsOf(SIZE, { bounds: { min: 1, max: 2 } })).toEqual([]);
  });

  test('nothing is compared with a value of another type', () => {
    expect(problemsOf(SIZE, { bounds: { min: 2, max: '1' } }).map(([field]) => field)).toEqual(['size.bounds.max']);
  });
});
