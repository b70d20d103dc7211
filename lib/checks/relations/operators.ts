// Namespaces whose pods are not all in the app, since an operator may create some.

import { memoizePerObjects, placeOf } from '../../analysis/objects/object-index';
import { isBuiltIn } from '../../model/manifest/kind-lookup';

/** Custom resources whose controllers create no pods in the namespace. */
const PODLESS = new Set(
  'Certificate Issuer ServiceMonitor PodMonitor Probe PrometheusRule AlertmanagerConfig ScrapeConfig ScaledObject TriggerAuthentication VerticalPodAutoscaler ExternalSecret SecretStore SealedSecret BackendConfig FrontendConfig ManagedCertificate TargetGroupBinding HTTPRoute GRPCRoute TCPRoute TLSRoute UDPRoute ListenerSet ReferenceGrant BackendTLSPolicy SecretProviderClass GCPBackendPolicy HealthCheckPolicy IngressExtension RoutePolicy LoadBalancerConfiguration TargetGroupConfiguration DNSEndpoint'.split(
    ' ',
  ),
);

/** Namespaces in which an operator may create pods, or in which a kind is misspelt or gone that would. */
export const operated = memoizePerObjects((entries): ReadonlySet<string> => {
  const custom = entries.filter(({ identity: { group, kind } }) => !isBuiltIn(group, kind) && !PODLESS.has(kind));
  return new Set(custom.map(({ cluster, identity }) => placeOf(cluster, identity.namespace)));
});
