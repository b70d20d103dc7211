// Names of namespaces: a DNS label that is nobody else's.

/** What fits, in words. */
export const NAMESPACE_FORM =
  'at most 63 lower-case letters, digits and "-", starting and ending with a letter or digit';

/** Whether a namespace may bear the name. Source: kubernetes.io, "Object Names and IDs", RFC 1123 labels. */
export function isNamespaceName(name: string): boolean {
  return name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name);
}

/** Whether it is Kubernetes' own: kubernetes.io, "Namespaces", reserves the prefix `kube-`. */
export function isReservedNamespace(name: string): boolean {
  return name === 'default' || name.startsWith('kube-');
}
