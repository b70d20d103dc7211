import { configMap, deployment, object, service } from '../../../lib/checks/examples';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const a = (length: number): string => 'a'.repeat(length);
const named = (kind: string, name: string, spec: JsonObject = {}): JsonObject => {
  const [apiVersion = '', type = ''] = kind.split(' ');
  return object(apiVersion, type, name, { spec });
};

test.each([
  ['v1 Namespace', a(63), true],
  ['v1 Namespace', a(64), false],
  ['v1 Namespace', 'a.b', false],
  ['v1 Service', a(63), true],
  ['v1 Service', a(64), false],
  ['v1 Service', '1a', false],
  ['v1 Service', 'a1', true],
  ['serving.knative.dev/v1 Service', '1a', true],
  ['v1 ConfigMap', `${a(63)}.${a(189)}`, true],
  ['v1 ConfigMap', `${a(63)}.${a(190)}`, false],
  ['v1 ConfigMap', 'kube-root-ca.crt', true],
  ['v1 ConfigMap', 'A', false],
  ['v1 ConfigMap', 'a_b', false],
  ['v1 ConfigMap', 'a..b', false],
  ['v1 ConfigMap', '-a', false],
  ['v1 ConfigMap', 'a-', false],
  ['apps/v1 StatefulSet', a(52), true],
  ['apps/v1 StatefulSet', a(53), false],
  ['apps/v1 StatefulSet', 'a.b', false],
  ['apps/v1 Deployment', a(253), true],
  ['apps/v1 Deployment', a(254), false],
  ['batch/v1 CronJob', a(52), true],
  ['batch/v1 CronJob', a(53), false],
  ['batch/v1 Job', a(63), true],
  ['batch/v1 Job', a(64), false],
  ['rbac.authorization.k8s.io/v1 Role', 'system:Node_1', true],
  ['rbac.authorization.k8s.io/v1 Role', 'a/b', false],
  ['rbac.authorization.k8s.io/v1 ClusterRole', 'a%b', false],
  ['rbac.authorization.k8s.io/v1 RoleBinding', '..', false],
  ['rbac.authorization.k8s.io/v1 RoleBinding', '...', true],
  ['policy/v1 PodDisruptionBudget', 'Web_1', true],
  ['scheduling.k8s.io/v1 PriorityClass', 'system-mine', false],
  ['example.com/v1 Thing', 'a.b', true],
  ['example.com/v1 Thing', 'A', false],
])('a %s named %s: %s', (kind, name, fine) => {
  expect(fields('object-name', named(kind, name))).toEqual(fine ? [] : ['/metadata/name']);
});

test('a CustomResourceDefinition is named plural.group', () => {
  const crd = (name: string) =>
    named('apiextensions.k8s.io/v1 CustomResourceDefinition', name, {
      group: 'example.com',
      names: { plural: 'things' },
    });
  expect(fields('object-name', crd('things.example.com'))).toEqual([]);
  expect(findings('object-name', crd('thing.example.com'))).toMatchObject([{ expected: 'things.example.com' }]);
});

test('an invalid name comes with a suggestion', () => {
  expect(findings('object-name', deployment({}, {}, 'Bad_Name!'))).toMatchObject([
    { field: '/metadata/name', value: 'Bad_Name!', fix: 'for example "bad-name"' },
  ]);
});

test.each<[JsonObject, string[]]>([
  [{}, ['/apiVersion', '/kind', '/metadata/name']],
  [{ apiVersion: '', kind: 1, metadata: { name: null } }, ['/apiVersion', '/kind', '/metadata/name']],
  [{ apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'a-' } }, ['/metadata/name']],
  [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', generateName: 'a-' } }, []],
  [{ apiVersion: 'v1', kind: 'List', items: [] }, []],
])('%j lacks %j', (manifest, expected) => {
  expect(fields('object-shape', manifest)).toEqual(expected);
});

test.each([
  ['shop', true],
  [a(63), true],
  [a(64), false],
  ['Shop', false],
  ['a.b', false],
  [7, false],
])('namespace %s: %s', (namespace, fine) => {
  const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace } };
  expect(fields('namespace-name', manifest)).toEqual(fine ? [] : ['/metadata/namespace']);
});

const labelled = (labels: JsonObject, annotations: JsonObject = {}): JsonObject => ({
  ...configMap({}),
  metadata: { name: 'a', labels, annotations },
});

test.each([
  [a(63), true],
  [a(64), false],
  [`${a(63)}.${a(189)}/${a(63)}`, true],
  [`${a(63)}.${a(190)}/a`, false],
  [`a/${a(64)}`, false],
  ['A_b.C-1', true],
  ['Example.com/a', false],
  ['a/', false],
  ['/a', false],
  ['a/b/c', false],
  ['-a', false],
  ['a-', false],
  ['é', false],
])('label key %s: %s', (key, fine) => {
  expect(fields('label-key', labelled({ [key]: 'x' }))).toEqual(
    fine ? [] : [`/metadata/labels/${key.replaceAll('/', '~1')}`],
  );
});

test.each([
  ['', true],
  [a(63), true],
  [a(64), false],
  ['A_b.C-1', true],
  ['-a', false],
  ['a.', false],
  ['a b', false],
  [true, false],
  [1.2, false],
  [null, true],
])('label value %j: %s', (value, fine) => {
  expect(fields('label-value', labelled({ app: value }))).toEqual(fine ? [] : ['/metadata/labels/app']);
});

test('labels are checked wherever pods or nodes are selected', () => {
  const bad = { 'a b': 'c d' };
  const pod = {
    metadata: { labels: bad },
    spec: { nodeSelector: bad, topologySpreadConstraints: [{ labelSelector: { matchLabels: bad } }] },
  };
  const expected = [
    '/spec/selector/matchLabels/a b',
    '/spec/template/metadata/labels/a b',
    '/spec/template/spec/nodeSelector/a b',
    '/spec/template/spec/topologySpreadConstraints/0/labelSelector/matchLabels/a b',
  ];
  const manifest = deployment({ selector: { matchLabels: bad }, template: pod });
  expect(fields('label-key', manifest)).toEqual(expected);
  expect(fields('label-value', manifest)).toEqual(expected);
  expect(fields('label-key', service({ selector: bad }))).toEqual(['/spec/selector/a b']);
});

test('annotations have any text under a label key, in upper case too, up to 262144 bytes', () => {
  expect(fields('annotation-key', labelled({}, { 'Example.com/A': 'any thing: at all' }))).toEqual([]);
  expect(fields('annotation-key', labelled({}, { a: true, 'b/c/d': '' }))).toEqual([
    '/metadata/annotations/a',
    '/metadata/annotations/b~1c~1d',
  ]);
  expect(fields('annotation-size', labelled({}, { a: 'x'.repeat(262_143) }))).toEqual([]);
  expect(fields('annotation-size', labelled({}, { a: 'x'.repeat(262_144) }))).toEqual(['/metadata/annotations']);
  expect(fields('annotation-size', labelled({}, { a: 'é'.repeat(131_072) }))).toEqual(['/metadata/annotations']);
});

test('a selector must exist, match, and not be empty', () => {
  expect(fields('selector-matches-template', deployment())).toEqual([]);
  for (const selector of [
    undefined,
    null,
    {},
    { matchLabels: {} },
    { matchLabels: { app: 'other' } },
    { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] },
  ]) {
    expect(
      fields('selector-matches-template', deployment(selector === undefined ? { selector: null } : { selector })),
    ).toEqual(['/spec/selector']);
  }
});

test('a label named like an inherited property is only a label', () => {
  const odd = { matchLabels: { constructor: 'x' } };
  expect(fields('selector-matches-template', deployment({ selector: odd }))).toEqual(['/spec/selector']);
});
