// What each bundle of the Gateway API serves in its standard channel, beyond the one before. Source: sigs.k8s.io/gateway-api,
// config/crd/standard of v1.3.0, v1.4.1, v1.5.1, v1.6.3 and v1.7.0; no default of a field changed between them.

import type { Bundle } from './gateway-api';

/** The first bundle that serves each version of a kind. */
export const KINDS_SINCE: Readonly<Record<string, Readonly<Record<string, Bundle>>>> = {
  BackendTLSPolicy: { v1: '1.4' },
  GRPCRoute: { v1: '1.3' },
  Gateway: { v1: '1.3', v1beta1: '1.3' },
  GatewayClass: { v1: '1.3', v1beta1: '1.3' },
  HTTPRoute: { v1: '1.3', v1beta1: '1.3' },
  ListenerSet: { v1: '1.5' },
  ReferenceGrant: { v1: '1.5', v1beta1: '1.3' },
  TCPRoute: { v1: '1.6' },
  TLSRoute: { v1: '1.5' },
  UDPRoute: { v1: '1.6' },
};

/** Fields that came later than their kind, with the first bundle that has them. */
export const FIELDS_SINCE: readonly (readonly [kind: string, pointer: string, since: Bundle])[] = [
  ['GRPCRoute', '/spec/rules/*/name', '1.4'],
  ['Gateway', '/spec/allowedListeners', '1.5'],
  ['Gateway', '/spec/tls', '1.5'],
  ['HTTPRoute', '/spec/rules/*/backendRefs/*/filters/*/cors', '1.5'],
  ['HTTPRoute', '/spec/rules/*/filters/*/cors', '1.5'],
  ['HTTPRoute', '/spec/rules/*/name', '1.4'],
  ['HTTPRoute', '/spec/rules/*/retry', '1.7'],
];

/** Values that came later than their field. */
export const VALUES_SINCE: readonly (readonly [
  pointer: string,
  values: readonly (string | number)[],
  since: Bundle,
])[] = [
  ['/spec/rules/*/filters/*/requestRedirect/statusCode', [303, 307, 308], '1.5'],
  ['/spec/rules/*/filters/*/type', ['CORS'], '1.5'],
];

/** Bounds of the API, the same in all of these bundles. */
export const LIMITS = {
  listeners: 64,
  parentRefs: 32,
  hostnames: 16,
  rules: 16,
  matches: 64,
  matchesInAll: 128,
  backendRefs: 16,
  weight: 1_000_000,
  path: 1024,
  name: 253,
} as const;
