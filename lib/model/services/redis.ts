// The Redis budget: connections and operations against a single, a highly available or a clustered Redis.

import { derived, type Outcome, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { type Fields, fields, findSchemaProblems, flag, number, optional, text } from '../finding/schema';
import { peakPods, REPLACEMENT, type Replacement } from '../pods/replacement';
import {
  BUDGET_CLIENT,
  type Budget,
  type BudgetClient,
  clientList,
  findBudgetProblems,
  type Limit,
  shareBudget,
} from './budget';
import { hasCopy, linksPerNode, operationsTaken, REDIS, type Redis } from './redis-nodes';

/** A component that uses Redis. */
export interface RedisClient extends BudgetClient {
  /** Connections that one pod keeps to each primary. */
  readonly connectionsPerPod: number;
  /** Operations a second that one pod at full load causes. */
  readonly operationsPerSecondPerPod: number;
  /** How a rollout replaces its pods: the old and the new ones have connections at the same time. */
  readonly replacement: Replacement;
}

/** What one pod uses. */
export const REDIS_USE: Fields<Omit<RedisClient, keyof BudgetClient | 'replacement'>> = {
  connectionsPerPod: number({ atLeast: 1, whole: true }),
  operationsPerSecondPerPod: number({ atLeast: 0 }),
};

/** A Redis and all its clients. */
export interface RedisBudgetInput {
  /** Its nodes, and what each can take. */
  readonly redis: Redis;
  /** All clients, on all clusters. */
  readonly clients: readonly RedisClient[];
  /** Whether users depend on it: then a Redis without a copy is refused. */
  readonly production: boolean;
  /** Why a Redis without a copy is still acceptable here. @default none: it is refused where users depend on it */
  readonly withoutCopy?: { readonly reason: string };
}

export const WITHOUT_COPY = fields<NonNullable<RedisBudgetInput['withoutCopy']>>({
  reason: text('why its loss is acceptable', (reason) => reason.trim() !== ''),
});

const INPUT = fields<RedisBudgetInput>({
  redis: REDIS,
  clients: clientList(fields<RedisClient>({ ...BUDGET_CLIENT, ...REDIS_USE, replacement: REPLACEMENT })),
  production: flag(),
  withoutCopy: optional(WITHOUT_COPY),
});

/** The account, and the reason of the exit, which is kept as an annotation. */
export interface RedisBudget extends Budget {
  /** The given reason why it needs no copy. Absent where it has one, or no reason was given. */
  readonly withoutCopy?: string;
}

/**
 * Derives the account, for one node: connections of every existing pod, operations of `maxReplicas` pods.
 *
 * A cluster multiplies operations, not connections: every pod connects to every primary. A replica adds neither; it
 * lets Redis survive the loss of a node.
 *
 * Source: redis.io, "Redis client handling" (`maxclients`), "ERR max number of clients reached" (links between nodes count),
 * "Redis cluster specification", "High availability with Redis Sentinel".
 */
export function deriveRedisBudget(input: RedisBudgetInput): Outcome<RedisBudget> {
  const invalid = findSchemaProblems(INPUT, input, '');
  if (invalid.length > 0) return { problems: invalid };
  const { redis, clients, withoutCopy } = input;
  const limits = redisLimits(redis);
  const exit = withoutCopy === undefined || hasCopy(redis) ? {} : { withoutCopy: withoutCopy.reason };
  return {
    plan: { ...shareBudget(limits, clients), ...exit },
    problems: [...findCopyProblems(input), ...findBudgetProblems(limits, clients)],
  };
}

function redisLimits(redis: Redis): Limit<RedisClient>[] {
  const { maxClients, operationsPerSecondPerNode: rate, otherConnections: others = 0 } = redis;
  const links = linksPerNode(redis);
  const free = maxClients - links.value - others;
  const operations = operationsTaken(redis);
  return [
    {
      name: 'connections',
      available: derived(
        free,
        `maxclients ${maxClients} − ${links.because} − ${others} of others = ${free} on each node`,
      ),
      need: (client, replicas) => {
        const pods = peakPods(replicas, client.replacement);
        const count = pods.value * client.connectionsPerPod;
        return derived(
          count,
          `${pods.because}, each with ${plural(client.connectionsPerPod, 'connection')} to a node: ${count}`,
        );
      },
      remedy: (needed) =>
        `smaller pools, or maxclients of at least ${needed + maxClients - free} (more shards do not help)`,
    },
    {
      name: 'operations/s',
      available: operations,
      need: (client, replicas) => {
        const each = client.operationsPerSecondPerPod;
        return derived(
          replicas * each,
          `${plural(replicas, 'pod')} × ${show(each)} = ${show(replicas * each)} operations/s`,
        );
      },
      remedy: (needed) =>
        redis.kind === 'clustered'
          ? `shards with at most ${show(rate / needed)} of the operations each`
          : `a node that takes ${show(needed)} operations/s, or a cluster of ${Math.ceil(needed / rate)} shards`,
    },
  ];
}

function findCopyProblems({ redis, production, withoutCopy }: RedisBudgetInput): Problem[] {
  if (!production || hasCopy(redis) || withoutCopy !== undefined) return [];
  const expected = 'a highly available or clustered Redis with replicas, or withoutCopy: { reason }';
  if (redis.kind === 'clustered') {
    const message =
      'a Redis cluster without replicas in production: losing a node loses its keys and stops the cluster';
    return [{ field: 'redis.replicasPerShard', value: redis.replicasPerShard, message, expected }];
  }
  const message = 'a single Redis in production: a restart of its node cuts off every client and loses its data';
  return [{ field: 'redis.kind', value: redis.kind, message, expected }];
}
