// Output directories in tests: files as synth gives them, the state of a directory, and a write that must be refused.
import fs from 'node:fs';
import path from 'node:path';
import { renderInventory } from '../../lib/synth/output/inventory';
import { type Files, OutputError, writeFiles } from '../../lib/synth/output/write';

/** These files, and the inventory that lists them. */
export function tree(files: Record<string, string>): Files {
  const inventory = renderInventory(new Map(Object.keys(files).map((file) => [file, []])));
  return new Map([...Object.entries(files), ['inventory.txt', inventory]]);
}

/** What is below a directory, without what a hard link, or a lock that came and went, changes. */
export function shape(directory: string) {
  return ['', ...fs.readdirSync(directory, { recursive: true }).map(String).sort()].map((name) => {
    const { mtimeMs, ino, mode } = fs.lstatSync(path.join(directory, name));
    return { name, ino, mode, mtimeMs: name === '' ? 0 : mtimeMs };
  });
}

/** The error of `writeFiles` to `target`; fails when it is written, or when anything below `root` changes. */
export function refusedWrite(files: Files, target: string, root: string): OutputError {
  const before = shape(root);
  try {
    writeFiles(target, files, { waitMs: 50 });
  } catch (error) {
    expect(shape(root)).toEqual(before);
    if (error instanceof OutputError) return error;
    throw error;
  }
  throw new Error('was not refused');
}
