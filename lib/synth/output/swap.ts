// The swap: how one complete directory takes the place of another, and how a swap that was killed on its way is mended.
//
// Every step is one rename or one removal, so that a process may die between any two of them. Nothing is synced to the
// disk: a killed process is in scope, a power cut is not, and git has the previous version.
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OutputError } from './output-error';

/** An output directory and the names beside it, all absolute. Everything that we put there starts with `prefix`. */
export type Site = ReturnType<typeof siteOf>;

/** The names that belong to `outdir`, which may be relative to the current directory. */
export function siteOf(outdir: string) {
  const path = resolve(outdir);
  const beside = (name: string): string => `${path}.evenkeel-${name}`;
  const [next, old, lock] = [beside('next'), beside('old'), beside('lock')];
  const [journal, draft] = [beside('journal'), beside('journal-draft')];
  return { outdir: path, parent: dirname(path), prefix: beside(''), next, old, journal, draft, lock };
}

/** The names of ours that lie beside the output directory; none where there is no parent. Throws the system's error. */
export function siblingsOf({ parent, prefix }: Site): string[] {
  if (statusOf(parent) === undefined) return [];
  return fs.readdirSync(parent).filter((name) => name.startsWith(basename(prefix)));
}

/** What lies at `path`, links not followed; nothing where there is nothing. Throws the system's error otherwise. */
export function statusOf(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** What to do about what was found: see `decide`. */
export type Remedy = 'none' | 'clean' | 'complete' | 'restore' | 'refuse';

/** What lies where. `journal` only if it is readable, for only then `next` is known to be complete. */
export type Traces = Readonly<Record<'outdir' | 'next' | 'old' | 'journal' | 'draft', boolean>>;

/**
 * What mends an interrupted swap. Where the directory is in place everything beside it goes, even a complete `next`:
 * somebody may have put a file into the directory since, and the run that asks is about to write anyway.
 */
export function decide({ outdir, next, old, journal, draft }: Traces): Remedy {
  // Somebody made the directory anew after the first rename. What only `old` and `next` hold is not ours to drop.
  if (outdir && next && old && journal) return 'refuse';
  if (!outdir && next && journal) return 'complete';
  if (!outdir && old) return 'restore';
  return next || old || journal || draft ? 'clean' : 'none';
}

/**
 * Mends what an interrupted run left. Only for the owner of the lock.
 * @returns what was done, as one sentence, or nothing if there was nothing to do
 * @throws OutputError where it cannot be mended without losing something
 */
export function recover(site: Site): string | undefined {
  const { outdir, next, old, journal } = site;
  const there = (path: string): boolean => statusOf(path) !== undefined;
  const traces = { outdir: there(outdir), next: there(next), old: there(old), draft: there(site.draft) };
  const remedy = decide({ ...traces, journal: isJournal(journal) });
  if (remedy === 'refuse') {
    const what = `${outdir} was made anew after an interrupted run had moved the previous one to ${old}`;
    throw new OutputError(old, what, `take what you need from ${old}, then delete ${old}, ${next} and ${journal}`);
  }
  if (remedy === 'complete') fs.renameSync(next, outdir);
  if (remedy === 'restore') fs.renameSync(old, outdir);
  discard(site);
  // Drafts of other runs' locks may be among these: who misses one makes another.
  for (const name of siblingsOf(site)) if (name.startsWith(`${basename(site.lock)}-`)) remove(join(site.parent, name));
  if (remedy === 'none') return undefined;
  if (remedy === 'complete') return `An interrupted run was completed: ${next} is now ${outdir}.`;
  if (remedy === 'restore') return `An interrupted run was undone: ${old} is ${outdir} again.`;
  return `What an interrupted run had left beside ${outdir} was removed.`;
}

/**
 * Puts the complete directory `next` in the place of `outdir`, which need not exist.
 * @param verify throws if the lock is no longer ours
 * @throws what `verify` throws, the system's error, or OutputError; `undo` then restores the previous state
 */
export function swap(site: Site, verify: () => void): void {
  verify();
  const note = `${basename(site.next)} is complete; the next run, or you, may rename it to ${basename(site.outdir)}`;
  fs.writeFileSync(site.draft, `${JSON.stringify({ complete: true, note })}\n`);
  fs.renameSync(site.draft, site.journal);
  verify();
  if (statusOf(site.outdir) !== undefined) fs.renameSync(site.outdir, site.old);
  fs.renameSync(site.next, site.outdir);
  discard(site);
}

/** Takes back a swap or the building of `next` that failed. Does nothing once the new directory is in place. */
export function undo(site: Site): void {
  if (statusOf(site.outdir) === undefined && statusOf(site.old) !== undefined) fs.renameSync(site.old, site.outdir);
  if (statusOf(site.next) !== undefined) discard(site);
}

/** The system's error as a sentence about `path`; an error of another kind as it is. */
export function explain(error: unknown, path: string, what: string): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof OutputError) return error;
  const [reason, expected] = REASONS[code] ?? [String(error), 'see the error of the system'];
  const at = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : path;
  return new OutputError(at, `${what}: ${reason} (${code}, ${at})`, expected, { cause: error });
}

/** The code of a system error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  // Not `instanceof Error`: the system's errors come from another realm where a test runner isolates its modules.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** The result of `action`, or nothing if it throws: for what may fail without harm. */
export function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}

const FULL = ['there is no space left', 'free some space, then run again'] as const;
const DENIED = ['this user may not do that', 'a place that this user may read and write, and its parent too'] as const;
const FIXED = ['it is a mount point, or part of a container image', 'a new directory inside it, or elsewhere'] as const;
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: ['the file system is read-only', 'a place that can be written'],
  EBUSY: FIXED,
  EXDEV: FIXED,
  ENOTDIR: ['part of the path is a file', 'a path of directories'],
  EEXIST: ['the name is taken', 'a name that is free, also where the file system ignores case'],
};

// The journal goes first: without it, neither `next` nor `old` counts for anything.
function discard({ journal, draft, next, old, outdir }: Site): void {
  for (const path of [journal, draft, next, old]) {
    try {
      remove(path);
    } catch (cause) {
      const what = `${outdir} is complete, but ${path} beside it cannot be removed (${codeOf(cause)})`;
      throw new OutputError(path, what, `delete ${path}`, { cause });
    }
  }
}

function remove(path: string): void {
  try {
    fs.rmSync(path, { recursive: true, force: true });
  } catch (error) {
    if (codeOf(error) !== 'EACCES' && codeOf(error) !== 'EPERM') throw error;
    open(path);
    fs.rmSync(path, { recursive: true, force: true });
  }
}

// Directories only: files may be hard links to those in the new directory, and share their mode.
function open(directory: string): void {
  fs.chmodSync(directory, 0o700);
  for (const entry of fs.readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) open(join(directory, entry.name));
  }
}

function isJournal(path: string): boolean {
  try {
    const journal: unknown = JSON.parse(fs.readFileSync(path, 'utf8'));
    return typeof journal === 'object' && journal !== null && 'complete' in journal && journal.complete === true;
  } catch {
    return false;
  }
}
