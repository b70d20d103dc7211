// The control groups of a node (cgroup v1): its pods are in a tree of their own in every controller.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, kill, startOf } from './process-identity';

export interface Cgroup {
  /** Path below every controller's root, such as `ek-node-a`. */
  readonly path: string;
}

const ROOT = '/sys/fs/cgroup';
const ATTEMPTS = 50;

/** Whether this machine mounts the controllers as version 1, one folder each, as we need them. */
export function hasCgroups(): boolean {
  return ['cpu', 'cpuset', 'memory', 'pids'].every((controller) => existsSync(join(ROOT, controller, 'cgroup.procs')));
}

/** Makes the tree in every controller. A new cpuset has no CPUs and takes no process until it is given some. */
export function makeCgroups({ path }: Cgroup): void {
  for (const folder of folders(path)) mkdirSync(folder, { recursive: true });
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    writeFileSync(join(ROOT, 'cpuset', path, file), readFileSync(join(ROOT, 'cpuset', file)));
  }
}

/** Kills what still runs in the tree, containers above all, and removes it. */
export async function removeCgroups({ path }: Cgroup): Promise<void> {
  for (const folder of folders(path).filter((name) => existsSync(name))) {
    for (const pid of pidsBelow(folder)) {
      const identity = startOf(pid);
      kill(pid, 'SIGKILL');
      await endProcess(identity);
    }
    await removeTree(folder);
  }
}

function folders(path: string): string[] {
  return readdirSync(ROOT)
    .map((controller) => join(ROOT, controller))
    .filter((folder) => existsSync(join(folder, 'cgroup.procs')))
    .map((folder) => join(folder, path));
}

/** None where it has gone: the watchdog of a run that was killed may remove it at the same time. */
function pidsBelow(folder: string): number[] {
  const file = join(folder, 'cgroup.procs');
  try {
    const own = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return [...own.map(Number), ...children(folder).flatMap(pidsBelow)];
  } catch (error) {
    if (existsSync(file)) throw error;
    return [];
  }
}

/** A group stays busy for a moment after its last process has gone. */
async function removeTree(folder: string): Promise<void> {
  for (const child of existsSync(folder) ? children(folder) : []) await removeTree(child);
  for (let attempt = 0; attempt < ATTEMPTS && existsSync(folder); attempt += 1) {
    try {
      rmdirSync(folder);
    } catch {
      await sleep(100);
    }
  }
}

function children(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name));
}
