// What a controller that prunes must not delete, although it left the manifests: git could not bring it back.

import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { listSecrets } from '../access/secrets';
import { LOSSES } from '../changes/lost-with';
import { isDatabaseCluster } from '../objects/database-clusters';
import { list, record } from '../objects/read-json';

const placeOf = (cluster: string, namespace: string): string => `${cluster}\n${namespace}`;

/** Namespaces with more than the manifests say: data of claims, and Secrets that are made by hand. */
export function namespacesWithState(entries: readonly ApiEntry[]): (cluster: string, namespace: string) => boolean {
  const claims = entries.flatMap(({ cluster, identity, manifest }) => {
    const hasClaims =
      identity.kind === 'PersistentVolumeClaim' ||
      isDatabaseCluster(manifest) ||
      (identity.kind === 'StatefulSet' && list(record(manifest.spec)?.volumeClaimTemplates).length > 0);
    return hasClaims ? placeOf(cluster, identity.namespace ?? '') : [];
  });
  const byHand = listSecrets(entries).filter(({ madeBy }) => madeBy === undefined);
  const kept = new Set([...claims, ...byHand.map(({ cluster, namespace }) => placeOf(cluster, namespace))]);
  return (cluster, namespace) => kept.has(placeOf(cluster, namespace));
}

/** The objects that stay. A Namespace stays where it has state. */
export function keptAmong(
  objects: readonly ApiEntry[],
  hasState: (cluster: string, namespace: string) => boolean,
): ApiEntry[] {
  return objects.filter(({ cluster, identity: { group, kind, name } }) => {
    const key: Kind = `${group}/${kind}`;
    return LOSSES.has(key) && (key !== '/Namespace' || hasState(cluster, name));
  });
}
