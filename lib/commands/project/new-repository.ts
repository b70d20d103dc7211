// A new repository: the files of `templates/` for a provider and a pipeline, written only if none of them exists already.
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { didYouMean } from '../../model/finding/closest';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem } from '../../model/finding/problem';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { PROFILES, STANDARD } from '../../model/providers/profiles';
import { type Dependency, dependencyOf } from './specifier';

/** Names that `--provider` takes. */
export const PROVIDERS: readonly string[] = [...PROFILES, STANDARD].map(({ name }) => name);

/** Names that `--pipeline` takes. */
export const PIPELINES: readonly string[] = ['github', 'azure', 'gitlab', 'jenkins', 'codebuild'];

/** What a repository is made for. */
export interface Choice {
  readonly provider: string;
  readonly pipeline: string;
}

/** Where a file of the repository comes from: another file, or text. */
type Source = { readonly file: string } | { readonly text: string };

const RULE = 'init';

/**
 * Writes a new repository to `folder`, from the templates of the package in `home`, and returns the paths of its files; or writes
 * nothing, and returns why.
 */
export function writeRepository(
  folder: string,
  choice: Choice,
  home: string = packageHome(),
): { readonly files: readonly string[] } | { readonly errors: readonly Finding[] } {
  const choices = [
    ...findChoiceProblems('--provider', choice.provider, PROVIDERS),
    ...findChoiceProblems('--pipeline', choice.pipeline, PIPELINES),
  ];
  const dependency = dependencyOf(home, folder);
  if (isProblem(dependency)) return { errors: [...choices, findingOf(RULE, dependency)] };
  if (choices.length > 0) return { errors: choices };
  const sources = sourcesOf(folder, choice, home, dependency);
  const errors = findObstacles(folder, [...sources.keys()]);
  return errors.length > 0 ? { errors } : write(folder, sources);
}

function findChoiceProblems(field: string, value: string, known: readonly string[]): Finding[] {
  if (known.includes(value)) return [];
  const message = `unknown ${field.slice('--'.length)} '${value}'${didYouMean(value, known)}`;
  return [findingOf(RULE, { field, value, message, expected: `one of ${known.join(', ')}` })];
}

/** Every file by its path in the repository. A provider's files replace those for a laptop. */
function sourcesOf(folder: string, { provider, pipeline }: Choice, home: string, { specifier, copy }: Dependency) {
  const templates = join(home, 'templates');
  const layers = ['repository', `providers/${provider}`, `pipelines/${pipeline}`].map((name) => join(templates, name));
  const sources = new Map<string, Source>();
  for (const layer of layers)
    for (const path of filesBelow(layer)) sources.set(named(path), { file: join(layer, path) });
  sources.set(MANIFEST, { text: manifestOf(join(templates, 'repository', MANIFEST), folder, specifier) });
  if (copy !== undefined) sources.set(copy.to, { file: copy.from });
  return sources;
}

const MANIFEST = 'package.json';

/** The path in the repository: npm leaves these files out of a package, so that templates have them without their dot. */
const named = (path: string): string => (['gitignore', 'npmrc'].includes(path) ? `.${path}` : path);

function filesBelow(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => statSync(join(directory, path)).isFile()).sort();
}

/** The package.json with the folder's name, and the package among its dependencies. */
function manifestOf(template: string, folder: string, specifier: string): string {
  const manifest = readObject(template);
  const dependencies = {
    ...(isJsonObject(manifest.devDependencies) ? manifest.devDependencies : {}),
    evenkeel: specifier,
  };
  const sorted = Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ ...manifest, name: nameOf(folder), devDependencies: sorted }, null, 2)}\n`;
}

/** A name that npm takes, from that of the folder. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+|-+$/g, '');
  return name === '' ? 'manifests' : name;
}

/** Files that exist already, and files where a folder would have to be. All of them in one finding: they are one mistake. */
function findObstacles(folder: string, paths: readonly string[]): Finding[] {
  const above = (path: string): string[] => (dirname(path) === '.' ? [] : [...above(dirname(path)), dirname(path)]);
  const blocked = (path: string) => above(path).filter((name) => isFile(join(folder, name)));
  const existing = paths.flatMap((path) => [
    ...blocked(path),
    ...(existsSync(join(folder, path)) && !(path === MANIFEST && isOfInstallation(join(folder, path))) ? [path] : []),
  ]);
  const named = [...new Set(existing)].sort();
  if (named.length === 0) return [];
  const what = named.length === 1 ? '1 file exists' : `${named.length} files exist`;
  return [
    findingOf(RULE, {
      value: named.join(', '),
      message: `${what} already, and would be overwritten`,
      expected: 'an empty folder',
      fix: 'run it in a new folder, and copy from there what you want',
    }),
  ];
}

const isFile = (path: string): boolean => existsSync(path) && !statSync(path).isDirectory();

/** Whether a package.json holds only what `npm install <this package>` writes into an empty folder. */
function isOfInstallation(path: string): boolean {
  const manifest = readObject(path);
  return Object.entries(manifest).every(
    ([key, value]) =>
      ['dependencies', 'devDependencies'].includes(key) &&
      isJsonObject(value) &&
      Object.keys(value).every((name) => name === 'evenkeel'),
  );
}

function readObject(path: string): JsonObject {
  try {
    const value: Json = JSON.parse(readFileSync(path, 'utf8'));
    return isJsonObject(value) ? value : { value };
  } catch {
    return { unreadable: true };
  }
}

function write(folder: string, sources: ReadonlyMap<string, Source>): ReturnType<typeof writeRepository> {
  const written: string[] = [];
  try {
    for (const [path, source] of sources) {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      written.push(target);
      if ('text' in source) writeFileSync(target, source.text);
      else copyFileSync(source.file, target);
    }
  } catch (error) {
    for (const target of written) rmSync(target, { force: true });
    const message = `the repository cannot be written: ${error instanceof Error ? error.message : String(error)}`;
    return { errors: [findingOf(RULE, { value: folder, message, expected: 'a folder that can be written' })] };
  }
  return { files: [...sources.keys()].sort() };
}

/** The folder of this package: the nearest one above that has templates. */
function packageHome(): string {
  const above = (folder: string): string =>
    existsSync(join(folder, 'templates')) || folder === dirname(folder) ? folder : above(dirname(folder));
  return above(__dirname);
}
