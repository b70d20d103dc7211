// The shortest time between two runs of a schedule, and how many go on at once.

import { runsAtOnce, shortestGapSeconds } from '../../../lib/model/pods/schedule-starts';

const HOUR = 3600;
const DAY = 24 * HOUR;

test.each([
  ['* * * * *', 60],
  ['*/10 * * * *', 600],
  ['*/7 * * * *', 240], // from :56 to :00
  ['0 3 * * *', DAY],
  ['0 1,23 * * *', 2 * HOUR], // over midnight
  ['0 3 * * MON', 7 * DAY],
  ['0 3 1 * *', 28 * DAY],
  ['0 3 1 * MON', DAY], // either day is enough, and the first may be a Tuesday
  ['0 3 * * MON-FRI', DAY],
  ['0 0 29 2 *', 1461 * DAY],
  ['@hourly', HOUR],
  ['@every 1h30m', 1.5 * HOUR],
  ['@every 10ms', 1],
])('%s: %d s', (schedule, seconds) => expect(shortestGapSeconds(schedule)).toBe(seconds));

test.each(['0 0 30 2 *', '0 0 31 4,6 *', 'daily', ''])('%s has none', (schedule) =>
  expect(shortestGapSeconds(schedule)).toBeUndefined(),
);

test('runs that overlap', () => {
  expect(runsAtOnce('*/10 * * * *', 600)).toBe(1);
  expect(runsAtOnce('*/10 * * * *', 601)).toBe(2);
  expect(runsAtOnce('@daily', 60)).toBe(1);
});
