// A real Redis of Debian: its server in an image, its client on this machine.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { copyLibraries, SHARED } from '../images/libraries';
import { command } from '../process/command';

const SERVER = '/usr/bin/redis-server';

/** Why this machine lacks it; nothing where it does not. */
export function redisObstacle(): string | undefined {
  const isThere = spawnSync(SERVER, ['--version']).status === 0 && spawnSync('redis-cli', ['--version']).status === 0;
  return isThere ? undefined : 'there is no redis-server: apt-get install redis-server';
}

/** Fills a folder with all that an image of it needs, and gives the environment of that image. */
export function redisRoot(folder: string): Readonly<Record<string, string>> {
  mkdirSync(folder, { recursive: true });
  const programs = ['redis-server', 'redis-cli', 'redis-check-rdb'];
  for (const program of programs) copyFileSync(join('/usr/bin', program), join(folder, program));
  copyLibraries(folder, programs);
  return { LD_LIBRARY_PATH: SHARED };
}

/** Answers of the server at an address, a line each. */
export async function askRedis(address: string, ...line: string[]): Promise<string[]> {
  return (await command('timeout', ['5', 'redis-cli', '--raw', '-h', address, ...line])).trim().split('\n');
}
