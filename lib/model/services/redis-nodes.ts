// A Redis: single, highly available or clustered, and the limits of its nodes.

import { checkNumber, type Derived, derived, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

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

/** Problems of the description. */
export function findRedisProblems(redis: Redis): Problem[] {
  const problems = [
    ...checkNumber('redis.maxClients', redis.maxClients, { atLeast: 1, whole: true }),
    ...checkNumber('redis.operationsPerSecondPerNode', redis.operationsPerSecondPerNode, { above: 0 }),
    ...checkNumber('redis.otherConnections', redis.otherConnections ?? 0, { atLeast: 0, whole: true }),
  ];
  if (redis.kind === 'single') return problems;
  if (redis.kind === 'ha') {
    return [
      ...problems,
      ...checkNumber('redis.replicas', redis.replicas, { atLeast: 1, whole: true }),
      ...checkNumber('redis.sentinels', redis.sentinels ?? 0, { atLeast: 0, whole: true }),
    ];
  }
  const { shards, replicasPerShard, busiestShard } = redis;
  const nodes = [
    ...checkNumber('redis.shards', shards, { atLeast: 1, whole: true }),
    ...checkNumber('redis.replicasPerShard', replicasPerShard, { atLeast: 0, whole: true }),
  ];
  if (busiestShard === undefined || nodes.length > 0) return [...problems, ...nodes];
  // The busiest of n shards has at least 1/n.
  return [...problems, ...checkNumber('redis.busiestShard', busiestShard, { atLeast: 1 / shards, atMost: 1 })];
}
