// A copy of manifests with one promise taken out: the proof of that promise must fail on it.
import { readFileSync, writeFileSync } from 'node:fs';

/** Writes a copy of the file in which `from` is replaced everywhere; gives its path. */
export function writeBrokenCopy(file: string, from: RegExp, to: string): string {
  const text = readFileSync(file, 'utf8');
  const changed = text.replaceAll(from, to);
  if (changed === text) throw new Error(`${file} does not match ${from}`);
  const copy = file.replace(/\.yaml$/, '.broken.yaml');
  writeFileSync(copy, changed);
  return copy;
}
