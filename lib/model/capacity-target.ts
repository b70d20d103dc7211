// What the autoscaler aims at: the CPU that a pod requests, the share of it in use, and what that leaves after a loss.
import { podsLeft } from './availability';
import type { CapacityInput } from './capacity-input';
import { shareLeft } from './capacity-limits';
import { type Derived, derived, percent, plural, roundDown, show } from './derivation';

/** Nothing where the CPU of a request is not known: a target would be made up. */
export function utilisationTarget(input: CapacityInput, occupancy: number, min: number) {
  const {
    cpuSecondsPerRequest: cpu,
    concurrencyPerPod: slots,
    service,
    zones,
    zonesLost,
    regions,
    regionsLost,
  } = input;
  if (cpu === undefined) return {};
  const cores = Math.ceil(((slots * cpu) / service.meanSeconds) * 1000 - 1e-6) / 1000;
  const target = roundDown(100 * occupancy * shareLeft(input)) / 100;
  return {
    cpuRequest: derived(
      cores,
      `${slots} slots ÷ ${show(service.meanSeconds)} s × ${show(cpu)} s of CPU a request = ${show(cores)} cores`,
    ),
    target: derived(
      target,
      `${occupancy} × ${Math.max(1, zones) - zonesLost} of ${plural(Math.max(1, zones), 'zone')} × ${regions - regionsLost} of ${plural(regions, 'region')} left, in whole percent = ${percent(target)}`,
    ),
    occupancyAfterLoss: worstAfterLoss(input, target, min),
  };
}

/** Pods are whole, and zones lose the fullest: the worst of the counts from `min` on, which come round with the zones. */
function worstAfterLoss(
  { zones, zonesLost, regions, regionsLost }: CapacityInput,
  target: number,
  min: number,
): Derived {
  const all = Math.max(1, zones);
  const counts = Array.from({ length: all }, (_, more) => min + more).map((pods) => {
    const left = podsLeft(pods, all, zonesLost);
    return { pods, left, taken: (pods * target * regions) / (regions - regionsLost) / left };
  });
  const [worst = { pods: min, left: min, taken: target }] = counts.sort((a, b) => b.taken - a.taken);
  const region = regionsLost === 0 ? '' : ` × ${regions} ÷ ${regions - regionsLost} regions`;
  return derived(
    worst.taken,
    `of ${plural(worst.pods, 'pod')} at ${percent(target)}, ${worst.left} are left: ${worst.pods} × ${percent(target)}${region} ÷ ${worst.left} = ${percent(worst.taken)}`,
  );
}
