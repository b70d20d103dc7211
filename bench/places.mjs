// Folders: the project, and a scratch folder for the measurements' output, removed at the end.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));

process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

/** An unused path in the scratch folder. */
export const fresh = (name) => empty(join(scratch, name));

/** Removes the file or folder at a path, and returns the path. */
export function empty(path) {
  rmSync(path, { recursive: true, force: true });
  return path;
}

/** Number of objects and bytes in a file or folder of manifests, YAML or JSON. */
export function weigh(path) {
  if (!existsSync(path)) return { objects: 0, bytes: 0 };
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true }).map((name) => join(path, name))
    : [path];
  const texts = files.filter((file) => /\.(ya?ml|json)$/.test(file)).map((file) => readFileSync(file, 'utf8'));
  return {
    objects: texts.reduce((sum, text) => sum + (text.match(/^kind:|"kind":"\w+","metadata"/gm)?.length ?? 0), 0),
    bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0),
  };
}
