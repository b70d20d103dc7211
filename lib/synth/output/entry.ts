// Entries of the file system, looked at and removed without following a link: another user may put one where ours should be.

import fs from 'node:fs';
import { join, posix } from 'node:path';

/** Bytes of a name that is not UTF-8, each as a lone surrogate: the name is text, and no byte is lost. */
const ESCAPE = 0xdc00;
const ESCAPED = /(?<![\uD800-\uDBFF])[\uDC80-\uDCFF]/;

/** The name as text. */
function textOf(name: Buffer): string {
  const text = name.toString('utf8');
  if (Buffer.from(text).equals(name)) return text;
  return String.fromCharCode(...[...name].map((byte) => (byte < 0x80 ? byte : ESCAPE + byte)));
}

/** The path as the file system knows it. */
export function native(path: string): string | Buffer {
  if (!ESCAPED.test(path)) return path;
  const bytes = path
    .split('/')
    .map((name) => (ESCAPED.test(name) ? Buffer.from(name, 'latin1') : Buffer.from(name)))
    .flatMap((name, index) => (index === 0 ? [name] : [Buffer.from('/'), name]));
  return Buffer.concat(bytes);
}

/** The path as a message shows it: `bad\xff`. */
export function shown(path: string): string {
  const escaped = new RegExp(ESCAPED, 'g');
  return path.replaceAll(escaped, (char) => `\\x${(char.charCodeAt(0) - ESCAPE).toString(16)}`);
}

/** The directories above a relative POSIX path, nearest first, without the top. */
export function ancestorsOf(path: string): string[] {
  const above = posix.dirname(path);
  return above === '.' ? [] : [above, ...ancestorsOf(above)];
}

/** Whether a relative POSIX path stays in its directory. */
export function isInside(path: string): boolean {
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..');
}

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  // Not `instanceof Error`: system errors come from another realm where a test runner isolates its modules.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The result of `action`, or undefined if it throws: for actions that may fail without harm. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

/** The result of `action`, or undefined if what it works on does not exist. Throws other system errors. */
export function ifThere<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** The status of `path`, without following links; undefined if it does not exist. Throws other system errors. */
export function statusOf(path: string): fs.Stats | undefined {
  return ifThere(() => fs.lstatSync(native(path)));
}

/** The entries of a directory, in no order. */
export function namesIn(directory: string): { readonly name: string; readonly entry: fs.Dirent<Buffer> }[] {
  const entries = fs.readdirSync(native(directory), { withFileTypes: true, encoding: 'buffer' });
  return entries.map((entry) => ({ name: textOf(entry.name), entry }));
}

// Without O_NONBLOCK, opening a pipe waits for someone who writes into it. Windows has none of these.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0, O_DIRECTORY = 0 } = fs.constants;

/**
 * Opens a file and passes it on; it is closed afterwards.
 * @throws the system's error, ELOOP for a link
 */
export function withFile<T>(path: string, use: (fd: number, status: fs.Stats) => T): T {
  const fd = fs.openSync(native(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    return use(fd, fs.fstatSync(fd));
  } finally {
    fs.closeSync(fd);
  }
}

/** The bytes of a plain file; undefined if it does not exist, or is anything else. */
export function bytesOf(path: string): Buffer | undefined {
  try {
    return withFile(path, (fd, status) => (status.isFile() ? fs.readFileSync(fd) : undefined));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENXIO'].includes(codeOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** A directory that is held open. */
export interface Held {
  /** A path of it that leads nowhere else, even when another entry takes its name; its own path where the system has no such. */
  readonly path: string;
  readonly status: fs.Stats;
  readonly chmod: (mode: number) => void;
}

/**
 * Runs `use` with the directory, held open.
 * @throws the system's error, with the directory's own path; ELOOP or ENOTDIR if it is a link
 */
export function holding<T>(directory: string, use: (held: Held) => T): T {
  if (process.platform === 'win32') {
    const chmod = (mode: number) => fs.chmodSync(directory, mode);
    return use({ path: directory, status: fs.lstatSync(directory), chmod });
  }
  const fd = fs.openSync(native(directory), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  const anchor = `/proc/self/fd/${fd}`;
  try {
    const path = statusOf(anchor) === undefined ? directory : anchor;
    return use({ path, status: fs.fstatSync(fd), chmod: (mode) => fs.fchmodSync(fd, mode) });
  } catch (error) {
    throw relocated(error, anchor, directory);
  } finally {
    fs.closeSync(fd);
  }
}

function relocated(error: unknown, from: string, to: string): unknown {
  if (typeof error !== 'object' || error === null || !('path' in error)) return error;
  const path = String(error.path);
  return path.startsWith(`${from}/`) ? Object.assign(error, { path: `${to}${path.slice(from.length)}` }) : error;
}

/** Removes what has this name, with all that is in it; nothing if it does not exist. A link is removed itself. */
export function remove(path: string): void {
  const status = statusOf(path);
  if (status === undefined) return;
  if (!status.isDirectory()) {
    ifThere(() => fs.unlinkSync(native(path)));
    return;
  }
  holding(path, (held) => {
    // Files may be hard links to those in the new directory, and share their mode; directories are not.
    if ((held.status.mode & 0o700) !== 0o700) attempt(() => held.chmod(0o700));
    for (const { name } of namesIn(held.path)) remove(join(held.path, name));
  });
  ifThere(() => fs.rmdirSync(native(path)));
}

/** The user that this process acts for; undefined where the system has none. */
export function ownUser(): number | undefined {
  return process.geteuid?.();
}
