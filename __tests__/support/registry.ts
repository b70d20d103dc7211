// A registry of packages with exactly what package-lock.json pins, from node_modules: `npm install` without a network.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** A version of a package: what its package.json says, and its folder if it is installed here. */
interface Version {
  readonly manifest: {
    readonly version: string;
    readonly bundledDependencies?: unknown;
    readonly bundleDependencies?: unknown;
  };
  readonly folder: string | undefined;
}

/** What package-lock.json pins, by folder. `name` is there where a package is installed under another name. */
function lockedPackages(): Readonly<Record<string, { readonly name?: string }>> {
  return JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
}

/** Versions by name. Packages for other platforms are in the lock, and not in node_modules. */
function versionsByName(): ReadonlyMap<string, readonly Version[]> {
  const byName = new Map<string, Version[]>();
  for (const [path, locked] of Object.entries(lockedPackages())) {
    if (path === '') continue;
    const name = locked.name ?? path.split('node_modules/').at(-1) ?? '';
    const folder = join(ROOT, path);
    const file = join(folder, 'package.json');
    const isInstalled = existsSync(file);
    const manifest = isInstalled ? JSON.parse(readFileSync(file, 'utf8')) : { ...locked, name };
    byName.set(name, [...(byName.get(name) ?? []), { manifest, folder: isInstalled ? folder : undefined }]);
  }
  return byName;
}

/** A running registry. */
export interface Registry {
  readonly url: string;
  readonly close: () => void;
}

export async function startRegistry(): Promise<Registry> {
  const versions = versionsByName();
  const server = createServer(({ url = '' }, response) => {
    const [name = '', version] = decodeURIComponent(url.slice(1)).split('/-/');
    const known = versions.get(name) ?? [];
    const asked = known.find(({ manifest }) => manifest.version === version);
    if (asked?.folder !== undefined) sendPacked(asked.folder, asked.manifest, response);
    else if (version === undefined && known.length > 0)
      response.end(JSON.stringify(documentOf(name, known, urlOf(server))));
    else response.writeHead(404).end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: urlOf(server), close: () => server.close() };
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

function documentOf(name: string, known: readonly Version[], registry: string): object {
  const versions = known.map(({ manifest }) => {
    const tarball = `${registry}/${encodeURIComponent(name)}/-/${manifest.version}`;
    return [manifest.version, { ...manifest, dist: { tarball } }] as const;
  });
  return { name, 'dist-tags': { latest: versions.at(-1)?.[0] }, versions: Object.fromEntries(versions) };
}

/** A package brings the packages that it bundles. */
function sendPacked(folder: string, manifest: Version['manifest'], response: ServerResponse): void {
  const bundles = (manifest.bundledDependencies ?? manifest.bundleDependencies) !== undefined;
  const args = [
    '-c',
    ...(bundles ? [] : ['--exclude=./node_modules']),
    '--transform=s,^[.]/,package/,',
    '-C',
    folder,
    '.',
  ];
  spawn('tar', args).stdout.pipe(response);
}
