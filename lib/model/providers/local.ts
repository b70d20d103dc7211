// A cluster on a laptop: kind, minikube or k3d. Nodes have no zone label, certificates are TLS Secrets.

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { groupSubject, noWorkloadIdentity, type Provider, ROUTE_TIMEOUT_DIFFERENCE } from '../cluster/provider';
import { DECLARED_CONTROL_PLANE, type DeclaredControlPlane } from '../cluster/zones';
import { gatewayByClass, traefikGateway, WITHOUT_CLASS } from '../exposure/gateway-controller';
import { controllerOf, DECLARED_TIMEOUT, type DeclaredTimeout } from '../exposure/ingress-controller';
import { INGRESS_SOURCE, type IngressSource } from '../exposure/source';
import { choice, fields, optional } from '../finding/schema';
import { defined } from '../manifest/json';
import { APP } from '../manifest/well-known';
import { UPSTREAM_LIMITS } from './limits';
import { POD_RANGES, type PodRanges, podRangeNetwork } from './pod-ranges';

/** Description of a local cluster. */
export interface LocalProps extends ClusterProps, DeclaredTimeout, DeclaredControlPlane {
  /** Size of a node's block of pod addresses. @default unknown: a plan of nodes requires it */
  readonly podNetwork?: PodRanges;
  /** The tool that created it. @default k3d */
  readonly distribution?: 'kind' | 'minikube' | 'k3d';
  /** Where ingress traffic comes from. @default what k3d brings; unknown with the others, a finding when it is needed */
  readonly ingressSource?: IngressSource;
}

const PROPS = fields<LocalProps>({
  ...CLUSTER,
  ...DECLARED_TIMEOUT,
  ...DECLARED_CONTROL_PLANE,
  podNetwork: optional(POD_RANGES),
  distribution: optional(choice(['kind', 'minikube', 'k3d'])),
  ingressSource: optional(INGRESS_SOURCE),
});

/** A local cluster: `local({ kubernetes: '1.36' })`. */
export function local(props: LocalProps): ClusterDescription {
  return describeCluster(PROPS, props, {}, profile);
}

function profile(props: LocalProps): Provider {
  const { distribution = 'k3d', ingressSource, podNetwork } = props;
  const className = distribution === 'kind' ? undefined : 'traefik';
  const traefik = { namespace: 'kube-system', podLabels: { [APP.name]: 'traefik' } };
  const source = ingressSource ??
    (distribution === 'k3d' ? traefik : undefined) ?? {
      message: `the source of ingress traffic differs between ${distribution} clusters`,
      expected: 'ingressSource: namespace and pod labels of the controller, or cidrs',
    };
  return {
    name: 'local',
    balancer: controllerOf(className, props),
    ingress: () => ({
      // k3s docs, networking-services: k3d brings Traefik; minikube has it as an addon (minikube issue 22030). kind's own
      // cloud-provider-kind handles Ingresses without a class (kind docs, ingress)
      ...defined({ className }),
      annotations: {},
      certificates: 'secrets',
    }),
    // the class comes with Traefik where its Gateway provider is switched on: providers.kubernetesGateway of its chart
    gateway: (api) =>
      gatewayByClass(api, {
        classes: [traefikGateway(source, props)],
        declared: props,
        ...(distribution === 'k3d' ? {} : { without: WITHOUT_CLASS }),
      }),
    namespaceLabels: {},
    loadsImages: true,
    workloadIdentity: noWorkloadIdentity,
    subject: (id) => groupSubject(id, 'the organization of a client certificate, which may not begin with system:'),
    ingressSource: () => source,
    // k3d runs k3s, which packages it; minikube, pkg/minikube/assets/addons.go: off by default; kind has none
    metricsApi: distribution === 'k3d',
    ...(distribution === 'minikube' ? { apiServerPorts: [443, 8443] } : {}), // minikube docs, commands/start: --apiserver-port
    nodes: {},
    etcd: distribution === 'k3d' ? 'distribution' : 'kubeadm', // kind and minikube run kubeadm: kind docs, design/principles; minikube docs, faq
    ...defined({ controlPlane: props.controlPlane }),
    network: podRangeNetwork(podNetwork),
    limits: UPSTREAM_LIMITS,
    allowedDifferences: [ROUTE_TIMEOUT_DIFFERENCE],
  };
}
