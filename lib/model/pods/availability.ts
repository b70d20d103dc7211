// Availability as one unit: replicas, rollout, drain, disruption and zone spread derived together from few inputs.

import { plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { either, type Fields, fields, number, optional } from '../finding/schema';
import { defined } from '../manifest/json';
import { POD_BOUND, type PodBound, podCount } from './replacement';

/** Values that a user may set instead of the derived ones. Each is checked against the others. */
export interface AvailabilityOptions {
  /**
   * Longest request that must still be answered when its pod stops, in seconds. It is also what the load balancer in front of an
   * exposed component waits for; on GKE and Application Gateway for Containers that is the whole life of a websocket.
   * @default 30
   */
  readonly longestRequestSeconds?: number;
  /** How long a stopping pod keeps serving while load balancers drop it, in seconds. @default 20; exposed, what the cluster's load balancer needs: 30 with an ALB or on GKE, 90 with AGIC */
  readonly preStopSeconds?: number;
  /** @default preStop + longest request + 5 seconds */
  readonly terminationGracePeriodSeconds?: number;
  /** Pods above the wanted number during a rollout: a count, or a percentage such as `50%`. @default 50% */
  readonly maxSurge?: number | `${number}%`;
  /** Pods that may be missing during a rollout. @default 0 */
  readonly maxUnavailable?: number | `${number}%`;
  /** How long a new pod must stay ready before it counts, in seconds. @default 10 */
  readonly minReadySeconds?: number;
  /** Time between releases, in seconds. @default releases are rare: the rollout may take any time */
  readonly releaseEverySeconds?: number;
  /** When a rollout that makes no progress is given up, in seconds. @default the rollout's time + 60, in whole minutes */
  readonly progressDeadlineSeconds?: number;
  /** Bound on evictions. @default { maxUnavailable: 1 } with two or more replicas, else none */
  readonly disruption?: Disruption;
  /** Zones that must be eligible before pods may pile up in fewer. @default zones − zones that may be lost */
  readonly minDomains?: number;
}

/** The bound of a PodDisruptionBudget: exactly one of the two. */
export type Disruption =
  | { readonly maxUnavailable: number | `${number}%`; readonly minAvailable?: never }
  | { readonly minAvailable: number | `${number}%`; readonly maxUnavailable?: never };

const SECONDS = number({ atLeast: 0, atMost: 86_400, whole: true });
/** What each of the options may say. */
export const AVAILABILITY_FIELDS: Fields<AvailabilityOptions> = {
  longestRequestSeconds: optional(SECONDS),
  preStopSeconds: optional(SECONDS),
  terminationGracePeriodSeconds: optional(SECONDS),
  maxSurge: optional(POD_BOUND),
  maxUnavailable: optional(POD_BOUND),
  minReadySeconds: optional(SECONDS),
  releaseEverySeconds: optional(number({ above: 0 })),
  progressDeadlineSeconds: optional(SECONDS),
  disruption: optional(
    either([
      fields<{ maxUnavailable: PodBound }>({ maxUnavailable: POD_BOUND }),
      fields<{ minAvailable: PodBound }>({ minAvailable: POD_BOUND }),
    ]),
  ),
  minDomains: optional(number({ atLeast: 1, atMost: 100, whole: true })),
};
/** What the options may say. */
export const AVAILABILITY = fields<AvailabilityOptions>(AVAILABILITY_FIELDS);

/** Input of the derivation. */
export interface AvailabilityInput {
  /** Fewest pods that are wanted at any time. */
  readonly minReplicas: number;
  /** Most pods that are wanted at any time; the minimum without an autoscaler. */
  readonly maxReplicas: number;
  /** Zones that the cluster declares; 0 where it declares none. */
  readonly zones: number;
  /** Zones that the environment promises to survive. */
  readonly zonesLost: number;
  /** Longest healthy boot of a pod, in seconds. */
  readonly startupBudgetSeconds: number;
  readonly options: AvailabilityOptions;
}

/** The derived unit. Times are in seconds. */
export interface Availability {
  /** Pods above the wanted number during a rollout. */
  readonly maxSurge: PodBound;
  /** Pods that may be missing during a rollout. */
  readonly maxUnavailable: PodBound;
  /** Time that a pod must be ready before it counts as available, in seconds. */
  readonly minReadySeconds: number;
  /** Time without progress after which a rollout counts as failed, in seconds. */
  readonly progressDeadlineSeconds: number;
  /** Time between the end of new requests and SIGTERM, in seconds. */
  readonly preStopSeconds: number;
  /** Time from the start of preStop until a pod is killed, in seconds. */
  readonly terminationGracePeriodSeconds: number;
  /** Absent with a single replica: a budget could only block the drain of its node. */
  readonly disruption?: Disruption;
  /** Absent where the cluster declares no zones: a node without the label could never take a pod. */
  readonly zoneSpread?: { readonly maxSkew: number; readonly minDomains: number };
  /** Pods that are certain to remain when the promised number of zones is lost. */
  readonly guaranteedAfterLoss: number;
  /** Longest time of a healthy rollout at the largest size. */
  readonly rolloutSeconds: number;
}

const MARGIN_SECONDS = 5;
/** The longest request of a component whose chart does not say. */
export const LONGEST_REQUEST_SECONDS = 30;
/**
 * How long a pod serves after its end has begun, unless a slower load balancer is in front of it. 5 s gave 502s behind a real proxy, 20 s
 * none (docs/decisions.md).
 */
export const PRE_STOP_SECONDS = 20;

/**
 * Derives the unit.
 *
 * - Rollout: every wave adds `maxSurge` pods and waits for boot + minReady; D = waves × (boot + minReady).
 * - Drain: preStop runs inside the grace period, so grace ≥ preStop + longest request + margin.
 * - Zones: `minDomains` = zones − lost. A higher one leaves every rollout stuck while a zone is down.
 * - After a loss: the pods outside the fullest zones. The scheduler keeps the zones within a skew of one; an autoscaler that
 *   removes pods does not, so the number holds from a rollout until the next scale-in.
 *
 * Source: kubernetes.io, "Pod Topology Spread Constraints", "Pod Lifecycle", "Deployments".
 */
export function deriveAvailability(input: AvailabilityInput): Availability {
  const { minReplicas, maxReplicas, zones, zonesLost, options } = input;
  const maxSurge = options.maxSurge ?? '50%';
  const minReadySeconds = options.minReadySeconds ?? 10;
  const preStopSeconds = options.preStopSeconds ?? PRE_STOP_SECONDS;
  const longestRequest = options.longestRequestSeconds ?? LONGEST_REQUEST_SECONDS;
  const disruption = options.disruption ?? (minReplicas > 1 ? { maxUnavailable: 1 } : undefined);
  const rolloutSeconds = rolloutWaves(maxReplicas, maxSurge) * (input.startupBudgetSeconds + minReadySeconds);
  return {
    maxSurge,
    maxUnavailable: options.maxUnavailable ?? 0,
    minReadySeconds,
    progressDeadlineSeconds: options.progressDeadlineSeconds ?? Math.ceil((rolloutSeconds + 60) / 60) * 60,
    preStopSeconds,
    terminationGracePeriodSeconds:
      options.terminationGracePeriodSeconds ?? preStopSeconds + longestRequest + MARGIN_SECONDS,
    ...defined({ disruption }),
    ...(zones === 0
      ? {}
      : { zoneSpread: { maxSkew: 1, minDomains: options.minDomains ?? Math.max(1, zones - zonesLost) } }),
    guaranteedAfterLoss: podsLeft(minReplicas, zones, zonesLost),
    rolloutSeconds,
  };
}

/** Every input that contradicts the others. */
export function findAvailabilityProblems(input: AvailabilityInput): Problem[] {
  const unit = deriveAvailability(input);
  return [...findRolloutProblems(input, unit), ...findDrainProblems(input, unit), ...findZoneProblems(input, unit)];
}

function findRolloutProblems({ maxReplicas, startupBudgetSeconds }: AvailabilityInput, unit: Availability): Problem[] {
  const problems: Problem[] = [];
  const missing = podCount(unit.maxUnavailable, maxReplicas, Math.floor);
  if (maxReplicas === 1 && missing > 0) {
    problems.push({
      field: 'maxUnavailable',
      value: unit.maxUnavailable,
      message: 'with one replica, maxUnavailable > 0 stops the only pod before its replacement is ready',
      expected: 'maxUnavailable: 0',
    });
  }
  if (missing === 0 && podCount(unit.maxSurge, maxReplicas, Math.ceil) === 0) {
    problems.push({
      field: 'maxSurge',
      value: unit.maxSurge,
      message: 'maxSurge and maxUnavailable cannot both be 0: the rollout would never start',
      expected: 'maxSurge of 1 or more while maxUnavailable is 0',
    });
  }
  const firstPod = startupBudgetSeconds + unit.minReadySeconds;
  if (unit.progressDeadlineSeconds <= firstPod) {
    problems.push({
      field: 'progressDeadlineSeconds',
      value: unit.progressDeadlineSeconds,
      message: `a pod may take ${firstPod} s to become available (boot + minReady), so a healthy rollout would time out`,
      expected: `more than ${firstPod}`,
    });
  }
  return problems;
}

/**
 * A cadence that the rollout cannot keep: the next rollout starts only when the last old pod of this one has gone.
 *
 * Source: kubernetes.io, "Deployments" (rollover).
 */
export function findCadenceProblems(input: AvailabilityInput): Problem[] {
  const { maxReplicas, startupBudgetSeconds: boot, options } = input;
  const { maxSurge, minReadySeconds, rolloutSeconds, terminationGracePeriodSeconds: grace } = deriveAvailability(input);
  const every = options.releaseEverySeconds;
  const needed = rolloutSeconds + grace;
  // NaN compares as false, so it must not pass as a cadence that is kept
  if (every === undefined || needed <= every) return [];
  const waves = rolloutWaves(maxReplicas, maxSurge);
  return [
    {
      field: 'releaseEverySeconds',
      value: every,
      message: `a release of ${maxReplicas} pods takes ${needed} s: ${waves} waves × (${boot} s boot + ${minReadySeconds} s minReady) + ${grace} s until the last old pod has gone`,
      expected: `at least ${needed}, or a shorter boot, a larger surge, or shorter requests`,
    },
  ];
}

function findDrainProblems({ minReplicas, options }: AvailabilityInput, unit: Availability): Problem[] {
  const problems: Problem[] = [];
  const needed = unit.preStopSeconds + (options.longestRequestSeconds ?? LONGEST_REQUEST_SECONDS);
  if (unit.terminationGracePeriodSeconds <= needed) {
    problems.push({
      field: 'terminationGracePeriodSeconds',
      value: unit.terminationGracePeriodSeconds,
      message: `the grace period must exceed ${needed} s, preStop + longest request`,
      expected: `more than ${needed}`,
    });
  }
  const kept = keptByDisruption(unit.disruption, minReplicas);
  if (unit.disruption !== undefined && kept >= minReplicas) {
    const bound = unit.disruption.minAvailable ?? unit.disruption.maxUnavailable;
    problems.push({
      field: 'disruption',
      value: bound,
      message: `a budget that keeps ${kept} of ${plural(minReplicas, 'pod')} blocks every drain`,
      expected:
        minReplicas === 1
          ? 'no budget on a single replica'
          : 'maxUnavailable: 1, or minAvailable below the fewest replicas',
    });
  }
  return problems;
}

function findZoneProblems({ minReplicas, zones, zonesLost }: AvailabilityInput, unit: Availability): Problem[] {
  const problems: Problem[] = [];
  if (zonesLost > 0 && zonesLost >= zones) {
    return [
      {
        field: 'survives.zones',
        value: zonesLost,
        message: `must survive losing ${plural(zonesLost, 'zone')}, but the cluster declares ${zones}`,
        expected: zones === 0 ? 'a cluster that declares its zones, or survives.zones: 0' : `at most ${zones - 1}`,
      },
    ];
  }
  const left = zones - zonesLost;
  if (unit.zoneSpread !== undefined && unit.zoneSpread.minDomains > left) {
    problems.push({
      field: 'minDomains',
      value: unit.zoneSpread.minDomains,
      message: `the promised loss leaves ${plural(left, 'zone')}: a higher minDomains would block every rollout`,
      expected: `at most ${left}`,
    });
  }
  if (zonesLost > 0 && unit.guaranteedAfterLoss < 1) {
    problems.push({
      field: 'replicas',
      value: minReplicas,
      message:
        minReplicas === 0
          ? `there may be no pod when ${plural(zonesLost, 'zone')} of ${zones} is lost`
          : `losing ${plural(zonesLost, 'zone')} of ${zones} may take all of ${plural(minReplicas, 'replica')}`,
      expected: `at least ${zonesLost + 1}${minReplicas === 0 ? ', or survives: { zones: 0, because }' : ''}`,
    });
  }
  return problems;
}

/** Pods outside the `lost` fullest of `zones` zones, over which `replicas` are spread with a skew of one. */
export function podsLeft(replicas: number, zones: number, lost: number): number {
  if (zones === 0) return lost > 0 ? 0 : replicas;
  const fuller = replicas % zones;
  return Math.max(0, replicas - lost * Math.floor(replicas / zones) - Math.min(lost, fuller));
}

/** Pods that a budget keeps of `replicas`; 0 without a budget. */
function keptByDisruption(disruption: Disruption | undefined, replicas: number): number {
  if (disruption === undefined) return 0;
  if (disruption.minAvailable !== undefined) return podCount(disruption.minAvailable, replicas, Math.ceil);
  return replicas - podCount(disruption.maxUnavailable, replicas, Math.ceil);
}

function rolloutWaves(replicas: number, maxSurge: number | string): number {
  return Math.ceil(replicas / Math.max(1, podCount(maxSurge, replicas, Math.ceil)));
}
