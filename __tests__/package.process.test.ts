// The package, built, packed and unpacked into a repository without our sources, synthesizes and type-checks.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as source from '../lib';
import { install, type Outcome, readManifest, run, unpackedPackage } from './support/package';
import { relativeLinks } from './support/page';

const ROOT = resolve(__dirname, '..');
const FIXTURE = join(__dirname, 'fixtures', 'package');
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');

/** Text of the user's file. Our own tools skip its name in the fixture, because `evenkeel` is not installed here. */
const MAIN = readFileSync(join(FIXTURE, 'main.ts.txt'), 'utf8');

let scratch: string;
/** The unpacked tarball. */
let unpacked: string;
/** A repository that uses the package. */
let repository: string;

beforeAll(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-package-')));
  unpacked = unpackedPackage(scratch);
}, 180_000);

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

beforeEach(() => {
  repository = mkdtempSync(join(scratch, 'repository-'));
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(FIXTURE, file), join(repository, file));
  writeFileSync(join(repository, 'main.ts'), MAIN);
  install(unpacked, repository);
});

function synth(...args: readonly string[]): Outcome {
  return run(process.execPath, ['node_modules/evenkeel/bin/evenkeel.js', 'synth', ...args], repository, scratch);
}

function typecheck(...options: readonly string[]): Outcome {
  return run(process.execPath, [TSC, '--project', '.', '--pretty', 'false', ...options], repository, scratch);
}

/** Changes the user's file, which must contain `from`. */
function edit(from: string, to: string): void {
  if (!MAIN.includes(from)) throw new Error(`main.ts has no ${from}`);
  writeFileSync(join(repository, 'main.ts'), MAIN.replace(from, to));
}

/** Number of the first line of the user's file that has `text`. */
function lineOf(text: string): number {
  return MAIN.split('\n').findIndex((line) => line.includes(text)) + 1;
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

describe('the tarball, packed where nothing was built (F15)', () => {
  it('has the launcher, the build, the templates, and the pages with what they link to; no sources of ours', () => {
    expect(readdirSync(unpacked).sort()).toEqual([
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'LICENSE',
      'README.md',
      'SECURITY.md',
      'bin',
      'build',
      'charts',
      'docs',
      'e2e',
      'examples',
      'imports',
      'package.json',
      'pipelines',
      'templates',
    ]);
    for (const folder of ['e2e', 'imports']) expect(filesBelow(join(unpacked, folder))).toEqual(['README.md']);
    expect(filesBelow(join(unpacked, 'docs')).filter((path) => !/[.](md|svg)$/.test(path))).toEqual([]);
    expect(filesBelow(join(unpacked, 'bin'))).toEqual(filesBelow(join(ROOT, 'bin')));
    const built = filesBelow(join(unpacked, 'build'));
    expect(built).toContain('types/lib/index.d.ts');
    expect(built.filter((name) => !name.endsWith('.d.ts'))).toEqual(['index.js']);
  });

  it('has every page that a page links to', () => {
    const pages = filesBelow(unpacked).filter((path) => path.endsWith('.md'));
    const links = pages.flatMap((page) =>
      relativeLinks(readFileSync(join(unpacked, page), 'utf8')).map((link) => ({ page, link })),
    );
    expect(pages).toEqual(
      expect.arrayContaining(['README.md', 'docs/constructs.md', 'docs/how-to/test-your-charts.md']),
    );
    expect(links.length).toBeGreaterThan(75);
    const dead = links.filter(({ page, link }) => {
      const [path = ''] = link.split('#');
      return path !== '' && !existsSync(join(unpacked, dirname(page), path));
    });
    expect(dead).toEqual([]);
  });

  it('declares as minimum versions of its peers those that it is tested with', () => {
    const { devDependencies, peerDependencies } = readManifest(unpacked);
    const tested = Object.keys(peerDependencies).map((name) => [name, `^${devDependencies[name]}`]);
    expect(peerDependencies).toEqual(Object.fromEntries(tested));
  });
});

describe('a repository that uses the package', () => {
  it('synthesizes', () => {
    expect(synth()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    const dist = join(repository, 'dist');
    expect(filesBelow(dist)).toEqual([
      '00-cluster.yaml',
      '05-shop-production.yaml',
      '10-shop-production.yaml',
      'inventory.txt',
    ]);
    expect(readFileSync(join(dist, '00-cluster.yaml'), 'utf8')).toMatch(/^kind: Namespace$/m);
    const system = readFileSync(join(dist, '10-shop-production.yaml'), 'utf8');
    expect(system).toMatch(/^kind: Deployment$/m);
    expect(system).toMatch(/^ +- image: registry\.example\.com\/shop\/web:412$/m);
    expect(system).toMatch(/^ +- containerPort: 8080$/m);
    expect(system).toMatch(/^ +- host: shop\.example\.com$/m);
    expect(system).toMatch(/^ +shareProcessNamespace: true$/m);
  });

  it('shows another minor of Kubernetes', () => {
    const { status, stdout, stderr } = synth('--kubernetes', '1.27', '--outdir', 'preview');
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toMatch(/^main.ts:\d+:\d+ note drain-command\n/);
    const preview = readFileSync(join(repository, 'preview', '00-cluster.yaml'), 'utf8');
    expect(preview).toContain('enforce-version: v1.27\n');
    expect(existsSync(join(repository, 'dist'))).toBe(false);
  });

  it('synthesizes the same when it consists of ES modules', () => {
    synth();
    const before = readFileSync(join(repository, 'dist', '10-shop-production.yaml'), 'utf8');
    rmSync(join(repository, 'dist'), { recursive: true });
    const manifest = { ...readManifest(repository), type: 'module' };
    writeFileSync(join(repository, 'package.json'), JSON.stringify(manifest));
    expect(synth()).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(join(repository, 'dist', '10-shop-production.yaml'), 'utf8')).toBe(before);
    expect(typecheck()).toMatchObject({ status: 0, stdout: '' });
  });

  it('is one module for require, for import() and for an ES module of a package', () => {
    const blocks = join(repository, 'node_modules', 'blocks');
    mkdirSync(blocks);
    writeFileSync(join(blocks, 'package.json'), '{ "name": "blocks", "type": "module", "exports": "./index.js" }');
    writeFileSync(join(blocks, 'index.js'), "export { Platform } from 'evenkeel';\nexport { App } from 'cdk8s';\n");
    const main = `import { App } from 'cdk8s';
import * as blocks from 'blocks';
import { Platform } from 'evenkeel';
const again = await import('evenkeel');
const copies = new Set([Platform, again.Platform, blocks.Platform, require('evenkeel').Platform]).size;
export const app = new App();
if (copies > 1 || blocks.App !== App) throw new Error('copies');
`;
    writeFileSync(join(repository, 'main.ts'), main);
    expect(synth()).toMatchObject({ status: 0, stderr: '' });
  });

  it('imports by name the exports of lib/index.ts, and the command', () => {
    const script = "import * as all from 'evenkeel'; console.log(Object.keys(all).join())";
    const { stdout } = run(process.execPath, ['--input-type=module', '--eval', script], repository, scratch);
    const names = stdout.trim().split(',');
    expect(names.filter((name) => !['default', 'module.exports'].includes(name))).toEqual(
      [...Object.keys(source), 'main'].sort(),
    );
  });

  it('has no type errors under strict options', () => {
    expect(typecheck()).toMatchObject({ status: 0, stdout: '' });
    expect(typecheck('--module', 'esnext', '--moduleResolution', 'bundler')).toMatchObject({ status: 0, stdout: '' });
  });

  it('finds no error in our declarations either, without the types of Node.js', () => {
    // cdk8s-plus-27's own declarations do not hold under exactOptionalPropertyTypes; its errors begin with its path.
    const { stdout } = typecheck('--skipLibCheck', 'false');
    const located = stdout.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line));
    expect(located.filter((line) => !line.includes('/cdk8s-plus-27/'))).toEqual([]);
  });

  it('gets a compiler error for an unknown environment', () => {
    edit("production: { on: 'mumbai'", "prodution: { on: 'mumbai'");
    const { status, stdout } = typecheck();
    expect(status).not.toBe(0);
    expect(stdout).toContain(`main.ts(${lineOf("on: 'mumbai'")},3): error`);
    expect(stdout).toContain("'prodution' does not exist");
  });

  it('gets the line of an invalid port, and nothing is written', () => {
    edit('port: 8080', 'port: 99999');
    const { status, stdout, stderr } = synth();
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(new RegExp(`^main\\.ts:${lineOf('new WebService')}:\\d+ error input$`, 'm'));
    expect(stderr).not.toContain('node_modules');
    expect(existsSync(join(repository, 'dist'))).toBe(false);
  });

  it('gets the line at which its code throws', () => {
    edit("super(scope, 'shop', target);", "super(scope, 'shop', target); throw new Error('boom');");
    const { status, stderr } = synth();
    expect(status).toBe(1);
    expect(stderr).toMatch(new RegExp(`^main\\.ts:${lineOf("super(scope, 'shop'")}:\\d+ error exception$`, 'm'));
  });

  it('gets notes for fields that the types of cdk8s-plus-27 do not know, and only for those', () => {
    expect(synth().stderr).toBe('');
    edit('spec.shareProcessNamespace', 'spec.sharedProcesses');
    const { status, stderr } = synth();
    expect(status).toBe(0);
    expect(stderr).toMatch(/^main\.ts:\d+:\d+ note unchecked-field$/m);
    expect(stderr).toContain('/spec/template/spec/sharedProcesses');
  });

  it('keeps only its own files and dist', () => {
    synth();
    const expected = ['dist', 'main.ts', 'node_modules', 'package.json', 'tsconfig.json'];
    expect(readdirSync(repository).sort()).toEqual(expected);
  });
});

test('the bill of materials lists what a checkout contains', () => {
  const { status, stdout } = run('npm', ['run', '--silent', 'sbom'], ROOT, scratch);
  expect(status).toBe(0);
  const { bomFormat, components } = JSON.parse(stdout);
  const names = components.map(({ name }: { readonly name: string }) => name);
  expect(bomFormat).toBe('CycloneDX');
  expect(names).toEqual(expect.arrayContaining([...Object.keys(readManifest(unpacked).dependencies), 'cdk8s', 'jest']));
});
