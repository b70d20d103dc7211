// The lock: one writer at a time per output directory; the lock of a killed writer passes to the next.
//
// The lock is a file with its owner's identity in it, linked into place, so that it never exists without its content.
// A lock with a dead owner goes to the process that first links `<lock>-<token of the dead owner>`. That name is valid for this
// succession only, so of several processes that see the same dead owner, late ones included, exactly one replaces it.

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { defined } from '../../model/manifest/json';
import { OutputError } from './output-error';
import { attempt, codeOf, explain } from './swap';

/** The owner of a lock. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** PID namespace: containers may share a host name without seeing each other's processes. Absent without /proc. */
  readonly space?: string;
  /** Boot id, and clock ticks from boot to the start of the process: exposes a reused pid. Absent without /proc. */
  readonly started?: string;
  /** One per acquisition. */
  readonly token: string;
}

// Stands for the owner of an unreadable lock: its host matches none, so it never counts as dead.
const UNKNOWN: Owner = { pid: 0, host: '', token: '' };

/** A lock that this process holds. */
export interface Lock {
  /** The dead owner from which this lock was taken over. */
  readonly predecessor: Owner | undefined;
  /** Whether it is still ours: false only if the file was deleted. */
  isHeld(): boolean;
  /** @throws OutputError if the lock is no longer ours. */
  verify(): void;
  /** Releases the lock. Never throws: a lock that remains after an error soon belongs to a dead process. */
  release(): void;
}

// A lock is usually held for some tens of milliseconds. The spread keeps waiting processes from polling in step.
const POLL_MS = 5;
const SPREAD_MS = 10;

/**
 * Waits until the lock is free, its owner is dead, or the time is up. Blocks the thread.
 * @param path the lock file; its directory must exist
 * @param waitMs milliseconds to wait for another owner
 * @throws OutputError that names the owner when the time is up; or if the file cannot be created
 */
export function acquireLock(path: string, waitMs: number): Lock {
  const self = currentProcess();
  const deadline = performance.now() + waitMs;
  for (;;) {
    const owner = readOwner(path);
    if ((owner === undefined || isDead(owner)) && tryAcquire(path, self)) return held(path, self, owner);
    if (performance.now() >= deadline) throw timeout(path, owner ?? UNKNOWN, waitMs);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS + Math.random() * SPREAD_MS);
  }
}

/** The state of the lock, which stays untouched: `held` also if its owner cannot be seen from here. */
export function lockState(path: string): 'free' | 'held' | 'abandoned' {
  const owner = readOwner(path);
  if (owner === undefined) return 'free';
  return isDead(owner) ? 'abandoned' : 'held';
}

/** The identity of this process, with a new token. */
export function currentProcess(): Owner {
  const [space, started] = [ownSpace(), processStart(process.pid)?.since];
  const optional = defined({ space, started });
  return { pid: process.pid, host: hostname(), token: randomUUID(), ...optional };
}

function held(path: string, self: Owner, predecessor: Owner | undefined): Lock {
  const isHeld = (): boolean => readOwner(path)?.token === self.token;
  return {
    predecessor,
    isHeld,
    verify() {
      if (isHeld()) return;
      throw new OutputError(
        path,
        `The lock ${path} was removed during this run`,
        'one writer at a time: run synth again',
      );
    },
    release() {
      if (isHeld()) attempt(() => fs.rmSync(path, { force: true }));
    },
  };
}

function tryAcquire(path: string, self: Owner): boolean {
  const draft = `${path}-draft-${self.token}`;
  try {
    fs.writeFileSync(draft, `${JSON.stringify(self)}\n`, { flag: 'wx' });
    return occupy(path, path, draft);
  } catch (error) {
    throw explain(error, path, `The lock ${path} cannot be created`);
  } finally {
    attempt(() => fs.rmSync(draft, { force: true }));
  }
}

// Makes `path`, the lock or a claim to a succession, ours; false if another process was faster.
function occupy(path: string, lock: string, draft: string): boolean {
  if (linkNew(draft, path)) return true;
  const owner = readOwner(path);
  if (owner === undefined || !isDead(owner)) return false;
  const claim = `${lock}-${owner.token}`;
  if (!occupy(claim, lock, draft)) return false;
  // While we have the claim, no other process replaces this owner; but one may have done so, and dropped the claim, before us.
  if (readOwner(path)?.token !== owner.token) {
    fs.rmSync(claim, { force: true });
    return false;
  }
  fs.renameSync(claim, path);
  return true;
}

function linkNew(draft: string, path: string): boolean {
  try {
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    const code = codeOf(error) ?? '';
    // ENOENT: the draft is gone, removed by the process that has the lock meanwhile.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
  // A file system without hard links, such as a USB stick. A kill during the copy leaves a lock without an owner.
  return attempt(() => fs.copyFileSync(draft, path, fs.constants.COPYFILE_EXCL) ?? true) ?? false;
}

function timeout(path: string, owner: Owner, waitMs: number): OutputError {
  const { pid, host } = owner;
  const waited = `after waiting ${waitMs / 1000} s`;
  if (owner === UNKNOWN) {
    return new OutputError(
      path,
      `The lock ${path} has no readable owner ${waited}`,
      `delete ${path} if no synth is running`,
    );
  }
  if (isElsewhere(owner)) {
    const what = `The lock ${path} is held by process ${pid} on another host or container, ${host}, ${waited}`;
    return new OutputError(path, what, `delete ${path} if that process, which is invisible from here, has ended`);
  }
  const what = `The lock ${path} is still held by process ${pid} ${waited}`;
  return new OutputError(
    path,
    what,
    `wait for process ${pid}, or delete ${path} if it is not a synth of this directory`,
  );
}

function isElsewhere({ host, space }: Owner): boolean {
  return host !== hostname() || space !== ownSpace();
}

function ownSpace(): string | undefined {
  return attempt(() => fs.readlinkSync('/proc/self/ns/pid'));
}

function isDead(owner: Owner): boolean {
  if (isElsewhere(owner)) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return true;
  }
  const running = processStart(owner.pid);
  if (running === undefined) return false;
  return running.ended || (owner.started !== undefined && running.since !== owner.started);
}

// An ended process stays in the table until its parent collects it, which may be never in a container.
function processStart(pid: number): { since: string; ended: boolean } | undefined {
  // The program's name is in parentheses and may itself contain some.
  const fields = attempt(() => fs.readFileSync(`/proc/${pid}/stat`, 'utf8'))
    ?.split(') ')
    .at(-1)
    ?.split(' ');
  const boot = attempt(() => fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))?.trim();
  const ticks = fields?.[19];
  if (ticks === undefined || boot === undefined) return undefined;
  return { since: `${boot} ${ticks}`, ended: fields?.[0] === 'Z' || fields?.[0] === 'X' };
}

function readOwner(path: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(fs.readFileSync(path, 'utf8'));
    return isOwner(owner) ? owner : UNKNOWN;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : UNKNOWN;
  }
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pid' in value && 'host' in value && 'token' in value)) return false;
  const { pid, host, token } = value;
  // The token becomes part of a file name.
  const isNamed = typeof host === 'string' && typeof token === 'string' && /^[\w-]{1,64}$/.test(token);
  return isNamed && Number.isSafeInteger(pid);
}
