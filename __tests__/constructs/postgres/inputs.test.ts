// Bad input of a PostgreSQL: each slip is one finding, at the user's line, with the field and what would be right.

import { PostgreSQL, type PostgreSQLProps, type System } from '../../../lib/constructs';
import { conformant } from '../../../lib/model';
import { DEVELOPMENT, LAPTOP, LEDGER, OPERATED, operated, withLedger } from '../../support/databases';
import { errors, shop } from '../../support/synthesis';
import { gapsIn, slipsIn } from '../../support/typos';

/** An input that no compiler has seen. */
function made(input: object, cluster = LAPTOP) {
  const { findings } = shop((system: System) => void Reflect.construct(PostgreSQL, [system, 'ledger', input]), {
    cluster,
    environment: DEVELOPMENT,
  });
  return findings.map(({ rule, field, message, expected, source }) => ({
    rule,
    field,
    message,
    expected,
    file: source?.file,
  }));
}

const FULL: Required<Omit<PostgreSQLProps, 'pool' | 'priorityClass'>> = {
  ...LEDGER,
  resources: { ...LEDGER.resources, cpuLimit: '1' },
  maxConnections: 60,
  parameters: { work_mem: '4MB' },
  database: 'books',
  owner: 'bank',
  credentials: { secret: 'ledger', keys: ['username', 'password'] },
  image: 'registry.example/postgresql:16.14',
  survives: { zones: 0, because: 'a test' },
  noBackup: 'a test',
  architecture: 'amd64',
};

describe.each([
  ['one pod', LAPTOP],
  ['by the operator', OPERATED],
])('%s', (_, cluster) => {
  test('every key, and the required ones alone, are accepted', () => {
    expect(made(FULL, cluster)).toEqual([]);
    expect(made(LEDGER, cluster)).toEqual([]);
  });

  test('a misspelt key, and a value of another type, are one finding with that key', () => {
    for (const { title, input, field, message } of slipsIn(FULL, ['parameters'])) {
      const found = made(Object(input), cluster);
      expect({ title, found }).toEqual({
        title,
        found: [
          {
            rule: 'input',
            field,
            message: expect.stringContaining(message),
            expected: expect.any(String),
            file: '__tests__/constructs/postgres/inputs.test.ts',
          },
        ],
      });
    }
  });

  test('a required key that is left out is one finding', () => {
    for (const { title, input, field } of gapsIn(LEDGER)) {
      expect({ title, found: made(Object(input), cluster) }).toMatchObject({
        title,
        found: [{ rule: 'input', field, message: `${field} is required` }],
      });
    }
  });

  test.each<readonly [string, object, string, string]>([
    ['a version that has ended', { version: '13' }, 'version cannot be the text "13"', 'one of 15, 16, 17, 18'],
    ['a version as a number', { version: 16 }, 'version cannot be 16', 'one of 15, 16, 17, 18'],
    ['a size of PostgreSQL', { storage: '20GB' }, 'storage cannot be the text "20GB"', "such as '10Gi'"],
    ['a size of nothing', { storage: '0Gi' }, 'storage cannot be the text "0Gi"', '1Mi or more'],
    [
      'a password in text',
      { credentials: 'hunter2' },
      'credentials cannot be a text: it would be in git',
      "{ secret: 'bank', keys: ['password'] }",
    ],
    [
      'a password in an object',
      { credentials: { username: 'app', password: 'hunter2' } },
      'credentials cannot be an object',
      "{ secret: 'bank', keys: ['password'] }",
    ],
    [
      'credentials without a password',
      { credentials: { secret: 'ledger', keys: ['username'] } },
      'the keys lack password, which the owner needs',
      "keys: ['username', 'password']",
    ],
    [
      'a Secret of an impossible name',
      { credentials: { secret: 'Ledger', keys: ['username', 'password'] } },
      'not a valid Secret name',
      'lower-case',
    ],
    [
      'an owner that is a superuser',
      { owner: 'postgres' },
      'owner cannot be the text "postgres"',
      'not one of PostgreSQL',
    ],
    ['an owner that must be quoted', { owner: 'Bank' }, 'owner cannot be the text "Bank"', 'lower-case'],
    ['a database of PostgreSQL', { database: 'template1' }, 'database cannot be', "not one of PostgreSQL's own"],
    [
      'an image of another version',
      { image: 'registry.example/pg:15.3' },
      'does not begin with the version 16',
      '16.14',
    ],
    [
      'an image without a version',
      { image: 'registry.example/pg:latest' },
      'does not begin with the version 16',
      '16.14',
    ],
    ['fewer connections than PostgreSQL keeps', { maxConnections: 5 }, 'maxConnections cannot be 5', 'at least 10'],
    [
      'connections as a parameter',
      { parameters: { max_connections: '500' } },
      'max_connections follows from the clients',
      'maxConnections beside parameters',
    ],
    [
      'a parameter of the operator',
      { parameters: { archive_command: 'true' } },
      'archive_command is set by',
      'no archive_command',
    ],
    ['a parameter as a number', { parameters: { work_mem: 8 } }, 'parameters.work_mem cannot be 8', "'8MB'"],
    [
      'memory in the units of Kubernetes',
      { parameters: { shared_buffers: '256Mi' } },
      'shared_buffers cannot be the text "256Mi"',
      "'256MB'",
    ],
    [
      'a name that is none',
      { parameters: { 'work-mem': '8MB' } },
      'work-mem is not the name of a parameter',
      'work_mem',
    ],
  ])('%s is one finding', (_title, input, message, expected) => {
    const found = made({ ...LEDGER, ...input }, cluster);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      rule: expect.stringMatching(/^(input|credentials)$/),
      message: expect.stringContaining(message),
      expected: expect.stringContaining(expected),
    });
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });

  test('all slips are reported at once, each once', () => {
    const found = made(
      { ...LEDGER, version: '9', storage: '1', owner: 'postgres', parameters: { port: '1' } },
      cluster,
    );
    expect(found.map(({ field }) => field).sort()).toEqual(['owner', 'parameters.port', 'storage', 'version']);
  });

  test('a name that is too long, or begins with a digit', () => {
    for (const id of ['a'.repeat(51), '1ledger']) {
      const found = shop((system) => new PostgreSQL(system, id, LEDGER), {
        cluster,
        environment: DEVELOPMENT,
      }).findings;
      expect(found.filter(({ rule, field }) => rule === 'input' && field === 'id')).toMatchObject([
        {
          message: expect.stringContaining('cannot be the name of a database'),
          expected: expect.stringContaining('50'),
        },
      ]);
    }
    expect(
      errors(
        shop((system) => void new PostgreSQL(system, 'a'.repeat(50), LEDGER), { cluster, environment: DEVELOPMENT }),
      ),
    ).toEqual([]);
  });

  test('clients that need more connections than are given', () => {
    const found = withLedger({ maxConnections: 60 }, { cluster }).findings;
    expect(found).toMatchObject([
      {
        rule: 'budget',
        construct: 'mumbai/shop-production/ledger',
        field: 'api.maxReplicas',
        message: expect.stringContaining('too many connections at the worst moment: api 80 needed, 51 available'),
        expected: expect.stringContaining('max_connections of at least 89'),
      },
    ]);
  });

  test('connections that do not fit into the memory', () => {
    const found = withLedger({ resources: { cpu: '100m', memory: '256Mi' } }, { cluster }).findings;
    expect(found).toMatchObject([
      {
        rule: 'database-memory',
        field: 'resources.memory',
        value: '256Mi',
        message: expect.stringContaining(
          '100 connections × 4Mi of work_mem and 64Mi of shared_buffers are 464Mi, more than the memory of a pod',
        ),
        expected: "memory: '534Mi', smaller pools, or another work_mem",
      },
    ]);
    expect(errors(withLedger({ resources: { cpu: '100m', memory: '534Mi' } }, { cluster }))).toEqual([]);
  });

  test('a client that does not say its pool', () => {
    const found = withLedger(
      {},
      { cluster, build: (ledger, _system, api) => Reflect.apply(api.connectTo, api, [ledger]) },
    );
    expect(errors(found)).toEqual(['connection connectTo']);
  });
});

test('an operator that the cluster does not have', () => {
  const cluster = conformant({
    kubernetes: '1.36',
    cloudNativePg: { namespace: 'databases', podLabels: { app: 'pg' } },
  });
  expect(withLedger({}, { cluster }).findings).toMatchObject([
    {
      field: expect.stringContaining('cloudNativePg'),
      message: 'cloudNativePg has no effect without the capability cloudnative-pg',
    },
  ]);
});

test('a Cluster of another author needs the capability too', () => {
  expect(errors(operated({}, { cluster: OPERATED }))).toEqual([]);
});
