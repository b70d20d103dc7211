// Numbers of a capacity plan that can be right, and look as if they were given in milliseconds.

import { plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import type { CapacityInput } from './capacity-input';

/** What is asked: of values that no compiler looked at, too. */
type Doubted = Partial<Pick<CapacityInput, 'thinkSeconds' | 'service' | 'latency' | 'cpuSecondsPerRequest'>> & {
  readonly nodeSeconds?: number;
};

/** Beyond these a number of seconds is doubted: no measurement is usually there, and its milliseconds usually are. */
const LONGEST = {
  /** A session of a website has ended after half an hour, and few people read a page for ten minutes. */
  thought: 600,
  /** Load balancers and proxies give up on an answer after 30 to 60 s unless told otherwise. */
  answer: 30,
  /** A request that works for longer is a job for a queue. */
  work: 10,
  /** Machines of a provider take minutes; one that is installed from bare metal takes up to an hour. */
  node: 3600,
} as const;

/** Every number that looks like milliseconds, as what would be right. A plan can be made of them all the same. */
export function unitDoubts({ thinkSeconds, service, latency, cpuSecondsPerRequest, nodeSeconds }: Doubted): Problem[] {
  const mean = service?.meanSeconds;
  return [
    ...beyond('thinkSeconds', thinkSeconds, LONGEST.thought, 'between two requests of a user'),
    ...beyond('service.meanSeconds', mean, LONGEST.work, 'of work on a request'),
    ...beyond('latency.seconds', latency?.seconds, LONGEST.answer, 'until an answer'),
    ...beyond('nodeSeconds', nodeSeconds, LONGEST.node, 'until a node is there'),
    ...findCpuUnitProblems(cpuSecondsPerRequest, mean),
  ];
}

function beyond(field: string, seconds: unknown, longest: number, what: string): Problem[] {
  if (typeof seconds !== 'number' || !(seconds > longest)) return [];
  return [
    {
      field,
      value: seconds,
      message: `${plural(seconds, 'second')} ${what} (${inWords(seconds)}) look like milliseconds`,
      expected: `seconds, usually at most ${longest}: ${show(seconds / 1000)} for ${show(seconds)} ms`,
    },
  ];
}

/** A request that is worked on by one thread has no more CPU than time. */
function findCpuUnitProblems(cpu: unknown, mean: unknown): Problem[] {
  if (typeof cpu !== 'number' || typeof mean !== 'number' || !(cpu > mean) || mean <= 0) return [];
  return [
    {
      field: 'cpuSecondsPerRequest',
      value: cpu,
      message: `${plural(cpu, 'second')} of CPU in a request of ${show(mean)} s keep ${show(cpu / mean)} cores busy: they look like milliseconds, or the service time is too short`,
      expected: `seconds, at most ${show(mean)} where one thread answers: ${show(cpu / 1000)} for ${show(cpu)} ms`,
    },
  ];
}

function inWords(seconds: number): string {
  if (seconds < 3600) return plural(Number((seconds / 60).toFixed(1)), 'minute');
  return seconds < 172_800
    ? plural(Number((seconds / 3600).toFixed(1)), 'hour')
    : plural(Number((seconds / 86_400).toFixed(1)), 'day');
}
