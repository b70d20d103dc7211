// A cluster in your own data centre: kubeadm, k3s or RKE2, with Traefik unless another controller is given.

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster, minorNumber } from '../cluster/cluster';
import { groupSubject, noWorkloadIdentity, type Provider, ROUTE_TIMEOUT_DIFFERENCE } from '../cluster/provider';
import { DECLARED_CONTROL_PLANE, type DeclaredControlPlane } from '../cluster/zones';
import { longestOf } from '../exposure/exposed';
import { gatewayByClass, traefikGateway, WITHOUT_CLASS } from '../exposure/gateway-controller';
import {
  controllerOf,
  DECLARED_TIMEOUT,
  type DeclaredTimeout,
  timeoutAnnotations,
} from '../exposure/ingress-controller';
import { POD_SOURCE, type PodSource } from '../exposure/source';
import { checked, choice, emptyText, fields, optional, text } from '../finding/schema';
import { defined } from '../manifest/json';
import { APP } from '../manifest/well-known';
import { CLUSTER_AUTOSCALER, UPSTREAM_LIMITS } from './limits';
import { POD_RANGES, type PodRanges, podRangeNetwork } from './pod-ranges';

interface CommonProps extends ClusterProps, DeclaredTimeout, DeclaredControlPlane {
  /** Size of a node's block of pod addresses. @default unknown: a plan of nodes requires it */
  readonly podNetwork?: PodRanges;
  /** Prefix that the API server puts before the groups of its OIDC issuer: `oidc:`. @default none: no group has a subject */
  readonly groupsPrefix?: string;
  /** Pods of the ingress controller. @default that of k3s and RKE2; unknown with kubeadm, a finding when it is needed */
  readonly ingressController?: PodSource;
}

/** Description of an on-premises cluster. kubeadm installs no ingress controller, so its class is required. */
export type OnPremProps =
  | (CommonProps & { readonly distribution: 'kubeadm'; readonly ingressClass: string })
  | (CommonProps & { readonly distribution: 'k3s' | 'rke2' /** @default traefik */; readonly ingressClass?: string });

const PROPS = checked<OnPremProps>(
  fields<OnPremProps>({
    ...CLUSTER,
    ...DECLARED_TIMEOUT,
    ...DECLARED_CONTROL_PLANE,
    distribution: choice(['kubeadm', 'k3s', 'rke2']),
    ingressClass: optional(text()),
    podNetwork: optional(POD_RANGES),
    groupsPrefix: optional(emptyText()),
    ingressController: optional(POD_SOURCE),
  }),
  ({ distribution, ingressClass }) =>
    distribution !== 'kubeadm' || ingressClass !== undefined
      ? []
      : [
          {
            field: 'ingressClass',
            message: 'kubeadm has no ingress controller, and ingressClass is missing',
            expected: "the class of the installed controller, such as 'cilium'",
          },
        ],
);

/** An on-premises cluster: `onPrem({ distribution: 'k3s', kubernetes: '1.36' })`. */
export function onPrem(props: OnPremProps): ClusterDescription {
  return describeCluster<OnPremProps>(PROPS, props, { distribution: 'k3s' }, profile);
}

/** Both install Traefik, RKE2 from 1.36. k3s docs, networking-services; RKE2 docs, ingress_migration. Labels as in their charts. */
const BUNDLED: Readonly<Record<'k3s' | 'rke2', PodSource>> = {
  k3s: { namespace: 'kube-system', podLabels: { [APP.name]: 'traefik' } },
  rke2: { namespace: 'kube-system', podLabels: { [APP.name]: 'rke2-traefik' } },
};

function bundledWith({ distribution, kubernetes }: OnPremProps): PodSource | undefined {
  if (distribution === 'kubeadm') return undefined;
  return distribution === 'rke2' && minorNumber(kubernetes) < 36 ? undefined : BUNDLED[distribution];
}

function profile(props: OnPremProps): Provider {
  const { distribution, ingressClass, groupsPrefix, ingressController } = props;
  const bundled = ingressClass === undefined || ingressClass === 'traefik' ? bundledWith(props) : undefined;
  const source = ingressController ??
    bundled ?? {
      message: 'the source of ingress traffic is unknown',
      expected: 'ingressController: { namespace, podLabels } of its pods',
    };
  const className = ingressClass ?? 'traefik';
  const balancer = controllerOf(className, props);
  return {
    name: 'onPrem',
    balancer,
    ingress: (exposed) => ({
      className,
      annotations: timeoutAnnotations(balancer, longestOf(exposed, 'timeoutSeconds')),
      certificates: 'secrets',
    }),
    // the class comes with Traefik where its Gateway provider is switched on: providers.kubernetesGateway of its chart
    gateway: (api) =>
      gatewayByClass(api, {
        classes: [traefikGateway(source, props)],
        declared: props,
        ...(bundledWith(props) === undefined ? { without: WITHOUT_CLASS } : {}),
      }),
    namespaceLabels: {},
    loadsImages: false,
    workloadIdentity: noWorkloadIdentity,
    // kubernetes.io, authentication: `groups.prefix` is required with `claim`
    subject: (id) =>
      groupsPrefix === undefined
        ? { message: `group ${id} has no subject`, expected: 'groupsPrefix: the prefix of --oidc-groups-prefix' }
        : groupSubject(`${groupsPrefix}${id}`, 'a group of the OIDC issuer, which may not become system:…'),
    ingressSource: () => source,
    // k3s and RKE2 docs, packaged components: both deploy metrics-server; kubeadm does not
    metricsApi: distribution !== 'kubeadm',
    // kubeadm docs, kubeadm-config: serviceSubnet 10.96.0.0/12; k3s docs, cli/server, and RKE2 docs, server_config: cluster-dns
    dnsAddresses: [props.distribution === 'kubeadm' ? '10.96.0.10' : '10.43.0.10'],
    nodes: {}, // labels differ by installation
    etcd: distribution === 'kubeadm' ? 'kubeadm' : 'distribution', // k3s docs, cli/etcd-snapshot; RKE2 docs, backup_restore
    ...defined({ controlPlane: props.controlPlane }),
    network: podRangeNetwork(props.podNetwork),
    nodeAutoscaler: CLUSTER_AUTOSCALER,
    limits: UPSTREAM_LIMITS,
    allowedDifferences: [ROUTE_TIMEOUT_DIFFERENCE],
  };
}
