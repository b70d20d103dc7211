// The database budget: the use of all clients of a database at the worst moment, and how far each may scale.

import { derived, type Outcome, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { checked, type Fields, fields, findSchemaProblems, number, optional, type Schema } from '../finding/schema';
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

/** Limits of a database. */
export interface DatabaseLimits {
  /** `max_connections`. */
  readonly maxConnections: number;
  /** Connections kept for superusers: `superuser_reserved_connections`, 3 in PostgreSQL unless changed. */
  readonly superuserReserved: number;
  /** Connections kept for the provider or a role: `reserved_connections` from PostgreSQL 16. @default 0 */
  readonly reserved?: number;
  /** Connections of the migration job, which runs next to the pods. @default 0 */
  readonly migrations?: number;
  /** Connections of exporters and health checks. @default 0 */
  readonly monitoring?: number;
  /** Cores that queries may keep busy. @default not a limit */
  readonly cpu?: number;
  /** Memory for connections, in MiB: the machine's without shared buffers and operating system. @default not a limit */
  readonly memoryMiB?: number;
  /** Input and output operations a second that the storage sustains. @default not a limit */
  readonly iops?: number;
}

const KEPT = optional(number({ atLeast: 0, whole: true }));
const LIMIT = optional(number({ above: 0 }));

export const DATABASE_LIMITS: Schema = checked<DatabaseLimits>(
  fields<DatabaseLimits>({
    maxConnections: number({ atLeast: 1, whole: true }),
    superuserReserved: number({ atLeast: 0, whole: true }),
    reserved: KEPT,
    migrations: KEPT,
    monitoring: KEPT,
    cpu: LIMIT,
    memoryMiB: LIMIT,
    iops: LIMIT,
  }),
  findReserveProblems,
);

/** A component that uses the database. */
export interface DatabaseClient extends BudgetClient {
  /** Largest size of a pod's connection pool. All pools of the pod together. */
  readonly poolSize: number;
  /** How a rollout replaces its pods: the old and the new ones have connections at the same time. */
  readonly replacement: Replacement;
  /** Cores of the database that one pod at full load keeps busy. Mandatory where the database limits `cpu`. */
  readonly cpuPerPod?: number;
  /** Memory of the database that one connection holds, in MiB. Mandatory where the database limits `memoryMiB`. */
  readonly memoryMiBPerConnection?: number;
  /** Operations a second of the storage that one pod at full load causes. Mandatory where the database limits `iops`. */
  readonly iopsPerPod?: number;
}

const MEASURED = optional(number({ atLeast: 0 }));

/** What one pod uses. */
export const DATABASE_USE: Fields<Omit<DatabaseClient, keyof BudgetClient | 'replacement'>> = {
  poolSize: number({ atLeast: 1, whole: true }),
  cpuPerPod: MEASURED,
  memoryMiBPerConnection: MEASURED,
  iopsPerPod: MEASURED,
};

/** A database and all its clients. */
export interface DatabaseBudgetInput {
  /** What the server can take. */
  readonly database: DatabaseLimits;
  /** All clients, on all clusters. */
  readonly clients: readonly DatabaseClient[];
}

const INPUT = fields<DatabaseBudgetInput>({
  database: DATABASE_LIMITS,
  clients: clientList(fields<DatabaseClient>({ ...BUDGET_CLIENT, ...DATABASE_USE, replacement: REPLACEMENT })),
});

/**
 * Derives the account: Σ pool × pods that exist at once ≤ max_connections − connections reserved for others.
 *
 * Connections, and their memory, count every existing pod: a new pod opens its pool before the old one has closed it. CPU and
 * operations count `maxReplicas` pods: surge pods share the same requests.
 *
 * Source: postgresql.org, "Connections and Authentication" (`max_connections`, `superuser_reserved_connections`,
 * `reserved_connections`); the pods are those of `peakPods`.
 */
export function deriveDatabaseBudget(input: DatabaseBudgetInput): Outcome<Budget> {
  const invalid = findSchemaProblems(INPUT, input, '');
  if (invalid.length > 0) return { problems: invalid };
  const { database, clients } = input;
  const problems = clients.flatMap((client) => findMissingUses(client, database));
  if (problems.length > 0) return { problems };
  const limits = databaseLimits(database);
  return { plan: shareBudget(limits, clients), problems: findBudgetProblems(limits, clients) };
}

function databaseLimits(database: DatabaseLimits): Limit<DatabaseClient>[] {
  const kept = keptConnections(database);
  const free = database.maxConnections - kept.reduce((sum, [, count]) => sum + count, 0);
  const { cpu, memoryMiB, iops } = database;
  const connections = (client: DatabaseClient, replicas: number) => {
    const pods = peakPods(replicas, client.replacement);
    const count = client.poolSize * pods.value;
    return derived(count, `${pods.because}, each with a pool of ${client.poolSize}: ${show(count)} connections`);
  };
  return [
    {
      name: 'connections',
      available: derived(
        free,
        `max_connections ${database.maxConnections}${kept.map(([name, count]) => ` − ${name} ${count}`).join('')} = ${free}`,
      ),
      need: connections,
      remedy: (needed) => `smaller pools, or max_connections of at least ${needed + database.maxConnections - free}`,
    },
    ...loadLimit('cpu', 'cores', cpu, ({ cpuPerPod }) => cpuPerPod),
    ...(memoryMiB === undefined
      ? []
      : [
          {
            name: 'memory',
            available: derived(memoryMiB, `the database has ${show(memoryMiB)} MiB for connections`),
            need: (client: DatabaseClient, replicas: number) => {
              const count = connections(client, replicas).value;
              const each = client.memoryMiBPerConnection ?? 0;
              return derived(count * each, `${count} connections × ${show(each)} MiB = ${show(count * each)} MiB`);
            },
            remedy: (needed: number) => `smaller pools, or a database with ${show(needed)} MiB for connections`,
          },
        ]),
    ...loadLimit('iops', 'operations/s', iops, ({ iopsPerPod }) => iopsPerPod),
  ];
}

/** A limit on the use of `maxReplicas` pods at full load; none where the database has no such limit. */
function loadLimit(
  name: string,
  unit: string,
  limit: number | undefined,
  perPod: (client: DatabaseClient) => number | undefined,
): Limit<DatabaseClient>[] {
  if (limit === undefined) return [];
  return [
    {
      name,
      available: derived(limit, `the database takes ${show(limit)} ${unit}`),
      need: (client, replicas) => {
        const each = perPod(client) ?? 0;
        return derived(replicas * each, `${replicas} pods × ${show(each)} ${unit} = ${show(replicas * each)} ${unit}`);
      },
      remedy: (needed) => `a database that takes ${show(needed)} ${unit}`,
    },
  ];
}

function keptConnections(database: DatabaseLimits): (readonly [string, number])[] {
  const { superuserReserved, reserved = 0, migrations = 0, monitoring = 0 } = database;
  return [
    ['superuser_reserved', superuserReserved],
    ['reserved', reserved],
    ['migrations', migrations],
    ['monitoring', monitoring],
  ];
}

function findReserveProblems(database: DatabaseLimits): Problem[] {
  const { maxConnections } = database;
  const kept = keptConnections(database);
  const sum = kept.reduce((total, [, count]) => total + count, 0);
  if (sum < maxConnections) return [];
  const message = `reserved connections leave none for pods: ${sum} (${kept.map(([name, count]) => `${name} ${count}`).join(', ')})`;
  return [{ field: 'maxConnections', value: maxConnections, message, expected: `more than ${sum}` }];
}

/** Uses that the database limits and that were not measured. */
function findMissingUses(client: DatabaseClient, { cpu, memoryMiB, iops }: DatabaseLimits): Problem[] {
  const missing = (field: keyof DatabaseClient, limit: string, limited: number | undefined): Problem[] => {
    if (limited === undefined || client[field] !== undefined) return [];
    const message = `${limit} use of ${client.name} is missing, but the database limits it to ${limited}`;
    const expected = 'a measured number; 0 for no use';
    return [{ field: `${client.name}.${field}`, value: 'not given', message, expected }];
  };
  return [
    ...missing('cpuPerPod', 'cpu', cpu),
    ...missing('memoryMiBPerConnection', 'memoryMiB', memoryMiB),
    ...missing('iopsPerPod', 'iops', iops),
  ];
}
