// The inventory: which files of the output directory are ours, and which objects each contains.

import fs from 'node:fs';
import { join, posix } from 'node:path';
import { compareText } from '../../model/manifest/text';
import { OutputError } from './output-error';
import { codeOf } from './swap';

/** Path of the inventory within the output directory. */
const INVENTORY = 'inventory.txt';

/** Files of an output directory: relative POSIX path → text, written as UTF-8. */
export type Files = ReadonlyMap<string, string>;

/** The content of an inventory. */
export interface Inventory {
  /** Whether the text is an inventory at all. A foreign `inventory.txt` does not define what is ours. */
  readonly recognized: boolean;
  /** Path → identities of its objects. Never a path that leaves the directory, never `inventory.txt` itself. */
  readonly files: ReadonlyMap<string, readonly string[]>;
}

/** The kind of an entry: all but plain files and symbolic links are `other`. Directories are not entries. */
export type Kind = 'file' | 'link' | 'other';

/** The content of the output directory, and which part of it is ours. */
export interface Stock {
  /** Whether the directory exists. */
  readonly exists: boolean;
  /** Relative POSIX path → kind, without directories; links are not followed. */
  readonly entries: ReadonlyMap<string, Kind>;
  /** Empty folders: never ours, since we write only files. */
  readonly emptyFolders: readonly string[];
  /** The paths that the inventory on disk lists, and the inventory itself. */
  readonly owned: ReadonlySet<string>;
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

const TITLE = '# Evenkeel inventory';
const HEADER = `${TITLE}: the files it owns in this directory, and their objects. What is not listed is left alone.`;
const MARKER = /^(<{7}|={7}|>{7}|\|{7})( |$)/;

/**
 * The text of `inventory.txt`: a header, then every path with its objects below it, all sorted.
 * `inventory.txt` itself is left out.
 * @throws RangeError for a path or identity that the format cannot represent: reading it back would claim other files.
 */
export function renderInventory(entries: ReadonlyMap<string, readonly string[]>): string {
  const lines = [HEADER];
  for (const [path, objects] of [...entries].sort(([a], [b]) => compareText(a, b))) {
    if (path === INVENTORY) continue;
    if (!isOwnable(path)) throw new RangeError(`${JSON.stringify(path)} cannot be listed in ${INVENTORY}`);
    lines.push(path);
    for (const object of [...objects].sort(compareText)) {
      if (/[\r\n]/.test(object)) throw new RangeError(`${JSON.stringify(object)} contains a line break`);
      lines.push(`  ${object}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Reads an inventory. Never throws: invalid lines are skipped, and both sides of a git conflict count, since
 * both were ours. A text without our header lists nothing.
 */
export function parseInventory(text: string): Inventory {
  const files = new Map<string, Set<string>>();
  let recognized = false;
  let current: Set<string> | undefined;
  let beforeConflict: Set<string> | undefined;
  for (const line of text.split(/\r?\n/)) {
    if (MARKER.test(line)) {
      // Each side of a conflict continues the text before it, not the other side.
      if (line.startsWith('<')) beforeConflict = current;
      else if (!line.startsWith('>')) current = beforeConflict;
    } else if (line.startsWith('#')) {
      recognized ||= line.startsWith(TITLE);
    } else if (line.startsWith('  ')) {
      current?.add(line.slice(2));
    } else if (line !== '') {
      current = undefined;
      if (isOwnable(line) && line !== INVENTORY) {
        current = files.get(line) ?? new Set();
        files.set(line, current);
      }
    }
  }
  const listed = recognized ? [...files] : [];
  return { recognized, files: new Map(listed.map(([path, objects]) => [path, [...objects]])) };
}

// Whether `path` is a relative POSIX path that stays in its directory and fits on a line of the inventory.
function isOwnable(path: string): boolean {
  if (/[\0\r\n]|^[\s#]/.test(path) || MARKER.test(path)) return false;
  return path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** The directories above a relative POSIX path, nearest first, without the top. */
export function ancestorsOf(path: string): string[] {
  const above = posix.dirname(path);
  return above === '.' ? [] : [above, ...ancestorsOf(above)];
}

/**
 * Reads the directory. What vanishes meanwhile counts as absent, so this is safe while another run writes.
 * @throws the system's error where something cannot be read (EACCES), or `directory` is a file (ENOTDIR).
 */
export function takeStock(directory: string): Stock {
  const entries = new Map<string, Kind>();
  const emptyFolders: string[] = [];
  const exists = walk(directory, '', entries, emptyFolders);
  const own = entries.get(INVENTORY) === 'file' ? readIfThere(join(directory, INVENTORY)) : undefined;
  const inventory = parseInventory(own?.toString('utf8') ?? '');
  return {
    exists,
    entries,
    emptyFolders,
    owned: new Set(inventory.recognized ? [INVENTORY, ...inventory.files.keys()] : []),
  };
}

/** Compares by bytes. Throws the system's error where a file cannot be read. */
export function compareFiles(outdir: string, files: Files, stock: Stock): Comparison {
  const [changed, missing, same]: [string[], string[], string[]] = [[], [], []];
  for (const [path, text] of [...files].sort(([a], [b]) => compareText(a, b))) {
    const kind = stock.entries.get(path);
    if (kind === undefined) missing.push(path);
    else if (kind === 'file' && readIfThere(join(outdir, path))?.equals(Buffer.from(text))) same.push(path);
    else changed.push(path);
  }
  const others = [...stock.entries.keys()].filter((path) => !files.has(path)).sort(compareText);
  const stale = others.filter((path) => stock.owned.has(path));
  return { same, changed, missing, stale, foreign: others.filter((path) => !stock.owned.has(path)) };
}

/** @throws OutputError if a foreign file is where one of ours should be, or cannot be kept. */
export function refuseClashes(outdir: string, files: Files, stock: Stock, comparison: Comparison): void {
  const refuse = (path: string, what: string): never => {
    const at = join(outdir, path);
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
  const nested = comparison.foreign.find((path) => path.includes('/'));
  if (stock.owned.size === 0 && nested !== undefined) {
    const what = `${outdir} is not an Evenkeel output directory: it has no ${INVENTORY}, but files in folders, such as ${nested}`;
    throw new OutputError(outdir, what, 'an empty or absent directory, or one that evenkeel wrote');
  }
}

/** @throws RangeError unless the inventory among `files` lists exactly the other files: the next run relies on it. */
export function checkInventory(files: Files): void {
  const listed = parseInventory(files.get(INVENTORY) ?? '').files;
  const odd = [...files.keys()].find((path) => !isOwnable(path) || (path !== INVENTORY && !listed.has(path)));
  if (odd !== undefined) throw new RangeError(`${JSON.stringify(odd)} is not listed in the ${INVENTORY} to be written`);
  const lost = [...listed.keys()].find((path) => !files.has(path));
  if (lost !== undefined) throw new RangeError(`${lost} is listed in the ${INVENTORY} to be written, but not written`);
}

// The bytes of a file; undefined if it does not exist.
function readIfThere(path: string): Buffer | undefined {
  try {
    return fs.readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

// `readdirSync` with `recursive` is not used: whether it follows links to directories depends on the release of Node.
function walk(directory: string, prefix: string, into: Map<string, Kind>, empty: string[]): boolean {
  try {
    const inside = fs.readdirSync(directory, { withFileTypes: true });
    if (inside.length === 0 && prefix !== '') empty.push(prefix.slice(0, -1));
    for (const entry of inside) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory()) walk(join(directory, entry.name), `${path}/`, into, empty);
      else into.set(path, entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other');
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
