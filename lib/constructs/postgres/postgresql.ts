// A PostgreSQL in the cluster: by CloudNativePG where the cluster has it, otherwise one pod where nothing is promised to survive.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { databaseOperatorOf } from '../../model/cluster/neighbours';
import type { Derived, Outcome } from '../../model/finding/derivation';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { checked, choice, fields, number, optional, quantity, text, volumeSize } from '../../model/finding/schema';
import { accountNotes } from '../../model/manifest/annotations';
import { dns1035Label } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import type { Budget } from '../../model/services/budget';
import { DATABASE_USE, deriveDatabaseBudget } from '../../model/services/database';
import {
  connectionsFor,
  findMemoryProblems,
  isOfVersion,
  limitsOf,
  OWNER_KEYS,
  ownerSecret,
  POSTGRESQL_PARAMETERS,
  POSTGRESQL_VERSIONS,
  type PostgreSQLParameters,
  type PostgreSQLVersion,
  parametersOf,
  postgresqlImage,
} from '../../model/services/postgresql';
import type { Raw } from '../component/neighbour';
import type { StatefulService } from '../component/stateful-service';
import type { Client, Connection, Limited, Pods, SecretReference, Sender } from '../network/connection';
import { findChoiceProblems, NODE_CHOICE, type NodeChoice } from '../nodes/node-choice';
import type { SecretKey } from '../pod/container';
import type { SecurityExits } from '../pod/security';
import { countedClients, type Joined, limitNotes } from '../services/clients';
import type { DatabaseUse, ObservedDatabase } from '../services/database';
import { CREDENTIALS, findCredentialsProblems } from '../services/outside-service';
import { storageClassOf } from '../storage/storage-class';
import { NO_BACKUP } from '../storage/volume';
import { System } from '../system/system';
import { isRefused, receive, refuse } from '../tree/door';
import { checkLater, report } from '../tree/findings';
import { traceConstruct } from '../tree/trace';
import { Instances, instancesFor } from './instances';
import { OnePod } from './one-pod';
import { DATABASE_USER, type Server } from './server';

/** CPU and memory of a pod. The memory limit equals the request; a quarter of it is shared buffers. */
export interface DatabaseResources {
  /** CPU request as a quantity: `500m`. */
  readonly cpu: string;
  /** Memory request and limit as a quantity: `1Gi`. */
  readonly memory: string;
  /** @default none: a limit throttles pods that could use idle CPU */
  readonly cpuLimit?: string;
}

/** How a database is copied. */
interface Dumps {
  readonly dump: { readonly command: readonly string[]; readonly env: Readonly<Record<string, SecretKey>> };
  /** What reads a dump from its begin to its end. */
  readonly check: readonly string[];
  /** Names of the claims that have the data. */
  readonly claims: readonly string[];
  readonly service: Limited<DatabaseUse>;
}

/** Required and optional properties of a PostgreSQL in the cluster. */
export interface PostgreSQLProps extends NodeChoice {
  /** Major version. Its image, with its latest minor that Evenkeel knows, follows. */
  readonly version: PostgreSQLVersion;
  /** Size of the volume of each pod, as a quantity: `20Gi`. It may grow later, and never shrink. */
  readonly storage: string;
  /** CPU and memory of each pod. */
  readonly resources: DatabaseResources;
  /** `max_connections`. @default what all clients need at the worst moment, those of operator and superusers, in steps of 20 */
  readonly maxConnections?: number;
  /**
   * Parameters of postgresql.conf, as texts.
   * @default shared_buffers is a quarter of the memory
   * @example parameters: { work_mem: '8MB', log_min_duration_statement: '500ms' }
   */
  readonly parameters?: PostgreSQLParameters;
  /** Name of the application's database. @default app */
  readonly database?: string;
  /** Name of its owner, under which the application connects: the `username` of the Secret. @default app */
  readonly owner?: string;
  /**
   * The Secret of the owner, with the keys `username` and `password`.
   * @default `<id>-app`, which the operator makes; without it, it is made by hand
   */
  readonly credentials?: SecretReference;
  /** Image to use instead, such as a mirror's. Its tag begins with the version, and its user postgres is 26, as those of CloudNativePG. @default that of the version */
  readonly image?: string;
  /**
   * Takes it out of the environment's promise to survive the loss of zones, for a reason, which is kept in an annotation.
   * @default what the environment promises
   */
  readonly survives?: { readonly zones: 0; readonly because: string };
  /** Why its data is in no backup, although the environment survives a loss. Kept as an annotation. @default a `Backup` copies it */
  readonly noBackup?: string;
}

const RESOURCES_FORM = "{ cpu: '500m', memory: '1Gi' }";
const IDENTIFIER = 'at most 63 lower-case letters, digits and "_", starting with a letter';

const identifier = (reserved: RegExp, what: string) =>
  text(`${IDENTIFIER}; not ${what}`, (name) => /^[a-z][a-z0-9_]{0,62}$/.test(name) && !reserved.test(name));

const POSTGRESQL = checked<PostgreSQLProps>(
  fields<PostgreSQLProps>({
    version: choice(POSTGRESQL_VERSIONS),
    storage: volumeSize(),
    resources: fields<DatabaseResources>(
      { cpu: quantity(), memory: quantity(), cpuLimit: optional(quantity()) },
      RESOURCES_FORM,
    ),
    maxConnections: optional(number({ atLeast: 10, atMost: 10_000, whole: true })),
    parameters: optional(POSTGRESQL_PARAMETERS),
    database: optional(identifier(/^(?:postgres|template[01])$/, "one of PostgreSQL's own")),
    owner: optional(identifier(/^(?:postgres|streaming_replica|pg_.*|cnpg_.*)$/, 'one of PostgreSQL or the operator')),
    credentials: optional(CREDENTIALS),
    image: optional(text('an image with a version')),
    survives: optional(
      fields<NonNullable<PostgreSQLProps['survives']>>(
        { zones: number({ atLeast: 0, atMost: 0 }), because: text('a reason, as a sentence') },
        "{ zones: 0, because: 'a reason' }",
      ),
    ),
    noBackup: optional(NO_BACKUP),
    ...NODE_CHOICE,
  }),
  ({ version, image, credentials }): Problem[] => [
    ...(image === undefined || isOfVersion(image, version)
      ? []
      : [
          {
            field: 'image',
            value: image,
            message: `the tag of the image does not begin with the version ${version}`,
            expected: `a tag such as ${postgresqlImage(version).replace(/^.*:/, '')}`,
          },
        ]),
    ...OWNER_KEYS.filter((key) => credentials !== undefined && !credentials.keys.includes(key)).map((key) => ({
      field: 'credentials.keys',
      value: [...(credentials?.keys ?? [])],
      message: `the keys lack ${key}, which the owner needs`,
      expected: `keys: ['${OWNER_KEYS.join("', '")}']`,
    })),
  ],
);

/** Longest name: the operator adds to it. Source: cloudnative-pg, internal/webhook/v1, `validateName`. */
const LONGEST_NAME = 50;

const STAND_INS = { version: '18', storage: '1Gi', resources: { cpu: '100m', memory: '1Gi' } } as const;

/**
 * A PostgreSQL in the cluster, reached as a `Database` outside of it: the same verb, the same variables, the same account of connections.
 *
 * With the capability `cloudnative-pg` it is a `Cluster` of CloudNativePG, 1.28 or newer: three instances in three zones where the environment
 * survives the loss of one, each commit in two of them before it is answered; otherwise one. Without it, it is a StatefulSet with one pod, which
 * an environment that survives a zone refuses.
 *
 * Databases outside the cluster remain the default: a `Database`.
 *
 * @example
 * const ledger = new PostgreSQL(this, 'ledger', { version: '16', storage: '20Gi', resources: { cpu: '500m', memory: '1Gi' } });
 * api.connectTo(ledger, { poolSize: 10 });
 * @throws when it is not inside a System
 */
export class PostgreSQL extends Construct implements Limited<DatabaseUse> {
  readonly use = fields<DatabaseUse>(DATABASE_USE);
  /** Its one pod, whose objects overrides reach; `undefined` with the operator. */
  readonly server: StatefulService | undefined;
  /** Its Cluster, for overrides; `undefined` without the operator. */
  readonly cluster: ApiObject | undefined;
  /** Its image. */
  readonly image: string;
  /**
   * The user of its processes.
   * @internal
   */
  readonly user: NonNullable<SecurityExits['user']> = DATABASE_USER;
  /** The Secret of its owner, for variables. */
  readonly credentials: SecretReference;
  /** @internal */
  readonly props: PostgreSQLProps;
  private readonly instances: Instances | undefined;
  private readonly clients: Joined<DatabaseUse>[] = [];

  constructor(scope: Construct, id: string, given: PostgreSQLProps) {
    super(scope, id);
    traceConstruct(this);
    this.props = receive(this, '', POSTGRESQL, given, STAND_INS);
    const { version, image, survives, credentials } = this.props;
    const { cluster, environment } = System.of(this).target;
    this.image = image ?? postgresqlImage(version);
    this.credentials = credentials ?? { secret: ownerSecret(id), keys: OWNER_KEYS };
    const operator = databaseOperatorOf(cluster);
    const promised = survives?.zones ?? environment.survives.zones;
    const unnamed = this.findNameProblems();
    const problems = [...findCredentialsProblems(credentials), ...unnamed];
    for (const problem of problems) report(this, findingOf('input', problem));
    if (problems.length > 0) refuse(this);
    const lacking = isRefused(this) ? undefined : this.findCopyProblem(promised);
    if (lacking !== undefined) report(this, findingOf('database-copies', lacking));
    const zonesLost = lacking === undefined ? promised : 0;
    // each volume is in one zone, whatever is promised: other instances have copies in others
    const storageClass = storageClassOf(this, { zones: 0, ...defined({ oneRegion: this.oneRegion }) });
    const server = this.described(
      unnamed.length > 0 ? 'refused' : id,
      problems.length > 0 ? { secret: 'refused', keys: OWNER_KEYS } : this.credentials,
      lacking !== undefined && operator === undefined,
    );
    if (operator === undefined) this.server = new OnePod(this, 'server', server);
    else {
      for (const problem of findChoiceProblems(this.props, cluster)) report(this, findingOf('input', problem));
      const isGiven = credentials !== undefined;
      this.instances = new Instances(this, 'instances', server, { zonesLost, storageClass, isGiven, operator });
      this.cluster = this.instances.object;
    }
    checkLater(this, () => this.outcome.problems.map((problem) => findingOf('budget', problem)));
    checkLater(this, () => this.memoryProblems.map((problem) => findingOf('database-memory', problem)));
  }

  /** How clients reach it. */
  connection(): Connection {
    const reached = this.server?.connection() ?? this.instances?.connection;
    if (reached === undefined) throw new Error(`${this.node.path} has neither a pod nor instances`);
    return { ...reached, construct: this, credentials: this.credentials };
  }

  letIn(client: Pods): void {
    this.server?.letIn(client);
    this.instances?.letIn(client);
  }

  /**
   * Lets in a client that is not a component: a workload of this system, pods of another namespace, or addresses.
   *
   * @example ledger.admit({ namespace: 'reports', podLabels: { app: 'reports' } })
   */
  admit(client: Sender | Raw): this {
    this.server?.admit(client);
    this.instances?.admit(client);
    return this;
  }

  join(client: Client, use: DatabaseUse): void {
    this.clients.push({ client, use });
  }

  notesFor(client: string): Readonly<Record<string, string>> {
    return limitNotes(this.node.id, client, this.outcome.plan);
  }

  /**
   * What the parts of the platform know of it: its connections, and those that each client opens in one pod.
   * @internal
   */
  get observed(): ObservedDatabase {
    const { maxConnections, superuserReserved } = limitsOf(this.connections.value);
    const perPod = this.clients.map(({ client, use }) => ({ component: client.name, connections: use.poolSize }));
    return { database: this.node.id, connections: maxConnections - superuserReserved, perPod };
  }

  private described(name: string, credentials: SecretReference, isLacking: boolean): Server {
    const { storage, resources, pool, architecture, priorityClass } = this.props;
    const { database = 'app', owner = 'app', survives, noBackup } = this.props;
    const reasons = {
      survives: isLacking ? REFUSED : survives,
      oneRegion: this.oneRegion,
      noBackup: isLacking ? (noBackup ?? 'refused') : noBackup,
    };
    return {
      name,
      image: this.image,
      storage,
      resources,
      choice: defined({ pool, architecture, priorityClass }),
      credentials,
      database,
      owner,
      reasons: defined(reasons),
      parameters: () => parametersOf(this.connections.value, resources.memory, this.props.parameters ?? {}),
      notes: () => accountNotes(this.outcome.plan?.limits ?? []),
    };
  }

  /**
   * How a `Backup` copies it: with its own programs, from the pod that writes.
   * @internal
   */
  get dumps(): Dumps {
    const { id } = this.node;
    const { database = 'app', owner = 'app' } = this.props;
    const { secret } = this.credentials;
    const file = `/dump/${id}`;
    const from = ['--host=$(HOST)', `--username=${owner}`, `--dbname=${database}`];
    return {
      dump: {
        command: ['pg_dump', ...from, '--format=custom', `--file=${file}`],
        env: { PGPASSWORD: { secret, key: 'password' } },
      },
      check: ['pg_restore', '--file=/dev/null', file],
      claims: this.server?.state.flatMap(({ claims }) => claims) ?? [`${id}-1`],
      // what sends the dump away needs no credentials
      service: {
        use: this.use,
        connection: () => {
          const { credentials: _, ...rest } = this.connection();
          return rest;
        },
        letIn: (client) => this.letIn(client),
        join: (client, use) => this.join(client, use),
        notesFor: (client) => this.notesFor(client),
      },
    };
  }

  /** Connections, as given or as its clients need. */
  private get connections(): Derived {
    return connectionsFor(this.needed, this.props.maxConnections);
  }

  private get needed(): Derived | undefined {
    return this.accountWith(MOST)?.plan?.limits.find(({ limit }) => limit === 'connections')?.needed;
  }

  private get outcome(): Outcome<Budget> {
    return this.accountWith(this.connections.value) ?? { problems: [] };
  }

  /** The account with that many connections; `undefined` without clients. */
  private accountWith(maxConnections: number): Outcome<Budget> | undefined {
    const clients = countedClients(this.clients);
    return clients.length === 0 ? undefined : deriveDatabaseBudget({ database: limitsOf(maxConnections), clients });
  }

  private get memoryProblems(): Problem[] {
    if (isRefused(this)) return [];
    return findMemoryProblems(this.connections, this.props.resources.memory, this.props.parameters ?? {});
  }

  private findNameProblems(): Problem[] {
    const { id } = this.node;
    if (dns1035Label.fits(id) && id.length <= LONGEST_NAME) return [];
    const message = `${id} cannot be the name of a database: the operator adds the names of pods and Services to it`;
    return [{ field: 'id', value: id, message, expected: `${dns1035Label.expected}, and at most ${LONGEST_NAME}` }];
  }

  /** Stands for the reason of a volume in one region, where a database is refused anyway. */
  private get oneRegion(): string | undefined {
    return System.of(this).target.environment.survives.regions > 0 ? 'refused' : undefined;
  }

  /** What a promise needs that the cluster does not have. */
  private findCopyProblem(zonesLost: number): Problem | undefined {
    const { cluster, environment } = System.of(this).target;
    if (environment.survives.regions > 0) {
      const message = `${environment.name} survives losing a region, and each region would have a database of its own`;
      const expected = 'a Database outside the cluster, which all regions reach; or survives.regions: 0';
      return { field: 'survives', message, expected };
    }
    if (zonesLost === 0) return undefined;
    const promise = `${environment.name} survives losing ${zonesLost === 1 ? 'a zone' : `${zonesLost} zones`}`;
    const exit = "or survives: { zones: 0, because: '…' }";
    if (databaseOperatorOf(cluster) === undefined) {
      return {
        field: 'survives',
        message: `${promise}, and ${cluster.name} has no operator that keeps copies of a PostgreSQL in other zones`,
        expected: `a Database outside the cluster; capabilities: ['cloudnative-pg', …] on ${cluster.name}, where the operator is installed; ${exit}`,
      };
    }
    const instances = instancesFor(zonesLost);
    if (cluster.zones.length >= instances) return undefined;
    return {
      field: 'survives',
      message: `${promise}, for which ${instances} instances must be in ${instances} zones: ${cluster.name} has ${cluster.zones.length}`,
      expected: `a cluster of ${instances} zones, a Database outside the cluster, ${exit}`,
    };
  }
}

/** Stands for the reason of a promise that is refused, so that its pod does not report it again. */
const REFUSED: NonNullable<PostgreSQLProps['survives']> = { zones: 0, because: 'refused' };

/** More connections than any clients need. */
const MOST = 1e6;
