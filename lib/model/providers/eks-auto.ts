// Amazon EKS Auto Mode: its load balancing and storage differ from EKS, and are configured by a class of the cluster.

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import type { Provider } from '../cluster/provider';
import { type Certificates, haveEqual } from '../exposure/exposed';
import { gatewayByClass } from '../exposure/gateway-controller';
import { addressSource } from '../exposure/source';
import { fields, list, optional, text } from '../finding/schema';
import type { JsonObject } from '../manifest/json';
import {
  ALB,
  AWS_CONTROL_PLANE,
  AWS_NETWORK,
  AWS_ZONES,
  type AwsNetwork,
  accessEntryGroup,
  albAnnotations,
  albTargets,
  assumeRole,
  ECR,
  ECR_FORM,
  EKS_ALLOWED_DIFFERENCES,
  GP3,
  ROUTE53_WEIGHT,
} from './aws';
import { AUTO_MODE, EKS_LIMITS } from './limits';

/** Description of an Auto Mode cluster. */
export interface EksAutoProps extends ClusterProps, AwsNetwork {
  /** AWS region: `ap-south-1`. */
  readonly region: string;
  /** ACM certificates of the load balancers, as ARNs. @default none: found in ACM by the host names */
  readonly certificateArns?: readonly string[];
}

const PROPS = fields<EksAutoProps>({
  ...CLUSTER,
  ...AWS_NETWORK,
  region: text("a region of AWS, such as 'ap-south-1'"),
  certificateArns: optional(list(text())),
});

/** A cluster in Auto Mode: `eksAuto({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' })`. */
export function eksAuto(props: EksAutoProps): ClusterDescription {
  return describeCluster(PROPS, props, {}, profile);
}

/** EKS user guide, auto-configure-alb: certificates of its class, or by host; none of a Secret. */
const ACM_BY_CLASS: Certificates = {
  elsewhere: 'ACM has the certificate, by certificateArns of the cluster or by the host',
};

const CLASS = 'alb';
const PARAMS = { group: 'eks.amazonaws.com', kind: 'IngressClassParams' };

function profile({ certificateArns, loadBalancerSubnets, nodeSubnets }: EksAutoProps): Provider {
  const spec: JsonObject = {
    scheme: 'internet-facing', // the default is internal
    ...(certificateArns === undefined ? {} : { certificateARNs: certificateArns }),
  };
  return {
    name: 'eksAuto',
    zoneNames: AWS_ZONES,
    balancer: ALB,
    // EKS user guide, auto-configure-alb: scheme and certificates are in IngressClassParams; no group.name, no class annotation
    // that its controller reads annotations of Services is not documented
    ingress: (exposed) =>
      haveEqual(exposed, albTargets)
        ? { className: CLASS, certificates: ACM_BY_CLASS, annotations: albAnnotations(exposed) }
        : {
            message: 'in Auto Mode, components that share a host share health path, draining and targets',
            expected: 'the same healthPath, longestRequestSeconds and targets for each, or a host of its own',
          },
    // EKS user guide, auto-configure-gateway-api (2026-10): it serves them; the keys of scheme, targets and health were not found
    gateway: (api) =>
      gatewayByClass(api, {
        classes: [],
        without: {
          message: 'the keys by which Auto Mode takes scheme, targets and health of a Gateway are not known here',
          expected:
            "no gatewayApi: an Ingress serves the hosts; or className of a controller that you install, such as 'eg'",
        },
      }),
    clusterObjects: [
      { apiVersion: `${PARAMS.group}/v1`, kind: PARAMS.kind, name: CLASS, spec },
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'IngressClass',
        name: CLASS,
        spec: {
          controller: 'eks.amazonaws.com/alb',
          parameters: { apiGroup: PARAMS.group, kind: PARAMS.kind, name: CLASS },
        },
      },
    ],
    dnsWeightKey: ROUTE53_WEIGHT,
    namespaceLabels: {}, // no key for readiness gates is documented for Auto Mode
    loadsImages: false,
    registries: ECR,
    registryForm: ECR_FORM,
    // EKS user guide, create-storage-class: no class exists beforehand, and volumes of EKS do not migrate
    storage: {
      zonal: { provisioner: 'ebs.csi.eks.amazonaws.com', parameters: GP3 },
    },
    workloadIdentity: assumeRole,
    identityStore: 's3',
    subject: accessEntryGroup,
    ingressSource: (targets) =>
      targets === 'pods'
        ? addressSource(loadBalancerSubnets, 'loadBalancerSubnets')
        : addressSource(nodeSubnets, 'nodeSubnets'),
    // EKS user guide, metrics-server: it is not deployed by default; of Auto Mode no source says that it is
    metricsApi: false,
    // Karpenter docs, well-known labels
    nodes: { poolLabel: 'karpenter.sh/nodepool' },
    // EKS user guide, auto-networking: prefixes, and a pool of spare ones of undocumented size
    etcd: 'provider',
    controlPlane: AWS_CONTROL_PLANE,
    network: {
      message: 'Auto Mode chooses machines and spare addresses itself, and documents no figures',
      expected: 'a plan for eks, or no plan',
    },
    nodeAutoscaler: AUTO_MODE,
    limits: EKS_LIMITS,
    allowedDifferences: EKS_ALLOWED_DIFFERENCES,
  };
}
