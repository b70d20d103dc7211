// Git, asked about one directory: by its program, without a shell, without locks, network or output without end.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** A commit of the repository that a directory is in. */
export interface Commit {
  /** A directory of the repository, which exists. */
  readonly folder: string;
  readonly id: string;
}

/** A file of a commit. */
export interface CommittedFile {
  /** Path below the directory that was asked about. */
  readonly path: string;
  /** Id of its content. */
  readonly blob: string;
  /** In bytes. */
  readonly size: number;
}

/** The answer of git: bytes, or why there are none. */
type Answer = { readonly bytes: Buffer } | { readonly reason: string };

/** What all answers about one directory may have in bytes. */
export const LARGEST = 256 * 1024 * 1024;

/** A hook sets these for its own repository; the directory may be in another one. */
const OF_A_HOOK = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR'];

/** The variables for git: no lock, no question to the user, no object fetched from elsewhere. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OF_A_HOOK.includes(name));
  return {
    ...Object.fromEntries(kept),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  };
}

function ask(folder: string, args: readonly string[], input = ''): Answer {
  const { status, stdout, stderr, error } = spawnSync('git', args, {
    cwd: folder,
    env: environment(),
    input,
    maxBuffer: LARGEST,
    windowsHide: true,
  });
  if (error === undefined && status === 0) return { bytes: stdout };
  const code = error !== undefined && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return { reason: 'the program git is not installed' };
  if (code === 'ENOBUFS') return { reason: 'the answer of git is too large' };
  const said = error?.message ?? stderr.toString('utf8').trim().split('\n')[0];
  return { reason: said || `git ended with ${status}` };
}

/** The nearest directory that exists, and the names below it. */
function nearest(directory: string, below: readonly string[] = []): { folder: string; below: readonly string[] } {
  const isThere = existsSync(directory) || dirname(directory) === directory;
  return isThere ? { folder: directory, below } : nearest(dirname(directory), [basename(directory), ...below]);
}

/** Whether a directory, or one above it, has a repository. Git itself is not asked: it may not be there. */
export function hasRepository(directory: string): boolean {
  return findTop(directory) !== undefined;
}

/** The top of the repository that a directory is in, which need not exist; absolute. */
export function findTop(directory: string): string | undefined {
  const absolute = resolve(directory);
  if (existsSync(join(absolute, '.git'))) return absolute;
  return dirname(absolute) === absolute ? undefined : findTop(dirname(absolute));
}

/** Where a directory is in its repository. */
export interface Place {
  /** A directory of the repository, which exists. */
  readonly folder: string;
  /** Path from the top of the repository, without a slash at its end; empty for the top. */
  readonly path: string;
  /** Whether the clone has only the last commits. */
  readonly isShallow: boolean;
}

/** The place of a directory, which need not exist; or the reason why git does not say. */
export function findPlace(directory: string): Place | { readonly reason: string } {
  const { folder, below } = nearest(resolve(directory));
  const answer = ask(folder, ['rev-parse', '--is-shallow-repository', '--show-prefix']);
  if ('reason' in answer) return answer;
  const text = answer.bytes.toString('utf8');
  const [shallow = ''] = text.split('\n');
  // a prefix may have line breaks of its own
  const prefix = text.slice(shallow.length + 1).replace(/\n$/, '');
  const path = [prefix.replace(/\/$/, ''), ...below].filter((part) => part !== '').join('/');
  return { folder, path, isShallow: shallow === 'true' };
}

/** The commit that a ref names; undefined where it names none. */
export function findCommit(folder: string, ref: string): Commit | undefined {
  // git would read it as an option, or its end
  if (ref === '' || ref.startsWith('-') || ref.includes('\0')) return undefined;
  const answer = ask(folder, ['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]);
  const id = 'reason' in answer ? '' : answer.bytes.toString('utf8').trim();
  return /^[0-9a-f]{40,64}$/.test(id) ? { folder, id } : undefined;
}

/** Whether git ignores a path of the repository. */
export function isIgnored({ folder }: Place, directory: string): boolean {
  return !('reason' in ask(folder, ['check-ignore', '--quiet', '--', resolve(directory)]));
}

/** The files of a directory in a commit; or the reason why there are none. Links and repositories in it are left out. */
export function listFiles(
  { folder, id }: Commit,
  path: string,
): readonly CommittedFile[] | { readonly reason: string } {
  // a directory in a commit: what follows the colon is a path, whatever characters it has
  const answer = ask(folder, ['ls-tree', '-r', '-z', '-l', '--full-tree', `${id}:${path}`]);
  if ('reason' in answer) return answer;
  return answer.bytes
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, blob, size, name] = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t([\s\S]*)$/.exec(line) ?? [];
      return blob === undefined || name === undefined ? [] : [{ path: name, blob, size: Number(size) }];
    });
}

/** The content of files, by blob; or the reason why there is none. */
export function readFiles(
  { folder }: Commit,
  files: readonly CommittedFile[],
): ReadonlyMap<string, Buffer> | { readonly reason: string } {
  if (files.length === 0) return new Map();
  const blobs = [...new Set(files.map(({ blob }) => blob))];
  const answer = ask(folder, ['cat-file', '--batch'], `${blobs.join('\n')}\n`);
  if ('reason' in answer) return answer;
  const found = new Map<string, Buffer>();
  for (let start = 0; start < answer.bytes.length; ) {
    const end = answer.bytes.indexOf('\n', start);
    const header = answer.bytes.toString('latin1', start, end === -1 ? undefined : end);
    const [, blob, size] = /^([0-9a-f]+) blob (\d+)$/.exec(header) ?? [];
    if (blob === undefined || end === -1) return { reason: `git does not have ${header}` };
    found.set(blob, answer.bytes.subarray(end + 1, end + 1 + Number(size)));
    start = end + 1 + Number(size) + 1;
  }
  return found;
}
