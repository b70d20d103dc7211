// The swap: one complete directory replaces another, and the next run repairs a swap that was killed half-way.
//
// Every step is one rename or one removal, so a process may die between any two. Nothing is synced to the
// disk: a killed process is in scope, a power cut is not, and git keeps the previous version.
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { OutputError } from './output-error';

/** An output directory and its siblings, all absolute. All our siblings start with `prefix`. */
export type Site = ReturnType<typeof siteOf>;

/** The names that belong to `outdir`, which may be relative to the current directory. */
export function siteOf(outdir: string) {
  const path = resolve(outdir);
  const beside = (name: string): string => `${path}.evenkeel-${name}`;
  const [next, old, lock] = [beside('next'), beside('old'), beside('lock')];
  const [journal, draft] = [beside('journal'), beside('journal-draft')];
  return { outdir: path, parent: dirname(path), prefix: beside(''), next, old, journal, draft, lock };
}

/** Names of our siblings of the output directory; none without a parent directory. Throws the system's error. */
export function siblingsOf({ parent, prefix }: Site): string[] {
  if (statusOf(parent) === undefined) return [];
  return fs.readdirSync(parent).filter((name) => name.startsWith(basename(prefix)));
}

/** The status of `path`, without following links; undefined if it does not exist. Throws other system errors. */
export function statusOf(path: string): fs.Stats | undefined {
  try {
    return fs.lstatSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** How to repair an interrupted swap: see `decide`. */
export type Remedy = 'none' | 'clean' | 'complete' | 'restore' | 'refuse';

/** Which paths exist. `journal` only if it is readable: only then is `next` known to be complete. */
export type Traces = Readonly<Record<'outdir' | 'next' | 'old' | 'journal' | 'draft', boolean>>;

/**
 * The remedy for an interrupted swap. If the directory is in place, all siblings are removed, even a complete `next`:
 * files may have been added to the directory since, and the current run is about to write anyway.
 */
export function decide({ outdir, next, old, journal, draft }: Traces): Remedy {
  // The directory was recreated after the first rename. We must not drop what exists only in `old` and `next`.
  if (outdir && next && old && journal) return 'refuse';
  if (!outdir && next && journal) return 'complete';
  if (!outdir && old) return 'restore';
  return next || old || journal || draft ? 'clean' : 'none';
}

/**
 * Repairs what an interrupted run left. Only for the owner of the lock.
 * @returns what was done, as one sentence; undefined if there was nothing to do
 * @throws OutputError where a repair would lose data
 */
export function recover(site: Site): string | undefined {
  const { outdir, next, old, journal } = site;
  const exists = (path: string): boolean => statusOf(path) !== undefined;
  const traces = { outdir: exists(outdir), next: exists(next), old: exists(old), draft: exists(site.draft) };
  const remedy = decide({ ...traces, journal: isJournal(journal) });
  if (remedy === 'refuse') {
    const what = `${outdir} was recreated after an interrupted run had moved the previous one to ${old}`;
    throw new OutputError(old, what, `take what you need from ${old}, then delete ${old}, ${next} and ${journal}`);
  }
  if (remedy === 'complete') fs.renameSync(next, outdir);
  if (remedy === 'restore') fs.renameSync(old, outdir);
  discard(site);
  // Drafts of other runs' locks may be among these: a run that misses its draft makes another.
  for (const name of siblingsOf(site)) if (name.startsWith(`${basename(site.lock)}-`)) remove(join(site.parent, name));
  if (remedy === 'none') return undefined;
  if (remedy === 'complete') return `An interrupted run was completed: ${next} is now ${outdir}.`;
  if (remedy === 'restore') return `An interrupted run was undone: ${old} is ${outdir} again.`;
  return `Leftovers of an interrupted run next to ${outdir} were removed.`;
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

/** Undoes a failed swap, or a failed build of `next`. Does nothing once the new directory is in place. */
export function undo(site: Site): void {
  if (statusOf(site.outdir) === undefined && statusOf(site.old) !== undefined) fs.renameSync(site.old, site.outdir);
  if (statusOf(site.next) !== undefined) discard(site);
}

/** A system error as a sentence about `path`; any other error unchanged. */
export function explain(error: unknown, path: string, what: string): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof OutputError) return error;
  const [reason, expected] = REASONS[code] ?? [String(error), 'see the system error'];
  const at = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : path;
  return new OutputError(at, `${what}: ${reason} (${code}, ${at})`, expected, { cause: error });
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

const FULL = ['no space is left', 'free some space, then run again'] as const;
const DENIED = ['permission denied', 'a directory that this user may read and write, with its parent'] as const;
const FIXED = ['it is a mount point, or part of a container image', 'a new directory inside it, or elsewhere'] as const;
const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: FULL,
  EDQUOT: FULL,
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: ['the file system is read-only', 'a writable directory'],
  EBUSY: FIXED,
  EXDEV: FIXED,
  ENOTDIR: ['part of the path is a file', 'a path of directories'],
  EEXIST: ['the name is taken', 'a name that is free, even if the file system ignores case'],
};

// The journal goes first: without it, `next` and `old` have no meaning.
function discard({ journal, draft, next, old, outdir }: Site): void {
  for (const path of [journal, draft, next, old]) {
    try {
      remove(path);
    } catch (cause) {
      const what = `${outdir} is complete, but ${path} next to it cannot be removed (${codeOf(cause)})`;
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

// Only directories: files may be hard links to those in the new directory, and share their mode.
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
