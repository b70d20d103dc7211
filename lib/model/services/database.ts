// The database budget: the use of all clients of a database at the worst moment, and how far each may scale.

import { checkNumber, derived, type Outcome, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { findReplacementProblems, peakPods, type Replacement } from '../pods/replacement';
import {
  type Budget,
  type BudgetClient,
  findBudgetProblems,
  findClientProblems,
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

/** A database and all its clients. */
export interface DatabaseBudgetInput {
  /** What the server can take. */
  readonly database: DatabaseLimits;
  /** All clients, on all clusters. */
  readonly clients: readonly DatabaseClient[];
}

/**
 * Derives the account: Σ pool × pods that exist at once ≤ max_connections − connections reserved for others.
 *
 * Connections, and their memory, count every existing pod: a new pod opens its pool before the old one has closed it. CPU and
 * operations count `maxReplicas` pods: surge pods share the same requests.
 *
 * Source: postgresql.org, "Connections and Authentication" (`max_connections`, `superuser_reserved_connections`,
 * `reserved_connections`); the pods are those of `peakPods`.
 */
export function deriveDatabaseBudget({ database, clients }: DatabaseBudgetInput): Outcome<Budget> {
  const inputProblems = [
    ...findDatabaseProblems(database),
    ...clients.flatMap((client) => findDatabaseClientProblems(client, database)),
  ];
  const problems = [...findClientProblems(clients), ...inputProblems];
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

function findDatabaseProblems(database: DatabaseLimits): Problem[] {
  const { maxConnections, cpu, memoryMiB, iops } = database;
  const kept = keptConnections(database);
  const problems = [
    ...checkNumber('database.maxConnections', maxConnections, { atLeast: 1, whole: true }),
    ...kept.flatMap(([name, count]) => checkNumber(`database.${name}`, count, { atLeast: 0, whole: true })),
    ...Object.entries({ cpu, memoryMiB, iops }).flatMap(([name, value]) =>
      value === undefined ? [] : checkNumber(`database.${name}`, value, { above: 0 }),
    ),
  ];
  const sum = kept.reduce((total, [, count]) => total + count, 0);
  if (problems.length === 0 && sum >= maxConnections) {
    problems.push({
      field: 'database.maxConnections',
      value: maxConnections,
      message: `reserved connections leave none for pods: ${sum} (${kept.map(([name, count]) => `${name} ${count}`).join(', ')})`,
      expected: `more than ${sum}`,
    });
  }
  return problems;
}

function findDatabaseClientProblems(client: DatabaseClient, database: DatabaseLimits): Problem[] {
  const drawn = (field: string, limit: string, limited: number | undefined, value: number | undefined) => {
    if (value !== undefined) return checkNumber(`${client.name}.${field}`, value, { atLeast: 0 });
    if (limited === undefined) return [];
    return [
      {
        field: `${client.name}.${field}`,
        value: 'not given',
        message: `${limit} use of ${client.name} is missing, but the database limits it to ${limited}`,
        expected: 'a measured number; 0 for no use',
      },
    ];
  };
  return [
    ...checkNumber(`${client.name}.poolSize`, client.poolSize, { atLeast: 1, whole: true }),
    ...findReplacementProblems(`${client.name}.replacement`, client.replacement),
    ...drawn('cpuPerPod', 'cpu', database.cpu, client.cpuPerPod),
    ...drawn('memoryMiBPerConnection', 'memoryMiB', database.memoryMiB, client.memoryMiBPerConnection),
    ...drawn('iopsPerPod', 'iops', database.iops, client.iopsPerPod),
  ];
}
