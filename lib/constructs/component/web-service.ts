// A component that serves HTTP: a component with a Service, and optionally scaling and exposure.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CapacityPlan } from '../../model/capacity/capacity';
import type { Outcome } from '../../model/finding/derivation';
import type { Finding } from '../../model/finding/finding';
import { fields } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import type { ScalingProps } from '../../model/pods/scaling';
import { EXPOSURE, Exposure, type ExposureOptions } from '../exposure/exposure';
import type { Connectable, Connection } from '../network/connection';
import type { PolicyInput } from '../network/policy';
import type { DerivedFrom } from '../pod/node-fit';
import { pathOf } from '../pod/probes';
import { createAutoscaler } from '../scaling/autoscaler';
import { SIZE, type Size } from '../scaling/size';
import { type Load, planFor, scalingOf, sizingNotes, sizingProblems } from '../scaling/sizing';
import { isRefused, receive, refuse } from '../tree/door';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { COMPONENT, COMPONENT_STAND_INS, Component, type ComponentProps, type PodNumbers } from './component';

/** Required and optional properties of a web service. */
export interface WebServiceProps extends ComponentProps {
  /** How many pods it has. */
  readonly size: Size;
}

const WEB_SERVICE = fields<WebServiceProps>({ ...COMPONENT, size: SIZE });

const NO_HEALTH_PATH: Finding = {
  rule: 'exposure-health',
  severity: 'error',
  field: 'exposeAt.healthPath',
  message: 'load balancers ask a path for its health, and readiness has none',
  expected: "exposeAt(…, { healthPath: '/…' }), or a readiness probe by path",
};

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
 * A stateless HTTP component that loses no request in a rollout or a drain.
 *
 * @throws when it is not inside a System
 */
export class WebService extends Component<WebServiceProps> implements Connectable {
  /** Its Service, for overrides. */
  readonly service: ApiObject;
  private readonly clients: string[] = [];
  private readonly sized: Outcome<CapacityPlan> | undefined;
  private readonly scaling: ScalingProps | undefined;
  private exposure?: Exposure;

  constructor(scope: Construct, id: string, props: WebServiceProps) {
    super(scope, id, props, WEB_SERVICE, { ...COMPONENT_STAND_INS, size: { replicas: PODS_WITHOUT_PLAN } });
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
    if (this.exposure !== undefined) {
      this.exposure.addHosts(added, rest);
      return this;
    }
    const { availability, probes } = this.props;
    const healthPath = rest.healthPath ?? pathOf(probes.readiness);
    if (healthPath === undefined) report(this, NO_HEALTH_PATH);
    this.exposure = new Exposure(this, added, {
      ...rest,
      healthPath: healthPath ?? '/',
      drainSeconds: availability?.longestRequestSeconds ?? 30,
      service: this.service,
      labels: selectorLabels(this.name),
    });
    return this;
  }

  /** Whether its size is derived from a load. */
  get isSized(): boolean {
    return this.sized?.plan !== undefined;
  }

  connection(): Connection {
    const peer = { component: this.name, port: this.props.port };
    return { name: this.name, host: this.service.name, port: 80, peer, construct: this };
  }

  admit(client: string): void {
    this.clients.push(client);
  }

  /** The numbers that its load derives; `undefined` for another size, and where the load is refused. */
  get capacityPlan(): CapacityPlan | undefined {
    return this.sized?.plan;
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

  /** A refused input is reported once; nothing that follows from it is. */
  protected override get isCounted(): boolean {
    return !isRefused(this);
  }

  protected override get policyInput(): PolicyInput {
    const exposedTo = this.exposure?.targets;
    return { ...super.policyInput, clients: this.clients, ...defined({ exposedTo }) };
  }

  protected get pods(): PodNumbers {
    const { size } = this.props;
    if ('replicas' in size) return { min: size.replicas, max: size.replicas, stated: size.replicas };
    return this.scaling ?? { min: PODS_WITHOUT_PLAN, max: PODS_WITHOUT_PLAN };
  }
}
