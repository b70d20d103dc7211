// `evenkeel synth` with systems, --cluster, --stdout and --strict, and whose a directory is: S17, S42, F20, F27.
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { appName } from '../../lib/commands/project/app-name';
import { version } from '../../package.json';
import { cli } from '../support/cli';
import { twoSystems } from '../support/two-systems';

let scratch: string;
let outdir: string;

beforeEach(() => {
  scratch = fs.mkdtempSync(join(tmpdir(), 'evenkeel-part-'));
  outdir = join(scratch, 'dist');
});

afterEach(() => fs.rmSync(scratch, { recursive: true }));

const load = () => ({ app: twoSystems.app() });
const run = (...args: string[]) => cli(args, load);
const synth = (...args: string[]) => run('synth', '--outdir', outdir, ...args);
const read = (file: string) => fs.readFileSync(join(outdir, file), 'utf8');
const put = (file: string, text: string) => fs.writeFileSync(join(outdir, file), text);

describe('one system', () => {
  test('writes its files only, removes none, and names what else differs', async () => {
    await synth();
    const [shop, cluster] = [read('10-shop-production.yaml'), read('00-cluster.yaml')];
    put('10-shop-production.yaml', 'old shop\n');
    put('10-blog-production.yaml', 'old blog\n');
    put('00-cluster.yaml', 'old cluster\n');
    const { code, err } = await synth('shop');
    expect(code).toBe(0);
    expect([read('10-shop-production.yaml'), read('10-blog-production.yaml'), read('00-cluster.yaml')]).toEqual([
      shop,
      'old blog\n',
      'old cluster\n',
    ]);
    expect(err).toContain(
      `only 4 files of ${fs.readdirSync(outdir, { recursive: true }).filter((name) => /yaml$/.test(String(name))).length}`,
    );
    expect(err).toContain(`note: ${outdir}/10-blog-production.yaml differs too, and is as it was`);
    expect(err).toContain(`note: ${outdir}/00-cluster.yaml differs too`);
    expect((await synth()).code).toBe(0);
    expect(read('00-cluster.yaml')).toBe(cluster);
    expect((await synth('--check')).out).toBe('');
  });

  test('--check is about its files only, and says so', async () => {
    await synth();
    put('10-blog-production.yaml', 'old blog\n');
    expect(await synth('--check', 'shop')).toMatchObject({ code: 0, out: '', err: expect.stringContaining('10-blog') });
    expect(await synth('--check', 'blog/production')).toMatchObject({
      code: 2,
      out: `changed  ${outdir}/10-blog-production.yaml\n`,
    });
  });

  test('into an empty directory, then the other: both are listed, and a whole run finds no stranger', async () => {
    await synth('shop/production');
    expect(fs.readdirSync(outdir).sort()).toEqual([
      '05-shop-production.yaml',
      '10-shop-production.yaml',
      'inventory.txt',
    ]);
    await synth('blog');
    expect(read('inventory.txt')).toContain('10-blog-production.yaml');
    const { code, err } = await synth();
    expect([code, err]).toEqual([0, '']);
    expect((await synth('--check')).out).toBe('');
  });

  test('an unknown system or cluster is refused, with what there is', async () => {
    const { code, err } = await synth('shpo', '--cluster', 'mumbay');
    expect(code).toBe(1);
    expect(err).toContain("the app has no system 'shpo' (did you mean shop?)");
    expect(err).toContain('one of blog, blog/local, blog/production, shop, shop/local, shop/production');
    expect(err).toContain('one of laptop, mumbai');
    expect(err).toContain('2 errors, nothing written');
    expect(fs.existsSync(outdir)).toBe(false);
  });
});

describe('--stdout', () => {
  test('prints the manifests of a cluster, as the files have them, and writes nothing', async () => {
    await synth();
    const files = ['00-cluster', '05-blog-local', '05-shop-local', '10-blog-local', '10-shop-local'];
    const expected = files.map((name) => read(`clusters/laptop/${name}.yaml`)).join('---\n');
    const before = fs.readdirSync('.');
    expect(await run('synth', '--stdout', '--cluster', 'laptop')).toEqual({ code: 0, out: expected, err: '' });
    expect(fs.readdirSync('.')).toEqual(before);
  });

  test('of one system, and names the shared file that is left out', async () => {
    const { code, out, err } = await run('synth', '--stdout', '--cluster', 'laptop', 'shop');
    expect([
      code,
      out.includes('host: shop.localhost'),
      out.includes('blog'),
      out.includes('kind: Namespace\n'),
    ]).toEqual([0, true, false, false]);
    expect(err).toBe('note: clusters/laptop/00-cluster.yaml, which systems share, is not printed\n');
  });

  test('of two clusters is refused: one stream would mix them', async () => {
    const { code, out, err } = await run('synth', '--stdout');
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('expected --cluster with one of laptop, mumbai');
  });
});

test.each([
  [['--outdir', '-'], '--stdout, or ./- for a directory of that name'],
  [['--strict'], '--check --strict'],
  [['--stdout', '--check'], '--check or --stdout, one of them'],
  [['--stdout', '--outdir', 'x'], '--outdir or --stdout, one of them'],
])('%j is refused', async (args, expected) => {
  const { code, err } = await run('synth', ...args);
  expect(code).toBe(1);
  expect(err).toContain(`expected ${expected}`);
  expect([fs.existsSync('-'), fs.existsSync('x')]).toEqual([false, false]);
});

test('--version', async () => {
  expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
});

test.each(['zz.yaml', 'clusters/zz.yml', 'zz.JSON', 'clusters/laptop/zz.jsonnet'])(
  '--check --strict refuses the foreign manifest %s, and --check alone only names it',
  async (name) => {
    await synth();
    put('notes.md', 'mine');
    put('.gitkeep', '');
    expect(await synth('--check', '--strict')).toMatchObject({
      code: 0,
      out: '',
      err: expect.stringContaining('notes.md'),
    });
    put(name, 'kind: ClusterRoleBinding');
    expect(await synth('--check')).toMatchObject({
      code: 0,
      err: expect.stringContaining(`${name} was not written by Evenkeel`),
    });
    const { code, out, err } = await synth('--check', '--strict');
    expect([code, out]).toEqual([2, `foreign  ${outdir}/${name}\n`]);
    expect(err).not.toContain(name);
  },
);

test('a link to a manifest is one, and one that the inventory was made to list differs too', async () => {
  await synth();
  fs.symlinkSync('/etc/hostname', join(outdir, 'zz.yaml'));
  expect((await synth('--check', '--strict')).code).toBe(2);
  fs.appendFileSync(join(outdir, 'inventory.txt'), 'zz.yaml\n');
  const { code, out } = await synth('--check', '--strict');
  expect([code, out]).toEqual([2, `changed  ${outdir}/inventory.txt\nstale    ${outdir}/zz.yaml\n`]);
});

describe('whose a directory is', () => {
  const other = (...args: string[]) =>
    cli(['--app', join(scratch, 'other/main.ts'), 'synth', '--outdir', outdir, ...args], load);

  test('the inventory names the app, the same from everywhere', async () => {
    await synth();
    expect(read('inventory.txt').split('\n')[1]).toBe('# App: evenkeel/main.ts');
    expect(appName(join(process.cwd(), 'lib/x.ts'))).toBe('evenkeel/lib/x.ts');
  });

  test('the files of another app are neither removed nor overwritten, in either order', async () => {
    await synth();
    const before = fs.readdirSync(outdir, { recursive: true });
    put('10-shop-production.yaml', 'of the first\n');
    for (const args of [[], ['--check'], ['shop']]) {
      const { code, err } = await other(...args);
      expect(code).toBe(1);
      expect(err).toContain(`${outdir} belongs to the app evenkeel/main.ts, and this is other/main.ts`);
      expect(err).toContain('nothing written');
    }
    expect(read('10-shop-production.yaml')).toBe('of the first\n');
    expect(fs.readdirSync(outdir, { recursive: true })).toEqual(before);
    fs.rmSync(outdir, { recursive: true });
    await other();
    expect((await synth()).err).toContain('belongs to the app other/main.ts, and this is evenkeel/main.ts');
  });

  test('without the line the directory is handed over', async () => {
    await synth();
    put('inventory.txt', read('inventory.txt').replace(/# App.*\n/, ''));
    expect((await other()).code).toBe(0);
    expect(read('inventory.txt')).toContain('# App: other/main.ts\n');
  });

  test('of a git conflict about it, both are owners', async () => {
    await synth();
    put(
      'inventory.txt',
      read('inventory.txt').replace(/(# App.*\n)/, '<<<<<<< a\n$1=======\n# App: other/main.ts\n>>>>>>> b\n'),
    );
    expect((await other()).code).toBe(0);
  });
});

test('a flat folder of sources is refused, and one of manifests is not (F27)', async () => {
  const charts = join(scratch, 'charts');
  fs.cpSync('charts', charts, { recursive: true });
  const before = fs.readdirSync(charts);
  const { code, err } = await run('synth', '--outdir', charts);
  expect(code).toBe(1);
  expect(err).toContain('is not an Evenkeel output directory: it has no inventory.txt, but other files, such as');
  expect(fs.readdirSync(charts)).toEqual(before);
  fs.mkdirSync(outdir);
  put('by-hand.yaml', 'x');
  expect((await synth()).err).toContain('by-hand.yaml was not written by Evenkeel');
});

test('a path through a file says which part of it is a file (F27)', async () => {
  fs.writeFileSync(join(scratch, 'file'), '');
  const { code, err } = await run('synth', '--outdir', relative('.', join(scratch, 'file/dist')));
  expect(code).toBe(1);
  expect(err).toContain(`part of the path is a file (ENOTDIR, ${join(scratch, 'file')})`);
});

test('the last line says what was written before an error', async () => {
  await synth();
  put('10-shop-production.yaml', 'old\n');
  const { rmdirSync } = fs;
  const remove = jest.spyOn(fs, 'rmdirSync').mockImplementation((file: fs.PathLike) => {
    if (String(file).endsWith('-old')) throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
    rmdirSync(file);
  });
  const { code, err } = await synth();
  remove.mockRestore();
  expect(code).toBe(1);
  expect(err).toMatch(/1 error, \S+dist is complete\n$/);
  expect(err).not.toContain('nothing written');
  expect((await synth('--check')).code).toBe(0);
});
