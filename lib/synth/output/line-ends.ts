// Line ends: Git may turn those of a checkout into CRLF, and then every file differs.
import fs from 'node:fs';
import { join } from 'node:path';
import type { Files } from './inventory';

/** Those of the `changed` files of a directory that differ from `files` in their line ends only. */
export function findOtherLineEnds(outdir: string, files: Files, changed: readonly string[]): readonly string[] {
  return changed.filter((path) => readText(join(outdir, path))?.replaceAll('\r\n', '\n') === files.get(path));
}

function readText(path: string): string | undefined {
  return fs.lstatSync(path).isFile() ? fs.readFileSync(path, 'utf8') : undefined;
}
