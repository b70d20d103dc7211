// Pods that are replaced in place: they stop before their successors start.
import { deriveInPlace, findInPlaceCadenceProblems, findInPlaceProblems } from '../../../lib/model/pods/in-place';
import { peakPods } from '../../../lib/model/pods/replacement';

const INPUT = { minReplicas: 3, maxReplicas: 3, zones: 3, zonesLost: 1, startupBudgetSeconds: 20, options: {} };

test('a rollout stops and starts one pod after the other, without a surge', () => {
  expect(deriveInPlace(INPUT)).toMatchObject({ maxSurge: 0, maxUnavailable: 1, rolloutSeconds: 3 * (55 + 20 + 10) });
  expect(findInPlaceProblems(INPUT)).toEqual([]);
  expect(peakPods(3, 'inPlace').value).toBe(3);
});

test('a surge is refused, and a single pod may be away', () => {
  const single = { ...INPUT, minReplicas: 1, maxReplicas: 1, zonesLost: 0 };
  expect(findInPlaceProblems(single)).toEqual([]);
  expect(findInPlaceProblems({ ...single, options: { maxSurge: '50%', maxUnavailable: 1 } })).toMatchObject([
    { field: 'maxSurge' },
    { field: 'maxUnavailable' },
  ]);
});

test('a cadence includes the stop of each pod', () => {
  expect(findInPlaceCadenceProblems({ ...INPUT, options: { releaseEverySeconds: 255 } })).toEqual([]);
  expect(findInPlaceCadenceProblems({ ...INPUT, options: { releaseEverySeconds: 254 } })).toMatchObject([
    { field: 'releaseEverySeconds', expected: expect.stringContaining('at least 255') },
  ]);
});
