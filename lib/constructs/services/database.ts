// A managed database: its clients' pools may never ask for more connections than it has.

import type { Outcome } from '../../model/finding/derivation';
import type { Budget } from '../../model/services/budget';
import { type DatabaseClient, type DatabaseLimits, deriveDatabaseBudget } from '../../model/services/database';
import type { ExternalServiceProps } from './external-service';
import { type Account, LimitedService } from './limited-service';

/** What lies outside, and what it can take. */
export interface DatabaseProps extends ExternalServiceProps {
  readonly limits: DatabaseLimits;
}

/** What one pod of a client takes of the database. */
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
