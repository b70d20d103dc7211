// The image of restic: the program built here, in place of Alpine's shell and tools those of Debian's busybox.
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binary } from '../programs/build';

const BUSYBOX = '/bin/busybox';
/** What the commands of backups call. */
const TOOLS = ['/bin/sh', '/bin/cat', '/bin/grep', '/bin/sleep', '/usr/bin/find'];

/** Why this machine lacks it; nothing where it does not. */
export function resticObstacle(): string | undefined {
  return existsSync(BUSYBOX) ? undefined : 'there is no busybox: apt-get install busybox-static';
}

/** Fills a folder with all that an image of it needs, and with texts by absolute path. */
export function resticRoot(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'usr', 'bin'), { recursive: true });
  copyFileSync(BUSYBOX, join(folder, BUSYBOX));
  for (const tool of TOOLS) symlinkSync(BUSYBOX, join(folder, tool));
  copyFileSync(binary('programs/restic', 'restic'), join(folder, 'usr', 'bin', 'restic'));
}
