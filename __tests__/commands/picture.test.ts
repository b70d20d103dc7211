// `evenkeel picture`: what it prints, writes and compares, and what it refuses.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Construct } from 'constructs';
import { Platform, System, WebService } from '../../lib/constructs';
import type { Target } from '../../lib/model';
import { cli } from '../support/cli';
import { PRODUCTION, shopApp, TWO_ZONES, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';

const two = () => ({ app: twoSystems.app() });

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'evenkeel-picture-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
  jest.resetModules();
});

test('a system is printed as SVG, or as Mermaid', async () => {
  const svg = await cli(['picture', 'shop'], two);
  expect(svg).toMatchObject({ code: 0, err: '' });
  expect(svg.out).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  const { out } = await cli(['picture', 'shop', '--format', 'mermaid'], two);
  expect(out).toContain('flowchart TB\n');
  expect(out).toMatch(/subgraph \w+\["mumbai, eks in ap-south-1, [^"]*"\]/);
  expect(out).toMatch(/\w+\["api<br\/>Deployment, 3 to 12 pods<br\/>spread over zones<br\/>8080\/TCP"\]/);
  expect(out.match(/^ +subgraph /gm)).toHaveLength(out.match(/^ +end$/gm)?.length ?? 0);
});

test('all are written, compared, and removed once they are no longer drawn', async () => {
  const run = (...args: readonly string[]) => cli(['picture', '--outdir', directory, ...args], two);
  const all = ['blog', 'laptop', 'mumbai', 'shop'].map((name) => `${name}.svg`);
  expect((await run('--check')).code).toBe(2);
  expect(existsSync(join(directory, 'shop.svg'))).toBe(false);
  expect((await run()).code).toBe(0);
  expect(readdirSync(directory).sort()).toEqual(all);
  expect(await run('--check')).toEqual({ code: 0, out: '', err: '' });
  const shop = join(directory, 'shop.svg');
  writeFileSync(shop, readFileSync(shop, 'utf8').replace('middle', '').replace('3 to 12', '3 to 13'));
  writeFileSync(join(directory, 'gone.svg'), readFileSync(join(directory, 'blog.svg')));
  writeFileSync(join(directory, 'by-hand.svg'), '<svg/>');
  const { code, err } = await run('--check');
  expect(code).toBe(2);
  expect(err).toBe(`${shop}: differs from what would be drawn\n${join(directory, 'gone.svg')}: no longer drawn\n`);
  expect((await run()).out).toBe(`${shop}: written\n${join(directory, 'gone.svg')}: removed\n`);
  expect(readdirSync(directory).sort()).toEqual([...all, 'by-hand.svg'].sort());
});

test('an unknown name and an unknown format are one answer', async () => {
  const { code, out, err } = await cli(['picture', 'shpo', '--format', 'png'], two);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toContain("unknown format 'png'");
  expect(err).toContain('expected svg or mermaid');
  expect(err).toContain("no system or cluster 'shpo' (did you mean shop?)");
  expect(err).toContain('expected one of blog, shop, laptop, mumbai');
});

test('a system without a workload is refused by its name, and said of all', async () => {
  const empty = () => ({ app: shopApp(() => {}) });
  const one = await cli(['picture', 'shop'], empty);
  expect(one.code).toBe(1);
  expect(one.err).toContain('shop has no workload to draw');
  const all = await cli(['picture', '--outdir', directory], empty);
  expect(all).toEqual({
    code: 0,
    out: '',
    err: 'not drawn: shop has no workload\nnot drawn: mumbai has no workload\n',
  });
});

test('a name of a system and of a cluster is refused', async () => {
  class Mumbai extends System {
    constructor(scope: Construct, target: Target<object>) {
      super(scope, 'mumbai', target);
      new WebService(this, 'web', WEB);
    }
  }
  const platform = () =>
    new Platform({
      home: 'mumbai',
      images: { mumbai: { production: '1' } },
      clusters: { mumbai: TWO_ZONES },
      environments: { production: PRODUCTION },
    }).place(Mumbai, { production: { on: 'mumbai', settings: {} } });
  const { code, err } = await cli(['picture', '--outdir', directory], () => ({ app: platform().app() }));
  expect(code).toBe(1);
  expect(err).toContain("'mumbai' is the name of a system and of a cluster");
});

test('a directory that is a file is refused', async () => {
  const file = join(directory, 'file');
  writeFileSync(file, '');
  const { code, err } = await cli(['picture', '--outdir', file], two);
  expect(code).toBe(1);
  expect(err).toContain(`the pictures in ${file} cannot be written`);
});

test('without the layout library, SVG is refused and Mermaid is printed', async () => {
  jest.doMock('elkjs/lib/elk.bundled.js', () => {
    throw Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
  });
  try {
    const { code, err } = await cli(['picture', 'shop'], two);
    expect(code).toBe(1);
    expect(err).toContain('the layout library elkjs is not installed');
    expect(err).toContain('expected npm install --save-dev elkjs@0.12, or --format mermaid, which needs no library');
    expect((await cli(['picture', 'shop', '--format', 'mermaid'], two)).code).toBe(0);
  } finally {
    jest.dontMock('elkjs/lib/elk.bundled.js');
  }
});
