// The comparison that synth makes with what is committed: which commit, whether it can be read, and what is found.

import { resolve } from 'node:path';
import { pairObjects } from '../../analysis/changes/object-pairs';
import { checkChanges } from '../../checks/changes/check-changes';
import { type Finding, findingOf } from '../../model/finding/finding';
import { defined } from '../../model/manifest/json';
import { readCommitted, type Written } from './committed';
import { findCommit, findPlace, hasRepository, isIgnored, type Place } from './git';

const RULE = 'comparison';

/** What is compared with. */
export interface Against {
  /** A ref that the user names. @default HEAD, where there is one */
  readonly ref?: string | undefined;
  /** The output directory. */
  readonly outdir: string;
}

/** Findings about the changes since a commit. Without a ref it is quiet where nothing is committed yet, or nothing is tracked. */
export function findChangeProblems({ ref, outdir }: Against, written: Written): readonly Finding[] {
  const isAsked = ref !== undefined;
  const name = ref ?? 'HEAD';
  if (isAsked && ref.trim() === '') {
    return [uncompared(true, name, '--against names no commit', 'a commit, such as origin/main', EMPTY)];
  }
  if (!hasRepository(resolve(outdir))) {
    return isAsked ? [uncompared(true, name, `${outdir} is in no git repository`, 'a clone of the repository')] : [];
  }
  const place = findPlace(outdir);
  if ('reason' in place)
    return [uncompared(isAsked, name, `git cannot be asked: ${place.reason}`, 'a repository that git reads')];
  const commit = findCommit(place.folder, name);
  if (commit === undefined) return isAsked ? [unknownCommit(name, place)] : [];
  const committed = readCommitted(commit, name, place.path, written);
  if ('reason' in committed) {
    if (!isAsked && isIgnored(place, outdir)) return [];
    return [uncompared(isAsked, name, committed.reason, `a commit with the manifests in ${outdir}`)];
  }
  const entries = written.objects.map(({ entry }) => entry);
  const unread = committed.unread.map(({ path, message }) => {
    const problem = { message: `${path} of ${name} cannot be read: ${message}`, expected: 'what synth writes' };
    // what is committed cannot be changed any more
    return findingOf(RULE, { ...problem, fix: 'nothing in it was compared' }, 'warning');
  });
  return [...unread, ...checkChanges(pairObjects(committed, entries))];
}

const EMPTY = 'what should print it printed nothing: git merge-base without a common commit, or an empty variable';

/** The ref is not there: the usual reason in a pipeline is a clone of one commit. */
function unknownCommit(ref: string, { isShallow }: Place): Finding {
  const fix = isShallow
    ? 'the clone is shallow: fetch all of it, by fetch-depth: 0 (GitHub), GIT_DEPTH: 0 (GitLab), fetchDepth: 0 (Azure)'
    : undefined;
  return uncompared(true, ref, `git has no commit ${ref}`, 'a branch, a tag or a commit that is fetched', fix);
}

function uncompared(isAsked: boolean, ref: string, message: string, expected: string, fix?: string): Finding {
  if (isAsked) return findingOf(RULE, { field: '--against', value: ref, message, expected, ...defined({ fix }) });
  const unknown = 'changes that the API server refuses were not looked for';
  return findingOf(RULE, { message, expected, fix: fix ?? unknown }, 'note');
}
