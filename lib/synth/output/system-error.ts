// System errors as sentences: what was refused, and what would be right.

import { codeOf, shown } from './entry';
import { OutputError } from './output-error';

/** A system error as a sentence about `path`; any other error unchanged. */
export function explain(error: unknown, path: string, what: string): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof OutputError) return error;
  const [reason, expected] = REASONS[code] ?? [String(error), 'see the system error'];
  const at = typeof error === 'object' && error !== null && 'path' in error ? shown(String(error.path)) : path;
  return new OutputError(at, `${what}: ${reason} (${code}, ${at})`, expected, { cause: error });
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
  ENOENT: ['it does not exist', 'a path that exists'],
  EISDIR: ['it is a directory', 'a file'],
  ELOOP: ['it is a link that another program put there', 'a directory that no one else writes to'],
  ENAMETOOLONG: ['the path is too long', 'a shorter path'],
  ENOTDIR: ['part of the path is a file', 'a path of directories'],
  EEXIST: ['the name is taken', 'a name that is free, even if the file system ignores case'],
};
