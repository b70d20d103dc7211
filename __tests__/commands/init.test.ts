// `evenkeel init`: what it writes synthesizes on every provider; what is there already is never overwritten.
import {
  cpSync,
  existsSync,
  mkdirSync,
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
import { type Choice, PIPELINES, PROVIDERS, writeRepository } from '../../lib/commands/project/new-repository';
import { dependencyOf } from '../../lib/commands/project/specifier';
import manifest from '../../package.json';
import { cli } from '../support/cli';

const ROOT = resolve(__dirname, '../..');
const CHOICE: Choice = { provider: 'local', pipeline: 'github' };

let scratch = '';
/** The package as npm installs it: below a package.json that names it. */
let home = '';
/** Where the repository goes. */
let folder = '';

beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-init-')));
  home = join(scratch, 'npx/node_modules/evenkeel');
  folder = join(scratch, 'My shop');
  mkdirSync(folder);
  cpSync(join(ROOT, 'templates'), join(home, 'templates'), { recursive: true });
  install('file:../evenkeel-0.1.0.tgz');
  writeFileSync(join(scratch, 'evenkeel-0.1.0.tgz'), 'packed');
});

afterEach(() => {
  process.chdir(ROOT);
  rmSync(scratch, { recursive: true });
});

function install(specifier: string, field = 'dependencies'): void {
  writeFileSync(join(scratch, 'npx/package.json'), JSON.stringify({ [field]: { evenkeel: specifier } }));
}

function init(choice: Partial<Choice> = {}) {
  const result = writeRepository(folder, { ...CHOICE, ...choice }, home);
  return 'errors' in result ? { files: [], ...result } : { errors: [], ...result };
}

const read = (path: string): string => readFileSync(join(folder, path), 'utf8');

function contents(): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .flatMap((entry) => (entry.isFile() ? join(entry.parentPath, entry.name).slice(folder.length + 1) : []))
    .sort();
}

test('writes what it says', () => {
  const { errors, files } = init();
  expect(errors).toEqual([]);
  expect(files).toEqual(contents());
  expect(files).toEqual([
    '.gitattributes',
    '.github/workflows/manifests.yml',
    '.gitignore',
    '.npmrc',
    'README.md',
    '__tests__/shop.test.ts',
    'charts/clusters.ts',
    'charts/environments.ts',
    'charts/images.json',
    'charts/platform.ts',
    'charts/shop.ts',
    'jest.config.mjs',
    'main.ts',
    'package.json',
    'tsconfig.json',
    'vendor/evenkeel-0.1.0.tgz',
  ]);
  expect(read('.gitattributes')).toBe('dist/** text eol=lf\n');
  expect(read('vendor/evenkeel-0.1.0.tgz')).toBe('packed');
});

test('package.json has the name of the folder, the versions that we test with, and the package as it was installed', () => {
  init();
  const { name, devDependencies } = JSON.parse(read('package.json'));
  expect(name).toBe('my-shop');
  const { evenkeel, ...others } = devDependencies;
  expect(evenkeel).toBe('file:vendor/evenkeel-0.1.0.tgz');
  expect(manifest.devDependencies).toMatchObject(others);
  const optional = Object.keys(manifest.peerDependenciesMeta);
  const needed = Object.keys(manifest.peerDependencies).filter((peer) => !optional.includes(peer));
  expect(needed).toContain('cdk8s');
  expect(Object.keys(others)).toEqual(expect.arrayContaining(needed));
});

test('the providers are those of the library', () => {
  expect([...PROVIDERS].sort()).toEqual(['aks', 'conformant', 'eks', 'eksAuto', 'gke', 'local', 'onPrem']);
});

test.each(PROVIDERS)('on %s it synthesizes, without a warning', async (provider) => {
  expect(init({ provider }).errors).toEqual([]);
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  process.chdir(folder);
  const load = () => require(join(folder, 'main.ts'));
  expect(await cli(['synth'], load)).toEqual({ code: 0, out: '', err: '' });
  const { clusters } = require(join(folder, 'charts/clusters.ts'));
  expect(clusters.main.provider.name).toBe(provider);
  expect(read('dist/10-shop-production.yaml')).toContain('kind: Deployment');
});

describe('what it refuses', () => {
  test('an unknown provider and an unknown pipeline, both at once', () => {
    const { errors } = init({ provider: 'ekss', pipeline: 'gitlub' });
    expect(errors.map(({ field, value, message, expected }) => ({ field, value, message, expected }))).toEqual([
      {
        field: '--provider',
        value: 'ekss',
        message: "unknown provider 'ekss' (did you mean eks?)",
        expected: `one of ${PROVIDERS.join(', ')}`,
      },
      {
        field: '--pipeline',
        value: 'gitlub',
        message: "unknown pipeline 'gitlub' (did you mean github?)",
        expected: `one of ${PIPELINES.join(', ')}`,
      },
    ]);
    expect(contents()).toEqual([]);
  });

  test('files that exist, all of them at once', () => {
    writeFileSync(join(folder, 'README.md'), 'mine\n');
    writeFileSync(join(folder, 'package.json'), '{ "name": "mine" }\n');
    writeFileSync(join(folder, 'charts'), 'a file\n');
    const { errors } = init();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      value: 'README.md, charts, package.json',
      message: '3 files exist already, and would be overwritten',
      expected: 'an empty folder',
    });
    expect(contents()).toEqual(['README.md', 'charts', 'package.json']);
    expect(read('README.md')).toBe('mine\n');
  });

  test('a folder that cannot be written: what was written is removed', () => {
    mkdirSync(join(folder, '.github'));
    symlinkSync(join(scratch, 'nowhere', 'deeper'), join(folder, '.github', 'workflows'));
    expect(init().errors[0]?.message).toMatch(/^the repository cannot be written: /);
    expect(contents()).toEqual([]);
  });
});

test('a package.json that npm wrote on installing the package into an empty folder is completed', () => {
  writeFileSync(join(folder, 'package.json'), '{ "dependencies": { "evenkeel": "file:../evenkeel-0.1.0.tgz" } }\n');
  expect(init().errors).toEqual([]);
  expect(JSON.parse(read('package.json'))).toMatchObject({ scripts: { synth: 'evenkeel synth' } });
});

describe('how the package was installed', () => {
  test.each(['^0.1.0', '0.1.0', 'git+ssh://git.example/evenkeel.git#v0.1.0'])('%s is kept', (specifier) => {
    install(specifier, 'devDependencies');
    expect(dependencyOf(home, folder)).toEqual({ specifier });
  });

  test('a packed file within the repository stays where it is', () => {
    mkdirSync(join(folder, 'tools'));
    writeFileSync(join(folder, 'tools/evenkeel-0.1.0.tgz'), 'packed');
    install('file:../My shop/tools/evenkeel-0.1.0.tgz');
    expect(dependencyOf(home, folder)).toEqual({ specifier: 'file:tools/evenkeel-0.1.0.tgz' });
  });

  test("npm's own list of what it installed, where no package.json names it", () => {
    rmSync(join(scratch, 'npx/package.json'));
    const list = (entry: object) =>
      writeFileSync(
        join(scratch, 'npx/node_modules/.package-lock.json'),
        JSON.stringify({ packages: { 'node_modules/evenkeel': entry } }),
      );
    list({ version: '0.1.0', resolved: 'file:../evenkeel-0.1.0.tgz' });
    expect(dependencyOf(home, folder)).toMatchObject({ specifier: 'file:vendor/evenkeel-0.1.0.tgz' });
    list({ version: '0.1.0', resolved: 'https://packages.example/evenkeel-0.1.0.tgz' });
    expect(dependencyOf(home, folder)).toEqual({ specifier: '0.1.0' });
  });

  test('a packed file that is gone', () => {
    rmSync(join(scratch, 'evenkeel-0.1.0.tgz'));
    expect(init().errors).toMatchObject([{ message: expect.stringContaining('which does not exist any more') }]);
    expect(contents()).toEqual([]);
  });

  test('not at all, as in a checkout: what to do', async () => {
    process.chdir(folder);
    const { code, out, err } = await cli(['init'], () => undefined);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain('evenkeel was not installed by npm');
    expect(err).toContain('npm pack');
    expect(err).toContain('tgz init\n1 error, nothing written\n');
    expect(existsSync(join(folder, 'package.json'))).toBe(false);
  });
});
