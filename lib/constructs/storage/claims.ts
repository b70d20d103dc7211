// Claims that each pod of a StatefulSet has of its own, by the path of their folder.

import type { Problem } from '../../model/finding/problem';
import { checked, type Fields, fields, optional, table, text } from '../../model/finding/schema';
import { dnsLabel } from '../../model/manifest/formats';
import type { ClaimTemplate } from '../tree/kinds';
import { CLAIM_FIELDS, type ClaimProps, claimSpec } from './volume';

/** A claim of each pod: it stays when the pod goes, and the pod of the same name gets it back. */
export interface Claim extends ClaimProps {
  /**
   * Its name: the claim of the pod `cart-0` is `<name>-cart-0`. It decides which data a pod finds, and never changes.
   * @default the path: `/var/lib/app` is var-lib-app
   */
  readonly name?: string;
}

/** Claims by absolute path: `{ '/data': { size: '10Gi' } }`. */
export type Claims = Readonly<Record<string, Claim>>;

/** A claim with its path and its name. */
export interface NamedClaim extends Claim {
  readonly path: string;
  readonly name: string;
}

const CLAIM: Fields<Claim> = { ...CLAIM_FIELDS, name: optional(text(dnsLabel.expected, dnsLabel.fits)) };

const EXPECTED = "{ '/data': { size: '10Gi' } }, or {}";
const FOLDER = /^(?:\/(?!\.{1,2}(?:\/|$))[^/:]+)+$/;

/** What the claims of a component may say. */
export const CLAIMS = checked<Claims>(table(fields<Claim>(CLAIM, "{ size: '10Gi' }"), EXPECTED), (claims) => {
  const byName = new Map<string, string>();
  return namedClaims(claims).flatMap(({ path, name }): Problem[] => {
    const field = fieldOf(path);
    if (!FOLDER.test(path)) {
      const expected = 'an absolute path without "/" at its end, such as /data';
      return [{ field, message: `${path} is not the path of a folder`, expected }];
    }
    if (!dnsLabel.fits(name)) {
      return [{ field, message: `${path} makes no valid name of a claim`, expected: "a name: name: 'data'" }];
    }
    const other = byName.get(name);
    byName.set(name, path);
    if (other === undefined) return [];
    const message = `${path} and ${other} have the same name, ${name}`;
    return [{ field, message, expected: "a name for one of them: name: 'data'" }];
  });
});

const fieldOf = (path: string): string => `["${path}"]`;

/** The claims with their names. */
export function namedClaims(claims: Claims): NamedClaim[] {
  return Object.entries(claims).map(([path, claim]) => ({
    ...claim,
    path,
    name:
      claim.name ??
      path
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-|-$/g, ''),
  }));
}

/** Claims whose name is that of another volume of the pod, which they would replace. */
export function findClaimProblems(claims: readonly NamedClaim[], volumes: readonly string[]): Problem[] {
  return claims.flatMap(({ path, name }): Problem[] => {
    const field = `claims${fieldOf(path)}`;
    if (!volumes.includes(name)) return [];
    const message = `${name} is also the name of another volume of the pod`;
    return [{ field, value: name, message, expected: "another name: name: 'data'" }];
  });
}

/**
 * The template of a claim. It cannot change once it is applied, so it holds no reasons and no labels; the API server writes its kind
 * back. Source: kubernetes.io, "StatefulSets"; github.com/argoproj/argo-cd/issues/11143.
 */
export function claimTemplate({ name, size }: NamedClaim, storageClassName: string | undefined): ClaimTemplate {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name },
    spec: claimSpec(size, storageClassName),
  };
}
