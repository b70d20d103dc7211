// The autoscaler's target: the CPU request of a pod, the share of it in use, and the occupancy after a loss.

import { type Derived, derived, percent, plural, roundDown, show } from '../finding/derivation';
import type { Demand } from './demand';
import { type Aim, fewestAfterLoss, worstAfterLoss } from './loss';

/** Fewest pods, pods that the peak needs, and most pods. */
export interface Bounds {
  readonly min: Derived;
  readonly total: Derived;
  readonly max: Derived;
}

/** The target, and the minimum that it needs. No target where the CPU time of a request is unknown: it would be made up. */
export function utilisationTarget(
  demand: Demand,
  occupancy: number,
  { min, total, max }: Bounds,
  limits: Omit<Aim, 'target'>,
) {
  const { cpuSecondsPerRequest: cpu, slots, service, zones, regions } = demand;
  if (cpu === undefined) return { min };
  const cores = Math.ceil(((slots * cpu) / service.meanSeconds) * 1000 - 1e-6) / 1000;
  const target = roundDown(100 * occupancy * demand.shareLeft) / 100;
  const aim = { ...limits, target };
  const fewest = fewestAfterLoss(demand, aim, min, total.value);
  return {
    cpuRequest: derived(
      cores,
      `${slots} slots ÷ ${show(service.meanSeconds)} s × ${show(cpu)} s of CPU a request = ${show(cores)} cores`,
    ),
    target: derived(
      target,
      `${occupancy} × ${zones.left} of ${plural(zones.all, 'zone')} × ${regions.left} of ${plural(regions.all, 'region')} left, in whole percent = ${percent(target)}`,
    ),
    occupancyAfterLoss: worstAfterLoss(demand, aim, fewest.value, max.value),
    min: fewest,
  };
}
