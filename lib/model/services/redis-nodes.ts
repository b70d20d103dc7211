// A Redis: single, highly available or clustered, and the limits of its nodes.

import { checkNumber, type Derived, derived, plural, show } from '../finding/derivation';
import { checked, choice, type Fields, fields, number, optional, type Schema, variant } from '../finding/schema';

/** Limits of every node of a Redis. */
export interface RedisNode {
  /** `maxclients`, 10000 unless changed; managed services set it by size. */
  readonly maxClients: number;
  /** Operations a second of one node, measured with the commands of production. */
  readonly operationsPerSecondPerNode: number;
  /** Connections to each node of exporters and others that are not listed. @default 0 */
  readonly otherConnections?: number;
}

/** The topology of the nodes. */
export type Redis =
  | (RedisNode & { readonly kind: 'single' })
  | (RedisNode & {
      /** One primary with replicas that can take over. Commands go to the primary: replicas lag behind it. */
      readonly kind: 'ha';
      readonly replicas: number;
      /** Sentinels; 0 for a managed service. @default 0 */
      readonly sentinels?: number;
    })
  | (RedisNode & {
      /** Keys are divided among shards, each a primary with replicas. */
      readonly kind: 'clustered';
      readonly shards: number;
      readonly replicasPerShard: number;
      /** Share of all operations on the busiest shard. @default 1 ÷ shards: keys and operations spread evenly */
      readonly busiestShard?: number;
    });

const NODE: Fields<RedisNode> = {
  maxClients: number({ atLeast: 1, whole: true }),
  operationsPerSecondPerNode: number({ above: 0 }),
  otherConnections: optional(number({ atLeast: 0, whole: true })),
};

type SingleRedis = Extract<Redis, { readonly kind: 'single' }>;
type HighlyAvailableRedis = Extract<Redis, { readonly kind: 'ha' }>;
type RedisCluster = Extract<Redis, { readonly kind: 'clustered' }>;

const CLUSTER = checked<RedisCluster>(
  fields<RedisCluster>({
    ...NODE,
    kind: choice(['clustered']),
    shards: number({ atLeast: 1, whole: true }),
    replicasPerShard: number({ atLeast: 0, whole: true }),
    busiestShard: optional(number()),
  }),
  // the busiest of n shards has at least 1/n
  ({ shards, busiestShard = 1 }) => checkNumber('busiestShard', busiestShard, { atLeast: 1 / shards, atMost: 1 }),
);

export const REDIS: Schema = variant('kind', {
  single: fields<SingleRedis>({ ...NODE, kind: choice(['single']) }),
  ha: fields<HighlyAvailableRedis>({
    ...NODE,
    kind: choice(['ha']),
    replicas: number({ atLeast: 1, whole: true }),
    sentinels: optional(number({ atLeast: 0, whole: true })),
  }),
  clustered: CLUSTER,
});

/** Connections to a node from other nodes and sentinels. */
export function linksPerNode(redis: Redis): Derived {
  if (redis.kind === 'single') return derived(0, '0 links');
  if (redis.kind === 'ha') {
    const { replicas, sentinels = 0 } = redis;
    const links = replicas + 2 * sentinels;
    return derived(
      links,
      `${plural(links, 'link')} (${plural(replicas, 'replica')}, 2 for each of ${plural(sentinels, 'sentinel')})`,
    );
  }
  const { shards, replicasPerShard } = redis;
  const nodes = shards * (1 + replicasPerShard);
  const links = 2 * (nodes - 1) + replicasPerShard;
  return derived(
    links,
    `${plural(links, 'link')} (2 for each of ${nodes - 1} other nodes, ${plural(replicasPerShard, 'replica')})`,
  );
}

/** Operations a second of all primaries when the busiest is at its limit. */
export function operationsTaken(redis: Redis): Derived {
  const rate = redis.operationsPerSecondPerNode;
  if (redis.kind === 'single') return derived(rate, `one node takes ${show(rate)} operations/s`);
  if (redis.kind === 'ha')
    return derived(rate, `the primary takes ${show(rate)} operations/s; replicas lag, and serve none`);
  const { shards, busiestShard = 1 / shards } = redis;
  const taken = rate / busiestShard;
  return derived(
    taken,
    `the busiest of ${plural(shards, 'shard')} has ${show(busiestShard)} of the operations and takes ${show(rate)}/s: ${show(taken)} operations/s in all`,
  );
}

/** Whether all keys survive the loss of one node. */
export function hasCopy(redis: Redis): boolean {
  return redis.kind === 'ha' || (redis.kind === 'clustered' && redis.replicasPerShard > 0);
}
