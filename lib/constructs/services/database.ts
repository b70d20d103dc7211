// A managed database: its clients' pools must never need more connections than it has.

import type { Outcome } from '../../model/finding/derivation';
import type { Budget } from '../../model/services/budget';
import { type DatabaseClient, type DatabaseLimits, deriveDatabaseBudget } from '../../model/services/database';
import type { ExternalServiceProps } from './external-service';
import { type Account, LimitedService } from './limited-service';

/** The database outside the cluster, and its limits. */
export interface DatabaseProps extends ExternalServiceProps {
  /** What the server can take. */
  readonly limits: DatabaseLimits;
}

/** What one pod of a client uses of the database. */
export type DatabaseUse = Omit<DatabaseClient, keyof Account>;

/**
 * A database outside the cluster.
 *
 * @example web.connectTo(database, { poolSize: 10 });
 */
export class Database extends LimitedService<DatabaseProps, DatabaseUse> {
  protected account(clients: readonly (Account & DatabaseUse)[]): Outcome<Budget> {
    return deriveDatabaseBudget({ database: this.props.limits, clients });
  }
}
