// The availability of a component in its objects: the PodDisruptionBudget, and the findings about contradicting inputs.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import {
  type Availability,
  type AvailabilityInput,
  findAvailabilityProblems,
  findCadenceProblems,
} from '../../model/pods/availability';
import { findInPlaceCadenceProblems, findInPlaceProblems } from '../../model/pods/in-place';
import { checkLater } from '../tree/findings';
import { createObject } from '../tree/kinds';

/** The budget that evictions must respect. Unhealthy pods may always be evicted: they would block a drain for ever. */
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

/** Reports every contradiction of the inputs once the component is complete; `isInPlace`: whether its pods have no surge. */
export function checkAvailabilityLater(
  scope: Construct,
  input: () => AvailabilityInput,
  isInPlace: () => boolean = () => false,
): void {
  checkLater(scope, () => {
    const [find, findCadence] = isInPlace()
      ? [findInPlaceProblems, findInPlaceCadenceProblems]
      : [findAvailabilityProblems, findCadenceProblems];
    return [
      ...find(input()).map((problem) => findingOf('availability', problem)),
      ...findCadence(input()).map((problem) => findingOf('release-cadence', problem)),
    ];
  });
}
