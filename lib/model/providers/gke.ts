// Google Kubernetes Engine with its own ingress controller: every key that we write there, each with its source.

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { drainDifferences } from '../cluster/drain-differences';
import {
  type Endpoint,
  groupSubject,
  type ManagedControlPlane,
  type Provider,
  ROUTE_TIMEOUT_DIFFERENCE,
  STORAGE_CLASS_DIFFERENCE,
  type Subject,
  type WorkloadIdentity,
} from '../cluster/provider';
import type { Balancer } from '../exposure/balancer';
import type { BackendShape, Certificates, Exposed, Exposure, IngressShape } from '../exposure/exposed';
import type { GatewayApi } from '../exposure/gateway-api';
import { type GatewayController, gatewayByClass, WELL_KNOWN_PORTS } from '../exposure/gateway-controller';
import type { Problem } from '../finding/problem';
import { choice, fields, optional, text } from '../finding/schema';

import { defined } from '../manifest/json';
import { GKE_NETWORK } from './gke-network';
import { GKE_AUTOSCALER, GKE_LIMITS } from './limits';

const GKE_CONTROL_PLANES = ['regional', 'zonal'] as const;

/** Where GKE runs the control plane. */
export type GkeControlPlane = (typeof GKE_CONTROL_PLANES)[number];

/** Description of a GKE cluster. */
export interface GkeProps extends ClusterProps {
  /** Google Cloud region: `europe-west1`. Its zones are `europe-west1-b` and so on. */
  readonly region: string;
  /** Certificate that was uploaded to the project, by name. @default none: the TLS Secret */
  readonly preSharedCertificate?: string;
  /**
   * `regional`: in three zones of the region; `zonal`: in one zone, as with a multi-zonal cluster.
   * @default unknown: `prove` says so, and assumes that it survives what is lost
   */
  readonly controlPlane?: GkeControlPlane;
}

const PROPS = fields<GkeProps>({
  ...CLUSTER,
  region: text("a region of Google Cloud, such as 'europe-west1'"),
  preSharedCertificate: optional(text()),
  controlPlane: optional(choice(GKE_CONTROL_PLANES)),
});

/** A GKE cluster: `gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' })`. */
export function gke(props: GkeProps): ClusterDescription {
  return describeCluster(PROPS, props, {}, profile);
}

const BACKEND_CONFIG = 'cloud.google.com/backend-config';
const NEG = 'cloud.google.com/neg';
const SERVICE_ACCOUNT = 'iam.gke.io/gcp-service-account';
/** The node's metadata server; the second address is that of Dataplane V2. Google Cloud docs, network-policy. */
const METADATA_SERVER: readonly Endpoint[] = [
  { outside: 'metadata.google.internal', cidrs: ['169.254.169.252/32'], port: 988 },
  { outside: 'metadata.google.internal', cidrs: ['169.254.169.254/32'], port: 80 },
];

/** The load balancers' proxies and health checks, for pods and nodes alike. Google Cloud docs, load-balancing firewall-rules. */
const GOOGLE_RANGES = ['35.191.0.0/16', '130.211.0.0/22'];

/** The time-out is on the whole answer; of a websocket it is the whole life. */
const GOOGLE_BALANCER: Balancer = {
  name: "Google's load balancer",
  asksHealth: true,
  timeout: { defaultSeconds: 30, source: 'ingress-gce, BackendConfig timeoutSec' },
  drain: { mostSeconds: 3600, source: 'Google Cloud docs, enabling-connection-draining' },
  // 5 to 10 s of errors after a switch (ingress-gce, issue 638); with usual requests the grace period is above the 60 s of the docs
  late: { seconds: 30, source: 'Google Cloud docs, container-native-load-balancing (align rollouts)' },
};

/** Google Cloud docs, regional-clusters: two of three replicas must be left; a zonal cluster has one, in its zone. */
function controlPlaneOf({ controlPlane }: GkeProps): ManagedControlPlane | undefined {
  if (controlPlane === undefined) return undefined;
  return { zonesLost: controlPlane === 'regional' ? 1 : 0, source: 'Google Cloud docs, regional-clusters' };
}

function profile(props: GkeProps): Provider {
  const { preSharedCertificate: certificate } = props;
  return {
    name: 'gke',
    zoneNames: { suffix: /^-[a-z0-9]+$/, example: '-b' }, // Google Cloud docs, regions-zones: <region>-<zone>
    balancer: GOOGLE_BALANCER,
    ingress: (exposed) => gceIngress(exposed, certificate),
    backend: gceBackend,
    gateway: (api) =>
      gatewayByClass(withHealthChecks(api), { classes: CLASSES.map((name) => gkeGateway(name, certificate)) }),
    namespaceLabels: {}, // readiness gates of network endpoint groups are injected without a label: ingress-gce, pkg/neg/readiness
    loadsImages: false,
    registryForm: '<location>-docker.pkg.dev/<project>/<repository>',
    // cloud-provider-gcp, GCR credential provider: <location>-docker.pkg.dev/<project>/<repository>, gcr.io
    registries: [/^[a-z0-9-]+-docker\.pkg\.dev\/[^/]+\/[^/]+(\/|$)/, /^([a-z0-9-]+\.)?gcr\.io\/[^/]+(\/|$)/],
    // Persistent Disk CSI driver, README; Google Cloud docs, regional-pd: exactly two zones
    storage: {
      zonal: { provisioner: 'pd.csi.storage.gke.io', parameters: { type: 'pd-balanced' } },
      zoneRedundant: {
        provisioner: 'pd.csi.storage.gke.io',
        parameters: { type: 'pd-balanced', 'replication-type': 'regional-pd' },
        zonesLost: 1,
      },
    },
    workloadIdentity,
    identityStore: 'gcs',
    subject,
    ingressSource: () => ({ cidrs: GOOGLE_RANGES }),
    // appvia/kore issue 1046: AKS and GKE deploy metrics-server by default
    metricsApi: true,
    nodes: {
      poolLabel: 'cloud.google.com/gke-nodepool', // Google Cloud docs, node-pools: its value is the pool's name
    },
    etcd: 'provider',
    ...defined({ controlPlane: controlPlaneOf(props) }),
    network: GKE_NETWORK,
    nodeAutoscaler: GKE_AUTOSCALER,
    limits: GKE_LIMITS,
    allowedDifferences: [
      {
        kind: 'Service',
        pointer: `/metadata/annotations/${BACKEND_CONFIG.replace('/', '~1')}`,
        source: 'ingress-gce, pkg/annotations: health check and draining are in a BackendConfig',
      },
      {
        kind: 'Service',
        pointer: `/metadata/annotations/${NEG.replace('/', '~1')}`,
        source: 'Google Cloud docs, container-native-load-balancing',
      },
      {
        kind: 'ServiceAccount',
        pointer: `/metadata/annotations/${SERVICE_ACCOUNT.replace('/', '~1')}`,
        source: 'Google Cloud docs, workload-identity (linking to an IAM service account)',
      },
      ...drainDifferences(GOOGLE_BALANCER),
      ROUTE_TIMEOUT_DIFFERENCE,
      STORAGE_CLASS_DIFFERENCE,
    ],
  };
}

/** An uploaded certificate takes the place of the Secret. */
const certificatesOf = (uploaded: string | undefined): Certificates =>
  uploaded === undefined ? 'secrets' : { elsewhere: `preSharedCertificate ${uploaded} of the cluster takes its place` };

function gceIngress({ backends: [{ name }], tls }: Exposed, uploaded?: string): IngressShape {
  const certificate = tls ? uploaded : undefined;
  return {
    // ingress-gce, pkg/utils: the annotation decides; `ingressClassName` without it is ignored, and the class does not exist
    certificates: certificatesOf(certificate), // Google Cloud docs, ingress-multi-ssl
    annotations: {
      'kubernetes.io/ingress.class': 'gce', // public; `gce-internal` is the other one
      ...(tls ? { 'networking.gke.io/v1beta1.FrontendConfig': name } : {}),
      ...(certificate === undefined ? {} : { 'ingress.gcp.kubernetes.io/pre-shared-cert': certificate }),
    },
    // ingress-gce, pkg/apis/frontendconfig/v1beta1
    ...(tls
      ? {
          objects: [
            {
              apiVersion: 'networking.gke.io/v1beta1',
              kind: 'FrontendConfig',
              spec: { redirectToHttps: { enabled: true } },
            },
          ],
        }
      : {}),
  };
}

function gceBackend({ name, targets, healthPath, drainSeconds, timeoutSeconds }: Exposure): BackendShape {
  return {
    serviceAnnotations: {
      [BACKEND_CONFIG]: JSON.stringify({ default: name }),
      // Google Cloud docs, container-native-load-balancing: pods are targets without a node port
      [NEG]: JSON.stringify({ ingress: targets === 'pods' }),
    },
    // ingress-gce, pkg/apis/backendconfig/v1
    objects: [
      {
        apiVersion: 'cloud.google.com/v1',
        kind: 'BackendConfig',
        spec: {
          healthCheck: { type: 'HTTP', requestPath: healthPath },
          timeoutSec: timeoutSeconds,
          connectionDraining: { drainingTimeoutSec: drainSeconds },
        },
      },
    ],
  };
}

/** Gateway classes: Google Cloud docs, gatewayclass-capabilities. Regional ones have their proxies in a subnet of yours. */
const CLASSES = ['gke-l7-global-external-managed', 'gke-l7-regional-external-managed', 'gke-l7-rilb'] as const;
const [GLOBAL] = CLASSES;

/**
 * GKE's own controller. It has neither GRPCRoute nor BackendTLSPolicy, nor the time-outs of routes; health and draining are policies of a
 * Service. Source: gke-gateway-api, config/crd; Google Cloud docs, configure-gateway-resources and secure-gateway.
 */
function gkeGateway(className: (typeof CLASSES)[number], uploaded: string | undefined): GatewayController {
  return {
    name: "Google's load balancer",
    className,
    balancer: GOOGLE_BALANCER,
    ports: WELL_KNOWN_PORTS,
    certificates: certificatesOf(uploaded),
    ...(uploaded === undefined ? {} : { tlsOptions: { 'networking.gke.io/pre-shared-certs': uploaded } }),
    supports: new Set(),
    documentedIn: 'gateway-api, conformance/reports/v1.5/gke-gateway',
    backend: ({ name, healthPath, drainSeconds, timeoutSeconds }) => {
      const targetRef = { group: '', kind: 'Service', name };
      const health = { config: { type: 'HTTP', httpHealthCheck: { requestPath: healthPath } } };
      const policy = { timeoutSec: timeoutSeconds, connectionDraining: { drainingTimeoutSec: drainSeconds } };
      return {
        objects: [
          { apiVersion: 'networking.gke.io/v1', kind: 'HealthCheckPolicy', spec: { default: health, targetRef } },
          { apiVersion: 'networking.gke.io/v1', kind: 'GCPBackendPolicy', spec: { default: policy, targetRef } },
        ],
      };
    },
    source: () =>
      className === GLOBAL
        ? { cidrs: GOOGLE_RANGES }
        : {
            message: `the proxies of ${className} are in the proxy-only subnet of the region, which is unknown`,
            expected: "gatewayApi.source: { cidrs: ['10.129.0.0/23'] } of that subnet",
          },
  };
}

/** Health checks come from the ranges of Google, whatever else a cluster names. */
function withHealthChecks(api: GatewayApi): GatewayApi {
  const { source, className = GLOBAL } = api;
  if (source === undefined || !('cidrs' in source) || !CLASSES.some((name) => name === className)) return api;
  return { ...api, source: { cidrs: [...GOOGLE_RANGES, ...source.cidrs] } };
}

/** The older way. Direct principals need no annotation: do not require one. */
function workloadIdentity(account: string): WorkloadIdentity | Problem {
  if (/^[a-z0-9-]+@[a-z0-9.-]+\.iam\.gserviceaccount\.com$/.test(account)) {
    return { podLabels: {}, serviceAccountAnnotations: { [SERVICE_ACCOUNT]: account }, tokens: METADATA_SERVER };
  }
  return {
    message: `${account} is not a service account`,
    expected: 'its e-mail, such as shop@project.iam.gserviceaccount.com',
  };
}

/** Google Cloud docs, google-groups-rbac. */
function subject(id: string): Subject | Problem {
  const expected = 'the e-mail of a group that is nested in gke-security-groups@<domain>';
  return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(id)
    ? groupSubject(id, expected)
    : { message: `${id} is not an e-mail address`, expected };
}
