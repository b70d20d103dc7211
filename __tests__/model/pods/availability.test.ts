// Availability as one unit: the derivation, and contradicting inputs.
import {
  type AvailabilityInput,
  deriveAvailability,
  findAvailabilityProblems,
  findCadenceProblems,
} from '../../../lib/model/pods/availability';

const INPUT: AvailabilityInput = {
  minReplicas: 6,
  maxReplicas: 12,
  zones: 3,
  zonesLost: 1,
  startupBudgetSeconds: 30,
  options: {},
};

function derive(change: Partial<AvailabilityInput> = {}) {
  return deriveAvailability({ ...INPUT, ...change });
}

describe('the derivation', () => {
  test('a rollout adds pods before it takes any away', () => {
    expect(derive()).toMatchObject({ maxSurge: '50%', maxUnavailable: 0, minReadySeconds: 10 });
  });

  test('a rollout takes waves × (boot + minReady) at the largest size', () => {
    expect(derive().rolloutSeconds).toBe(2 * (30 + 10));
    expect(derive({ options: { maxSurge: '25%' } }).rolloutSeconds).toBe(4 * (30 + 10));
    expect(derive({ options: { maxSurge: 5 } }).rolloutSeconds).toBe(3 * (30 + 10));
    // 7 % of 100 are 7 pods in the API; 0.07 × 100 would round up to 8.
    expect(derive({ maxReplicas: 100, options: { maxSurge: '7%' } }).rolloutSeconds).toBe(15 * (30 + 10));
  });

  test('it is given up only after it should have ended', () => {
    const { progressDeadlineSeconds, rolloutSeconds } = derive();
    expect(progressDeadlineSeconds).toBe(180);
    expect(progressDeadlineSeconds).toBeGreaterThan(rolloutSeconds);
  });

  test('the grace period holds preStop, the longest request and a margin', () => {
    expect(derive().terminationGracePeriodSeconds).toBe(20 + 30 + 5);
    expect(derive({ options: { preStopSeconds: 10, longestRequestSeconds: 60 } }).terminationGracePeriodSeconds).toBe(
      75,
    );
  });

  test('one pod may be evicted at a time; a single replica has no budget', () => {
    expect(derive().disruption).toEqual({ maxUnavailable: 1 });
    expect(derive({ minReplicas: 1, zones: 0, zonesLost: 0 }).disruption).toBeUndefined();
  });

  test('minDomains is what remains after the promised loss', () => {
    expect(derive().zoneSpread).toEqual({ maxSkew: 1, minDomains: 2 });
    expect(derive({ zonesLost: 2 }).zoneSpread).toEqual({ maxSkew: 1, minDomains: 1 });
  });

  test('a cluster without zones gets no zone constraint', () => {
    expect(derive({ zones: 0, zonesLost: 0 }).zoneSpread).toBeUndefined();
  });

  test.each([
    [6, 3, 1, 4],
    [3, 2, 1, 1],
    [4, 2, 1, 2],
    [7, 3, 2, 2],
    [5, 3, 1, 3],
    [2, 3, 1, 1],
    [2, 3, 2, 0],
    [8, 3, 2, 2],
    [5, 0, 0, 5],
  ])('%i replicas over %i zones guarantee, %i lost, %i pods', (minReplicas, zones, zonesLost, guaranteed) => {
    expect(derive({ minReplicas, zones, zonesLost }).guaranteedAfterLoss).toBe(guaranteed);
  });
});

describe('contradictions', () => {
  test.each<[string, Partial<AvailabilityInput>, string, string]>([
    [
      'a budget that keeps every pod',
      { options: { disruption: { minAvailable: 6 } } },
      'disruption',
      'blocks every drain',
    ],
    ['a budget of 100 %', { options: { disruption: { minAvailable: '100%' } } }, 'disruption', 'blocks every drain'],
    ['a budget of 0 missing', { options: { disruption: { maxUnavailable: 0 } } }, 'disruption', 'blocks every drain'],
    [
      'a budget on a single replica',
      { minReplicas: 1, maxReplicas: 1, zones: 0, zonesLost: 0, options: { disruption: { minAvailable: 1 } } },
      'disruption',
      'blocks every drain',
    ],
    [
      'grace no longer than preStop + longest request',
      { options: { terminationGracePeriodSeconds: 50 } },
      'terminationGracePeriodSeconds',
      'the grace period must exceed',
    ],
    [
      'a spread stricter than the zones left',
      { options: { minDomains: 3 } },
      'minDomains',
      'would block every rollout',
    ],
    [
      'a missing pod with one replica',
      { minReplicas: 1, maxReplicas: 1, zones: 0, zonesLost: 0, options: { maxUnavailable: 1 } },
      'maxUnavailable',
      'stops the only pod',
    ],
    ['a rollout that can never begin', { options: { maxSurge: 0 } }, 'maxSurge', 'would never start'],
    [
      'a deadline before the first pod can be available',
      { options: { progressDeadlineSeconds: 40 } },
      'progressDeadlineSeconds',
      'a healthy rollout would time out',
    ],
    ['a loss of every zone', { zonesLost: 3 }, 'survives.zones', 'the cluster declares 3'],
    ['a loss where no zone is declared', { zones: 0 }, 'survives.zones', 'the cluster declares 0'],
    ['replicas that may all be in the lost zone', { minReplicas: 1, maxReplicas: 6 }, 'replicas', 'may take all of'],
    ['no replica while there is no work', { minReplicas: 0, maxReplicas: 6 }, 'replicas', 'there may be no pod'],
    ['replicas that may all be in the two lost zones', { minReplicas: 2, zonesLost: 2 }, 'replicas', 'may take all of'],
  ])('%s', (_, change, field, message) => {
    const found = findAvailabilityProblems({ ...INPUT, ...change });
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ field, message: expect.stringContaining(message) });
  });

  test.each<[string, Partial<AvailabilityInput>]>([
    ['the defaults', {}],
    ['the smallest grace', { options: { terminationGracePeriodSeconds: 51 } }],
    ['minDomains at the limit', { options: { minDomains: 2 } }],
    ['one missing pod of six', { options: { maxSurge: 0, maxUnavailable: 1 } }],
    ['a budget that leaves one', { options: { disruption: { minAvailable: 5 } } }],
    ['the first second after the first pod', { options: { progressDeadlineSeconds: 41 } }],
  ])('not: %s', (_, change) => {
    expect(findAvailabilityProblems({ ...INPUT, ...change })).toEqual([]);
  });
});

describe('P4: releases that come every two minutes', () => {
  // 2 waves × (30 + 10) s, and 20 + 10 + 5 s of grace
  const every = (seconds: number) =>
    findCadenceProblems({ ...INPUT, options: { longestRequestSeconds: 10, releaseEverySeconds: seconds } });

  test('hold where rollout and grace are over', () => {
    expect(every(115)).toEqual([]);
    expect(findCadenceProblems(INPUT)).toEqual([]);
  });

  test('are refused one second earlier, with the sum', () => {
    expect(every(114)).toEqual([
      {
        field: 'releaseEverySeconds',
        value: 114,
        message:
          'a release of 12 pods takes 115 s: 2 waves × (30 s boot + 10 s minReady) + 35 s until the last old pod has gone',
        expected: 'at least 115, or a shorter boot, a larger surge, or shorter requests',
      },
    ]);
  });
});
