// A component whose pods are alike and keep nothing: a Deployment, with availability, budget and numbers of pods.

import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Fields, fields, number, optional, type Schema, text } from '../../model/finding/schema';
import { ANNOTATION } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import {
  AVAILABILITY,
  type Availability,
  type AvailabilityInput,
  type AvailabilityOptions,
  deriveAvailability,
} from '../../model/pods/availability';
import { deriveInPlace } from '../../model/pods/in-place';
import type { ClientNumbers } from '../network/connection';
import { checkAvailabilityLater, createDisruptionBudget } from '../pod/availability';
import { renderDeployment } from '../pod/deployment';
import { renderSpread } from '../pod/life';
import { PROBES_SCHEMA, type Probes } from '../pod/probes';
import { oneNodeVolumes } from '../storage/one-node';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { Component } from './component';
import { COMPONENT, type ComponentProps } from './component-props';

/** Properties of a component that runs until it is removed. */
export interface LongRunningProps extends ComponentProps {
  /** How the kubelet knows that a pod has started, takes requests, and must be restarted. */
  readonly probes: Probes;
  /** @default derived from replicas, zones and probes: see `deriveAvailability` */
  readonly availability?: AvailabilityOptions;
  /**
   * Takes it out of the environment's promise to survive the loss of zones, for a reason, which is kept in an annotation; the promise
   * still holds for the others.
   * @default what the environment promises
   * @example survives: { zones: 0, because: 'the load generator of a test' }
   */
  readonly survives?: { readonly zones: 0; readonly because: string };
}

/** What the properties of a component that runs until it is removed may say. */
export const LONG_RUNNING: Fields<LongRunningProps> = {
  ...COMPONENT,
  probes: PROBES_SCHEMA,
  availability: optional(AVAILABILITY),
  survives: optional(
    fields<NonNullable<LongRunningProps['survives']>>(
      { zones: number({ atLeast: 0, atMost: 0 }), because: text('a reason, as a sentence') },
      "{ zones: 0, because: 'a reason' }",
    ),
  ),
};

/** How many pods a component has. */
export interface PodNumbers {
  readonly min: number;
  readonly max: number;
  /** Number that the manifest states. Absent where an autoscaler owns it. */
  readonly stated?: number;
}

/** The label that a Deployment's pods of one revision share. */
const REVISION = 'pod-template-hash';

/**
 * Base of the stateless components.
 *
 * It spreads over the cluster's zones.
 *
 * @throws when it is not inside a System
 */
export abstract class StatelessComponent<Props extends LongRunningProps> extends Component<Props> {
  /** Its Deployment, for overrides. */
  readonly deployment: ApiObject;

  constructor(scope: Construct, id: string, given: Props, schema: Schema, standIns: Partial<Props>) {
    super(scope, id, given, schema, standIns);
    const { survives } = this.props;
    this.deployment = createObject(
      this,
      'deployment',
      'Deployment',
      {
        name: this.name,
        labels: selectorLabels(this.name),
        annotations: defined({ [ANNOTATION.zoneLoss]: survives?.because }),
        // with an autoscaler, that one has them
        notes: () => ({
          ...this.reasons,
          ...(this.pods.stated === undefined ? {} : this.accountNotes),
        }),
      },
      { spec: () => this.renderSpec() },
    );
    checkAvailabilityLater(
      this,
      () => this.availabilityInput,
      () => this.isInPlace,
    );
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
    return (this.isInPlace ? deriveInPlace : deriveAvailability)(this.availabilityInput);
  }

  /** Its numbers of pods, once the chart is complete. */
  protected abstract get pods(): PodNumbers;

  protected override get probes(): Probes {
    return this.props.probes;
  }

  /** What it sets of its availability unless the user does. */
  protected get availabilityDefaults(): AvailabilityOptions {
    return {};
  }

  protected get numbers(): ClientNumbers {
    if (this.isInPlace) return { maxReplicas: this.pods.max, replacement: 'inPlace' };
    const { maxSurge, maxUnavailable, terminationGracePeriodSeconds, minReadySeconds } = this.availability;
    // the shortest boot is unknown, and the worst case is one that takes no time
    const fastestAvailableSeconds = Math.max(1, minReadySeconds);
    const replacement = { maxSurge, maxUnavailable, terminationGracePeriodSeconds, fastestAvailableSeconds };
    return { maxReplicas: this.pods.max, replacement };
  }

  /** Creates the disruption budget where there is more than one pod or the user set one. */
  protected createBudget(fewest: number): void {
    if (fewest <= 1 && this.props.availability?.disruption === undefined) return;
    createDisruptionBudget(this, this.name, selectorLabels(this.name), () => this.availability);
  }

  /** Whether the old pod must be gone before the new one starts: one node at a time can mount its volume. */
  private get isInPlace(): boolean {
    const { volumes } = this.props;
    return volumes !== undefined && oneNodeVolumes(volumes, this.system).length > 0;
  }

  private get availabilityInput(): AvailabilityInput {
    const { cluster, environment } = this.system.target;
    const { probes, survives, availability } = this.props;
    return {
      minReplicas: this.pods.min,
      maxReplicas: this.pods.max,
      zones: cluster.zones.length,
      zonesLost: survives?.zones ?? environment.survives.zones,
      startupBudgetSeconds: probes.bootSeconds + this.companySeconds,
      options: { ...this.availabilityDefaults, ...availability },
    };
  }

  private renderSpec() {
    const { availability } = this;
    const { stated } = this.pods;
    const selector = selectorLabels(this.name);
    const { preStopSeconds, terminationGracePeriodSeconds } = availability;
    const spread = renderSpread(availability, selector, REVISION);
    return renderDeployment({
      ...(stated === undefined ? {} : { replicas: stated }),
      availability,
      isInPlace: this.isInPlace,
      selector,
      template: this.podTemplate({ preStopSeconds, terminationGracePeriodSeconds, spread }),
    });
  }
}
