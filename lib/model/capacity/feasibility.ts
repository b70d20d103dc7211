// Limits of a capacity plan: an occupancy, growth or contention for which the promised latency leaves no room.

import { percent, plural, roundDown, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { SYNC_SECONDS, TOLERANCE } from '../pods/autoscaler';
import { mostUsefulPods } from './contention';
import type { Demand } from './demand';

/** The problem of an occupancy that misses the latency. */
export function findLatencyProblems(demand: Demand, share: number, slack: number, highest: number): Problem[] {
  const { latency, occupancy, service } = demand;
  const promise = `${percent(latency.quantile)} within ${show(latency.seconds * 1000)} ms`;
  const worst = share * slack;
  if (share > 0 && worst <= highest) return [];
  const reached = slack === 1 ? '' : ` (${percent(worst)} with the autoscaler's tolerance)`;
  return [
    {
      field: occupancy === undefined ? 'service.meanSeconds' : 'occupancy',
      value: occupancy ?? service.meanSeconds,
      message:
        share === 0
          ? `${promise} leaves less than 1 % of the slots usable`
          : `${promise} holds up to ${percent(highest)} of the slots; ${percent(share)}${reached} is more`,
      expected:
        share === 0
          ? 'a shorter service, or a later quantile'
          : `at most ${show(roundDown((1000 * highest) / slack) / 1000)}`,
    },
  ];
}

/** The problem of growth that the running pods cannot take until new pods serve. */
export function findGrowthProblems(demand: Demand, share: number, highest: number): Problem[] {
  const { growthPerSecond: growth, times, alwaysAtPeak, shareLeft } = demand;
  if (growth === 0 || share === 0 || alwaysAtPeak) return [];
  const lag = SYNC_SECONDS + times.metricSeconds + times.readySeconds;
  const usual = share * shareLeft * (1 + TOLERANCE);
  const reached = usual * (1 + growth * lag);
  const tolerable = Math.max(0, (highest / usual - 1) / lag);
  // The autoscaler at most doubles per sync.
  const fastest = Math.min(tolerable, 1 / SYNC_SECONDS);
  if (growth <= fastest) return [];
  const why =
    tolerable < 1 / SYNC_SECONDS
      ? `slots in use rise from ${percent(usual)} to ${percent(reached)} in the ${lag} s until a new pod serves; the latency holds up to ${percent(highest)}`
      : `the load doubles in less than ${SYNC_SECONDS} s, but the autoscaler doubles at most every ${SYNC_SECONDS} s`;
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

/** The problem of a peak that no number of pods can carry, because of contention. */
export function findContentionProblems({ contention }: Demand, needed: number, total: number): Problem[] {
  if (contention === undefined) return [];
  const useful = mostUsefulPods(contention);
  if (Number.isFinite(needed) && total <= useful.value) return [];
  const wanted = Number.isFinite(needed) ? plural(total, 'pod') : 'more capacity than any number of pods has';
  return [
    {
      field: 'contention',
      value: contention.crosstalk,
      message: `the peak needs ${wanted}, but ${useful.because}`,
      expected: 'less contention, larger pods, or more regions',
    },
  ];
}
