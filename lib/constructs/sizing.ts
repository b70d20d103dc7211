// The size of a component from what is promised and measured: bounds and target of its autoscaler, CPU request, all derived.
import type { CapacityPlan } from '../model/capacity';
import { deriveCapacity } from '../model/capacity';
import type { CapacityInput } from '../model/capacity-input';
import type { Derived, Outcome } from '../model/derivation';
import type { ScalingProps } from '../model/scaling';
import type { Target } from '../model/target';
import type { Problem } from './findings';

/** What is promised and measured. Zones, regions and what is lost of them are the environment's and the cluster's. */
export interface Load
  extends Omit<
    CapacityInput,
    'zones' | 'zonesLost' | 'regions' | 'regionsLost' | 'times' | 'cpuSecondsPerRequest' | 'alwaysAtPeak'
  > {
  /** CPU that a request uses, in seconds: the CPU request and the target of utilisation follow from it. */
  readonly cpuSecondsPerRequest: number;
  /** From the order of a node until it takes pods, in seconds. */
  readonly nodeSeconds: number;
  /** Whether the peak's pods always run. @default false */
  readonly alwaysAtPeak?: boolean;
}

/** Age of a metric when the autoscaler reads it, in seconds: metrics-server's resolution. Source: metrics-server, FAQ. */
const METRIC_SECONDS = 15;

/** The plan of a load on a target, for pods that serve after `readySeconds`. */
export function planFor(
  { nodeSeconds, ...load }: Load,
  { cluster, environment, regions }: Target<unknown>,
  readySeconds: number,
): Outcome<CapacityPlan> {
  return deriveCapacity({
    ...load,
    zones: cluster.zones.length,
    zonesLost: environment.survives.zones,
    regions,
    regionsLost: environment.survives.regions,
    times: { metricSeconds: METRIC_SECONDS, readySeconds, nodeSeconds },
  });
}

/** The autoscaler's numbers; none where the plan has no target. */
export function scalingOf({ min, max, target }: CapacityPlan): ScalingProps | undefined {
  return target === undefined ? undefined : { cpu: target.value, min: min.value, max: max.value };
}

/** What cannot be, as findings. */
export function sizingProblems({ contradictions }: Outcome<CapacityPlan>): Problem[] {
  return contradictions.map((one) => ({ ...one, rule: 'capacity', severity: 'error', field: `sizeFor.${one.field}` }));
}

/** How each number was derived, as annotations. */
export function sizingNotes(plan: CapacityPlan): Readonly<Record<string, string>> {
  const all: Readonly<Record<string, Derived | undefined>> = {
    arrivals: plan.arrivalsPerSecond,
    occupancy: plan.occupancy,
    'requests-per-pod': plan.requestsPerSecondPerPod,
    latency: plan.latencySeconds,
    'peak-pods': plan.total,
    'min-replicas': plan.min,
    'max-replicas': plan.max,
    'cpu-request': plan.cpuRequest,
    'cpu-target': plan.target,
    'occupancy-after-loss': plan.occupancyAfterLoss,
    headroom: plan.headroomPods,
  };
  const known = Object.entries(all).flatMap(([key, value]) =>
    value === undefined ? [] : [[`evenkeel.dev/${key}`, value.because] as const],
  );
  return Object.fromEntries(known);
}
