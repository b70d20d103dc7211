// What containers get that say nothing: the API server completes each LimitRange before it uses it.
import { containerDefaults, requestDefaults } from '../../../lib/analysis/objects/limit-ranges';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { entries } from '../../checks/support';

const range = (limit: JsonObject, name = 'limits') =>
  ({
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name, namespace: 'shop' },
    spec: { limits: [{ type: 'Container', ...limit }] },
  }) satisfies JsonObject;

const [max, min, low, high] = [{ cpu: '2' }, { cpu: '50m' }, { cpu: '100m' }, { cpu: '1' }];

test.each<[string, JsonObject, string | undefined]>([
  ['its maximum alone', { max }, '2'],
  ['its minimum alone', { min }, '50m'],
  ['its maximum before its minimum', { min, max }, '2'],
  ['its default limit before both', { min, max, default: high }, '1'],
  ['its default request before all', { min, max, default: high, defaultRequest: low }, '100m'],
  ['nothing of whole pods', { type: 'Pod', max }, undefined],
])('a request: %s', (_, limit, expected) => {
  expect(requestDefaults(entries([range(limit)])).cpu).toBe(expected);
});

test('a limit: its default, or its maximum', () => {
  expect(containerDefaults(entries([range({ max })]), 'default').cpu).toBe('2');
  expect(containerDefaults(entries([range({ max, default: high })]), 'default').cpu).toBe('1');
  expect(containerDefaults(entries([range({ min, defaultRequest: low })]), 'default').cpu).toBeUndefined();
});

test('of several the API server takes whichever comes first: the largest', () => {
  const two = [range({ defaultRequest: high }, 'a'), range({ defaultRequest: low }, 'b')];
  expect(requestDefaults(entries(two)).cpu).toBe('1');
  expect(requestDefaults(entries(two.toReversed())).cpu).toBe('1');
});

test('several fill what the others leave out', () => {
  const memory = { memory: '64Mi' };
  expect(requestDefaults(entries([range({ max }), range({ defaultRequest: memory }, 'more')]))).toEqual({
    ...max,
    ...memory,
  });
});
