// Schedules of CronJobs, read as the API server reads them: github.com/robfig/cron v3, ParseStandard.

import { memoize } from '../manifest/formats';

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
const DESCRIPTORS: ReadonlyMap<string, string> = new Map([
  ['@yearly', '0 0 1 1 *'],
  ['@annually', '0 0 1 1 *'],
  ['@monthly', '0 0 1 * *'],
  ['@weekly', '0 0 * * 0'],
  ['@daily', '0 0 * * *'],
  ['@midnight', '0 0 * * *'],
  ['@hourly', '0 * * * *'],
]);
const EVERY = '@every ';
/** Go's time.ParseDuration. */
const DURATION = /^[+-]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/;
const UNIT_SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** What a schedule looks like. */
export const SCHEDULE =
  'minute, hour, day of month, month and day of week such as "15 3 * * MON", or a short form such as @daily or @every 1h30m';

/** What a time zone looks like. */
export const TIME_ZONE = 'an IANA name such as "Europe/Berlin"';

interface Read {
  readonly problem?: string;
  /** Its five fields, or the seconds between two runs. */
  readonly times?: Times;
}

/** When a schedule runs: at the times that five fields name, or every few seconds. */
export type Times = { readonly everySeconds: number } | { readonly fields: readonly TimesField[] };

/** The values of a field, and whether it leaves them open (`*` or `?`). */
export interface TimesField {
  readonly values: readonly number[];
  readonly any: boolean;
}

const read = memoize((schedule): Read => {
  if (schedule === '') return { problem: 'the schedule is empty' };
  if (schedule.includes('TZ')) return { problem: 'the schedule contains a time zone' };
  if (schedule.startsWith(EVERY)) {
    const duration = schedule.slice(EVERY.length);
    if (!DURATION.test(duration)) return { problem: `"${duration}" is not a valid duration` };
    return { times: { everySeconds: Math.max(1, Math.floor(secondsOf(duration))) } };
  }
  const standard = DESCRIPTORS.get(schedule);
  if (schedule.startsWith('@') && standard === undefined) return { problem: `"${schedule}" is not a known schedule` };
  return readFields(standard ?? schedule);
});

/** What is wrong with a schedule; `undefined` if nothing is. */
export const findScheduleProblem = (schedule: string): string | undefined => read(schedule).problem;

/** When a schedule runs; `undefined` for one that is not valid. */
export const timesOf = (schedule: string): Times | undefined => read(schedule).times;

/** What is wrong with a time zone; `undefined` if nothing is. */
export const findZoneProblem: (zone: string) => string | undefined = memoize((zone) => {
  if (zone === '') return 'the time zone is empty';
  if (zone.toLowerCase() === 'local') return 'the time zone "Local" depends on where the controller runs';
  const parts = zone.split('/');
  const unknown = `"${zone}" is not a known time zone`;
  // newer runtimes know offsets such as +02 too, and the API server does not
  if (!/^[A-Za-z]/.test(zone)) return unknown;
  if (!parts.every((part) => /^(?!-)(?!\.{1,2}$)[A-Za-z._0-9+-]{1,14}$/.test(part))) return unknown;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return undefined;
  } catch {
    return unknown;
  }
});

function readFields(schedule: string): Read {
  const texts = schedule.split(/\s+/).filter((field) => field !== '');
  if (texts.length !== FIELDS.length) return { problem: `the schedule has ${texts.length} fields, not 5` };
  const fields: TimesField[] = [];
  for (const [i, field] of FIELDS.entries()) {
    const values = new Set<number>();
    let any = false;
    for (const range of (texts[i] ?? '').split(',').filter((one) => one !== '')) {
      const found = readRange(range, field);
      if ('problem' in found) return found;
      for (let value = found.from; value <= found.to; value += found.by) values.add(value);
      any ||= found.any;
    }
    fields.push({ values: [...values].sort((a, b) => a - b), any });
  }
  return { times: { fields } };
}

/** One element of a list, such as `1-5/2`. */
function readRange(
  range: string,
  { label, min, max, names }: Field,
):
  | { readonly problem: string }
  | { readonly from: number; readonly to: number; readonly by: number; readonly any: boolean } {
  const [span = '', step, ...slashes] = range.split('/');
  const [low = '', high, ...hyphens] = span.split('-');
  const any = low === '*' || low === '?';
  const from = any ? min : number(low, names);
  const to = any ? max : high === undefined ? (step === undefined ? from : max) : number(high, names);
  const by = step === undefined ? 1 : number(step);
  if (slashes.length > 0 || (hyphens.length > 0 && !any)) return { problem: `"${range}" has too many "/" or "-"` };
  if (from === undefined || to === undefined || by === undefined)
    return { problem: `"${range}" is not a valid ${label}` };
  if (from < min || to > max) return { problem: `"${range}" is outside the range of the ${label}, ${min} to ${max}` };
  if (from > to) return { problem: `"${range}" ends before it starts` };
  if (by === 0) return { problem: `"${range}" has a step of 0` };
  // robfig/cron: a step above 1 takes the star's meaning from it
  return { from, to, by, any: any && by === 1 };
}

function number(text: string, names: readonly string[] = []): number | undefined {
  const named = text === '' ? -1 : names.indexOf(text.toLowerCase());
  if (named >= 0) return named;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}

function secondsOf(duration: string): number {
  const parts = [...duration.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  return parts.reduce((sum, [, count, unit = 's']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0), 0);
}
