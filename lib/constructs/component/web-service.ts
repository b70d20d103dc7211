// A component that serves HTTP: a component with a Service, and optionally scaling and exposure.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { CapacityPlan } from '../../model/capacity/capacity';
import type { Outcome } from '../../model/finding/derivation';
import type { Finding } from '../../model/finding/finding';
import { defined } from '../../model/manifest/json';
import type { ScalingProps } from '../../model/pods/scaling';
import { Exposure, type ExposureOptions } from '../exposure/exposure';
import type { Connectable, Connection } from '../network/connection';
import type { PolicyInput } from '../network/policy';
import type { DerivedFrom } from '../pod/node-fit';
import { createAutoscaler, scalingProblems } from '../scaling/autoscaler';
import { type Load, planFor, scalingOf, sizingNotes, sizingProblems } from '../scaling/sizing';
import { checkLater, report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { Component, type ComponentProps, type PodNumbers } from './component';

/** Required and optional properties of a web service. */
export interface WebServiceProps extends ComponentProps {
  /** Number of pods without an autoscaler. @default 1 */
  readonly replicas?: number;
}

/** Assumed pods while the size is refused: enough for any promise, so that no further finding follows. */
const PODS_WITHOUT_PLAN = 100;

const CPU_TWICE: Finding = {
  rule: 'resources',
  severity: 'error',
  field: 'resources.cpu',
  message: 'resources.cpu conflicts with sizeFor, which derives the CPU request',
  expected: 'sizeFor without resources.cpu',
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
  private scaling?: ScalingProps;
  private sized?: Outcome<CapacityPlan>;
  private isRefused = false;
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
    if (this.isScaled('scaleOn')) return this;
    const problems = scalingProblems(props);
    for (const problem of problems) report(this, problem);
    if (problems.length === 0) this.scale(props);
    else this.isRefused = true;
    return this;
  }

  /**
   * Lets an autoscaler own the number of pods, and derives its bounds, its target and the CPU request from promises and
   * measurements: see `deriveCapacity`. A promise that no number of pods can keep is refused with the reason.
   */
  sizeFor(load: Load): this {
    if (this.isScaled('sizeFor')) return this;
    const { minReadySeconds } = this.availability;
    const sized = planFor(load, this.system.target, this.props.probes.startup.budgetSeconds + minReadySeconds);
    this.sized = sized;
    this.isRefused = sized.plan === undefined;
    for (const problem of sizingProblems(load, sized)) report(this, problem);
    checkLater(this, () => (this.props.resources.cpu === undefined ? [] : [CPU_TWICE]));
    const scaling = sized.plan === undefined ? undefined : scalingOf(sized.plan);
    if (scaling !== undefined) this.scale(scaling);
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

  /** Whether `sizeFor` derived its size. */
  get isSized(): boolean {
    return this.sized?.plan !== undefined;
  }

  connection(): Connection {
    const peer = { component: this.name, port: this.props.port };
    return { name: this.name, host: this.service.name, port: 80, peer };
  }

  admit(client: string): void {
    this.clients.push(client);
  }

  /** The numbers that `sizeFor` derived; `undefined` where it was not called or refused its input. */
  get capacityPlan(): CapacityPlan | undefined {
    return this.sized?.problems.length === 0 ? this.sized.plan : undefined;
  }

  private isScaled(field: string): boolean {
    if (this.scaling === undefined && this.sized === undefined && !this.isRefused) return false;
    report(this, {
      rule: 'scaling-twice',
      severity: 'error',
      message: 'already scaled: a second autoscaler would fight the first',
      expected: 'one call of scaleOn or sizeFor, with all its metrics',
      field,
    });
    return true;
  }

  private scale(props: ScalingProps): void {
    this.scaling = props;
    const plan = this.sized?.plan;
    const derivations = plan === undefined ? {} : sizingNotes(plan);
    const notes = () => ({ ...derivations, ...this.accountNotes });
    createAutoscaler(this, this.deployment, selectorLabels(this.name), props, notes);
    if (this.props.replicas === undefined) this.createBudget(props.min);
  }

  protected override get cpu(): string | undefined {
    if (this.sized === undefined) return super.cpu;
    return `${Math.round((this.sized.plan?.cpuRequest?.value ?? 0) * 1000)}m`;
  }

  protected override get cpuFrom(): DerivedFrom | undefined {
    const cores = this.sized?.plan?.cpuRequest;
    return cores === undefined ? undefined : { field: 'sizeFor.cpuSecondsPerRequest', because: cores.because };
  }

  /** A refused size is reported by the call; nothing that follows from it is. */
  protected override get isCounted(): boolean {
    return !this.isRefused;
  }

  protected override get policyInput(): PolicyInput {
    const exposedTo = this.exposure?.targets;
    return { ...super.policyInput, clients: this.clients, ...defined({ exposedTo }) };
  }

  protected get pods(): PodNumbers {
    const { replicas } = this.props;
    if (this.scaling !== undefined) return { min: this.scaling.min, max: this.scaling.max };
    if (!this.isCounted) return { min: PODS_WITHOUT_PLAN, max: PODS_WITHOUT_PLAN };
    return { min: replicas ?? 1, max: replicas ?? 1, ...(replicas === undefined ? {} : { stated: replicas }) };
  }

  protected override replicasProblem(): string | undefined {
    if (!this.isCounted) return undefined;
    const both = this.props.replicas !== undefined && this.scaling !== undefined;
    if (both) return 'replicas and scaleOn are both given: the manifest would fight the autoscaler';
    const none = this.props.replicas === undefined && this.scaling === undefined;
    return none ? 'the number of pods is missing' : undefined;
  }
}
