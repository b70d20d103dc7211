import { running } from '../../../lib/checks/examples';
import type { Json } from '../../../lib/model/manifest/json';
import { fields } from '../support';

const container = '/spec/template/spec/containers/0';
const HEX = 'a'.repeat(64);

test.each<[Json, boolean]>([
  ['web:1', true],
  ['team/web:1.4.2', true],
  ['registry.example.com/team/web:1.4.2', true],
  ['registry.example.com:5000/team/web:1.4.2', true],
  ['localhost/web:1', true],
  ['localhost:5000/web:1', true],
  ['[::1]:5000/web:1', true],
  ['Registry.Example.com/web:1', true],
  ['a__b/c---d:1', true],
  [`web:${'x'.repeat(128)}`, true],
  [`web@sha256:${HEX}`, true],
  [`web:latest@sha256:${HEX}`, true],
  [`localhost:5000/web:1@sha256:${HEX}`, true],
  ['', false],
  [' ', false],
  [null, false],
  [7, false],
  ['web:1 ', false],
  ['web', false],
  ['web:latest', false],
  ['registry.example.com:5000/web', false],
  ['Web:1', false],
  ['team/Web:1', false],
  ['Team/web:1', false],
  ['web:', false],
  ['web:-1', false],
  [`web:${'x'.repeat(129)}`, false],
  ['web:1:2', false],
  ['a___b:1', false],
  ['-a:1', false],
  ['a//b:1', false],
  ['/a:1', false],
  ['https://registry.example.com/web:1', false],
  [`web@sha256:${HEX.slice(1)}`, false],
  [`web@sha256:${HEX.toUpperCase()}`, false],
  [`web@md5:${HEX}`, false],
  [`web@sha256:${HEX}@sha256:${HEX}`, false],
  [HEX, false],
])('image %j: %s', (image, fine) => {
  expect(fields('image-reference', running({ image }))).toEqual(fine ? [] : [`${container}/image`]);
});

test('init containers are checked too', () => {
  expect(fields('image-reference', running({}, { initContainers: [{ name: 'a', image: 'A:1' }] }))).toEqual([
    '/spec/template/spec/initContainers/0/image',
  ]);
});
