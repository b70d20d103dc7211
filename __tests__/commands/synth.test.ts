// `evenkeel synth`: writes, checks, summarizes; quiet when stdout is not a TTY.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { findOutdirProblems } from '../../lib/commands/project/upgrade';
import { WebService, type WebServiceProps } from '../../lib/constructs';
import { cli } from '../support/cli';
import { shopApp, WEB } from '../support/synthesis';

let scratch = '';
let outdir = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'evenkeel-synth-'));
  outdir = join(scratch, 'dist');
});

afterEach(() => rmSync(scratch, { recursive: true }));

const project =
  (change: Partial<WebServiceProps> = {}) =>
  () => ({
    app: shopApp((system) => new WebService(system, 'web', { ...WEB, ...change })),
  });

const synth = (...args: string[]) => cli(['synth', '--outdir', outdir, ...args], project());

test('writes the files, and prints nothing when stdout is not a TTY', async () => {
  expect(await synth()).toEqual({ code: 0, out: '', err: '' });
  expect(readFileSync(join(outdir, '10-shop-production.yaml'), 'utf8')).toContain('kind: Deployment');
});

test('prints a summary to a terminal: a line for each environment, the total, the tree', async () => {
  const { code, out } = await cli(['synth', '--outdir', outdir], project(), { interactive: true });
  expect(code).toBe(0);
  const [cluster, line, empty, total, , ...tree] = out.split('\n');
  expect(cluster).toMatch(/^cluster {10}mumbai {2}2 objects/);
  expect(line).toMatch(/^shop-production {2}mumbai {2}9 objects {2}\d+ bytes {2}\d+\.\d ms$/);
  expect(empty).toBe('');
  expect(total).toMatch(/^11 objects, \d+ bytes in 4 files, \d+ ms: 4 added$/);
  expect(tree).toEqual([
    `${outdir}/`,
    '├── 00-cluster.yaml',
    '├── 05-shop-production.yaml',
    '├── 10-shop-production.yaml',
    '└── inventory.txt',
    '',
  ]);
});

test('says that nothing changed when nothing did, and what changed when something did', async () => {
  await synth();
  expect((await synth('--verbose')).out).toContain('nothing changed');
  const { out } = await cli(['synth', '--outdir', outdir, '--verbose'], project({ size: { replicas: 4 } }));
  expect(out).toContain(': 2 changed'); // the quota follows
});

test('colours only where they are wanted', async () => {
  const bad = { app: shopApp((system) => new WebService(system, 'web', { ...WEB, port: 0 })) };
  expect((await cli(['synth', '--outdir', outdir], () => bad, { color: true })).err).toContain(
    '\u001b[31merror\u001b[39m input',
  );
  expect((await cli(['synth', '--outdir', outdir], () => bad)).err).not.toContain('\u001b');
});

describe('--check', () => {
  it('S36: says where only line ends differ, and only there', async () => {
    await synth();
    const names = ['00-cluster.yaml', '10-shop-production.yaml'].map((name) => join(outdir, name));
    for (const name of names) writeFileSync(name, readFileSync(name, 'utf8').replaceAll('\n', '\r\n'));
    const { code, err } = await synth('--check');
    expect(code).toBe(2);
    expect(err).toBe(`only line ends differ in 2 files: write ${outdir}/** text eol=lf into .gitattributes\n`);
    for (const name of names) writeFileSync(name, `${readFileSync(name, 'utf8')}# more\r\n`);
    expect(await synth('--check')).toMatchObject({ code: 2, err: '' });
  });

  test('is silent and 0 when dist is what the code says', async () => {
    await synth();
    expect(await synth('--check')).toEqual({ code: 0, out: '', err: '' });
  });

  test('lists what differs, exits 2, writes nothing', async () => {
    await synth();
    writeFileSync(join(outdir, '00-cluster.yaml'), 'tampered\n');
    rmSync(join(outdir, '10-shop-production.yaml'));
    const result = await synth('--check');
    expect(result.code).toBe(2);
    expect(result.out).toBe(`changed  ${outdir}/00-cluster.yaml\nmissing  ${outdir}/10-shop-production.yaml\n`);
    expect(readFileSync(join(outdir, '00-cluster.yaml'), 'utf8')).toBe('tampered\n');
  });

  test('names files of a system that is gone', async () => {
    await synth();
    const { code, out } = await cli(['synth', '--check', '--outdir', outdir], () => ({ app: new App() }));
    expect(code).toBe(2);
    expect(out).toContain(`stale    ${outdir}/10-shop-production.yaml\n`);
  });

  test('a dist that is not there differs', async () => {
    expect((await synth('--check')).code).toBe(2);
  });
});

test('a file that was not written by Evenkeel is kept, and named', async () => {
  await synth();
  writeFileSync(join(outdir, 'notes.md'), 'mine\n');
  const { code, err } = await cli(['synth', '--outdir', outdir], project({ size: { replicas: 4 } }));
  expect(code).toBe(0);
  expect(err).toContain(`${outdir}/notes.md was not written by Evenkeel`);
  expect(readFileSync(join(outdir, 'notes.md'), 'utf8')).toBe('mine\n');
});

test('an output directory that cannot be written is a clear error', async () => {
  writeFileSync(outdir, 'a file\n');
  const { code, err } = await synth();
  expect(code).toBe(1);
  expect(err).toMatch(/^error output\n/);
  expect(err).toContain('nothing written');
  expect(readFileSync(outdir, 'utf8')).toBe('a file\n');
});

test.each(['C:\\temp\\dist', '.\\dist', 'C:/temp'])(
  '%s, a directory of Windows, is refused elsewhere',
  async (path) => {
    const { code, err } = await cli(['synth', '--outdir', path], project());
    expect(code).toBe(1);
    expect(err).toContain(`field    --outdir\n  value    ${JSON.stringify(path)}\n  expected a directory with slashes`);
    expect(existsSync(path)).toBe(false);
    process.env.CDK8S_OUTDIR = path;
    try {
      expect((await cli(['synth'], project())).err).toContain('field    CDK8S_OUTDIR\n');
    } finally {
      delete process.env.CDK8S_OUTDIR;
    }
    expect(findOutdirProblems(path, true, '\\')).toEqual([]);
  },
);

test('CDK8S_OUTDIR is honoured, and --outdir wins', async () => {
  const other = join(scratch, 'other');
  mkdirSync(other);
  process.env.CDK8S_OUTDIR = other;
  try {
    await cli(['synth'], project());
    expect(readFileSync(join(other, 'inventory.txt'), 'utf8')).toContain('10-shop-production.yaml');
    await synth();
    expect(readFileSync(join(outdir, 'inventory.txt'), 'utf8')).toContain('10-shop-production.yaml');
  } finally {
    delete process.env.CDK8S_OUTDIR;
  }
});

test.each([
  [['--help'], 0, 'Exit codes: 0 clean, 1 error (nothing is written), 2 differs.'],
  [['synth', '--help'], 0, 'evenkeel synth --check'],
  [['synth', '--help'], 0, 'evenkeel synth --kubernetes 1.37 --check'],
  [['secrets', '--help'], 0, 'evenkeel secrets --json'],
  [['compare', 'providers', '--help'], 0, 'evenkeel compare providers --json'],
  [['compare', 'environments', '--help'], 0, 'evenkeel compare environments toytrex/production toytrex/local'],
  [['image', '--help'], 0, 'evenkeel image toytrex/production 413'],
  [['sinth'], 1, '(Did you mean synth?)'],
  [['synth', '--chekc'], 1, '(Did you mean --check?)'],
])('%j exits %i and says %j', async (args, code, text) => {
  const result = await cli(args, project());
  expect(result.code).toBe(code);
  expect(result.out + result.err).toContain(text);
});
