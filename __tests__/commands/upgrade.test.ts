// `evenkeel synth --kubernetes`: what an upgrade changes, and that it never lands in dist.

import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { WebService } from '../../lib/constructs';
import { isJsonObject, type JsonObject } from '../../lib/model/manifest/json';
import { cli } from '../support/cli';
import { at, shopApp, WEB } from '../support/synthesis';
import { twoSystems } from '../support/two-systems';

const home = process.cwd();

let scratch = '';
let upgrade = '';

// A refusal that fails must not overwrite the committed dist.
beforeEach(() => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-upgrade-')));
  upgrade = join(scratch, 'upgrade');
  process.chdir(scratch);
});

afterEach(() => {
  process.chdir(home);
  rmSync(scratch, { recursive: true });
  delete process.env.EVENKEEL_KUBERNETES;
  delete process.env.CDK8S_OUTDIR;
});

/** As main.ts does when it is imported. */
const several = () => ({ app: twoSystems.app() });

const synth = (...args: string[]) => cli(['synth', ...args], several);

/** A platform of one service, where it does not matter what is on it. */
const small = () => ({ app: shopApp((system) => void new WebService(system, 'web', WEB)) });

/** Paths of the manifests in a directory. */
function manifests(directory: string): string[] {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return paths.filter((path) => path.endsWith('.yaml')).sort();
}

/** All objects of one kind among the files that were written. */
function written(kind: string): JsonObject[] {
  return manifests(upgrade)
    .flatMap((path) => parseAllDocuments(readFileSync(join(upgrade, path), 'utf8')).map((each): unknown => each.toJS()))
    .filter(isJsonObject)
    .filter((object) => object.kind === kind);
}

/** Whether a file holds what `minor` has otherwise: the version of Pod Security, and how a pod stops. */
const isOfAnother = (minor: string, text: string): boolean =>
  (text.includes('-version: v1.') && !text.includes(`-version: v${minor}\n`)) ||
  (text.includes('          sleep:\n') && minor === '1.27');

/** How the pods of mumbai stop, where an ALB learns of it late, and those of the laptop. */
const NATIVE = (seconds: number) => ({ sleep: { seconds } });
const BY_COMMAND = (seconds: number) => ({ exec: { command: ['sleep', String(seconds)] } });

describe('what an upgrade changes', () => {
  const MINORS: [minor: string, preStop: (seconds: number) => object][] = [
    ['1.27', BY_COMMAND],
    ['1.30', NATIVE],
    ['1.29', BY_COMMAND],
    ['1.36', NATIVE],
    ['1.37', NATIVE],
  ];
  test.each(MINORS)(
    'on %s every pod stops as that minor can, and Pod Security is of that version',
    async (minor, preStop) => {
      const { code, out, err } = await synth('--kubernetes', minor, '--outdir', upgrade);
      expect([code, out]).toEqual([0, '']);
      expect(err.match(/note drain-command/g) ?? []).toHaveLength(preStop === BY_COMMAND ? 2 : 0);
      const containers = written('Deployment').map((one) => at(one, 'spec', 'template', 'spec', 'containers', 0));
      expect(containers.map((one) => at(one, 'lifecycle', 'preStop'))).toEqual([30, 20, 30, 20, 20, 20].map(preStop));
      const labels = written('Namespace').map((one) => at(one, 'metadata', 'labels'));
      const version = Object.fromEntries(
        ['enforce', 'warn', 'audit'].map((mode) => [`pod-security.kubernetes.io/${mode}-version`, `v${minor}`]),
      );
      expect(labels).toEqual(labels.map(() => expect.objectContaining(version)));
      expect(labels.length).toBe(4);
    },
  );

  const CHANGED: [minor: string, among: string[]][] = [
    ['1.27', ['00-cluster.yaml', '10-shop-production.yaml', 'clusters/laptop/10-blog-local.yaml']],
    ['1.37', ['00-cluster.yaml', 'clusters/laptop/00-cluster.yaml']],
  ];
  test.each(CHANGED)('--check --kubernetes %s exits 2 and names what would change', async (minor, among) => {
    await synth();
    const changed = manifests('dist').filter((path) => isOfAnother(minor, readFileSync(join('dist', path), 'utf8')));
    expect(changed).toEqual(expect.arrayContaining(among));
    // the oldest minors have no admission policy
    const all = minor === '1.27' ? [...changed, 'inventory.txt'] : changed;
    const out = all.map((path) => `changed  dist/${path}\n`).join('');
    expect(await synth('--check', '--kubernetes', minor)).toMatchObject({ code: 2, out });
  });
});

/** The finding as it is printed, and that nothing was written. */
async function refusal(args: readonly string[], load: () => unknown = small): Promise<string[]> {
  const { code, out, err } = await cli(['synth', ...args], load);
  expect({ code, out, files: readdirSync(scratch) }).toEqual({ code: 1, out: '', files: [] });
  expect(err).toMatch(/\n1 error, nothing written\n$/);
  return err.split('\n').slice(0, -2);
}

describe('an upgrade that would land in dist is refused', () => {
  const refused = (field: string) => [
    'error upgrade-overwrites',
    '  the manifests of an upgrade would overwrite the current ones',
    `  field    ${field}`,
    '  value    "1.37"',
    '  expected --outdir with a directory other than dist, or --check',
  ];

  test.each([
    ['--kubernetes', [], undefined],
    ['--kubernetes', [], 'manifests'], // where they always go, perhaps
    ['--kubernetes', ['--outdir', './dist/'], undefined],
    ['EVENKEEL_KUBERNETES', [], undefined],
    ['EVENKEEL_KUBERNETES', [], 'dist'], // as the cdk8s CLI sets it
    ['EVENKEEL_KUBERNETES', ['--outdir', 'dist'], 'elsewhere'],
  ])('%s with %j, CDK8S_OUTDIR %j', async (by, args, outdir) => {
    if (by === 'EVENKEEL_KUBERNETES') process.env.EVENKEEL_KUBERNETES = '1.37';
    if (outdir !== undefined) process.env.CDK8S_OUTDIR = outdir;
    expect(await refusal(by === '--kubernetes' ? [...args, by, '1.37'] : args)).toEqual(refused(by));
  });

  test('EVENKEEL_KUBERNETES elsewhere is written, and --check compares', async () => {
    await cli(['synth', '--outdir', 'current'], small);
    process.env.EVENKEEL_KUBERNETES = '1.37';
    process.env.CDK8S_OUTDIR = upgrade;
    expect(await cli(['synth'], small)).toEqual({ code: 0, out: '', err: '' });
    expect(written('Namespace')).toHaveLength(1);
    expect((await cli(['synth', '--check'], small)).code).toBe(0);
    expect((await cli(['synth', '--check', '--outdir', 'current'], small)).code).toBe(2);
  });
});

test.each([
  ['1.26', "'1.27' to '1.37'"],
  ['2.0', "'1.27' to '1.37'"],
  ['1.x', "'1.27' to '1.37'"],
  ['', "'1.27' to '1.37'"],
  ['latest', "'1.27' to '1.37'"],
  ['1.26.9', "'1.27' to '1.37'"],
  ['v1.30', "'1.30'"],
  ['1.30.2', "'1.30'"],
  ['v1.36.2-eks-1', "'1.36'"],
])('%j is not a minor', async (minor, right) => {
  const load = jest.fn(small);
  const expected = (field: string) => [
    'error kubernetes-minor',
    minor === '' ? `  ${field} cannot be empty` : '  unsupported Kubernetes version',
    `  field    ${field}`,
    `  value    ${JSON.stringify(minor)}`,
    `  expected ${right}`,
  ];
  expect(await refusal(['--outdir', upgrade, '--kubernetes', minor], load)).toEqual(expected('--kubernetes'));
  expect(load).not.toHaveBeenCalled();
  process.env.EVENKEEL_KUBERNETES = minor;
  if (minor !== '') expect(await refusal(['--outdir', upgrade])).toEqual(expected('EVENKEEL_KUBERNETES'));
});

describe('an app that was not built for the minor shows no upgrade', () => {
  const plain = () => {
    const app = new App();
    const chart = new Chart(app, 'blog', { namespace: 'blog' });
    new ApiObject(chart, 'map', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'map' } });
    return { app };
  };
  const refused = [
    'error upgrade-ignored',
    '  the app was not built for this minor: only a platform supports that',
    '  field    --kubernetes',
    '  value    "1.37"',
    '  expected an app that is built by platform.app() when its file is loaded',
  ];

  test('one that no platform built', async () => {
    expect(await refusal(['--kubernetes', '1.37', '--outdir', upgrade], plain)).toEqual(refused);
    process.env.EVENKEEL_KUBERNETES = '1.37';
    expect(await cli(['synth'], plain)).toEqual({ code: 0, out: '', err: '' });
    expect(existsSync('dist/inventory.txt')).toBe(true);
  });

  test('one that was built before, for none or for another', async () => {
    const before = small();
    expect(await refusal(['--kubernetes', '1.37', '--outdir', upgrade], () => before)).toEqual(refused);
    process.env.EVENKEEL_KUBERNETES = '1.30';
    const other = small();
    expect(await refusal(['--kubernetes', '1.37', '--outdir', upgrade], () => other)).toEqual(refused);
  });
});

describe('EVENKEEL_KUBERNETES is afterwards what it was', () => {
  const minorAtLoad = async (...args: string[]) => {
    const seen: (string | undefined)[] = [];
    const load = () => {
      seen.push(process.env.EVENKEEL_KUBERNETES);
      return small();
    };
    await cli(['synth', '--outdir', upgrade, ...args], load);
    return seen;
  };

  test('unset', async () => {
    expect(await minorAtLoad('--kubernetes', '1.30')).toEqual(['1.30']);
    expect(process.env).not.toHaveProperty('EVENKEEL_KUBERNETES');
    expect(await minorAtLoad()).toEqual([undefined]);
  });

  test('set; the option wins', async () => {
    process.env.EVENKEEL_KUBERNETES = '1.28';
    expect(await minorAtLoad('--kubernetes', '1.30')).toEqual(['1.30']);
    expect(process.env.EVENKEEL_KUBERNETES).toBe('1.28');
    expect(written('Namespace').map((one) => at(one, 'metadata', 'labels'))).toContainEqual(
      expect.objectContaining({ 'pod-security.kubernetes.io/enforce-version': 'v1.30' }),
    );
  });

  test('also when the project cannot be loaded', async () => {
    const failing = () => {
      throw new Error('no project');
    };
    expect((await refusal(['--kubernetes', '1.30', '--outdir', upgrade], failing))[0]).toMatch(/error app$/);
    expect(process.env).not.toHaveProperty('EVENKEEL_KUBERNETES');
  });
});
