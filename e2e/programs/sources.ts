// Sources of Go modules: of those that one of ours requires, in the version that is built, and of those that hold files only.
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Absolute path of the sources; downloads them if they are not there.
 * @param folder absolute path of the folder whose go.mod requires the module
 */
export function sourcesOf(folder: string, required: string): string {
  execFileSync('go', ['mod', 'download', required], { cwd: folder });
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', required], { cwd: folder, encoding: 'utf8' }).trim();
}

/** A module of which no program is built. */
export interface Pinned {
  readonly module: string;
  readonly version: string;
  /** `Sum` of `go mod download -json`. */
  readonly sum: string;
}

/**
 * Absolute path of its sources; downloads them if they are not there. Nothing is built, so that it may want a newer Go than there is.
 * @throws when the version has another content than it had
 */
export function pinnedSources({ module, version, sum }: Pinned): string {
  const id = `${module}@${version}`;
  const { stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', id], { cwd: tmpdir(), encoding: 'utf8' });
  if (stdout === '') throw new Error(`${id}: ${stderr}`);
  const found: { readonly Sum?: string; readonly Error?: string } = JSON.parse(stdout);
  if (found.Sum !== sum) throw new Error(`${id}: its sum is ${found.Sum ?? found.Error ?? ''}, expected ${sum}`);
  const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();
  return join(
    cache,
    id.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`),
  );
}
