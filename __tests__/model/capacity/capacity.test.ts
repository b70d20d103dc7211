// Capacity: the worked example of a clinic's peak, each number's derivation, and the demands that no plan meets.
import { deriveCapacity } from '../../../lib/model/capacity/capacity';
import type { CapacityInput } from '../../../lib/model/capacity/capacity-input';
import { effectivePods, mostUsefulPods, podsDespite } from '../../../lib/model/capacity/contention';
import { highestOccupancy, responseQuantile } from '../../../lib/model/capacity/queueing';

const INPUT: CapacityInput = {
  users: { peak: 30_000, offPeak: 2000 },
  thinkSeconds: 10,
  service: { meanSeconds: 0.04 },
  concurrencyPerPod: 8,
  cpuSecondsPerRequest: 0.01,
  latency: { quantile: 0.98, seconds: 0.2 },
  occupancy: 0.65,
  growthPerSecond: 0.001,
  zones: 3,
  zonesLost: 1,
  regions: 1,
  regionsLost: 0,
  times: { metricSeconds: 15, readySeconds: 30, nodeSeconds: 180 },
  margin: 1.25,
};
const derive = (change: Partial<CapacityInput> = {}) => deriveCapacity({ ...INPUT, ...change });
/** The numbers of a plan that is expected to hold. */
function numbers(change: Partial<CapacityInput> = {}) {
  const { plan, problems } = derive(change);
  expect(problems).toEqual([]);
  return Object.fromEntries(Object.entries(plan ?? {}).map(([name, { value }]) => [name, value]));
}
const without = ({ occupancy, ...input }: CapacityInput) => input;
const ORDERS: CapacityInput = {
  ...INPUT,
  users: { peak: 4000, offPeak: 800 },
  thinkSeconds: 8,
  service: { meanSeconds: 0.06 },
  concurrencyPerPod: 4,
  cpuSecondsPerRequest: 0.025,
  latency: { quantile: 0.95, seconds: 0.3 },
};

describe('the worked example', () => {
  test('130 requests/s a pod, 24 needed, 12 in each zone, 36 in all', () => {
    const plan = numbers();
    expect(plan).toMatchObject({ arrivalsPerSecond: 3000, needed: 24, podsPerZone: 12, total: 36 });
    expect(plan['requestsPerSecondPerPod']).toBeCloseTo(130, 9);
  });

  test('each number has the sentence that derives it', () => {
    const { plan } = derive();
    expect(plan?.total.because).toBe(
      '3000 requests/s ÷ 130 a pod = 24 pods, ÷ 2 zones left = 12 in each, × 3 zones = 36 pods',
    );
    expect(plan?.target?.because).toBe('0.65 × 2 of 3 zones × 1 of 1 region left, in whole percent = 43 %');
    expect(plan?.headroom.because).toBe(
      '1 + 0.001/s × (15 s until the autoscaler looks + 15 s age of the metric + 30 s until a pod serves + 180 s until a node is there) = 1.24',
    );
    for (const { because } of Object.values(plan ?? {})) expect(because).toMatch(/\S/);
  });

  test('the autoscaler: target, bounds, CPU request', () => {
    expect(numbers()).toMatchObject({ cpuRequest: 2, target: 0.43, min: 5, max: 45 });
  });

  test('headroom for growth until pods and nodes are ready', () => {
    const plan = numbers();
    expect(plan['headroom']).toBeCloseTo(1.24, 12);
    expect(plan['headroomPods']).toBe(9);
  });

  test('the latency that it gives, and the requests in flight', () => {
    const plan = numbers();
    const pod = { concurrency: 8, arrivalsPerSecond: 130, service: { meanSeconds: 0.04 } };
    expect(plan['latencySeconds']).toBeCloseTo(responseQuantile(pod, 0.98), 9);
    expect(plan['latencySeconds']).toBeLessThan(0.2);
    expect(plan['inFlight']).toBeGreaterThan(3000 * 0.04);
    expect(plan['inFlight']).toBeLessThan(3000 * 0.05);
  });
});

describe('zones and regions', () => {
  test.each<[string, Partial<CapacityInput>, number, number, number]>([
    ['no zone lost', { zonesLost: 0 }, 24, 0.65, 8],
    ['two of three', { zonesLost: 2 }, 72, 0.21, 24],
    ['no zone declared', { zones: 0, zonesLost: 0 }, 24, 0.65, 24],
    ['one of two regions: each carries it all', { regions: 2, regionsLost: 1 }, 36, 0.21, 12],
    ['one of three regions: each carries half', { regions: 3, regionsLost: 1 }, 18, 0.28, 6],
    ['two regions, none lost', { regions: 2 }, 18, 0.43, 6],
  ])('%s', (_, change, total, target, podsPerZone) => {
    expect(numbers({ growthPerSecond: 0, ...change })).toMatchObject({ total, target, podsPerZone });
  });

  test('after the loss, at every load, the survivors are at the occupancy or below, where pods divide by zones', () => {
    const { target = 1 } = numbers();
    for (let pods = 3; pods <= 36; pods += 3) expect((pods * target) / ((pods * 2) / 3)).toBeLessThanOrEqual(0.65);
  });

  test('where they do not, the minimum is raised until the latency holds: of 4 pods over 3 zones, 2 are left', () => {
    const { plan } = derive();
    expect(plan?.min.value).toBe(5);
    expect(plan?.min.because).toBe(
      'off peak 200 requests/s ÷ 130 a pod = 2 pods, ÷ 2 zones left = 1 in each, × 3 zones = 3 pods; never below 3; ' +
        'raised to 5, from which on every number holds the latency after the loss: ' +
        'of 4 pods at 43 %, 2 are left: 4 × 43 % ÷ 2 = 86 %, and it holds up to 85.4 %',
    );
    expect(plan?.occupancyAfterLoss?.value).toBeCloseTo((7 * 0.43) / 4, 12);
    expect(plan?.occupancyAfterLoss?.because).toBe('of 7 pods at 43 %, 4 are left: 7 × 43 % ÷ 4 = 75.25 %');
  });

  test('95 % within 300 ms: of 10 pods 6 are left, which is too few, and from 11 on it holds', () => {
    const { plan, problems } = deriveCapacity(without(ORDERS));
    expect(problems).toEqual([]);
    expect(plan).toMatchObject({ target: { value: 0.49 }, min: { value: 11 }, total: { value: 18 } });
    expect(plan?.min.because).toContain(
      'of 10 pods at 49 %, 6 are left: 10 × 49 % ÷ 6 = 81.67 %, and it holds up to 81.52 %',
    );
    // the formula, without the plan's own search
    const quantileAt = (taken: number) =>
      responseQuantile({ concurrency: 4, arrivalsPerSecond: (taken * 4) / 0.06, service: { meanSeconds: 0.06 } }, 0.95);
    expect(quantileAt((7 * 0.49) / 4)).toBeGreaterThan(0.36);
    expect(quantileAt(plan?.occupancyAfterLoss?.value ?? 1)).toBeLessThan(0.3);
  });

  test('a lost region brings its load as well', () => {
    const { plan } = derive({ regions: 2, regionsLost: 1 });
    expect(plan).toMatchObject({ target: { value: 0.21 }, min: { value: 3 } });
    expect(plan?.occupancyAfterLoss?.value).toBeCloseTo((4 * 0.21 * 2) / 2, 12);
  });

  test('no load is more than the peak, whose pods carry it in the remaining zones', () => {
    const { plan } = derive({ alwaysAtPeak: true });
    expect(plan?.min.value).toBe(36);
    expect(plan?.occupancyAfterLoss?.value).toBeCloseTo((3000 * 0.04) / 8 / 24, 12);
    expect(plan?.occupancyAfterLoss?.because).toBe(
      'of 36 pods at 43 %, 24 are left: 3000 requests/s × 0.04 s ÷ 8 slots at peak ÷ 24 = 62.5 %',
    );
    // 3 pods at peak, 4 at most: of 4 pods at 51 % two are left, and never see twice as much
    const few = deriveCapacity(without({ ...INPUT, users: { peak: 1000, offPeak: 100 } }));
    expect(few.problems).toEqual([]);
    expect(few.plan).toMatchObject({ min: { value: 3 }, total: { value: 3 }, max: { value: 4 } });
  });
});

describe('bounds', () => {
  test('min is the same arithmetic off peak, and never below the zones, or what holds the latency after the loss', () => {
    expect(numbers({ users: { peak: 30_000, offPeak: 6000 } })['min']).toBe(9);
    expect(numbers({ users: { peak: 30_000, offPeak: 0 } })['min']).toBe(5);
    expect(numbers({ users: { peak: 30_000, offPeak: 0 }, occupancy: 0.6 })['min']).toBe(3);
    expect(numbers({ zones: 0, zonesLost: 0, users: { peak: 30_000, offPeak: 0 } })['min']).toBe(1);
  });

  test('alwaysAtPeak runs the peak at all times', () => {
    expect(numbers({ alwaysAtPeak: true })).toMatchObject({ min: 36, max: 45 });
  });

  test('without the CPU time of a request there is no target', () => {
    const { cpuSecondsPerRequest, ...input } = INPUT;
    const { plan } = deriveCapacity(input);
    expect(plan?.total.value).toBe(36);
    expect(plan).not.toHaveProperty('target');
    expect(plan).not.toHaveProperty('cpuRequest');
  });

  test('an error of rounding orders no pod: 1300 requests/s are 10 pods of 130', () => {
    expect(numbers({ users: { peak: 13_000, offPeak: 0 }, zones: 0, zonesLost: 0 })['needed']).toBe(10);
  });
});

describe('the occupancy, where none is given', () => {
  const highest = highestOccupancy(8, { meanSeconds: 0.04 }, 0.98, 0.2);

  test('is the highest whole percent at which the latency holds, with the autoscaler’s tolerance', () => {
    const { plan } = deriveCapacity(without({ ...INPUT, growthPerSecond: 0 }));
    expect(plan?.occupancy.value).toBe(Math.floor((100 * highest) / 1.1) / 100);
    expect(plan?.latencySeconds.value).toBeLessThan(0.2);
  });

  test('is higher where the peak always runs', () => {
    const { plan } = deriveCapacity(without({ ...INPUT, alwaysAtPeak: true }));
    expect(plan?.occupancy.value).toBe(Math.floor(100 * highest) / 100);
  });

  test('a service that varies less may use more', () => {
    const service = { meanSeconds: 0.04, coefficientOfVariation: 0.5 };
    const { plan } = deriveCapacity(without({ ...INPUT, service, growthPerSecond: 0 }));
    expect(plan?.occupancy.value).toBeGreaterThan(Math.floor((100 * highest) / 1.1) / 100);
  });
});

describe('contention', () => {
  const contention = { serial: 0.001, crosstalk: 0.0001 };

  test('the Universal Scalability Law', () => {
    expect(effectivePods(1, contention)).toBe(1);
    expect(effectivePods(36, contention)).toBeCloseTo(36 / (1 + 0.035 + 0.126), 12);
    expect(mostUsefulPods(contention).value).toBe(99);
    expect(mostUsefulPods({ serial: 0.1, crosstalk: 0 }).value).toBe(Infinity);
  });

  test('more pods for the same work', () => {
    const pods = podsDespite(contention, 24);
    expect(effectivePods(pods, contention)).toBeGreaterThanOrEqual(24);
    expect(effectivePods(pods - 1, contention)).toBeLessThan(24);
    expect(numbers({ contention })['needed']).toBe(podsDespite(contention, 3000 / 130));
  });

  test('caps the maximum', () => {
    expect(numbers({ contention, margin: 5 })['max']).toBe(99);
  });

  test.each<[string, Partial<CapacityInput>, string]>([
    ['more pods than are useful', { contention: { serial: 0.001, crosstalk: 0.001 } }, 'the peak needs'],
    ['more pods than are useful over all zones', { contention: { serial: 0.001, crosstalk: 0.0004 } }, 'needs 54 pods'],
    [
      'more capacity than any number has',
      { contention: { serial: 0.2, crosstalk: 0 } },
      'more capacity than any number of pods has',
    ],
  ])('%s', (_, change, message) => {
    const { plan, problems } = derive(change);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field: 'contention', message: expect.stringContaining(message) }]);
  });
});

describe('invalid input', () => {
  const crowd = { peak: 30_000, offPeak: 30_001 };
  test.each<[string, Partial<CapacityInput>, string]>([
    ['no users', { users: { peak: 0, offPeak: 0 } }, 'users.peak'],
    ['more users off peak', { users: crowd }, 'users.offPeak'],
    ['no think time', { thinkSeconds: 0 }, 'thinkSeconds'],
    ['a think time that is required', { thinkSeconds: Number.NaN }, 'thinkSeconds'],
    ['a service in no time', { service: { meanSeconds: 0 } }, 'service.meanSeconds'],
    [
      'a negative variation',
      { service: { meanSeconds: 0.04, coefficientOfVariation: -1 } },
      'service.coefficientOfVariation',
    ],
    ['half a slot', { concurrencyPerPod: 0.5 }, 'concurrencyPerPod'],
    ['endless slots', { concurrencyPerPod: 1e9 }, 'concurrencyPerPod'],
    ['no CPU', { cpuSecondsPerRequest: 0 }, 'cpuSecondsPerRequest'],
    ['a quantile of 1', { latency: { quantile: 1, seconds: 0.2 } }, 'latency.quantile'],
    ['an answer in no time', { latency: { quantile: 0.98, seconds: 0 } }, 'latency.seconds'],
    ['full occupancy', { occupancy: 1 }, 'occupancy'],
    ['shrinking growth', { growthPerSecond: -0.1 }, 'growthPerSecond'],
    ['every zone lost', { zonesLost: 3 }, 'survives.zones'],
    ['a zone lost where none is declared', { zones: 0 }, 'survives.zones'],
    ['the only region lost', { regionsLost: 1 }, 'survives.regions'],
    ['no region', { regions: 0 }, 'regions'],
    ['a time before now', { times: { metricSeconds: -1, readySeconds: 30, nodeSeconds: 180 } }, 'times.metricSeconds'],
    ['a margin that takes away', { margin: 0.9 }, 'margin'],
    ['nothing but serial work', { contention: { serial: 1, crosstalk: 0 } }, 'contention.serial'],
  ])('%s', (_, change, field) => {
    const { plan, problems } = derive(change);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field }]);
  });

  test('a service too long for the quantile at any replica count', () => {
    const { plan, problems } = derive({ service: { meanSeconds: 0.06 } });
    expect(plan).toBeUndefined();
    expect(problems).toEqual([
      {
        field: 'service.meanSeconds',
        value: 0.06,
        message:
          'a mean of 60 ms is too long for 98 % within 200 ms at any replica count: it must be under 51.1 ms when it is exponential',
        expected: 'less than 51.1 ms, or a later or lower quantile',
      },
    ]);
  });

  test('an occupancy at which the latency is missed', () => {
    const { problems } = derive({ occupancy: 0.85, growthPerSecond: 0 });
    expect(problems).toMatchObject([
      {
        field: 'occupancy',
        value: 0.85,
        message: expect.stringContaining("(93.5 % with the autoscaler's tolerance)"),
      },
    ]);
  });

  test('a service so close to the limit that no occupancy holds', () => {
    const { plan, problems } = deriveCapacity(
      without({ ...INPUT, service: { meanSeconds: 0.0511 }, concurrencyPerPod: 1 }),
    );
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([
      { field: 'service.meanSeconds', message: expect.stringContaining('leaves less than 1 % of the slots usable') },
    ]);
  });

  test('a growth that no headroom meets', () => {
    const { problems } = derive({ growthPerSecond: 0.02 });
    expect(problems).toMatchObject([
      {
        field: 'growthPerSecond',
        message: expect.stringMatching(
          /^slots in use rise from 47.67 % to 104.9 % in the 60 s until a new pod serves;/,
        ),
      },
    ]);
    expect(derive({ growthPerSecond: 0.02, alwaysAtPeak: true }).problems).toEqual([]);
  });

  test('growth faster than an autoscaler doubles, with any spare capacity', () => {
    expect(derive({ growthPerSecond: 0.07, occupancy: 0.05 }).problems).toMatchObject([
      { field: 'growthPerSecond', message: expect.stringContaining('doubles at most every 15 s') },
    ]);
    expect(derive({ growthPerSecond: 0.066, occupancy: 0.05 }).problems).toEqual([]);
  });
});
