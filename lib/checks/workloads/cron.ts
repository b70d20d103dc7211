// Cron schedules, parsed as the API server does: github.com/robfig/cron v3, ParseStandard.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet } from '../../analysis/objects/read-json';
import { memoize } from '../../model/manifest/formats';
import { cronJob } from '../examples';
import type { Rule } from '../rule';

interface Field {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { label: 'minute', min: 0, max: 59 },
  { label: 'hour', min: 0, max: 23 },
  { label: 'day of the month', min: 1, max: 31 },
  { label: 'month', min: 1, max: 12, names: MONTHS },
  // Sunday is 0; 7 is refused.
  { label: 'day of the week', min: 0, max: 6, names: DAYS },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
/** Go's time.ParseDuration. */
const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

function number(text: string, names: readonly string[] = []): number | undefined {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** The problem with one element of a list, such as `1-5/2`. */
function findRangeProblem(range: string, { label, min, max, names }: Field): string | undefined {
  const [span = '', step, ...slashes] = range.split('/');
  const [low = '', high, ...hyphens] = span.split('-');
  const any = low === '*' || low === '?';
  const from = any ? min : number(low, names);
  const to = any ? max : high === undefined ? (step === undefined ? from : max) : number(high, names);
  const by = step === undefined ? 1 : number(step);
  if (slashes.length > 0 || (hyphens.length > 0 && !any)) return `"${range}" has too many "/" or "-"`;
  if (from === undefined || to === undefined || by === undefined) return `"${range}" is not a valid ${label}`;
  if (from < min || to > max) return `"${range}" is outside the range of the ${label}, ${min} to ${max}`;
  if (from > to) return `"${range}" ends before it starts`;
  return by === 0 ? `"${range}" has a step of 0` : undefined;
}

function findScheduleProblem(schedule: string): string | undefined {
  if (schedule === '') return 'the schedule is empty';
  if (schedule.includes('TZ')) return 'the schedule contains a time zone';
  if (schedule.startsWith('@every ')) {
    const duration = schedule.slice('@every '.length);
    return DURATION.test(duration) ? undefined : `"${duration}" is not a valid duration`;
  }
  if (schedule.startsWith('@')) return DESCRIPTORS.has(schedule) ? undefined : `"${schedule}" is not a known schedule`;
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) return `the schedule has ${fields.length} fields, not 5`;
  for (const [i, field] of FIELDS.entries()) {
    for (const range of (fields[i] ?? '').split(',')) {
      const problem = range === '' ? undefined : findRangeProblem(range, field);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function findZoneProblem(zone: string): string | undefined {
  if (zone === '') return 'the time zone is empty';
  if (zone.toLowerCase() === 'local') return 'the time zone "Local" depends on where the controller runs';
  const parts = zone.split('/');
  if (!parts.every((part) => /^(?!-)(?!\.{1,2}$)[A-Za-z._0-9+-]{1,14}$/.test(part)))
    return `"${zone}" is not a known time zone`;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return `"${zone}" is not a known time zone`;
  }
}

const scheduleResult = memoize((schedule) => ({ problem: findScheduleProblem(schedule) }));
const zoneResult = memoize((zone) => ({ problem: findZoneProblem(zone) }));

const SCHEDULE =
  'minute, hour, day of month, month and day of week such as "15 3 * * MON", or a short form such as @daily or @every 1h30m';

const cronSchedule: Rule = {
  id: 'cron-schedule',
  what: 'A CronJob has a schedule of five fields or a known short form, and its time zone, if any, in spec.timeZone.',
  why: 'The API server refuses the CronJob.',
  severity: 'error',
  judge: 'API server: validateScheduleFormat (robfig/cron v3 ParseStandard), validateTimeZone',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const { schedule, timeZone } = dig(entry.manifest, 'spec') ?? {};
      const problem = typeof schedule === 'string' ? scheduleResult(schedule).problem : 'the schedule is missing';
      if (problem !== undefined) {
        const zone =
          typeof schedule === 'string' && schedule.includes('TZ')
            ? { fix: 'put the time zone into spec.timeZone' }
            : {};
        report(entry, '/spec/schedule', { message: problem, expected: SCHEDULE, value: schedule ?? null, ...zone });
      }
      if (!isSet(timeZone)) continue;
      const zoneProblem =
        typeof timeZone === 'string' ? zoneResult(timeZone).problem : 'the time zone must be a string';
      if (zoneProblem === undefined) continue;
      report(entry, '/spec/timeZone', {
        message: zoneProblem,
        expected: 'an IANA name such as "Europe/Berlin"',
        value: timeZone,
      });
    }
  },
  examples: {
    pass: [
      cronJob({ schedule: '*/5 8-18 * JAN-JUN mon', timeZone: 'Europe/Berlin' }),
      cronJob({ schedule: '@every 1h30m' }, 'b'),
    ],
    fail: [cronJob({ schedule: '0 0 * * 7' }), cronJob({ schedule: 'TZ=UTC 0 0 * * *' }, 'b')],
  },
};

export const cronRules: readonly Rule[] = [cronSchedule];
