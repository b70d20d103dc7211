// The objects of one namespace, indexed once per list.
import type { ApiEntry } from '../../model/manifest/object';
import { memoizePerObjects, placeOf } from './object-index';

const byPlace = memoizePerObjects((entries): ReadonlyMap<string, readonly ApiEntry[]> => {
  const found = new Map<string, ApiEntry[]>();
  for (const entry of entries) {
    const place = placeOf(entry.cluster, entry.identity.namespace);
    const members = found.get(place);
    if (members === undefined) found.set(place, [entry]);
    else members.push(entry);
  }
  return found;
});

/** The objects in the namespace of `entry`, itself included; the same list for all of them. */
export function neighbours(entries: readonly ApiEntry[], { cluster, identity }: ApiEntry): readonly ApiEntry[] {
  return byPlace(entries).get(placeOf(cluster, identity.namespace)) ?? [];
}
