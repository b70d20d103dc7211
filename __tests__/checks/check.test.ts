import { check, rules } from '../../lib/checks';
import { configMap, container, deployment, namespace, object } from '../../lib/checks/examples';
import { isJsonObject, type JsonObject } from '../../lib/model/manifest/json';
import { entries, entry } from './support';

const line = (number: number) => ({ file: 'charts/shop.ts', line: number, column: 3 });

test('a finding has construct, place and problem, and no unknown fields', () => {
  const found = check([entry(deployment({ replicas: -1 }), { construct: 'shop/web', source: () => line(7) })]);
  expect(found).toEqual([
    {
      rule: 'replicas',
      severity: 'error',
      message: '-1 is not a valid count',
      expected: 'an integer of 0 or more',
      construct: 'shop/web',
      object: 'apps/Deployment shop/web',
      field: '/spec/replicas',
      value: -1,
      source: line(7),
    },
  ]);
});

const labelled = {
  ...namespace,
  metadata: { name: 'shop', labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } },
};

test('sources are looked up only for findings', () => {
  const source = jest.fn(() => line(1));
  check([entry(deployment(), { source }), entry(labelled, { source })]);
  expect(source).not.toHaveBeenCalled();
});

test('findings are sorted by cluster, construct, rule and place, regardless of the order of objects', () => {
  const made = [
    entry(deployment({ replicas: -1, minReadySeconds: -1 }), { cluster: 'b', construct: 'a' }),
    entry(configMap({ 'a b': 1 }), { cluster: 'a', construct: 'z' }),
    entry(configMap({ 'a b': '' }, 'other'), { cluster: 'a', construct: 'b' }),
  ];
  const order = (list: typeof made) => check(list).map(({ construct, rule, field }) => `${construct} ${rule} ${field}`);
  expect(order(made)).toEqual([
    'b config-key /data/a b',
    'z config-key /data/a b',
    'z config-key /data/a b',
    'a replicas /spec/minReadySeconds',
    'a replicas /spec/replicas',
  ]);
  expect(order([...made].reverse())).toEqual(order(made));
});

test('a list that has grown is checked again in full', () => {
  const objects = entries([deployment()]);
  expect(check(objects)).toEqual([]);
  objects.push(...entries([deployment()]));
  expect(check(objects).map(({ rule }) => rule)).toEqual(['duplicate-identity']);
});

test('an empty app has no findings', () => {
  expect(check([])).toEqual([]);
});

// J12: what may be a matter of judgement has a way out, for every object, whatever made it
describe('a reason in an annotation', () => {
  const LATEST = { containers: [container({ image: 'web:latest' })] };
  const annotated = (manifest: JsonObject, annotations: JsonObject): JsonObject => ({
    ...manifest,
    metadata: { ...(isJsonObject(manifest.metadata) ? manifest.metadata : {}), annotations },
  });
  const rulesOf = (...manifests: readonly JsonObject[]) => check(entries(manifests)).map(({ rule }) => rule);

  test('excuses what its rule refuses, in its own object only', () => {
    const key = 'evenkeel.dev/image-reference-reason';
    const web = deployment({}, LATEST);
    expect(rulesOf(web)).toEqual(['image-reference']);
    expect(check(entries([web]))[0]?.expected).toBe(
      `a tag that never moves, or a digest, or a reason in the annotation ${key}`,
    );
    expect(rulesOf(annotated(web, { [key]: 'a sandbox' }))).toEqual([]);
    expect(rulesOf(annotated(web, { [key]: 'a sandbox' }), deployment({}, LATEST, 'other'))).toEqual([
      'image-reference',
    ]);
  });

  test.each<[string, JsonObject]>([
    ['plain-secret', object('v1', 'Secret', 'demo', { stringData: { password: 'demo' } })],
    [
      'rbac-wildcard',
      object('rbac.authorization.k8s.io/v1', 'Role', 'all', {
        rules: [{ apiGroups: ['a.example'], resources: ['*'], verbs: ['get'] }],
      }),
    ],
    ['disruption-budget', object('policy/v1', 'PodDisruptionBudget', 'web', { spec: { maxUnavailable: 0 } })],
    ['kind-off-by-default', object('resource.k8s.io/v1beta1', 'ResourceClaim', 'gpu', {})],
    ['unknown-kind', object('example.com/v1', 'Widget', 'web', {})],
  ])('for %s', (id, manifest) => {
    const rule = rules.find((each) => each.id === id);
    expect(rulesOf(manifest)).toEqual([id]);
    expect(rulesOf(annotated(manifest, { [rule?.reason ?? '']: 'it is meant' }))).toEqual([]);
  });

  test('excuses nothing that cannot work', () => {
    const broken = deployment({}, { containers: [container({ image: 'Web:1' })] });
    const excused = annotated(broken, { 'evenkeel.dev/image-reference-reason': 'it is meant' });
    expect(rulesOf(excused)).toEqual(['image-reference', 'unused-reason']);
    expect(check(entries([broken]))[0]?.expected).not.toMatch(/reason/);
    const unnamed = annotated(object('v1', 'Service', 'a_b', {}), { 'evenkeel.dev/object-name-reason': 'it is meant' });
    expect(rulesOf(unnamed)).toEqual(expect.arrayContaining(['object-name', 'unused-reason']));
  });

  test('for nothing is a warning; a blank one excuses nothing', () => {
    const key = 'evenkeel.dev/image-reference-reason';
    const reasons = (...manifests: readonly JsonObject[]) =>
      check(entries(manifests)).filter(({ rule }) => rule === 'unused-reason');
    expect(reasons(annotated(deployment(), { [key]: 'it is meant' }))).toEqual([
      expect.objectContaining({
        severity: 'warning',
        object: 'apps/Deployment shop/web',
        field: '/metadata/annotations/evenkeel.dev~1image-reference-reason',
        message: `the reason in ${key} excuses nothing`,
      }),
    ]);
    expect(reasons(annotated(deployment({}, LATEST), { 'evenkeel.dev/image-refrence-reason': 'x' }))).toEqual([
      expect.objectContaining({ message: expect.stringContaining(`did you mean ${key}?`) }),
    ]);
    expect(rulesOf(annotated(deployment({}, LATEST), { [key]: ' ' }))).toEqual(['image-reference']);
    expect(rulesOf(annotated(deployment({}, LATEST), { [key]: 1 }))).toContain('image-reference');
    expect(reasons(annotated(deployment(), { 'example.com/image-reference-reason': 'x' }))).toEqual([]);
  });
});
