// P1, P2: the latency holds after the promised loss at every number of pods that the autoscaler may choose, for all inputs.

import { type CapacityPlan, deriveCapacity } from '../../../lib/model/capacity/capacity';
import type { CapacityInput } from '../../../lib/model/capacity/capacity-input';
import { responseTail } from '../../../lib/model/capacity/queueing';
import { seeded } from '../../support/random';
import { cases } from '../../support/requirements';

const random = seeded(6);
const pick = <Value>(...values: readonly [Value, ...Value[]]): Value =>
  values[Math.floor(random() * values.length)] ?? values[0];
const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));

function anyInput(): CapacityInput {
  const zones = between(0, 5);
  const regions = between(1, 3);
  const peak = between(10, pick(500, 5000, 60_000));
  const meanSeconds = pick(0.005, 0.02, 0.04, 0.06, 0.2);
  const latency = { quantile: pick(0.5, 0.9, 0.95, 0.98, 0.99), seconds: meanSeconds * pick(1.5, 3, 5, 8, 20) };
  return {
    users: { peak, offPeak: between(0, Math.floor(peak / pick(1, 5, 20))) },
    thinkSeconds: pick(1, 5, 8, 10, 30),
    service: { meanSeconds, coefficientOfVariation: pick(0, 0.5, 1, 2) },
    concurrencyPerPod: pick(1, 2, 4, 8, 32),
    cpuSecondsPerRequest: meanSeconds * pick(0.1, 0.5, 1),
    latency,
    ...pick({}, {}, { occupancy: pick(0.3, 0.5, 0.65) }),
    growthPerSecond: 0,
    zones,
    zonesLost: between(0, Math.max(0, zones - 1)),
    regions,
    regionsLost: between(0, regions - 1),
    times: { metricSeconds: 15, readySeconds: 30, nodeSeconds: 180 },
    margin: pick(1, 1.25, 2),
    alwaysAtPeak: pick(false, false, true),
    ...pick({}, {}, {}, { contention: { serial: 0.001, crosstalk: 0.00001 } }),
  };
}

/** Pods outside the fullest zones, dealt out over zones one after another. */
function leftOf(pods: number, zones: number, lost: number): number {
  const all = Math.max(1, zones);
  const dealt = Array.from({ length: all }, (_, zone) => Math.ceil((pods - zone) / all));
  return dealt.slice(lost).reduce((sum, one) => sum + one, 0);
}

/** Share of the requests that come late after the loss, by the formula, with `pods` pods at their target. */
function late(input: CapacityInput, target: number, pods: number): number {
  const { users, thinkSeconds, regions, regionsLost, concurrencyPerPod: concurrency, service, latency } = input;
  const peak = users.peak / thinkSeconds / (regions - regionsLost);
  const atTarget = (pods * target * concurrency * regions) / (regions - regionsLost) / service.meanSeconds;
  const arrivalsPerSecond = Math.min(peak, atTarget) / leftOf(pods, input.zones, input.zonesLost);
  return responseTail({ concurrency, arrivalsPerSecond, service }, latency.seconds);
}

function countsOf({ min, max }: CapacityPlan): number[] {
  return Array.from({ length: max.value - min.value + 1 }, (_, more) => min.value + more);
}

describe('P1 P2 the latency after the loss', () => {
  const plans = Array.from({ length: cases(700, 2_000) }, anyInput).flatMap((input) => {
    const { plan, problems } = deriveCapacity(input);
    const target = plan?.target?.value;
    return plan === undefined || target === undefined || problems.length > 0 ? [] : [{ input, plan, target }];
  });
  const raised = plans.filter(({ plan }) => plan.min.because.includes('raised to'));
  const bearable = ({ latency }: CapacityInput) => (1 - latency.quantile) * (1 + 1e-6);

  test('there are plans, and minima that were raised', () => {
    expect(plans.length).toBeGreaterThan(200);
    expect(raised.length).toBeGreaterThan(20);
  });

  test('holds at every number of pods from the minimum to the maximum', () => {
    const missed = plans.flatMap(({ input, plan, target }) =>
      countsOf(plan).flatMap((pods) => (late(input, target, pods) > bearable(input) ? [{ input, pods }] : [])),
    );
    expect(missed).toEqual([]);
  });

  test('is missed with one pod less than a minimum that was raised, which never exceeds the peak', () => {
    for (const { input, plan, target } of raised) {
      expect(late(input, target, plan.min.value - 1)).toBeGreaterThan(1 - input.latency.quantile);
      expect(plan.min.value).toBeLessThanOrEqual(plan.total.value);
    }
  });

  test('at the reported occupancy the latency is that of the worst number', () => {
    for (const { input, plan, target } of plans) {
      const { concurrencyPerPod: concurrency, service, latency } = input;
      const arrivalsPerSecond = ((plan.occupancyAfterLoss?.value ?? 0) * concurrency) / service.meanSeconds;
      const reported = responseTail({ concurrency, arrivalsPerSecond, service }, latency.seconds);
      expect(reported).toBeCloseTo(Math.max(...countsOf(plan).map((pods) => late(input, target, pods))), 9);
    }
  });
});
