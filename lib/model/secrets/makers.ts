// What makes Secrets on a cluster, so that no one has to: External Secrets and cert-manager.

import type { Problem } from '../finding/problem';
import { choice, type Fields, fields, optional, text } from '../finding/schema';
import { subdomain } from '../manifest/formats';
import { SECRET_STORE, type SecretStore } from './store';

/** An issuer of cert-manager. */
export interface Issuer {
  /** Its name. */
  readonly name: string;
  /** An Issuer is in the namespace of each system; who makes it is not said here. @default ClusterIssuer */
  readonly kind?: 'ClusterIssuer' | 'Issuer';
}

/** What makes Secrets on a cluster. */
export interface SecretMakers {
  /**
   * The store from which External Secrets makes the Secrets of each `StoredSecret`. It needs the capability `external-secrets`.
   * @default none: they are made by hand
   */
  readonly secretStore?: SecretStore;
  /**
   * Who issues the certificates of exposed hosts, where they come from Secrets. It needs the capability `cert-manager`.
   * @default none: TLS Secrets are made by hand
   */
  readonly issuer?: Issuer;
}

/** What a cluster may say of what makes Secrets. */
export const SECRET_MAKERS: Fields<SecretMakers> = {
  secretStore: optional(SECRET_STORE),
  issuer: optional(
    fields<Issuer>(
      {
        name: text(subdomain.expected, subdomain.fits),
        kind: optional(choice(['ClusterIssuer', 'Issuer'])),
      },
      "{ name: 'letsencrypt' }",
    ),
  ),
};

/** A maker without the controller that would ask it. */
export function findMakerProblems(
  { secretStore, issuer }: SecretMakers,
  capabilities: readonly string[] = [],
): Problem[] {
  const needs = [
    ['secretStore', secretStore, 'external-secrets'],
    ['issuer', issuer, 'cert-manager'],
  ] as const;
  return needs.flatMap(([field, maker, capability]) => {
    if (maker === undefined || capabilities.includes(capability)) return [];
    const message = `${field} has no effect without the capability ${capability}`;
    return [{ field, value: maker.name, message, expected: `capabilities: ['${capability}', …], or no ${field}` }];
  });
}
