// What no plan of capacity can do: an occupancy, a growth, a contention beyond what the promised latency leaves.

import { percent, plural, roundDown, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { SYNC_SECONDS, TOLERANCE } from '../pods/autoscaler';
import type { CapacityInput } from './capacity-input';
import { mostUsefulPods } from './contention';

/** Share of what runs that is left when all that may be lost is lost. */
export function shareLeft({ zones, zonesLost, regions, regionsLost }: CapacityInput): number {
  const all = Math.max(1, zones);
  return ((all - zonesLost) / all) * ((regions - regionsLost) / regions);
}

/** An occupancy at which the latency is missed. */
export function findLatencyProblems(input: CapacityInput, share: number, slack: number, highest: number): Problem[] {
  const { latency } = input;
  const promise = `${percent(latency.quantile)} within ${show(latency.seconds * 1000)} ms`;
  const worst = share * slack;
  if (share > 0 && worst <= highest) return [];
  const reached = slack === 1 ? '' : `, ${percent(worst)} with what the autoscaler leaves alone,`;
  return [
    {
      field: input.occupancy === undefined ? 'service.meanSeconds' : 'occupancy',
      value: input.occupancy ?? input.service.meanSeconds,
      message: `${promise} holds up to ${percent(highest)} of the slots taken; ${percent(share)}${reached} is ${share === 0 ? 'no whole percent of it' : 'more'}`,
      expected:
        share === 0
          ? 'a shorter service, or a later quantile'
          : `at most ${show(roundDown((1000 * highest) / slack) / 1000)}`,
    },
  ];
}

/** While new pods are on their way, those that run take the growth too. */
export function findGrowthProblems(input: CapacityInput, share: number, highest: number): Problem[] {
  const { growthPerSecond: growth, times } = input;
  if (growth === 0 || share === 0 || input.alwaysAtPeak === true) return [];
  const lag = SYNC_SECONDS + times.metricSeconds + times.readySeconds;
  const usual = share * shareLeft(input) * (1 + TOLERANCE);
  const reached = usual * (1 + growth * lag);
  const bearable = Math.max(0, (highest / usual - 1) / lag);
  // The autoscaler doubles at most every time that it looks.
  const fastest = Math.min(bearable, 1 / SYNC_SECONDS);
  if (growth <= fastest) return [];
  const why =
    bearable < 1 / SYNC_SECONDS
      ? `in the ${lag} s until a new pod serves, the slots taken rise from ${percent(usual)} to ${percent(reached)}, and the latency holds up to ${percent(highest)}: no headroom on nodes meets that`
      : `the load doubles in less than ${SYNC_SECONDS} s, and the autoscaler doubles at most every ${SYNC_SECONDS} s`;
  return [
    {
      field: 'growthPerSecond',
      value: growth,
      message: why,
      expected:
        fastest > 0
          ? `at most ${show(fastest)}, or alwaysAtPeak, or a lower occupancy`
          : 'alwaysAtPeak, or a lower occupancy',
    },
  ];
}

/** A peak that no number of pods carries, as they hinder each other. */
export function findContentionProblems({ contention }: CapacityInput, needed: number, total: number): Problem[] {
  if (contention === undefined) return [];
  const useful = mostUsefulPods(contention);
  if (Number.isFinite(needed) && total <= useful.value) return [];
  const wanted = Number.isFinite(needed) ? plural(total, 'pod') : 'more pods than there is capacity in';
  return [
    {
      field: 'contention',
      value: contention.crosstalk,
      message: `the peak needs ${wanted}, and ${useful.because}`,
      expected: 'less contention, pods that do more each, or more regions',
    },
  ];
}
