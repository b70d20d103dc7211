// 09: the number of pods on its way from a manifest to an autoscaler, and back.
import { type ObjectChanges, pairObjects } from '../../../lib/analysis/changes/object-pairs';
import { checkChanges } from '../../../lib/checks/changes/check-changes';
import { autoscaler, deployment, object } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entries } from '../support';

function changes(before: readonly JsonObject[], after: readonly JsonObject[]): ObjectChanges {
  const objects = entries(before).map(({ identity, manifest, cluster }) => ({ identity, manifest, cluster }));
  return pairObjects({ ref: 'HEAD', objects, known: new Set() }, entries(after));
}

const found = (before: readonly JsonObject[], after: readonly JsonObject[]) => checkChanges(changes(before, after));

const six = deployment({ replicas: 6 });
const none = deployment();

describe('from replicas to an autoscaler', () => {
  it('warns that apply scales to one, with the way for each delivery', () => {
    expect(found([six], [none, autoscaler({ minReplicas: 6 })])).toMatchObject([
      {
        rule: 'replicas-handover',
        severity: 'warning',
        object: 'apps/Deployment shop/web',
        field: '/spec/replicas',
        message: 'the apply scales web from 6 pods to 1, until its autoscaler acts',
        fix: expect.stringMatching(/-n shop apply edit-last-applied deployment web.*--field-manager=handover-to-hpa/),
      },
    ]);
  });
  it('and for KEDA', () => {
    const scaled = object('keda.sh/v1alpha1', 'ScaledObject', 'web', { spec: { scaleTargetRef: { name: 'web' } } });
    expect(found([six], [none, scaled])).toMatchObject([{ rule: 'replicas-handover' }]);
  });
  test.each<[string, JsonObject[], JsonObject[]]>([
    ['one replica, which is the default', [deployment({ replicas: 1 })], [none, autoscaler({})]],
    ['an autoscaler as before', [none, autoscaler({})], [none, autoscaler({ maxReplicas: 9 })]],
    ['another number of replicas', [six], [deployment({ replicas: 3 })]],
    [
      'an autoscaler of another workload',
      [six],
      [six, autoscaler({ scaleTargetRef: { kind: 'Deployment', name: 'x' } }, 'x')],
    ],
    ['a new workload', [], [none, autoscaler({})]],
  ])('is silent about %s', (_what, before, after) => expect(found(before, after)).toEqual([]));
});

describe('an autoscaler that is gone', () => {
  it('warns that it goes on where nothing prunes', () => {
    expect(found([none, autoscaler({})], [six])).toMatchObject([
      {
        rule: 'autoscaler-left',
        severity: 'warning',
        object: 'apps/Deployment shop/web',
        fix: expect.stringContaining('kubectl -n shop delete horizontalpodautoscaler web'),
      },
    ]);
  });
  it('and when another takes over', () => {
    const scaled = object('keda.sh/v1alpha1', 'ScaledObject', 'web', { spec: { scaleTargetRef: { name: 'web' } } });
    expect(found([none, autoscaler({})], [none, scaled])).toMatchObject([
      { rule: 'autoscaler-left', expected: expect.stringContaining('keda.sh/ScaledObject shop/web') },
    ]);
  });
  it('is silent where what it scaled is gone too', () => {
    expect(found([none, autoscaler({})], [])).toEqual([]);
  });
});

test.each([null, 1, 'x', [], { scaleTargetRef: 1 }, { replicas: {} }])('any spec: %j', (spec) => {
  const odd = [
    object('apps/v1', 'Deployment', 'web', { spec }),
    object('autoscaling/v2', 'HorizontalPodAutoscaler', 'web', { spec }),
  ];
  expect(() => [found(odd, [six]), found([six, autoscaler({})], odd), found(odd, [])]).not.toThrow();
});
