import { object, running } from '../../../lib/checks/examples';
import type { Json } from '../../../lib/model/manifest/json';
import { fields, findings } from '../support';

const resources = '/spec/template/spec/containers/0/resources';
const limited = (memory: Json) => findings('memory-size', running({ resources: { limits: { memory } } }));

test.each<[Json, string, string | undefined]>([
  ['512m', '512m of memory is 0.512 bytes', '512Mi'],
  ['1000m', '1000m of memory is 1 byte', '1000Mi'],
  ['512', '512 of memory is 512 bytes', '512Mi'],
  [512, '512 of memory is 512 bytes', '512Mi'],
  ['2', '2 of memory is 2 bytes', '2Gi'],
  [0.5, '0.5 of memory is 0.5 bytes', '0.5Gi'],
  ['512k', '512k of memory is 512000 bytes', '512Mi'],
  ['1023Ki', '1023Ki of memory is 1047552 bytes', '1023Mi'],
  ['524288', '524288 of memory is 524288 bytes', '524288Ki'],
  ['1n', '1n of memory is 0.000000001 bytes', '1Mi'],
  ['5e2', '5e2 of memory is 500 bytes', undefined],
])('%j is too little', (memory, message, better) => {
  const found = limited(memory);
  expect(found).toMatchObject([{ field: `${resources}/limits/memory`, value: memory }]);
  expect(found[0]?.message).toBe(better === undefined ? message : `${message} (did you mean ${better}?)`);
  expect(found[0]?.fix).toBe(better === undefined ? undefined : `write "${better}"`);
});

test.each<Json>(['1Mi', '1024Ki', '1048576', 1_048_576, '2M', '1Gi', 0, '0', '-1', 'nonsense', null, [], {}])(
  '%j is left to other rules',
  (memory) => expect(limited(memory)).toEqual([]),
);

test('checks requests and limits of all containers and of the pod, and nothing else', () => {
  const small = { memory: '1m', cpu: '1m', 'ephemeral-storage': '1m' };
  const pod = { resources: { requests: small }, initContainers: [{ name: 'a', resources: { requests: small } }] };
  expect(fields('memory-size', running({ resources: { requests: small, limits: small } }, pod))).toEqual([
    `${resources}/limits/memory`,
    `${resources}/requests/memory`,
    '/spec/template/spec/initContainers/0/resources/requests/memory',
    '/spec/template/spec/resources/requests/memory',
  ]);
  const claim = { spec: { resources: { requests: { memory: '1m' } } } };
  expect(fields('memory-size', object('v1', 'PersistentVolumeClaim', 'a', claim))).toEqual([]);
});
