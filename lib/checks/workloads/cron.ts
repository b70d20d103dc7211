// Cron schedules and time zones, as the API server reads them.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet } from '../../analysis/objects/read-json';
import { findScheduleProblem, findZoneProblem, SCHEDULE, TIME_ZONE } from '../../model/pods/schedule';
import { cronJob } from '../examples';
import type { Rule } from '../rule';

const cronSchedule: Rule = {
  id: 'cron-schedule',
  what: 'A CronJob has a schedule of five fields or a known short form, and its time zone, if any, in spec.timeZone.',
  why: 'The API server refuses the CronJob.',
  severity: 'error',
  judge: 'API server: validateScheduleFormat (robfig/cron v3 ParseStandard), validateTimeZone',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('batch/CronJob')) {
      const { schedule, timeZone } = dig(entry.manifest, 'spec') ?? {};
      const problem = typeof schedule === 'string' ? findScheduleProblem(schedule) : 'the schedule is missing';
      if (problem !== undefined) {
        const zone =
          typeof schedule === 'string' && schedule.includes('TZ')
            ? { fix: 'put the time zone into spec.timeZone' }
            : {};
        report(entry, '/spec/schedule', { message: problem, expected: SCHEDULE, value: schedule ?? null, ...zone });
      }
      if (!isSet(timeZone)) continue;
      const zoneProblem = typeof timeZone === 'string' ? findZoneProblem(timeZone) : 'the time zone must be a string';
      if (zoneProblem === undefined) continue;
      report(entry, '/spec/timeZone', {
        message: zoneProblem,
        expected: TIME_ZONE,
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
