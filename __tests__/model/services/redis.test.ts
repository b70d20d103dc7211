// The Redis budget: single, highly available, clustered; what binds; a single one in production; what cannot be.

import { deriveRedisBudget, type RedisBudgetInput, type RedisClient } from '../../../lib/model/services/redis';
import type { Redis } from '../../../lib/model/services/redis-nodes';

const CART: RedisClient = {
  name: 'cart',
  maxReplicas: 10,
  connectionsPerPod: 20,
  operationsPerSecondPerPod: 5000,
  replacement: { maxSurge: '50%', terminationGracePeriodSeconds: 30, fastestAvailableSeconds: 40 },
};
const NODE = { maxClients: 1000, operationsPerSecondPerNode: 80_000 };
const SINGLE: Redis = { kind: 'single', ...NODE };
const HA: Redis = { kind: 'ha', ...NODE, replicas: 2, sentinels: 3 };
const CLUSTER: Redis = { kind: 'clustered', ...NODE, shards: 3, replicasPerShard: 1 };
const INPUT: RedisBudgetInput = { redis: HA, clients: [CART], production: true };
const derive = (change: Partial<RedisBudgetInput> = {}) => deriveRedisBudget({ ...INPUT, ...change });

describe('what a Redis takes', () => {
  test.each<[string, Redis, number, number]>([
    ['single', SINGLE, 1000, 80_000],
    ['single, beside an exporter', { ...SINGLE, otherConnections: 5 }, 995, 80_000],
    ['highly available: 2 replicas, 3 sentinels with 2 links each', HA, 992, 80_000],
    ['managed, without sentinels', { ...HA, sentinels: 0 }, 998, 80_000],
    ['clustered: three times the operations, not the connections', CLUSTER, 989, 240_000],
    ['clustered, half of the load on one shard', { ...CLUSTER, busiestShard: 0.5 }, 989, 160_000],
  ])('%s', (_, redis, connections, operations) => {
    const { plan } = derive({ redis, production: false });
    expect(plan?.limits.map(({ available }) => Math.round(available.value))).toEqual([connections, operations]);
  });

  test('with the sentence that derives it', () => {
    expect(derive({ redis: CLUSTER }).plan?.limits.map(({ available }) => available.because)).toEqual([
      'maxclients 1000 − 11 links (2 for each of 5 other nodes, 1 replica) − 0 of others = 989 on each node',
      'the busiest of 3 shards has 0.3333 of the operations and takes 80000/s: 240000 operations/s in all',
    ]);
  });
});

describe('clients', () => {
  test('each scales as far as Redis takes, and the limit is named', () => {
    // Connections: of 24, 24 + 12 + 12 pods hold 960. Operations: 16 × 5000.
    const { plan, problems } = derive();
    expect(problems).toEqual([]);
    expect(plan?.fits).toBe(true);
    expect(plan?.clients[0]?.caps.map(({ limit, maxReplicas }) => [limit, maxReplicas.value])).toEqual([
      ['connections', 24],
      ['operations/s', 16],
    ]);
    expect(plan?.clients[0]?.binding?.limit).toBe('operations/s');
  });

  test('in a cluster, connections bind where operations did', () => {
    expect(derive({ redis: CLUSTER }).plan?.clients[0]?.binding).toMatchObject({
      limit: 'connections',
      maxReplicas: { value: 24 },
    });
  });

  test('one beyond its cap is refused, with what would help', () => {
    const { problems } = derive({ clients: [{ ...CART, maxReplicas: 17 }] });
    expect(problems).toMatchObject([
      {
        field: 'cart.maxReplicas',
        message: expect.stringContaining('operations/s at the worst moment: cart 85000 needed, 80000 available'),
        expected: 'cart at most 16 replicas, or a node that takes 85000 operations/s, or a cluster of 2 shards',
      },
    ]);
  });

  test('more shards add no connections', () => {
    const { problems } = derive({ redis: CLUSTER, clients: [{ ...CART, maxReplicas: 25 }] });
    expect(problems).toMatchObject([
      {
        expected:
          'cart at most 24 replicas, or smaller pools, or maxclients of at least 1031 (more shards do not help)',
      },
    ]);
  });
});

describe('a Redis without a copy', () => {
  test('is refused in production', () => {
    const { plan, problems } = derive({ redis: SINGLE });
    expect(plan?.fits).toBe(true);
    expect(problems).toEqual([
      {
        field: 'redis.kind',
        value: 'single',
        message: 'a single Redis in production: a restart of its node cuts off every client and loses its data',
        expected: 'a highly available or clustered Redis with replicas, or withoutCopy: { reason }',
      },
    ]);
  });

  test('is accepted with a reason, which is kept', () => {
    const { plan, problems } = derive({ redis: SINGLE, withoutCopy: { reason: 'a cache that may be empty' } });
    expect(problems).toEqual([]);
    expect(plan?.withoutCopy).toBe('a cache that may be empty');
  });

  test('is not accepted with an empty reason', () => {
    expect(derive({ redis: SINGLE, withoutCopy: { reason: ' ' } }).problems).toMatchObject([
      { field: 'withoutCopy.reason' },
    ]);
  });

  test('is accepted outside production, and where there is a copy', () => {
    expect(derive({ redis: SINGLE, production: false }).problems).toEqual([]);
    expect(derive({ redis: CLUSTER }).problems).toEqual([]);
    expect(derive({ withoutCopy: { reason: 'none needed' } }).plan).not.toHaveProperty('withoutCopy');
  });

  test('is a cluster without replicas too', () => {
    expect(derive({ redis: { ...CLUSTER, replicasPerShard: 0 } }).problems).toMatchObject([
      { field: 'redis.replicasPerShard', value: 0 },
    ]);
  });
});

describe('invalid input', () => {
  test.each<[string, Partial<RedisBudgetInput>, string]>([
    ['no connection', { redis: { ...HA, maxClients: 0 } }, 'redis.maxClients'],
    ['no operation', { redis: { ...HA, operationsPerSecondPerNode: 0 } }, 'redis.operationsPerSecondPerNode'],
    ['negative others', { redis: { ...HA, otherConnections: -1 } }, 'redis.otherConnections'],
    ['high availability without replicas', { redis: { ...HA, replicas: 0 } }, 'redis.replicas'],
    ['half a sentinel', { redis: { ...HA, sentinels: 0.5 } }, 'redis.sentinels'],
    ['a cluster of no shards', { redis: { ...CLUSTER, shards: 0 } }, 'redis.shards'],
    ['a busiest shard below the mean', { redis: { ...CLUSTER, busiestShard: 0.2 } }, 'redis.busiestShard'],
    ['no client', { clients: [] }, 'clients'],
    [
      'a client without connections',
      { clients: [{ ...CART, connectionsPerPod: 0 }] },
      'clients[cart].connectionsPerPod',
    ],
    [
      'NaN operations',
      { clients: [{ ...CART, operationsPerSecondPerPod: Number.NaN }] },
      'clients[cart].operationsPerSecondPerPod',
    ],
  ])('%s', (_, change, field) => {
    const { plan, problems } = derive(change);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field }]);
  });
});
