// An exposure: an Ingress for the hosts of a component, with what the cluster's provider needs for TLS, health and draining.

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { IngressShape } from '../../model/cluster/provider';
import type { Problem } from '../../model/finding/problem';
import { checked, choice, either, fields, like, list, optional, text } from '../../model/finding/schema';
import { portName, subdomain } from '../../model/manifest/formats';
import type { Json } from '../../model/manifest/json';
import { findHostProblems } from '../../model/platform/host';
import { System } from '../system/system';
import { checkLater, report } from '../tree/findings';
import { createObject, type IngressSpec } from '../tree/kinds';
import { traceConstruct } from '../tree/trace';
import { dnsAnnotations } from './dns';

/** How a component is exposed. */
export interface ExposureOptions {
  /** Type of the component's Service. @default ClusterIP, or NodePort where the load balancer targets nodes */
  readonly serviceType?: 'ClusterIP' | 'NodePort';
  /**
   * Whether the load balancer sends to pods or to node ports. With pods no request is lost when a pod stops; node ports may
   * still reach a stopping one.
   * @default pods
   */
  readonly targets?: 'pods' | 'nodes';
  /** Name of the TLS Secret, where the provider reads certificates from Secrets. @default `<component>-tls` */
  readonly tlsSecret?: string;
  /**
   * Hosts that all clusters of the environment serve, each with its share of the traffic (`traffic` in the placement).
   * @default none: every host points to this cluster alone
   */
  readonly common?: readonly string[];
  /** Path that the load balancer asks for the health of a pod, at the same port. @default the path of the readiness probe */
  readonly healthPath?: string;
  /** Name of the port behind the hosts, which must speak http. @default the first that does */
  readonly port?: string;
}

const HOSTS = "one or more host names, each once: 'shop.example' or ['shop.example', …]";

const TEXT = like(HOSTS, (value) => typeof value === 'string');

/** What `exposeAt` takes. */
export const EXPOSURE = fields<ExposureOptions & { hosts: string | readonly string[] }>({
  hosts: checked<string | readonly string[]>(either([TEXT, list(TEXT)], HOSTS), (hosts) =>
    findAllHostProblems([hosts].flat()),
  ),
  serviceType: optional(choice(['ClusterIP', 'NodePort'])),
  targets: optional(choice(['pods', 'nodes'])),
  tlsSecret: optional(text(subdomain.expected, subdomain.fits)),
  common: optional(checked<readonly string[]>(list(TEXT), findAllHostProblems)),
  healthPath: optional(text('an absolute path, such as /healthz/ready', (path) => path.startsWith('/'))),
  port: optional(text("the name of one of the component's ports", portName.fits)),
});

/** Of an empty one the exposure says more. */
function findAllHostProblems(hosts: readonly string[]): Problem[] {
  return hosts.flatMap((host) => (host === '' ? [] : findHostProblems(host)));
}

interface ExposureProps extends ExposureOptions {
  readonly healthPath: string;
  readonly port: string;
  readonly drainSeconds: number;
  readonly service: ApiObject;
  readonly labels: Readonly<Record<string, string>>;
}

/** The Ingress of one component. Hosts may be added until the app is synthesized. */
export class Exposure extends Construct {
  readonly ingress: ApiObject;
  private readonly props: ExposureProps;
  private readonly hosts: string[] = [];

  constructor(scope: Construct, hosts: readonly string[], props: ExposureProps) {
    super(scope, 'exposure');
    traceConstruct(this);
    this.props = props;
    const { cluster } = System.of(this).target;
    const name = props.service.name;
    const tlsSecret = props.tlsSecret ?? `${name}-tls`;
    const shape = cluster.provider.ingress({
      name,
      targets: props.targets ?? 'pods',
      healthPath: props.healthPath,
      drainSeconds: props.drainSeconds,
    });
    this.ingress = createObject(
      this,
      'ingress',
      'Ingress',
      { name, labels: props.labels, annotations: shape.annotations },
      {
        spec: () => this.renderSpec(shape, tlsSecret),
      },
    );
    for (const [key, value] of Object.entries(shape.serviceAnnotations ?? {})) {
      props.service.metadata.addAnnotation(key, value);
    }
    for (const { apiVersion, kind, spec } of shape.objects ?? []) {
      new ApiObject(this, kind, { apiVersion, kind, metadata: { name, labels: { ...props.labels } }, spec });
    }
    this.checkKeysLater(this.ingress, shape.annotations);
    this.checkKeysLater(props.service, shape.serviceAnnotations ?? {});
    this.addHosts([...hosts, ...(props.common ?? [])]);
    if (props.targets === 'nodes' && props.serviceType === 'ClusterIP') {
      report(this, {
        rule: 'exposure-targets',
        severity: 'error',
        field: 'serviceType',
        value: 'ClusterIP',
        message: 'a ClusterIP Service has no node ports for a load balancer that targets nodes',
        expected: 'serviceType NodePort, or targets: pods',
      });
    }
  }

  /** Adds hosts to the same Ingress. Options belong to the first call; later ones are a finding. */
  addHosts(hosts: readonly string[], options: ExposureOptions = {}): void {
    if (Object.keys(options).length > 0) {
      report(this, {
        rule: 'exposure-options',
        severity: 'error',
        field: 'exposeAt',
        message: 'options on a second exposeAt of the same component, which has one Ingress and one Service',
        expected: 'options on the first exposeAt only',
      });
    }
    for (const host of hosts) {
      const isHost = typeof host === 'string' && host !== '';
      if (isHost && !this.hosts.includes(host)) this.hosts.push(host);
      else this.reportHosts(isHost ? `${host} is already exposed` : 'an empty host would match every host', host);
    }
    if (hosts.length === 0) this.reportHosts('the list of hosts is empty', []);
    const { cluster, share } = System.of(this).target;
    const { common = [], healthPath } = this.props;
    const annotations = dnsAnnotations(cluster, { hosts: this.hosts, common, share, healthPath });
    for (const [key, value] of Object.entries(annotations)) this.ingress.metadata.addAnnotation(key, value);
  }

  /** Annotations overwrite each other silently, and a load balancer that loses a key may lose requests. Overrides are explicit. */
  private checkKeysLater({ metadata }: ApiObject, keys: Readonly<Record<string, string>>): void {
    checkLater(this, () =>
      Object.entries(keys).flatMap(([key, value]) => {
        const now: unknown = metadata.toJson().annotations?.[key];
        if (now === value) return [];
        return [
          {
            rule: 'provider-key',
            severity: 'error',
            field: `metadata.annotations["${key}"]`,
            value: String(now),
            message: 'this annotation, set by the provider profile, was changed by hand',
            expected: `${value}; or override(…), which makes it explicit`,
          },
        ];
      }),
    );
  }

  private reportHosts(message: string, value: Json): void {
    const expected = 'one or more host names, each once';
    report(this, { rule: 'exposure-hosts', severity: 'error', field: 'exposeAt', value, message, expected });
  }

  /** Hosts that other clusters serve too. */
  get common(): readonly string[] {
    return this.props.common ?? [];
  }

  /** Name of the port behind the hosts. */
  get port(): string {
    return this.props.port;
  }

  /** What the load balancer sends to. */
  get targets(): 'pods' | 'nodes' {
    return this.props.targets ?? 'pods';
  }

  /** Type of the Service behind it. */
  get serviceType(): 'ClusterIP' | 'NodePort' {
    return this.props.serviceType ?? (this.props.targets === 'nodes' ? 'NodePort' : 'ClusterIP');
  }

  private renderSpec({ className, certificateFromSecret }: IngressShape, secretName: string): IngressSpec {
    const backend = { service: { name: this.props.service.name, port: { name: this.props.port } } };
    return {
      ...(className === undefined ? {} : { ingressClassName: className }),
      tls: [{ hosts: this.hosts, ...(certificateFromSecret ? { secretName } : {}) }],
      rules: this.hosts.map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })),
    };
  }
}
