// Writing the output directory: all of it or nothing, without touching foreign files.
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as inventory from './inventory';
import { acquireLock, lockState } from './lock';
import { OutputError } from './output-error';
import { attempt, explain, recover, type Site, siblingsOf, siteOf, statusOf, swap, undo } from './swap';

export { OutputError };
export type Files = inventory.Files;

/** Differences between an output directory and what would be written. Relative POSIX paths, sorted. */
export interface Differences extends Omit<inventory.Comparison, 'same'> {
  /** Whether an interrupted run left traces next to it, which the next `writeFiles` repairs. */
  readonly interrupted: boolean;
}

/** The result of `writeFiles`. Relative POSIX paths, sorted. */
export interface WriteResult {
  /** False if everything was up to date and nothing was touched. */
  readonly written: boolean;
  /** Files with new content. */
  readonly changed: readonly string[];
  /** Files that are new. */
  readonly added: readonly string[];
  /** Files that are no longer produced. */
  readonly removed: readonly string[];
  /** Files that are not ours and were kept. */
  readonly foreign: readonly string[];
  /** How an interrupted run was repaired, as a sentence. Absent where none was. */
  readonly recovered?: string;
}

/** Options of `writeFiles`. */
export interface WriteOptions {
  /** Milliseconds to wait for another writer of the same directory. @default 30 000 */
  readonly waitMs?: number;
}

/**
 * Compares an output directory with `files`, and writes nothing. The directory need not exist.
 * @throws OutputError if it cannot be read, or is a file
 */
export function compareFiles(outdir: string, files: Files): Differences {
  const site = siteOf(outdir);
  try {
    const { changed, missing, stale, foreign } = inventory.compareFiles(
      site.outdir,
      files,
      inventory.takeStock(site.outdir),
    );
    return { changed, missing, stale, foreign, interrupted: isInterrupted(site) };
  } catch (error) {
    throw explain(error, site.outdir, `${site.outdir} cannot be read`);
  }
}

/**
 * Makes `outdir` contain exactly `files` and its existing foreign files. At any moment, even if this process is
 * killed, the directory is the old one or the new one, or both are complete next to it until the next call.
 * @param outdir created with its parents if it does not exist
 * @param files with `inventory.txt`, which lists all others: it decides what later runs may remove
 * @throws OutputError if it cannot be done; then nothing has changed, or the message says what has
 * @throws RangeError if the inventory in `files` does not list them
 */
export function writeFiles(outdir: string, files: Files, { waitMs = 30_000 }: WriteOptions = {}): WriteResult {
  inventory.checkInventory(files);
  const site = siteOf(outdir);
  try {
    checkReplaceable(site);
    const foreign = foreignIfCurrent(site, files);
    if (foreign !== undefined) return { written: false, changed: [], added: [], removed: [], foreign };
    makeParents(site.parent);
    return writeLocked(site, files, waitMs);
  } catch (error) {
    throw explain(error, site.outdir, `${site.outdir} cannot be written`);
  }
}

function writeLocked(site: Site, files: Files, waitMs: number): WriteResult {
  const lock = acquireLock(site.lock, waitMs);
  try {
    const dead = lock.predecessor?.pid;
    const taken = dead === undefined ? undefined : `The lock of the dead process ${dead} was taken over.`;
    const recovered = recover(site) ?? taken;
    const note = recovered === undefined ? {} : { recovered };
    const stock = inventory.takeStock(site.outdir);
    const comparison = inventory.compareFiles(site.outdir, files, stock);
    const { foreign } = comparison;
    if (isCurrent(stock, comparison)) return { written: false, changed: [], added: [], removed: [], foreign, ...note };
    inventory.refuseClashes(site.outdir, files, stock, comparison);
    checkWritable(site);
    try {
      build(site, files, stock, comparison);
      swap(site, lock.verify);
    } catch (error) {
      // Without the lock, the siblings of the directory may be another run's work.
      if (lock.isHeld()) attempt(() => undo(site));
      throw error;
    }
    const { changed, missing: added, stale: removed } = comparison;
    return { written: true, changed, added, removed, foreign, ...note };
  } finally {
    lock.release();
  }
}

// The directory must be absent, or a separate one that can be renamed. It may vanish meanwhile: others may write.
function checkReplaceable({ outdir, parent }: Site): void {
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

// Renaming it only needs permission on the parent; but a read-only directory is meant to stay.
function checkWritable({ outdir }: Site): void {
  if (statusOf(outdir) !== undefined) fs.accessSync(outdir, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
}

// Not Node's `recursive`: it reports ENOENT on a read-only file system.
function makeParents(directory: string): void {
  if (fs.statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  makeParents(dirname(directory));
  try {
    fs.mkdirSync(directory);
  } catch (error) {
    // Another writer may have been faster.
    if (!attempt(() => fs.statSync(directory))?.isDirectory()) throw error;
  }
}

// Traces count only if no writer is active. They are read twice, because a writer may just have finished.
function isInterrupted(site: Site): boolean {
  const hasTraces = (): boolean => siblingsOf(site).some((name) => !join(site.parent, name).startsWith(site.lock));
  const before = hasTraces();
  const lock = lockState(site.lock);
  return lock === 'abandoned' || (lock === 'free' && before && hasTraces());
}

// The usual run changes nothing, and should not even take the lock. The locked run judges everything unusual.
function foreignIfCurrent(site: Site, files: Files): readonly string[] | undefined {
  return attempt(() => {
    const inode = statusOf(site.outdir)?.ino;
    const stock = inventory.takeStock(site.outdir);
    const comparison = inventory.compareFiles(site.outdir, files, stock);
    const alone = siblingsOf(site).length === 0 && statusOf(site.outdir)?.ino === inode;
    return isCurrent(stock, comparison) && alone ? comparison.foreign : undefined;
  });
}

function isCurrent({ exists }: inventory.Stock, { changed, missing, stale }: inventory.Comparison): boolean {
  return exists && changed.length + missing.length + stale.length === 0;
}

// Each file is created, never overwritten: on a case-insensitive file system a foreign `A` must not swallow our `a`.
function build(site: Site, files: Files, stock: inventory.Stock, { same, foreign }: inventory.Comparison): void {
  const finish: (() => void)[] = [];
  const made = new Set<string>();
  const makeDirectory = (path: string): void => {
    if (made.has(path)) return;
    made.add(path);
    const [target, before] = [join(site.next, path), statusOf(join(site.outdir, path))];
    const mode = before?.isDirectory() ? before.mode & 0o7777 : undefined;
    // Never more permissive than the old one, not even temporarily; but writable for us until it is filled.
    fs.mkdirSync(target, { mode: 0o700 | (mode ?? 0o777) });
    if (mode !== undefined) finish.unshift(() => fs.chmodSync(target, mode));
  };
  const add = (path: string, put: (to: string) => void): void => {
    for (const directory of ['', ...inventory.ancestorsOf(path).reverse()]) makeDirectory(directory);
    put(join(site.next, path));
  };
  const unchanged = new Set(same);
  for (const [path, text] of files) {
    if (unchanged.has(path)) add(path, (to) => carry(join(site.outdir, path), to));
    else add(path, (to) => fs.writeFileSync(to, text, { flag: 'wx', mode: 0o644 }));
  }
  for (const path of foreign) {
    const from = join(site.outdir, path);
    if (stock.entries.get(path) === 'link') add(path, (to) => fs.symlinkSync(fs.readlinkSync(from), to));
    else add(path, (to) => carry(from, to));
  }
  for (const path of stock.emptyFolders) {
    for (const directory of ['', ...inventory.ancestorsOf(path).reverse(), path])
      if (!files.has(directory)) makeDirectory(directory);
  }
  for (const step of finish) step();
}

// A hard link, because nothing here ever writes into an existing file: both directories stay complete, whichever remains.
// For a foreign file it is also safer than a copy, which would lose what a process that has it open writes between the copy and
// the swap; and owner, mode, times and attributes stay. A copy where links are not available.
function carry(from: string, to: string): void {
  if (attempt(() => fs.linkSync(from, to) ?? true) !== true) fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
}
