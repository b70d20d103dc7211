// How this package was installed, as the package.json of a new repository must name it: the package is in no registry that all know.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import type { Problem } from '../../model/finding/problem';
import { isJsonObject, type Json } from '../../model/manifest/json';

const NAME = 'evenkeel';

/** How a repository depends on the package. */
export interface Dependency {
  /** The value in package.json: `file:vendor/evenkeel-0.1.0.tgz`, `^0.1.0`. */
  readonly specifier: string;
  /** The packed file, to be copied to this path of the repository: a path outside would be of this machine alone. */
  readonly copy?: { readonly from: string; readonly to: string };
}

/** How `folder` depends on the package in `home`, or why that is unknown. npx, too, installs it below a package.json. */
export function dependencyOf(home: string, folder: string): Dependency | Problem {
  const modules = dirname(home);
  const above = dirname(modules);
  const installed = basename(modules) === 'node_modules' ? specifierIn(above) : undefined;
  if (installed === undefined) return unknown('evenkeel was not installed by npm: a package.json cannot name it');
  if (!installed.startsWith('file:')) return { specifier: installed };
  const from = resolve(above, installed.slice('file:'.length));
  if (!existsSync(from)) return unknown(`evenkeel was installed from ${from}, which does not exist any more`);
  const within = relative(folder, from);
  if (!within.startsWith('..') && resolve(folder, within) === from && within !== '') return local(within);
  const to = join('vendor', basename(from));
  return { ...local(to), copy: { from, to } };
}

const local = (path: string): Dependency => ({ specifier: `file:${path.split(sep).join('/')}` });

/** What the package.json of a folder, or else npm's list of what it installed there, says of the package. */
function specifierIn(folder: string): string | undefined {
  const manifest = readJson(join(folder, 'package.json'));
  const named = ['dependencies', 'devDependencies', 'optionalDependencies']
    .map((field) => at(manifest, field, NAME))
    .find((value) => typeof value === 'string');
  if (typeof named === 'string') return named;
  const entry = ['packages', `node_modules/${NAME}`] as const;
  const list = readJson(join(folder, 'node_modules', '.package-lock.json'));
  const [resolved, version] = [at(list, ...entry, 'resolved'), at(list, ...entry, 'version')];
  if (typeof resolved === 'string' && resolved.startsWith('file:')) return resolved;
  return typeof version === 'string' ? version : undefined;
}

function readJson(path: string): Json | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function at(value: Json | undefined, ...keys: readonly string[]): Json | undefined {
  return keys.reduce<Json | undefined>((inner, key) => (isJsonObject(inner) ? inner[key] : undefined), value);
}

function unknown(message: string): Problem {
  return {
    message,
    expected: 'a packed file, run by npx: in a checkout, npm ci && npm pack',
    fix: `in the empty folder: npx <path>/evenkeel-<version>.tgz init`,
  };
}
