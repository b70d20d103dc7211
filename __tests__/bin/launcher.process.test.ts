// The launcher: errors before and around the command are reported like every other finding, and nothing is written.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const LAUNCHER = join(__dirname, '../../bin/evenkeel.js');

let project = '';

beforeEach(() => {
  project = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-launcher-')));
});

afterEach(() => rmSync(project, { recursive: true }));

const CHART = `import { ApiObject, App, Chart } from 'cdk8s';
export const app = new App();
const chart = new Chart(app, 'blog', { namespace: 'blog' });
new ApiObject(chart, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' }, data: { a: 'b' } });
`;

function synth(main: string | undefined, ...args: string[]) {
  if (main !== undefined) writeFileSync(join(project, 'main.ts'), main);
  const { status, stdout, stderr } = spawnSync(process.execPath, [LAUNCHER, 'synth', ...args], {
    cwd: project,
    encoding: 'utf8',
  });
  return { status, stdout, stderr, files: readdirSync(project).filter((name) => name !== 'main.ts') };
}

test('a valid main.ts', () => {
  expect(synth(CHART)).toEqual({ status: 0, stdout: '', stderr: '', files: ['dist'] });
});

test('the checkout can be imported as the package', () => {
  const main = `import { local, Platform } from 'evenkeel';
export const app = new Platform({ home: 'a', clusters: { a: local({ kubernetes: '1.36' }) }, environments: {} }).app();
`;
  expect(synth(main)).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^main\.ts:2:\d+ error no-placement\n/),
    files: [],
  });
});

test.each<[string, string | undefined, RegExp]>([
  [
    'no main.ts',
    undefined,
    /^error app\n {2}main\.ts does not exist in \/\S+\n {2}expected a folder with main\.ts, or --app <file>; in an empty folder, evenkeel init writes one\n/,
  ],
  ['a syntax error', `${CHART}const x: = 3;\n`, /^main\.ts:5:10 error compile\n/],
  [
    'an import of a missing file',
    `import './nowhere';\n${CHART}`,
    /^main\.ts:1:8 error compile\n {2}Could not resolve "\.\/nowhere"\n/,
  ],
  [
    'an exception',
    `${CHART}throw new RangeError('out of reach');\n`,
    /^main\.ts:5:7 error app\n {2}RangeError: out of reach\n/,
  ],
  [
    'an unhandled rejection',
    `${CHART}void Promise.reject(new Error('no answer'));\n`,
    /^main\.ts:5:\d+ error app\n {2}Error: no answer\n/,
  ],
])('%s', (_, main, message) => {
  const { status, stdout, stderr, files } = synth(main);
  expect({ status, stdout, files }).toEqual({ status: 1, stdout: '', files: [] });
  expect(stderr).toMatch(message);
  expect(stderr).toMatch(/\n1 error, nothing written\n$/);
  expect(stderr).not.toMatch(/\n {4}at /);
});

test('in a folder of the project: where to run it', () => {
  writeFileSync(join(project, 'main.ts'), CHART);
  const folder = join(project, 'charts', 'shop');
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [LAUNCHER, 'secrets'], { cwd: folder, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toBe(`error app\n  main.ts does not exist in ${folder}\n  expected to run where it is: cd ../..\n`);
});

test('npm keeps --check for itself: nothing is written', () => {
  writeFileSync(join(project, 'main.ts'), CHART);
  const scripts = { synth: `node ${LAUNCHER} synth` };
  writeFileSync(join(project, 'package.json'), JSON.stringify({ scripts }));
  const npm = (...args: string[]) => spawnSync('npm', ['run', 'synth', ...args], { cwd: project, encoding: 'utf8' });
  const { status, stderr } = npm('--check');
  expect(status).toBe(1);
  expect(stderr).toContain('npm took --check for itself');
  expect(stderr).toContain('expected npm run synth -- --check\n');
  expect(readdirSync(project)).not.toContain('dist');
  expect(npm('--', '--check').status).toBe(2);
  expect(npm().status).toBe(0);
});

test('a package without its build: what is missing', () => {
  const packed = join(project, 'packed');
  cpSync(dirname(LAUNCHER), join(packed, 'bin'), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(packed, 'bin/evenkeel.js'), 'synth'], {
    cwd: project,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^error package\n {2}the package has no build\/index\.js: .*\n {2}expected .*npm pack/);
});

test('F22: the current folder is deleted', () => {
  const script = `mkdir gone && cd gone && rmdir ../gone && "${process.execPath}" "${LAUNCHER}" synth`;
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd: project, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^error app\n {2}the current folder is no longer there\n {2}expected .*\n1 error, nothing written\n$/,
  );
});
