// The Deployment of a stateless component.

import { defined } from '../../model/manifest/json';
import type { Availability } from '../../model/pods/availability';
import type { DeploymentSpec } from '../tree/kinds';

/** Input of a Deployment. */
interface DeploymentInput {
  /** Absent where an autoscaler owns the number. */
  readonly replicas?: number;
  readonly availability: Availability;
  /** Whether the old pod must be gone before the new one starts. */
  readonly isInPlace: boolean;
  readonly selector: Readonly<Record<string, string>>;
  readonly template: DeploymentSpec['template'];
}

/** The Deployment's spec. */
export function renderDeployment(input: DeploymentInput): DeploymentSpec {
  const { replicas, availability, isInPlace, selector, template } = input;
  const { maxSurge, maxUnavailable } = availability;
  return {
    ...defined({ replicas }),
    selector: { matchLabels: selector },
    strategy: isInPlace ? { type: 'Recreate' } : { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } },
    minReadySeconds: availability.minReadySeconds,
    progressDeadlineSeconds: availability.progressDeadlineSeconds,
    template,
  };
}
