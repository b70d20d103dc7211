// Pods that are replaced in place: each stops before its successor starts, since they share a name or a volume.

import type { Problem } from '../finding/problem';
import {
  type Availability,
  type AvailabilityInput,
  deriveAvailability,
  findAvailabilityProblems,
} from './availability';

/** Without a surge; the rest of the unit follows as for other pods. */
const inPlace = ({ options, ...input }: AvailabilityInput): AvailabilityInput => {
  const { maxSurge: _, maxUnavailable: __, ...rest } = options;
  return { ...input, options: { ...rest, maxSurge: 1 } };
};

/**
 * Derives the unit of pods that are replaced in place: one at a time, each first stops, for up to its grace period, then boots.
 *
 * Source: kubernetes.io, "StatefulSets" (rolling updates), "Deployments" (Recreate).
 */
export function deriveInPlace(input: AvailabilityInput): Availability {
  const unit = deriveAvailability(inPlace(input));
  const { minReadySeconds, terminationGracePeriodSeconds: grace } = unit;
  const rolloutSeconds = input.maxReplicas * (grace + input.startupBudgetSeconds + minReadySeconds);
  return {
    ...unit,
    maxSurge: 0,
    maxUnavailable: 1,
    progressDeadlineSeconds: input.options.progressDeadlineSeconds ?? Math.ceil((rolloutSeconds + 60) / 60) * 60,
    rolloutSeconds,
  };
}

/** Every input that contradicts the others. */
export function findInPlaceProblems(input: AvailabilityInput): Problem[] {
  const bounds = (['maxSurge', 'maxUnavailable'] as const).flatMap((field): Problem[] => {
    const value = input.options[field];
    if (value === undefined) return [];
    return [{ field, value, message: 'its volume is for one node: the old pod stops first', expected: `no ${field}` }];
  });
  return [...bounds, ...findAvailabilityProblems(inPlace(input))];
}

/** A cadence that the rollout cannot keep. */
export function findInPlaceCadenceProblems(input: AvailabilityInput): Problem[] {
  const { rolloutSeconds, minReadySeconds, terminationGracePeriodSeconds: grace } = deriveInPlace(input);
  const { maxReplicas, startupBudgetSeconds: boot, options } = input;
  const every = options.releaseEverySeconds;
  if (every === undefined || rolloutSeconds <= every) return [];
  const message =
    `a release of ${maxReplicas} pods takes ${rolloutSeconds} s, one at a time: ` +
    `${maxReplicas} × (${grace} s grace + ${boot} s boot + ${minReadySeconds} s minReady)`;
  const expected = `at least ${rolloutSeconds}, a shorter boot, or a shorter grace period`;
  return [{ field: 'releaseEverySeconds', value: every, message, expected }];
}
