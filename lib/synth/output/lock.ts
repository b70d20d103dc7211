// The lock: one writer at a time per output directory, or file of tags; the lock of a killed writer passes to the next.
//
// The lock is a file with its owner's identity in it, linked into place, so that it never exists without its content.
// A lock with a dead owner goes to the process that first links `<lock>-<token of the dead owner>`. That name is valid for this
// succession only, so of several processes that see the same dead owner, late ones included, exactly one replaces it.
//
// An owner on the same machine and in the same container is dead when its process is. Any other is dead when its heartbeat stops.

import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { hostname } from 'node:os';
import { defined } from '../../model/manifest/json';
import { attempt, codeOf, statusOf, withFile } from './entry';
import { SILENT_MS, startHeartbeat, Watch } from './heartbeat';
import { OutputError } from './output-error';
import { explain } from './system-error';

/** The owner of a lock. */
export interface Owner {
  readonly pid: number;
  readonly host: string;
  /** A digest of the machine's id: machines that share a disk may share a host name too. Absent where the system has none. */
  readonly machine?: string;
  /** PID namespace: containers may share a host name without seeing each other's processes. Absent without /proc. */
  readonly space?: string;
  /** Boot id, and clock ticks from boot to the start of the process: exposes a reused pid. Absent without /proc. */
  readonly started?: string;
  /** One per acquisition. */
  readonly token: string;
}

/** A lock that this process holds. */
export interface Lock {
  /** The dead owner from which this lock was taken over. */
  readonly predecessor: Owner | undefined;
  /** Whether it is still ours: false only if the file was deleted, or taken over because this process was suspended. */
  isHeld(): boolean;
  /** @throws OutputError if the lock is no longer ours. */
  verify(): void;
  /** Releases the lock. Never throws: a lock that remains after an error soon belongs to a dead process. */
  release(): void;
}

/** What can be seen of a lock. */
interface Sight {
  readonly owner: Owner;
  /** Changes with each sign of life. */
  readonly sign: string;
  readonly modified: number;
  /** A link, a pipe or a directory is not a lock of ours. */
  readonly isFile: boolean;
}

// A lock is usually held for some tens of milliseconds. The spread keeps waiting processes from polling in step.
const POLL_MS = 5;
const SPREAD_MS = 10;

// A lock has some 200 bytes; what is larger is none.
const MAX_BYTES = 4_096;

/**
 * Waits until the lock is free, its owner is dead, or the time is up. Blocks the thread.
 * @param path the lock file; its directory must exist
 * @param waitMs milliseconds to wait for another owner
 * @throws OutputError that names the owner when the time is up; or if the file cannot be created
 */
export function acquireLock(path: string, waitMs: number): Lock {
  const self = currentProcess();
  const deadline = performance.now() + waitMs;
  const watch = new Watch();
  for (;;) {
    const seen = look(path);
    if ((seen === undefined || isGone(path, seen, watch)) && tryAcquire(path, self, watch))
      return held(path, self, seen?.owner);
    if (performance.now() >= deadline) throw timeout(path, seen?.owner, waitMs);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS + Math.random() * SPREAD_MS);
  }
}

/** The state of the lock, which stays untouched. An owner that cannot be seen counts by the age of its last sign of life. */
export function lockState(path: string): 'free' | 'held' | 'abandoned' {
  const seen = look(path);
  if (seen === undefined) return 'free';
  const life = lifeOf(seen.owner);
  if (life === 'unknown') return Date.now() - seen.modified < SILENT_MS ? 'held' : 'abandoned';
  return life === 'dead' ? 'abandoned' : 'held';
}

/** The identity of this process, with a new token. */
export function currentProcess(): Owner {
  const optional = defined({
    machine: ownMachine(),
    space: ownSpace(),
    started: processStart(process.pid)?.since,
  });
  return { pid: process.pid, host: hostname(), token: randomUUID(), ...optional };
}

function held(path: string, self: Owner, predecessor: Owner | undefined): Lock {
  const isHeld = (): boolean => look(path)?.owner.token === self.token;
  const ino = statusOf(path)?.ino;
  const stop = ino === undefined ? () => {} : startHeartbeat(path, ino);
  return {
    predecessor,
    isHeld,
    verify() {
      if (isHeld()) return;
      throw new OutputError(path, `The lock ${path} was removed during this run`, 'one writer at a time: run it again');
    },
    release() {
      stop();
      attempt(() => isHeld() && fs.unlinkSync(path));
    },
  };
}

function tryAcquire(path: string, self: Owner, watch: Watch): boolean {
  const draft = `${path}-draft-${self.token}`;
  try {
    fs.writeFileSync(draft, `${JSON.stringify(self)}\n`, { flag: 'wx' });
    return occupy(path, path, draft, watch);
  } catch (error) {
    throw explain(error, path, `The lock ${path} cannot be created`);
  } finally {
    attempt(() => fs.unlinkSync(draft));
  }
}

// Makes `path`, the lock or a claim to a succession, ours; false if another process was faster.
function occupy(path: string, lock: string, draft: string, watch: Watch): boolean {
  if (linkNew(draft, path)) return true;
  const seen = look(path);
  if (seen === undefined || !isGone(path, seen, watch)) return false;
  const { token } = seen.owner;
  const claim = `${lock}-${token}`;
  if (!occupy(claim, lock, draft, watch)) return false;
  // While we have the claim, no other process replaces this owner; but one may have done so, and dropped the claim, before us.
  if (look(path)?.owner.token !== token) {
    attempt(() => fs.unlinkSync(claim));
    return false;
  }
  try {
    fs.renameSync(claim, path);
    return true;
  } catch (error) {
    attempt(() => fs.unlinkSync(claim));
    throw error;
  }
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

function timeout(path: string, owner: Owner | undefined, waitMs: number): OutputError {
  const waited = `after waiting ${waitMs / 1000} s`;
  if (owner === undefined || owner.pid === 0) {
    const what = `The lock ${path} has no readable owner ${waited}`;
    return new OutputError(path, what, `delete ${path} if no other run is active`);
  }
  const { pid, host } = owner;
  if (isElsewhere(owner)) {
    const what = `The lock ${path} is held by process ${pid} on another host or container, ${host}, ${waited}`;
    return new OutputError(path, what, `wait for that process, or delete ${path} if it has ended`);
  }
  const what = `The lock ${path} is still held by process ${pid} ${waited}`;
  return new OutputError(path, what, `wait for process ${pid}, or delete ${path} if it is not a run on this directory`);
}

function isElsewhere({ host, machine, space }: Owner): boolean {
  return host !== hostname() || machine !== ownMachine() || space !== ownSpace();
}

function ownMachine(): string | undefined {
  const id = attempt(() => fs.readFileSync('/etc/machine-id'));
  return id && createHash('sha256').update(id).digest('hex').slice(0, 16);
}

function ownSpace(): string | undefined {
  return attempt(() => fs.readlinkSync('/proc/self/ns/pid'));
}

function isGone(path: string, { owner, sign, isFile }: Sight, watch: Watch): boolean {
  if (!isFile) return true;
  const life = lifeOf(owner);
  return life === 'dead' || (life === 'unknown' && watch.isSilent(path, sign));
}

// `unknown` for a process that cannot be seen from here: on another machine, or in another container.
function lifeOf(owner: Owner): 'alive' | 'dead' | 'unknown' {
  if (isElsewhere(owner)) return 'unknown';
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return 'dead';
  }
  const running = processStart(owner.pid);
  if (running === undefined || owner.started === undefined) return 'unknown';
  // Another start, before or after a boot, is another process.
  return running.ended || running.since !== owner.started ? 'dead' : 'alive';
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

// The file is opened, not only looked at: that makes a network file system ask its server. A lock that no run of ours made, such
// as one in a repository, has a token of its own as well.
function look(path: string): Sight | undefined {
  const seen = attempt(() =>
    withFile(path, (fd, status) => {
      const isLock = status.isFile() && status.size <= MAX_BYTES;
      return sightOf(status, isLock ? fs.readFileSync(fd, 'utf8') : '');
    }),
  );
  if (seen !== undefined) return seen;
  const status = statusOf(path);
  return status && sightOf(status, '');
}

function sightOf(status: fs.Stats, text: string): Sight {
  const { ino, mtimeMs } = status;
  const stated = attempt((): unknown => JSON.parse(text));
  const modified = Math.trunc(mtimeMs);
  const owner = isOwner(stated) ? stated : { pid: 0, host: '', token: `${ino}-${modified}` };
  return { owner, sign: `${owner.token} ${ino} ${mtimeMs}`, modified, isFile: status.isFile() };
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  if (!('pid' in value && 'host' in value && 'token' in value)) return false;
  const { pid, host, token } = value;
  const { started = '' } = { started: '', ...value };
  // The token becomes part of a file name.
  const isNamed = typeof host === 'string' && typeof token === 'string' && /^[\w-]{1,64}$/.test(token);
  return isNamed && typeof started === 'string' && Number.isSafeInteger(pid) && Number(pid) > 0;
}
