// Amazon EKS with the AWS Load Balancer Controller (LBC): every key that we write there, each with its source.

import { CLUSTER, type ClusterDescription, type ClusterProps, describeCluster } from '../cluster/cluster';
import { networkOf } from '../cluster/network';
import type { Provider } from '../cluster/provider';
import { gatewayByClass } from '../exposure/gateway-controller';
import { addressSource } from '../exposure/source';
import { choice, fields, optional, text } from '../finding/schema';
import {
  ACM,
  ALB,
  AWS_CONTROL_PLANE,
  AWS_NETWORK,
  AWS_ZONES,
  type AwsNetwork,
  accessEntryGroup,
  albAnnotations,
  albGateway,
  albPublic,
  albTargets,
  assumeRole,
  ECR,
  ECR_FORM,
  EKS_ALLOWED_DIFFERENCES,
  GP3,
  ROUTE53_WEIGHT,
  SERVICE_TARGETS,
} from './aws';
import { EKS_POD_NETWORKS, type EksPodNetwork, eksNetwork } from './aws-network';
import { CLUSTER_AUTOSCALER, EKS_LIMITS } from './limits';

/** Description of an EKS cluster. */
export interface EksProps extends ClusterProps, AwsNetwork {
  /** AWS region: `ap-south-1`. */
  readonly region: string;
  /**
   * ACM certificate of the load balancers, as an ARN.
   * @default none: the controller finds it in ACM by the host names (LBC docs, guide/ingress/cert_discovery)
   */
  readonly certificateArn?: string;
  /** How the VPC CNI assigns addresses to pods. @default unknown: a plan of nodes requires it */
  readonly podNetwork?: EksPodNetwork;
}

const PROPS = fields<EksProps>({
  ...CLUSTER,
  ...AWS_NETWORK,
  region: text("a region of AWS, such as 'ap-south-1'"),
  certificateArn: optional(text()),
  podNetwork: optional(choice(EKS_POD_NETWORKS)),
});

/** An EKS cluster: `eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' })`. */
export function eks(props: EksProps): ClusterDescription {
  return describeCluster(PROPS, props, {}, profile);
}

function profile({ certificateArn, loadBalancerSubnets, nodeSubnets, podNetwork }: EksProps): Provider {
  // LBC docs, annotations `target-type`: `ip` comes from the load balancer, `instance` through a node
  const source = (targets: 'pods' | 'nodes') =>
    targets === 'pods'
      ? addressSource(loadBalancerSubnets, 'loadBalancerSubnets')
      : addressSource(nodeSubnets, 'nodeSubnets');
  return {
    name: 'eks',
    zoneNames: AWS_ZONES,
    balancer: ALB,
    ingress: (exposed) => ({
      className: 'alb', // LBC docs, guide/ingress/ingress_class: the usual name; the controller is ingress.k8s.aws/alb
      certificates: ACM,
      annotations: { ...albAnnotations(exposed), ...albPublic(exposed.tls ? certificateArn : undefined) },
    }),
    backend: (exposure, isFirst) => (isFirst ? {} : { serviceAnnotations: albTargets(exposure) }),
    gateway: (api) => gatewayByClass(api, { classes: [albGateway(certificateArn, (_, targets) => source(targets))] }),
    dnsWeightKey: ROUTE53_WEIGHT,
    // LBC docs, deploy/pod_readiness_gate: a pod counts as ready only once its target is healthy. Target type `ip` only.
    namespaceLabels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' },
    loadsImages: false,
    registries: ECR,
    registryForm: ECR_FORM,
    // EBS CSI driver, docs/parameters
    storage: {
      zonal: { provisioner: 'ebs.csi.aws.com', parameters: GP3 },
    },
    workloadIdentity: assumeRole,
    identityStore: 's3',
    subject: accessEntryGroup,
    ingressSource: source,
    // EKS user guide, metrics-server: it is not deployed by default
    metricsApi: false,
    nodes: {
      // the user data of managed node groups sets it (`--node-labels`)
      poolLabel: 'eks.amazonaws.com/nodegroup',
      otherPoolLabels: ['karpenter.sh/nodepool'], // Karpenter docs, well-known labels
    },
    etcd: 'provider',
    controlPlane: AWS_CONTROL_PLANE,
    network: networkOf(podNetwork, EKS_POD_NETWORKS, eksNetwork),
    nodeAutoscaler: CLUSTER_AUTOSCALER,
    limits: EKS_LIMITS,
    allowedDifferences: [...EKS_ALLOWED_DIFFERENCES, ...SERVICE_TARGETS],
  };
}
