// A managed database: its clients' pools must never need more connections than it has.

import type { Construct } from 'constructs';
import type { Outcome } from '../../model/finding/derivation';
import { fields } from '../../model/finding/schema';
import type { Budget } from '../../model/services/budget';
import {
  DATABASE_LIMITS,
  DATABASE_USE,
  type DatabaseClient,
  type DatabaseLimits,
  deriveDatabaseBudget,
} from '../../model/services/database';
import type { Account } from './clients';
import { LimitedService } from './limited-service';
import { type ExternalServiceProps, OUTSIDE_SERVICE, OUTSIDE_STAND_INS } from './outside-service';

/** The database outside the cluster, and its limits. */
export interface DatabaseProps extends ExternalServiceProps {
  /** What the server can take. */
  readonly limits: DatabaseLimits;
}

const DATABASE = fields<DatabaseProps>({ ...OUTSIDE_SERVICE, limits: DATABASE_LIMITS });

/** Connections of a database: all that clients may open, and those that one pod of each opens. */
export interface ObservedDatabase {
  readonly database: string;
  readonly connections: number;
  readonly perPod: readonly { readonly component: string; readonly connections: number }[];
}

/** What one pod of a client uses of the database. */
export type DatabaseUse = Omit<DatabaseClient, keyof Account>;

/**
 * A database outside the cluster.
 *
 * @example web.connectTo(database, { poolSize: 10 });
 */
export class Database extends LimitedService<DatabaseProps, DatabaseUse> {
  override readonly use = fields<DatabaseUse>(DATABASE_USE);

  constructor(scope: Construct, id: string, props: DatabaseProps) {
    super(scope, id, props, DATABASE, { ...OUTSIDE_STAND_INS, limits: { maxConnections: 1e6, superuserReserved: 0 } });
  }

  /**
   * What the parts of the platform know of it: its connections, and those that each client of this system opens in one pod.
   * @internal
   */
  get observed(): ObservedDatabase {
    const { maxConnections, superuserReserved } = this.props.limits;
    const perPod = this.clients.map(({ client, use }) => ({ component: client.name, connections: use.poolSize }));
    return { database: this.node.id, connections: maxConnections - superuserReserved, perPod };
  }

  protected account(clients: readonly (Account & DatabaseUse)[]): Outcome<Budget> {
    return deriveDatabaseBudget({ database: this.props.limits, clients });
  }
}
