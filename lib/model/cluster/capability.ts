// Capabilities: what a cluster has beyond conformance. A closed list, so that a misspelt one does not merely have no effect.

/** Every known capability. */
export const CAPABILITIES = [
  'external-dns',
  'cert-manager',
  'external-secrets',
  'metrics-server',
  'keda',
  'prometheus-operator',
  'gateway-api',
  'external-metrics',
  'custom-metrics',
  'velero',
  'cloudnative-pg',
] as const;

/** What a cluster has beyond conformance. */
export type Capability = (typeof CAPABILITIES)[number];
