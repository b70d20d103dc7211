// The cdk8s CLI: `cdk8s synth` writes what `evenkeel synth` writes, but it deletes the output directory before it runs the app.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..');
const CLI = join(ROOT, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s');
const SOURCES = ['bin', 'imports', 'lib', 'cdk8s.yaml', 'package.json', 'tsconfig.json'];
const MAIN = readFileSync(join(__dirname, 'fixtures/package/main.ts.txt'), 'utf8');

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A copy of the checkout with one small system: the dist of the checkout itself stays untouched. */
let checkout: string;

beforeEach(() => {
  checkout = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-cdk8s-')));
  for (const name of SOURCES) cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'), 'dir');
  writeFileSync(join(checkout, 'main.ts'), MAIN);
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** Runs a program of Node.js in the copy. Every CDK8S_ variable is an option of the CLI: it gets only those given here. */
function run(script: string, args: readonly string[], variables: Readonly<Record<string, string>> = {}): Outcome {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(cdk8s_|node_options$|force_color$)/i.test(name));
  const env = { ...Object.fromEntries(inherited), ...variables };
  return spawnSync(process.execPath, [script, ...args], { cwd: checkout, env, encoding: 'utf8' });
}

function cdk8sSynth(...args: readonly string[]): Outcome {
  return run(CLI, ['synth', ...args], { CDK8S_CHECK_UPGRADE: 'false' });
}

function evenkeelSynth(variables: Readonly<Record<string, string>> = {}): Outcome {
  return run('bin/evenkeel.js', ['synth'], variables);
}

/** Paths and texts of all files below a directory of the copy. */
function readTree(directory: string): Readonly<Record<string, string>> {
  const root = join(checkout, directory);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')]));
}

/** Gives the system an invalid port, and returns the line that a finding must name. */
function breakPort(): string {
  const broken = MAIN.replace('port: 8080', 'port: 99999');
  if (broken === MAIN) throw new Error('main.ts has no port 8080');
  writeFileSync(join(checkout, 'main.ts'), broken);
  return `main.ts:${MAIN.split('\n').findIndex((line) => line.includes('new WebService')) + 1}`;
}

describe('cdk8s synth', () => {
  it('writes the same bytes as evenkeel synth', () => {
    expect(evenkeelSynth()).toMatchObject({ status: 0, stderr: '' });
    const ours = readTree('dist');
    expect(Object.keys(ours)).toContain('10-shop-production.yaml');
    rmSync(join(checkout, 'dist'), { recursive: true });

    const { status, stdout, stderr } = cdk8sSynth();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readTree('dist')).toEqual(ours);
    const listed = stdout.split('\n').filter((line) => line.startsWith('  - '));
    const manifests = Object.keys(ours).filter((path) => path.endsWith('.yaml'));
    expect(listed.sort()).toEqual(manifests.map((path) => `  - dist/${path}`).sort());
  }, 30_000);

  it('writes to the directory that --output names, as evenkeel synth does to that of CDK8S_OUTDIR', () => {
    expect(cdk8sSynth('--output', 'other')).toMatchObject({ status: 0, stderr: '' });
    expect(evenkeelSynth({ CDK8S_OUTDIR: 'another' })).toMatchObject({ status: 0, stderr: '' });
    expect(readTree('other')).toEqual(readTree('another'));
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
  }, 30_000);

  it('shows another minor by EVENKEEL_KUBERNETES, as evenkeel synth does by --kubernetes, and not in dist', () => {
    const variables = { CDK8S_CHECK_UPGRADE: 'false', EVENKEEL_KUBERNETES: '1.27' };
    expect(run(CLI, ['synth', '--output', 'other'], variables)).toMatchObject({ status: 0 });
    const args = ['synth', '--kubernetes', '1.27', '--outdir', 'another'];
    expect(run('bin/evenkeel.js', args)).toMatchObject({ status: 0 });
    expect(readTree('other')).toEqual(readTree('another'));
    expect(readTree('other')['00-cluster.yaml']).toContain('enforce-version: v1.27\n');

    const { status, stderr } = run(CLI, ['synth'], variables);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/^error upgrade-overwrites$/m);
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
  }, 30_000);
});

describe('a chart with an error', () => {
  it('leaves dist unchanged under evenkeel synth: the reason for `npm run synth`', () => {
    evenkeelSynth();
    const before = readTree('dist');
    const place = breakPort();
    const { status, stderr } = evenkeelSynth();
    expect(status).toBe(1);
    expect(stderr).toContain(`${place}:`);
    expect(readTree('dist')).toEqual(before);
  }, 30_000);

  it('fails cdk8s synth with our findings, and by then the CLI has deleted dist', () => {
    evenkeelSynth();
    expect(existsSync(join(checkout, 'dist'))).toBe(true);
    const place = breakPort();
    const { status, stderr } = cdk8sSynth();
    expect(status).not.toBe(0);
    expect(stderr).toMatch(new RegExp(`^${place.replace('.', '\\.')}:\\d+ error input$`, 'm'));
    expect(stderr).toMatch(/^\d+ errors?, nothing written$/m);
    expect(stderr).toContain('returned a non-zero exit code 1');
    expect(existsSync(join(checkout, 'dist'))).toBe(false);
  }, 30_000);
});
