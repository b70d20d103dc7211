// Behaviour of the horizontal autoscaler: how often it syncs, what it tolerates, how fast it grows.

/** Its sync period, in seconds. */
export const SYNC_SECONDS = 15;

/** A metric that is off its target by no more than this share is left alone. */
export const TOLERANCE = 0.1;

/**
 * Syncs until `max` pods are wanted, from `min`, when each is at `factor` × the target: × factor per sync, within the limits
 * of `SCALING_BEHAVIOR` (× 2 or + 4). The factor must be above 1 + TOLERANCE.
 *
 * Source: kubernetes.io, "Horizontal Pod Autoscaling", algorithm details.
 */
export function syncsToGrow(min: number, max: number, factor: number): number {
  let syncs = 0;
  for (let pods = Math.max(1, min); pods < max; syncs++) {
    pods = Math.min(max, Math.ceil(pods * factor), Math.max(pods * 2, pods + 4));
  }
  return syncs;
}
