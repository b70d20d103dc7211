// Any cdk8s construct is welcome: each goes through the same steps and checks, and none of cdk8s' bugs goes with it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart, Include, JsonPatch, Lazy } from 'cdk8s';
import * as plus from 'cdk8s-plus-27';
import { Gateway } from '../../../imports/gateway.networking.k8s.io';
import { check } from '../../../lib/checks';
import { checkLater } from '../../../lib/constructs/tree/findings';
import { findingOf } from '../../../lib/model/finding/finding';
import { synthesize } from '../../../lib/synth/synthesize';
import { errors, find, shop, TWO_ZONES } from '../../support/synthesis';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-any-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const MANIFEST = `apiVersion: v1
kind: ConfigMap
metadata: { name: included }
data: { greeting: hello }
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: listed }, data: { a: b } }
`;

test('one of each in a system', () => {
  const file = join(scratch, 'included.yaml');
  writeFileSync(file, MANIFEST);
  const cluster = { ...TWO_ZONES, capabilities: ['gateway-api'] } as const;
  const synthesis = shop(
    (system) => {
      new ApiObject(system, 'bare', {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'bare' },
        data: Lazy.any({ produce: () => ({ a: 'late' }) }),
      });
      new plus.k8s.KubeConfigMap(system, 'l1', { metadata: { name: 'l1' }, data: { a: 'b' } });
      new plus.ConfigMap(system, 'l2', { metadata: { name: 'l2' }, data: { a: 'b' } });
      new Gateway(system, 'crd', {
        metadata: { name: 'crd' },
        spec: { gatewayClassName: 'x', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
      });
      new Include(system, 'include', { url: file });
    },
    { cluster },
  );
  expect(synthesis.findings).toEqual([]);
  const identities = synthesis.objects
    .map(({ entry }) => `${entry.identity.kind} ${entry.identity.namespace ?? ''}/${entry.identity.name}`)
    .filter((identity) => !identity.startsWith('ValidatingAdmission'));
  expect(identities).toEqual([
    'Namespace /shop-production',
    'ResourceQuota shop-production/shop',
    'LimitRange shop-production/shop',
    ...['bare', 'included', 'l1', 'l2', 'listed'].map((name) => `ConfigMap shop-production/${name}`),
    'Gateway shop-production/crd',
    'NetworkPolicy shop-production/default-deny',
  ]);
  expect(find(synthesis, 'ConfigMap', 'bare').data).toEqual({ a: 'late' });
});

test('they are checked like ours', () => {
  const found = errors(
    shop((system) => {
      new plus.k8s.KubeService(system, 'l1', { metadata: { name: 'Bad_Name' }, spec: { ports: [{ port: 99999 }] } });
    }),
  );
  expect(found).toEqual(expect.arrayContaining(['object-name /metadata/name', 'port-range /spec/ports/0/port']));
});

test('a plain cdk8s app goes to the root, in a file of the chart', () => {
  const app = new App();
  const chart = new Chart(app, 'blog', { namespace: 'blog' });
  new ApiObject(chart, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { a: 'b' } });
  new ApiObject(chart, 'class', {
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name: 'high' },
    value: 10,
  });
  const { files, findings } = synthesize(app, check);
  expect(findings).toEqual([]);
  expect([...files.keys()]).toEqual(['00-cluster.yaml', '10-blog.yaml', 'inventory.txt']);
  expect(files.get('00-cluster.yaml')).not.toContain('namespace');
});

test('cluster-scoped kinds of the app itself get no namespace', () => {
  const synthesis = shop((system) => {
    new ApiObject(system, 'crd', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'moons.example.com' },
      spec: { group: 'example.com', scope: 'Cluster', names: { kind: 'Moon', plural: 'moons' }, versions: [] },
    });
    new ApiObject(system, 'moon', { apiVersion: 'example.com/v1', kind: 'Moon', metadata: { name: 'io' } });
    new ApiObject(system, 'star', { apiVersion: 'example.com/v1', kind: 'Star', metadata: { name: 'sol' } });
  });
  expect(find(synthesis, 'Moon', 'io').metadata).not.toHaveProperty('namespace');
  expect(find(synthesis, 'Star', 'sol').metadata).toHaveProperty('namespace', 'shop-production');
});

test('JSON patches of cdk8s still work', () => {
  const synthesis = shop((system) => {
    const map = new ApiObject(system, 'map', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'map' },
      data: { a: 'b' },
    });
    map.addJsonPatch(JsonPatch.add('/data/c', 'd'));
  });
  expect(find(synthesis, 'ConfigMap', 'map').data).toEqual({ a: 'b', c: 'd' });
});

test('a value that is not JSON is an error of its object, with the path', () => {
  const synthesis = shop((system) => {
    new ApiObject(system, 'map', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'map' },
      data: { when: new Date(0) },
    });
  });
  expect(synthesis.findings).toMatchObject([
    {
      rule: 'unrenderable',
      construct: 'mumbai/shop-production/map',
      object: 'ConfigMap shop-production/map',
      field: '/data/when',
      message: 'an instance of Date is not a value',
      expected: 'a text: date.toISOString()',
      source: { file: expect.stringContaining('any-construct.test.ts') },
    },
  ]);
});

test('a registered check runs once per synthesis, and again for cdk8s, which refuses what it finds', () => {
  const findZero = jest.fn(() => [findingOf('input', { message: 'port 0 is not a valid port', expected: 'a port' })]);
  const { findings } = shop((system) => checkLater(system, findZero));
  expect(findings).toMatchObject([{ rule: 'input', message: 'port 0 is not a valid port' }]);
  expect(findZero).toHaveBeenCalledTimes(1);
  const chart = new Chart(new App(), 'chart');
  checkLater(chart, findZero);
  expect(chart.node.validate()).toEqual([expect.stringContaining('port 0 is not a valid port')]);
});

test('validations of foreign constructs are findings', () => {
  const synthesis = shop((system) => system.node.addValidation({ validate: () => ['I am not content'] }));
  expect(synthesis.findings).toMatchObject([{ rule: 'validation', message: 'I am not content' }]);
});
