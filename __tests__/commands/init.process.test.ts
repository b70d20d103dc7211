// `evenkeel init` of the packed package, by npx: the repository that it writes installs, synthesizes, and passes its own pipeline.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { cleanEnvironment, unpackedPackage } from '../support/package';
import { blockWith, readPage } from '../support/page';
import { type Registry, startRegistry } from '../support/registry';

let scratch: string;
let registry: Registry;
/** The repository. */
let folder: string;

beforeAll(async () => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-new-')));
  folder = join(scratch, 'shop');
  mkdirSync(folder);
  unpackedPackage(scratch);
  registry = await startRegistry();
}, 180_000);

afterAll(() => {
  registry.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs a command line in the repository. Not in the way of the registry, which is in this process. */
function shell(script: string, extra: Readonly<Record<string, string>> = {}) {
  const npm = { npm_config_registry: registry.url, npm_config_offline: 'false', npm_config_fund: 'false' };
  const env = { ...cleanEnvironment(scratch), ...npm, CI: '', ...extra };
  return new Promise<{ status: number; stdout: string; stderr: string }>((done) => {
    execFile('bash', ['-c', script], { cwd: folder, env, encoding: 'utf8' }, (error, stdout, stderr) =>
      done({ status: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}

async function succeed(script: string, extra = {}): Promise<string> {
  const { status, stdout, stderr } = await shell(script, extra);
  if (status !== 0) throw new Error(`${script}: exit ${status}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const edit = (path: string, from: string, to: string): void => {
  const text = read(path);
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(join(folder, path), text.replace(from, to));
};

/** The commands of the repository's pipeline. */
function pipeline(): string[] {
  const { steps } = parse(read('.github/workflows/manifests.yml')).jobs.check;
  return steps.flatMap(({ run }: { run?: string }) => run ?? []);
}

// one repository, which each test leaves as it found it
test('npx <packed file> init writes it', async () => {
  const [packed = ''] = readdirSync(scratch).filter((name) => name.endsWith('.tgz'));
  const printed = await succeed(`npx --yes ../${packed} init --provider eks`);
  expect(printed).toContain('next: npm install && npm run synth && npm test && npm run typecheck');
  expect(readdirSync(folder)).toContain('main.ts');
}, 180_000);

test('npm install && npm run synth && npm test && npm run typecheck', async () => {
  const printed = await succeed('npm install && npm run synth && npm test && npm run typecheck');
  expect(printed).toContain('1 snapshot written');
  expect(printed).not.toContain('npm warn');
  expect(readdirSync(join(folder, 'dist'))).toContain('10-shop-production.yaml');
}, 240_000);

/** The variables of a pull request to main. */
const PULL_REQUEST = { CI: 'true', GITHUB_BASE_REF: 'main' };

test('its own pipeline passes', async () => {
  const author = '-c user.name=test -c user.email=test@example.com';
  await succeed(`git init --quiet && git add --all && git ${author} commit --quiet --message first`);
  await succeed('git update-ref refs/remotes/origin/main HEAD');
  expect(pipeline()[0]).toBe('npm ci');
  for (const command of pipeline()) await succeed(command, PULL_REQUEST);
}, 240_000);

describe.each(['commonjs', 'module'])('"type": "%s"', (type) => {
  beforeAll(() => edit('package.json', '"type": "commonjs"', `"type": "${type}"`));
  afterAll(() => edit('package.json', `"type": "${type}"`, '"type": "commonjs"'));

  test('the same manifests, the same snapshot, no type errors', async () => {
    for (const command of pipeline().slice(1)) await succeed(command, PULL_REQUEST);
  }, 60_000);

  test('a change of a chart is noticed by each of them', async () => {
    edit('charts/shop.ts', 'replicas: 3', 'replicas: 4');
    const { status, stdout } = await shell('npm run --silent synth -- --check');
    expect({ status, stdout }).toEqual({ status: 2, stdout: expect.stringContaining('dist/10-shop-production.yaml') });
    const tests = await shell('npm test', { CI: 'true' });
    expect(tests.stderr).toContain('1 snapshot failed');
    expect(tests.stderr).toContain('three pods serve');
    edit('charts/shop.ts', 'replicas: 4', "replicas: '4'");
    expect((await shell('npm run typecheck')).stdout).toContain('charts/shop.ts');
    edit('charts/shop.ts', "replicas: '4'", 'replicas: 3');
  }, 60_000);

  test('a mistake is thrown in a test as synth prints it, with the line of the chart', async () => {
    edit('charts/shop.ts', 'port: 8080', 'port: 99999');
    const { stderr } = await shell('npm test', { CI: 'true' });
    edit('charts/shop.ts', 'port: 99999', 'port: 8080');
    const line = read('charts/shop.ts').slice(0, read('charts/shop.ts').indexOf('new WebService')).split('\n').length;
    expect(stderr).toMatch(new RegExp(`charts/shop\\.ts:${line}:\\d+ error input\n.*port cannot be 99999`));
  }, 60_000);
});

test('tests as ES modules, as docs/how-to/test-your-charts.md has them', async () => {
  const page = readPage('how-to/test-your-charts.md');
  const before = { config: read('jest.config.mjs'), manifest: read('package.json') };
  edit('package.json', '"type": "commonjs"', '"type": "module"');
  writeFileSync(join(folder, 'jest.config.mjs'), blockWith(page, 'extensionsToTreatAsEsm', 'js'));
  const module = join(folder, '__tests__/module.test.ts');
  writeFileSync(
    module,
    `import { synthesizeForTest } from 'evenkeel';
import { Shop } from '../charts/shop';
const shop = await Promise.resolve(synthesizeForTest(Shop, { settings: { host: 'shop.example' } }));
test('an ES module', () => expect([import.meta.url.slice(-14), shop.findings]).toEqual(['module.test.ts', []]));
`,
  );
  const outcome = await shell(blockWith(page, 'NODE_OPTIONS', 'sh'), { CI: 'true' });
  expect(outcome).toMatchObject({ status: 0, stderr: expect.stringContaining('6 passed') });
  expect(await succeed('npm run typecheck')).not.toContain('error');
  rmSync(module);
  writeFileSync(join(folder, 'jest.config.mjs'), before.config);
  writeFileSync(join(folder, 'package.json'), before.manifest);
}, 60_000);

test('a second init refuses, and names every file', async () => {
  const before = read('README.md');
  const { status, stderr } = await shell('npx evenkeel init');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^error init\n {2}\d+ files exist already, and would be overwritten\n {2}value .*README\.md.*main\.ts/,
  );
  expect(read('README.md')).toBe(before);
}, 30_000);
