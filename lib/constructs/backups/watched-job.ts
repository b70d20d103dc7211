// A CronJob whose last success must not be too old: a backup, or a drill.

import type { Construct, IConstruct } from 'constructs';
import type { BackupPlan, BackupStore } from '../../model/backups/plan';
import { findingOf } from '../../model/finding/finding';
import { longestGapSeconds } from '../../model/pods/schedule-starts';
import { CronJob, type CronJobProps } from '../jobs/cron-job';
import { System } from '../system/system';
import { report } from '../tree/findings';
import { storeOutside } from './restic';

/** How late a run may start, in seconds, before that is a fault. */
const LATE = 3600;

/** The longest healthy time between the ends of two runs, in seconds. */
export const healthySeconds = (schedule: string, deadlineSeconds: number): number =>
  (longestGapSeconds(schedule) ?? 0) + deadlineSeconds + LATE;

/** What it is that must not be too old. */
export type Watched = 'backup' | 'drill';

/** A CronJob, as far as its age is watched. */
interface WatchedConstruct extends Construct {
  readonly name: string;
  readonly what: Watched;
  readonly healthySeconds: number;
}

/** Whether the age of a construct's last success is watched. */
export const isWatched = (construct: IConstruct): construct is WatchedConstruct =>
  'what' in construct && 'healthySeconds' in construct;

/** A CronJob that works with a store of backups, and whose last success is watched. */
export class WatchedJob extends CronJob implements WatchedConstruct {
  /** The longest healthy time between the ends of two runs, in seconds. */
  readonly healthySeconds: number;

  constructor(
    scope: Construct,
    id: string,
    props: CronJobProps,
    readonly what: Watched,
    store: BackupStore,
    { identities }: Pick<BackupPlan, 'identities'>,
  ) {
    super(scope, id, props);
    this.healthySeconds = healthySeconds(props.schedule, props.deadlineSeconds);
    this.connectTo(storeOutside(store), { as: {} });
    const { namespace = '', target } = System.of(this);
    const key = `${namespace}/${this.name}`;
    if (!store.byIdentity || identities.has(key)) return;
    const { name } = target.cluster;
    const message = `${key} has no identity on ${name}, under which it could use ${store.host}`;
    const expected = `in clusters.${name}, identities: { '${key}': … }; or keys of the store`;
    report(this, findingOf('input', { message, expected }));
  }
}
