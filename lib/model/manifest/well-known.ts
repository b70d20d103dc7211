// Labels and taints that Kubernetes itself gives a meaning: kubernetes.io, "Well-Known Labels, Annotations and Taints".

/** Label of a node: its host name. */
export const HOSTNAME = 'kubernetes.io/hostname';

/** Label of a node: its zone. */
export const ZONE = 'topology.kubernetes.io/zone';

/** Label of a node: its region. */
export const REGION = 'topology.kubernetes.io/region';

/** Label of a node: its operating system. */
export const NODE_OS = 'kubernetes.io/os';

/** Label of a node: its architecture, as Go names it: `amd64`, `arm64`. */
export const NODE_ARCH = 'kubernetes.io/arch';

/** Taint of a node that the node controller cannot reach. */
export const UNREACHABLE = 'node.kubernetes.io/unreachable';

/** Label of a namespace: its own name, set by the API server from 1.22 on. */
export const NAMESPACE_NAME = 'kubernetes.io/metadata.name';

/** The recommended labels: kubernetes.io, "Recommended Labels". */
export const APP = {
  name: 'app.kubernetes.io/name',
  instance: 'app.kubernetes.io/instance',
  version: 'app.kubernetes.io/version',
  component: 'app.kubernetes.io/component',
  partOf: 'app.kubernetes.io/part-of',
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** What Pod Security does with a pod that its level forbids. */
export type PodSecurityMode = 'enforce' | 'warn' | 'audit';

/** Labels of a namespace that set the Pod Security level of its pods, and the version of that level. */
export function podSecurityLabels(mode: PodSecurityMode): { readonly level: string; readonly version: string } {
  const level = `pod-security.kubernetes.io/${mode}`;
  return { level, version: `${level}-version` };
}
