// Consul and consul-template in images: their programs, and of this machine what the probe of Consul's pods runs.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { copyLibraries, SHARED } from '../images/libraries';
import { binary } from '../programs/build';

/** Where the official image has them. */
const TOOLS = ['/bin/sh', '/usr/bin/curl', '/bin/grep'];

export const CONSUL = ['programs/consul', 'programs/consul-template'] as const;

/** Why this machine lacks what the probe runs; nothing where it does not. */
export function consulObstacle(): string | undefined {
  const missing = TOOLS.find((path) => !existsSync(path));
  return missing === undefined ? undefined : `there is no ${missing}: apt-get install ${basename(missing)}`;
}

/** Fills a folder with all that an image of Consul needs, and gives the environment of that image. */
export function consulRoot(folder: string): Readonly<Record<string, string>> {
  copyInto(folder, '/bin/consul', binary('programs/consul', 'consul'));
  for (const path of TOOLS) copyInto(folder, path, path);
  copyLibraries(folder, TOOLS);
  return { LD_LIBRARY_PATH: SHARED, PATH: '/bin:/usr/bin' };
}

/** Fills a folder with all that an image of consul-template needs. */
export function consulTemplateRoot(folder: string): void {
  copyInto(folder, '/bin/consul-template', binary('programs/consul-template', 'consul-template'));
}

function copyInto(folder: string, path: string, source: string): void {
  const copy = join(folder, path);
  mkdirSync(dirname(copy), { recursive: true });
  copyFileSync(source, copy);
}
