// Pods that exist at once: the bound, and a simulated rollout as its second witness.

import { findSchemaProblems } from '../../../lib/model/finding/schema';
import {
  type PodBound,
  peakPods,
  podCount,
  REPLACEMENT,
  type Replacement,
  type RollingUpdate,
} from '../../../lib/model/pods/replacement';
import { seeded } from '../../support/random';

const ROLLING: RollingUpdate = {
  maxSurge: '50%',
  terminationGracePeriodSeconds: 55,
  fastestAvailableSeconds: 40,
};

describe('a bound of pods', () => {
  test.each<[PodBound, number, number]>([
    [3, 10, 3],
    ['25%', 10, 3],
    ['7%', 100, 7],
    ['55%', 100, 55],
    ['0%', 10, 0],
  ])('%s of %i is %i, rounded up', (bound, replicas, pods) => {
    expect(podCount(bound, replicas, Math.ceil)).toBe(pods);
  });
});

describe('pods that exist at once', () => {
  test('the wanted pods, the surge, and those still stopping', () => {
    expect(peakPods(10, ROLLING)).toEqual({
      value: 10 + 5 + 10,
      because:
        '10 wanted + 5 surge + 10 that still stop (5 pods at a time every 40 s or more, each for up to 55 s) = 25 pods',
    });
  });

  test('a grace period shorter than a wave still overlaps the wave that it began in', () => {
    expect(peakPods(10, { ...ROLLING, terminationGracePeriodSeconds: 30 }).value).toBe(10 + 5 + 5);
  });

  test('a pod that may be missing stops one more at a time', () => {
    const replacement = { ...ROLLING, maxSurge: 2, maxUnavailable: '10%', terminationGracePeriodSeconds: 30 } as const;
    expect(peakPods(10, replacement).value).toBe(10 + 2 + 3);
  });

  test('bounds that both round to 0 allow one missing pod, as the controller does', () => {
    const replacement = { ...ROLLING, maxSurge: 0, maxUnavailable: '10%', terminationGracePeriodSeconds: 30 } as const;
    expect(peakPods(3, replacement).value).toBe(3 + 0 + 1);
  });

  test('never more than all of them stop', () => {
    expect(peakPods(4, { ...ROLLING, maxSurge: 3, terminationGracePeriodSeconds: 3600 }).value).toBe(4 + 3 + 4);
  });

  test('blue and green are two full copies', () => {
    expect(peakPods(7, 'blueGreen')).toEqual({ value: 14, because: 'blue and green at once: 2 × 7 = 14 pods' });
  });
});

describe('against a simulated rollout', () => {
  /** The most pods that exist at once in a release in which no pod is available before `fastest` and none after `slowest`. */
  function simulatedPeak(replicas: number, rolling: RollingUpdate, slowest: number, random: () => number): number {
    const surge = podCount(rolling.maxSurge, replicas, Math.ceil);
    const missing = podCount(rolling.maxUnavailable ?? 0, replicas, Math.floor);
    const gone: number[] = [];
    let peak = replicas;
    let now = 0;
    let old = replicas;
    let ready = 0;
    const booting: number[] = [];
    while (old > 0) {
      // The controller: stop as many old pods as availability allows, then start as many new ones as the surge allows.
      const stop = Math.min(old, old + ready - (replicas - missing));
      old -= stop;
      for (let pod = 0; pod < stop; pod++) gone.push(now + rolling.terminationGracePeriodSeconds);
      while (old + ready + booting.length < replicas + surge && ready + booting.length < replicas) {
        booting.push(now + rolling.fastestAvailableSeconds + random() * (slowest - rolling.fastestAvailableSeconds));
      }
      const stopping = gone.filter((end) => end >= now).length;
      peak = Math.max(peak, old + ready + booting.length + stopping);
      if (booting.length === 0) break;
      now = Math.min(...booting);
      booting.splice(booting.indexOf(now), 1);
      ready++;
      // Pods that become ready at the same instant are seen together.
      while (booting.includes(now)) {
        booting.splice(booting.indexOf(now), 1);
        ready++;
      }
    }
    return peak;
  }

  test('500 rollouts never hold more pods than the bound, and come close to it', () => {
    const random = seeded(20261121);
    let closest = 0;
    for (let trial = 0; trial < 500; trial++) {
      const replicas = 1 + Math.floor(random() * 40);
      const rolling = {
        maxSurge: `${Math.ceil(random() * 100)}%`,
        maxUnavailable: `${Math.floor(random() * 40)}%`,
        terminationGracePeriodSeconds: Math.ceil(random() * 90),
        fastestAvailableSeconds: 5 + Math.floor(random() * 40),
      } as const;
      const slowest = rolling.fastestAvailableSeconds * (random() < 0.5 ? 1 : 1 + random());
      const peak = simulatedPeak(replicas, rolling, slowest, random);
      const bound = peakPods(replicas, rolling).value;
      expect({ replicas, rolling, peak: Math.min(peak, bound) }).toEqual({ replicas, rolling, peak });
      closest = Math.max(closest, peak / bound);
    }
    expect(closest).toBe(1);
  });

  test('a count that assumes an even rollout, maxR × grace ÷ duration, is too small', () => {
    const rolling = { ...ROLLING, terminationGracePeriodSeconds: 30 };
    const even = 10 + 5 + Math.ceil((10 * 30) / (2 * 40));
    expect(simulatedPeak(10, rolling, 40, () => 0)).toBe(20);
    expect(even).toBe(19);
  });
});

describe('invalid input', () => {
  const find = (replacement: Replacement) => findSchemaProblems(REPLACEMENT, replacement, 'clock');

  test.each<[string, Partial<RollingUpdate>, string]>([
    ['a fraction of a pod', { maxSurge: 1.5 }, 'clock.maxSurge'],
    ['a negative surge', { maxSurge: -1 }, 'clock.maxSurge'],
    ['a fraction of a percent', { maxSurge: '2.5%' }, 'clock.maxSurge'],
    ['a rollout that never begins', { maxSurge: '0%' }, 'clock.maxSurge'],
    ['NaN pods missing', { maxUnavailable: Number.NaN }, 'clock.maxUnavailable'],
    ['a negative grace', { terminationGracePeriodSeconds: -1 }, 'clock.terminationGracePeriodSeconds'],
    ['pods available at once', { fastestAvailableSeconds: 0 }, 'clock.fastestAvailableSeconds'],
  ])('%s', (_, change, field) => {
    expect(find({ ...ROLLING, ...change })).toMatchObject([{ field }]);
  });

  test('not: the defaults, blue-green', () => {
    expect(find(ROLLING)).toEqual([]);
    expect(find('blueGreen')).toEqual([]);
  });
});
