// Contention: how far pods that share a resource still add capacity, by the Universal Scalability Law.
import { smallestWith } from '../finding/bisection';
import { type Derived, derived, roundUp, show } from '../finding/derivation';

/** Measured on the system under load, by fitting throughput against the number of pods. */
export interface Contention {
  /** α: share of the work that only one pod at a time can do. From 0 to below 1. */
  readonly serial: number;
  /** β: the cost of keeping each pair of pods in agreement. 0 or more. */
  readonly crosstalk: number;
}

/** Capacity of `pods` pods, in pods without contention: N ÷ (1 + α(N − 1) + βN(N − 1)). Source: Gunther, "Guerrilla Capacity Planning". */
export function effectivePods(pods: number, { serial, crosstalk }: Contention): number {
  return pods / (1 + serial * (pods - 1) + crosstalk * pods * (pods - 1));
}

/** Beyond √((1 − α) ÷ β) pods another one costs more than it adds; no maximum where pods do not talk to each other. */
export function mostUsefulPods({ serial, crosstalk }: Contention): Derived {
  const peak =
    crosstalk === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(Math.sqrt((1 - serial) / crosstalk)));
  return derived(peak, `√((1 − ${serial}) ÷ ${crosstalk}) = ${show(peak)} pods; another one costs more than it adds`);
}

/** Fewest pods with the capacity of `ideal` pods without contention; Infinity where no number is enough. */
export function podsDespite(contention: Contention | undefined, ideal: number): number {
  if (contention === undefined || ideal <= 0) return roundUp(Math.max(0, ideal));
  const most = Math.min(mostUsefulPods(contention).value, 1e6);
  const enough = (pods: number) => effectivePods(pods, contention) >= ideal * (1 - 1e-9);
  if (!enough(most)) return Number.POSITIVE_INFINITY;
  return smallestWith(1, most, enough);
}
