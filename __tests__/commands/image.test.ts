// `evenkeel image`: the one place that a pipeline writes to.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from '../support/cli';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-image-'));
const file = join(scratch, 'images.json');
afterAll(() => rmSync(scratch, { recursive: true }));

const BEFORE = `${readFileSync(join(__dirname, '../../charts/images.json'), 'utf8').trimEnd()}\n`;

beforeEach(() => writeFileSync(file, BEFORE));

const image = (...args: string[]) => cli(['image', '--file', file, ...args], () => ({}));

test('sets one tag and leaves every other line alone', async () => {
  expect(await image('toytrex/production', '9999')).toEqual({ code: 0, out: '', err: '' });
  expect(readFileSync(file, 'utf8')).toBe(BEFORE.replace(/("toytrex": \{\s*"production": )"\d+"/, '$1"9999"'));
});

test('takes a digest', async () => {
  const digest = `sha256:${'a1'.repeat(32)}`;
  expect((await image('pingpong/local', digest)).code).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ pingpong: { local: digest } });
});

test('takes the digest of one component, where each has its own', async () => {
  const digest = `sha256:${'b2'.repeat(32)}`;
  expect((await image('flaschenpost/prod/orders', digest)).code).toBe(0);
  const before = JSON.parse(BEFORE).flaschenpost;
  expect(JSON.parse(readFileSync(file, 'utf8')).flaschenpost).toEqual({
    ...before,
    prod: { ...before.prod, orders: digest },
  });
});

test.each([
  ['latest', ['toytrex/production', 'latest'], 'not an immutable image tag'],
  ['an invalid tag', ['toytrex/production', 'a b'], 'not an immutable image tag'],
  ['a short digest', ['toytrex/production', 'sha256:abc'], 'not an immutable image tag'],
  ['an unknown system', ['shop/production', '1'], 'one of toytrex/production'],
  ['an unknown environment', ['toytrex/staging', '1'], 'one of toytrex/production'],
  ['an unknown component', ['flaschenpost/prod/shop', '1'], 'flaschenpost/prod/orders'],
  ['all components at once, where each has its own', ['flaschenpost/prod', '1'], 'flaschenpost/prod/orders'],
])('%s is refused, and the file is as it was', async (_, args, message) => {
  const { code, err } = await image(...args);
  expect(code).toBe(1);
  expect(err).toContain(message);
  expect(readFileSync(file, 'utf8')).toBe(BEFORE);
});

test('a file that cannot be read is refused', async () => {
  writeFileSync(file, '{');
  expect((await image('toytrex/production', '1')).err).toContain('cannot be read');
});
