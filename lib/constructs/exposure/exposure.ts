// An exposure: an Ingress for the hosts of a component, with what the cluster's provider wants for TLS, health and draining.

import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { IngressShape } from '../../model/cluster/provider';
import type { Json } from '../../model/manifest/json';
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
   * Whether the load balancer sends to pods or to node ports. Pods lose nothing when a pod stops; node ports may still reach
   * one that is stopping.
   * @default pods
   */
  readonly targets?: 'pods' | 'nodes';
  /** Name of the TLS Secret, where the provider reads certificates from Secrets. @default `<component>-tls` */
  readonly tlsSecret?: string;
  /**
   * Names that all clusters of the environment answer to, each with its share of the traffic (`traffic` in the placement).
   * @default none: every name leads to this cluster alone
   */
  readonly common?: readonly string[];
}

interface ExposureProps extends ExposureOptions {
  readonly healthPath: string;
  readonly drainSeconds: number;
  readonly service: ApiObject;
  readonly labels: Readonly<Record<string, string>>;
}

/** The Ingress of one component. Further hosts may be added until the app is synthesized. */
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
    this.inspectKeys(this.ingress, shape.annotations);
    this.inspectKeys(props.service, shape.serviceAnnotations ?? {});
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

  /** Adds hosts to the same Ingress. Options are those of the first exposure: other ones are a finding. */
  addHosts(hosts: readonly string[], options: ExposureOptions = {}): void {
    if (Object.keys(options).length > 0) {
      report(this, {
        rule: 'exposure-options',
        severity: 'error',
        field: 'exposeAt',
        message:
          'options are given to a further exposeAt of the same component, but there is one Ingress and one Service',
        expected: 'options on the first exposeAt only',
      });
    }
    for (const host of hosts) {
      const isHost = typeof host === 'string' && host !== '';
      if (isHost && !this.hosts.includes(host)) this.hosts.push(host);
      else
        this.reportHosts(
          isHost ? `${host} is exposed already` : 'a host without a name would answer to every name',
          host,
        );
    }
    if (hosts.length === 0) this.reportHosts('there is no host to be reached at', []);
    const { cluster, share } = System.of(this).target;
    const { common = [], healthPath } = this.props;
    const annotations = dnsAnnotations(cluster, { hosts: this.hosts, common, share, healthPath });
    for (const [key, value] of Object.entries(annotations)) this.ingress.metadata.addAnnotation(key, value);
  }

  /** The last annotation wins without a word, and a load balancer that loses a key may lose requests. Overrides say so. */
  private inspectKeys({ metadata }: ApiObject, keys: Readonly<Record<string, string>>): void {
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
            message: 'the profile of the provider sets this key, and it was set again by hand',
            expected: `${value}; or override(…), which says that it is meant`,
          },
        ];
      }),
    );
  }

  private reportHosts(message: string, value: Json): void {
    const expected = 'one or more host names, each once';
    report(this, { rule: 'exposure-hosts', severity: 'error', field: 'exposeAt', value, message, expected });
  }

  /** Names that other clusters answer to too. */
  get common(): readonly string[] {
    return this.props.common ?? [];
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
    const backend = { service: { name: this.props.service.name, port: { name: 'http' } } };
    return {
      ...(className === undefined ? {} : { ingressClassName: className }),
      tls: [{ hosts: this.hosts, ...(certificateFromSecret ? { secretName } : {}) }],
      rules: this.hosts.map((host) => ({ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } })),
    };
  }
}
