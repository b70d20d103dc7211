// The lock: one writer at a time beside an output directory, and the lock of a writer that was killed passes on.
//
// The lock is a file with its owner's identity in it, linked into place, so that it is never there without its content.
// A lock whose owner is dead is replaced by its heir: who first links `<lock>-<token of the dead>`. That name is good for
// this one succession only, so that of several who see the same dead owner, late ones included, one alone replaces it.

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { defined } from '../../model/manifest/json';
import { OutputError } from './output-error';
import { attempt, codeOf, explain } from './swap';

/** Who holds a lock. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** PID namespace: containers may share a host name, but do not see each other's processes. Absent without /proc. */
  readonly space?: string;
  /** Boot and clock ticks since then when the process started: tells a reused pid. Absent without /proc. */
  readonly started?: string;
  /** One per acquisition. */
  readonly token: string;
}

// Stands for the owner of a lock that does not read as one: from no host, hence never judged.
const UNKNOWN: Owner = { pid: 0, host: '', token: '' };

/** A lock that this process holds. */
export interface Lock {
  /** The dead owner that this lock was taken from. */
  readonly predecessor: Owner | undefined;
  /** Whether it is still ours. It is, unless somebody deleted the file. */
  isHeld(): boolean;
  /** @throws OutputError if the lock is no longer ours. */
  verify(): void;
  /** Gives the lock back. Never throws: what remains after an error is that of a process which soon is dead. */
  release(): void;
}

// The usual hold is some tens of milliseconds. The spread keeps waiting processes from polling in step.
const POLL_MS = 5;
const SPREAD_MS = 10;

/**
 * Waits until the lock is free, its owner is dead, or time is up. Blocks the thread.
 * @param path the lock file; its directory must exist
 * @param waitMs milliseconds to wait for another owner
 * @throws OutputError when time is up, naming the owner; or if the file cannot be created
 */
export function acquireLock(path: string, waitMs: number): Lock {
  const me = ourselves();
  const deadline = performance.now() + waitMs;
  for (;;) {
    const owner = readOwner(path);
    if ((owner === undefined || isDead(owner)) && tryAcquire(path, me)) return held(path, me, owner);
    if (performance.now() >= deadline) throw timeout(path, owner ?? UNKNOWN, waitMs);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS + Math.random() * SPREAD_MS);
  }
}

/** Looks at the lock without touching it: `held` also if its owner cannot be judged from here. */
export function lockState(path: string): 'free' | 'held' | 'abandoned' {
  const owner = readOwner(path);
  if (owner === undefined) return 'free';
  return isDead(owner) ? 'abandoned' : 'held';
}

/** The identity of this process, with a new token. */
export function ourselves(): Owner {
  const [space, started] = [ownSpace(), processStart(process.pid)?.since];
  const seen = defined({ space, started });
  return { pid: process.pid, host: hostname(), token: randomUUID(), ...seen };
}

function held(path: string, me: Owner, predecessor: Owner | undefined): Lock {
  const isHeld = (): boolean => readOwner(path)?.token === me.token;
  return {
    predecessor,
    isHeld,
    verify() {
      if (isHeld()) return;
      throw new OutputError(path, `The lock ${path} was removed during this run`, 'one writer at a time: run it again');
    },
    release() {
      if (isHeld()) attempt(() => fs.rmSync(path, { force: true }));
    },
  };
}

function tryAcquire(path: string, me: Owner): boolean {
  const draft = `${path}-draft-${me.token}`;
  try {
    fs.writeFileSync(draft, `${JSON.stringify(me)}\n`, { flag: 'wx' });
    return occupy(path, path, draft);
  } catch (error) {
    throw explain(error, path, `The lock ${path} cannot be created`);
  } finally {
    attempt(() => fs.rmSync(draft, { force: true }));
  }
}

// Makes `path`, which is the lock or the claim to a succession, ours; or says that somebody was faster.
function occupy(path: string, lock: string, draft: string): boolean {
  if (linkNew(draft, path)) return true;
  const owner = readOwner(path);
  if (owner === undefined || !isDead(owner)) return false;
  const claim = `${lock}-${owner.token}`;
  if (!occupy(claim, lock, draft)) return false;
  // With the claim in hand nobody else replaces this owner; but somebody may have, and dropped the claim, before us.
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
    // Without the draft: whoever holds the lock meanwhile has swept it away.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
  }
  // A file system without hard links, such as a USB stick. A kill in here leaves a lock that says nothing.
  return attempt(() => fs.copyFileSync(draft, path, fs.constants.COPYFILE_EXCL) ?? true) ?? false;
}

function timeout(path: string, owner: Owner, waitMs: number): OutputError {
  const { pid, host } = owner;
  const waited = `after ${waitMs / 1000} s of waiting`;
  if (owner === UNKNOWN) {
    return new OutputError(path, `The lock ${path} names no owner ${waited}`, `delete ${path} if nothing writes`);
  }
  if (isElsewhere(owner)) {
    const what = `The lock ${path} is held by process ${pid} on another host or in another container, ${host}, ${waited}`;
    return new OutputError(path, what, `if that process, which cannot be seen from here, is gone, delete ${path}`);
  }
  const what = `The lock ${path} is still held by process ${pid} ${waited}`;
  return new OutputError(path, what, `let process ${pid} end; if it is no synth of this directory, delete ${path}`);
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

// A process that has ended stays in the table until its parent looks, which in a container may be never.
function processStart(pid: number): { since: string; ended: boolean } | undefined {
  // The name of the program stands in parentheses and may contain some itself.
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
