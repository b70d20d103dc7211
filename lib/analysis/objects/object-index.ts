// An index of the objects by kind, namespace and name, built once per list: rules need not search all of it.
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';

const BETWEEN = '\n';

/** A key for a namespace on a cluster. */
export const placeOf = (cluster: string, namespace: string | undefined): string =>
  cluster + BETWEEN + (namespace ?? '');

const NONE: readonly ApiEntry[] = [];

/** Finds objects by kind and name. */
class ObjectIndex {
  private readonly kinds = new Map<string, ApiEntry[]>();
  private readonly names = new Map<string, Map<string, ApiEntry>>();

  constructor(readonly entries: readonly ApiEntry[]) {
    for (const entry of entries) {
      const kind = `${entry.identity.group}/${entry.identity.kind}`;
      const known = this.kinds.get(kind);
      if (known === undefined) this.kinds.set(kind, [entry]);
      else known.push(entry);
    }
  }

  /** All objects of these kinds, over all clusters. */
  of(...kinds: readonly Kind[]): readonly ApiEntry[] {
    if (kinds.length === 1) return this.kinds.get(kinds[0] ?? '') ?? NONE;
    return kinds.flatMap((kind) => this.kinds.get(kind) ?? NONE);
  }

  find(kind: Kind, cluster: string, namespace: string | undefined, name: string): ApiEntry | undefined {
    return this.named(kind).get(placeOf(cluster, namespace) + BETWEEN + name);
  }

  /** Whether the app writes the Namespace object, and so defines everything in it. */
  owns(cluster: string, namespace: string | undefined): boolean {
    return namespace !== undefined && this.find('/Namespace', cluster, undefined, namespace) !== undefined;
  }

  private named(kind: Kind): ReadonlyMap<string, ApiEntry> {
    const known = this.names.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, ApiEntry>();
    for (const entry of this.kinds.get(kind) ?? NONE) {
      // some frameworks put a namespace on Namespace objects; the API server ignores it
      const namespace = kind === '/Namespace' ? undefined : entry.identity.namespace;
      made.set(placeOf(entry.cluster, namespace) + BETWEEN + entry.identity.name, entry);
    }
    this.names.set(kind, made);
    return made;
  }
}

/** Memoizes a function of a list of objects, for as long as the list exists. */
export function memoizePerObjects<T>(make: (entries: readonly ApiEntry[]) => T): (entries: readonly ApiEntry[]) => T {
  const made = new WeakMap<readonly ApiEntry[], { readonly value: T }>();
  return (entries) => {
    const known = made.get(entries);
    if (known !== undefined) return known.value;
    const value = make(entries);
    made.set(entries, { value });
    return value;
  };
}

export const objectIndex = memoizePerObjects((entries) => new ObjectIndex(entries));

/** The objects of each namespace, indexed once per list. */
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
