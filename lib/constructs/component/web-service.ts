// A component that serves HTTP: a component with a Service, and optionally scaling and exposure.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CapacityPlan } from '../../model/capacity/capacity';
import { gatewayOf } from '../../model/cluster/provider';
import { preStopFor } from '../../model/exposure/balancer';
import type { Outcome } from '../../model/finding/derivation';
import { type Finding, findingOf } from '../../model/finding/finding';
import { fields } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import type { AvailabilityOptions } from '../../model/pods/availability';
import type { ScalingProps } from '../../model/pods/scaling';
import { Exposure } from '../exposure/exposure';
import { EXPOSURE, type ExposureOptions } from '../exposure/exposure-options';
import type { Connectable, Connection, Pods } from '../network/connection';
import type { PolicyInput } from '../network/policy';
import type { DerivedFrom } from '../nodes/node-fit';
import { type NamedPort, PORTS, type Ports } from '../pod/ports';
import { findClearProbes, pathAt } from '../pod/probes';
import { createAutoscaler } from '../scaling/autoscaler';
import { SIZE, type Size } from '../scaling/size';
import { type Load, planFor, scalingOf, sizingNotes, sizingProblems } from '../scaling/sizing';
import { isRefused, receive, refuse } from '../tree/door';
import { report } from '../tree/findings';
import { selectorLabels } from '../tree/labels';
import { ClientService, unknownPort } from './client-service';
import { COMPONENT_STAND_INS } from './component-props';
import type { Observed } from './metrics';
import { LONG_RUNNING, type LongRunningProps, type PodNumbers, StatelessComponent } from './stateless';

/** Required and optional properties of a web service. */
export interface WebServiceProps extends LongRunningProps {
  /** Port that the container listens on, 1 to 65535, and what it speaks where that is not http. Its name is its protocol. */
  readonly port: Ports['port'];
  /** How many pods it has. */
  readonly size: Size;
}

const WEB_SERVICE = fields<WebServiceProps>({ ...LONG_RUNNING, ...PORTS, size: SIZE });

const NO_HEALTH_PATH: Finding = {
  rule: 'exposure-health',
  severity: 'error',
  field: 'exposeAt.healthPath',
  message: 'load balancers ask a path for its health, and readiness has none',
  expected: "exposeAt(…, { healthPath: '/…' }), or a readiness probe by path",
};

const NO_ADDRESS: Finding = {
  rule: 'exposure-port',
  severity: 'error',
  field: 'port',
  message:
    'the Service of a port that speaks gRPC has no address, since it is headless; an Ingress or a route needs one',
  expected: "http as the port, and gRPC beside it: ports: { rpc: { port: 9090, protocol: 'grpc' } }",
};

/** What gives it an address, where a Gateway serves gRPC. */
const BALANCED = "balancedBy: 'the Gateway' of the port, which has an address then";

/** Assumed pods while the size is refused: enough for any promise, so that no further finding follows. */
const PODS_WITHOUT_PLAN = 100;

const CPU_TWICE: Finding = {
  rule: 'resources',
  severity: 'error',
  field: 'resources.cpu',
  message: 'resources.cpu conflicts with size.load, which derives the CPU request',
  expected: 'size.load without resources.cpu',
};

/**
 * A stateless component that serves requests, by HTTP, gRPC, TCP or UDP. With a readiness probe it loses no HTTP request in a rollout
 * or a drain.
 *
 * Its Service has the address of one virtual IP, which balances connections. Where `port` speaks gRPC it is headless: its name has the
 * addresses of all ready pods, and the client balances its calls (gRPC: `dns:///` and the policy round_robin). Clients ask for the addresses
 * again when a connection ends: one that ends connections by their age (`MaxConnectionAge`) has load on the pods of a larger size too.
 *
 * @throws when it is not inside a System
 */
export class WebService extends StatelessComponent<WebServiceProps> implements Connectable {
  /** Its Service, for overrides. */
  readonly service: ApiObject;
  private readonly server: ClientService;
  private readonly sized: Outcome<CapacityPlan> | undefined;
  private readonly scaling: ScalingProps | undefined;
  private exposure?: Exposure;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id, props, WEB_SERVICE, { ...COMPONENT_STAND_INS, size: { replicas: PODS_WITHOUT_PLAN } });
    this.server = new ClientService(this, {
      name: this.name,
      ports: this.ports,
      incoming: this.incoming,
      type: () => this.exposure?.serviceType,
    });
    this.service = this.server.object;
    const { size } = this.props;
    this.sized = 'load' in size ? this.planFor(size.load) : undefined;
    this.scaling = 'min' in size ? size : this.sized?.plan && scalingOf(this.sized.plan);
    if (this.scaling !== undefined) this.createAutoscaler(this.scaling);
    else if ('replicas' in size) this.createBudget(size.replicas);
  }

  /** Makes it reachable from outside the cluster at `hosts`, with TLS, as the cluster's provider does it. */
  exposeAt(hosts: string | readonly string[], options: ExposureOptions = {}): this {
    const standIns = { hosts: [] };
    const { hosts: all, ...rest } = receive(this, 'exposeAt', EXPOSURE, { hosts, ...options }, standIns);
    if (all === standIns.hosts) return this; // refused
    const added = [all].flat();
    const problem = this.findExposureProblem(rest.port);
    if (problem !== undefined) {
      report(this, problem);
      refuse(this);
      return this;
    }
    if (this.exposure !== undefined) {
      this.exposure.addHosts(added, rest);
      return this;
    }
    const { availability = {}, probes } = this.props;
    const port = this.exposedPort(rest.port);
    const readyPath = pathAt(port, this.ports, probes.readiness);
    const healthPath = rest.healthPath ?? readyPath;
    this.exposure = new Exposure(this, added, {
      ...rest,
      port,
      healthPath: healthPath ?? '/',
      asksAsReadiness: healthPath === readyPath,
      availability,
      service: this.service,
      labels: selectorLabels(this.name),
    });
    const isAsked = port.protocol === 'http' && this.exposure.balancers.some(({ asksHealth }) => asksHealth);
    if (healthPath === undefined && (isAsked || (rest.common ?? []).length > 0)) report(this, NO_HEALTH_PATH);
    const clear = rest.backendTls === undefined ? [] : findClearProbes(probes, port, this.ports);
    for (const problem of clear) report(this, findingOf('exposure-gateway', problem));
    return this;
  }

  /** Whether its size is derived from a load. */
  get isSized(): boolean {
    return this.sized?.plan !== undefined;
  }

  connection(): Connection {
    return this.server.connection();
  }

  letIn(client: Pods): void {
    this.server.letIn(client);
  }

  /**
   * One of its further `ports`, for `connectTo`. Variables are called after the component and the port.
   *
   * @example web.connectTo(cart.at('admin'))
   */
  at(name: string): Connectable {
    return this.server.at(name);
  }

  /** The numbers that its load derives; `undefined` for another size, and where the load is refused. */
  get capacityPlan(): CapacityPlan | undefined {
    return this.sized?.plan;
  }

  /** The port behind its hosts: the one asked for, or the first that speaks http. */
  private exposedPort(name: string | undefined): NamedPort {
    return (
      this.ports.find((one) => (name === undefined ? one.protocol === 'http' : one.name === name)) ?? this.server.main
    );
  }

  private findExposureProblem(name: string | undefined): Finding | undefined {
    if (name !== undefined && !this.ports.some((one) => one.name === name))
      return unknownPort('exposeAt.port', name, this.ports);
    const { protocol } = this.exposedPort(name);
    const isRouted = gatewayOf(this.system.target.cluster) !== undefined;
    if (this.server.isHeadless) return isRouted ? { ...NO_ADDRESS, expected: BALANCED } : NO_ADDRESS;
    if (protocol === 'http' || (protocol === 'grpc' && isRouted)) return undefined;
    return findingOf('exposure-port', {
      field: name === undefined ? 'port' : 'exposeAt.port',
      message: `an Ingress serves http, and this port speaks ${protocol}`,
      expected: "a port that speaks http: ports: { web: 8080 }, exposeAt(…, { port: 'web' })",
    });
  }

  private planFor(load: Load): Outcome<CapacityPlan> {
    const sized = planFor(load, this.system.target, this.props.probes.bootSeconds + this.availability.minReadySeconds);
    for (const problem of sizingProblems(load, sized)) report(this, problem);
    if (sized.plan === undefined) refuse(this);
    if (this.props.resources.cpu !== undefined) report(this, CPU_TWICE);
    return sized;
  }

  private createAutoscaler(scaling: ScalingProps): void {
    const derivations = this.capacityPlan === undefined ? {} : sizingNotes(this.capacityPlan);
    const notes = () => ({ ...derivations, ...this.accountNotes });
    createAutoscaler(this, this.deployment, selectorLabels(this.name), scaling, notes);
    this.createBudget(scaling.min);
  }

  protected override get cpu(): string | undefined {
    if (!('load' in this.props.size)) return super.cpu;
    return `${Math.round((this.sized?.plan?.cpuRequest?.value ?? 0) * 1000)}m`;
  }

  protected override get cpuFrom(): DerivedFrom | undefined {
    const cores = this.capacityPlan?.cpuRequest;
    return cores === undefined ? undefined : { field: 'size.load.cpuSecondsPerRequest', because: cores.because };
  }

  protected override get latency(): Observed['latency'] {
    const { size } = this.props;
    return 'load' in size ? size.load.latency : undefined;
  }

  /** A load balancer learns of a pod's end later than its neighbours. */
  protected override get availabilityDefaults(): AvailabilityOptions {
    const { exposure } = this;
    const waits = exposure?.balancers.map((balancer) => preStopFor(balancer, exposure.targets)) ?? [];
    return waits.length === 0 ? {} : { preStopSeconds: Math.max(...waits) };
  }

  /** A refused input is reported once; nothing that follows from it is. */
  protected override get isCounted(): boolean {
    return !isRefused(this);
  }

  protected override get hasService(): boolean {
    return true;
  }

  protected override get policyInput(): PolicyInput {
    const { exposure } = this;
    const exposed = exposure && {
      port: this.exposedPort(exposure.port),
      targets: exposure.targets,
      entries: exposure.entries,
    };
    return { ...super.policyInput, ...defined({ exposed }) };
  }

  protected get pods(): PodNumbers {
    const { size } = this.props;
    if ('replicas' in size) return { min: size.replicas, max: size.replicas, stated: size.replicas };
    return this.scaling ?? { min: PODS_WITHOUT_PLAN, max: PODS_WITHOUT_PLAN };
  }
}
