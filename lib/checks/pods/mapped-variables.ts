// Variables of containers whose values are in ConfigMaps of the app.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, places, text } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import type { Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';

/** A text of a ConfigMap that a container has as a variable. */
interface MappedVariable {
  readonly map: ApiEntry;
  readonly key: string;
  /** Name of the variable. */
  readonly name: string;
}

/** Each once, whichever containers have it: a ConfigMap may be theirs in common. */
export function* mappedVariables(entries: readonly ApiEntry[]): Generator<MappedVariable> {
  const index = objectIndex(entries);
  const seen = new Map<ApiEntry, Set<string>>();
  const isNew = (map: ApiEntry, use: string) => {
    const uses = seen.get(map) ?? new Set();
    seen.set(map, uses);
    return uses.size < uses.add(use).size;
  };
  for (const { entry, containers } of workloads(entries)) {
    const find = (name: Json | undefined) =>
      typeof name === 'string' ? index.find('/ConfigMap', entry.cluster, entry.identity.namespace, name) : undefined;
    for (const { value: container } of containers) {
      for (const { value } of places(container, 'env', '')) {
        const ref = dig(value, 'valueFrom', 'configMapKeyRef');
        const [map, key, name] = [find(ref?.name), text(ref?.key) ?? '', text(value.name) ?? ''];
        if (map !== undefined && isNew(map, `key ${key} ${name}`)) yield { map, key, name };
      }
      for (const { value } of places(container, 'envFrom', '')) {
        const [map, prefix] = [find(dig(value, 'configMapRef')?.name), text(value.prefix) ?? ''];
        if (map === undefined || !isNew(map, `all ${prefix}`)) continue;
        for (const key of Object.keys(dig(map.manifest, 'data') ?? {})) yield { map, key, name: prefix + key };
      }
    }
  }
}
