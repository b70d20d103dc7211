// Objects as a commit has them, paired with those of the app. A pair has one identity on one cluster; files do not count.

import type { JsonObject } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity, type Identity } from '../../model/manifest/object';

/** An object as a commit has it. */
export interface EarlierObject {
  readonly identity: Identity;
  readonly manifest: JsonObject;
  /** Name of the cluster that received it. */
  readonly cluster: string;
}

/** One object before and after. */
export interface ObjectPair {
  readonly before: EarlierObject;
  readonly after: ApiEntry;
}

/** How the objects of an app differ from those of a commit. */
export interface ObjectChanges {
  /** The commit as the user names it: `HEAD`. */
  readonly ref: string;
  /** Objects that both have, other than those with the same text. */
  readonly pairs: readonly ObjectPair[];
  /** Objects that only the commit has. */
  readonly removed: readonly EarlierObject[];
  /** Objects that only the app has. */
  readonly added: readonly ApiEntry[];
  /** All objects of the app. */
  readonly entries: readonly ApiEntry[];
}

/** What is compared. */
export interface Earlier {
  /** See {@link ObjectChanges.ref}. */
  readonly ref: string;
  /** Objects of the commit whose text the app does not have. */
  readonly objects: readonly EarlierObject[];
  /** Identities of all objects of the commit, by {@link objectKey}. */
  readonly known: ReadonlySet<string>;
}

/** A key for an object on a cluster; `identity` is as {@link describeIdentity} writes it. */
export const objectKey = (cluster: string, identity: string): string => `${cluster}\n${identity}`;

const keyOf = ({ cluster, identity }: Pick<EarlierObject, 'cluster' | 'identity'>): string =>
  objectKey(cluster, describeIdentity(identity));

/** Pairs the objects of a commit with those of the app. */
export function pairObjects({ ref, objects, known }: Earlier, entries: readonly ApiEntry[]): ObjectChanges {
  const after = new Map(entries.map((entry) => [keyOf(entry), entry]));
  // an object that a merge left twice counts once, as the last of them, which kubectl applies last
  const before = new Map(objects.map((object) => [keyOf(object), object]));
  const pairs: ObjectPair[] = [];
  const removed: EarlierObject[] = [];
  for (const [key, object] of before) {
    const entry = after.get(key);
    if (entry === undefined) removed.push(object);
    else pairs.push({ before: object, after: entry });
  }
  const added = [...after].flatMap(([key, entry]) => (before.has(key) || known.has(key) ? [] : [entry]));
  return { ref, pairs, removed, added, entries };
}
