// Owners: no object is applied by two, and none by another system's Application.
import { findOwnerProblems } from '../../../lib/analysis/gitops/owners';
import { deliveriesOf, type FiledObject } from '../../../lib/analysis/gitops/stages';
import { gitOpsOf } from '../../../lib/model/platform/gitops';
import { FLUX } from '../../support/delivered';

/** An object of a system: `shop` in its namespace, unless another one is given. */
function filed(file: string, kind: string, name: string, namespace: string, system = 'shop'): FiledObject {
  const identity = { group: '', kind, name, namespace };
  const manifest = { apiVersion: 'v1', kind, metadata: { name, namespace } };
  const origin = {
    construct: `main/${system}/${name}`,
    source: () => ({ file: 'charts/shop.ts', line: 3, column: 1 }),
  };
  return { file, entry: { identity, manifest, origin, cluster: 'main', systemNamespace: `${system}-prod` } };
}

const owners = (objects: readonly FiledObject[], controllers: Parameters<typeof findOwnerProblems>[1] = []) =>
  deliveriesOf(objects, gitOpsOf(FLUX)).deliveries.flatMap((delivery) => findOwnerProblems(delivery, controllers));

const SOUND = [
  filed('05-shop-prod.yaml', 'LimitRange', 'shop', 'shop-prod'),
  filed('07-shop-prod.yaml', 'ConfigMap', 'migrate', 'shop-prod'),
  filed('10-shop-prod.yaml', 'ConfigMap', 'web', 'shop-prod'),
  filed('10-blog-prod.yaml', 'ConfigMap', 'web', 'blog-prod', 'blog'),
];

test('objects with one owner each are not reported', () => expect(owners(SOUND)).toEqual([]));

test('an object in two files has two owners: an error with the line', () => {
  const [finding, ...others] = owners([...SOUND, filed('10-shop-prod.yaml', 'ConfigMap', 'migrate', 'shop-prod')]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    rule: 'gitops-owner',
    severity: 'error',
    message: '10-shop-prod and 07-shop-prod would both own ConfigMap shop-prod/migrate',
    source: { file: 'charts/shop.ts', line: 3 },
  });
});

test('an object in the namespace of another system has that system as its owner', () => {
  const [finding, ...others] = owners([...SOUND, filed('10-shop-prod.yaml', 'ConfigMap', 'theirs', 'blog-prod')]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    rule: 'gitops-owner',
    message: '10-shop-prod would own ConfigMap blog-prod/theirs, in the namespace of blog-prod',
    construct: 'main/shop/theirs',
  });
  expect(owners([...SOUND, filed('10-shop-prod.yaml', 'ConfigMap', 'shared', 'monitoring')])).toEqual([]);
});

test('an object of the controller itself is not in dist too', () => {
  const root = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'shop-prod' } };
  expect(owners(SOUND, [root])).toMatchObject([
    { message: '10-shop-prod and gitops/main would both own ConfigMap shop-prod/web' },
  ]);
});

test('two objects of one file are the business of other rules', () => {
  const [one] = SOUND;
  expect(one === undefined ? [] : owners([one, one])).toEqual([]);
});

test('a name that does not fit into a label is an error', () => {
  const findingsOf = (letters: number) =>
    deliveriesOf([filed(`10-${'a'.repeat(letters)}.yaml`, 'ConfigMap', 'web', 'shop-prod')], gitOpsOf(FLUX)).findings;
  expect(findingsOf(60)).toEqual([]);
  expect(findingsOf(61)).toMatchObject([
    { rule: 'gitops-name', severity: 'error', message: expect.stringContaining('has 64 characters') },
  ]);
});
