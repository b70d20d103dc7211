// Measures whole processes: seconds from start to end, and the memory of the largest process started.
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fresh, root } from './places.mjs';

/** Time limit of a measurement. */
export const LIMIT_SECONDS = 60;

/** A command that takes longer than this is measured only once. */
const SLOW_SECONDS = 8;

const about = spawnSync('time', ['--version'], { encoding: 'utf8' });
const gnuTime = `${about.stdout}${about.stderr}`.includes('GNU');

/**
 * Runs a command once. Memory is as reported by GNU time, else the peak that Linux shows for the running process, else unknown.
 * @returns seconds, megabytes, and whether it reached the time limit
 * @throws when the command fails
 */
export function run({ command, args, env = {}, cwd = root, stdout }) {
  const report = fresh('memory.txt');
  const timed = gnuTime ? ['time', '-f', '%M', '-o', report, command, ...args] : [command, ...args];
  const file = stdout === undefined ? undefined : openSync(stdout, 'w');
  const started = performance.now();
  const child = spawn(timed[0], timed.slice(1), {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', file ?? 'ignore', 'pipe'],
    detached: true, // to end a run over the limit together with its child processes
  });
  let seen = 0;
  const watch = gnuTime ? undefined : setInterval(() => (seen = peakOf(child.pid) ?? seen), 5);
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    process.kill(-child.pid, 'SIGKILL');
  }, LIMIT_SECONDS * 1000);
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    let seconds = 0;
    child.on('exit', () => {
      // A shell would wait for this; helpers of the process may run a little longer.
      seconds = (performance.now() - started) / 1000;
    });
    child.on('close', (code) => {
      clearInterval(watch);
      clearTimeout(limit);
      if (file !== undefined) closeSync(file);
      if (code !== 0 && !late) return reject(new Error(`${command} ${args.join(' ')} failed\n${errors.slice(-2000)}`));
      const kilobytes = gnuTime && !late ? Number(readFileSync(report, 'utf8')) : seen;
      resolve({ seconds, megabytes: kilobytes === 0 ? undefined : kilobytes / 1024, late });
    });
  });
}

/** Undefined for a process that has ended. */
function peakOf(pid) {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes);
  } catch {
    return undefined;
  }
}

/** Runs each command once per round, in turn, so that other load of the machine affects all of them alike. */
export async function rounds(commands, count) {
  const results = new Map(commands.map(({ name }) => [name, []]));
  for (let round = 0; round < count; round++) {
    for (const command of commands) {
      const before = results.get(command.name);
      if (before.some(({ late, seconds }) => late || seconds > SLOW_SECONDS)) continue;
      command.prepare?.();
      before.push(await run(command));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return new Map([...results].map(([name, all]) => [name, summary(all)]));
}

function summary(all) {
  if (all.some(({ late }) => late)) return { late: true };
  return {
    seconds: median(all.map(({ seconds }) => seconds)),
    megabytes: all.every(({ megabytes }) => megabytes !== undefined)
      ? median(all.map(({ megabytes }) => megabytes))
      : undefined,
    late: false,
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
