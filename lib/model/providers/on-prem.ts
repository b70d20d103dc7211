// A cluster in one's own data centre: kubeadm, k3s or RKE2, with Traefik unless another controller is named.

import { type ClusterDescription, type ClusterProps, describeCluster, minorNumber } from '../cluster/cluster';
import { groupSubject, type IngressSource, noWorkloadIdentity, type Provider } from '../cluster/provider';
import type { Problem } from '../finding/problem';

import { APP } from '../manifest/well-known';
import { UPSTREAM_LIMITS } from './limits';
import { type PodRanges, podRangeNetwork } from './pod-ranges';

/** Where the pods of an ingress controller are. */
export interface IngressController {
  readonly namespace: string;
  readonly podLabels: Readonly<Record<string, string>>;
}

interface CommonProps extends ClusterProps {
  /** How large the block of pod addresses of a node is. @default unknown: a plan of nodes asks for it */
  readonly podNetwork?: PodRanges;
  /** Prefix that the API server puts before the groups of its OIDC issuer: `oidc:`. @default none: no group has a subject */
  readonly groupsPrefix?: string;
  /** Pods of the ingress controller. @default what k3s and RKE2 bring; unknown with kubeadm, a finding when it is needed */
  readonly ingressController?: IngressController;
}

/** What a cluster of one's own needs to be known by. kubeadm brings no ingress controller, so its class must be said. */
export type OnPremProps =
  | (CommonProps & { readonly distribution: 'kubeadm'; readonly ingressClass: string })
  | (CommonProps & { readonly distribution: 'k3s' | 'rke2' /** @default traefik */; readonly ingressClass?: string });

/** A cluster of one's own: `onPrem({ distribution: 'k3s', kubernetes: '1.36' })`. */
export function onPrem(props: OnPremProps): ClusterDescription {
  return describeCluster(profile(props), props);
}

/** Both bring Traefik, RKE2 from 1.36. k3s docs, networking-services; RKE2 docs, ingress_migration. The labels are their charts'. */
const BROUGHT: Readonly<Record<'k3s' | 'rke2', IngressController>> = {
  k3s: { namespace: 'kube-system', podLabels: { [APP.name]: 'traefik' } },
  rke2: { namespace: 'kube-system', podLabels: { [APP.name]: 'rke2-traefik' } },
};

const NO_CLASS: Problem = {
  field: 'ingressClass',
  message: 'kubeadm brings no ingress controller, and no class of another is said',
  expected: "the class of the controller that was installed, such as 'cilium'",
};

const NO_CONTROLLER: Problem = {
  field: 'ingressController',
  message: 'it names no pods, so that a policy would let in everybody or nobody',
  expected: "{ namespace: 'traefik', podLabels: { 'app.kubernetes.io/name': 'traefik' } }",
};

/** Whether both are there after all: JavaScript may misspell them. */
function selectsPods({ namespace, podLabels }: Partial<IngressController>): boolean {
  return namespace !== undefined && Object.keys(podLabels ?? {}).length > 0;
}

function broughtBy({ distribution, kubernetes }: OnPremProps): IngressController | undefined {
  if (distribution === 'kubeadm') return undefined;
  return distribution === 'rke2' && minorNumber(kubernetes) < 36 ? undefined : BROUGHT[distribution];
}

function profile(props: OnPremProps): Provider {
  const { ingressClass, groupsPrefix, ingressController } = props;
  const brought = ingressClass === undefined || ingressClass === 'traefik' ? broughtBy(props) : undefined;
  const source: IngressSource | undefined = ingressController ?? brought;
  return {
    name: 'onPrem',
    problems: [
      ...(props.distribution === 'kubeadm' && ingressClass === undefined ? [NO_CLASS] : []),
      ...(ingressController === undefined || selectsPods(ingressController) ? [] : [NO_CONTROLLER]),
    ],
    ingress: () => ({ className: ingressClass ?? 'traefik', annotations: {}, certificateFromSecret: true }),
    namespaceLabels: {},
    loadsImages: false,
    workloadIdentity: noWorkloadIdentity,
    // kubernetes.io, authentication: `groups.prefix` is required with `claim`
    subject: (id) =>
      groupsPrefix === undefined
        ? { message: `the group ${id} has no subject`, expected: 'groupsPrefix: the prefix of --oidc-groups-prefix' }
        : groupSubject(`${groupsPrefix}${id}`, 'a group of the OIDC issuer, which may not become system:…'),
    ingressSource: () =>
      source ?? {
        message: 'where ingress traffic comes from is not said',
        expected: 'ingressController: { namespace, podLabels } of its pods',
      },
    nodes: {}, // an operator labels them
    network: podRangeNetwork(props.podNetwork),
    limits: UPSTREAM_LIMITS,
    allowedDifferences: [],
  };
}
