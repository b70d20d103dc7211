// The availability of a component in its objects: the PodDisruptionBudget, and the findings about inputs that contradict.
import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import {
  type Availability,
  type AvailabilityInput,
  type Contradiction,
  cadenceContradictions,
  findContradictions,
} from '../../model/pods/availability';
import { inspect, type Problem } from '../tree/findings';
import { createObject } from '../tree/kinds';

/** The budget that evictions must leave. Unhealthy pods may always be evicted: they would block a drain for ever. */
export function createDisruptionBudget(
  scope: Construct,
  name: string,
  selector: Readonly<Record<string, string>>,
  availability: () => Availability,
): ApiObject {
  return createObject(
    scope,
    'disruption-budget',
    'PodDisruptionBudget',
    { name, labels: selector },
    {
      spec: () => ({
        ...availability().disruption,
        selector: { matchLabels: selector },
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      }),
    },
  );
}

/** Reports every contradiction of the inputs once the component is complete; `scalingProblem` says who owns the number of pods. */
export function inspectAvailability(
  scope: Construct,
  input: () => AvailabilityInput,
  scalingProblem: () => string | undefined,
): void {
  inspect(scope, () => {
    const problem = scalingProblem();
    if (problem !== undefined) return [scalingFinding(problem)];
    return [
      ...findContradictions(input()).map((found) => asFinding('availability', found)),
      ...cadenceContradictions(input()).map((found) => asFinding('release-cadence', found)),
    ];
  });
}

function asFinding(rule: string, found: Contradiction): Problem {
  return { ...found, rule, severity: 'error' };
}

function scalingFinding(message: string): Problem {
  return { rule: 'replicas', severity: 'error', field: 'replicas', message, expected: 'either replicas or scaleOn' };
}
