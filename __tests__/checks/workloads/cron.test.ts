import { cronJob } from '../../../lib/checks/examples';
import type { Json } from '../../../lib/model/manifest/json';
import { fields } from '../support';

// Every row was checked against cron.ParseStandard, v3.0.1.
test.each<[Json, boolean]>([
  ['* * * * *', true],
  ['59 23 31 12 6', true],
  ['0 0 1 1 0', true],
  ['*/5 8-18 * JAN-jun mon,Wed', true],
  ['? ? ? ? ?', true],
  ['5/15 * * * *', true],
  ['0 0 31 2 *', true],
  [' 0  0 * * * ', true],
  ['@daily', true],
  ['@annually', true],
  ['@every 1h30m', true],
  ['@every 1.5s', true],
  ['60 * * * *', false],
  ['* 24 * * *', false],
  ['* * 0 * *', false],
  ['* * 32 * *', false],
  ['* * * 13 *', false],
  ['* * * * 7', false],
  ['5-1 * * * *', false],
  ['*/0 * * * *', false],
  ['1-2-3 * * * *', false],
  ['1/2/3 * * * *', false],
  ['-1 * * * *', false],
  ['a * * * *', false],
  ['MON * * * *', false],
  ['* * * *', false],
  ['0 * * * * *', false],
  ['@Daily', false],
  ['@reboot', false],
  ['@every 1d', false],
  ['@every', false],
  ['', false],
  ['TZ=UTC * * * * *', false],
  ['CRON_TZ=Europe/Berlin * * * * *', false],
  [null, false],
])('schedule %j: %s', (schedule, fine) => {
  expect(fields('cron-schedule', cronJob({ schedule }))).toEqual(fine ? [] : ['/spec/schedule']);
});

test.each<[Json, boolean]>([
  ['Europe/Berlin', true],
  ['UTC', true],
  ['Etc/GMT+1', true],
  [null, true],
  ['', false],
  ['Local', false],
  ['Europe/Nowhere', false],
  ['../etc', false],
  [1, false],
])('time zone %j: %s', (timeZone, fine) => {
  expect(fields('cron-schedule', cronJob({ schedule: '@daily', timeZone }))).toEqual(fine ? [] : ['/spec/timeZone']);
});
