// Whether an output directory can be replaced as a whole: looked at before anything moves.

import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { attempt, codeOf, ifThere, native, ownUser, shown, statusOf } from './entry';
import { OutputError } from './output-error';
import type { Stock } from './stock';
import type { Site } from './swap';

/** @throws OutputError unless the directory is absent, or a separate one that can be renamed. It may vanish meanwhile: others may write. */
export function checkReplaceable({ outdir, parent }: Site): void {
  const status = statusOf(outdir);
  if (outdir === parent)
    throw new OutputError(outdir, 'The output directory is the root directory', 'a directory below it');
  if (status === undefined) return;
  if (status.isSymbolicLink()) {
    const target = resolve(parent, fs.readlinkSync(outdir));
    throw new OutputError(outdir, `${outdir} is a symbolic link to ${target}`, `the directory itself: ${target}`);
  }
  if (!status.isDirectory()) throw new OutputError(outdir, `${outdir} is a file`, 'a directory, or a free name');
  if (`${fs.realpathSync('.')}/`.startsWith(`${join(fs.realpathSync(parent), basename(outdir))}/`)) {
    const what = `${outdir} is the current directory or above it, and would be replaced entirely`;
    throw new OutputError(outdir, what, 'a separate directory, such as "dist"');
  }
  if (status.dev !== fs.statSync(parent).dev) {
    const what = `${outdir} is a mount point and cannot be replaced`;
    throw new OutputError(outdir, what, `a directory inside it, such as ${join(outdir, 'manifests')}`);
  }
}

/** Renaming it only needs permission on the parent; but a read-only directory is meant to stay. */
export function checkWritable({ outdir }: Site): void {
  if (statusOf(outdir) !== undefined) fs.accessSync(outdir, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
}

/** @throws OutputError if the old directory could be renamed, but not removed afterwards: it would stay beside the new one for ever. */
export function checkRemovable({ outdir }: Site, { entries, folders }: Stock): void {
  const mount = mountBelow(outdir);
  if (mount !== undefined) {
    const what = `${mount} is mounted inside ${outdir}, which is replaced as a whole`;
    throw new OutputError(mount, what, 'a mount elsewhere, or another output directory');
  }
  for (const folder of ['', ...folders]) checkEmptiable(join(outdir, folder));
  for (const [path, kind] of entries) if (kind === 'file') checkMutable(join(outdir, path));
}

// To remove an entry takes rights on its folder, not on the entry; in a sticky folder, on both.
function checkEmptiable(folder: string): void {
  const [status, user] = [statusOf(folder), ownUser()];
  if (status === undefined) return;
  checkMutable(folder);
  if (user === undefined || status.uid === user) return;
  const isSticky = (status.mode & 0o1000) !== 0 && user !== 0;
  const isRefused = isSticky || accessCode(folder, fs.constants.W_OK | fs.constants.X_OK) !== undefined;
  if (!isRefused) return;
  const what = `${shown(folder)} belongs to user ${status.uid}, and user ${user} cannot remove what is in it`;
  throw new OutputError(shown(folder), what, `a directory of user ${user}: chown -R ${user} ${shown(folder)}`);
}

// Linux refuses to open what is immutable for writing to any user, with EPERM; what permissions refuse is EACCES.
function checkMutable(path: string): void {
  if (accessCode(path, fs.constants.W_OK) !== 'EPERM') return;
  throw new OutputError(shown(path), `${shown(path)} is immutable and cannot be replaced`, `chattr -i ${shown(path)}`);
}

function accessCode(path: string, mode: number): string | undefined {
  try {
    fs.accessSync(native(path), mode);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

/** A mount point below the directory, on a system that lists them: renaming the directory would take the mount along. */
function mountBelow(directory: string): string | undefined {
  const real = attempt(() => fs.realpathSync(directory));
  const mounts = attempt(() => fs.readFileSync('/proc/self/mountinfo', 'utf8')) ?? '';
  if (real === undefined) return undefined;
  const points = mounts.split('\n').map((line) => line.split(' ')[4] ?? '');
  // A blank in a path is written as its octal code.
  const unescaped = (text: string) =>
    text.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));
  return points.map(unescaped).find((point) => point.startsWith(`${real}/`));
}

/** Creates the directory with those above it. Not Node's `recursive`: it reports ENOENT on a read-only file system. */
export function makeParents(directory: string): void {
  const status = ifThere(() => fs.statSync(directory));
  if (status?.isDirectory()) return;
  if (status !== undefined) throw Object.assign(new Error(directory), { code: 'ENOTDIR', path: directory });
  makeParents(dirname(directory));
  try {
    fs.mkdirSync(directory);
  } catch (error) {
    // Another writer may have been faster.
    if (!attempt(() => fs.statSync(directory))?.isDirectory()) throw error;
  }
}
