// Capacity: from users, think time and a promised latency to pods, the autoscaler's bounds and the headroom.

import { type Derived, derived, type Outcome, percent, plural, roundDown, roundUp, show } from '../finding/derivation';
import { SYNC_SECONDS, TOLERANCE } from '../pods/autoscaler';
import { type CapacityInput, findInputProblems } from './capacity-input';
import { mostUsefulPods, podsDespite } from './contention';
import { type Demand, demandOf } from './demand';
import { findContentionProblems, findGrowthProblems, findLatencyProblems } from './feasibility';
import { peakInPods } from './loss';
import { arrivalRate, highestOccupancy, meanWait, responseQuantile } from './queueing';
import { utilisationTarget } from './utilization';

/** The plan of one region. Each number comes with the sentence that derives it. */
export interface CapacityPlan {
  /** Requests a second at peak, when the regions that may be lost are lost. */
  readonly arrivalsPerSecond: Derived;
  /** Share of a pod's slots in use after the promised loss. */
  readonly occupancy: Derived;
  /** Requests a second of a pod at that share. */
  readonly requestsPerSecondPerPod: Derived;
  /** Time within which the promised share is answered at that occupancy, in seconds. */
  readonly latencySeconds: Derived;
  /** Requests in flight at peak. */
  readonly inFlight: Derived;
  /** Pods that the peak needs without a loss. */
  readonly needed: Derived;
  /** Pods that each zone needs at peak, so that the promised loss leaves enough. */
  readonly podsPerZone: Derived;
  /** Pods that must run at peak. */
  readonly total: Derived;
  /** Cores that a pod requests. Absent without the CPU time of a request. */
  readonly cpuRequest?: Derived;
  /** Target of the autoscaler: CPU in use ÷ CPU requested. Absent without the CPU time of a request. */
  readonly target?: Derived;
  /**
   * Share of the slots in use after the promised loss at the worst number of pods: 7 pods over 3 zones leave 4, not two thirds.
   * The latency holds there: the minimum is raised until it does. Absent without a target.
   */
  readonly occupancyAfterLoss?: Derived;
  /** What off-peak needs, or more: from here on, every number of pods holds the latency after the loss. */
  readonly min: Derived;
  /** Most pods of the autoscaler. */
  readonly max: Derived;
  /** Capacity that must run ÷ capacity that the current load needs. */
  readonly headroom: Derived;
  /** Pods of low priority that hold room for that growth on nodes. */
  readonly headroomPods: Derived;
}

/**
 * Derives the plan. N users, think time Z, c slots, service S, occupancy u, zones and regions left after the loss.
 *
 * - Arrivals: X = N ÷ Z. The response time is left out of the interactive law, so X is an upper bound; a
 *   region carries X ÷ (regions − lost).
 * - Pods: u·c ÷ S requests/s each; n0 = X ÷ that; per zone n0 ÷ (zones − lost), in every zone, since pods created after
 *   the loss come too late.
 * - Autoscaler: target = u × zones left ÷ zones × regions left ÷ regions, so that the survivors are at u or below at every
 *   load. It tolerates a deviation of 10 %: u is such that the latency also holds at 1.1·u.
 *
 * Source: Little's law and the interactive law: Lazowska et al., "Quantitative System Performance"; the latency: queueing.ts.
 */
export function deriveCapacity(input: CapacityInput): Outcome<CapacityPlan> {
  const inputProblems = findInputProblems(input);
  if (inputProblems.length > 0) return { problems: inputProblems };
  const demand = demandOf(input);
  const { slots, service, latency, alwaysAtPeak } = demand;
  const highest = highestOccupancy(slots, service, latency.quantile, latency.seconds);
  // At the peak's size the autoscaler does nothing, so its tolerance does not matter.
  const slack = alwaysAtPeak ? 1 : 1 + TOLERANCE;
  const best = roundDown((100 * highest) / slack) / 100;
  const share = demand.occupancy ?? best;
  const problems = [
    ...findLatencyProblems(demand, share, slack, highest),
    ...findGrowthProblems(demand, share, highest),
  ];
  if (share === 0) return { problems };
  const plan = planAt(demand, occupancyOf(demand, share, slack, highest), highest);
  const unmet = findContentionProblems(demand, plan.needed.value, plan.total.value);
  if (unmet.length > 0) return { problems: [...problems, ...unmet] };
  return { plan, problems };
}

function planAt(demand: Demand, occupancy: Derived, highest: number): CapacityPlan {
  const { slots, service, latency, users, times, growthPerSecond: growth, zones } = demand;
  const peak = arrivals(demand, users.peak);
  const rate = (occupancy.value * slots) / service.meanSeconds;
  const perPod = derived(
    rate,
    `${occupancy.value} × ${slots} slots ÷ ${show(service.meanSeconds)} s = ${show(rate)} requests/s`,
  );
  const pod = { concurrency: slots, arrivalsPerSecond: rate, service };
  const late = responseQuantile(pod, latency.quantile);
  const response = service.meanSeconds + meanWait(pod);
  const atPeak = podsFor(demand, peak, rate);
  const offPeak = podsFor(demand, arrivals(demand, users.offPeak), rate);
  const total = atPeak.total;
  const min = demand.alwaysAtPeak
    ? derived(total.value, `the peak's ${plural(total.value, 'pod')} always run`)
    : derived(Math.max(zones.all, offPeak.total.value), `off peak ${offPeak.total.because}; never below ${zones.all}`);
  const max = mostPods(demand, total.value);
  const lag = SYNC_SECONDS + times.metricSeconds + times.readySeconds + times.nodeSeconds;
  const headroom = derived(
    1 + growth * lag,
    `1 + ${growth}/s × (${SYNC_SECONDS} s until the autoscaler looks + ${times.metricSeconds} s age of the metric + ${times.readySeconds} s until a pod serves + ${times.nodeSeconds} s until a node is there) = ${show(1 + growth * lag)}`,
  );
  const held = roundUp((headroom.value - 1) * total.value);
  return {
    arrivalsPerSecond: peak,
    occupancy,
    requestsPerSecondPerPod: perPod,
    latencySeconds: derived(
      late,
      `${percent(latency.quantile)} of ${show(rate)} requests/s at ${slots} slots within ${show(late * 1000)} ms`,
    ),
    inFlight: derived(
      peak.value * response,
      `${show(peak.value)} requests/s × ${show(response)} s = ${show(peak.value * response)} at once`,
    ),
    needed: atPeak.needed,
    podsPerZone: atPeak.perZone,
    total,
    ...utilisationTarget(demand, occupancy.value, { min, total, max }, { peak: peakInPods(demand, peak), highest }),
    max,
    headroom,
    headroomPods: derived(
      held,
      `${show(headroom.value - 1)} × ${plural(total.value, 'pod')} = ${plural(held, 'pod')} that hold the place of growth`,
    ),
  };
}

function arrivals({ thinkSeconds, regions: { all, left } }: Demand, users: number): Derived {
  const rate = arrivalRate(users, thinkSeconds) / left;
  const shared = all === 1 ? '' : ` ÷ ${left} of ${all} regions left`;
  return derived(rate, `${users} users ÷ ${thinkSeconds} s of thought${shared} = ${show(rate)} requests/s`);
}

function podsFor({ contention, zones: { all, left } }: Demand, load: Derived, perPod: number) {
  const needed = podsDespite(contention, load.value / perPod);
  const despite = contention === undefined ? '' : ', with contention';
  const perZone = roundUp(needed / left);
  const total = all * perZone;
  const from = `${show(load.value)} requests/s ÷ ${show(perPod)} a pod${despite} = ${plural(needed, 'pod')}`;
  const spread = `${from}, ÷ ${plural(left, 'zone')} left = ${perZone} in each`;
  return {
    needed: derived(needed, from),
    perZone: derived(perZone, spread),
    total: derived(total, `${spread}, × ${plural(all, 'zone')} = ${plural(total, 'pod')}`),
  };
}

function occupancyOf(demand: Demand, share: number, slack: number, highest: number): Derived {
  if (demand.occupancy !== undefined) return derived(share, `${percent(share)} of the slots, as given`);
  const tolerance = slack === 1 ? '' : `, ÷ ${slack} that the autoscaler leaves alone`;
  return derived(share, `the latency holds up to ${percent(highest)} of the slots${tolerance}: ${percent(share)}`);
}

function mostPods({ margin, contention }: Demand, total: number): Derived {
  const wanted = roundUp(total * margin);
  const useful = contention === undefined ? undefined : mostUsefulPods(contention);
  if (useful !== undefined && useful.value < wanted) return derived(useful.value, useful.because);
  return derived(wanted, `${plural(total, 'pod')} at peak × ${margin} = ${plural(wanted, 'pod')}`);
}
