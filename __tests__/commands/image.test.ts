// `evenkeel image`: the one place that a pipeline writes to.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { Platform, System, WebService } from '../../lib/constructs';
import type { Target } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { cli } from '../support/cli';
import { PRODUCTION, TWO_ZONES, WEB } from '../support/synthesis';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-image-'));
const file = join(scratch, 'images.json');
afterAll(() => rmSync(scratch, { recursive: true }));

/** A build number for a system, or a digest for each component of one. */
const BEFORE = `${JSON.stringify(
  {
    shop: { production: '412', local: '412' },
    blog: { production: '57', local: '57' },
    bank: { dev: '9', prod: { accounts: `sha256:${'c3'.repeat(32)}`, orders: `sha256:${'d4'.repeat(32)}` } },
  },
  undefined,
  2,
)}\n`;

beforeEach(() => writeFileSync(file, BEFORE));

const image = (...args: string[]) => cli(['image', '--file', file, ...args], () => ({}));

test('sets one tag and leaves every other line alone', async () => {
  expect(await image('shop/production', '9999')).toEqual({ code: 0, out: '', err: '' });
  expect(readFileSync(file, 'utf8')).toBe(BEFORE.replace(/("shop": \{\s*"production": )"\d+"/, '$1"9999"'));
});

test('takes a digest', async () => {
  const digest = `sha256:${'a1'.repeat(32)}`;
  expect((await image('blog/local', digest)).code).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ blog: { local: digest } });
});

test('takes the digest of one component, where each has its own', async () => {
  const digest = `sha256:${'b2'.repeat(32)}`;
  expect((await image('bank/prod/orders', digest)).code).toBe(0);
  const before = JSON.parse(BEFORE).bank;
  expect(JSON.parse(readFileSync(file, 'utf8')).bank).toEqual({
    ...before,
    prod: { ...before.prod, orders: digest },
  });
});

test.each([
  ['latest', ['shop/production', 'latest'], 'not an immutable image tag'],
  ['an invalid tag', ['shop/production', 'a b'], 'not an immutable image tag'],
  ['a short digest', ['shop/production', 'sha256:abc'], 'not an immutable image tag'],
  ['an unknown system', ['club/production', '1'], 'one of shop/production'],
  ['an unknown environment', ['shop/staging', '1'], 'one of shop/production'],
  ['an unknown component', ['bank/prod/shop', '1'], 'bank/prod/orders'],
  ['all components at once, where each has its own', ['bank/prod', '1'], 'bank/prod/orders'],
])('%s is refused, and the file is as it was', async (_, args, message) => {
  const { code, err } = await image(...args);
  expect(code).toBe(1);
  expect(err).toContain(message);
  expect(readFileSync(file, 'utf8')).toBe(BEFORE);
});

test('a file that cannot be read is refused', async () => {
  writeFileSync(file, '{');
  expect((await image('shop/production', '1')).err).toContain('cannot be read');
});

test('a tag of a component that does not exist is named (F13)', () => {
  class Shop extends System<object> {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'shop', target);
      const { image: _, ...props } = WEB;
      new WebService(this, 'web', props);
    }
  }
  const platform = new Platform({
    home: 'mumbai',
    images: { shop: { production: { web: '1', ghost: '2' } } },
    clusters: { mumbai: TWO_ZONES },
    environments: { production: PRODUCTION },
  }).place(Shop, { production: { on: 'mumbai', settings: {} } });
  const named = synthesize(platform.app(), check).findings.filter(({ rule }) => rule === 'unused-image');
  expect(named).toMatchObject([{ field: 'images.shop.production.ghost', severity: 'warning', expected: 'one of web' }]);
});
