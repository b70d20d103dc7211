// Shared libraries of programs of this machine, for images without a distribution.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Where an image's programs find them: the value of LD_LIBRARY_PATH. */
export const SHARED = '/shared';

/**
 * Copies everything that the dynamic linker would load from outside of the root, by the name it is asked for; the linker itself in its place.
 * @param programs paths of the programs and libraries, below the root
 */
export function copyLibraries(root: string, programs: readonly string[]): void {
  mkdirSync(join(root, SHARED));
  const { stdout } = spawnSync(
    'ldd',
    programs.map((name) => join(root, name)),
    { encoding: 'utf8' },
  );
  for (const [, name, path = ''] of stdout.matchAll(/^\t(\S+) => (\/\S+) \(/gm)) {
    if (!path.startsWith(root + sep)) copyFileSync(path, join(root, SHARED, name ?? basename(path)));
  }
  const linker = /^\t(\/\S+) \(/m.exec(stdout)?.[1];
  if (linker === undefined) throw new Error(`ldd names no dynamic linker for ${programs[0]}`);
  mkdirSync(dirname(join(root, linker)), { recursive: true });
  copyFileSync(linker, join(root, linker));
}
