// The base of every component: its ServiceAccount, network policy, configuration and connections, and the template of its pods.

import type { ApiObject } from 'cdk8s';
import { Construct, type IConstruct } from 'constructs';
import type { WorkloadIdentity } from '../../model/cluster/provider';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import type { Schema } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import { pullSecret } from '../../model/platform/environment';
import { pullPolicy } from '../../model/platform/target';
import { programsOf } from '../../model/pods/program';
import {
  type Client,
  type ClientNumbers,
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
import { TRACES, tracesOf } from '../network/traces';
import { findChoiceProblems, renderChoice } from '../nodes/node-choice';
import type { DerivedFrom } from '../nodes/node-fit';
import { checkNodeFitLater } from '../nodes/node-fit';
import { bootSecondsOf, companyScratchNames, findCompanyProblems, findSharedMountProblems } from '../pod/company';
import { Configuration } from '../pod/configuration';
import type { ContainerInput, LateVariable } from '../pod/container';
import { fileData, findMountProblems } from '../pod/files';
import type { Life } from '../pod/life';
import { claimAnnotations, claimName, type Mounts, type Scratch, scratchNames } from '../pod/mounts';
import { renderPod } from '../pod/pod';
import { allPorts, findPortProblems, type NamedPort } from '../pod/ports';
import { findProbeProblems, type Probes } from '../pod/probes';
import { exitAnnotations, type SecurityExits } from '../pod/security';
import {
  CONFIGURATION,
  findTemplateClashes,
  findTemplateFolderProblems,
  storeOf,
  templatePaths,
  withTemplates,
} from '../pod/templates';
import { findOneNodeProblems, holdClaims } from '../storage/one-node';
import { System } from '../system/system';
import { receive, refuse } from '../tree/door';
import { checkLater, report } from '../tree/findings';
import { createObject, type PodTemplate } from '../tree/kinds';
import { selectorLabels, versionLabel } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import { type ApiRights, createApiRights, findRightsProblems, holdEverywhere, type UrlRights } from './api-rights';
import type { ComponentProps } from './component-props';
import { identityOf } from './identity';
import { findMetricsProblems, type Observed, ofMetrics, ownMetricsPort, type Scrape, scrapeOf } from './metrics';
import { admitTo, connectable, type Raw } from './neighbour';

/** The measurement is in docs/decisions.md. */
const NDOTS = 2;

/**
 * The annotation that lets the cluster autoscaler remove a node although its pods have these volumes. Source: autoscaler,
 * cluster-autoscaler/FAQ.md.
 */
const SAFE_TO_EVICT = 'cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes';

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

type Variable = readonly [name: string, value: string | LateVariable];

const isText = (variable: Variable): variable is [string, string] => typeof variable[1] === 'string';
const isLate = (variable: Variable): variable is [string, LateVariable] => !isText(variable);

const setTwice = (name: string): Finding =>
  findingOf('configuration-conflict', {
    field: name,
    message: `variable ${name} is set to a text, and from a Secret or the pod`,
    expected: 'one value per variable',
  });

/**
 * Base of every component.
 *
 * Its pods meet Pod Security *restricted*. Findings instead of exceptions: contradicting inputs are reported all at once when the app
 * is synthesized.
 *
 * @throws when it is not inside a System
 */
export abstract class Component<Props extends ComponentProps> extends Construct {
  /** Name of its objects. */
  readonly name: string;
  /** Its ServiceAccount, for overrides. */
  readonly serviceAccount: ApiObject;
  /** Its NetworkPolicy, for overrides. */
  readonly networkPolicy: ApiObject;
  /** Its image, with a tag or a digest. */
  readonly image: string;
  protected readonly props: Props;
  /** Its monitor, for overrides; `undefined` without `metrics`, and where the cluster has no prometheus-operator. */
  readonly monitor: ApiObject | undefined;
  /** Its ports that clients may reach, the main one first; none for a component without a port. */
  protected readonly ports: readonly NamedPort[];
  /** All ports of its pods. */
  private readonly podPorts: readonly NamedPort[];
  private readonly scrape: Scrape | undefined;
  protected readonly system: System<unknown>;
  protected readonly incoming = new Incoming();
  private readonly outgoing: Outgoing;
  private readonly identity: WorkloadIdentity | undefined;
  private configuration?: Configuration;
  private readonly rights: (ApiRights | UrlRights)[] = [];
  private readonly lateVariables: Readonly<Record<string, LateVariable>>;
  private readonly files: Configuration | undefined;

  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id);
    traceConstruct(this);
    const received = receive(this, '', schema, given, standIns);
    this.system = System.of(this);
    const { cluster } = this.system.target;
    const props = withTemplates(received, cluster);
    this.props = props;
    this.ports = allPorts(props);
    const ownMetrics = ownMetricsPort(props.metrics, this.ports);
    this.podPorts = ownMetrics === undefined ? this.ports : [...this.ports, ownMetrics];
    this.image = props.image ?? this.system.image(id);
    this.name = props.name ?? id;
    if (this.name === DEFAULT_ACCOUNT) report(this, TAKES_DEFAULT);
    this.identity = identityOf(this, this.name);
    this.outgoing = new Outgoing(this.name, this.identity !== undefined, (other) => otherSystem(this.system, other));
    const { probes } = this;
    const problems = [
      ...findPortProblems(props),
      ...findMetricsProblems(props.metrics, this.ports),
      ...findTemplateClashes(received),
      ...(probes === undefined ? [] : findProbeProblems(probes, this.podPorts)),
      ...findCompanyProblems(props, this.name, this.podPorts).map((one) => ofMetrics(one, ownMetrics)),
    ];
    for (const problem of problems) report(this, findingOf('input', problem));
    if (problems.length > 0) refuse(this);
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
    this.scrape = scrapeOf(cluster, props.metrics, this.podPorts);
    this.monitor = this.scrape?.createMonitor(this, this.name, this.hasService ? this.ports : undefined);
    this.networkPolicy = createNetworkPolicy(this, this.name, cluster, () => this.policyInput);
    for (const tokens of this.identity?.tokens ?? []) nameExit(this.networkPolicy, 'identity', tokens);
    checkNodeFitLater(
      this,
      cluster,
      () => this.resources,
      () => this.cpuFrom,
    );
    checkLater(this, () => (this.cpu === undefined ? [NO_CPU] : []));
    checkLater(this, () => this.scrape?.notes ?? []);
    checkLater(this, () => this.findInputProblems().map((problem) => findingOf('input', problem)));
    holdClaims(this.name, props.volumes ?? {}, this.system);
    const variables = Object.entries(props.env ?? {});
    this.lateVariables = Object.fromEntries(variables.filter(isLate));
    this.configure(Object.fromEntries(variables.filter(isText)));
    if (Object.keys(props.files ?? {}).length > 0) {
      this.files = new Configuration(this, this.name, selectorLabels(this.name), 'files');
      this.files.add(fileData(props.files ?? {}));
    }
    if (props.templates !== undefined) this.readStore();
  }

  /**
   * Gives it the address of `service` in variables, mounts the credentials, if there are any, as files, and allows the traffic in the
   * network policies. A service with limits, such as a `Database`, also needs a pod's use of it.
   *
   * @example web.connectTo(cart, { as: { CART_ADDR: '{host}:{port}' } })
   * `'traces'` is the cluster's collector: the variables are those of OpenTelemetry, by HTTP; its ports for gRPC and for Jaeger are open
   * too (4317, 14268, 14250).
   *
   * @example web.connectTo(database, { poolSize: 10 })
   * @example web.connectTo('traces')
   */
  connectTo(service: Connectable | Raw | 'traces', options?: ConnectOptions): this;
  connectTo<Use extends object>(service: Limited<Use>, use: Use, options?: ConnectOptions): this;
  connectTo<Use extends object>(
    service: Connectable | Raw | Limited<Use> | 'traces',
    second?: Use | ConnectOptions,
    third?: ConnectOptions,
  ): this {
    if (service === TRACES) return this.sendTraces(second as ConnectOptions | undefined);
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

  private sendTraces(given: ConnectOptions | undefined): this {
    const { target, namespace = '' } = this.system;
    const sender = { name: this.name, namespace, environment: target.environment.name };
    const traces = tracesOf(target.cluster, sender);
    if (isProblem(traces)) {
      report(this, findingOf('neighbour', traces));
      return this;
    }
    this.connectTo(traces.main, given ?? { as: traces.variables });
    for (const other of traces.others) this.connectTo(other, { as: {} });
    return this;
  }

  private readStore(): void {
    const store = storeOf(this.system.target.cluster);
    if (isProblem(store)) report(this, findingOf('neighbour', store));
    else this.connectTo(store, { as: {} });
  }

  /**
   * What the parts of the platform know of it.
   * @internal
   */
  get observed(): Observed {
    const { scrape, props } = this;
    const { volumes = {}, pool, architecture } = props;
    return {
      name: this.name,
      pods: this.isCounted ? this.numbers.maxReplicas : 0,
      sendsTraces: this.outgoing.all.some(({ name }) => name === TRACES),
      readsStore: this.outgoing.all.some(({ name }) => name === CONFIGURATION),
      claims: Object.values(volumes).flatMap((folder) => ('claim' in folder ? claimName(folder) : [])),
      nodes: defined({ pool, architecture }),
      ...defined({ port: scrape?.port.port, requests: props.metrics?.requests, latency: this.latency }),
      ...defined({ user: this.exits.user }),
    };
  }

  /** The latency that it promises. */
  protected get latency(): Observed['latency'] {
    return undefined;
  }

  /**
   * What its load balancer sends to; `undefined` where it has none.
   * @internal
   */
  get loadBalancerTargets(): 'pods' | 'nodes' | undefined {
    return this.policyInput.exposed?.targets;
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
    admitTo(this, { name: this.name, ports: this.podPorts, incoming: this.incoming }, client, port);
    return this;
  }

  /**
   * Gives its pods rights at the Kubernetes API, in their namespace or `everywhere`: a Role or a ClusterRole, its binding, and a token.
   * Roles are the platform team's to apply.
   *
   * @example web.mayCall({ group: 'coordination.k8s.io', resources: ['leases'], verbs: ['get', 'create', 'update'], because: 'elects a leader' })
   */
  mayCall(rights: ApiRights | UrlRights): this {
    const problems = findRightsProblems(rights);
    for (const problem of problems) report(this, findingOf('input', problem));
    if (problems.length > 0) return this;
    const everywhere = holdEverywhere(rights);
    const alike = () => this.rights.filter((one) => holdEverywhere(one) === everywhere);
    const account = { name: this.name, namespace: this.system.namespace ?? '' };
    if (alike().length === 0) createApiRights(this, account, everywhere, alike);
    this.rights.push(rights);
    return this;
  }

  /** The services that it connects to. */
  get connectedTo(): readonly IConstruct[] {
    return this.outgoing.constructs;
  }

  /** Adds environment variables. */
  protected configure(variables: Readonly<Record<string, string>>): void {
    for (const name of Object.keys(variables)) {
      if (Object.hasOwn(this.lateVariables, name)) report(this, setTwice(name));
    }
    if (Object.keys(variables).length === 0) return;
    this.configuration ??= new Configuration(this, this.name, selectorLabels(this.name));
    this.configuration.add(variables);
  }

  /** Its most pods and how they are replaced, once the chart is complete. */
  protected abstract get numbers(): ClientNumbers;

  /** Its probes; `undefined` where its pods have none. */
  protected get probes(): Probes | undefined {
    return undefined;
  }

  /** Whether it has a Service with its ports. */
  protected get hasService(): boolean {
    return false;
  }

  /** CPU request of a pod, as given or derived. */
  protected get cpu(): string | undefined {
    return this.props.resources.cpu;
  }

  /** What a derived CPU request follows from. */
  protected get cpuFrom(): DerivedFrom | undefined {
    return undefined;
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
    const callsApiServer = this.exits.serviceAccountToken !== undefined;
    const scraped = this.scrape?.isAdmitted ? [{ from: 'prometheus', port: this.scrape.port } as const] : [];
    return { admitted: [...this.incoming.all, ...scraped], peers, callsApiServer };
  }

  /** This component in the account of a service with limits. */
  protected get client(): Client {
    return { name: this.name, isCounted: () => this.isCounted, numbers: () => this.numbers };
  }

  /** Its exits from the secure defaults; rights at the API are one. */
  protected get exits(): SecurityExits {
    const { security = {} } = this.props;
    const reasons = [security.serviceAccountToken, ...this.rights.map(({ because }) => because)].filter(
      (reason) => reason !== undefined,
    );
    return reasons.length === 0 ? security : { ...security, serviceAccountToken: [...new Set(reasons)].join('; ') };
  }

  /** Reasons that its workload keeps as annotations, once the chart is complete. */
  protected get reasons(): Readonly<Record<string, string>> {
    return { ...exitAnnotations(this.exits), ...claimAnnotations(this.props.volumes ?? {}) };
  }

  protected get resources(): ContainerInput['resources'] {
    return { ...this.props.resources, cpu: this.cpu ?? '0' };
  }

  /** Whether its pods may run on several nodes. */
  protected get hasSeveralPods(): boolean {
    return this.isCounted && this.numbers.maxReplicas > 1;
  }

  /** What may keep data where one volume for all pods cannot. */
  protected get insteadOfVolume(): string {
    return 'size: { replicas: 1 }, a StatefulService with a claim for each pod';
  }

  /** Seconds by which its init containers and sidecars delay the start of its container. */
  protected get companySeconds(): number {
    return bootSecondsOf(this.props);
  }

  /** What is wrong between its properties, once the chart is complete. */
  protected findInputProblems(): Problem[] {
    const { files = {}, volumes = {}, templates, command = [], args = [] } = this.props;
    const words = command.length === 0 ? [] : [...command, ...programsOf([...command, ...args])];
    const secrets = this.outgoing.all.filter(({ credentials }) => credentials !== undefined).map(credentialsPath);
    const own = (this.mounts.claims ?? []).map(({ path }) => path);
    const folders = [...this.scratch.map(({ path }) => path), ...secrets, ...own, ...Object.keys(volumes)];
    const pods = { hasSeveral: () => this.hasSeveralPods, instead: this.insteadOfVolume };
    return [
      ...findSharedMountProblems(this.props, this.mounts),
      ...findMountProblems(files, folders, secrets),
      ...findTemplateFolderProblems(templates, folders, Object.keys(files), words),
      ...findChoiceProblems(this.props, this.system.target.cluster),
      ...findOneNodeProblems(this.name, volumes, this.system, pods),
    ];
  }

  /** The template of its pods, which live as `life` says. */
  protected podTemplate(life: Life): PodTemplate {
    const { image, probes } = this;
    const { command, args } = this.props;
    const { cluster, environment } = this.system.target;
    const pulledWith = pullSecret(environment);
    const spec = renderPod({
      name: this.name,
      ...(pulledWith === undefined ? {} : { pullSecret: pulledWith }),
      pullPolicy: (one) => pullPolicy(one, environment),
      main: {
        image,
        ...(command === undefined ? {} : { command }),
        ...(args === undefined ? {} : { args }),
        ports: this.podPorts,
        ...(this.configuration === undefined ? {} : { configuration: this.configuration.hashedName }),
        variables: this.lateVariables,
        resources: this.resources,
        ...(probes === undefined ? {} : { probes }),
        exits: this.exits,
      },
      company: this.props,
      mounts: this.mounts,
      cluster,
      life,
      choice: renderChoice(this.props, cluster),
      ndots: this.props.ndots ?? NDOTS,
    });
    const labels = {
      ...this.system.labels,
      ...selectorLabels(this.name),
      ...versionLabel(image),
      ...this.identity?.podLabels,
    };
    const annotations = {
      [SAFE_TO_EVICT]: this.emptyVolumes,
      ...(this.companySeconds === 0 ? {} : { [ANNOTATION.initSeconds]: String(Math.ceil(this.companySeconds)) }),
      ...this.scrape?.podAnnotations,
    };
    return { metadata: { labels, annotations }, spec };
  }

  /** Names of its volumes that are empty at each start. */
  private get emptyVolumes(): string {
    return [...scratchNames(this.scratch), ...companyScratchNames(this.props)].join(',');
  }

  private get scratch(): readonly Scratch[] {
    const { scratch = [] } = this.props;
    return scratch.some(({ path }) => path === TEMPORARY.path) ? scratch : [TEMPORARY, ...scratch];
  }

  protected get mounts(): Mounts {
    return {
      scratch: this.scratch,
      volumes: this.props.volumes ?? {},
      beside: templatePaths(this.props.templates),
      connections: this.outgoing.all,
      ...(this.files === undefined
        ? {}
        : { files: { configMap: this.files.hashedName, paths: Object.keys(this.props.files ?? {}) } }),
    };
  }
}
