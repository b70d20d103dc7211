// A negative twin: manifests with one promise taken out, so that a proof is seen to fail without it.
import { readFileSync, writeFileSync } from 'node:fs';

/** Writes a copy of the file in which `from` is replaced wherever it stands. */
export function writeTwin(file: string, from: RegExp, to: string): string {
  const text = readFileSync(file, 'utf8');
  const changed = text.replaceAll(from, to);
  if (changed === text) throw new Error(`${file} holds nothing like ${from}`);
  const twin = file.replace(/\.yaml$/, '.twin.yaml');
  writeFileSync(twin, changed);
  return twin;
}
