// Pods left after a loss, where their number is not a multiple of the zones, and the fewest pods that hold the latency then.

import { type Derived, derived, exceeds, percent, plural, show } from '../finding/derivation';
import { podsLeft } from '../pods/availability';
import type { Demand } from './demand';

/** The autoscaler's target and the limits of the load. */
export interface Aim {
  /** CPU in use ÷ CPU requested, without a loss. */
  readonly target: number;
  /** Slots in use at peak, in pods: its requests/s × the service time ÷ the slots of a pod. */
  readonly peak: Derived;
  /** Highest share of the slots at which the latency holds. */
  readonly highest: number;
}

interface AfterLoss {
  readonly pods: number;
  readonly left: number;
  /** Share of the remaining pods' slots in use. */
  readonly taken: number;
  readonly because: string;
}

/**
 * Pods are whole, and the worst loss takes the fullest zones: of 4 pods over 3 zones 2 are left, not two thirds. The pods are
 * loaded up to their target, and never with more than the peak.
 */
function afterLoss({ zones, regions }: Demand, { target, peak }: Omit<Aim, 'highest'>, pods: number): AfterLoss {
  const left = podsLeft(pods, zones.all, zones.lost);
  const load = (pods * target * regions.all) / regions.left;
  const taken = Math.min(load, peak.value) / left;
  const region = regions.lost === 0 ? '' : ` × ${regions.all} ÷ ${regions.left} regions`;
  const sum = load <= peak.value ? `${pods} × ${percent(target)}${region}` : `${peak.because} at peak`;
  return {
    pods,
    left,
    taken,
    because: `of ${plural(pods, 'pod')} at ${percent(target)}, ${left} are left: ${sum} ÷ ${left} = ${percent(taken)}`,
  };
}

/** The worst count from `min` to `max`. Among counts with equally full zones the smallest is the worst. */
export function worstAfterLoss(demand: Demand, aim: Aim, min: number, max: number): Derived {
  const counts = Math.max(1, Math.min(demand.zones.all, max - min + 1));
  const [first, ...others] = Array.from({ length: counts }, (_, more) => afterLoss(demand, aim, min + more));
  const worst = others.reduce((a, b) => (b.taken > a.taken ? b : a), first ?? afterLoss(demand, aim, min));
  return derived(worst.taken, worst.because);
}

/**
 * The minimum from which on every number of pods holds the latency after the loss. The peak's number always does, so a minimum
 * exists wherever the occupancy itself holds the latency.
 */
export function fewestAfterLoss(demand: Demand, aim: Aim, min: Derived, total: number): Derived {
  const isTooMuch = (pods: number) => exceeds(afterLoss(demand, aim, pods).taken, aim.highest);
  if (isTooMuch(total)) return min; // reported as a problem of the occupancy
  let fewest = Math.min(total, lastUneven(demand, aim));
  while (fewest >= min.value && !isTooMuch(fewest)) fewest--;
  if (fewest < min.value) return min;
  const { because } = afterLoss(demand, aim, fewest);
  return derived(
    fewest + 1,
    `${min.because}; raised to ${fewest + 1}, from which on every number holds the latency after the loss: ${because}, and it holds up to ${percent(aim.highest)}`,
  );
}

/**
 * Beyond this count unevenness does not matter: with l of z zones lost, n pods leave at least (n − l)·(z − l) ÷ z. Infinite where
 * the occupancy misses the latency even when pods divide evenly by zones.
 */
function lastUneven({ zones: { all, lost, left }, regions }: Demand, { target, highest }: Aim): number {
  const spare = (highest * left) / all - (target * regions.all) / regions.left;
  return spare <= 0 ? Number.POSITIVE_INFINITY : Math.ceil((highest * lost * left) / all / spare);
}

/** Slots in use at peak, in pods. */
export function peakInPods({ slots, service }: Demand, arrivals: Derived): Derived {
  const { meanSeconds } = service;
  return derived(
    (arrivals.value * meanSeconds) / slots,
    `${show(arrivals.value)} requests/s × ${show(meanSeconds)} s ÷ ${slots} slots`,
  );
}
