// The stock: what the output directory contains, which part of it is ours, and how it differs from what it should hold.

import { join } from 'node:path';
import { compareText } from '../../model/manifest/text';
import { ancestorsOf, bytesOf, ifThere, namesIn, shown, statusOf } from './entry';
import { type Files, INVENTORY, parseInventory } from './inventory';
import { OutputError } from './output-error';

/** The kind of an entry: all but plain files and symbolic links are `other`. Directories are not entries. */
export type Kind = 'file' | 'link' | 'other';

/** The content of the output directory, and which part of it is ours. */
export interface Stock {
  /** Whether the directory exists. */
  readonly exists: boolean;
  /** Relative POSIX path → kind, without directories; links are not followed. */
  readonly entries: ReadonlyMap<string, Kind>;
  /** Folders with something in them. */
  readonly folders: readonly string[];
  /** Empty folders: never ours, since we write only files. */
  readonly emptyFolders: readonly string[];
  /** The paths that the inventory on disk lists, and the inventory itself. */
  readonly owned: ReadonlySet<string>;
  /** The apps that the inventory on disk names. */
  readonly apps: readonly string[];
}

/** How a directory differs from the files it should hold. Relative POSIX paths, sorted. */
export interface Comparison {
  readonly same: readonly string[];
  /** Present, with other content. */
  readonly changed: readonly string[];
  /** Absent. */
  readonly missing: readonly string[];
  /** Present, listed in the inventory, and no longer produced. */
  readonly stale: readonly string[];
  /** Present, and not ours. */
  readonly foreign: readonly string[];
}

/**
 * Reads the directory. What vanishes meanwhile counts as absent, so this is safe while another run writes.
 * @throws the system's error where something cannot be read (EACCES), or `directory` is a file (ENOTDIR).
 */
export function takeStock(directory: string): Stock {
  const entries = new Map<string, Kind>();
  const folders: string[] = [];
  const emptyFolders: string[] = [];
  const exists = walk(directory, '', { entries, folders, emptyFolders });
  const own = entries.get(INVENTORY) === 'file' ? bytesOf(join(directory, INVENTORY)) : undefined;
  const { recognized, apps, files } = parseInventory(own?.toString('utf8') ?? '', (path) => entries.has(path));
  const owned = new Set(recognized ? [INVENTORY, ...files.keys()] : []);
  return { exists, entries, folders, emptyFolders, owned, apps };
}

/** Compares by bytes. Throws the system's error where a file cannot be read. */
export function compareWith(outdir: string, files: Files, stock: Stock): Comparison {
  const [changed, missing, same]: [string[], string[], string[]] = [[], [], []];
  for (const [path, text] of [...files].sort(([a], [b]) => compareText(a, b))) {
    const kind = stock.entries.get(path);
    if (kind === undefined) missing.push(path);
    else if (kind === 'file' && bytesOf(join(outdir, path))?.equals(Buffer.from(text))) same.push(path);
    else changed.push(path);
  }
  const others = [...stock.entries.keys()].filter((path) => !files.has(path)).sort(compareText);
  const stale = others.filter((path) => stock.owned.has(path));
  return { same, changed, missing, stale, foreign: others.filter((path) => !stock.owned.has(path)) };
}

/** @throws OutputError if the directory belongs to another app: its files would be overwritten, or removed as no longer produced. */
export function refuseOtherApp(outdir: string, app: string | undefined, { apps }: Stock): void {
  if (apps.length === 0 || (app !== undefined && apps.includes(app))) return;
  const what = `${outdir} belongs to the app ${apps.join(' and ')}, and this is ${app ?? 'a run that names none'}`;
  const renamed = `if ${app ?? 'this'} is its new name, delete the line "# App: …" of ${join(outdir, INVENTORY)}`;
  throw new OutputError(outdir, what, `another output directory; ${renamed}`);
}

/** @throws OutputError if a foreign file is where one of ours should be, or cannot be kept. */
export function refuseClashes(outdir: string, files: Files, stock: Stock, comparison: Comparison): void {
  const refuse = (path: string, what: string): never => {
    const at = join(outdir, shown(path));
    const fix = `move ${at} away, or restore ${join(outdir, INVENTORY)} if Evenkeel created it`;
    throw new OutputError(at, `${at} ${what}, and ${INVENTORY} does not list it`, fix);
  };
  const foreign = new Set(comparison.foreign);
  for (const path of comparison.changed) if (!stock.owned.has(path)) refuse(path, 'already exists with other content');
  for (const path of [...files.keys()].flatMap(ancestorsOf)) if (foreign.has(path)) refuse(path, 'is not a directory');
  for (const path of foreign) {
    const file = ancestorsOf(path).find((directory) => files.has(directory));
    if (file !== undefined) refuse(path, `is in the place of the file ${file}`);
    if (stock.entries.get(path) === 'other') refuse(path, 'is neither a file, a directory nor a link');
  }
  const source = stock.owned.size === 0 ? comparison.foreign.find(isSource) : undefined;
  if (source !== undefined) {
    const what = `${outdir} is not an Evenkeel output directory: it has no ${INVENTORY}, but other files, such as ${shown(source)}`;
    throw new OutputError(outdir, what, 'an empty or absent directory, or one that evenkeel wrote');
  }
}

// In a directory of manifests and notes, all foreign files are kept and named. Others are someone's work.
function isSource(path: string): boolean {
  return path.includes('/') || (/[^.].*\./.test(path) && !/^\.|\.(ya?ml|md|txt)$/i.test(path));
}

interface Found {
  readonly entries: Map<string, Kind>;
  readonly folders: string[];
  readonly emptyFolders: string[];
}

function walk(directory: string, prefix: string, found: Found): boolean {
  // What is a file now was a directory a moment ago; but the output directory itself may be a file, which is an error.
  const inside =
    prefix === '' && statusOf(directory) !== undefined ? namesIn(directory) : ifThere(() => namesIn(directory));
  if (inside === undefined) return false;
  if (prefix !== '') (inside.length === 0 ? found.emptyFolders : found.folders).push(prefix.slice(0, -1));
  for (const { name, entry } of inside) {
    const path = `${prefix}${name}`;
    if (entry.isDirectory()) walk(join(directory, name), `${path}/`, found);
    else found.entries.set(path, entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other');
  }
  return true;
}
