// The name of an app, by which an output directory knows whose it is: the same in every checkout, and no other app's.

import { readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

/** `<package>/<path of the app file in it>`; without a package the folder's name stands for it. */
export function appName(entry: string): string {
  const folder = dirname(entry);
  const { name, root } = packageAbove(folder) ?? { name: basename(folder), root: folder };
  // The name is one line of a file.
  return `${name}/${relative(root, entry).split(sep).join('/')}`.replaceAll(/\p{Cc}/gu, '?');
}

function packageAbove(folder: string): { readonly name: string; readonly root: string } | undefined {
  const name = nameIn(join(folder, 'package.json'));
  if (name !== undefined) return { name, root: folder };
  return dirname(folder) === folder ? undefined : packageAbove(dirname(folder));
}

function nameIn(file: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const name = typeof manifest === 'object' && manifest !== null && 'name' in manifest ? manifest.name : undefined;
    return typeof name === 'string' && name !== '' ? name : undefined;
  } catch {
    return undefined;
  }
}
