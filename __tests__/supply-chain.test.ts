// What an installation of this repository may bring: packages with a hash, and no install script.
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

/** A package of package-lock.json. */
interface Locked {
  readonly integrity?: string;
  readonly inBundle?: boolean;
  readonly hasInstallScript?: boolean;
}

const locked = Object.entries<Locked>(
  JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages,
).filter(([path]) => path !== '');

test('F16: every locked package has an integrity hash, or comes inside of one that has', () => {
  expect(locked.length).toBeGreaterThan(500);
  expect(locked.filter(([, { integrity, inBundle }]) => integrity === undefined && inBundle !== true)).toEqual([]);
});

test('every install script is denied by name', () => {
  const names = locked
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(manifest.allowScripts).toEqual(Object.fromEntries(names.sort().map((name) => [name, false])));
  expect(readFileSync(join(ROOT, '.npmrc'), 'utf8')).toContain('strict-allow-scripts=true\n');
});

test('F29: the launcher is executable', () => {
  expect(statSync(join(ROOT, manifest.bin.evenkeel)).mode & 0o111).toBe(0o111);
});
