// A component that answers HTTP: what every component is, with a Service, and by intent its scaling and its exposure.
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { ScalingProps } from '../model/scaling';
import { Component, type ComponentProps, type PodNumbers } from './component';
import type { Connectable, Connection } from './connection';
import { Exposure, type ExposureOptions } from './exposure';
import { report } from './findings';
import { createObject } from './kinds';
import { selectorLabels } from './labels';
import type { Traffic } from './network';
import { createAutoscaler } from './scaling';

/** What a web service must say, and what it may. */
export interface WebServiceProps extends ComponentProps {
  /** Number of pods, where nothing scales it. Either this or `scaleOn`. */
  readonly replicas?: number;
}

/**
 * A stateless HTTP component that loses no request in a rollout or a drain.
 *
 * @throws when it lies in no System
 */
export class WebService extends Component<WebServiceProps> implements Connectable {
  readonly service: ApiObject;
  private readonly clients: string[] = [];
  private scaling?: ScalingProps;
  private exposure?: Exposure;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id, props);
    const labels = selectorLabels(this.name);
    this.service = createObject(
      this,
      'service',
      'Service',
      { name: this.name, labels },
      {
        spec: () => ({
          type: this.exposure?.serviceType ?? 'ClusterIP',
          selector: labels,
          ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
        }),
      },
    );
    if (props.replicas !== undefined) this.createBudget(props.replicas);
  }

  /** Lets an autoscaler own the number of pods, from `min` to `max`. */
  scaleOn(props: ScalingProps): this {
    if (this.scaling !== undefined) {
      report(this, {
        rule: 'scaling-twice',
        severity: 'error',
        message: 'scaleOn is called twice: two autoscalers would fight over one Deployment',
        expected: 'one call with all its metrics',
        field: 'scaleOn',
      });
      return this;
    }
    this.scaling = props;
    createAutoscaler(this, this.deployment, selectorLabels(this.name), props, () => this.accountNotes);
    if (this.props.replicas === undefined) this.createBudget(props.min);
    return this;
  }

  /** Makes it reachable from outside the cluster at `hosts`, with TLS, as the cluster's provider does it. */
  exposeAt(hosts: string | readonly string[], options: ExposureOptions = {}): this {
    const added = typeof hosts === 'string' ? [hosts] : hosts;
    if (this.exposure === undefined) {
      const drainSeconds = this.props.availability?.longestRequestSeconds ?? 30;
      const healthPath = this.props.probes.readiness.path;
      const labels = selectorLabels(this.name);
      this.exposure = new Exposure(this, added, {
        ...options,
        healthPath,
        drainSeconds,
        service: this.service,
        labels,
      });
    } else {
      this.exposure.addHosts(added, options);
    }
    return this;
  }

  connection(): Connection {
    const peer = { component: this.name, port: this.props.port };
    return { name: this.name, host: this.service.name, port: 80, peer };
  }

  admit(client: string): void {
    this.clients.push(client);
  }

  protected override get traffic(): Traffic {
    const exposedTo = this.exposure?.targets;
    return { ...super.traffic, clients: this.clients, ...(exposedTo === undefined ? {} : { exposedTo }) };
  }

  protected get pods(): PodNumbers {
    const { replicas } = this.props;
    if (this.scaling !== undefined) return { min: this.scaling.min, max: this.scaling.max };
    return { min: replicas ?? 1, max: replicas ?? 1, ...(replicas === undefined ? {} : { stated: replicas }) };
  }

  protected override replicasProblem(): string | undefined {
    const both = this.props.replicas !== undefined && this.scaling !== undefined;
    if (both)
      return 'replicas and scaleOn are both given: the autoscaler and the manifest would fight over the number of pods';
    const none = this.props.replicas === undefined && this.scaling === undefined;
    return none ? 'neither replicas nor scaleOn says how many pods there are' : undefined;
  }
}
