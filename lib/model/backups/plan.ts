// Backups: what the part of that name says to every system of its cluster: where copies go, when, and how long they are kept.

/** The image that copies. Source: restic/restic, docker/Dockerfile. */
export const RESTIC = 'docker.io/restic/restic:0.19.1';

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
  /** Variables that restic reads, besides those of its keys. */
  readonly variables: Readonly<Record<string, string>>;
  /** Keys of a Secret with the id and the secret of an access key. @default the backup acts under its identity */
  readonly keys?: { readonly secret: string; readonly id: string; readonly value: string };
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
  readonly password: { readonly secret: string; readonly key: string };
  /** Components of the cluster that have an identity, as `<namespace>/<component>`. */
  readonly identities: ReadonlySet<string>;
}
