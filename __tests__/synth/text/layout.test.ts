// Layout: the file of each object, and text that is read back as it was written.
import { ApiObject } from 'cdk8s';
import { WebService } from '../../../lib/constructs';
import { errors, shop, WEB } from '../../support/synthesis';

test('cluster-scoped kinds, the platform team’s objects and the deployer’s are in separate files', () => {
  const { files, findings } = shop((system) => {
    new WebService(system, 'web', WEB);
    new ApiObject(system, 'quota', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'quota' },
      spec: { hard: { pods: '10' } },
    });
    new ApiObject(system, 'class', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 10,
    });
  });
  expect(findings).toEqual([]);
  expect([...files.keys()]).toEqual([
    '00-cluster.yaml',
    '05-shop-production.yaml',
    '10-shop-production.yaml',
    'inventory.txt',
  ]);
  expect(files.get('05-shop-production.yaml')).toContain('kind: ResourceQuota');
  expect(files.get('00-cluster.yaml')?.match(/^kind: .*/gm)).toEqual([
    'kind: Namespace',
    'kind: PriorityClass',
    'kind: ValidatingAdmissionPolicy',
    'kind: ValidatingAdmissionPolicyBinding',
  ]);
});

test('the shape of a document', () => {
  const { files } = shop((system) => new WebService(system, 'web', WEB));
  const budget = files
    .get('10-shop-production.yaml')
    ?.split('---\n')
    .find((text) => text.includes('kind: PodDisruptionBudget'));
  expect(budget).toMatchInlineSnapshot(`
"apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  labels:
    app.kubernetes.io/instance: web
    app.kubernetes.io/managed-by: evenkeel
    app.kubernetes.io/name: web
    app.kubernetes.io/part-of: shop
  name: web
  namespace: shop-production
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      app.kubernetes.io/instance: web
      app.kubernetes.io/name: web
  unhealthyPodEvictionPolicy: AlwaysAllow
"
`);
});

describe('text without a form in YAML is refused', () => {
  const withMap = (map: object) =>
    shop((system) => {
      new ApiObject(system, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, ...map });
    });
  const withText = (text: string) => errors(withMap({ data: { text } }));

  test('half of a surrogate pair in a value', () => {
    const { files, findings } = withMap({ data: { text: 'a\ud800b' } });
    expect(files.size).toBe(0);
    expect(findings).toEqual([
      expect.objectContaining({
        rule: 'yaml-corruption',
        object: 'ConfigMap shop-production/map',
        field: '/data/text',
        message: 'character 2 is half of a surrogate pair',
      }),
    ]);
  });

  test('J13: half of a surrogate pair in a key', () => {
    const metadata = { name: 'map', annotations: { ok: 'b\udfff', 'a\ud800': '' } };
    expect(errors(withMap({ metadata }))).toContain('yaml-corruption /metadata/annotations/a\ud800');
    expect(errors(withMap({ metadata }))).toContain('yaml-corruption /metadata/annotations/ok');
  });

  test.each([
    ['blanks and a line break', ' \n'],
    ['a line of one blank, ending in blanks', `first line of some forty characters or more\n \nlast line\n  `],
    ['a top-level key behind a line separator (F2)', 'one\ntwo\u2028binaryData: {evil: aGk=}\u2028x: 1'],
    ['control characters', 'a\u0000\u007f\u009f\ufffe'],
    ['a Makefile', '\tall: build\n\tmake\n'],
    ['a script', '#!/bin/sh\nset -e\n\n  indented\ttabs\n'],
    ['no final line break', 'a\nb'],
    ['several final line breaks', 'a\nb\n\n\n'],
    ['leading blanks', '  a\nb\n'],
    ['carriage returns', 'a\r\nb\r\n'],
    ['an emoji', 'a 🚀 b'],
    ['YAML 1.1 traps', 'on'],
  ])('not: %s', (_, text) => expect(withText(text)).toEqual([]));
});
