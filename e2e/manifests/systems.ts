// What a folder of manifests as synth writes it holds: its clusters' folders, and the systems in them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, ofKind, readManifests } from './manifests';

/** The folder of each cluster: `dist` itself is the home cluster's. */
export function clusterFolders(dist: string): string[] {
  const others = join(dist, 'clusters');
  const names = existsSync(others) ? readdirSync(others).sort() : [];
  return [dist, ...names.map((name) => join(others, name))];
}

/** Names of the systems that have a namespace on any cluster. */
export function systemsIn(dist: string): ReadonlySet<string> {
  const namespaces = clusterFolders(dist).flatMap((folder) => ofKind(readManifests(folder), 'Namespace'));
  return new Set(namespaces.flatMap(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] ?? []));
}

/** The parts of the platform, which the shared cluster does not hold: E29, E31, E32 and E34 run them. */
const PARTS = ['backups', 'configuration', 'etcd-backup', 'logs', 'metrics', 'node-metrics', 'traces'];

const LABEL = 'app.kubernetes.io/part-of';

/** What kubectl reads: what is not of a part, from the file or folder that follows. */
export const SYSTEMS = ['-l', `${LABEL} notin (${PARTS.join(', ')})`, '-f'] as const;

/** kubectl, applying that. */
export const APPLY_SYSTEMS = ['apply', ...SYSTEMS] as const;

/** The manifests of a file or folder that are not of a part. */
export const readSystems = (path: string): Manifest[] =>
  readManifests(path).filter(({ metadata }) => !PARTS.includes(metadata.labels?.[LABEL] ?? ''));
