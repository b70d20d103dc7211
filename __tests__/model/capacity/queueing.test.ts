// Queueing: the vectors, an event simulation of our own as the second witness, and the limits of the formulas.
import {
  arrivalRate,
  erlangC,
  highestOccupancy,
  longestService,
  meanWait,
  responseQuantile,
  responseTail,
  type Station,
} from '../../../lib/model/capacity/queueing';

/** c, λ in requests/s, S in ms; Erlang C, 98th percentile in ms, P(T > 200 ms). */
const VECTORS: readonly (readonly [number, number, number, number, number, number])[] = [
  [8, 100, 50, 0.16727, 199.6, 0.01985],
  [8, 128, 40, 0.18548, 160.2, 0.0074],
  [16, 260, 50, 0.33426, 203.3, 0.02138],
  [4, 50, 50, 0.31986, 218.1, 0.02845],
  [1, 10, 40, 0.4, 260.8, 0.04979],
];

function station(concurrency: number, arrivalsPerSecond: number, milliseconds: number, variation = 1): Station {
  const service = { meanSeconds: milliseconds / 1000, coefficientOfVariation: variation };
  return { concurrency, arrivalsPerSecond, service };
}

describe('the interactive law', () => {
  test.each([
    [5, 6000],
    [10, 3000],
    [30, 1000],
  ])('30,000 users who think for %i s send %i requests/s', (think, rate) => {
    expect(arrivalRate(30_000, think)).toBe(rate);
  });

  test('users send no requests while they wait for an answer', () => {
    expect(arrivalRate(30_000, 9.8, 0.2)).toBe(3000);
  });
});

describe('vectors', () => {
  test.each(VECTORS)('%i slots, %i requests/s of %i ms', (c, rate, milliseconds, waiting, quantile, tail) => {
    const pod = station(c, rate, milliseconds);
    expect(erlangC(c, (rate * milliseconds) / 1000)).toBeCloseTo(waiting, 5);
    expect(responseQuantile(pod, 0.98) * 1000).toBeCloseTo(quantile, 1);
    expect(responseTail(pod, 0.2)).toBeCloseTo(tail, 5);
  });

  test('where spare rate and service rate are equal, the formula has no gap', () => {
    // c·μ − λ = μ: 2 slots, μ = 10, λ = 10.
    const at = (rate: number) => responseTail(station(2, rate, 100), 0.2);
    expect(at(10)).toBeCloseTo(Math.exp(-2) * (1 + erlangC(2, 1) * 2), 12);
    expect(at(10 - 1e-7)).toBeCloseTo(at(10), 7);
    expect(at(10 + 1e-4)).toBeCloseTo(at(10), 4);
  });

  test('one slot is the M/M/1 queue: P(T > t) = e^(−(μ − λ)t), mean wait ρ ÷ (μ − λ)', () => {
    expect(responseTail(station(1, 10, 40), 0.2)).toBeCloseTo(Math.exp(-(25 - 10) * 0.2), 12);
    expect(meanWait(station(1, 10, 40))).toBeCloseTo(0.4 / 15, 12);
  });

  test('a constant service: the mean wait is half of the exponential one (Pollaczek and Khinchine)', () => {
    expect(meanWait(station(1, 10, 40, 0))).toBeCloseTo(0.4 / 15 / 2, 12);
  });

  test('ten thousand slots do not overflow', () => {
    expect(erlangC(10_000, 9_900)).toBeGreaterThan(0.1);
    expect(erlangC(10_000, 9_900)).toBeLessThan(0.5);
  });
});

describe('service times too long for any replica count', () => {
  test('98 % within 200 ms needs an exponential service of 51.1 ms or less', () => {
    expect(longestService(0.98, 0.2) * 1000).toBeCloseTo(200 / Math.log(50), 6);
    expect(longestService(0.98, 0.2) * 1000).toBeCloseTo(51.1, 1);
  });

  test('of 200 ms where it is constant, of less where it varies more', () => {
    expect(longestService(0.98, 0.2, 0)).toBeCloseTo(0.2, 9);
    expect(longestService(0.98, 0.2, 2)).toBeLessThan(longestService(0.98, 0.2));
  });

  test('the highest occupancy meets the quantile, and a little more does not', () => {
    const service = { meanSeconds: 0.04 };
    const highest = highestOccupancy(8, service, 0.98, 0.2);
    const tail = (occupancy: number) => responseTail(station(8, (occupancy * 8) / 0.04, 40), 0.2);
    expect(tail(highest)).toBeLessThanOrEqual(0.02);
    expect(tail(highest + 0.001)).toBeGreaterThan(0.02);
    expect(highestOccupancy(8, { meanSeconds: 0.06 }, 0.98, 0.2)).toBeLessThan(1e-9);
  });

  test('full load is never answered in time', () => {
    expect(responseTail(station(4, 100, 40), 5)).toBe(1);
    expect(responseQuantile(station(4, 100, 40), 0.98)).toBe(Infinity);
    expect(meanWait(station(4, 100, 40))).toBe(Infinity);
  });
});

describe('an event simulation as second witness', () => {
  // Globals are slow to look up where tests run: 3 s instead of 1.
  const { log, max } = Math;
  /** Numbers between 0 and 1 that a seed decides (Park and Miller). */
  const seeded = (seed: number) => () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };

  /** Requests that arrive at random, first come first served: the share that waits, and the 98th percentile in seconds. */
  function simulate(pod: Station, requests: number, serve: (random: () => number) => number) {
    const random = seeded(98_200);
    const free = new Float64Array(pod.concurrency);
    const took = new Float64Array(requests);
    let now = 0;
    let waited = 0;
    for (let request = 0; request < requests; request++) {
      now -= log(1 - random()) / pod.arrivalsPerSecond;
      let slot = 0;
      let first = Number.POSITIVE_INFINITY;
      for (let other = 0; other < free.length; other++) {
        const time = free[other] ?? 0;
        if (time < first) {
          first = time;
          slot = other;
        }
      }
      if (first > now) waited++;
      const end = max(now, first) + serve(random);
      free[slot] = end;
      took[request] = end - now;
    }
    return { waited: waited / requests, quantile: took.sort()[Math.ceil(0.98 * requests) - 1] ?? Number.NaN };
  }

  test.each(VECTORS)('%i slots, %i requests/s of %i ms: within 2 %%', (c, rate, milliseconds) => {
    const pod = station(c, rate, milliseconds);
    const exponential = (random: () => number) => (-log(1 - random()) * milliseconds) / 1000;
    const { waited, quantile } = simulate(pod, 300_000, exponential);
    // Waits come in bunches: of 300,000 requests, their share is known less well than the percentile.
    expect(Math.abs(waited / erlangC(c, (rate * milliseconds) / 1000) - 1)).toBeLessThan(0.05);
    expect(Math.abs(quantile / responseQuantile(pod, 0.98) - 1)).toBeLessThan(0.02);
  });

  // Erlang of four stages (v = 0.5), constant (v = 0), and two kinds of request with v = 2.
  const stages = (random: () => number) => -log((1 - random()) * (1 - random()) * (1 - random()) * (1 - random())) / 4;
  const kinds = (random: () => number) => {
    const share = (1 + Math.sqrt(3 / 5)) / 2;
    const part = random() < share ? share : 1 - share;
    return -log(1 - random()) / (2 * part);
  };
  test.each<[number, (random: () => number) => number]>([
    [0, () => 1],
    [0.5, stages],
    [2, kinds],
  ])('a variation of %d is an approximation: within 10 %%', (variation, serve) => {
    const pod = station(8, 128, 40, variation);
    const { quantile } = simulate(pod, 300_000, (random) => serve(random) * 0.04);
    expect(Math.abs(quantile / responseQuantile(pod, 0.98) - 1)).toBeLessThan(0.1);
  });
});
