// A load test: the number of workers that produce the load of a number of users.

import { type Derived, derived, type Outcome, plural, roundUp, show } from '../finding/derivation';
import { type Fields, fields, findSchemaProblems, number } from '../finding/schema';

import { arrivalRate } from './queueing';

/** The simulated users. */
export interface LoadTestInput {
  /** Users at the same time. */
  readonly users: number;
  /** Mean time between an answer and the next request, in seconds. */
  readonly thinkSeconds: number;
  /** Users that start per second. */
  readonly usersPerSecond: number;
  /** How long all users stay, in seconds. */
  readonly seconds: number;
  /** Requests a second that a worker with one core makes without falling behind: at most 1,000. */
  readonly requestsPerSecondPerWorker: number;
}

/** The size of a load test. */
export interface LoadTestPlan {
  /** Requests a second of all users. */
  readonly requestsPerSecond: Derived;
  /** Pods that produce the load. */
  readonly workers: Derived;
  /** Time from the first user to the last answer, in seconds. */
  readonly seconds: Derived;
}

/** A Python process uses one core: Locust, "Increase the request rate". Its rate depends on the script; measure it. */
const MOST_PER_WORKER = 1000;

export const LOAD_TEST: Fields<LoadTestInput> = {
  users: number({ atLeast: 1, whole: true }),
  thinkSeconds: number({ above: 0 }),
  usersPerSecond: number({ above: 0 }),
  seconds: number({ atLeast: 1, whole: true }),
  requestsPerSecondPerWorker: number({ above: 0, atMost: MOST_PER_WORKER }),
};

const INPUT = fields<LoadTestInput>(LOAD_TEST);

/** Derives the size: requests a second = users ÷ think time; one worker for each core's share of them. */
export function deriveLoadTest(input: LoadTestInput): Outcome<LoadTestPlan> {
  const problems = findSchemaProblems(INPUT, input, '');
  if (problems.length > 0) return { problems };
  const { users, thinkSeconds, usersPerSecond, seconds, requestsPerSecondPerWorker: each } = input;
  const rate = arrivalRate(users, thinkSeconds);
  const workers = roundUp(rate / each);
  const begin = roundUp(users / usersPerSecond);
  return {
    plan: {
      requestsPerSecond: derived(rate, `${users} users ÷ ${thinkSeconds} s of thought = ${show(rate)} requests/s`),
      workers: derived(workers, `${show(rate)} requests/s ÷ ${each} a worker = ${plural(workers, 'worker')}`),
      seconds: derived(begin + seconds, `${begin} s until all users are there + ${seconds} s = ${begin + seconds} s`),
    },
    problems: [],
  };
}
