// The cache of what a cluster is made of: a folder for each version, complete or not there at all.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'evenkeel', 'e2e');

/** Folder of this version; `fill` makes it where it is not there, in a folder that is moved into place when it is complete. */
export function cached(what: string, version: string, fill: (folder: string) => void): string {
  const folder = join(CACHE, `${what.replaceAll('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  process.stdout.write(`building ${what} …`);
  const started = Date.now();
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    fill(unfinished);
    renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  process.stdout.write(` ${Math.round((Date.now() - started) / 1000)} s\n`);
  return folder;
}
