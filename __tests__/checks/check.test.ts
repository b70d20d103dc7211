import { check } from '../../lib/checks';
import { configMap, deployment, namespace } from '../../lib/checks/examples';
import { entries, entry } from './support';

const line = (number: number) => ({ file: 'charts/shop.ts', line: number, column: 3 });

test('a finding says who, where and what, and nothing that it does not know', () => {
  const found = check([entry(deployment({ replicas: -1 }), { construct: 'shop/web', source: () => line(7) })]);
  expect(found).toEqual([
    {
      rule: 'replicas',
      severity: 'error',
      message: '-1 cannot be a count',
      expected: 'an integer of 0 or more',
      construct: 'shop/web',
      object: 'apps/Deployment shop/web',
      field: '/spec/replicas',
      value: -1,
      source: line(7),
    },
  ]);
});

test('sources are looked up only for what is reported', () => {
  const source = jest.fn(() => line(1));
  check([entry(deployment(), { source }), entry(namespace, { source })]);
  expect(source).not.toHaveBeenCalled();
});

test('findings come by cluster, construct, rule and place, however the objects come', () => {
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

test('a list judged again after it grew is judged again as a whole', () => {
  const objects = entries([deployment()]);
  expect(check(objects)).toEqual([]);
  objects.push(...entries([deployment()]));
  expect(check(objects).map(({ rule }) => rule)).toEqual(['duplicate-identity']);
});

test('an empty app has nothing wrong with it', () => {
  expect(check([])).toEqual([]);
});
