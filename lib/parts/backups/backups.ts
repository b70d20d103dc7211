// The part `backups`: the stores that every `Backup` of a cluster copies to, and drills that restore each copy.

import type { Construct } from 'constructs';
import { Backup, type Copy, SCHEDULE } from '../../constructs/backups/backup';
import { type BackupCommand, commandContainer } from '../../constructs/backups/command';
import { checkCommand, DUMP, RESTIC_RESOURCES, resticWith, restoreCommand } from '../../constructs/backups/restic';
import { WatchedJob } from '../../constructs/backups/watched-job';
import type { Equipped, Part, PartSettings } from '../../constructs/parts/part';
import type { SecurityExits } from '../../constructs/pod/security';
import { System } from '../../constructs/system/system';
import { report } from '../../constructs/tree/findings';
import { traceOf } from '../../constructs/tree/trace';
import type { BackupPlan, Keep } from '../../model/backups/plan';
import { weekly } from '../../model/backups/times';
import { findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { checked, choice, fields, number, optional, type Schema, table, text } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { dnsLabel, subdomain } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import { type Trace, tracedTo } from '../../model/manifest/origin';
import { pullSecret } from '../../model/platform/environment';
import type { Target } from '../../model/platform/target';
import { definePart, systemsBeside } from '../part/define';
import { imageOf, type OwnImages } from '../part/images';
import { type CopyTarget, findCopyProblems, findKeyProblem, findSamePlaces, storeOf, TARGET } from './copies';
import { ETCD_BACKUP, EtcdBackup, SNAPSHOT } from './etcd';
import { cronJobName } from './names';

/** What `backups` takes. */
export interface BackupsProps {
  /** Object stores, by a short name, which the names of their CronJobs end with. */
  readonly stores: Readonly<Record<string, CopyTarget>>;
  /** How many copies are kept. @default { daily: 7, weekly: 5, monthly: 12 } */
  readonly keep?: Keep;
  /**
   * Name of the Secrets with the passwords of the copies: in the namespace of a `Backup` with the key `password`, in that of the drills with
   * the name of each such namespace as a key. `evenkeel secrets` lists them.
   * @default backups
   */
  readonly secret?: string;
  /**
   * `kubeadm`: etcd of the control plane that kubeadm made is copied too, from a node of it. `elsewhere`: k3s and RKE2 copy their own, as their
   * configuration says. A provider copies that of a control plane which it runs.
   * @default etcd is not copied, which a warning says unless a provider does, or the cluster is a laptop's
   */
  readonly etcd?: 'kubeadm' | 'elsewhere';
  /** When drills run, by UTC. @default once a week, in the morning, each at a minute that follows from its name */
  readonly drills?: string;
  /**
   * Why fewer than three copies, or one provider, or one region is enough. Kept as an annotation.
   * @default it is not: with the data itself three copies, at two providers, and one in another region
   */
  readonly fewerCopies?: string;
  /** Images to use instead of those of the projects, such as a mirror's. @default none */
  readonly images?: OwnImages<'restic' | 'etcd'>;
}

/** What `etcd` may say, by who keeps it. */
const KEEPERS = {
  kubeadm: "etcd: 'kubeadm', or 'elsewhere' where something else copies it",
  distribution: "etcd: 'elsewhere', once the snapshots of its distribution leave its nodes",
  unknown: "etcd: 'kubeadm', or 'elsewhere' where its provider or its distribution copies it",
};

const COUNT = number({ atLeast: 1, whole: true });
const KEEP: Keep = { daily: 7, weekly: 5, monthly: 12 };
const SECRET = 'backups';
const IMAGE = optional(text('an image with a version'));
const STORES = "{ near: { s3: { bucket: 'copies', region: 'eu-central-1' } } }";
const LONGEST_STORE = 12;

const BACKUPS: Schema = fields<BackupsProps>({
  stores: checked<Readonly<Record<string, CopyTarget>>>(table(TARGET, STORES), (stores) => {
    const names = Object.keys(stores);
    if (names.length === 0) return [{ message: 'there is no store', expected: STORES }];
    return names.flatMap((name): Problem[] => {
      if (dnsLabel.fits(name) && name.length <= LONGEST_STORE) return [];
      const message = `"${name}" cannot be a part of names`;
      return [{ field: name, value: name, message, expected: `${dnsLabel.expected}, and at most ${LONGEST_STORE}` }];
    });
  }),
  keep: optional(fields<Keep>({ daily: COUNT, weekly: COUNT, monthly: COUNT }, '{ daily: 7, weekly: 5, monthly: 12 }')),
  secret: optional(text(subdomain.expected, subdomain.fits)),
  etcd: optional(choice(['kubeadm', 'elsewhere'])),
  drills: optional(SCHEDULE),
  fewerCopies: optional(text('the reason why fewer copies are enough')),
  images: optional(fields<NonNullable<BackupsProps['images']>>({ restic: IMAGE, etcd: IMAGE })),
});

/**
 * Stores for the backups of a whole cluster, and drills. Every `Backup` copies to each store; a drill for each copy restores it in a namespace of
 * its own, which has none of the data and no right to write to the stores, and runs its `check`.
 *
 * With the part `metrics`, alerts say when the last success of a backup or a drill is too old, or never came.
 *
 * @example
 * backups({
 *   stores: {
 *     near: { s3: { bucket: 'shop-copies', region: 'eu-central-1' } },
 *     far: {
 *       azure: { account: 'shopcopies', container: 'restic', key: { secret: 'copies', key: 'azure' } },
 *       region: 'westeurope',
 *     },
 *   },
 * })
 */
export function backups(props: BackupsProps): Part<BackupsProps> {
  const part: Part<BackupsProps> = definePart('backups', BACKUPS, props, {
    systems: () =>
      part.props.etcd === 'kubeadm' ? { [ETCD_BACKUP]: EtcdBackup, backups: Drills } : { backups: Drills },
    neighbours: (cluster) => ({ backups: planOf(part.props, cluster) }),
  });
  return part;
}

function planOf({ stores = {}, keep = KEEP, secret = SECRET, images }: BackupsProps, cluster: Equipped): BackupPlan {
  return {
    stores: Object.entries(stores).map(([name, target]) => storeOf(name, target, cluster)),
    keep,
    image: imageOf('restic', images),
    password: { secret, key: 'password' },
    identities: new Set(Object.keys(cluster.identities)),
  };
}

/** A copy, and how it is restored. */
interface Drilled {
  /** The namespace of the backup. */
  readonly namespace: string;
  readonly copy: Copy;
  readonly size: string;
  readonly deadlineSeconds: number;
  readonly check?: BackupCommand;
  /** The image of the check. */
  readonly image: string;
  readonly user?: SecurityExits['user'];
  /** The line that asked for the copy, whose name and check the drill has. */
  readonly trace: Trace;
}

const DEADLINE = 3600;

class Drills extends System<PartSettings> {
  constructor(scope: Construct, target: Target<PartSettings>) {
    super(scope, 'backups', target);
    const { here } = this.settings;
    const { stores = {}, drills, fewerCopies, etcd, images } = here.part.props as Partial<BackupsProps>;
    this.checkEtcd(etcd);
    for (const [name, store] of Object.entries(stores)) {
      const problem = findKeyProblem(store, { ...here.cluster, name: target.cluster.name });
      if (problem === undefined) continue;
      const field = `backups.stores.${name}.${problem.field}`;
      report(this, findingOf('input', { ...problem, field }), here.part.trace);
    }
    for (const problem of findSamePlaces(stores)) {
      report(this, findingOf('input', { ...problem, field: `backups.stores.${problem.field}` }), here.part.trace);
    }
    const problems = findCopyProblems(Object.values(stores), here.cluster);
    if (fewerCopies === undefined) {
      for (const { message, expected } of problems) {
        const problem = { field: 'backups.stores', message, expected: `${expected}, or fewerCopies: 'a reason'` };
        report(this, findingOf('backup-copies', problem), here.part.trace);
      }
    } else if (problems.length === 0) {
      const message = 'there are three copies, at two providers, and one is elsewhere: the reason excuses nothing';
      report(
        this,
        findingOf('input', { field: 'backups.fewerCopies', message, expected: 'no fewerCopies' }),
        here.part.trace,
      );
    } else {
      this.namespaceObject.metadata.addAnnotation(ANNOTATION.fewerCopies, fewerCopies);
    }
    const plan = target.cluster.backups;
    const found = systemsBeside(this).flatMap((system) =>
      system.node.findAll().filter((one): one is Backup => one instanceof Backup),
    );
    const all = found.flatMap((backup) => {
      const { namespace = '' } = System.of(backup);
      const { size, deadlineSeconds = DEADLINE } = backup.props;
      const { owner, check } = backup;
      const user = owner?.user;
      const image = owner?.image ?? '';
      const trace = traceOf(backup);
      if (check !== undefined) this.checkPullSecret(backup, namespace);
      return backup.copies.map(
        (copy): Drilled => ({ namespace, copy, size, deadlineSeconds, image, trace, ...defined({ check, user }) }),
      );
    });
    const etcdNamespace = here.namespaceOf(ETCD_BACKUP);
    if (etcdNamespace !== undefined) {
      const image = imageOf('etcd', images);
      const { trace } = here.part;
      const check = ['etcdutl', 'snapshot', 'restore', SNAPSHOT, `--data-dir=${DUMP}/restored`];
      for (const store of plan?.stores ?? []) {
        const copy = {
          name: `${ETCD_BACKUP}-${store.name}`,
          store,
          repository: `${etcdNamespace}/${ETCD_BACKUP}`,
          folder: DUMP,
        };
        all.push({ namespace: etcdNamespace, copy, size: '16Gi', deadlineSeconds: DEADLINE, image, check, trace });
      }
    }
    if (here.namespaceOf('metrics') === undefined) {
      const message = `no alert says when a backup of ${target.cluster.name} is too old`;
      const expected = `the part metrics on ${target.cluster.name}`;
      const problem = { field: 'equip.parts', message, expected };
      report(this, findingOf('backup-unwatched', problem, 'warning'), here.part.trace);
    }
    if (plan === undefined) return;
    for (const drilled of all) tracedTo(drilled.trace, () => this.drill(drilled, plan, drills));
    if (all.length > 0 || found.length > 0) return;
    const message = `nothing of ${target.cluster.name} is copied: no System there has a Backup`;
    const expected = "new Backup(this, 'ledger-backup', { of: ledger, … }), or no part backups";
    report(this, findingOf('backup-unused', { field: 'equip.parts', message, expected }, 'warning'), here.part.trace);
  }

  /** etcd that is in no backup, or that this part cannot copy. */
  private checkEtcd(etcd: BackupsProps['etcd']): void {
    const { here } = this.settings;
    const { name } = this.target.cluster;
    const { etcd: keeper, name: provider } = here.cluster.provider;
    if (etcd === undefined) {
      if (keeper === 'provider' || provider === 'local') return;
      const message = `etcd of ${name} is in no backup: without it, objects that git does not have are lost`;
      const expected = KEEPERS[keeper ?? 'unknown'];
      report(this, findingOf('backup-etcd', { field: 'backups.etcd', message, expected }, 'warning'), here.part.trace);
    } else if (keeper === 'provider') {
      const message = `the provider of ${name} runs its control plane, and keeps its etcd`;
      const problem = { field: 'backups.etcd', value: etcd, message, expected: 'no etcd' };
      report(this, findingOf('input', problem), here.part.trace);
    } else if (keeper === 'distribution' && etcd === 'kubeadm') {
      const message = `kubeadm did not make the control plane of ${name}`;
      const problem = { field: 'backups.etcd', value: etcd, message, expected: KEEPERS[keeper] };
      report(this, findingOf('input', problem), here.part.trace);
    }
  }

  /** A check with an image that the drill's namespace cannot pull. */
  private checkPullSecret(backup: Backup, namespace: string): void {
    const { environment } = this.target;
    const secret = pullSecret(System.of(backup).target.environment);
    if (secret === undefined || secret === pullSecret(environment)) return;
    const message = `images of ${namespace} are pulled with the Secret ${secret}, and ${environment.name} has none of that name`;
    const expected = `in environments.${environment.name}, registry: { external, pullSecret: '${secret}' }`;
    report(backup, findingOf('input', { field: 'check', message, expected }));
  }

  /** Restores a copy, checks it as its application can, and reads a part of all copies. */
  private drill(drilled: Drilled, plan: BackupPlan, schedule: string | undefined): void {
    const { namespace, copy, size, deadlineSeconds, check, image, user } = drilled;
    const { folder } = copy;
    const name = cronJobName([namespace, copy.name], (taken) => this.node.tryFindChild(taken) !== undefined);
    const { env, scratch, volumes, mounts } = resticWith(copy.store, copy.repository, {
      ...plan.password,
      key: namespace,
    });
    const seconds = Math.floor(deadlineSeconds / 3);
    new WatchedJob(
      this,
      name,
      {
        image: plan.image,
        initContainers: {
          restore: {
            image: plan.image,
            command: restoreCommand(folder),
            sharesEnv: true,
            mounts: [...mounts, folder],
            resources: RESTIC_RESOURCES,
            seconds,
          },
          ...(check === undefined ? {} : { check: commandContainer(check, { image, folder, seconds }) }),
        },
        command: checkCommand,
        env,
        schedule: schedule ?? weekly(name),
        deadlineSeconds,
        resources: RESTIC_RESOURCES,
        scratch: [...scratch, { path: folder, size }],
        volumes,
        ...(user === undefined ? {} : { security: { user } }),
      },
      'drill',
      copy.store,
      plan,
    );
  }
}
