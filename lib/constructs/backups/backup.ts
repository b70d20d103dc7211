// A backup: what copies the data of a component, or of a volume, to every store of its cluster, by the clock.

import { Construct } from 'constructs';
import { type BackupPlan, type BackupStore, LONGEST_CRON_JOB_NAME } from '../../model/backups/plan';
import { nightly } from '../../model/backups/times';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { checked, fields, like, number, optional, type Schema, text, volumeSize } from '../../model/finding/schema';
import { ANNOTATION, listText } from '../../model/manifest/annotations';
import { dnsLabel } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import { HOSTNAME } from '../../model/manifest/well-known';
import { survivesLoss } from '../../model/platform/environment';
import { findScheduleProblem, SCHEDULE as SCHEDULE_FORM } from '../../model/pods/schedule';
import { longestGapSeconds } from '../../model/pods/schedule-starts';
import { Component } from '../component/component';
import type { ComponentProps } from '../component/component-props';
import { StatefulService } from '../component/stateful-service';
import type { CronJob, CronJobProps } from '../jobs/cron-job';
import { EndingComponent } from '../jobs/ending';
import type { NodeChoice } from '../nodes/node-choice';
import { RESOURCES, type Resources } from '../pod/container';
import type { Life } from '../pod/life';
import type { Volumes } from '../pod/mounts';
import type { SecurityExits } from '../pod/security';
import { PostgreSQL } from '../postgres/postgresql';
import { Volume } from '../storage/volume';
import { System } from '../system/system';
import { isRefused, receive } from '../tree/door';
import { report } from '../tree/findings';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import {
  type BackupCommand,
  COMMAND,
  commandContainer,
  type DumpedPort,
  findPortProblems,
  findVariableProblems,
  portsNeeded,
} from './command';
import { copyCommand, DATA, DUMP, RESTIC_RESOURCES, resticWith } from './restic';
import { WatchedJob } from './watched-job';

/** Required and optional properties of a backup. */
export interface BackupProps {
  /** What is copied: a component that keeps state, a volume that a component mounts, or a PostgreSQL. */
  readonly of: StatefulService | Volume | PostgreSQL;
  /**
   * What writes a consistent copy into the folder /dump.
   * @default of a PostgreSQL its own; otherwise none: `files` says why the files themselves are enough
   * @example dump: ['redis-cli', '-h', '$(HOST)', '--rdb', '/dump/cart.rdb']
   */
  readonly dump?: BackupCommand;
  /**
   * Why a copy of the files, while the application writes them, can be used. For a database it cannot.
   * @default none: `dump` makes a copy that can
   * @example files: 'uploads are written under another name, and then renamed'
   */
  readonly files?: string;
  /** The most that the data takes, as a quantity: dumps and drills need as much room. */
  readonly size: string;
  /**
   * What a drill does with the copy that it has restored into the same folder, to see that it can be used.
   * @default of a PostgreSQL, the dump is read from its begin to its end; otherwise none: its content is compared with its hashes
   * @example check: ['redis-check-rdb', '/dump/cart.rdb']
   */
  readonly check?: BackupCommand;
  /** When it runs, by UTC: five fields, or a short form. @default once a day, in the night, at a minute that follows from its name */
  readonly schedule?: string;
  /** Seconds after which a run has failed. @default 3600 */
  readonly deadlineSeconds?: number;
  /** CPU and memory of what copies. @default { cpu: '100m', memory: '512Mi' } */
  readonly resources?: Resources;
}

/** One copy of a backup: of what a pod has, in one store. */
export interface Copy {
  /** Name of its CronJob. */
  readonly name: string;
  readonly store: BackupStore;
  /** Folder of its repository in the store. */
  readonly repository: string;
  /** The folder that is copied. */
  readonly folder: string;
}

const OF = 'a StatefulService with claims, a Volume, or a PostgreSQL';

/** What a schedule may say. */
export const SCHEDULE: Schema = checked<string>(text(SCHEDULE_FORM), (schedule): Problem[] => {
  const message =
    findScheduleProblem(schedule) ??
    (longestGapSeconds(schedule) === undefined ? `"${schedule}" never comes` : undefined);
  return message === undefined ? [] : [{ value: schedule, message, expected: SCHEDULE_FORM }];
});

const BACKUP = checked<BackupProps>(
  fields<BackupProps>({
    of: like(OF, (value) => [StatefulService, Volume, PostgreSQL].some((one) => value instanceof one)),
    dump: optional(COMMAND),
    files: optional(text('the reason why a copy of the files can be used')),
    size: volumeSize(),
    check: optional(COMMAND),
    schedule: optional(SCHEDULE),
    deadlineSeconds: optional(number({ atLeast: 60, whole: true })),
    resources: optional(RESOURCES),
  }),
  ({ of, dump, files, check }): Problem[] => {
    const problems = [...findVariableProblems('dump', dump), ...findVariableProblems('check', check)];
    if (problems.length > 0) return problems;
    if (dump !== undefined && files !== undefined) {
      const message = 'a backup is a dump or a copy of files, not both';
      return [{ field: 'files', message, expected: 'one of dump and files' }];
    }
    if (dump !== undefined || files !== undefined || of instanceof PostgreSQL) return [];
    const message = 'nothing says how a consistent copy is made';
    const expected = "dump: ['pg_dump', '--file=/dump/shop'], or files: 'why a copy of the files can be used'";
    return [{ field: 'dump', message, expected }];
  },
);

/** Programs whose files are consistent only all together, at one moment: words of the names of their images. */
const DATABASES = [
  ...['cassandra', 'clickhouse', 'cockroach', 'cockroachdb', 'consul', 'couchdb', 'elasticsearch', 'etcd', 'influxdb'],
  ...['kafka', 'mariadb', 'mongo', 'mongodb', 'mssql', 'mysql', 'neo4j', 'opensearch', 'percona', 'pgvector'],
  ...['postgis', 'postgres', 'postgresql', 'prometheus', 'rabbitmq', 'scylla', 'scylladb', 'spilo', 'timescaledb'],
  'zookeeper',
].join('|');

/** A word of the name, with its version: `cp-kafka`, `influxdb2`; not `consultations`. */
const BY_NAME = new RegExp(`(?:^|[/_-])(?:${DATABASES})[0-9]*(?:[._-][^/]*)?$`);

/** Makers that call an image `server` or the like; a team may call its folder `kafka`. */
const BY_FOLDER = /(?:^|\/)(?:mssql|percona)\//;

/** An image without its tag and digest. */
const nameOf = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

const isDatabase = (image: string): boolean => [BY_NAME, BY_FOLDER].some((form) => form.test(nameOf(image)));

const DEADLINE = 3600;

/** What has the data, as a copy must know it. */
interface Owner {
  /** The image that can dump it, and read a dump. */
  readonly image: string;
  readonly nodes: NodeChoice;
  /** The user of its processes. @default that of every pod */
  readonly user?: SecurityExits['user'];
}

/** What is copied at once. */
interface Source {
  /** The ordinal of a pod among several; empty for one. */
  readonly suffix: string;
  /** Host name of the component. */
  readonly host?: string;
  readonly claims: readonly string[];
  /** Labels of the pod that has the claims on its node. @default none: any node may have them */
  readonly beside?: Readonly<Record<string, string>>;
}

/** The ports of what a dump asks, the main one first. */
const portsOf = (of: StatefulService | PostgreSQL): readonly DumpedPort[] =>
  of instanceof PostgreSQL ? [{ name: 'postgresql', number: of.connection().port }] : of.statePorts;

/** The CronJob of a copy. */
class CopyJob extends WatchedJob {
  constructor(
    scope: Construct,
    id: string,
    props: CronJobProps,
    private readonly source: Source,
    store: BackupStore,
    plan: BackupPlan,
  ) {
    super(scope, id, props, 'backup', store, plan);
  }

  /** On the node of the pod that has the volume there. */
  protected override get spread(): Life['spread'] {
    const { beside } = this.source;
    if (beside === undefined) return undefined;
    const term = { labelSelector: { matchLabels: beside }, topologyKey: HOSTNAME };
    return { affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  }

  protected override get reasons(): Readonly<Record<string, string>> {
    return { ...super.reasons, [ANNOTATION.copiesOf]: listText(this.source.claims) };
  }
}

/**
 * Copies data to every store that the part `backups` names on the cluster, each by a CronJob of its own, `<id>-<store>`: a store that does not
 * answer stops no other copy. Copies are encrypted, and old ones are forgotten. A drill of the part restores each of them by the clock.
 *
 * A cluster without that part has no copies, and is refused where the environment survives the loss of a zone or a region.
 *
 * @example
 * new Backup(this, 'ledger-backup', {
 *   of: ledger,
 *   dump: {
 *     command: ['pg_dump', '--host=$(HOST)', '--username=ledger', '--format=custom', '--file=/dump/ledger'],
 *     env: { PGPASSWORD: { secret: 'ledger', key: 'password' } },
 *   },
 *   check: ['pg_restore', '--list', '/dump/ledger'],
 *   size: '2Gi',
 * })
 * @throws when it is not inside a System
 */
export class Backup extends Construct {
  /** Its CronJobs, for overrides: one for each store, and for each pod that has data of its own. */
  readonly cronJobs: readonly CronJob[];
  /** @internal */
  readonly props: BackupProps;
  /** @internal */
  readonly copies: readonly Copy[];

  constructor(scope: Construct, id: string, props: BackupProps) {
    super(scope, id);
    traceConstruct(this);
    this.props = receive(this, '', BACKUP, props, { size: '1Gi' });
    const made = isRefused(this) ? [] : this.create();
    this.cronJobs = made.map(({ job }) => job);
    this.copies = made.map(({ copy }) => copy);
  }

  /**
   * What has the data; a running component before one that comes to an end.
   * @internal
   */
  get owner(): Owner | undefined {
    if (isRefused(this)) return undefined;
    const { of } = this.props;
    if (of instanceof PostgreSQL) return { image: of.image, user: of.user, nodes: {} };
    const { component } = this;
    if (component === undefined) return undefined;
    const { nodes, user } = component.observed;
    return { image: component.image, nodes, ...defined({ user }) };
  }

  /**
   * What a drill does with a copy.
   * @internal
   */
  get check(): BackupCommand | undefined {
    const { of, dump, check } = this.props;
    return check ?? (of instanceof PostgreSQL && dump === undefined ? of.dumps.check : undefined);
  }

  private get dump(): BackupCommand | undefined {
    const { of, dump } = this.props;
    return dump ?? (of instanceof PostgreSQL ? of.dumps.dump : undefined);
  }

  private get component(): Component<ComponentProps> | undefined {
    const { of } = this.props;
    const all = System.of(this)
      .node.findAll()
      .filter((one): one is Component<ComponentProps> => one instanceof Component);
    if (of instanceof PostgreSQL) return undefined;
    if (of instanceof StatefulService) return all.find((one) => one.name === of.name);
    const owners = all.filter(({ observed }) => observed.claims.includes(of.claim.name));
    return owners.find((one) => !(one instanceof EndingComponent)) ?? owners[0];
  }

  private create(): readonly { readonly copy: Copy; readonly job: CronJob }[] {
    if (isRefused(this.props.of)) return [];
    const { cluster, environment } = System.of(this).target;
    const { owner } = this;
    const problems = [...this.findNameProblems(cluster.backups), ...this.findProblems(owner)];
    for (const problem of problems) report(this, findingOf('input', problem));
    if (problems.length > 0 || owner === undefined) return [];
    const plan = cluster.backups;
    if (plan !== undefined) {
      return this.sources().flatMap((source) => plan.stores.map((store) => this.copy(owner, source, store, plan)));
    }
    if (survivesLoss(environment)) {
      const message = `no store for backups is known on ${cluster.name}`;
      report(this, findingOf('neighbour', { message, expected: `the part backups on ${cluster.name}` }));
    }
    return [];
  }

  private findProblems(owner: Owner | undefined): Problem[] {
    const { of, files, dump } = this.props;
    if (System.of(of) !== System.of(this)) {
      return [{ field: 'of', message: 'it belongs to another System', expected: `${OF} of this System` }];
    }
    if (owner === undefined) {
      const message = 'no component mounts the volume yet, and a copy runs as the user that owns it';
      return [{ field: 'of', message, expected: 'the Backup after the component that mounts it' }];
    }
    if (of instanceof Volume && dump !== undefined) {
      const message = 'a dump asks an application, and a volume is none';
      return [{ field: 'dump', message, expected: 'of: the StatefulService; or files, with a reason' }];
    }
    if (of instanceof StatefulService && of.state.every(({ claims }) => claims.length === 0)) {
      return [{ field: 'of', message: `${of.name} has no claims, and so no data that stays`, expected: OF }];
    }
    const unknown = of instanceof Volume ? [] : findPortProblems(dump, of.node.id, portsOf(of));
    if (unknown.length > 0) return unknown;
    if (files !== undefined && (of instanceof PostgreSQL || isDatabase(owner.image))) {
      const message = `files of ${owner.image} that are copied while it writes them cannot be relied on`;
      const own = "its own command: dump: ['pg_dump', …]";
      const expected = of instanceof PostgreSQL ? `no files: it has a dump of its own; or ${own}` : own;
      return [{ field: 'files', value: files, message, expected }];
    }
    return [];
  }

  /** An id of which no CronJob can be made: each drill would report it again, at the line of the part. */
  private findNameProblems(plan: BackupPlan | undefined): Problem[] {
    const { id } = this.node;
    const added = this.sources().flatMap(({ suffix }) => plan?.stores.map(({ name }) => `${suffix}-${name}`) ?? suffix);
    const longest = LONGEST_CRON_JOB_NAME - Math.max(0, ...added.map(({ length }) => length));
    if (dnsLabel.fits(id) && id.length <= longest) return [];
    const expected = `${dnsLabel.expected}; here at most ${longest}, since the name of a store follows in its CronJobs`;
    return [{ field: 'id', value: id, message: `${id} cannot be the name of a backup`, expected }];
  }

  private sources(): readonly Source[] {
    const { props, dump, component } = this;
    const { of } = props;
    if (of instanceof PostgreSQL) return [{ suffix: '', host: of.connection().host, claims: of.dumps.claims }];
    if (of instanceof Volume) {
      const source = { suffix: '', claims: [of.claim.name] };
      const isMounted = component !== undefined && !(component instanceof EndingComponent);
      return [isMounted ? { ...source, beside: selectorLabels(component.name) } : source];
    }
    const { state } = of;
    return state.map(({ host, pod, claims }, ordinal) => ({
      suffix: state.length === 1 ? '' : `-${ordinal}`,
      host,
      claims,
      // the label that its controller gives each pod: kubernetes.io, "StatefulSets", Pod Name Label
      ...(dump === undefined ? { beside: { 'statefulset.kubernetes.io/pod-name': pod } } : {}),
    }));
  }

  private copy(
    owner: Owner,
    source: Source,
    store: BackupStore,
    plan: BackupPlan,
  ): { readonly copy: Copy; readonly job: CronJob } {
    const { of, schedule, deadlineSeconds = DEADLINE, resources = RESTIC_RESOURCES, size } = this.props;
    const { dump } = this;
    const { namespace = '' } = System.of(this);
    const own = `${this.node.id}${source.suffix}`;
    const name = `${own}-${store.name}`;
    const repository = `${namespace}/${own}`;
    const { env, scratch, volumes } = resticWith(store, repository, plan.password);
    const { user, nodes } = owner;
    const folder = dump === undefined ? DATA : DUMP;
    // read where the volume already is
    const read = (claim: string): Volumes[string] => ({ claim, accessMode: 'ReadOnlyMany', readOnly: true });
    const work =
      dump === undefined
        ? {
            scratch,
            volumes: {
              ...volumes,
              ...Object.fromEntries(source.claims.map((claim) => [`${DATA}/${claim}`, read(claim)])),
            },
          }
        : {
            scratch: [...scratch, { path: DUMP, size }],
            volumes,
            initContainers: {
              dump: commandContainer(dump, {
                image: owner.image,
                host: source.host ?? '',
                folder,
                seconds: Math.floor(deadlineSeconds / 2),
              }),
            },
          };
    const job = new CopyJob(
      this,
      `${store.name}${source.suffix}`,
      {
        ...(source.beside === undefined ? {} : nodes),
        ...work,
        name,
        image: plan.image,
        command: copyCommand(folder, plan.keep, dump === undefined),
        env,
        schedule: schedule ?? nightly(`${namespace}/${name}`),
        deadlineSeconds,
        resources,
        ...(user === undefined ? {} : { security: { user } }),
      },
      source,
      store,
      plan,
    );
    if (of instanceof PostgreSQL) job.connectTo(of.dumps.service, { poolSize: 1 }, { as: {} });
    else if (dump !== undefined && of instanceof StatefulService) {
      job.connectTo(of, { as: {} });
      for (const { name: port } of portsNeeded(dump, portsOf(of))) job.connectTo(of.at(port), { as: {} });
    }
    return { copy: { name, store, repository, folder }, job };
  }
}
