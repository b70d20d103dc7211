// What a PostgreSQL is, whatever runs it.

import { POSTGRES_USER, type PostgreSQLParameters } from '../../model/services/postgresql';
import type { SecretReference } from '../network/connection';
import type { NodeChoice } from '../nodes/node-choice';
import type { Resources } from '../pod/container';

/** The user of its processes, and of what works with its dumps. */
export const DATABASE_USER = { id: POSTGRES_USER, reason: 'the user postgres of the image, which owns the data' };

/** A PostgreSQL as the construct describes it, less what is refused. */
export interface Server {
  /** Name of its objects. */
  readonly name: string;
  readonly image: string;
  /** Size of its volume. */
  readonly storage: string;
  readonly resources: Resources & Required<Pick<Resources, 'cpu'>>;
  readonly choice: NodeChoice;
  /** The Secret of the owner. */
  readonly credentials: SecretReference;
  readonly database: string;
  readonly owner: string;
  readonly reasons: {
    readonly survives?: { readonly zones: 0; readonly because: string };
    readonly oneRegion?: string;
    readonly noBackup?: string;
  };
  /** Parameters, once all clients are known. */
  readonly parameters: () => PostgreSQLParameters;
  /** Annotations, once all clients are known. */
  readonly notes: () => Readonly<Record<string, string>>;
}
