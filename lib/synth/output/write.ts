// Writing the output directory: all of it or nothing, without touching foreign files.
import fs from 'node:fs';
import { join } from 'node:path';
import { ancestorsOf, attempt, bytesOf, holding, native, statusOf, withFile } from './entry';
import { checkInventory, type Files, INVENTORY, parseInventory, renderInventory, signInventory } from './inventory';
import { acquireLock, lockState, type Owner } from './lock';
import { OutputError } from './output-error';
import { checkRemovable, checkReplaceable, checkWritable, makeParents } from './replaceable';
import { type Comparison, compareWith, refuseClashes, refuseOtherApp, type Stock, takeStock } from './stock';
import { type Built, recover, refuseStrangers, type Site, siblingsOf, siteOf, swap, undo } from './swap';
import { explain } from './system-error';

export { type Files, OutputError };

/** Differences between an output directory and what would be written. Relative POSIX paths, sorted. */
export interface Differences extends Omit<Comparison, 'same'> {
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

/** Options of `writeFiles` and `compareFiles`. */
export interface WriteOptions {
  /** The app that the files are of. Its inventory says so, and no other app writes to the directory. @default none is named */
  readonly app?: string | undefined;
  /** Write, or compare, these paths only: our other files stay as they are on disk. @default all */
  readonly only?: ReadonlySet<string> | undefined;
  /** Milliseconds to wait for another writer of the same directory. @default 30 000 */
  readonly waitMs?: number;
}

/**
 * Compares an output directory with `files`, and writes nothing. The directory need not exist.
 * @throws OutputError if it cannot be read, is a file, or belongs to another app
 */
export function compareFiles(outdir: string, files: Files, { app, only }: WriteOptions = {}): Differences {
  const site = siteOf(outdir);
  try {
    const stock = takeStock(site.outdir);
    refuseOtherApp(site.outdir, app, stock);
    const own = targetOf(site, files, { app, only }, stock);
    const { changed, missing, stale, foreign } = compareWith(site.outdir, own, stock);
    return { changed, missing, stale, foreign, interrupted: isInterrupted(site) };
  } catch (error) {
    throw explain(error, site.outdir, `${site.outdir} cannot be read`);
  }
}

/**
 * Makes `outdir` contain exactly `files` and its existing foreign files. At any moment, even if this process is
 * killed, the directory is the old one or the new one, or both are complete next to it until the next call. Foreign files that
 * the file system cannot link are moved: after a kill at that moment, the next call brings them.
 * @param outdir created with its parents if it does not exist
 * @param files with `inventory.txt`, which lists all others: it decides what later runs may remove
 * @throws OutputError if it cannot be done; its `state` says what has changed, if anything
 * @throws RangeError if the inventory in `files` does not list them
 */
export function writeFiles(outdir: string, files: Files, options: WriteOptions = {}): WriteResult {
  checkInventory(files);
  const site = siteOf(outdir);
  try {
    checkReplaceable(site);
    const foreign = foreignIfCurrent(site, files, options);
    if (foreign !== undefined) return { written: false, changed: [], added: [], removed: [], foreign };
    makeParents(site.parent);
    refuseStrangers(site);
    return writeLocked(site, files, options);
  } catch (error) {
    throw explain(error, site.outdir, `${site.outdir} cannot be written`);
  }
}

// The files as they should be on disk: of an `only`, the named ones, and our others unchanged.
function targetOf(site: Site, files: Files, { app, only }: WriteOptions, stock: Stock): Files {
  const target = only === undefined ? files : narrowed(site, files, only, stock);
  const inventory = target.get(INVENTORY);
  if (app === undefined || inventory === undefined) return target;
  return new Map(target).set(INVENTORY, signInventory(inventory, app));
}

function narrowed({ outdir }: Site, files: Files, only: ReadonlySet<string>, stock: Stock): Files {
  const target = new Map<string, string>();
  const listed = new Map<string, readonly string[]>();
  const textOf = (path: string) => bytesOf(join(outdir, path))?.toString('utf8') ?? '';
  const before = stock.owned.size === 0 ? '' : textOf(INVENTORY);
  for (const [path, objects] of parseInventory(before).files) {
    if (only.has(path) || stock.entries.get(path) !== 'file') continue;
    target.set(path, textOf(path));
    listed.set(path, objects);
  }
  for (const [path, objects] of parseInventory(files.get(INVENTORY) ?? '').files) {
    const text = files.get(path);
    if (!only.has(path) || text === undefined) continue;
    target.set(path, text);
    listed.set(path, objects);
  }
  return target.set(INVENTORY, renderInventory(listed));
}

function writeLocked(site: Site, all: Files, options: WriteOptions): WriteResult {
  const { app, waitMs = 30_000 } = options;
  const lock = acquireLock(site.lock, waitMs);
  try {
    const recovered = recover(site);
    const repaired = recovered ?? (lock.predecessor && takeover(lock.predecessor));
    const note = repaired === undefined ? {} : { recovered: repaired };
    try {
      const stock = takeStock(site.outdir);
      refuseOtherApp(site.outdir, app, stock);
      const files = targetOf(site, all, options, stock);
      const comparison = compareWith(site.outdir, files, stock);
      const { changed, missing: added, stale: removed, foreign } = comparison;
      if (isCurrent(stock, comparison))
        return { written: false, changed: [], added: [], removed: [], foreign, ...note };
      refuseClashes(site.outdir, files, stock, comparison);
      checkWritable(site);
      checkRemovable(site, stock);
      replace(site, files, stock, comparison, lock);
      return { written: true, changed, added, removed, foreign, ...note };
    } catch (error) {
      throw afterRecovery(error, site, recovered);
    }
  } finally {
    lock.release();
  }
}

function replace(site: Site, files: Files, stock: Stock, comparison: Comparison, lock: ReturnType<typeof acquireLock>) {
  try {
    swap(site, build(site, files, stock, comparison), lock.verify);
  } catch (error) {
    // Without the lock, the siblings of the directory may be another run's work.
    if (lock.isHeld()) attempt(() => undo(site));
    if (statusOf(site.outdir) !== undefined || statusOf(site.old) === undefined) throw error;
    const state = `${site.outdir} is now ${site.old}`;
    const what = `${site.outdir} was moved to ${site.old}, and could not be moved back`;
    throw new OutputError(site.old, what, 'another run, which moves it back', { cause: error, state });
  }
}

function takeover({ pid, host }: Owner): string {
  if (pid === 0) return 'A lock that no run had made was taken over.';
  return `The lock of process ${pid} on ${host}, which is dead, was taken over.`;
}

// What a run has repaired is done, even if it can do no more.
function afterRecovery(error: unknown, site: Site, recovered: string | undefined): unknown {
  const known = explain(error, site.outdir, `${site.outdir} cannot be written`);
  if (recovered === undefined || !(known instanceof OutputError) || known.state !== undefined) return known;
  return new OutputError(known.path, known.what, known.expected, { cause: error, state: recovered.replace(/\.$/, '') });
}

// Traces count only if no writer is active. They are read twice, because a writer may just have finished.
function isInterrupted(site: Site): boolean {
  const hasTraces = (): boolean => siblingsOf(site).some((name) => !join(site.parent, name).startsWith(site.lock));
  const before = hasTraces();
  const lock = lockState(site.lock);
  return lock === 'abandoned' || (lock === 'free' && before && hasTraces());
}

// The usual run changes nothing, and should not even take the lock. The locked run judges everything unusual.
function foreignIfCurrent(site: Site, files: Files, options: WriteOptions): readonly string[] | undefined {
  return attempt(() => {
    const inode = statusOf(site.outdir)?.ino;
    const stock = takeStock(site.outdir);
    const comparison = compareWith(site.outdir, targetOf(site, files, options, stock), stock);
    const alone = siblingsOf(site).length === 0 && statusOf(site.outdir)?.ino === inode;
    return isCurrent(stock, comparison) && alone ? comparison.foreign : undefined;
  });
}

function isCurrent({ exists }: Stock, { changed, missing, stale }: Comparison): boolean {
  return exists && changed.length + missing.length + stale.length === 0;
}

// Each file is created, never overwritten: on a case-insensitive file system a foreign `A` must not swallow our `a`.
function build(site: Site, files: Files, stock: Stock, { same, foreign }: Comparison): Built {
  const finish: (() => void)[] = [];
  const moves: string[] = [];
  const mode = modeOf(site.outdir);
  // Never more permissive than the old one, not even temporarily; but writable for us until it is filled.
  fs.mkdirSync(site.next, { mode: 0o700 | (mode ?? 0o777) });
  return holding(site.next, (next) => {
    if (mode !== undefined) finish.push(() => next.chmod(mode));
    const made = new Set<string>();
    const makeDirectory = (path: string): void => {
      if (made.has(path)) return;
      made.add(path);
      const [target, before] = [native(join(next.path, path)), modeOf(join(site.outdir, path))];
      fs.mkdirSync(target, { mode: 0o700 | (before ?? 0o777) });
      if (before !== undefined) finish.unshift(() => fs.chmodSync(target, before));
    };
    const place = (path: string): string => {
      for (const directory of ancestorsOf(path).reverse()) makeDirectory(directory);
      return join(next.path, path);
    };
    const unchanged = new Set(same);
    for (const [path, text] of files) {
      const to = place(path);
      if (unchanged.has(path)) carry(join(site.outdir, path), to);
      else fs.writeFileSync(to, text, { flag: 'wx', mode: 0o644 });
    }
    for (const path of foreign) {
      const [from, to] = [join(site.outdir, path), place(path)];
      if (stock.entries.get(path) === 'link') fs.symlinkSync(fs.readlinkSync(native(from), 'buffer'), native(to));
      else if (!link(from, to)) moves.push(path);
    }
    for (const path of stock.emptyFolders) {
      for (const directory of [...ancestorsOf(path).reverse(), path])
        if (!files.has(directory)) makeDirectory(directory);
    }
    for (const step of finish) step();
    return { ino: next.status.ino, dev: next.status.dev, moves };
  });
}

function modeOf(directory: string): number | undefined {
  const status = statusOf(directory);
  return status?.isDirectory() ? status.mode & 0o7777 : undefined;
}

// A hard link, because nothing here ever writes into an existing file: both directories stay complete, whichever remains.
// For a foreign file it is also safer than a copy, which would lose what a process that has it open writes between the copy and
// the swap; and owner, mode, times and attributes stay.
function link(from: string, to: string): boolean {
  return attempt(() => fs.linkSync(native(from), native(to)) ?? true) === true;
}

// A copy of our own file where links are not available.
function carry(from: string, to: string): void {
  if (link(from, to)) return;
  const mode = withFile(from, (_fd, status) => status.mode & 0o777);
  fs.writeFileSync(to, bytesOf(from) ?? '', { flag: 'wx', mode });
  fs.chmodSync(to, mode);
}
