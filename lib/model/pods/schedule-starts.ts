// When the runs of a schedule start: the shortest time between two of them, and how many go on at once.

import { memoize } from '../manifest/formats';
import { type Times, timesOf } from './schedule';

const MINUTE = 60;
const DAY = 86_400;
/** Eight years have every combination of day, month and leap day that occurs before 2100, and nearly all with a day of the week. */
const DAYS = 8 * 365 + 2;
const FIRST_DAY = Date.UTC(2024, 0, 1);

/**
 * The shortest time between two starts, in seconds, by the clock on the wall: the hours of summer time are left out.
 * `undefined` for a schedule that is not valid, or never runs, as on 30 February.
 */
export const shortestGapSeconds: (schedule: string) => number | undefined = memoize((schedule) => {
  const times = timesOf(schedule);
  if (times === undefined) return undefined;
  return 'everySeconds' in times ? times.everySeconds : gapOf(times, Math.min);
});

/**
 * The longest time between two starts, in seconds; `undefined` as for the shortest.
 */
export const longestGapSeconds: (schedule: string) => number | undefined = memoize((schedule) => {
  const times = timesOf(schedule);
  if (times === undefined) return undefined;
  return 'everySeconds' in times ? times.everySeconds : gapOf(times, Math.max);
});

/** Most runs of a schedule that go on at once, where none waits for another and each ends after `seconds`. */
export function runsAtOnce(schedule: string, seconds: number): number {
  const gap = shortestGapSeconds(schedule);
  return gap === undefined ? 1 : Math.max(1, Math.ceil(seconds / gap));
}

function gapOf(
  { fields }: Extract<Times, { readonly fields: unknown }>,
  choose: (...gaps: number[]) => number,
): number | undefined {
  const [minutes = NONE, hours = NONE, ...dates] = fields;
  const starts = hours.values.flatMap((hour) => minutes.values.map((minute) => (hour * 60 + minute) * MINUTE));
  const [first] = starts;
  const last = starts.at(-1);
  const days = daysOf(dates);
  if (first === undefined || last === undefined || days.length === 0) return undefined;
  const within = gaps(starts);
  // from the last start of a day to the first of the next day that has one
  const between = gaps(days).map((distance) => distance * DAY + first - last);
  const all = [...within, ...between];
  return all.length === 0 ? DAYS * DAY : choose(...all);
}

const NONE = { values: [], any: false };

/** Days that match, by number. robfig/cron: where both kinds of day are given, either is enough. */
function daysOf([ofMonth = NONE, months = NONE, ofWeek = NONE]: readonly (typeof NONE | Fields[number])[]): number[] {
  const inMonth = new Set<number>(ofMonth.values);
  const inYear = new Set<number>(months.values);
  const inWeek = new Set<number>(ofWeek.values);
  return Array.from({ length: DAYS }, (_, day) => day).filter((day) => {
    const date = new Date(FIRST_DAY + day * DAY * 1000);
    if (!inYear.has(date.getUTCMonth() + 1)) return false;
    const [month, week] = [inMonth.has(date.getUTCDate()), inWeek.has(date.getUTCDay())];
    return ofMonth.any || ofWeek.any ? month && week : month || week;
  });
}

type Fields = Extract<Times, { readonly fields: unknown }>['fields'];

const gaps = (numbers: readonly number[]): number[] =>
  numbers.slice(1).map((one, index) => one - (numbers[index] ?? 0));
