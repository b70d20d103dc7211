// What Amazon EKS has in common with its Auto Mode: registries, identities, groups, load-balancer annotations.

import { drainDifferences } from '../cluster/drain-differences';
import type {
  AllowedDifference,
  Endpoint,
  ManagedControlPlane,
  Subject,
  WorkloadIdentity,
  ZoneNames,
} from '../cluster/provider';
import { groupSubject, ROUTE_TIMEOUT_DIFFERENCE, STORAGE_CLASS_DIFFERENCE } from '../cluster/provider';
import type { Balancer } from '../exposure/balancer';
import type { Certificates, Exposed, Exposure } from '../exposure/exposed';
import { longestOf } from '../exposure/exposed';
import { type GatewayController, WELL_KNOWN_PORTS } from '../exposure/gateway-controller';
import { CIDRS } from '../exposure/source';
import type { Problem } from '../finding/problem';
import { type Fields, optional } from '../finding/schema';

/** Account, partition and region; `.on.aws` is the dual-stack name. cloud-provider-aws, ECR credential provider. */
export const ECR: readonly RegExp[] = [
  /^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|on\.aws)(\/|$)/,
];

export const ECR_FORM = '<account>.dkr.ecr.<region>.amazonaws.com';

/** EC2 user guide, using-regions-availability-zones; local zones such as us-west-2-lax-1a also contain a city. */
export const AWS_ZONES: ZoneNames = { suffix: /^(-[a-z]+-\d+)?[a-z]$/, example: 'a' };

const ROLE = 'eks.amazonaws.com/role-arn';
/** EKS user guide, configure-sts-endpoint: a regional endpoint, of no fixed address. */
const SECURITY_TOKEN_SERVICE: Endpoint = { outside: 'sts.amazonaws.com', cidrs: [], port: 443 };

/** EKS user guide, pod-identities and pod-id-agent-setup: the agent of the node. */
const POD_IDENTITY_AGENT: Endpoint = {
  outside: 'eks-pod-identity-agent',
  cidrs: ['169.254.170.23/32', 'fd00:ec2::23/128'],
  port: 80,
};

/** An association outside the manifests gives the role: nothing in them names it. */
const POD_IDENTITY = 'pod-identity';

/** IRSA, by an annotation; Pod Identity needs none. EKS user guide, associate-service-account-role. */
export function assumeRole(arn: string): WorkloadIdentity | Problem {
  if (arn === POD_IDENTITY) return { podLabels: {}, serviceAccountAnnotations: {}, tokens: [POD_IDENTITY_AGENT] };
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(arn)) {
    return { podLabels: {}, serviceAccountAnnotations: { [ROLE]: arn }, tokens: [SECURITY_TOKEN_SERVICE] };
  }
  return {
    message: `${arn} is not an IAM role ARN`,
    expected: `an ARN such as arn:aws:iam::123456789012:role/shop, or '${POD_IDENTITY}'`,
  };
}

/** Group names of access entries. The API refuses `system:`. terraform-aws-eks issue 2915; EKS user guide, grant-k8s-access. */
export function accessEntryGroup(id: string): Subject | Problem {
  return groupSubject(id, 'a group name of an access entry, which may not begin with system:');
}

/** Pods are its targets (`ip`). Its time-out is on silence, so a stream that sends something stays open. */
/** At least two API servers and three members of etcd in three zones. */
export const AWS_CONTROL_PLANE: ManagedControlPlane = {
  zonesLost: 1,
  source: 'EKS user guide, disaster-recovery-resiliency',
};

export const ALB: Balancer = {
  name: 'the ALB',
  asksHealth: true,
  // Elastic Load Balancing API, LoadBalancerAttribute: idle_timeout.timeout_seconds, 1 to 4000
  timeout: { defaultSeconds: 60, mostSeconds: 4000, source: 'Elastic Load Balancing API, LoadBalancerAttribute' },
  drain: { mostSeconds: 3600, source: 'LBC docs, annotations: deregistration_delay.timeout_seconds' },
  // it goes on sending while the deregistration spreads: 504s with 5 s, none with 25 s; others measured more (issue 2106)
  late: { seconds: 30, source: 'aws-load-balancer-controller, issue 1064' },
};

/** EKS user guide, associate-service-account-role. */
export const EKS_ALLOWED_DIFFERENCES: readonly AllowedDifference[] = [
  STORAGE_CLASS_DIFFERENCE,
  ROUTE_TIMEOUT_DIFFERENCE,
  {
    kind: 'ServiceAccount',
    pointer: '/metadata/annotations/eks.amazonaws.com~1role-arn',
    source: 'EKS user guide, associate-service-account-role',
  },
  ...drainDifferences(ALB),
];

/** LBC docs, guide/ingress/cert_discovery and guide/gateway: it takes certificates from ACM alone, and reads no Secret. */
export const ACM: Certificates = {
  elsewhere: 'ACM has the certificate, by certificateArn of the cluster or by the host',
};

const key = (name: string) => `alb.ingress.kubernetes.io/${name}`;

/** What both controllers read from the Ingress itself. Load Balancer Controller docs, guide/ingress/annotations. */
export function albAnnotations(exposed: Exposed): Readonly<Record<string, string>> {
  return {
    ...albTargets(exposed.backends[0]),
    ...(exposed.tls
      ? { [key('listen-ports')]: '[{"HTTP":80},{"HTTPS":443}]', [key('ssl-redirect')]: '443' }
      : { [key('listen-ports')]: '[{"HTTP":80}]' }),
    // sets the attributes that it names, and leaves the others; what was set once stays until it is set again
    [key('load-balancer-attributes')]: `idle_timeout.timeout_seconds=${longestOf(exposed, 'timeoutSeconds')}`,
  };
}

/** The keys of a target group. On a Service they come before those of its Ingress. Load Balancer Controller docs, as above. */
export function albTargets(exposure: Exposure): Readonly<Record<string, string>> {
  return {
    [key('target-type')]: exposure.targets === 'pods' ? 'ip' : 'instance', // the default is instance
    [key('healthcheck-path')]: exposure.healthPath,
    [key('target-group-attributes')]: `deregistration_delay.timeout_seconds=${exposure.drainSeconds}`, // 0 to 3600, default 300
  };
}

/** The keys of a target group in Services, of all components behind an Ingress but the first. */
export const SERVICE_TARGETS: readonly AllowedDifference[] = [
  'target-type',
  'healthcheck-path',
  'target-group-attributes',
].map((name) => ({
  kind: 'Service',
  pointer: `/metadata/annotations/${key(name).replace('/', '~1')}`,
  source: 'Load Balancer Controller docs, annotations: those of a Service come first',
}));

/** Annotations that Auto Mode takes from IngressClassParams instead. */
export function albPublic(certificateArn: string | undefined): Readonly<Record<string, string>> {
  return {
    [key('scheme')]: 'internet-facing', // the default is internal
    ...(certificateArn === undefined ? {} : { [key('certificate-arn')]: certificateArn }),
  };
}

const GATEWAY_GROUP = 'gateway.k8s.aws';

/**
 * The Load Balancer Controller by Gateways. It finds certificates by the hosts of listeners, and does not read `certificateRefs`; the
 * class is ours to create. Load Balancer Controller docs, guide/gateway: l7gateway, loadbalancerconfig, targetgroupconfig.
 */
export function albGateway(certificateArn: string | undefined, source: GatewayController['source']): GatewayController {
  return {
    name: 'the ALB',
    className: 'alb',
    controllerName: `${GATEWAY_GROUP}/alb`,
    balancer: ALB,
    ports: WELL_KNOWN_PORTS,
    certificates: ACM,
    supports: new Set(['grpc']),
    documentedIn: 'Load Balancer Controller docs, guide/gateway/l7gateway (feature comparison)',
    sendsToNodes: true,
    gateway: ({ gateway, tls, ports, timeoutSeconds }) => {
      const kind = 'LoadBalancerConfiguration';
      const spec = {
        scheme: 'internet-facing', // the default is internal
        // one of a Gateway is for all of its routes
        loadBalancerAttributes: [{ key: 'idle_timeout.timeout_seconds', value: String(timeoutSeconds) }],
        ...(tls && certificateArn !== undefined
          ? {
              listenerConfigurations: [
                // one of another port has no effect: LBC, pkg/gateway/model (mapLoadBalancerListenerConfigsByPort)
                { protocolPort: `HTTPS:${ports.https}`, alpnPolicy: 'None', defaultCertificate: certificateArn },
              ],
            }
          : {}),
      };
      return {
        spec: { infrastructure: { parametersRef: { group: GATEWAY_GROUP, kind, name: gateway.name } } },
        objects: [{ apiVersion: `${GATEWAY_GROUP}/v1beta1`, kind, spec }],
      };
    },
    // one for each Service; of gRPC the controller's own health check asks whether a server answers at all
    backend: ({ name, targets, healthPath, drainSeconds, protocol }) => {
      const spec = {
        targetReference: { group: '', kind: 'Service', name },
        defaultConfiguration: {
          targetType: targets === 'pods' ? 'ip' : 'instance', // the default is instance
          ...(protocol === 'grpc'
            ? { protocolVersion: 'GRPC' }
            : { healthCheckConfig: { healthCheckPath: healthPath } }),
          targetGroupAttributes: [{ key: 'deregistration_delay.timeout_seconds', value: String(drainSeconds) }],
        },
      };
      return { objects: [{ apiVersion: `${GATEWAY_GROUP}/v1beta1`, kind: 'TargetGroupConfiguration', spec }] };
    },
    source,
  };
}

/** Weights of records in Route 53. Source: external-dns, docs/tutorials/aws. */
export const ROUTE53_WEIGHT = 'aws-weight';

/** Volumes of both, except the provisioner. EBS CSI driver, docs/parameters; no zone-redundant type exists. */
export const GP3 = { type: 'gp3', encrypted: 'true' } as const;

/** Network of an EKS cluster, for NetworkPolicies. */
export interface AwsNetwork {
  /** Subnets of the load balancers, as CIDRs: ingress traffic comes from there. @default unknown, a finding when it is needed */
  readonly loadBalancerSubnets?: readonly string[];
  /** Subnets of the nodes, as CIDRs: the source of ingress traffic where node ports are the targets. @default unknown, as above */
  readonly nodeSubnets?: readonly string[];
}

export const AWS_NETWORK: Fields<AwsNetwork> = { loadBalancerSubnets: optional(CIDRS), nodeSubnets: optional(CIDRS) };
