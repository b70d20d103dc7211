// The number of pods that exist at once during a rollout: those that serve, the surge, and those still stopping.

import { type Derived, derived, plural } from '../finding/derivation';
import { checked, choice, either, fields, like, number, optional, type Schema } from '../finding/schema';

/** A count of pods, or a percentage such as `50%` of the wanted ones. */
export type PodBound = number | `${number}%`;

/** Pods are replaced a few at a time. */
export interface RollingUpdate {
  /** Pods above the wanted number: a count, or a percentage, rounded up. */
  readonly maxSurge: PodBound;
  /** Pods that may be missing: a count, or a percentage, rounded down. @default 0 */
  readonly maxUnavailable?: PodBound;
  /** Longest time that a stopping pod may take, in seconds. */
  readonly terminationGracePeriodSeconds: number;
  /** **Shortest** time from a pod's creation until it counts as available (boot + minReady), in seconds. */
  readonly fastestAvailableSeconds: number;
}

/**
 * How a workload is replaced: a few pods at a time beside the old ones, by a second full copy next to the first, or in place: a pod is
 * created only after the one that it replaces has gone.
 */
export type Replacement = RollingUpdate | 'blueGreen' | 'inPlace';

export const POD_BOUND: Schema = like('a whole number, or a whole percentage such as 50%', (bound) =>
  typeof bound === 'number' ? Number.isInteger(bound) && bound >= 0 : /^\d{1,3}%$/.test(String(bound)),
);

const ROLLING = fields<RollingUpdate>({
  maxSurge: POD_BOUND,
  maxUnavailable: optional(POD_BOUND),
  terminationGracePeriodSeconds: number({ atLeast: 0 }),
  fastestAvailableSeconds: number({ above: 0 }),
});

const MOVING = checked<RollingUpdate>(ROLLING, ({ maxSurge, maxUnavailable = 0 }) => {
  if (Number.parseFloat(`${maxSurge}`) > 0 || Number.parseFloat(`${maxUnavailable}`) > 0) return [];
  const message = 'maxSurge and maxUnavailable cannot both be 0: the rollout would never start';
  return [{ field: 'maxSurge', value: maxSurge, message, expected: 'maxSurge of 1 or more while maxUnavailable is 0' }];
});

export const REPLACEMENT: Schema = either([MOVING, choice(['blueGreen', 'inPlace'])]);

/** A count, or a percentage of `replicas` rounded as the API does: the product first, so that 7 % of 100 is 7. */
export function podCount(bound: number | string, replicas: number, round: (pods: number) => number): number {
  return typeof bound === 'number' ? bound : round((Number.parseFloat(bound) * replicas) / 100);
}

/**
 * The most pods that exist at once, and so hold connections, memory and addresses.
 *
 * Rolling: at most `maxR + surge` are alive. A pod is stopped only when another has become available, so each of
 * the `surge + unavailable` places of the rollout stops at most one pod every `fastestAvailableSeconds`; in any grace
 * period that makes `floor(grace / fastest) + 1`. Never more than maxR stop in a release.
 *
 * This holds for one release at a time: the next starts when the old pods have gone (cadence ≥ rollout + grace). One
 * that is undone half-way stops its booting pods at once, up to `surge + unavailable` more.
 *
 * In place: never more than maxR, since each new pod waits until the old one has gone.
 *
 * Blue-green: both colours, each of maxR pods; a new colour is created after the one before the current has gone.
 *
 * Source: kubernetes.io, "Deployments" (maxSurge does not count stopping pods) and "Pod Lifecycle".
 */
export function peakPods(maxReplicas: number, replacement: Replacement): Derived {
  if (replacement === 'blueGreen') {
    return derived(2 * maxReplicas, `blue and green at once: 2 × ${maxReplicas} = ${plural(2 * maxReplicas, 'pod')}`);
  }
  if (replacement === 'inPlace') {
    return derived(maxReplicas, `each pod is replaced after it has gone: ${plural(maxReplicas, 'pod')}`);
  }
  const { terminationGracePeriodSeconds: grace, fastestAvailableSeconds: fastest } = replacement;
  const surge = podCount(replacement.maxSurge, maxReplicas, Math.ceil);
  // Where both bounds round to 0, the controller uses maxUnavailable 1.
  const places = Math.max(1, surge + podCount(replacement.maxUnavailable ?? 0, maxReplicas, Math.floor));
  const stopping = Math.min(maxReplicas, places * (Math.floor(grace / fastest) + 1));
  const pods = maxReplicas + surge + stopping;
  return derived(
    pods,
    `${maxReplicas} wanted + ${surge} surge + ${stopping} that still stop (${plural(places, 'pod')} at a time every ${fastest} s or more, each for up to ${grace} s) = ${plural(pods, 'pod')}`,
  );
}
