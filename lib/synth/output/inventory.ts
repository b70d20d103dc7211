// The inventory: whose the output directory is, which files of it are ours, and which objects each contains.

import { compareText } from '../../model/manifest/text';
import { isInside } from './entry';

/** Path of the inventory within the output directory. */
export const INVENTORY = 'inventory.txt';

/** Files of an output directory: relative POSIX path → text, written as UTF-8. */
export type Files = ReadonlyMap<string, string>;

/** The content of an inventory. */
export interface Inventory {
  /** Whether the text is an inventory at all. A foreign `inventory.txt` does not define what is ours. */
  readonly recognized: boolean;
  /** The apps that wrote it: one, or both of a git conflict; none in a text that names no app. */
  readonly apps: readonly string[];
  /** Path → identities of its objects. Never a path that leaves the directory, never `inventory.txt` itself. */
  readonly files: ReadonlyMap<string, readonly string[]>;
}

const TITLE = '# Evenkeel inventory';
const HEADER = `${TITLE}: the files it owns in this directory, and their objects. What is not listed is left alone.`;
const APP = '# App: ';
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
 * @param isThere of which paths to keep the objects: a text that is not ours may list millions that do not exist
 */
export function parseInventory(text: string, isThere: (path: string) => boolean = () => true): Inventory {
  const found = new Map<string, Set<string>>();
  let recognized = false;
  let current: Set<string> | undefined;
  let beforeConflict: Set<string> | undefined;
  const apps = new Set<string>();
  for (const line of linesOf(text)) {
    if (MARKER.test(line)) {
      // Each side of a conflict continues the text before it, not the other side.
      if (line.startsWith('<')) beforeConflict = current;
      else if (!line.startsWith('>')) current = beforeConflict;
    } else if (line.startsWith('#')) {
      recognized ||= line.startsWith(TITLE);
      if (line.startsWith(APP)) apps.add(line.slice(APP.length));
    } else if (line.startsWith('  ')) {
      current?.add(line.slice(2));
    } else if (line !== '') {
      current = undefined;
      if (line !== INVENTORY && isThere(line) && isOwnable(line)) {
        current = found.get(line) ?? new Set();
        found.set(line, current);
      }
    }
  }
  const listed = recognized ? [...found] : [];
  const files = new Map(listed.map(([path, objects]) => [path, [...objects]]));
  return { recognized, apps: recognized ? [...apps] : [], files };
}

/** The lines of a text, one at a time: an inventory that is not ours may be large. */
function* linesOf(text: string): Generator<string> {
  for (let start = 0; start <= text.length; ) {
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end === -1 ? text.length : end);
    yield line.endsWith('\r') ? line.slice(0, -1) : line;
    start = end === -1 ? text.length + 1 : end + 1;
  }
}

/** The inventory with the name of the app that it belongs to. */
export function signInventory(text: string, app: string): string {
  const [header = '', ...rest] = text.split('\n');
  return [header, `${APP}${app}`, ...rest.filter((line) => !line.startsWith(APP))].join('\n');
}

/** Whether `path` is a relative POSIX path that stays in its directory and fits on a line of the inventory. */
export function isOwnable(path: string): boolean {
  if (/[\0\r\n]|^[\s#]/.test(path) || MARKER.test(path)) return false;
  return isInside(path);
}

/** @throws RangeError unless the inventory among `files` lists exactly the other files: the next run relies on it. */
export function checkInventory(files: Files): void {
  const listed = parseInventory(files.get(INVENTORY) ?? '').files;
  const odd = [...files.keys()].find((path) => !isOwnable(path) || (path !== INVENTORY && !listed.has(path)));
  if (odd !== undefined) throw new RangeError(`${JSON.stringify(odd)} is not listed in the ${INVENTORY} to be written`);
  const lost = [...listed.keys()].find((path) => !files.has(path));
  if (lost !== undefined) throw new RangeError(`${lost} is listed in the ${INVENTORY} to be written, but not written`);
}
