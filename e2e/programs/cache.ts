// The cache of what a cluster is made of: a folder for each version, complete or absent.
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const CACHE = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'evenkeel', 'e2e');

/** What this process built, and how long each build took. */
export const builds: { readonly name: string; readonly seconds: number }[] = [];

/** Absolute path of this version's folder; `fill` makes it if it is absent, in a folder that is moved into place when it is complete. */
export function cached(what: string, version: string, fill: (folder: string) => void): string {
  const folder = folderOf(what, version);
  if (existsSync(folder)) return folder;
  process.stdout.write(`building ${what} …`);
  const started = Date.now();
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    fill(unfinished);
    // another run may have made it meanwhile
    if (!existsSync(folder)) renameSync(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  const seconds = (Date.now() - started) / 1000;
  builds.push({ name: what, seconds });
  process.stdout.write(` ${Math.round(seconds)} s\n`);
  return folder;
}

export function isCached(what: string, version: string): boolean {
  return existsSync(folderOf(what, version));
}

function folderOf(what: string, version: string): string {
  return join(CACHE, `${what.replaceAll('/', '-')}-${version}`);
}
