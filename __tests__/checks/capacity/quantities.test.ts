import { autoscaler, object, running } from '../../../lib/checks/examples';
import type { Json } from '../../../lib/model/manifest/json';
import { readQuantity } from '../../../lib/model/manifest/quantity';
import { fields, findings } from '../support';

const container = '/spec/template/spec/containers/0';
const requesting = (memory: Json) => running({ resources: { requests: { memory } } });

// Every row was checked against resource.ParseQuantity, 1.36.3.
test.each<[Json, boolean]>([
  ['1', true],
  ['0', true],
  ['+1', true],
  ['1.', true],
  ['.5Gi', true],
  ['1.5Gi', true],
  ['1e3', true],
  ['1E3', true],
  ['1e-3', true],
  ['1E', true],
  ['1Ei', true],
  ['100m', true],
  ['1n', true],
  ['1u', true],
  [1, true],
  [0.5, true],
  ['1,5Gi', false],
  ['0x1', false],
  ['1e', false],
  ['1gi', false],
  ['1Gb', false],
  ['1GB', false],
  ['1K', false],
  ['1 Gi', false],
  ['1Gi ', false],
  ['1.2.3', false],
  ['--1', false],
  ['', false],
  ['Gi', false],
  ['e3', false],
  [true, false],
  [[], false],
  ['-1', false],
  [-1, false],
])('quantity %j: %s', (value, fine) => {
  expect(fields('quantity', requesting(value))).toEqual(fine ? [] : [`${container}/resources/requests/memory`]);
});

test.each([
  ['1,5Gi', '1.5Gi'],
  ['1 Gi', '1Gi'],
  ['512MB', '512M'],
  ['1KiB', '1Ki'],
  ['2g', '2G'],
])('%s was intended as %s', (value, better) => {
  expect(findings('quantity', requesting(value))).toMatchObject([{ value, fix: `write "${better}"` }]);
});

test.each([
  ['1000m', '1'],
  ['0.3', '300m'],
  ['1Ki', '1024'],
  ['1.5Gi', '1536Mi'],
  ['1e3', '1k'],
  ['0.1n', '1n'],
])('%s is exactly %s', (a, b) => expect(readQuantity(a)).toBe(readQuantity(b)));

test('huge exponents cost neither time nor memory', () => {
  expect(readQuantity('1e999999999')).toBeGreaterThan(readQuantity('1Ei') ?? 0n);
  expect(readQuantity('1e-999999999')).toBe(1n);
});

test.each([
  ['1Gi', '1Gi', true],
  ['1024Mi', '1Gi', true],
  ['1Gi', '1G', false],
  ['1001m', '1', false],
  ['1.000000001', '1', false],
])('request %s under limit %s: %s', (memory, limit, fine) => {
  const found = fields(
    'request-above-limit',
    running({ resources: { requests: { memory }, limits: { memory: limit } } }),
  );
  expect(found).toEqual(fine ? [] : [`${container}/resources/requests/memory`]);
});

test('checks quantities in quotas, limit ranges, claims, volumes and metrics', () => {
  const bad = '1,5Gi';
  expect(
    fields('quantity', object('v1', 'ResourceQuota', 'a', { spec: { hard: { 'limits.memory': bad, pods: '1.5' } } })),
  ).toEqual(['/spec/hard/limits.memory', '/spec/hard/pods']);
  expect(
    fields(
      'quantity',
      object('v1', 'LimitRange', 'a', { spec: { limits: [{ type: 'Container', default: { memory: bad } }] } }),
    ),
  ).toEqual(['/spec/limits/0/default/memory']);
  expect(
    fields(
      'quantity',
      object('v1', 'PersistentVolumeClaim', 'a', { spec: { resources: { requests: { storage: 0 } } } }),
    ),
  ).toEqual(['/spec/resources/requests/storage']);
  expect(fields('quantity', running({}, { volumes: [{ name: 'a', emptyDir: { sizeLimit: bad } }] }))).toEqual([
    '/spec/template/spec/volumes/0/emptyDir/sizeLimit',
  ]);
  const metric = { type: 'Pods', pods: { metric: { name: 'a' }, target: { type: 'AverageValue', averageValue: '0' } } };
  expect(fields('quantity', autoscaler({ metrics: [metric] }))).toEqual(['/spec/metrics/0/pods/target/averageValue']);
});
