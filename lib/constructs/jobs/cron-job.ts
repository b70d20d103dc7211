// A component that runs by the clock: a report, a backup.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Problem } from '../../model/finding/problem';
import { checked, choice, fields, flag, number, optional, type Schema, text } from '../../model/finding/schema';
import {
  findScheduleProblem,
  findZoneProblem,
  SCHEDULE as SCHEDULE_FORM,
  TIME_ZONE as ZONE_FORM,
} from '../../model/pods/schedule';
import { runsAtOnce, shortestGapSeconds } from '../../model/pods/schedule-starts';
import type { ClientNumbers } from '../network/connection';
import { isRefused } from '../tree/door';
import { checkLater } from '../tree/findings';
import { type CronJobSpec, createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { ENDING, ENDING_STAND_INS, EndingComponent, type EndingProps } from './ending';

/** Required and optional properties of a CronJob. */
export interface CronJobProps extends EndingProps {
  /** When it runs: five fields (`0 3 * * *`), or a short form (`@daily`, `@every 1h30m`). */
  readonly schedule: string;
  /** IANA name of the time zone of the schedule. @default Etc/UTC, which has no summer time */
  readonly timeZone?: string;
  /** What happens to a run that is due while another one goes on: it waits, runs too, or takes its place. @default Forbid */
  readonly concurrencyPolicy?: 'Forbid' | 'Allow' | 'Replace';
  /**
   * How late a run may start, in seconds, because its predecessor went on or the controller was down. Later it is left out. Less
   * than 10 would lose runs: the controller looks every 10 s.
   * @default the time until the next run, so that at most one is caught up
   */
  readonly startingDeadlineSeconds?: number;
  /** Whether no run starts. @default false */
  readonly suspend?: boolean;
  /** Successful runs that are kept, with their logs. @default 3 */
  readonly successfulJobsHistoryLimit?: number;
  /** Failed runs that are kept, with their logs. @default 3 */
  readonly failedJobsHistoryLimit?: number;
}

/** A text that `find` finds no problem in. */
const formed = (expected: string, find: (value: string) => string | undefined): Schema =>
  checked<string>(text(expected), (value): Problem[] => {
    const message = find(value);
    return message === undefined ? [] : [{ value, message, expected }];
  });

const LOOK_SECONDS = 10;
const HISTORY = 3;
const KEPT = optional(number({ atLeast: 0, whole: true }));

const CRON_JOB = fields<CronJobProps>({
  ...ENDING,
  schedule: formed(SCHEDULE_FORM, (schedule) => {
    const problem = findScheduleProblem(schedule);
    return problem ?? (shortestGapSeconds(schedule) === undefined ? `"${schedule}" never comes` : undefined);
  }),
  timeZone: optional(formed(ZONE_FORM, findZoneProblem)),
  concurrencyPolicy: optional(choice(['Forbid', 'Allow', 'Replace'])),
  startingDeadlineSeconds: optional(number({ atLeast: LOOK_SECONDS, whole: true })),
  suspend: optional(flag()),
  successfulJobsHistoryLimit: KEPT,
  failedJobsHistoryLimit: KEPT,
});

/**
 * A component that runs by the clock. A release changes the runs that start after it.
 *
 * Source: kubernetes.io, "CronJob".
 *
 * @example new CronJob(this, 'report', { resources, schedule: '0 3 * * *', timeZone: 'Europe/Berlin', deadlineSeconds: 1800 })
 * @throws when it is not inside a System
 */
export class CronJob extends EndingComponent<CronJobProps> {
  /** Its CronJob, for overrides. */
  readonly cronJob: ApiObject;

  constructor(scope: Construct, id: string, props: CronJobProps) {
    super(scope, id, props, CRON_JOB, { ...ENDING_STAND_INS, schedule: '@daily' });
    this.cronJob = createObject(
      this,
      'cron-job',
      'CronJob',
      {
        name: this.name,
        labels: selectorLabels(this.name),
        notes: () => ({ ...this.reasons, ...this.accountNotes }),
      },
      { spec: () => this.renderSpec() },
    );
    checkLater(this, () => {
      const { deadlineSeconds } = this.props;
      if (isRefused(this) || this.policy !== 'Forbid' || deadlineSeconds <= this.gapSeconds) return [];
      return [
        {
          rule: 'run-overlap',
          severity: 'note',
          field: 'deadlineSeconds',
          value: deadlineSeconds,
          message: `a run may take ${deadlineSeconds} s, and the next is due after ${this.gapSeconds} s`,
          expected: `at most ${this.gapSeconds}; a run that is due meanwhile starts late, or is left out`,
        },
      ];
    });
  }

  private get policy(): NonNullable<CronJobProps['concurrencyPolicy']> {
    return this.props.concurrencyPolicy ?? 'Forbid';
  }

  private get gapSeconds(): number {
    return shortestGapSeconds(this.props.schedule) ?? 0;
  }

  /** Runs that may wait for each other's end overlap as long as the deadline lets them; one that is replaced is still stopping. */
  protected get podsAtOnce(): number {
    const { schedule, deadlineSeconds, terminationGracePeriodSeconds = 30 } = this.props;
    if (this.policy === 'Forbid') return 1;
    if (this.policy === 'Replace') return 2;
    return runsAtOnce(schedule, deadlineSeconds + terminationGracePeriodSeconds);
  }

  protected get numbers(): ClientNumbers {
    return { maxReplicas: this.podsAtOnce, replacement: 'inPlace' };
  }

  private renderSpec(): CronJobSpec {
    const { schedule, timeZone = 'Etc/UTC', suspend = false, startingDeadlineSeconds } = this.props;
    const { successfulJobsHistoryLimit = HISTORY, failedJobsHistoryLimit = HISTORY } = this.props;
    return {
      schedule,
      timeZone,
      concurrencyPolicy: this.policy,
      startingDeadlineSeconds: startingDeadlineSeconds ?? Math.max(LOOK_SECONDS, this.gapSeconds),
      suspend,
      successfulJobsHistoryLimit,
      failedJobsHistoryLimit,
      jobTemplate: {
        metadata: { labels: selectorLabels(this.name) },
        spec: { ...this.jobSpec, completions: 1, parallelism: 1 },
      },
    };
  }
}
