// `evenkeel gitops`: what it writes and compares, and what it refuses.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from 'cdk8s';
import { cli } from '../support/cli';
import {
  ARGO,
  type Changes,
  DEPLOYER,
  deliveredApp,
  documentsOf,
  FLUX,
  scratch,
  withObject,
} from '../support/delivered';
import { shopApp } from '../support/synthesis';

let folder: string;
beforeEach(() => {
  folder = scratch();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const dist = () => join(folder, 'dist');
const outdir = () => join(folder, 'gitops');
const of = (settings: object | undefined, changes?: Changes) => () => ({ app: deliveredApp(settings, changes) });
const synth = (load: () => { readonly app: App }) => cli(['synth', '--outdir', dist()], load);
const run = (load: () => { readonly app: App }, ...args: readonly string[]) =>
  cli(['gitops', '--dist', dist(), '--outdir', outdir(), ...args], load);
const written = (): string[] =>
  existsSync(outdir()) ? readdirSync(outdir(), { recursive: true, encoding: 'utf8' }).sort() : [];

test('it writes, compares, and removes what is no longer delivered; what others wrote stays', async () => {
  expect((await synth(of(FLUX))).code).toBe(0);
  const missing = await run(of(FLUX), '--check');
  expect(missing.code).toBe(2);
  expect(missing.out).toContain(`missing  ${outdir()}/mumbai/root.yaml\n`);
  expect(written()).toEqual([]);

  const first = await run(of(FLUX));
  expect(first.code).toBe(0);
  expect(first.out).toContain(`${outdir()}/mumbai/10-shop-production.yaml: written\n`);
  expect(await run(of(FLUX), '--check')).toEqual({ code: 0, out: '', err: '' });
  expect(documentsOf(readFileSync(join(outdir(), 'mumbai/root.yaml'), 'utf8'))).toMatchObject([
    { kind: 'Kustomization', metadata: { name: 'evenkeel' }, spec: { path: './gitops/mumbai' } },
  ]);
  expect(readFileSync(join(outdir(), 'inventory.txt'), 'utf8')).toContain(
    'mumbai/root.yaml\n  kustomize.toolkit.fluxcd.io/Kustomization flux-system/evenkeel\n',
  );

  writeFileSync(join(outdir(), 'notes.txt'), 'mine');
  writeFileSync(join(outdir(), 'mumbai/root.yaml'), 'kind: Other\n');
  expect(await run(of(FLUX), '--check')).toMatchObject({ code: 2, out: `changed  ${outdir()}/mumbai/root.yaml\n` });

  const one = { ...FLUX, clusters: ['laptop'] };
  expect((await run(of(one), '--check')).out).toContain(`stale    ${outdir()}/mumbai/root.yaml\n`);
  expect((await run(of(one))).out).toContain(`${outdir()}/mumbai/root.yaml: removed\n`);
  expect(written().filter((path) => !path.startsWith('laptop'))).toEqual(['inventory.txt', 'notes.txt']);
});

test('Argo CD: the same, with its own objects', async () => {
  await synth(of(ARGO));
  expect((await run(of(ARGO))).code).toBe(0);
  const kinds = documentsOf(readFileSync(join(outdir(), 'mumbai/root.yaml'), 'utf8')).map(({ kind }) => kind);
  expect(kinds).toEqual(['AppProject', 'Application']);
});

test('it says what the controller applies by its own account', async () => {
  await synth(of(FLUX));
  const { err } = await run(of(FLUX));
  expect(err).toBe(
    'note: on laptop the controller applies 10-blog-local by its own account: no ServiceAccount is their deployer\n' +
      'note: on mumbai the controller applies 10-blog-production by its own account: no ServiceAccount is their deployer\n',
  );
  const platform = { ...FLUX, applies: 'platform' };
  expect((await run(of(platform))).err).toBe('');
});

test('dist is found by its path in the repository', async () => {
  mkdirSync(join(folder, '.git'));
  folder = join(folder, 'deploy');
  await synth(of(FLUX));
  await run(of(FLUX));
  expect(readFileSync(join(outdir(), 'mumbai/root.yaml'), 'utf8')).toContain('path: ./deploy/gitops/mumbai\n');
  folder = join(folder, '..');
});

describe('bad input', () => {
  const refused = async (settings: object | undefined, changes?: Changes) => {
    const result = await run(of(settings, changes));
    expect(result).toMatchObject({ code: 1, out: '' });
    expect(written()).toEqual([]);
    return result.err;
  };

  test('no controller: what to write', async () => {
    const err = await refused(undefined);
    expect(err).toContain('the platform does not say which controller applies dist/');
    expect(err).toContain(
      "expected gitops: { controller: 'flux', repository: 'https://git.example.com/platform.git' }",
    );
    expect(err).toContain('1 error, nothing written\n');
  });

  test.each<readonly [string, object, readonly string[]]>([
    [
      'an unknown controller',
      { ...FLUX, controller: 'flx' },
      ['gitops.controller', 'the text "flx" (did you mean flux?)', 'one of flux, argo'],
    ],
    [
      'no repository',
      { controller: 'argo' },
      ['gitops.repository is required', 'https://git.example.com/platform.git, or ssh://'],
    ],
    ['a misspelt key', { ...FLUX, brunch: 'main' }, ["unknown property 'brunch' in gitops (did you mean branch?)"]],
    ['a key of the other controller', { ...ARGO, secret: 'git' }, ["unknown property 'secret' in gitops"]],
    ['an address that is none', { ...FLUX, repository: 'platform' }, ['not the address of a git repository']],
    [
      'an address without a path',
      { ...FLUX, repository: 'https://git.example' },
      ['not the address of a git repository'],
    ],
    ['a short form of SSH', { ...FLUX, repository: 'git@git.example:platform.git' }, ['ssh://git@git.example.com/']],
    ['a branch that git refuses', { ...FLUX, branch: 'a..b' }, ['gitops.branch', 'the name of a branch']],
    [
      'an unknown cluster',
      { ...FLUX, clusters: ['mumbay'] },
      ["unknown cluster 'mumbay' (did you mean mumbai?)", 'one of mumbai, laptop, idle'],
    ],
    [
      'a receiver without a Secret',
      { ...FLUX, alerts: { type: 'slack' } },
      ['gitops.alerts.secret is required', 'the name of a Secret'],
    ],
    [
      'an unknown receiver',
      { ...FLUX, alerts: { type: 'mail', secret: 'a' } },
      ['one of alertmanager, generic, msteams, slack'],
    ],
  ])('%s, with the line', async (_, settings, texts) => {
    const err = await refused(settings);
    for (const text of texts) expect(err).toContain(text);
    expect(err).toMatch(/delivered\.ts:\d+:\d+ error/);
    expect(err.match(/ error /g)).toHaveLength(1);
  });

  test.each([
    'https://user:hunter2@git.example/platform.git',
    'https://hunter2@git.example/platform.git',
    'ssh://git:hunter2@git.example/platform.git',
    'https://git.example/platform.git?private_token=hunter2',
    'git.example:hunter2@x',
  ])('a credential in %s is refused, and not repeated', async (repository) => {
    const err = await refused({ ...FLUX, repository });
    expect(err).toMatch(/has a credential in it|not the address of a git repository/);
    expect(err).not.toContain('hunter2');
  });

  test('a cluster without a system', async () => {
    await synth(of(FLUX));
    const err = await refused({ ...FLUX, clusters: ['mumbai', 'idle'] });
    expect(err).toContain('cluster idle runs no system, so there is nothing to apply');
    expect(err).toContain('expected clusters that do: laptop, mumbai');
  });

  test('no dist, and one that is not what the code would write: run synth', async () => {
    const without = await run(of(FLUX));
    expect(without.code).toBe(1);
    expect(without.err).toContain(`${dist()} does not exist, or has no manifests`);
    expect(without.err).toContain('expected npm run synth first');
    await synth(of(FLUX));
    rmSync(join(dist(), '07-shop-production.yaml'));
    const { code, err } = await run(of(FLUX));
    expect(code).toBe(1);
    expect(err).toContain(`${dist()} is not what the code would write: 07-shop-production.yaml`);
    expect(written()).toEqual([]);
  });

  test('a dist of another app', async () => {
    await synth(of(FLUX));
    const inventory = join(dist(), 'inventory.txt');
    writeFileSync(inventory, readFileSync(inventory, 'utf8').replace(/^# App: .*$/m, '# App: other/main.ts'));
    const { code, err } = await run(of(FLUX));
    expect(code).toBe(1);
    expect(err).toContain('other/main.ts');
  });

  test('a directory in dist, which synth replaces', async () => {
    await synth(of(FLUX));
    for (const directory of [dist(), join(dist(), 'gitops')]) {
      const { code, err } = await cli(['gitops', '--dist', dist(), '--outdir', directory], of(FLUX));
      expect(code).toBe(1);
      expect(err).toContain(`${directory} and ${dist()} are one directory, or one is in the other`);
    }
  });

  test('a path of Windows', async () => {
    await synth(of(FLUX));
    const { code, err } = await cli(['gitops', '--dist', dist(), '--outdir', 'C:\\temp\\gitops'], of(FLUX));
    expect(code).toBe(1);
    expect(err).toContain('a path of Windows would be one oddly named folder on this system');
  });

  test('a dist in another repository', async () => {
    await synth(of(FLUX));
    mkdirSync(join(dist(), '.git'));
    const { code, err } = await run(of(FLUX));
    expect(code).toBe(1);
    expect(err).toContain(`${dist()} is not in the repository of ${outdir()}`);
  });

  test('two ServiceAccounts that deploy one namespace: the line of the placement', async () => {
    const deployers = { first: DEPLOYER, second: { namespace: 'flux-system', serviceAccount: 'other' } };
    await synth(of(FLUX));
    const err = await refused(FLUX, { deployers });
    expect(err).toContain('2 ServiceAccounts are deployers of one namespace');
    expect(err).toMatch(/delivered\.ts:\d+:\d+ error gitops-account/);
  });

  test('with Flux, a deployer in the namespace that it would make first', async () => {
    const deployers = { deployer: { namespace: 'shop-production', serviceAccount: 'shop' } };
    const add = withObject('ServiceAccount', 'shop');
    await synth(of(FLUX, { deployers, add }));
    const err = await refused(FLUX, { deployers, add });
    expect(err).toContain('the deployer shop-production/shop is in a namespace that Flux would make first');
    await synth(of(ARGO, { deployers, add }));
    expect((await run(of(ARGO, { deployers, add }))).code).toBe(0);
  });

  test('an object in the namespace of another system, which a reason lets pass elsewhere', async () => {
    const annotations = { 'evenkeel.dev/outside-namespace-reason': 'a test' };
    const add = withObject('ConfigMap', 'theirs', { namespace: 'blog-production', annotations });
    const changes = { add, deployers: {} };
    await synth(of(FLUX, changes));
    const { code, err } = await run(of(FLUX, changes));
    expect(code).toBe(1);
    expect(err).toContain(
      '10-shop-production would own ConfigMap blog-production/theirs, in the namespace of blog-production',
    );
    expect(written()).toEqual([]);
  });

  test('errors of the app come first, and once', async () => {
    const { code, err } = await cli(['gitops'], () => ({
      app: shopApp(() => {
        throw new Error('broken');
      }),
    }));
    expect(code).toBe(1);
    expect(err).toContain('broken');
    expect(err).not.toContain('gitops-settings');
  });

  test('an outdir that is a file', async () => {
    await synth(of(FLUX));
    writeFileSync(outdir(), '');
    const { code, err } = await run(of(FLUX));
    expect(code).toBe(1);
    expect(err).toContain(outdir());
  });
});
