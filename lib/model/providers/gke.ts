// Google Kubernetes Engine with its own ingress controller: every key that we write there, each with its source.

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import {
  type Endpoint,
  type Exposure,
  groupSubject,
  type IngressShape,
  type Provider,
  STORAGE_CLASS_DIFFERENCE,
  type Subject,
  type WorkloadIdentity,
} from '../cluster/provider';
import type { Problem } from '../finding/problem';
import { fields, optional, text } from '../finding/schema';

import { GKE_NETWORK } from './gke-network';
import { GKE_LIMITS } from './limits';

/** Description of a GKE cluster. */
export interface GkeProps extends ClusterProps {
  /** Google Cloud region: `europe-west1`. Its zones are `europe-west1-b` and so on. */
  readonly region: string;
  /** Certificate that was uploaded to the project, by name. @default none: the TLS Secret */
  readonly preSharedCertificate?: string;
}

const PROPS = fields<GkeProps>({
  ...CLUSTER,
  region: text("a region of Google Cloud, such as 'europe-west1'"),
  preSharedCertificate: optional(text()),
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

function profile({ preSharedCertificate: certificate }: GkeProps): Provider {
  return {
    name: 'gke',
    zoneNames: { suffix: /^-[a-z0-9]+$/, example: '-b' }, // Google Cloud docs, regions-zones: <region>-<zone>
    ingress: (exposure) => gceIngress(exposure, certificate),
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
      },
    },
    workloadIdentity,
    subject,
    // The load balancers' proxies and health checks, for pods and nodes alike. Google Cloud docs, load-balancing firewall-rules
    ingressSource: () => ({ cidrs: ['35.191.0.0/16', '130.211.0.0/22'] }),
    nodes: {
      poolLabel: 'cloud.google.com/gke-nodepool', // Google Cloud docs, node-pools: its value is the pool's name
    },
    network: GKE_NETWORK,
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
      STORAGE_CLASS_DIFFERENCE,
    ],
  };
}

function gceIngress({ name, targets, healthPath, drainSeconds }: Exposure, certificate?: string): IngressShape {
  return {
    // ingress-gce, pkg/utils: the annotation decides; `ingressClassName` without it is ignored, and the class does not exist
    certificateFromSecret: certificate === undefined, // Google Cloud docs, ingress-multi-ssl
    annotations: {
      'kubernetes.io/ingress.class': 'gce', // public; `gce-internal` is the other one
      'networking.gke.io/v1beta1.FrontendConfig': name,
      ...(certificate === undefined ? {} : { 'ingress.gcp.kubernetes.io/pre-shared-cert': certificate }),
    },
    serviceAnnotations: {
      [BACKEND_CONFIG]: JSON.stringify({ default: name }),
      // Google Cloud docs, container-native-load-balancing: pods are targets without a node port
      [NEG]: JSON.stringify({ ingress: targets === 'pods' }),
    },
    // ingress-gce, pkg/apis/backendconfig/v1 and pkg/apis/frontendconfig/v1beta1
    objects: [
      {
        apiVersion: 'cloud.google.com/v1',
        kind: 'BackendConfig',
        spec: {
          healthCheck: { type: 'HTTP', requestPath: healthPath },
          connectionDraining: { drainingTimeoutSec: drainSeconds },
        },
      },
      {
        apiVersion: 'networking.gke.io/v1beta1',
        kind: 'FrontendConfig',
        spec: { redirectToHttps: { enabled: true } },
      },
    ],
  };
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
