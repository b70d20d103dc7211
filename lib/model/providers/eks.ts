// Amazon EKS with the AWS Load Balancer Controller (LBC): every key that we write there, each with its source.
import type { ClusterDescription, ClusterProps } from '../cluster';
import type { Exposure, IngressShape, Provider } from '../provider';

/** What an EKS cluster needs to be known by. */
export interface EksProps extends ClusterProps {
  /** AWS region: `ap-south-1`. */
  readonly region: string;
  /**
   * ACM certificate of the load balancers, as an ARN.
   * @default none: the controller finds it in ACM by the host names (LBC docs, guide/ingress/cert_discovery)
   */
  readonly certificateArn?: string;
}

/** An EKS cluster: `eks({ region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36' })`. */
export function eks(props: EksProps): ClusterDescription {
  return {
    provider: profile(props.certificateArn),
    region: props.region,
    kubernetes: props.kubernetes,
    zones: props.zones ?? [],
    capabilities: props.capabilities ?? [],
  };
}

function profile(certificateArn: string | undefined): Provider {
  return {
    name: 'eks',
    loadsImages: false,
    ingress: (exposure) => albIngress(exposure, certificateArn),
    // LBC docs, deploy/pod_readiness_gate: a pod counts as ready only once its target is healthy. Target type `ip` only.
    namespaceLabels: { 'elbv2.k8s.aws/pod-readiness-gate-inject': 'enabled' },
  };
}

/** Keys of LBC docs, guide/ingress/annotations. */
function albIngress(exposure: Exposure, certificateArn: string | undefined): IngressShape {
  const key = (name: string) => `alb.ingress.kubernetes.io/${name}`;
  return {
    className: 'alb', // LBC docs, guide/ingress/ingress_class: the usual name; the controller is ingress.k8s.aws/alb
    certificateFromSecret: false,
    annotations: {
      [key('scheme')]: 'internet-facing', // the default is internal
      [key('target-type')]: exposure.targets === 'pods' ? 'ip' : 'instance', // the default is instance
      [key('listen-ports')]: '[{"HTTP":80},{"HTTPS":443}]',
      [key('ssl-redirect')]: '443',
      [key('healthcheck-path')]: exposure.healthPath,
      [key('target-group-attributes')]: `deregistration_delay.timeout_seconds=${exposure.drainSeconds}`, // 0 to 3600, default 300
      ...(certificateArn === undefined ? {} : { [key('certificate-arn')]: certificateArn }),
    },
  };
}
