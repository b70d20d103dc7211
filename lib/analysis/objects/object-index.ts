// The objects by kind, by place and by name: built once for a list, so that no rule has to search through all of it.
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';

const BETWEEN = '\n';

/** The namespace of an object on its cluster, as one text to look things up by. */
export const placeOf = (cluster: string, namespace: string | undefined): string =>
  cluster + BETWEEN + (namespace ?? '');

const NONE: readonly ApiEntry[] = [];

/** Answers who else is there. */
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

  /** Whether the app writes the Namespace object, and so may be asked about everything in it. */
  owns(cluster: string, namespace: string | undefined): boolean {
    return namespace !== undefined && this.find('/Namespace', cluster, undefined, namespace) !== undefined;
  }

  private named(kind: Kind): ReadonlyMap<string, ApiEntry> {
    const known = this.names.get(kind);
    if (known !== undefined) return known;
    const made = new Map<string, ApiEntry>();
    for (const entry of this.kinds.get(kind) ?? NONE) {
      // Some frameworks put a namespace on Namespace objects; the API server takes no notice of it.
      const namespace = kind === '/Namespace' ? undefined : entry.identity.namespace;
      made.set(placeOf(entry.cluster, namespace) + BETWEEN + entry.identity.name, entry);
    }
    this.names.set(kind, made);
    return made;
  }
}

/** Something worked out once for a list of objects and kept as long as that list. */
export function memoizePerObjects<T>(make: (entries: readonly ApiEntry[]) => T): (entries: readonly ApiEntry[]) => T {
  const made = new WeakMap<readonly ApiEntry[], { readonly it: T }>();
  return (entries) => {
    const known = made.get(entries);
    if (known !== undefined) return known.it;
    const it = make(entries);
    made.set(entries, { it });
    return it;
  };
}

export const objectIndex = memoizePerObjects((entries) => new ObjectIndex(entries));
