// A component that answers HTTP: Deployment, Service and ServiceAccount, and by intent its connections, scaling and exposure.
import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import {
  type Availability,
  type AvailabilityInput,
  type AvailabilityOptions,
  deriveAvailability,
} from '../model/availability';
import { pullSecret } from '../model/environment';
import type { ScalingProps } from '../model/scaling';
import { pullPolicy } from '../model/target';
import { createDisruptionBudget, inspectAvailability } from './availability';
import { Configuration } from './configuration';
import { type Connectable, type Connection, connectionVariables } from './connection';
import { Exposure, type ExposureOptions } from './exposure';
import { report } from './findings';
import { inspectFit } from './fit';
import { createObject } from './kinds';
import { selectorLabels, versionLabel } from './labels';
import { createNetworkPolicy, nameExit, type Traffic } from './network';
import type { Probes } from './probes';
import { createAutoscaler } from './scaling';
import { exitAnnotations, type SecurityExits } from './security';
import { System } from './system';
import { traceConstruct } from './trace';
import { type Resources, renderDeployment, type Scratch } from './workload';

/** What a web service must say, and what it may. */
export interface WebServiceProps {
  /**
   * Name of its objects and of its selectors. Give it when the construct's id is to change and the cluster's objects are not.
   * @default the construct's id
   */
  readonly name?: string;
  /** Image with a build number or a digest, usually `this.image('web')`. */
  readonly image: string;
  /** Port that the container listens on, 1 to 65535. */
  readonly port: number;
  readonly resources: Resources;
  readonly probes: Probes;
  /** Number of pods, where nothing scales it. Either this or `scaleOn`. */
  readonly replicas?: number;
  /** Folders that may be written, beside /tmp of 64Mi, which may be named here with another size. @default none */
  readonly scratch?: readonly Scratch[];
  /** @default derived from replicas, zones and probes: see `deriveAvailability` */
  readonly availability?: AvailabilityOptions;
  /** Exits from the secure defaults, each with its reason. @default none */
  readonly security?: SecurityExits;
}

const TEMPORARY: Scratch = { path: '/tmp', size: '64Mi' };

/**
 * A stateless HTTP component.
 *
 * It is Pod Security *restricted*, loses no request in a rollout or a drain, and spreads over the cluster's zones.
 * Findings instead of exceptions: contradicting inputs are reported all at once when the app is synthesized.
 *
 * @throws when it lies in no System
 */
export class WebService extends Construct implements Connectable {
  /** Name of its objects. */
  readonly name: string;
  readonly deployment: ApiObject;
  readonly service: ApiObject;
  readonly networkPolicy: ApiObject;
  private readonly props: WebServiceProps;
  private readonly system: System<unknown>;
  private readonly connections: Connection[] = [];
  private readonly clients: string[] = [];
  private configuration?: Configuration;
  private scaling?: ScalingProps;
  private exposure?: Exposure;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id);
    traceConstruct(this);
    this.props = props;
    this.system = System.of(this);
    this.name = props.name ?? id;
    const labels = selectorLabels(this.name);
    const metadata = { name: this.name, labels };
    const account = { automountServiceAccountToken: false };
    createObject(this, 'service-account', 'ServiceAccount', metadata, account);
    this.service = createObject(this, 'service', 'Service', metadata, {
      spec: () => ({
        type: this.exposure?.serviceType ?? 'ClusterIP',
        selector: labels,
        ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
      }),
    });
    this.networkPolicy = createNetworkPolicy(this, this.name, this.system.target.cluster, () => this.traffic);
    const annotations = exitAnnotations(props.security ?? {});
    this.deployment = createObject(
      this,
      'deployment',
      'Deployment',
      { ...metadata, annotations },
      {
        spec: () => this.renderSpec(),
      },
    );
    if (props.replicas !== undefined && (props.replicas > 1 || props.availability?.disruption !== undefined)) {
      createDisruptionBudget(this, this.name, labels, () => this.availability);
    }
    inspectFit(this, this.system.target.cluster, props.resources);
    inspectAvailability(this, () => this.availabilityInput, this.scalingProblem);
  }

  /** Adds environment variables, by a ConfigMap of its own. Secrets do not belong here: they come with `connectTo`. */
  configure(variables: Readonly<Record<string, string>>): this {
    if (Object.keys(variables).length === 0) return this;
    this.configuration ??= new Configuration(this, this.name, selectorLabels(this.name));
    this.configuration.add(variables);
    return this;
  }

  /** Tells it the address of `service` by variables, and mounts the credentials, if there are any, as files. */
  connectTo(service: Connectable): this {
    const connection = service.connection();
    const problem = service === this ? 'a component needs no connection to itself' : this.connectedTo(connection.name);
    if (problem !== undefined) {
      const expected = 'each service once';
      report(this, {
        rule: 'connection',
        severity: 'error',
        field: 'connectTo',
        value: connection.name,
        message: problem,
        expected,
      });
      return this;
    }
    this.connections.push(connection);
    service.admit?.(this.name);
    nameExit(this.networkPolicy, connection.name, connection.peer);
    return this.configure(connectionVariables(connection));
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
    createAutoscaler(this, this.deployment, selectorLabels(this.name), props);
    if (this.props.replicas === undefined && (props.min > 1 || this.props.availability?.disruption !== undefined)) {
      createDisruptionBudget(this, this.name, selectorLabels(this.name), () => this.availability);
    }
    return this;
  }

  /** Makes it reachable from outside the cluster at `hosts`, with TLS, as the cluster's provider does it. */
  exposeAt(hosts: string | readonly string[], options: ExposureOptions = {}): this {
    const added = [hosts].flat();
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

  /** The derived unit: rollout, drain, budget, spread, and how many pods surely remain after the promised loss. */
  get availability(): Availability {
    return deriveAvailability(this.availabilityInput);
  }

  private get traffic(): Traffic {
    const peers = this.connections.map(({ peer }) => peer);
    const { port } = this.props;
    return { port, clients: this.clients, peers, ...(this.exposure && { exposedTo: this.exposure.targets }) };
  }

  private connectedTo(name: string): string | undefined {
    const known = this.connections.some((connection) => connection.name === name);
    return known ? `it is connected to ${name} already` : undefined;
  }

  private get availabilityInput(): AvailabilityInput {
    const { cluster, environment } = this.system.target;
    return {
      minReplicas: this.scaling?.min ?? this.props.replicas ?? 1,
      maxReplicas: this.scaling?.max ?? this.props.replicas ?? 1,
      zones: cluster.zones.length,
      zonesLost: environment.survives.zones,
      startupBudgetSeconds: this.props.probes.startup.budgetSeconds,
      options: this.props.availability ?? {},
    };
  }

  private readonly scalingProblem = (): string | undefined => {
    const both = this.props.replicas !== undefined && this.scaling !== undefined;
    if (both)
      return 'replicas and scaleOn are both given: the autoscaler and the manifest would fight over the number of pods';
    const none = this.props.replicas === undefined && this.scaling === undefined;
    return none ? 'neither replicas nor scaleOn says how many pods there are' : undefined;
  };

  private renderSpec() {
    const { image, port, resources, probes, scratch = [], security, replicas } = this.props;
    const { cluster, environment, tag } = this.system.target;
    const selector = selectorLabels(this.name);
    const pulledWith = pullSecret(environment);
    return renderDeployment({
      name: this.name,
      image,
      pullPolicy: pullPolicy(image, environment),
      ...(pulledWith === undefined ? {} : { pullSecret: pulledWith }),
      port,
      resources,
      probes,
      scratch: scratch.some(({ path }) => path === TEMPORARY.path) ? scratch : [TEMPORARY, ...scratch],
      exits: security ?? {},
      cluster,
      availability: this.availability,
      ...(this.scaling === undefined && replicas !== undefined ? { replicas } : {}),
      selector,
      podLabels: { ...this.system.labels, ...selector, ...versionLabel(tag) },
      ...(this.configuration === undefined ? {} : { configuration: this.configuration.hashedName }),
      connections: this.connections,
    });
  }
}
