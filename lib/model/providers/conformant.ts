// Any conformant cluster: nothing beyond the standard. What another profile adds to this is what that provider costs.
import { type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { groupSubject, type IngressSource, noWorkloadIdentity, type Provider } from '../cluster/provider';
import { UPSTREAM_LIMITS } from './limits';
import { type PodRanges, podRangeNetwork } from './pod-ranges';

/** What a cluster of an unknown provider may be known by. */
export interface ConformantProps extends ClusterProps {
  /** How large the block of pod addresses of a node is. @default unknown: a plan of nodes asks for it */
  readonly podNetwork?: PodRanges;
  /** Where ingress traffic comes from. @default unknown, a finding when it is needed */
  readonly ingressSource?: IngressSource;
}

/** A cluster of which nothing is known but that it is conformant: `conformant({ kubernetes: '1.36' })`. */
export function conformant(props: ConformantProps): ClusterDescription {
  return describeCluster(profile(props), props);
}

function profile({ ingressSource: source, podNetwork }: ConformantProps): Provider {
  return {
    name: 'conformant',
    // kubernetes.io, Ingress: without a class the cluster's default one is taken; certificates are TLS Secrets
    ingress: () => ({ annotations: {}, certificateFromSecret: true }),
    namespaceLabels: {},
    loadsImages: false,
    workloadIdentity: noWorkloadIdentity,
    // kubernetes.io, RBAC: the prefix system: is reserved
    subject: (id) => groupSubject(id, "a group as the API server's authenticator names it, without the prefix system:"),
    ingressSource: () =>
      source ?? {
        message: 'the standard does not say where ingress traffic comes from',
        expected: 'ingressSource: namespace and pod labels of the controller, or cidrs',
      },
    nodes: {},
    network: podRangeNetwork(podNetwork),
    limits: UPSTREAM_LIMITS,
    allowedDifferences: [],
  };
}
