// Users by Locust, from the client's network namespace: what became of their requests, and how late Locust itself was.
import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../cluster/network';
import { command } from '../process/command';
import { FOLDER } from '../process/paths';
import type { Run } from '../process/run';
import { python } from '../programs/python';

export interface Crowd {
  readonly from: Host;
  /** Addresses with ports, of which each user takes one. */
  readonly targets: readonly string[];
  readonly users: number;
  readonly thinkSeconds: number;
  /** How long is measured, after all users have come. */
  readonly seconds: number;
}

/** Times are in milliseconds. */
export interface CrowdReport {
  readonly requests: number;
  readonly failures: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly requestsPerSecond: number;
  /** Locust's own 98th percentile, to the millisecond. */
  readonly p98: number;
  /** Share of the requests that took longer than `limit`, as the users saw it. */
  tail(limit: number): number;
  /** The same as the pods saw it: the line and the service, without the way there and back. */
  tailInPods(limit: number): number;
  readonly meanService: number;
  /** How late Locust's own timer was in 98 of 100 cases: what it adds to its users' times. */
  readonly lagP98: number;
}

/** What `locust/users.py` writes. */
interface Written {
  readonly requests: number;
  readonly failures: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly p98: number;
  readonly responseMilliseconds: Readonly<Record<string, number>>;
  readonly waitMilliseconds: readonly number[];
  readonly serviceMilliseconds: readonly number[];
  readonly lagMilliseconds: readonly number[];
}

const RAMP_SECONDS = 5;

/** Lets users come, and measures. It ends by itself, whatever becomes of us: nothing else ends it. */
export async function visitAsCrowd(run: Run, crowd: Crowd): Promise<CrowdReport> {
  const { from, targets, users, thinkSeconds, seconds } = crowd;
  const result = join(mkdtempSync(join(run.folder, 'locust-')), 'result.json');
  const options = [
    ...['-f', join(FOLDER, 'locust', 'users.py'), '--headless', '--reset-stats', '--only-summary'],
    ...['--users', String(users), '--spawn-rate', String(Math.ceil(users / RAMP_SECONDS))],
    ...['--run-time', `${RAMP_SECONDS + seconds}s`, '--stop-timeout', '3', '--exit-code-on-error', '0'],
  ];
  const env = {
    THINK_SECONDS: String(thinkSeconds),
    TARGETS: targets.map((target) => `http://${target}`).join(','),
    RESULT: result,
  };
  const inside = [`--net=/var/run/netns/${from.namespace}`, '--', python('locust'), '-m', 'locust', ...options];
  await command('nsenter', inside, { env, cwd: run.folder });
  const written: Written = JSON.parse(readFileSync(result, 'utf8'));
  return summarize(written);
}

export function summarize(written: Written): CrowdReport {
  const { requests, failures, errors, p98, responseMilliseconds, serviceMilliseconds: services } = written;
  const times = Object.entries(responseMilliseconds).map(([time, count]) => ({ time: Number(time), count }));
  const inPods = services.map((service, index) => service + (written.waitMilliseconds[index] ?? Number.NaN));
  if (requests === 0 || inPods.length === 0) throw new Error(`no request was answered: ${JSON.stringify(errors)}`);
  return {
    requests,
    failures,
    errors,
    p98,
    requestsPerSecond: requests / written.seconds,
    tail: (limit) => sum(times.map(({ time, count }) => (time > limit ? count : 0))) / requests,
    tailInPods: (limit) => inPods.filter((time) => time > limit).length / inPods.length,
    meanService: sum(services) / services.length,
    lagP98: quantile(written.lagMilliseconds, 0.98),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}
