// Backups: what the part of that name says to every system of its cluster: where copies go, when, and how long they are kept.

/** The image that copies. Source: restic/restic, docker/Dockerfile. */
export const RESTIC = 'docker.io/restic/restic:0.19.1';

/** Longest name of a CronJob. Source: kubernetes.io, "CronJob": 11 characters follow in the names of its Jobs. */
export const LONGEST_CRON_JOB_NAME = 52;

/** How many of its copies a backup keeps: the last of a day, a week or a month, for each of the most recent ones that have any. */
export interface Keep {
  /** Days with a copy each. */
  readonly daily: number;
  /** Weeks with a copy each. */
  readonly weekly: number;
  /** Months with a copy each. */
  readonly monthly: number;
}

/** A place outside of the cluster that copies go to. */
export interface BackupStore {
  /** Its name in the part: `near`. */
  readonly name: string;
  /** Where its repositories are, as restic spells it; each backup has a folder of its own below. */
  readonly repositories: string;
  /** Its host, by HTTPS. */
  readonly host: string;
  /** Variables that restic reads. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that restic reads from keys of Secrets. */
  readonly secretVariables: Readonly<Record<string, KeyOfSecret>>;
  /** A key of a Secret as a file, and the variable with its path. @default none */
  readonly keyFile?: KeyOfSecret & { readonly variable: string };
  /** Whether each backup acts under an identity of its own. Otherwise it has keys, or the part reports that it has none. */
  readonly byIdentity: boolean;
}

/** A key of a Secret in the namespace of what uses it. */
interface KeyOfSecret {
  /** Name of the Secret. */
  readonly secret: string;
  /** The key in it. */
  readonly key: string;
}

/** What the part says to every system. */
export interface BackupPlan {
  /** Where each backup copies to. */
  readonly stores: readonly BackupStore[];
  /** How many copies stay. */
  readonly keep: Keep;
  /** Image of restic. */
  readonly image: string;
  /** The key of a Secret, in the namespace of each system, with the password of its copies. */
  readonly password: KeyOfSecret;
  /** Components of the cluster that have an identity, as `<namespace>/<component>`. */
  readonly identities: ReadonlySet<string>;
}
