// Where the controller finds what it applies, and what its objects are called.

import type { JsonObject } from '../../model/manifest/json';
import { type GitOps, ROOT } from '../../model/platform/gitops';

/** Paths from the top of the repository, without a slash at their ends; empty for the top itself. */
export interface Paths {
  /** The output directory of `synth`. */
  readonly dist: string;
  /** The directory of the controller's objects. */
  readonly gitops: string;
}

/** Files by their path in the directory of the controller's objects: the documents of each. */
export type ObjectFiles = ReadonlyMap<string, readonly JsonObject[]>;

/** Longest name: controllers write it into a label of each object. */
const LONGEST_NAME = 63;

/** Joins parts of a path, of which some may be empty. */
export const joined = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('/');

/** The folder of a path; empty at the top. */
export const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/');

/** Name of the objects about the whole repository. */
export const rootName = ({ prefix = ROOT }: GitOps): string => prefix;

/** Name of the objects of a stage. */
export const stageName = ({ prefix }: GitOps, stage: string): string =>
  prefix === undefined ? stage : `${prefix}-${stage}`;

/** Whether the name fits into a label. */
export const isNameShort = (name: string): boolean => name.length <= LONGEST_NAME;

/** The path from one folder to a file, both from the top of the repository. */
export function relativePath(folder: string, file: string): string {
  const [from, to] = [folder.split('/').filter(Boolean), file.split('/')];
  const shared = from.findIndex((part, index) => part !== to[index]);
  const common = shared === -1 ? from.length : shared;
  return [...from.slice(common).map(() => '..'), ...to.slice(common)].join('/');
}

/**
 * Patterns of gitignore that leave only these folders of a repository. A folder is opened before what it has is ignored, since git
 * looks into no folder that is ignored.
 */
export function ignoreAllBut(folders: readonly string[], except: readonly string[] = []): string {
  const kept = [...new Set(folders.flatMap(withParents))].sort();
  const opened = kept.filter((folder) => !folders.includes(folder));
  const lines = [
    '/*',
    ...kept.flatMap((folder) => [`!/${folder}`, ...(opened.includes(folder) ? [`/${folder}/*`] : [])]),
  ];
  return [...lines, ...except.map((path) => `/${path}`)].map((line) => `${line}\n`).join('');
}

function withParents(folder: string): string[] {
  const parts = folder.split('/');
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}
