// Azure Kubernetes Service with Application Gateway for Containers (AGC), or with the older ingress controller (AGIC).

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { drainDifferences } from '../cluster/drain-differences';
import { networkOf } from '../cluster/network';
import {
  groupSubject,
  type Provider,
  ROUTE_TIMEOUT_DIFFERENCE,
  STORAGE_CLASS_DIFFERENCE,
  type Subject,
  type WorkloadIdentity,
} from '../cluster/provider';
import { AS_ENDPOINTS, type Balancer } from '../exposure/balancer';
import {
  type BackendShape,
  type Exposed,
  type Exposure,
  haveEqual,
  type IngressShape,
  longestOf,
} from '../exposure/exposed';
import { bundleOf, type GatewayApi, isSince, mayServe } from '../exposure/gateway-api';
import { type GatewayController, gatewayByClass, WELL_KNOWN_PORTS } from '../exposure/gateway-controller';
import { addressSource, CIDRS } from '../exposure/source';
import { isProblem, type Problem } from '../finding/problem';
import { choice, either, fields, optional, text } from '../finding/schema';

import { AKS_POD_NETWORKS, type AksPodNetwork, aksNetwork } from './aks-network';
import { AKS_AUTOSCALER, AKS_LIMITS } from './limits';

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
  /**
   * Frontend of the shared Gateway, where AGC is made elsewhere: one serves a Gateway or an Ingress, never both.
   * @default that of `gateway`, which no Ingress may have then
   */
  readonly gatewayFrontend?: string;
  /** Subnet of the load balancer, as CIDRs: ingress traffic comes from there. @default unknown, a finding when it is needed */
  readonly gatewaySubnets?: readonly string[];
  /**
   * Addresses of Microsoft Entra ID (service tag AzureActiveDirectory), as CIDRs: pods that act as an identity get their tokens there.
   * @default unknown: such pods may reach port 443 anywhere, since a policy cannot use names
   */
  readonly entraCidrs?: readonly string[];
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
  gatewayFrontend: optional(text()),
  gatewaySubnets: optional(CIDRS),
  entraCidrs: optional(CIDRS),
  podNetwork: optional(choice(AKS_POD_NETWORKS)),
});

/** An AKS cluster: `aks({ region: 'westeurope', kubernetes: '1.36', gateway: { albName: 'alb', albNamespace: 'alb' } })`. */
export function aks(props: AksProps): ClusterDescription {
  return describeCluster(PROPS, props, { gateway: 'application-gateway' }, profile);
}

/** What it waits by default, in seconds. */
const AGC_SECONDS = 60;

/** The time-out is on the whole answer, even while it flows. No key for draining was found, and no figure for how late it is. */
const AGC: Balancer = {
  name: 'Application Gateway for Containers',
  asksHealth: true,
  timeout: { defaultSeconds: AGC_SECONDS, source: 'AGC docs, components (request timeouts)' },
  silence: { mostSeconds: 300, source: 'AGC docs, components: stream idle timeout' },
  late: AS_ENDPOINTS,
};

const APPLICATION_GATEWAY: Balancer = {
  name: 'Application Gateway',
  asksHealth: true,
  timeout: {
    defaultSeconds: 30,
    mostSeconds: 86_400,
    source: 'Application Gateway API, requestTimeout of HTTP settings',
  },
  drain: { mostSeconds: 3600, source: 'Application Gateway API, drainTimeoutInSec' },
  // each change of its backends is a deployment of Azure
  late: { seconds: 90, source: 'AGIC docs, how-tos/minimize-downtime-during-deployments' },
};

const IDENTITY = 'azure.workload.identity';
const IDENTITY_SOURCE = 'AKS docs, workload-identity-overview';

function profile(props: AksProps): Provider {
  const { gateway, gatewaySubnets, entraCidrs = [], podNetwork, zones = [] } = props;
  return {
    name: 'aks',
    zoneNames: { suffix: /^-\d$/, example: '-1' }, // AKS docs, availability-zones: the nodes' label
    ...(gateway === 'application-gateway'
      ? { balancer: APPLICATION_GATEWAY, ingress: agicIngress }
      : { balancer: AGC, ingress: (exposed) => agcIngress(exposed, gateway), backend: agcBackend }),
    gateway: (api) => aksGateway(api, props),
    namespaceLabels: {}, // no readiness gate was found
    loadsImages: false,
    registryForm: '<name>.azurecr.io',
    registries: [/^[a-zA-Z0-9]+\.azurecr\.io(\/|$)/], // cloud-provider-azure, ACR credential provider
    // AKS docs, create-volume-azure-disk; azuredisk CSI driver, docs/driver-parameters
    storage: {
      zonal: { provisioner: 'disk.csi.azure.com', parameters: { skuName: 'Premium_LRS' } },
      // Azure docs, disks-redundancy: copies in three zones, of which one may be lost
      zoneRedundant: { provisioner: 'disk.csi.azure.com', parameters: { skuName: 'Premium_ZRS' }, zonesLost: 1 },
    },
    workloadIdentity: (clientId) => workloadIdentity(clientId, entraCidrs),
    identityStore: 'azure',
    subject,
    ingressSource: () => addressSource(gatewaySubnets, 'gatewaySubnets'), // AGC docs, components: a /24 of its own
    // appvia/kore issue 1046: AKS and GKE deploy metrics-server by default
    metricsApi: true,
    // AKS docs, use-labels
    nodes: {
      // AKS docs, use-labels, reserved system labels: the name of the pool; `agentpool` is the older form
      poolLabel: 'kubernetes.azure.com/agentpool',
      otherPoolLabels: ['karpenter.sh/nodepool'], // node auto-provisioning
    },
    // replicated over the zones of a region that has zones; over how many is not documented
    etcd: 'provider',
    ...(zones.length === 0 ? {} : { controlPlane: { zonesLost: 1, source: 'AKS docs, availability-zones' } }),
    network: networkOf(podNetwork, AKS_POD_NETWORKS, aksNetwork),
    nodeAutoscaler: AKS_AUTOSCALER,
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
      ...(gateway === 'application-gateway' ? drainDifferences(APPLICATION_GATEWAY) : []),
      ROUTE_TIMEOUT_DIFFERENCE,
      STORAGE_CLASS_DIFFERENCE,
    ],
  };
}

const ALB_GROUP = 'alb.networking.azure.io';

/**
 * AGC docs, components and how-to-ssl-offloading-ingress-api. It sends to pods, and has no key for draining. Its frontend is always
 * public. Plain HTTP is not redirected. An IngressExtension is needed only for requests that take longer than it waits anyway (AGC docs,
 * api-specification-kubernetes: IngressTimeouts).
 */
function agcIngress({ backends }: Exposed, gateway: Exclude<AksGateway, string>): IngressShape {
  const key = (name: string) => `${ALB_GROUP}/${name}`;
  const backendSettings = backends
    .filter(({ timeoutSeconds }) => timeoutSeconds > AGC_SECONDS)
    .map(({ name, timeoutSeconds }) => ({ service: name, timeouts: { requestTimeout: `${timeoutSeconds}s` } }));
  const isExtended = backendSettings.length > 0;
  return {
    className: 'azure-alb-external',
    certificates: 'secrets',
    annotations: {
      ...('albName' in gateway
        ? { [key('alb-name')]: gateway.albName, [key('alb-namespace')]: gateway.albNamespace }
        : { [key('alb-id')]: gateway.albId, [key('alb-frontend')]: gateway.albFrontend }),
      ...(isExtended ? { [key('alb-ingress-extension')]: backends[0].name } : {}),
    },
    ...(isExtended
      ? { objects: [{ apiVersion: `${ALB_GROUP}/v1`, kind: 'IngressExtension', spec: { backendSettings } }] }
      : {}),
  };
}

/** AGC docs, custom-health-probe: without a policy it asks as the readiness probe does. */
function agcBackend({ name, healthPath, asksAsReadiness }: Exposure): BackendShape {
  if (asksAsReadiness) return {};
  const spec = {
    targetRef: { group: '', kind: 'Service', name },
    default: {
      interval: '5s',
      timeout: '3s',
      healthyThreshold: 1,
      unhealthyThreshold: 3,
      http: { path: healthPath, match: { statusCodes: [{ start: 200, end: 399 }] } },
    },
  };
  return { objects: [{ apiVersion: `${ALB_GROUP}/v1`, kind: 'HealthCheckPolicy', spec }] };
}

const FRONTEND = `${ALB_GROUP}/alb-frontend`;

/** AGC where it is the load balancer; with the older one there is no Gateway API but that of another controller. */
function aksGateway(
  api: GatewayApi,
  { gateway, gatewayFrontend, gatewaySubnets }: AksProps,
): GatewayController | Problem {
  if (gateway === 'application-gateway') {
    return gatewayByClass(api, {
      classes: [],
      without: {
        message: 'the ingress controller of Application Gateway does not serve the Gateway API',
        expected:
          "gateway: { albName, albNamespace }, or className: 'approuting-istio' where application routing is switched on",
      },
    });
  }
  const own = agcGateway(api, gateway, gatewayFrontend, gatewaySubnets);
  const found = gatewayByClass(api, { classes: [own] });
  const { albFrontend } = 'albId' in gateway ? gateway : { albFrontend: undefined };
  const isShared = albFrontend !== undefined && (gatewayFrontend ?? albFrontend) === albFrontend;
  if (isProblem(found) || found.className !== own.className || !isShared || !mayServe(api, 'ingress')) return found;
  const message = `frontend ${albFrontend} serves Ingresses or the Gateway, and not both`;
  return { message, expected: 'gatewayFrontend: another frontend of the same resource' };
}

/**
 * Source: AGC docs, how-to-ssl-offloading-gateway-api, how-to-url-redirect-gateway-api, grpc, faq (frontends), and
 * alb-controller-release-notes: 1.11.1, which is built for bundle 1.5, holds the time-outs of routes; before, a RoutePolicy has them.
 */
function agcGateway(
  api: GatewayApi,
  gateway: Exclude<AksGateway, string>,
  frontend: string | undefined,
  subnets: AksProps['gatewaySubnets'],
): GatewayController {
  const holdsTimeouts = isSince(bundleOf(api), '1.5');
  return {
    name: AGC.name,
    className: 'azure-alb-external',
    balancer: AGC,
    ports: WELL_KNOWN_PORTS,
    certificates: 'secrets',
    supports: new Set(holdsTimeouts ? ['grpc', 'timeouts'] : ['grpc']),
    documentedIn: 'gateway-api, conformance/reports/v1.5/azure-application-gateway-for-containers',
    gateway: () =>
      'albName' in gateway
        ? {
            annotations: {
              [`${ALB_GROUP}/alb-name`]: gateway.albName,
              [`${ALB_GROUP}/alb-namespace`]: gateway.albNamespace,
            },
          }
        : {
            annotations: { [`${ALB_GROUP}/alb-id`]: gateway.albId },
            spec: { addresses: [{ type: FRONTEND, value: frontend ?? gateway.albFrontend }] },
          },
    backend: (routed) => {
      const { name, timeoutSeconds, protocol } = routed;
      const { objects = [] } = protocol === 'grpc' ? {} : agcBackend(routed);
      const isLonger = !holdsTimeouts && protocol === 'http' && timeoutSeconds > AGC_SECONDS;
      const spec = {
        targetRef: { group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', name },
        default: { timeouts: { routeTimeout: `${timeoutSeconds}s` } },
      };
      const policies = isLonger ? [{ apiVersion: `${ALB_GROUP}/v1`, kind: 'RoutePolicy', spec }] : [];
      return { objects: [...objects, ...policies] };
    },
    source: () => addressSource(subnets, 'gatewaySubnets'),
  };
}

/** AGIC docs, annotations: those of an Ingress hold for all of its backends. */
function agicIngress(exposed: Exposed): IngressShape | Problem {
  const key = (name: string) => `appgw.ingress.kubernetes.io/${name}`;
  if (!haveEqual(exposed, ({ healthPath }) => healthPath)) {
    return {
      message: 'Application Gateway asks all components of an Ingress at the same path',
      expected: 'the same healthPath for each, or a host of its own',
    };
  }
  return {
    className: 'azure-application-gateway',
    certificates: 'secrets',
    annotations: {
      ...(exposed.tls ? { [key('ssl-redirect')]: 'true' } : {}),
      [key('health-probe-path')]: exposed.backends[0].healthPath,
      [key('request-timeout')]: String(longestOf(exposed, 'timeoutSeconds')),
      [key('connection-draining')]: 'true',
      // Application Gateway API, drainTimeoutInSec: 1 to 3600
      [key('connection-draining-timeout')]: String(Math.max(1, longestOf(exposed, 'drainSeconds'))),
    },
  };
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The pod's label is required, or nothing is injected. */
function workloadIdentity(clientId: string, cidrs: readonly string[]): WorkloadIdentity | Problem {
  if (!GUID.test(clientId)) return { message: `${clientId} is not a client id`, expected: 'a GUID' };
  return {
    podLabels: { [`${IDENTITY}/use`]: 'true' },
    serviceAccountAnnotations: { [`${IDENTITY}/client-id`]: clientId },
    tokens: [{ outside: 'login.microsoftonline.com', cidrs, port: 443 }], // the exchange of the projected token
  };
}

/** AKS docs, kubernetes-rbac-entra-id; groups of an external JWT issuer have the prefix `aks:jwt:`. */
function subject(id: string): Subject | Problem {
  const expected = 'the object id of an Entra group, or a name with the prefix aks:jwt:';
  if (GUID.test(id) || id.startsWith('aks:jwt:')) return groupSubject(id, expected);
  return { message: `${id} is not the id of an Entra group`, expected };
}
