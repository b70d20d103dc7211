import { check } from '../../lib/checks';
import { configMap, deployment, namespace } from '../../lib/checks/examples';
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
