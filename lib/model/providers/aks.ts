// Azure Kubernetes Service with Application Gateway for Containers (AGC), or with the older ingress controller (AGIC).

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { networkOf } from '../cluster/network';
import {
  addressSource,
  CIDRS,
  type Exposure,
  groupSubject,
  type IngressShape,
  type Provider,
  STORAGE_CLASS_DIFFERENCE,
  type Subject,
  type WorkloadIdentity,
} from '../cluster/provider';
import type { Problem } from '../finding/problem';
import { choice, either, fields, optional, text } from '../finding/schema';

import { AKS_POD_NETWORKS, type AksPodNetwork, aksNetwork } from './aks-network';
import { AKS_LIMITS } from './limits';

/** The load balancer in front of an AKS cluster. */
export type AksGateway =
  /** AGC, made by its controller from an ApplicationLoadBalancer of this name. */
  | { readonly albName: string; readonly albNamespace: string }
  /** AGC, created elsewhere: its resource id and its frontend. */
  | { readonly albId: string; readonly albFrontend: string }
  /** Application Gateway by its ingress controller. Microsoft recommends AGC; choose this where it already exists. */
  | 'application-gateway';

/** Description of an AKS cluster. */
export interface AksProps extends ClusterProps {
  /** Azure region: `westeurope`. Its zones are `westeurope-1` and so on. */
  readonly region: string;
  /** The load balancer in front of it. */
  readonly gateway: AksGateway;
  /** Subnet of the load balancer, as CIDRs: ingress traffic comes from there. @default unknown, a finding when it is needed */
  readonly gatewaySubnets?: readonly string[];
  /** Where pods get their addresses. @default unknown: a plan of nodes requires it */
  readonly podNetwork?: AksPodNetwork;
}

type MadeByController = Extract<AksGateway, { readonly albName: string }>;
type MadeElsewhere = Extract<AksGateway, { readonly albId: string }>;

const GATEWAY = either(
  [
    fields<MadeByController>({ albName: text(), albNamespace: text() }),
    fields<MadeElsewhere>({ albId: text(), albFrontend: text() }),
    choice(['application-gateway']),
  ],
  "{ albName, albNamespace }, { albId, albFrontend } or 'application-gateway'",
);

const PROPS = fields<AksProps>({
  ...CLUSTER,
  region: text("a region of Azure, such as 'westeurope'"),
  gateway: GATEWAY,
  gatewaySubnets: optional(CIDRS),
  podNetwork: optional(choice(AKS_POD_NETWORKS)),
});

/** An AKS cluster: `aks({ region: 'westeurope', kubernetes: '1.36', gateway: { albName: 'alb', albNamespace: 'alb' } })`. */
export function aks(props: AksProps): ClusterDescription {
  return describeCluster(PROPS, props, { gateway: 'application-gateway' }, profile);
}

const IDENTITY = 'azure.workload.identity';
const IDENTITY_SOURCE = 'AKS docs, workload-identity-overview';

function profile({ gateway, gatewaySubnets, podNetwork }: AksProps): Provider {
  return {
    name: 'aks',
    zoneNames: { suffix: /^-\d$/, example: '-1' }, // AKS docs, availability-zones: the nodes' label
    ingress: (exposure) => (gateway === 'application-gateway' ? agicIngress(exposure) : agcIngress(gateway)),
    namespaceLabels: {}, // no readiness gate was found
    loadsImages: false,
    registryForm: '<name>.azurecr.io',
    registries: [/^[a-zA-Z0-9]+\.azurecr\.io(\/|$)/], // cloud-provider-azure, ACR credential provider
    // AKS docs, create-volume-azure-disk; azuredisk CSI driver, docs/driver-parameters
    storage: {
      zonal: { provisioner: 'disk.csi.azure.com', parameters: { skuName: 'Premium_LRS' } },
      zoneRedundant: { provisioner: 'disk.csi.azure.com', parameters: { skuName: 'Premium_ZRS' } },
    },
    workloadIdentity,
    subject,
    ingressSource: () => addressSource(gatewaySubnets, 'gatewaySubnets'), // AGC docs, components: a /24 of its own
    // AKS docs, use-labels
    nodes: {
      // AKS docs, use-labels, reserved system labels: the name of the pool; `agentpool` is the older form
      poolLabel: 'kubernetes.azure.com/agentpool',
      otherPoolLabels: ['karpenter.sh/nodepool'], // node auto-provisioning
    },
    network: networkOf(podNetwork, AKS_POD_NETWORKS, aksNetwork),
    limits: AKS_LIMITS,
    allowedDifferences: [
      {
        kind: 'Deployment',
        pointer: `/spec/template/metadata/labels/${IDENTITY}~1use`,
        source: IDENTITY_SOURCE,
      },
      {
        kind: 'StatefulSet',
        pointer: `/spec/template/metadata/labels/${IDENTITY}~1use`,
        source: IDENTITY_SOURCE,
      },
      { kind: 'ServiceAccount', pointer: `/metadata/annotations/${IDENTITY}~1client-id`, source: IDENTITY_SOURCE },
      STORAGE_CLASS_DIFFERENCE,
    ],
  };
}

/**
 * AGC docs, components and how-to-ssl-offloading-ingress-api. It sends to pods, uses their readiness probe as its health
 * check, and has no key for draining. Its frontend is always public. Plain HTTP is not redirected.
 */
function agcIngress(gateway: Exclude<AksGateway, string>): IngressShape {
  const key = (name: string) => `alb.networking.azure.io/${name}`;
  return {
    className: 'azure-alb-external',
    certificateFromSecret: true,
    annotations:
      'albName' in gateway
        ? { [key('alb-name')]: gateway.albName, [key('alb-namespace')]: gateway.albNamespace }
        : { [key('alb-id')]: gateway.albId, [key('alb-frontend')]: gateway.albFrontend },
  };
}

/** AGIC docs, annotations. */
function agicIngress(exposure: Exposure): IngressShape {
  const key = (name: string) => `appgw.ingress.kubernetes.io/${name}`;
  return {
    className: 'azure-application-gateway',
    certificateFromSecret: true,
    annotations: {
      [key('ssl-redirect')]: 'true',
      [key('health-probe-path')]: exposure.healthPath,
      [key('connection-draining')]: 'true',
      [key('connection-draining-timeout')]: String(exposure.drainSeconds),
    },
  };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The pod's label is required, or nothing is injected. */
function workloadIdentity(clientId: string): WorkloadIdentity | Problem {
  if (!GUID.test(clientId)) return { message: `${clientId} is not a client id`, expected: 'a GUID' };
  return {
    podLabels: { [`${IDENTITY}/use`]: 'true' },
    serviceAccountAnnotations: { [`${IDENTITY}/client-id`]: clientId },
    tokens: [{ outside: 'login.microsoftonline.com', cidrs: [], port: 443 }], // the exchange of the projected token
  };
}

/** AKS docs, kubernetes-rbac-entra-id; groups of an external JWT issuer have the prefix `aks:jwt:`. */
function subject(id: string): Subject | Problem {
  const expected = 'the object id of an Entra group, or a name with the prefix aks:jwt:';
  if (GUID.test(id) || id.startsWith('aks:jwt:')) return groupSubject(id, expected);
  return { message: `${id} is not the id of an Entra group`, expected };
}
