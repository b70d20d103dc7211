// A PostgreSQL in the cluster: its versions and images, how many connections it has, and which parameters follow from its size.

import { type Derived, derived } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { checked, type Schema, table, text } from '../finding/schema';
import { parseQuantity, WHOLE } from '../manifest/quantity';
import type { DatabaseLimits } from './database';

/** Major versions, each with the image that runs it. PostgreSQL 14 ended in November 2026. Source: postgresql.org, "Versioning Policy". */
export const POSTGRESQL_VERSIONS = ['15', '16', '17', '18'] as const;

/** A major version of PostgreSQL. */
export type PostgreSQLVersion = (typeof POSTGRESQL_VERSIONS)[number];

/** Source: cloudnative-pg/artifacts, image-catalogs/catalog-standard-trixie.yaml, of summer 2026. */
const IMAGES: Readonly<Record<PostgreSQLVersion, string>> = {
  '15': '15.18-standard-trixie',
  '16': '16.14-standard-trixie',
  '17': '17.10-standard-trixie',
  '18': '18.4-standard-trixie',
};

/** The image of a version: that of CloudNativePG, with the operator and without it. */
export const postgresqlImage = (version: PostgreSQLVersion): string =>
  `ghcr.io/cloudnative-pg/postgresql:${IMAGES[version]}`;

/** Whether the tag of an image begins with the version, by which the operator knows it. Source: cloudnative-pg, "Container Image Requirements". */
export function isOfVersion(image: string, version: string): boolean {
  const tag = /:([^/:@]+)(?:@.*)?$/.exec(image)?.[1] ?? '';
  return new RegExp(`^${version}(?:[._-]|$)`).test(tag);
}

/** The port of PostgreSQL, that of the operator's questions, and that of the metrics. Source: cloudnative-pg, pkg/management/url. */
export const POSTGRESQL_PORT = 5432;
export const STATUS_PORT = 8000;
export const METRICS_PORT = 9187;

/** UID and GID of `postgres` in the images. Source: cloudnative-pg, api/v1/cluster_types.go. */
export const POSTGRES_USER = 26;

/** Where the data is, below the folder of the volume. Source: cloudnative-pg, pkg/specs/pods.go. */
export const POSTGRES_VOLUME = '/var/lib/postgresql/data';
export const PGDATA = `${POSTGRES_VOLUME}/pgdata`;

/** Keys of the Secret of an owner. */
export const OWNER_KEYS = ['username', 'password'] as const;

/** All keys of a Secret that the operator makes. Source: cloudnative-pg, pkg/specs/secrets.go. */
export const OPERATOR_KEYS = [
  'dbname',
  'fqdn-jdbc-uri',
  'fqdn-uri',
  'host',
  'jdbc-uri',
  'password',
  'pgpass',
  'port',
  'uri',
  'user',
  'username',
] as const;

/** Name of the Secret with the credentials of the owner. Source: cloudnative-pg, api/v1/cluster_funcs.go, `GetApplicationSecretName`. */
export const ownerSecret = (name: string): string => `${name}-app`;

/** The Service that leads to the pod that writes. Source: cloudnative-pg, "Service Management". */
export const writerService = (name: string): string => `${name}-rw`;

/** Labels of the pods of a database, those of its Jobs among them. Source: cloudnative-pg, "Labels and Annotations". */
export const instanceLabels = (name: string): Readonly<Record<string, string>> => ({ 'cnpg.io/cluster': name });

/** `superuser_reserved_connections`, as PostgreSQL keeps them. */
const SUPERUSER_RESERVED = 3;

/** The operator opens up to 3 in each database, its own and that of the application. Source: cloudnative-pg, pkg/management/postgres/pool. */
const MONITORING = 6;

/** Connections grow in steps: another number is a restart of every pod. */
const STEP = 20;

/** The connections of a database whose clients need that many at the worst moment; `given` where the user says them. */
export function connectionsFor(needed: Derived | undefined, given: number | undefined): Derived {
  if (given !== undefined) return derived(given, `${given} as given`);
  const sum = (needed?.value ?? 0) + SUPERUSER_RESERVED + MONITORING;
  const value = Math.max(STEP, Math.ceil(sum / STEP) * STEP);
  const what = needed === undefined ? 'no clients' : needed.because;
  const kept = `${SUPERUSER_RESERVED} for superusers, ${MONITORING} for the operator`;
  return derived(value, `${what}, ${kept}: ${sum}, in steps of ${STEP} = ${value}`);
}

/** The limits of a database with that many connections, as its account counts them. */
export const limitsOf = (maxConnections: number): DatabaseLimits => ({
  maxConnections,
  superuserReserved: SUPERUSER_RESERVED,
  monitoring: MONITORING,
});

/**
 * Parameters that the operator sets itself, or refuses. Without it they are refused too, since a database would otherwise change by being moved.
 * Source: cloudnative-pg, pkg/postgres/configuration.go, `FixedConfigurationParameters`.
 */
const FIXED: ReadonlySet<string> = new Set(
  [
    'allow_system_table_mods archive_cleanup_command archive_command archive_mode bonjour bonjour_name cluster_name config_file',
    'data_directory data_sync_retry event_source external_pid_file hba_file hot_standby ident_file jit_provider listen_addresses',
    'log_destination log_directory log_file_mode log_filename log_rotation_age log_rotation_size log_truncate_on_rotation',
    'logging_collector pg_failover_slots.primary_dsn pg_failover_slots.standby_slot_names port primary_conninfo primary_slot_name',
    'promote_trigger_file recovery_end_command recovery_min_apply_delay recovery_target recovery_target_action',
    'recovery_target_inclusive recovery_target_lsn recovery_target_name recovery_target_time recovery_target_timeline',
    'recovery_target_xid restart_after_crash restore_command shared_preload_libraries ssl ssl_ca_file ssl_cert_file ssl_crl_file',
    'ssl_dh_params_file ssl_ecdh_curve ssl_key_file ssl_passphrase_command ssl_passphrase_command_supports_reload',
    'ssl_prefer_server_ciphers stats_temp_directory synchronized_standby_slots synchronous_standby_names syslog_facility',
    'syslog_ident syslog_sequence_numbers syslog_split_messages temp_tablespaces unix_socket_directories unix_socket_group',
    'unix_socket_permissions',
  ].flatMap((line) => line.split(' ')),
);

/** Parameters by name. */
export type PostgreSQLParameters = Readonly<Record<string, string>>;

const PARAMETERS_FORM = "{ work_mem: '8MB' }";
const PARAMETER_NAME = /^[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?$/;
const MEMORY_FORM = "an amount of memory, such as '256MB'";

/** What the parameters of a database may say. */
export const POSTGRESQL_PARAMETERS: Schema = checked<PostgreSQLParameters>(
  table(text("a text, such as '8MB' or 'on'"), PARAMETERS_FORM),
  (parameters): Problem[] =>
    Object.entries(parameters).flatMap(([field, value]): Problem[] => {
      if (!PARAMETER_NAME.test(field)) {
        return [{ field, value, message: `${field} is not the name of a parameter`, expected: PARAMETERS_FORM }];
      }
      if (field === 'max_connections') {
        const message = 'max_connections follows from the clients';
        return [{ field, value, message, expected: 'maxConnections beside parameters, or nothing' }];
      }
      if (FIXED.has(field)) {
        return [{ field, value, message: `${field} is set by what runs the database`, expected: `no ${field}` }];
      }
      if (!MEMORY.has(field) || memoryOf(value) !== undefined) return [];
      return [{ field, value, message: `${field} cannot be the text "${value}"`, expected: MEMORY_FORM }];
    }),
);

/** Parameters that count in the memory of a pod, with the unit of a number without one. */
const MEMORY: ReadonlyMap<string, number> = new Map([
  ['shared_buffers', 8192],
  ['work_mem', 1024],
]);

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };

/** Bytes of an amount; `undefined` where it is none. Source: postgresql.org, "Parameter Interaction via the Configuration File", units. */
function memoryOf(value: string, unit = 1): number | undefined {
  const [, amount, name = ''] = /^(\d+(?:\.\d+)?) ?(B|kB|MB|GB|TB)?$/.exec(value) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[name] ?? unit);
}

/** PostgreSQL's own default. Source: postgresql.org, "Resource Consumption". */
const WORK_MEM = '4MB';

const MEBIBYTE = 1024 * 1024;

const bytesOf = (quantity: string): number => Number((parseQuantity(quantity) ?? 0n) / WHOLE);

/**
 * The parameters of a database in pods of that memory: a quarter of it is shared buffers, unless the user says otherwise.
 * Source: postgresql.org, "Resource Consumption", shared_buffers.
 */
export function parametersOf(connections: number, memory: string, given: PostgreSQLParameters): PostgreSQLParameters {
  const shared = Math.max(1, Math.floor(bytesOf(memory) / MEBIBYTE / 4));
  const all = { shared_buffers: `${shared}MB`, ...given, max_connections: String(connections) };
  return Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Shared buffers and the memory that each connection may use to sort must fit into that of a pod. */
export function findMemoryProblems(connections: Derived, memory: string, given: PostgreSQLParameters): Problem[] {
  const of = (name: string, value: string) => memoryOf(value, MEMORY.get(name)) ?? 0;
  const { shared_buffers: buffers = '', work_mem: work = WORK_MEM } = parametersOf(connections.value, memory, given);
  const [shared, each] = [of('shared_buffers', buffers), of('work_mem', work)];
  const needed = shared + connections.value * each;
  const has = bytesOf(memory);
  if (needed <= has) return [];
  const show = (bytes: number) => `${Math.ceil(bytes / MEBIBYTE)}Mi`;
  const message = `${connections.value} connections × ${show(each)} of work_mem and ${show(shared)} of shared_buffers are ${show(needed)}, more than the memory of a pod (${connections.because})`;
  const least = given.shared_buffers === undefined ? (connections.value * each * 4) / 3 : needed;
  return [
    {
      field: 'resources.memory',
      value: memory,
      message,
      expected: `memory: '${show(least)}', smaller pools, or another work_mem`,
    },
  ];
}
