// Where the end of a pod may differ between providers: load balancers outside the cluster learn of it later than others.

import type { Balancer } from '../exposure/balancer';
import type { AllowedDifference } from './provider';

/** How long a pod serves after its end has begun, and the grace period that follows, differ where the balancer is later than others. */
export function drainDifferences({ late: { source } }: Balancer): readonly AllowedDifference[] {
  const lifecycle = '/spec/template/spec/containers/*/lifecycle/preStop';
  const pointers = [
    `${lifecycle}/sleep/seconds`,
    `${lifecycle}/exec/command/1`,
    '/spec/template/spec/terminationGracePeriodSeconds',
  ];
  return (['Deployment', 'StatefulSet'] as const).flatMap((kind) =>
    pointers.map((pointer) => ({ kind, pointer, source })),
  );
}
