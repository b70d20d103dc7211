// When the clocks of a time zone change.

/** One change of the clocks. */
export interface ClockChange {
  /** From 1. */
  readonly month: number;
  /** 0 for Sunday. */
  readonly weekday: number;
  /** The local minutes of the day that are skipped or repeated: from, and up to. */
  readonly minutes: readonly [number, number];
  readonly skips: boolean;
}

/** The rules of most zones are the same each year; those of this one stand for them. */
const YEAR = 2026;
const HOUR = 3_600_000;

const known = new Map<string, readonly ClockChange[]>();

/** The changes of a zone within a year; none if the zone is unknown. Source: the time zone database of the runtime. */
export function clockChanges(zone: string): readonly ClockChange[] {
  const found = known.get(zone) ?? changesOf(zone);
  known.set(zone, found);
  return found;
}

function changesOf(zone: string): ClockChange[] {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  } catch {
    return [];
  }
  /** Local time as if it were UTC. */
  const local = (time: number): number => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
    return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'));
  };
  const changes: ClockChange[] = [];
  const end = Date.UTC(YEAR + 1, 0, 1);
  for (let day = Date.UTC(YEAR, 0, 1); day < end; day += 24 * HOUR) {
    if (local(day + 24 * HOUR) - local(day) === 24 * HOUR) continue;
    for (let time = day; time < day + 24 * HOUR; time += HOUR) {
      const [before, after] = [local(time), local(time + HOUR)];
      const shift = after - before - HOUR;
      if (shift === 0) continue;
      // the hour that would have followed is skipped, or comes twice
      const from = new Date(shift > 0 ? before + HOUR : after);
      const start = from.getUTCHours() * 60 + from.getUTCMinutes();
      changes.push({
        month: from.getUTCMonth() + 1,
        weekday: from.getUTCDay(),
        minutes: [start, start + Math.abs(shift) / 60_000],
        skips: shift > 0,
      });
    }
  }
  return changes;
}
