// G9: `evenkeel preview`: what it writes, what it lists, and what it refuses with the file as it was.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli } from '../support/cli';

const scratch = mkdtempSync(join(tmpdir(), 'evenkeel-preview-'));
const file = join(scratch, 'previews.json');
const live = join(scratch, 'live');
afterAll(() => rmSync(scratch, { recursive: true }));

const DATA = {
  'feature/pay-42': { until: '2026-12-05', images: { shop: '61' } },
  'feature/cart': { images: { shop: { web: '7', api: '8' } } },
};
const BEFORE = `${JSON.stringify(DATA, undefined, 2)}\n`;
beforeEach(() => writeFileSync(file, BEFORE));

const preview = (...args: string[]) => cli(['preview', '--file', file, ...args], () => ({}));
const written = (): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('G9: adds, changes and ends a preview', () => {
  test('adds a branch, prints its environment, and leaves no file beside', async () => {
    expect(await preview('feature/login')).toEqual({ code: 0, out: 'feature-login\n', err: '' });
    expect(written()).toEqual({ ...DATA, 'feature/login': {} });
    expect(readdirSync(scratch).filter((name) => name.startsWith('previews'))).toEqual(['previews.json']);
  });

  test('changes only what is given of a branch that is there', async () => {
    await preview('feature/pay-42', '--until', '2026-12-24');
    expect(written()).toEqual({ ...DATA, 'feature/pay-42': { until: '2026-12-24', images: { shop: '61' } } });
    await preview('feature/pay-42', '--image', 'shop=62', '--image', 'blog/web=3');
    expect(written()).toMatchObject({
      'feature/pay-42': { until: '2026-12-24', images: { shop: '62', blog: { web: '3' } } },
    });
    await preview('feature/cart', '--image', 'shop/api=9');
    expect(written()).toMatchObject({ 'feature/cart': { images: { shop: { web: '7', api: '9' } } } });
  });

  test('the same again changes no byte', async () => {
    await preview('feature/pay-42', '--until', '2026-12-05', '--image', 'shop=61');
    expect(readFileSync(file, 'utf8')).toBe(BEFORE);
  });

  test('ends one, and the others stay', async () => {
    expect(await preview('feature/pay-42', '--end')).toEqual({ code: 0, out: '', err: '' });
    expect(written()).toEqual({ 'feature/cart': DATA['feature/cart'] });
  });

  test('ends one of two with one environment, which is what is wrong with the file', async () => {
    writeFileSync(file, '{ "feature/x": {}, "feature-x": {} }');
    expect((await preview('--list')).err).toContain('both feature/x and feature-x are the environment feature-x');
    expect((await preview('feature-x', '--end')).code).toBe(0);
    expect(written()).toEqual({ 'feature/x': {} });
  });
});

describe('G9: lists, and ends what has no branch', () => {
  test('--list', async () => {
    const { code, out } = await preview('--list');
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['BRANCH', 'ENVIRONMENT', 'UNTIL', 'IMAGES'],
      ['feature/pay-42', 'feature-pay-42', '2026-12-05', 'shop: 61'],
      ['feature/cart', 'feature-cart', '–', 'shop: web=7,api=8'],
      [''],
    ]);
  });

  test('--expired exits 2 after the last day, and not on it', async () => {
    expect(await preview('--expired', '--today', '2026-12-05')).toEqual({ code: 0, out: '', err: '' });
    expect(await preview('--expired', '--today', '2026-12-06')).toEqual({ code: 2, out: 'feature/pay-42\n', err: '' });
  });

  test('--expired without --today reads the clock', async () => {
    writeFileSync(file, '{ "a": { "until": "2000-01-01" }, "b": { "until": "9999-12-31" } }');
    expect(await preview('--expired')).toEqual({ code: 2, out: 'a\n', err: '' });
  });

  const SHA = 'c3'.repeat(20);
  test.each([
    ['git ls-remote --heads', `${SHA}\trefs/heads/main\n${SHA}\trefs/heads/feature/cart\n`],
    ['git ls-remote', `${SHA}\tHEAD\n${SHA}\trefs/heads/feature/cart\n${SHA}\trefs/tags/feature/pay-42\n`],
    ['git for-each-ref', `${SHA} commit\trefs/heads/feature/cart\n${SHA} commit\trefs/heads/main\n`],
    ['a branch a line', 'main\nfeature/cart\n'],
    ['line ends of Windows', 'main\r\nfeature/cart\r\n'],
  ])('--reconcile with what %s prints', async (_, text) => {
    writeFileSync(live, text);
    expect(await preview('--reconcile', live)).toEqual({ code: 0, out: 'feature/pay-42\n', err: '' });
    expect(written()).toEqual({ 'feature/cart': DATA['feature/cart'] });
    expect(await preview('--reconcile', live)).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('G9: refused, and the file is as it was', () => {
  test.each<[string, string[], string]>([
    ['nothing to do', [], 'nothing is asked for'],
    ['two things to do', ['a', '--list'], 'a branch and --list have no meaning together'],
    ['a branch that git cannot have', ['a b'], 'git has no branch of this name'],
    ['an impossible day', ['a', '--until', '2026-02-30'], '--until has no day of the calendar'],
    ['a word for a day', ['--expired', '--today', 'tomorrow'], '--today has no day of the calendar'],
    ['a day that nothing reads', ['--list', '--today', '2026-12-05'], 'only --expired depends on the day'],
    ['an end without a branch', ['--list', '--end'], '--until, --image and --end are about one branch'],
    ['an end with a day', ['feature/cart', '--end', '--until', '2026-12-05'], 'a preview that ends has no day'],
    ['the end of none', ['feature/none', '--end'], 'expected one of feature/pay-42, feature/cart'],
    ['another branch of that environment', ['feature-cart'], 'both feature/cart and feature-cart are the environment'],
    ['a tag that moves', ['a', '--image', 'shop=latest'], 'not an immutable image tag'],
    ['no tag', ['a', '--image', 'shop'], 'not the images of a system'],
    ['two tags', ['a', '--image', 'shop=1', '--image', 'shop/web=2'], 'the images of shop are given twice'],
  ])('%s', async (_, args, message) => {
    const { code, out, err } = await preview(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(message);
    expect(readFileSync(file, 'utf8')).toBe(BEFORE);
  });

  test.each([
    ['nothing', '', 'there is no branch at all'],
    ['an error of git', 'fatal: could not read from remote repository\n', 'the line names no branch'],
    ['only tags', `${'c3'.repeat(20)}\trefs/tags/1.0\n`, 'there is no branch at all'],
  ])('--reconcile with %s, which would end all previews', async (_, text, message) => {
    writeFileSync(live, text);
    const { code, err } = await preview('--reconcile', live);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(readFileSync(file, 'utf8')).toBe(BEFORE);
  });

  test('--reconcile with a file that is not there', async () => {
    const { code, err } = await preview('--reconcile', join(scratch, 'none'));
    expect(code).toBe(1);
    expect(err).toContain('cannot be read');
    expect(readFileSync(file, 'utf8')).toBe(BEFORE);
  });

  test.each([
    ['no JSON', '{', 'cannot be read'],
    ['a list', '[]', 'it is not an object'],
    ['a key twice', '{ "a": {}, "a": {} }', 'has a twice'],
    ['an unknown key', '{ "a": { "untill": "2026-12-05" } }', "unknown property 'untill'"],
    ['no object for a branch', '{ "a": null }', 'a cannot be null'],
  ])('a file with %s', async (_, text, message) => {
    writeFileSync(file, text);
    for (const args of [['--list'], ['b']]) {
      const { code, err } = await preview(...args);
      expect(code).toBe(1);
      expect(err).toContain(message);
    }
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  test('a file that is not there', async () => {
    const { code, err } = await cli(['preview', 'a', '--file', join(scratch, 'none.json')], () => ({}));
    expect(code).toBe(1);
    expect(err).toContain('none.json');
    expect(err).toContain('expected a file with JSON: { "<branch>": { "until": "<day>" } }, or {} for none');
  });
});
