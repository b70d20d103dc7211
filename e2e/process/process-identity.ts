// A process by pid and start time, so that another process that got the pid later is left alone.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessIdentity {
  readonly pid: number;
  /** Start time in clock ticks since boot, field 22 of /proc/<pid>/stat; undefined once the process has gone. */
  readonly started?: string;
  /** What asks it to end. @default SIGTERM */
  readonly endsOn?: NodeJS.Signals;
}

const PATIENCE_MILLISECONDS = 10_000;

export function startOf(pid: number): ProcessIdentity {
  const started = startTime(pid);
  return started === undefined ? { pid } : { pid, started };
}

/** Whether this very process still runs; a zombie does not. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return started !== undefined && startTime(pid) === started;
}

/** Asks the process to end, waits, and kills it when it does not. */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  for (const signal of [identity.endsOn ?? 'SIGTERM', 'SIGKILL'] as const) {
    if (!isRunning(identity)) return;
    kill(identity.pid, signal);
    const until = Date.now() + PATIENCE_MILLISECONDS;
    while (isRunning(identity) && Date.now() < until) await sleep(20);
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // a program's name may hold spaces
    return state === 'Z' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}
