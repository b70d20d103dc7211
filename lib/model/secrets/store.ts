// The store outside of a cluster from which External Secrets makes Secrets, and the place of a value in it.

import type { Problem } from '../finding/problem';
import { checked, choice, fields, optional, type Schema, table, text } from '../finding/schema';
import { dataKey, subdomain } from '../manifest/formats';

/** The store of a cluster, as External Secrets 0.16 or newer knows it. */
export interface SecretStore {
  /** Its name. */
  readonly name: string;
  /** A SecretStore is in the namespace of each system; who makes it is not said here. @default ClusterSecretStore */
  readonly kind?: 'ClusterSecretStore' | 'SecretStore';
}

/** What the store of a cluster may say. */
export const SECRET_STORE = fields<SecretStore>(
  {
    name: text(subdomain.expected, subdomain.fits),
    kind: optional(choice(['ClusterSecretStore', 'SecretStore'])),
  },
  "{ name: 'vault' }",
);

/** Keys of a Secret, each with the place of its value: `prod/payments`, or `prod/payments#token` for a property of it. */
export type StoredKeys = Readonly<Record<string, string>>;

const PLACE = text("a key of the store, or one with a property: 'prod/payments#token'", (place) =>
  /^[^#]+(?:#[^#]+)?$/.test(place),
);

/** What the keys of a Secret may say. */
export const STORED_KEYS: Schema = checked<StoredKeys>(
  table(PLACE, "{ token: 'prod/payments#token' }"),
  (keys): Problem[] => {
    const names = Object.keys(keys);
    if (names.length === 0)
      return [{ message: 'the Secret would have no keys', expected: "{ token: 'prod/payments#token' }" }];
    return names
      .filter((key) => !dataKey.fits(key))
      .map((key) => ({ field: key, value: key, message: `"${key}" is not a valid key`, expected: dataKey.expected }));
  },
);

/** The place of a value as External Secrets names it. */
export function placeInStore(place: string): { readonly key: string; readonly property?: string } {
  const [key = '', property] = place.split('#');
  return property === undefined ? { key } : { key, property };
}
