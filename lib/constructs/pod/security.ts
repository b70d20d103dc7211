// Security contexts that Pod Security "restricted" admits, and the exits from our stricter defaults, each with its reason.

import { fields, number, optional, text } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import type { Container, PodSpec } from '../tree/kinds';

/** UID and GID of every pod: above 10000, so that it is not a user of the node (kube-score, Checkov, Trivy). */
const DEFAULT_USER = 10001;

/** Exits from the defaults. Each needs a reason, which is kept in an annotation of the workload. */
export interface SecurityExits {
  /** The root file system is writable, because … @default it is read-only */
  readonly writableRootFilesystem?: string;
  /** The pod gets a token of the Kubernetes API, because … @default it gets none */
  readonly serviceAccountToken?: string;
  /** User and group that the image insists on, and why. @default 10001 */
  readonly user?: { readonly id: number; readonly reason: string };
}

const REASON = text('a reason, as a sentence');

/** What the exits may say. */
export const SECURITY = fields<SecurityExits>({
  writableRootFilesystem: optional(REASON),
  serviceAccountToken: optional(REASON),
  user: optional(
    fields<NonNullable<SecurityExits['user']>>({
      id: number({ atLeast: 1, atMost: 2 ** 31 - 1, whole: true }),
      reason: REASON,
    }),
  ),
});

/** Annotations that keep the reasons, where a reviewer sees them. */
export function exitAnnotations(exits: SecurityExits): Readonly<Record<string, string>> {
  return defined({
    [ANNOTATION.writableRootFilesystem]: exits.writableRootFilesystem,
    [ANNOTATION.serviceAccountToken]: exits.serviceAccountToken,
    [ANNOTATION.user]: exits.user?.reason,
  });
}

/**
 * The pod's half. On a volume that `keepsData` the owner of each file is set once: at each start it would take minutes a million files.
 * Source: kubernetes.io, "Configure a Security Context", fsGroupChangePolicy.
 */
export function podSecurity(
  exits: SecurityExits,
  keepsData = false,
): Pick<PodSpec, 'securityContext' | 'automountServiceAccountToken'> {
  const user = exits.user?.id ?? DEFAULT_USER;
  return {
    automountServiceAccountToken: exits.serviceAccountToken !== undefined,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      ...(keepsData ? { fsGroupChangePolicy: 'OnRootMismatch' } : {}),
      seccompProfile: { type: 'RuntimeDefault' },
    },
  };
}

/** The container's half. */
export function containerSecurity(exits: SecurityExits): Pick<Container, 'securityContext'> {
  const user = exits.user?.id ?? DEFAULT_USER;
  return {
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: exits.writableRootFilesystem === undefined,
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
    },
  };
}
