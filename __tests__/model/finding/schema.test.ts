// The words that schemas are made of: what each accepts, and the one problem of everything else.

import { accept } from '../../../lib/model/finding/input';
import {
  checked,
  choice,
  either,
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

  test.each<[Schema, unknown, string, string]>([
    [PATH, 5, 'size cannot be 5', 'an absolute path'],
    [PATH, undefined, 'size is required', 'an absolute path'],
    [PATH, '', 'size cannot be empty', 'an absolute path'],
    [PATH, [], 'size cannot be a list', 'an absolute path'],
    [PATH, {}, 'size cannot be an object', 'an absolute path'],
    [choice(['single', 'ha']), 'sngle', 'size cannot be the text "sngle" (did you mean single?)', 'one of single, ha'],
    [number({ atLeast: 1 }), '3', 'size must be a number, not the text "3"', 'a number, at least 1'],
  ])('a message, and what would be right (%#)', (schema, value, message, expected) => {
    expect(problemsOf(schema, value)).toEqual([['size', message, expected]]);
  });
});

describe('an object', () => {
  interface Pool {
    readonly name: string;
    readonly cpu: string;
    readonly pods?: number;
  }
  const POOL = fields<Pool>({ name: text(), cpu: quantity(), pods: optional(number()) });
  const POOLS = list(POOL);

  test('all problems at once, each at its key; items of a list by their name', () => {
    const pools = [{ name: 'general', cpu: 5, pods: null }, { cpu: '1' }, 7];
    expect(problemsOf(POOLS, pools, 'nodePools').map(([field]) => field)).toEqual([
      'nodePools[general].cpu',
      'nodePools[general].pods',
      'nodePools[1].name',
      'nodePools[2]',
    ]);
  });

  test('a misspelt key is one problem, though the key that was meant is missing', () => {
    expect(problemsOf(POOL, { nam: 'a', cpu: '1' }, '')).toEqual([
      ['nam', "unknown property 'nam' (did you mean name?)", 'one of name, cpu, pods'],
    ]);
    expect(problemsOf(POOL, { name: 'a', cpu: '1', colour: 'red' }, 'pool')).toEqual([
      ['pool.colour', "unknown property 'colour' in pool", 'one of name, cpu, pods'],
    ]);
  });

  test('accepted: without what is refused, with a stand-in for what is required', () => {
    const wrong: Pool = JSON.parse('{ "name": "a", "cpu": 5, "pods": "2", "podz": 1 }');
    const { input, refused } = accept('', POOL, wrong, { cpu: '1' });
    expect(input).toEqual({ name: 'a', cpu: '1' });
    expect([...refused].sort()).toEqual(['cpu', 'pods', 'podz']);
    const right = { name: 'a', cpu: '1' };
    expect(accept('', POOL, right, { cpu: '2' })).toEqual({ input: right, refused: new Set(), problems: [] });
  });
});

describe('one of several forms', () => {
  const FIXED = fields<{ replicas: number }>({ replicas: number() });
  const SCALED = fields<{ min: number; max: number }>({ min: number(), max: number() });
  const SIZE = either([FIXED, SCALED, choice(['none'])], 'a size');

  test.each<[unknown, string | undefined]>([
    [{ replicas: 3 }, undefined],
    [{ min: 1, max: 2 }, undefined],
    ['none', undefined],
    [{ replicas: '3' }, 'size.replicas'],
    [{ replica: 3 }, 'size.replica'],
    [{ min: 1 }, 'size.max'],
    [{ min: 1, maxx: 2 }, 'size.maxx'],
    [{}, 'size'],
    [{ cpu: 1 }, 'size'],
    ['nine', 'size'],
    [null, 'size'],
  ])('%j', (value, field) => {
    const found = problemsOf(SIZE, value).map(([at]) => at);
    expect(found).toEqual(field === undefined ? [] : [field]);
  });

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
  ])('by its kind: %j', (value, field) => {
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
