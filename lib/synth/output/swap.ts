// The swap: one complete directory replaces another, and the next run repairs a swap that was killed half-way.
//
// Every step is one rename or one removal, so a process may die between any two. Nothing is synced to the
// disk: a killed process is in scope, a power cut is not, and git keeps the previous version.
import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ancestorsOf, attempt, bytesOf, codeOf, isInside, native, ownUser, remove, shown, statusOf } from './entry';
import { OutputError } from './output-error';

/** An output directory and its siblings, all absolute. All our siblings start with `prefix`. */
export type Site = ReturnType<typeof siteOf>;

/** The names that belong to `outdir`, which may be relative to the current directory. */
export function siteOf(outdir: string) {
  const asked = resolve(outdir);
  // Once: a link above it may lead elsewhere a moment later.
  const path = join(attempt(() => fs.realpathSync(dirname(asked))) ?? dirname(asked), basename(asked));
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

/**
 * @throws OutputError if another user made a directory beside the output directory under one of our names: it is never ours, and
 * what it holds could change while we look.
 */
export function refuseStrangers(site: Site): void {
  const user = ownUser();
  for (const path of siblingsOf(site).map((name) => join(site.parent, name))) {
    const status = statusOf(path);
    if (user === undefined || !status?.isDirectory() || status.uid === user) continue;
    const what = `${path} belongs to user ${status.uid}, and this run to user ${user}`;
    throw new OutputError(path, what, `delete ${path}, or use another output directory`);
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
 * @throws OutputError where a repair would lose data, or cannot be done
 */
export function recover(site: Site): string | undefined {
  const { outdir, next, old, journal } = site;
  for (const path of [next, old]) if (statusOf(path)?.isDirectory() === false) clear(path, site);
  const exists = (path: string): boolean => statusOf(path) !== undefined;
  const traces = { outdir: exists(outdir), next: exists(next), old: exists(old), draft: exists(site.draft) };
  const moves = movesOf(journal);
  const remedy = decide({ ...traces, journal: moves !== undefined });
  if (remedy === 'refuse') {
    const what = `${outdir} was recreated after an interrupted run had moved the previous one to ${old}`;
    throw new OutputError(old, what, `take what you need from ${old}, then delete ${old}, ${next} and ${journal}`);
  }
  if (remedy === 'complete') fs.renameSync(next, outdir);
  if (remedy === 'restore') fs.renameSync(old, outdir);
  if (remedy === 'complete' || remedy === 'clean') moveAll(site, moves ?? []);
  discard(site, { complete: `${next} is now ${outdir}`, restore: `${old} is ${outdir} again` }[String(remedy)]);
  // Drafts of other runs' locks may be among these: a run that misses its draft makes another.
  for (const name of siblingsOf(site)) {
    const path = join(site.parent, name);
    if (name.startsWith(`${basename(site.lock)}-`) && !statusOf(path)?.isDirectory()) clear(path, site);
  }
  if (remedy === 'none') return undefined;
  if (remedy === 'complete') return `An interrupted run was completed: ${next} is now ${outdir}.`;
  if (remedy === 'restore') return `An interrupted run was undone: ${old} is ${outdir} again.`;
  return `Leftovers of an interrupted run next to ${outdir} were removed.`;
}

/** What `next` is, besides its name. */
export interface Built {
  readonly ino: number;
  readonly dev: number;
  /** Foreign files that the file system could not link into it: they must be moved there. */
  readonly moves: readonly string[];
}

/**
 * Puts the complete directory `next` in the place of `outdir`, which need not exist.
 * @param verify throws if the lock is no longer ours
 * @throws what `verify` throws, the system's error, or OutputError; `undo` then restores the previous state
 */
export function swap(site: Site, { ino, dev, moves }: Built, verify: () => void): void {
  verify();
  const note = `${basename(site.next)} is complete; the next run, or you, may rename it to ${basename(site.outdir)}`;
  const journal = { complete: true, note, ...(moves.length === 0 ? {} : { moves }) };
  fs.writeFileSync(site.draft, `${JSON.stringify(journal)}\n`, { flag: 'wx' });
  fs.renameSync(site.draft, site.journal);
  verify();
  const status = statusOf(site.next);
  if (status?.ino !== ino || status.dev !== dev) {
    throw new OutputError(
      site.next,
      `${site.next} was replaced during this run`,
      'a parent that no one else writes to',
    );
  }
  if (statusOf(site.outdir) !== undefined) fs.renameSync(site.outdir, site.old);
  fs.renameSync(site.next, site.outdir);
  moveAll(site, moves);
  discard(site, `${site.outdir} is complete`);
}

/** Undoes a failed swap, or a failed build of `next`. Does nothing once the new directory is in place. */
export function undo(site: Site): void {
  if (statusOf(site.outdir) === undefined && statusOf(site.old) !== undefined) fs.renameSync(site.old, site.outdir);
  if (statusOf(site.next) !== undefined) discard(site, undefined);
}

// Each move is one rename. After a kill the next run goes on where this one ended.
function moveAll({ outdir, old }: Site, moves: readonly string[]): void {
  for (const path of moves) {
    const [from, to] = [join(old, path), join(outdir, path)];
    if (statusOf(from) === undefined) continue;
    try {
      for (const folder of ancestorsOf(path).flatMap((above) => [join(old, above), join(outdir, above)]))
        if (!statusOf(folder)?.isDirectory()) throw Object.assign(new Error(folder), { code: 'ENOTDIR' });
      if (statusOf(to) !== undefined) throw Object.assign(new Error(to), { code: 'EEXIST' });
      fs.renameSync(native(from), native(to));
    } catch (cause) {
      const what = `${outdir} is complete, but for ${shown(path)}, which is still in ${old} (${codeOf(cause)})`;
      const state = `${outdir} is complete but for that`;
      throw new OutputError(shown(from), what, `move it to ${shown(to)}`, { cause, state });
    }
  }
}

// The journal goes first: without it, `next` and `old` have no meaning.
function discard(site: Site, state: string | undefined): void {
  for (const path of [site.journal, site.draft, site.next, site.old]) clear(path, site, state);
}

function clear(path: string, { outdir }: Site, state?: string): void {
  try {
    remove(path);
  } catch (cause) {
    const at = `${path} next to ${outdir} cannot be removed (${codeOf(cause)})`;
    const what = state === undefined ? at : `${state}, but ${at}`;
    throw new OutputError(path, what, `delete ${path}`, { cause, ...(state === undefined ? {} : { state }) });
  }
}

/** The moves that the journal lists; undefined if it is none of ours. */
function movesOf(path: string): readonly string[] | undefined {
  const user = ownUser();
  if (user !== undefined && statusOf(path)?.uid !== user) return undefined;
  const journal = attempt((): unknown => JSON.parse(bytesOf(path)?.toString('utf8') ?? ''));
  if (typeof journal !== 'object' || journal === null || !('complete' in journal && journal.complete === true))
    return undefined;
  const moves = 'moves' in journal && Array.isArray(journal.moves) ? journal.moves : [];
  return moves.map(String).filter((move) => isInside(move));
}
