// The database budget: several clients against one database, what binds each, and what cannot be.
import {
  type DatabaseBudgetInput,
  type DatabaseClient,
  deriveDatabaseBudget,
} from '../../../lib/model/services/database';

const ORDERS: DatabaseClient = {
  name: 'orders',
  maxReplicas: 6,
  poolSize: 10,
  replacement: { maxSurge: '50%', terminationGracePeriodSeconds: 30, fastestAvailableSeconds: 40 },
};
const BILLING: DatabaseClient = { name: 'billing', maxReplicas: 4, poolSize: 5, replacement: 'blueGreen' };
const INPUT: DatabaseBudgetInput = {
  database: { maxConnections: 200, superuserReserved: 3, reserved: 2, migrations: 5, monitoring: 4 },
  clients: [ORDERS, BILLING],
};

function budget(change: Partial<DatabaseBudgetInput> = {}) {
  return deriveDatabaseBudget({ ...INPUT, ...change });
}
const database = (change: object) => ({ ...INPUT.database, ...change });
const orders = (change: Partial<DatabaseClient>) => [{ ...ORDERS, ...change }, BILLING];

describe('connections', () => {
  test('all pods that exist at once × their pools, against the rest of max_connections', () => {
    const { plan, problems } = budget();
    expect(problems).toEqual([]);
    expect(plan?.fits).toBe(true);
    expect(plan?.limits).toEqual([
      {
        limit: 'connections',
        available: {
          value: 186,
          because: 'max_connections 200 − superuser_reserved 3 − reserved 2 − migrations 5 − monitoring 4 = 186',
        },
        // orders: (6 + 3 + 3) × 10; billing: 2 × 4 × 5
        needed: { value: 160, because: 'orders 120 + billing 40 = 160 needed' },
      },
    ]);
    expect(plan?.clients[0]?.needs).toEqual([
      {
        limit: 'connections',
        amount: {
          value: 120,
          because:
            '6 wanted + 3 surge + 3 that still stop (3 pods at a time every 40 s or more, each for up to 30 s) = 12 pods, each with a pool of 10: 120 connections',
        },
      },
    ]);
  });

  test('each client may grow into what the others leave', () => {
    const { plan } = budget();
    // orders: 146 left: 7 + 4 + 4 = 15 pods are too many, 6 + 3 + 3 fit. billing: 66 left, 2 × 6 × 5 = 60.
    expect(plan?.clients.map(({ name, binding }) => [name, binding?.limit, binding?.maxReplicas.value])).toEqual([
      ['orders', 'connections', 6],
      ['billing', 'connections', 6],
    ]);
    expect(plan?.clients[0]?.binding?.maxReplicas.because).toBe(
      '186 connections − 40 of others leave 146: 6 replicas take 120, one more would take 150',
    );
  });

  test('the budget is met at the cap and exceeded one above it', () => {
    expect(budget({ clients: orders({ maxReplicas: 6 }) }).plan?.fits).toBe(true);
    expect(budget({ clients: orders({ maxReplicas: 7 }) }).plan?.fits).toBe(false);
    const clients = [ORDERS, { ...BILLING, maxReplicas: 7 }];
    expect(budget({ clients }).plan?.fits).toBe(false);
  });

  test('the very last connection may be used', () => {
    expect(budget({ database: database({ maxConnections: 174 }) }).plan?.fits).toBe(true);
    expect(budget({ database: database({ maxConnections: 173 }) }).plan?.fits).toBe(false);
  });

  test('a budget that is exceeded: which client, by how much, what to change', () => {
    const { plan, problems } = budget({ clients: orders({ maxReplicas: 10 }) });
    expect(plan?.fits).toBe(false);
    expect(problems).toEqual([
      {
        field: 'orders.maxReplicas',
        value: 10,
        message:
          '54 too many connections at the worst moment: orders 200 + billing 40 = 240 needed, 186 available (max_connections 200 − superuser_reserved 3 − reserved 2 − migrations 5 − monitoring 4 = 186)',
        expected: 'orders at most 6 replicas, or smaller pools, or max_connections of at least 254',
      },
    ]);
  });

  test('not even one replica', () => {
    const { plan } = budget({ clients: orders({ poolSize: 100 }) });
    expect(plan?.clients[0]?.binding?.maxReplicas).toMatchObject({
      value: 0,
      because: expect.stringContaining('leave 146: not even one replica fits (1 wanted + 1 surge + 1 that still stop'),
    });
  });
});

describe('CPU, memory and IOPS', () => {
  const client = (change: Partial<DatabaseClient> = {}) => [
    { ...ORDERS, cpuPerPod: 0.5, memoryMiBPerConnection: 8, iopsPerPod: 200, ...change },
  ];
  const limited = (change: object = {}) => database({ cpu: 6, memoryMiB: 1200, iops: 3000, ...change });

  test.each<[string, object, number]>([
    ['connections', { maxConnections: 150 }, 6],
    ['cpu', { cpu: 3.2 }, 6],
    ['memory', { memoryMiB: 970 }, 6],
    ['iops', { iops: 1300 }, 6],
  ])('%s binds where it leaves least, and is named', (limit, change, maxReplicas) => {
    const { plan } = budget({ database: limited(change), clients: client() });
    expect(plan?.clients[0]?.binding).toMatchObject({ limit, maxReplicas: { value: maxReplicas } });
  });

  test('load counts the pods that are wanted, memory each connection that exists', () => {
    const { plan } = budget({ database: limited(), clients: client() });
    expect(plan?.clients[0]?.needs.map(({ limit, amount }) => [limit, amount.value])).toEqual([
      ['connections', 120],
      ['cpu', 3],
      ['memory', 960],
      ['iops', 1200],
    ]);
  });

  test.each<[string, object, string]>([
    ['cpu', { cpu: 2.9 }, 'cpu at the worst moment: orders 3 needed, 2.9 available'],
    ['memory', { memoryMiB: 959 }, 'memory at the worst moment: orders 960 needed, 959 available'],
    ['iops', { iops: 1199 }, 'iops at the worst moment: orders 1200 needed, 1199 available'],
  ])('%s exceeded', (_, change, message) => {
    const { problems } = budget({ database: limited(change), clients: client() });
    expect(problems).toMatchObject([{ field: 'orders.maxReplicas', message: expect.stringContaining(message) }]);
  });

  test('a rounding error is not an excess: 3 × 0.1 cores are 0.3', () => {
    const { plan } = budget({ database: limited({ cpu: 0.3 }), clients: client({ cpuPerPod: 0.1, maxReplicas: 3 }) });
    expect(plan?.fits).toBe(true);
    expect(plan?.clients[0]?.caps.find(({ limit }) => limit === 'cpu')?.maxReplicas.value).toBe(3);
  });

  test('a limit that the client does not draw on caps nothing', () => {
    const { plan } = budget({ database: limited(), clients: client({ iopsPerPod: 0 }) });
    expect(plan?.clients[0]?.caps.map(({ limit }) => limit)).toEqual(['connections', 'cpu', 'memory']);
  });

  test('a client that does not say what it takes of a limit is refused', () => {
    const { plan, problems } = budget({ database: database({ iops: 3000 }), clients: [ORDERS] });
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field: 'orders.iopsPerPod', value: 'not given' }]);
  });
});

describe('invalid input', () => {
  test.each<[string, Partial<DatabaseBudgetInput>, string]>([
    ['no client', { clients: [] }, 'clients'],
    ['a client twice', { clients: [ORDERS, ORDERS] }, 'clients'],
    ['no pod', { clients: orders({ maxReplicas: 0 }) }, 'clients[orders].maxReplicas'],
    ['half a pod', { clients: orders({ maxReplicas: 1.5 }) }, 'clients[orders].maxReplicas'],
    ['endless pods', { clients: orders({ maxReplicas: Infinity }) }, 'clients[orders].maxReplicas'],
    ['an empty pool', { clients: orders({ poolSize: 0 }) }, 'clients[orders].poolSize'],
    ['NaN connections', { database: database({ maxConnections: Number.NaN }) }, 'database.maxConnections'],
    ['a negative reserve', { database: database({ monitoring: -1 }) }, 'database.monitoring'],
    ['no core', { database: database({ cpu: 0 }), clients: [{ ...ORDERS, cpuPerPod: 1 }] }, 'database.cpu'],
    ['a reserve that leaves nothing', { database: database({ maxConnections: 14 }) }, 'database.maxConnections'],
    [
      'a rollout that never begins',
      {
        clients: orders({
          replacement: { maxSurge: 0, terminationGracePeriodSeconds: 30, fastestAvailableSeconds: 9 },
        }),
      },
      'clients[orders].replacement.maxSurge',
    ],
  ])('%s', (_, change, field) => {
    const { plan, problems } = budget(change);
    expect(plan).toBeUndefined();
    expect(problems[0]).toMatchObject({ field, message: expect.any(String), expected: expect.any(String) });
    expect(problems).toHaveLength(1);
  });
});
