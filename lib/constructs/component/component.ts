// The base of every component: a Deployment with its ServiceAccount, network policy, configuration and connections.

import { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import type { WorkloadIdentity } from '../../model/cluster/provider';
import { type Finding, findingOf } from '../../model/finding/finding';
import {
  either,
  type Fields,
  fields,
  like,
  list,
  number,
  optional,
  type Schema,
  table,
  text,
} from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { dnsLabel } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import type { PlannedWorkload } from '../../model/nodes/node-plan-input';
import { pullSecret } from '../../model/platform/environment';
import { pullPolicy } from '../../model/platform/target';
import {
  AVAILABILITY,
  type Availability,
  type AvailabilityInput,
  type AvailabilityOptions,
  deriveAvailability,
} from '../../model/pods/availability';
import { peakPods } from '../../model/pods/replacement';
import {
  type Client,
  type Connectable,
  type ConnectOptions,
  connectionVariables,
  credentialsPath,
  type Limited,
  type Sender,
} from '../network/connection';
import { Incoming } from '../network/incoming';
import { Outgoing } from '../network/outgoing';
import { createNetworkPolicy, nameExit, type PolicyInput } from '../network/policy';
import { checkAvailabilityLater, createDisruptionBudget } from '../pod/availability';
import { Configuration } from '../pod/configuration';
import {
  RESOURCES,
  type Resources,
  renderDeployment,
  SCRATCH,
  type Scratch,
  SECRET_KEY,
  type SecretKey,
  type Workload,
} from '../pod/deployment';
import { FILES, type Files, fileData, findMountProblems } from '../pod/files';
import type { DerivedFrom } from '../pod/node-fit';
import { checkNodeFitLater, fits } from '../pod/node-fit';
import { allPorts, findPortProblems, type NamedPort, PORTS, type Ports } from '../pod/ports';
import { findProbeProblems, PROBES_SCHEMA, PROBES_STAND_IN, type Probes } from '../pod/probes';
import { exitAnnotations, SECURITY, type SecurityExits } from '../pod/security';
import { System } from '../system/system';
import { receive, refuse } from '../tree/door';
import { checkLater, report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels, versionLabel } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import { identityOf } from './identity';
import { admitTo, connectable, type Raw } from './neighbour';

/** Required and optional properties of every component. */
export interface ComponentProps extends Partial<Ports> {
  /**
   * Name of its objects and of its selectors. Give it to change the construct's id without changing the cluster's objects.
   * @default the construct's id
   */
  readonly name?: string;
  /** Image with a build number or a digest. @default the system's image of the construct's id: `this.image(id)` */
  readonly image?: string;
  /** CPU and memory of a pod. */
  readonly resources: Resources;
  /** How the kubelet knows that a pod has started, takes requests, and must be restarted. */
  readonly probes: Probes;
  /**
   * Environment variables: texts, through its own ConfigMap, and keys of Secrets. A key is better read from a file, as `connectTo`
   * mounts it: variables show in dumps and are inherited by every process.
   * @default those of its connections
   * @example env: { LOG_LEVEL: 'info', API_TOKEN: { secret: 'payments', key: 'token' } }
   */
  readonly env?: Readonly<Record<string, string | SecretKey>>;
  /**
   * Files by absolute path, through a ConfigMap of their own. A change rolls the pods.
   * @default none
   * @example files: { '/etc/app/app.conf': readFileSync('charts/app.conf', 'utf8') }
   */
  readonly files?: Files;
  /** Writable folders besides /tmp of 64Mi, which may be listed here with another size. @default none */
  readonly scratch?: readonly Scratch[];
  /** @default derived from replicas, zones and probes: see `deriveAvailability` */
  readonly availability?: AvailabilityOptions;
  /** Exits from the secure defaults, each with its reason. @default none */
  readonly security?: SecurityExits;
  /**
   * Takes it out of the environment's promise to survive the loss of zones, for a reason, which is kept in an annotation; the promise
   * still holds for the others.
   * @default what the environment promises
   * @example survives: { zones: 0, because: 'the load generator of a test' }
   */
  readonly survives?: { readonly zones: 0; readonly because: string };
}

/** What the properties of every component may say. */
export const COMPONENT: Fields<ComponentProps> = {
  name: optional(text(dnsLabel.expected, dnsLabel.fits)),
  image: optional(text('an image with a build number or a digest')),
  ...PORTS,
  port: optional(PORTS.port),
  resources: RESOURCES,
  probes: PROBES_SCHEMA,
  env: optional(
    table(
      either([like('a text: String(value)', (value) => typeof value === 'string'), SECRET_KEY]),
      "{ NAME: 'value' }",
    ),
  ),
  files: optional(FILES),
  scratch: optional(list(SCRATCH, "a list: [{ path: '/tmp', size: '64Mi' }]")),
  availability: optional(AVAILABILITY),
  security: optional(SECURITY),
  survives: optional(
    fields<NonNullable<ComponentProps['survives']>>(
      { zones: number({ atLeast: 0, atMost: 0 }), because: text('a reason, as a sentence') },
      "{ zones: 0, because: 'a reason' }",
    ),
  ),
};

/** Stand for required properties that are refused. */
export const COMPONENT_STAND_INS = {
  image: 'registry.invalid/refused:1',
  port: 8080,
  resources: { cpu: '1m', memory: '1Mi' },
  probes: PROBES_STAND_IN,
} as const;

/** How many pods a component has. */
export interface PodNumbers {
  readonly min: number;
  readonly max: number;
  /** Number that the manifest states. Absent where an autoscaler owns it. */
  readonly stated?: number;
}

const TEMPORARY: Scratch = { path: '/tmp', size: '64Mi' };

/** The ServiceAccount of every pod that names none: kubernetes.io, "Configure Service Accounts for Pods". */
const DEFAULT_ACCOUNT = 'default';

const TAKES_DEFAULT: Finding = {
  rule: 'component-name',
  severity: 'error',
  field: 'name',
  value: DEFAULT_ACCOUNT,
  message: 'its ServiceAccount would be that of every pod that names none',
  expected: "another name: name: 'web'",
};

const NO_CPU: Finding = {
  rule: 'resources',
  severity: 'error',
  field: 'resources.cpu',
  message: 'the CPU request is missing',
  expected: "resources: { cpu: '250m', … }, or size: { load }, which derives it",
};

/** The path of a construct's system, where it is not `own`: another placement of the same system is another one. */
function otherSystem(own: System<unknown>, construct: IConstruct): string | undefined {
  const found = construct.node.scopes.find(System.isSystem);
  return found === undefined || found === own ? undefined : found.node.path;
}

type Variable = readonly [name: string, value: string | SecretKey];

const isText = (variable: Variable): variable is [string, string] => typeof variable[1] === 'string';
const isFromSecret = (variable: Variable): variable is [string, SecretKey] => !isText(variable);

const setTwice = (name: string): Finding =>
  findingOf('configuration-conflict', {
    field: name,
    message: `variable ${name} is set to a text, and from a Secret`,
    expected: 'one value per variable',
  });

/**
 * Base of the stateless components.
 *
 * It meets Pod Security *restricted* and spreads over the cluster's zones. Findings instead of exceptions: contradicting inputs are
 * reported all at once when the app is synthesized.
 *
 * @throws when it is not inside a System
 */
export abstract class Component<Props extends ComponentProps> extends Construct {
  /** Name of its objects. */
  readonly name: string;
  /** Its Deployment, for overrides. */
  readonly deployment: ApiObject;
  /** Its ServiceAccount, for overrides. */
  readonly serviceAccount: ApiObject;
  /** Its NetworkPolicy, for overrides. */
  readonly networkPolicy: ApiObject;
  /** Its image, with a tag or a digest. */
  readonly image: string;
  protected readonly props: Props;
  /** Its ports, the main one first; none for a component without a port. */
  protected readonly ports: readonly NamedPort[];
  protected readonly system: System<unknown>;
  protected readonly incoming = new Incoming();
  private readonly outgoing: Outgoing;
  private readonly identity: WorkloadIdentity | undefined;
  private configuration?: Configuration;
  private readonly secretVariables: Readonly<Record<string, SecretKey>>;
  private readonly files: Configuration | undefined;

  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id);
    traceConstruct(this);
    const props = receive(this, '', schema, given, standIns);
    this.props = props;
    this.ports = allPorts(props);
    const problems = [...findPortProblems(props), ...findProbeProblems(props.probes, this.ports)];
    for (const problem of problems) report(this, findingOf('input', problem));
    if (problems.length > 0) refuse(this);
    this.system = System.of(this);
    this.image = props.image ?? this.system.image(id);
    this.name = props.name ?? id;
    if (this.name === DEFAULT_ACCOUNT) report(this, TAKES_DEFAULT);
    this.identity = identityOf(this, this.name);
    this.outgoing = new Outgoing(this.name, this.identity !== undefined, (other) => otherSystem(this.system, other));
    const metadata = { name: this.name, labels: selectorLabels(this.name) };
    const annotations = this.identity?.serviceAccountAnnotations ?? {};
    const account = { automountServiceAccountToken: false };
    this.serviceAccount = createObject(
      this,
      'service-account',
      'ServiceAccount',
      { ...metadata, annotations },
      account,
    );
    const { cluster } = this.system.target;
    this.networkPolicy = createNetworkPolicy(this, this.name, cluster, () => this.policyInput);
    for (const tokens of this.identity?.tokens ?? []) nameExit(this.networkPolicy, 'identity', tokens);
    this.deployment = createObject(
      this,
      'deployment',
      'Deployment',
      {
        ...metadata,
        annotations: {
          ...exitAnnotations(props.security ?? {}),
          ...defined({ [ANNOTATION.zoneLoss]: props.survives?.because }),
        },
        // with an autoscaler, that one has them
        notes: () => (this.pods.stated === undefined ? {} : this.accountNotes),
      },
      { spec: () => this.renderSpec() },
    );
    checkNodeFitLater(
      this,
      cluster,
      () => this.resources,
      () => this.cpuFrom,
    );
    checkAvailabilityLater(this, () => this.availabilityInput);
    checkLater(this, () => (this.cpu === undefined ? [NO_CPU] : []));
    checkLater(this, () => this.mountProblems);
    const variables = Object.entries(props.env ?? {});
    this.secretVariables = Object.fromEntries(variables.filter(isFromSecret));
    this.configure(Object.fromEntries(variables.filter(isText)));
    if (Object.keys(props.files ?? {}).length > 0) {
      this.files = new Configuration(this, this.name, selectorLabels(this.name), 'files');
      this.files.add(fileData(props.files ?? {}));
    }
  }

  /**
   * Gives it the address of `service` in variables, mounts the credentials, if there are any, as files, and allows the traffic in the
   * network policies. A service with limits, such as a `Database`, also needs a pod's use of it.
   *
   * @example web.connectTo(cart, { as: { CART_ADDR: '{host}:{port}' } })
   * @example web.connectTo(database, { connectionsPerPod: 10 })
   */
  connectTo(service: Connectable | Raw, options?: ConnectOptions): this;
  connectTo<Use extends object>(service: Limited<Use>, use: Use, options?: ConnectOptions): this;
  connectTo<Use extends object>(
    service: Connectable | Raw | Limited<Use>,
    second?: Use | ConnectOptions,
    third?: ConnectOptions,
  ): this {
    const added = this.outgoing.add(connectable(service), [second, third], this.client);
    if (Array.isArray(added)) {
      for (const problem of added) report(this, problem);
      return this;
    }
    const { connection, options } = added;
    nameExit(this.networkPolicy, connection.name, connection.peer);
    this.configure(connectionVariables(connection, options));
    return this;
  }

  /**
   * Lets in a client that is not a component, at `port` by its name or number: a workload of this system, pods of another namespace,
   * addresses, or a neighbour that the cluster knows. The first port is the default.
   *
   * @example web.admit(loadGenerator)
   * @example web.admit({ namespace: 'linkerd-viz', podLabels: { app: 'tap' } }, 'admin')
   * @example web.admit('prometheus', 'metrics')
   */
  admit(client: Sender | Raw, port?: string | number): this {
    admitTo(this, { name: this.name, ports: this.ports, incoming: this.incoming }, client, port);
    return this;
  }

  /** Its PodDisruptionBudget, for overrides; `undefined` for a single pod. */
  get disruptionBudget(): ApiObject | undefined {
    return this.object('disruption-budget');
  }

  /** Its HorizontalPodAutoscaler or ScaledObject, for overrides; `undefined` for a fixed number of pods. */
  get autoscaler(): ApiObject | undefined {
    return this.object('autoscaler');
  }

  private object(id: string): ApiObject | undefined {
    const child = this.node.tryFindChild(id);
    return child instanceof ApiObject ? child : undefined;
  }

  /** The derived unit: rollout, drain, budget, spread, and how many pods are certain to remain after the promised loss. */
  get availability(): Availability {
    return deriveAvailability(this.availabilityInput);
  }

  /** Its demand on nodes; `undefined` where the requests of a pod are unknown. */
  get planned(): PlannedWorkload | undefined {
    const { cpu, memory } = this.resources;
    if (!this.isCounted) return undefined;
    if (!fits(this.system.target.cluster.nodePools, { cpu, memory })) return undefined; // reported by checkNodeFitLater
    const { min, max } = this.pods;
    const atOnce = peakPods(max, this.client.numbers().replacement).value;
    const targets = this.policyInput.exposed?.targets;
    return {
      name: `${this.system.namespace}/${this.name}`,
      cpu,
      memory,
      pods: { offPeak: min, peak: max, atOnce },
      ...defined({ targets }),
    };
  }

  /** Adds environment variables. */
  protected configure(variables: Readonly<Record<string, string>>): void {
    for (const name of Object.keys(variables)) {
      if (Object.hasOwn(this.secretVariables, name)) report(this, setTwice(name));
    }
    if (Object.keys(variables).length === 0) return;
    this.configuration ??= new Configuration(this, this.name, selectorLabels(this.name));
    this.configuration.add(variables);
  }

  /** Its numbers of pods, once the chart is complete. */
  protected abstract get pods(): PodNumbers;

  /** CPU request of a pod, as given or derived. */
  protected get cpu(): string | undefined {
    return this.props.resources.cpu;
  }

  /** What a derived CPU request follows from. */
  protected get cpuFrom(): DerivedFrom | undefined {
    return undefined;
  }

  /** What it sets of its availability unless the user does. */
  protected get availabilityDefaults(): AvailabilityOptions {
    return {};
  }

  /** Whether its size is known, so that accounts and plans can include it. */
  protected get isCounted(): boolean {
    return true;
  }

  /** Notes of services with limits on its size. */
  protected get accountNotes(): Readonly<Record<string, string>> {
    return this.outgoing.notes;
  }

  protected get policyInput(): PolicyInput {
    const peers = [...this.outgoing.peers, ...(this.identity?.tokens ?? [])];
    const callsApiServer = this.props.security?.serviceAccountToken !== undefined;
    return { admitted: this.incoming.all, peers, callsApiServer };
  }

  /** This component in the account of a service with limits. */
  protected get client(): Client {
    const numbers = () => {
      const { maxSurge, maxUnavailable, terminationGracePeriodSeconds, minReadySeconds } = this.availability;
      // the shortest boot is unknown, and the worst case is one that takes no time
      const fastestAvailableSeconds = Math.max(1, minReadySeconds);
      const replacement = { maxSurge, maxUnavailable, terminationGracePeriodSeconds, fastestAvailableSeconds };
      return { maxReplicas: this.pods.max, replacement };
    };
    return { name: this.name, isCounted: () => this.isCounted, numbers };
  }

  /** Creates the disruption budget where there is more than one pod or the user set one. */
  protected createBudget(fewest: number): void {
    if (fewest <= 1 && this.props.availability?.disruption === undefined) return;
    createDisruptionBudget(this, this.name, selectorLabels(this.name), () => this.availability);
  }

  private get mountProblems(): Finding[] {
    const { files = {} } = this.props;
    const secrets = this.outgoing.all.filter(({ credentials }) => credentials !== undefined).map(credentialsPath);
    const mounts = [...this.scratch.map(({ path }) => path), ...secrets];
    return findMountProblems(files, mounts, secrets).map((problem) => findingOf('input', problem));
  }

  private get scratch(): readonly Scratch[] {
    const { scratch = [] } = this.props;
    return scratch.some(({ path }) => path === TEMPORARY.path) ? scratch : [TEMPORARY, ...scratch];
  }

  private get resources(): Workload['resources'] {
    return { ...this.props.resources, cpu: this.cpu ?? '0' };
  }

  private get availabilityInput(): AvailabilityInput {
    const { cluster, environment } = this.system.target;
    return {
      minReplicas: this.pods.min,
      maxReplicas: this.pods.max,
      zones: cluster.zones.length,
      zonesLost: this.props.survives?.zones ?? environment.survives.zones,
      startupBudgetSeconds: this.props.probes.bootSeconds,
      options: { ...this.availabilityDefaults, ...this.props.availability },
    };
  }

  private renderSpec() {
    const { image } = this;
    const { probes, security } = this.props;
    const { cluster, environment } = this.system.target;
    const selector = selectorLabels(this.name);
    const pulledWith = pullSecret(environment);
    const { stated } = this.pods;
    return renderDeployment({
      name: this.name,
      image,
      pullPolicy: pullPolicy(image, environment),
      ...(pulledWith === undefined ? {} : { pullSecret: pulledWith }),
      ports: this.ports,
      resources: this.resources,
      probes,
      scratch: this.scratch,
      exits: security ?? {},
      cluster,
      availability: this.availability,
      ...(stated === undefined ? {} : { replicas: stated }),
      selector,
      podLabels: { ...this.system.labels, ...selector, ...versionLabel(image), ...this.identity?.podLabels },
      ...(this.configuration === undefined ? {} : { configuration: this.configuration.hashedName }),
      secretVariables: this.secretVariables,
      ...(this.files === undefined
        ? {}
        : { files: { configMap: this.files.hashedName, paths: Object.keys(this.props.files ?? {}) } }),
      connections: this.outgoing.all,
    });
  }
}
