// What a folder of manifests as synth writes it holds: its clusters' folders, and the systems in them.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ofKind, readManifests } from './manifests';

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
