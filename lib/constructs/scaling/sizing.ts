// The size of a component, derived from promises and measurements: bounds and target of its autoscaler, and the CPU request.

import type { CapacityPlan } from '../../model/capacity/capacity';
import { deriveCapacity } from '../../model/capacity/capacity';
import { type CapacityInput, LOAD_FIELDS } from '../../model/capacity/capacity-input';
import { unitDoubts } from '../../model/capacity/units';
import type { Outcome } from '../../model/finding/derivation';
import { type Finding, findingOf } from '../../model/finding/finding';
import type { Problem } from '../../model/finding/problem';
import { fields, number } from '../../model/finding/schema';
import { derivationNotes } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import type { Target } from '../../model/platform/target';
import type { ScalingProps } from '../../model/pods/scaling';

/** Promises and measurements. Zones, regions and their losses come from the environment and the cluster. */
export interface Load
  extends Omit<
    CapacityInput,
    'zones' | 'zonesLost' | 'regions' | 'regionsLost' | 'times' | 'cpuSecondsPerRequest' | 'alwaysAtPeak'
  > {
  /** CPU time of a request, in seconds: the CPU request and the target utilisation follow from it. */
  readonly cpuSecondsPerRequest: number;
  /** Time from the order of a node until it takes pods, in seconds. */
  readonly nodeSeconds: number;
  /** Whether the pods of the peak always run. @default false */
  readonly alwaysAtPeak?: boolean;
}

/** What a load may say. */
export const LOAD = fields<Load>({
  ...LOAD_FIELDS,
  cpuSecondsPerRequest: number({ above: 0 }),
  nodeSeconds: number({ atLeast: 0 }),
});

/** Age of a metric when the autoscaler reads it, in seconds: metrics-server's resolution. Source: metrics-server, FAQ. */
const METRIC_SECONDS = 15;

/** The plan of a load on a target, for pods that serve after `readySeconds`. None where the load has problems. */
export function planFor(
  load: Load,
  { cluster, environment, regions }: Target<unknown>,
  readySeconds: number,
): Outcome<CapacityPlan> {
  const { nodeSeconds, ...rest } = load;
  const { plan, problems } = deriveCapacity({
    ...rest,
    zones: cluster.zones.length,
    zonesLost: environment.survives.zones,
    regions,
    regionsLost: environment.survives.regions,
    times: { metricSeconds: METRIC_SECONDS, readySeconds, nodeSeconds },
  });
  return { ...defined({ plan: problems.length === 0 ? plan : undefined }), problems: problems.map(asWritten) };
}

/** Key and sentence as the user wrote them: the model groups the node's time with others. */
function asWritten({ field = '', message, ...rest }: Problem): Problem {
  const written = field.replace(/^times\./, '');
  return { ...rest, field: `size.load.${written}`, message: message.replaceAll(field, written) };
}

/** The autoscaler's numbers; none where the plan has no target. */
export function scalingOf({ min, max, target }: CapacityPlan): ScalingProps | undefined {
  return target === undefined ? undefined : { cpu: target.value, min: min.value, max: max.value };
}

/** Errors of the load and warnings about doubtful units, as findings. */
export function sizingProblems(load: Load, { problems }: Outcome<CapacityPlan>): Finding[] {
  return [
    ...problems.map((problem) => findingOf('capacity', problem)),
    ...unitDoubts(load).map((doubt) => findingOf('unit', { ...doubt, field: `size.load.${doubt.field}` }, 'warning')),
  ];
}

/** How each number was derived, as annotations. */
export function sizingNotes(plan: CapacityPlan): Readonly<Record<string, string>> {
  return derivationNotes({
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
  });
}
