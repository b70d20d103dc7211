// A managed Redis: connections and operations of its clients, and whether it survives the loss of a node.

import type { Construct } from 'constructs';
import type { Outcome } from '../../model/finding/derivation';
import { fields, optional } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import type { Budget } from '../../model/services/budget';
import { deriveRedisBudget, REDIS_USE, type RedisClient, WITHOUT_COPY } from '../../model/services/redis';
import { REDIS as NODES, type Redis as RedisNodes } from '../../model/services/redis-nodes';
import { System } from '../system/system';
import type { Account } from './clients';
import { LimitedService } from './limited-service';
import { type ExternalServiceProps, OUTSIDE_SERVICE, OUTSIDE_STAND_INS } from './outside-service';

/** The Redis outside the cluster, and its limits. */
export interface RedisProps extends ExternalServiceProps {
  /** Its nodes, and what each can take. */
  readonly nodes: RedisNodes;
  /** Why a Redis without a copy is acceptable in an environment that promises to survive a loss. @default it is refused there */
  readonly withoutCopy?: { readonly reason: string };
}

const REDIS = fields<RedisProps>({ ...OUTSIDE_SERVICE, nodes: NODES, withoutCopy: optional(WITHOUT_COPY) });

const NODES_STAND_IN = { kind: 'ha', replicas: 1, maxClients: 1e6, operationsPerSecondPerNode: 1e6 } as const;

/** What one pod of a client uses of Redis. */
export type RedisUse = Omit<RedisClient, keyof Account>;

/**
 * A Redis outside the cluster: single, highly available or clustered.
 *
 * @example web.connectTo(redis, { connectionsPerPod: 5, operationsPerSecondPerPod: 400 });
 */
export class Redis extends LimitedService<RedisProps, RedisUse> {
  override readonly use = fields<RedisUse>(REDIS_USE);

  constructor(scope: Construct, id: string, props: RedisProps) {
    super(scope, id, props, REDIS, { ...OUTSIDE_STAND_INS, nodes: NODES_STAND_IN });
  }

  protected account(clients: readonly (Account & RedisUse)[]): Outcome<Budget> {
    const { nodes: redis, withoutCopy } = this.props;
    const { zones, regions } = System.of(this).target.environment.survives;
    const production = zones > 0 || regions > 0;
    return deriveRedisBudget({ redis, clients, production, ...defined({ withoutCopy }) });
  }

  protected override get notes(): Readonly<Record<string, string>> {
    const { withoutCopy } = this.props;
    const exit = withoutCopy === undefined ? {} : { [ANNOTATION.withoutCopy]: withoutCopy.reason };
    return { ...super.notes, ...exit };
  }
}
