// The fields in which two lists of objects differ. Objects are paired by the construct that made them, since names may differ too.
import { isJsonObject, type Json, jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { at, own } from '../objects/read-json';

/** One field with two values. */
export interface Difference {
  /** JSON pointer (RFC 6901); empty for a whole object. */
  readonly pointer: string;
  /** Absent where the field is new. */
  readonly before?: Json;
  /** Absent where the field is removed. */
  readonly after?: Json;
}

/** A field of an object with two values. */
export interface ObjectDifference extends Difference {
  /** The object afterwards; or before, where it is removed. */
  readonly entry: ApiEntry;
}

/** The fields in which `after` differs from `before`, each as deep as possible. */
function differences(before: Json | undefined, after: Json | undefined, pointer = ''): Difference[] {
  if (before === after) return [];
  const maps = [before ?? {}, after ?? {}].filter(isJsonObject);
  const [one, other] = maps;
  if (one !== undefined && other !== undefined && Object.keys({ ...one, ...other }).length > 0) {
    const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
    return keys.flatMap((key) => differences(own(one, key), own(other, key), at(pointer, key)));
  }
  // lists of different lengths differ as a whole: which item moved would be a guess
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    return before.flatMap((item: Json, index) => differences(item, after[index], at(pointer, index)));
  }
  if (jsonText(before) === jsonText(after)) return [];
  return [{ pointer, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** All differences between two lists, object by object. `rename` makes the paths of both lists comparable. */
export function compareObjects(
  before: readonly ApiEntry[],
  after: readonly ApiEntry[],
  rename: (path: string) => string = (path) => path,
): ObjectDifference[] {
  const old = byConstruct(before, rename);
  const found: ObjectDifference[] = [];
  for (const [key, entry] of byConstruct(after, rename)) {
    const was = old.get(key);
    old.delete(key);
    if (was === undefined) found.push({ entry, pointer: '', after: entry.identity.name });
    else for (const one of differences(was.manifest, entry.manifest)) found.push({ ...one, entry });
  }
  for (const entry of old.values()) found.push({ entry, pointer: '', before: entry.identity.name });
  return found;
}

/** A construct may make several objects of a kind: the key counts them. */
function byConstruct(entries: readonly ApiEntry[], rename: (path: string) => string): Map<string, ApiEntry> {
  const found = new Map<string, ApiEntry>();
  for (const entry of entries) {
    const { group, kind } = entry.identity;
    const key = `${rename(entry.origin.construct)}\n${group}/${kind}`;
    let index = 0;
    while (found.has(`${key}\n${index}`)) index++;
    found.set(`${key}\n${index}`, entry);
  }
  return found;
}
