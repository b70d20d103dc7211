// Writing the output directory: all of it or nothing, and nobody else's files touched.
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import * as inventory from './inventory';
import { acquireLock, lockState } from './lock';
import { OutputError } from './output-error';
import { attempt, explain, recover, type Site, siblingsOf, siteOf, statusOf, swap, undo } from './swap';

export { OutputError };
export type Files = inventory.Files;

/** How an output directory differs from what would be written. Relative POSIX paths, sorted. */
export interface Differences extends Omit<inventory.Comparison, 'same'> {
  /** Whether an interrupted run left traces beside it, which the next `writeFiles` mends. */
  readonly interrupted: boolean;
}

/** What `writeFiles` did. Relative POSIX paths, sorted. */
export interface WriteResult {
  /** False if everything was as it should be and nothing was touched. */
  readonly written: boolean;
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Files that are not ours and were kept. */
  readonly foreign: readonly string[];
  /** What was done about an interrupted run, as a sentence. */
  readonly recovered?: string;
}

/** Options of `writeFiles`. */
export interface WriteOptions {
  /** Milliseconds to wait for another writer of the same directory; 30 000 if not said. */
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
 * Makes `outdir` hold exactly `files` and those of its files that are not ours. At any moment, even if this process is
 * killed, the directory is the old one or the new one, or both lie complete beside it until the next call.
 * @param outdir created with its parents if it does not exist
 * @param files with `inventory.txt`, which lists all others: it decides what later runs may remove
 * @throws OutputError if it cannot be done; nothing has changed then, or the message says what has
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
    const taken = dead === undefined ? undefined : `The lock of process ${dead}, which is dead, was taken over.`;
    const recovered = recover(site) ?? taken;
    const note = recovered === undefined ? {} : { recovered };
    const stock = inventory.takeStock(site.outdir);
    const found = inventory.compareFiles(site.outdir, files, stock);
    const { foreign } = found;
    if (isCurrent(stock, found)) return { written: false, changed: [], added: [], removed: [], foreign, ...note };
    inventory.refuseClashes(site.outdir, files, stock, found);
    checkWritable(site);
    try {
      build(site, files, stock, found);
      swap(site, lock.verify);
    } catch (error) {
      // Without the lock, what lies beside the directory may be another run's work.
      if (lock.isHeld()) attempt(() => undo(site));
      throw error;
    }
    return { written: true, changed: found.changed, added: found.missing, removed: found.stale, foreign, ...note };
  } finally {
    lock.release();
  }
}

// The directory must be absent, or one of its own that can be renamed away. It may vanish meanwhile: others may write.
function checkReplaceable({ outdir, parent }: Site): void {
  const status = statusOf(outdir);
  if (outdir === parent)
    throw new OutputError(outdir, 'The output directory is the root directory', 'a directory below it');
  if (status === undefined) return;
  if (status.isSymbolicLink()) {
    const target = resolve(parent, fs.readlinkSync(outdir));
    throw new OutputError(outdir, `${outdir} is a symbolic link to ${target}`, `name the directory itself: ${target}`);
  }
  if (!status.isDirectory())
    throw new OutputError(outdir, `${outdir} is a file`, 'a directory, or a name that is free');
  if (`${fs.realpathSync('.')}/`.startsWith(`${join(fs.realpathSync(parent), basename(outdir))}/`)) {
    const what = `${outdir} is the current directory or above it, and would be replaced as a whole`;
    throw new OutputError(outdir, what, 'a directory of its own, such as "dist"');
  }
  if (status.dev !== fs.statSync(parent).dev) {
    const what = `${outdir} is a mount point and cannot be replaced`;
    throw new OutputError(outdir, what, `a directory inside it, such as ${join(outdir, 'manifests')}`);
  }
}

// Renaming it away would need the parent's permission only; but who made it read-only did not want that.
function checkWritable({ outdir }: Site): void {
  if (statusOf(outdir) !== undefined) fs.accessSync(outdir, fs.constants.R_OK | fs.constants.W_OK | fs.constants.X_OK);
}

// Not `recursive` of Node: it says ENOENT where the file system is read-only.
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

// Traces count only if no writer is at work. They are looked at twice, because one may just have finished.
function isInterrupted(site: Site): boolean {
  const hasTraces = (): boolean => siblingsOf(site).some((name) => !join(site.parent, name).startsWith(site.lock));
  const before = hasTraces();
  const lock = lockState(site.lock);
  return lock === 'abandoned' || (lock === 'free' && before && hasTraces());
}

// The usual run changes nothing, and should not even take the lock. Whatever is odd is for the locked run to judge.
function foreignIfCurrent(site: Site, files: Files): readonly string[] | undefined {
  return attempt(() => {
    const inode = statusOf(site.outdir)?.ino;
    const stock = inventory.takeStock(site.outdir);
    const found = inventory.compareFiles(site.outdir, files, stock);
    const alone = siblingsOf(site).length === 0 && statusOf(site.outdir)?.ino === inode;
    return isCurrent(stock, found) && alone ? found.foreign : undefined;
  });
}

function isCurrent({ exists }: inventory.Stock, { changed, missing, stale }: inventory.Comparison): boolean {
  return exists && changed.length + missing.length + stale.length === 0;
}

// Each file is created, never overwritten: where case does not count, somebody else's `A` must not swallow our `a`.
function build(site: Site, files: Files, stock: inventory.Stock, { same, foreign }: inventory.Comparison): void {
  const finish: (() => void)[] = [];
  const made = new Set<string>();
  const makeDirectory = (path: string): void => {
    if (made.has(path)) return;
    made.add(path);
    const [target, before] = [join(site.next, path), statusOf(join(site.outdir, path))];
    const mode = before?.isDirectory() ? before.mode & 0o7777 : undefined;
    // Never wider than the old one, not even meanwhile; and ours to fill until it is full.
    fs.mkdirSync(target, { mode: 0o700 | (mode ?? 0o777) });
    if (mode !== undefined) finish.unshift(() => fs.chmodSync(target, mode));
  };
  const place = (path: string, put: (to: string) => void): void => {
    for (const directory of ['', ...inventory.ancestorsOf(path).reverse()]) makeDirectory(directory);
    put(join(site.next, path));
  };
  const unchanged = new Set(same);
  for (const [path, text] of files) {
    if (unchanged.has(path)) place(path, (to) => carry(join(site.outdir, path), to));
    else place(path, (to) => fs.writeFileSync(to, text, { flag: 'wx', mode: 0o644 }));
  }
  for (const path of foreign) {
    const from = join(site.outdir, path);
    if (stock.entries.get(path) === 'link') place(path, (to) => fs.symlinkSync(fs.readlinkSync(from), to));
    else place(path, (to) => carry(from, to));
  }
  for (const path of stock.emptyFolders) {
    for (const directory of ['', ...inventory.ancestorsOf(path).reverse(), path])
      if (!files.has(directory)) makeDirectory(directory);
  }
  for (const step of finish) step();
}

// A hard link, because nothing here ever writes into an existing file: both directories stay whole, whichever remains.
// For somebody else's file it is also safer than a copy, which would lose what its owner, who may hold it open, writes
// between the copy and the swap; and owner, mode, times and attributes stay. A copy where links are not to be had.
function carry(from: string, to: string): void {
  if (attempt(() => fs.linkSync(from, to) ?? true) !== true) fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
}
