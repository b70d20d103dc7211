// The times of a valid cron schedule, as sets.

/** The times of a schedule of five fields. */
export interface CronTimes {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** Whether it may run on this day of the week, 0 for Sunday. */
  readonly runsOn: (weekday: number) => boolean;
  /** Whether any of its days exists. */
  readonly exists: boolean;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');
const DAYS = 'sun mon tue wed thu fri sat'.split(' ');
/** Days of each month, in a leap year. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const SHORT: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

function valuesOf(field: string, min: number, max: number, names: readonly string[] = []): Set<number> | undefined {
  const found = new Set<number>();
  const read = (word: string): number => {
    const named = names.indexOf(word.toLowerCase());
    return named >= 0 ? named + min : Number(word);
  };
  for (const part of field.split(',')) {
    const [span = '', step] = part.split('/');
    const [low = '', high] = span.split('-');
    const any = low === '*' || low === '?';
    const from = any ? min : read(low);
    const to = any ? max : high === undefined ? (step === undefined ? from : max) : read(high);
    const by = step === undefined ? 1 : Number(step);
    // what is malformed is another rule's
    if (!(from >= min && to <= max && from <= to && by >= 1)) return undefined;
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return found;
}

const isAny = (field: string): boolean => /^[*?]/.test(field);

/** The times of a schedule; undefined for `@every` and for invalid ones. */
export function cronTimes(schedule: string): CronTimes | undefined {
  const fields = (SHORT[schedule] ?? schedule).trim().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5) return undefined;
  const minutes = valuesOf(minute, 0, 59);
  const hours = valuesOf(hour, 0, 23);
  const days = valuesOf(day, 1, 31);
  const months = valuesOf(month, 1, 12, MONTHS);
  const weekdays = valuesOf(weekday, 0, 6, DAYS);
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  // where both are restricted, either of them is enough
  const byWeekday = !isAny(weekday);
  const either = byWeekday && !isAny(day);
  const exists = either || [...months].some((one) => [...days].some((date) => date <= (LENGTHS[one - 1] ?? 0)));
  return { minutes, hours, months, runsOn: (it) => (either ? true : !byWeekday || weekdays.has(it)), exists };
}

const UNITS: Readonly<Record<string, number>> = { h: 60, m: 1, s: 1 / 60, ms: 1 / 60_000 };

/** Minutes between two runs at the least; undefined where it is unknown. */
export function smallestInterval(schedule: string): number | undefined {
  if (schedule.startsWith('@every ')) {
    const parts = [...schedule.slice('@every '.length).matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
    if (parts.length === 0) return undefined;
    return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (UNITS[unit ?? ''] ?? 0), 0);
  }
  const times = cronTimes(schedule);
  if (times === undefined) return undefined;
  const minutes = [...times.minutes].sort((a, b) => a - b);
  const gaps = minutes.slice(1).map((minute, index) => minute - (minutes[index] ?? 0));
  const [first = 0] = minutes;
  const last = minutes[minutes.length - 1] ?? 0;
  return Math.min(...gaps, ...(times.hours.size > 1 ? [first + 60 - last] : [24 * 60]));
}
