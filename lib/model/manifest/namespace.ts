// Namespaces that belong to Kubernetes.

/** Whether a namespace is Kubernetes' own: kubernetes.io, "Namespaces", reserves the prefix `kube-`. */
export function isReservedNamespace(name: string): boolean {
  return name === 'default' || name.startsWith('kube-');
}
