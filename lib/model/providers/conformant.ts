// Any conformant cluster: nothing beyond the standard. What another profile adds to it is specific to that provider.
import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { groupSubject, noWorkloadIdentity, type Provider, ROUTE_TIMEOUT_DIFFERENCE } from '../cluster/provider';
import { DECLARED_CONTROL_PLANE, type DeclaredControlPlane } from '../cluster/zones';
import { gatewayByClass } from '../exposure/gateway-controller';
import { controllerOf, DECLARED_TIMEOUT, type DeclaredTimeout } from '../exposure/ingress-controller';
import { INGRESS_SOURCE, type IngressSource } from '../exposure/source';
import { fields, optional } from '../finding/schema';
import { defined } from '../manifest/json';
import { CLUSTER_AUTOSCALER, UPSTREAM_LIMITS } from './limits';
import { POD_RANGES, type PodRanges, podRangeNetwork } from './pod-ranges';

/** Description of a cluster of an unknown provider. */
export interface ConformantProps extends ClusterProps, DeclaredTimeout, DeclaredControlPlane {
  /** Size of a node's block of pod addresses. @default unknown: a plan of nodes requires it */
  readonly podNetwork?: PodRanges;
  /** Where ingress traffic comes from. @default unknown, a finding when it is needed */
  readonly ingressSource?: IngressSource;
}

const PROPS = fields<ConformantProps>({
  ...CLUSTER,
  ...DECLARED_TIMEOUT,
  ...DECLARED_CONTROL_PLANE,
  podNetwork: optional(POD_RANGES),
  ingressSource: optional(INGRESS_SOURCE),
});

/** A cluster that is only known to be conformant: `conformant({ kubernetes: '1.36' })`. */
export function conformant(props: ConformantProps): ClusterDescription {
  return describeCluster(PROPS, props, {}, profile);
}

function profile(props: ConformantProps): Provider {
  const { ingressSource: source, podNetwork } = props;
  return {
    name: 'conformant',
    // kubernetes.io, Ingress: without a class the cluster's default applies; certificates are TLS Secrets
    balancer: controllerOf(undefined, props),
    ingress: () => ({ annotations: {}, certificates: 'secrets' }),
    // gateway-api, GatewayClass: no class is standard
    gateway: (api) => gatewayByClass(api, { classes: [], declared: props }),
    namespaceLabels: {},
    loadsImages: false,
    workloadIdentity: noWorkloadIdentity,
    // kubernetes.io, RBAC: the prefix system: is reserved
    subject: (id) => groupSubject(id, "a group as the API server's authenticator names it, without the prefix system:"),
    ingressSource: () =>
      source ?? {
        message: 'the standard does not define the source of ingress traffic',
        expected: 'ingressSource: namespace and pod labels of the controller, or cidrs',
      },
    // kubernetes.io, "Resource metrics pipeline": metrics-server is an add-on
    metricsApi: false,
    nodes: {},
    ...defined({ controlPlane: props.controlPlane }),
    network: podRangeNetwork(podNetwork),
    nodeAutoscaler: CLUSTER_AUTOSCALER,
    limits: UPSTREAM_LIMITS,
    // the standard itself has none
    allowedDifferences: props.gatewayApi === undefined ? [] : [ROUTE_TIMEOUT_DIFFERENCE],
  };
}
