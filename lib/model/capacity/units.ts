// Numbers of a capacity plan that are valid, but look like milliseconds.

import { plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import type { CapacityInput } from './capacity-input';

/** The numbers to check, also of values that no compiler has checked. */
type Doubted = Partial<Pick<CapacityInput, 'thinkSeconds' | 'service' | 'latency' | 'cpuSecondsPerRequest'>> & {
  readonly nodeSeconds?: number;
};

/** Beyond these a number of seconds is doubtful: measurements are usually lower, and their milliseconds usually higher. */
const LONGEST = {
  /** Website sessions end after half an hour, and few people read a page for ten minutes. */
  thought: 600,
  /** Load balancers and proxies time out after 30 to 60 s by default. */
  answer: 30,
  /** Longer work belongs in a queue. */
  work: 10,
  /** Cloud machines take minutes; installing bare metal takes up to an hour. */
  node: 3600,
} as const;

/** Every number that looks like milliseconds, with the likely value. A plan can still be made from them. */
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
      message: `${show(seconds)} s ${what} (${inWords(seconds)}) looks like milliseconds`,
      expected: `seconds, usually at most ${longest}: ${show(seconds / 1000)} for ${show(seconds)} ms`,
    },
  ];
}

/** A request processed by one thread uses no more CPU time than its duration. */
function findCpuUnitProblems(cpu: unknown, mean: unknown): Problem[] {
  if (typeof cpu !== 'number' || typeof mean !== 'number' || !(cpu > mean) || mean <= 0) return [];
  return [
    {
      field: 'cpuSecondsPerRequest',
      value: cpu,
      message: `${show(cpu)} s of CPU in a ${show(mean)} s request would keep ${show(cpu / mean)} cores busy; did you mean milliseconds?`,
      expected: `seconds, at most ${show(mean)} with one thread: ${show(cpu / 1000)} for ${show(cpu)} ms`,
    },
  ];
}

function inWords(seconds: number): string {
  if (seconds < 3600) return plural(Number((seconds / 60).toFixed(1)), 'minute');
  return seconds < 172_800
    ? plural(Number((seconds / 3600).toFixed(1)), 'hour')
    : plural(Number((seconds / 86_400).toFixed(1)), 'day');
}
