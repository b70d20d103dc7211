// Cron schedules, read as the API server reads them: github.com/robfig/cron v3, ParseStandard.

import { catalogue } from '../../analysis/objects/catalogue';
import { dig, isSet } from '../../analysis/objects/read-json';
import { memoize } from '../../model/manifest/formats';
import { cronJob } from '../examples';
import type { Rule } from '../rule';

interface Field {
  readonly what: string;
  readonly least: number;
  readonly most: number;
  readonly names?: readonly string[];
}

const MONTHS = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { what: 'minute', least: 0, most: 59 },
  { what: 'hour', least: 0, most: 23 },
  { what: 'day of the month', least: 1, most: 31 },
  { what: 'month', least: 1, most: 12, names: MONTHS },
  // Sunday is 0 here: 7 is refused.
  { what: 'day of the week', least: 0, most: 6, names: DAYS },
];
const DESCRIPTORS = new Set(['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly']);
/** Go's time.ParseDuration. */
const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;

function number(text: string, names: readonly string[] = []): number | undefined {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

/** What is wrong with one element of a list, such as `1-5/2`. */
function rangeFlaw(range: string, { what, least, most, names }: Field): string | undefined {
  const [span = '', step, ...slashes] = range.split('/');
  const [low = '', high, ...hyphens] = span.split('-');
  const any = low === '*' || low === '?';
  const from = any ? least : number(low, names);
  const to = any ? most : high === undefined ? (step === undefined ? from : most) : number(high, names);
  const by = step === undefined ? 1 : number(step);
  if (slashes.length > 0 || (hyphens.length > 0 && !any)) return `"${range}" has too many "/" or "-"`;
  if (from === undefined || to === undefined || by === undefined) return `"${range}" is no ${what}`;
  if (from < least || to > most) return `the ${what} goes from ${least} to ${most}, and "${range}" does not`;
  if (from > to) return `"${range}" ends before it starts`;
  return by === 0 ? `"${range}" has a step of 0` : undefined;
}

function scheduleFlaw(schedule: string): string | undefined {
  if (schedule === '') return 'the schedule is empty';
  if (schedule.includes('TZ')) return 'a schedule may not hold a time zone';
  if (schedule.startsWith('@every ')) {
    const duration = schedule.slice('@every '.length);
    return DURATION.test(duration) ? undefined : `"${duration}" is no duration`;
  }
  if (schedule.startsWith('@')) return DESCRIPTORS.has(schedule) ? undefined : `there is no "${schedule}"`;
  const fields = schedule.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== FIELDS.length) return `a schedule has 5 fields, and this one has ${fields.length}`;
  for (const [i, field] of FIELDS.entries()) {
    for (const range of (fields[i] ?? '').split(',')) {
      const flaw = range === '' ? undefined : rangeFlaw(range, field);
      if (flaw !== undefined) return flaw;
    }
  }
  return undefined;
}

function zoneFlaw(zone: string): string | undefined {
  if (zone === '') return 'the time zone is empty';
  if (zone.toLowerCase() === 'local') return 'the time zone must not depend on where the controller runs';
  const parts = zone.split('/');
  if (!parts.every((part) => /^(?!-)(?!\.{1,2}$)[A-Za-z._0-9+-]{1,14}$/.test(part)))
    return `there is no time zone "${zone}"`;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return `there is no time zone "${zone}"`;
  }
}

const scheduleVerdict = memoize((schedule) => ({ flaw: scheduleFlaw(schedule) }));
const zoneVerdict = memoize((zone) => ({ flaw: zoneFlaw(zone) }));

const SCHEDULE =
  'minute, hour, day of month, month and day of week such as "15 3 * * MON", or @daily and its like, or @every 1h30m';

const cronSchedule: Rule = {
  id: 'cron-schedule',
  what: 'A CronJob has a schedule of five fields or a known short form, and its time zone, if any, in a field of its own.',
  why: 'The API server refuses the CronJob.',
  severity: 'error',
  judge: 'API server: validateScheduleFormat (robfig/cron v3 ParseStandard), validateTimeZone',
  check: (entries, report) => {
    for (const entry of catalogue(entries).of('batch/CronJob')) {
      const { schedule, timeZone } = dig(entry.manifest, 'spec') ?? {};
      const flaw = typeof schedule === 'string' ? scheduleVerdict(schedule).flaw : 'the schedule is missing';
      if (flaw !== undefined) {
        const zone =
          typeof schedule === 'string' && schedule.includes('TZ')
            ? { fix: 'put the time zone into spec.timeZone' }
            : {};
        report(entry, '/spec/schedule', { message: flaw, expected: SCHEDULE, value: schedule ?? null, ...zone });
      }
      if (!isSet(timeZone)) continue;
      const wrong = typeof timeZone === 'string' ? zoneVerdict(timeZone).flaw : 'the time zone is no text';
      if (wrong === undefined) continue;
      report(entry, '/spec/timeZone', {
        message: wrong,
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
