// When a CronJob runs: at some time, in time, once, and one run at a time.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, isSet, text } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import { findScheduleProblem, type TimesField, timesOf } from '../../model/pods/schedule';
import { shortestGapSeconds } from '../../model/pods/schedule-starts';
import { cronJob } from '../examples';
import type { Rule } from '../rule';
import { clockChanges } from './summer-time';

const cronNever: Rule = {
  id: 'cron-never',
  what: 'A CronJob has a date that exists in its schedule: not 30 February.',
  why: 'The controller finds no next time within five years, and the CronJob never runs.',
  severity: 'error',
  judge: 'github.com/robfig/cron v3: SpecSchedule.Next',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const schedule = text(dig(entry.manifest, 'spec')?.schedule);
      if (schedule === undefined || findScheduleProblem(schedule) !== undefined) continue;
      if (shortestGapSeconds(schedule) !== undefined) continue;
      const message = `${JSON.stringify(schedule)} never comes: no month of it has that day`;
      report(entry, '/spec/schedule', { message, expected: 'a day that its months have', value: schedule });
    }
  },
  examples: {
    pass: [cronJob({ schedule: '0 0 29 2 *' })],
    fail: [cronJob({ schedule: '0 0 30 2 *' })],
  },
};

/** Source: kubernetes.io, "CronJob": the controller looks every 10 s. */
const LOOKS_EVERY = 10;

const cronDeadline: Rule = {
  id: 'cron-deadline',
  what: 'The startingDeadlineSeconds of a CronJob are at least 10.',
  why: 'The controller looks every 10 s: a run may be past its deadline before it is seen, and is skipped.',
  severity: 'warning',
  judge: 'kubernetes.io, "CronJob": deadline for delayed Job start',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const value = integer(dig(entry.manifest, 'spec')?.startingDeadlineSeconds, 0);
      if (value === undefined || value >= LOOKS_EVERY) continue;
      report(entry, '/spec/startingDeadlineSeconds', {
        message: `a run that is ${value} s late is skipped, but the controller looks every ${LOOKS_EVERY} s`,
        expected: `${LOOKS_EVERY} or more, with reserve: 300`,
        value,
      });
    }
  },
  examples: {
    pass: [cronJob({ schedule: '@daily', startingDeadlineSeconds: 300 })],
    fail: [cronJob({ schedule: '@daily', startingDeadlineSeconds: 5 })],
  },
};

/** Whether a schedule may run on a day of the week. Where days of the month are given too, either is enough (robfig/cron). */
function mayRunOn(weekday: number, fields: readonly TimesField[]): boolean {
  const [, , ofMonth, , ofWeek] = fields;
  const isEither = ofMonth?.any === false && ofWeek?.any === false;
  return isEither || ofWeek?.values.includes(weekday) === true;
}

const cronSummerTime: Rule = {
  id: 'cron-summer-time',
  what: 'A run is not at a local time that summer time skips or repeats.',
  why: 'Once a year the run is skipped, and once a year there are two.',
  severity: 'warning',
  judge: 'github.com/robfig/cron v3: jobs scheduled during a leap ahead are not run',
  reason: reasonKey('cron-summer-time'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const { schedule, timeZone } = dig(entry.manifest, 'spec') ?? {};
      const times = typeof schedule === 'string' ? timesOf(schedule) : undefined;
      if (times === undefined || 'everySeconds' in times || typeof timeZone !== 'string') continue;
      const [minutes = [], hours = [], , months = []] = times.fields.map(({ values }) => values);
      if (hours.length >= 12) continue;
      const change = clockChanges(timeZone).find(
        ({ month, weekday, minutes: [from, to] }) =>
          months.includes(month) &&
          mayRunOn(weekday, times.fields) &&
          hours.some((hour) => minutes.some((minute) => hour * 60 + minute >= from && hour * 60 + minute < to)),
      );
      if (change === undefined) continue;
      report(entry, '/spec/schedule', {
        message: `${timeZone} ${change.skips ? 'skips' : 'repeats'} this time of day once a year, and with it the run`,
        expected: 'an hour outside of the change, or timeZone: Etc/UTC',
        value: schedule ?? null,
      });
    }
  },
  examples: {
    pass: [cronJob({ schedule: '30 4 * * *', timeZone: 'Europe/Berlin' })],
    fail: [cronJob({ schedule: '30 2 * * *', timeZone: 'Europe/Berlin' })],
  },
};

/** Runs that are closer than this easily meet. */
const CLOSE_MINUTES = 5;

const cronOverlap: Rule = {
  id: 'cron-overlap',
  what: 'A CronJob that runs every five minutes or more often says in concurrencyPolicy whether runs may overlap, or ends each run before the next.',
  why: 'Allow is the default: one slow run, and the next ones pile up beside it until the namespace is full.',
  severity: 'warning',
  judge: 'kubernetes.io, "CronJob": concurrency policy',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const spec = dig(entry.manifest, 'spec');
      const schedule = text(spec?.schedule);
      const gap = schedule === undefined ? undefined : shortestGapSeconds(schedule);
      const interval = gap === undefined ? undefined : gap / 60;
      if (interval === undefined || interval > CLOSE_MINUTES || isSet(spec?.concurrencyPolicy)) continue;
      const job = dig(spec, 'jobTemplate', 'spec');
      const deadline = integer(job?.activeDeadlineSeconds, 1);
      if (deadline !== undefined && deadline <= interval * 60) continue;
      report(entry, '/spec/schedule', {
        message: `runs start every ${interval < 1 ? 'minute or less' : `${interval} min`} and may overlap without bound`,
        expected: 'concurrencyPolicy: Forbid (or Replace, or Allow where it is meant)',
        value: schedule ?? null,
      });
    }
  },
  examples: {
    pass: [cronJob({ schedule: '* * * * *', concurrencyPolicy: 'Forbid' })],
    fail: [cronJob({ schedule: '* * * * *' })],
  },
};

export const cronTimeRules: readonly Rule[] = [cronNever, cronDeadline, cronSummerTime, cronOverlap];
