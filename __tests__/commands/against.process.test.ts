// 09, 40, 41, 47, 48: synth compares with what is committed, refuses what the API server would, and says where it cannot compare.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject } from 'cdk8s';
import { LoadTest, type System, Volume, WebService, type WebServiceProps } from '../../lib/constructs';
import type { Json, JsonObject } from '../../lib/model/manifest/json';
import { cli } from '../support/cli';
import { shopApp, WEB } from '../support/synthesis';

let folder = '';
let outdir = '';

const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@a.example', ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evenkeel-against-'));
  outdir = join(folder, 'dist');
});

afterEach(() => rmSync(folder, { recursive: true }));

const synth = (build: (system: System) => void, ...args: string[]) =>
  cli(['synth', '--outdir', outdir, ...args], () => ({ app: shopApp(build) }));

const web =
  (change: Partial<WebServiceProps> = {}) =>
  (system: System) =>
    void new WebService(system, 'web', { ...WEB, ...change });

const sized = (size: string) => (system: System) =>
  void new Volume(system, 'data', { size, oneZone: 'it can be made again', noBackup: 'it can be made again' });

const raw =
  (kind: string, spec: Json, metadata: JsonObject = {}) =>
  (system: System) =>
    void new ApiObject(system, 'raw', {
      apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
      kind,
      metadata: { name: 'raw', ...metadata },
      spec,
    });

const pod = (image: string) => ({
  metadata: { labels: { app: 'raw' } },
  spec: {
    automountServiceAccountToken: false,
    restartPolicy: 'Never',
    securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'raw',
        image,
        resources: { requests: { cpu: '10m', memory: '8Mi' }, limits: { memory: '8Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
      },
    ],
  },
});

const migrate = (image: string, metadata?: JsonObject) =>
  raw('Job', { activeDeadlineSeconds: 60, template: pod(image) }, metadata);

/** Writes and commits what `build` describes. */
async function committed(build: (system: System) => void): Promise<void> {
  git('init', '--quiet', '--initial-branch=main');
  expect((await synth(build)).code).toBe(0);
  git('add', '.');
  git('commit', '--quiet', '--message=before');
}

describe('synth, against HEAD', () => {
  test('an ordinary release prints nothing: an image, a variable, a size', async () => {
    await committed(web());
    const changed = web({ image: 'registry.example/shop/web:2', env: { A: 'b' }, size: { replicas: 5 } });
    expect(await synth(changed)).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(outdir, '10-shop-production.yaml'), 'utf8')).toContain('web:2');
  });

  test('41: a volume that shrinks is refused at its line, and nothing is written', async () => {
    await committed(sized('20Gi'));
    const before = readFileSync(join(outdir, '10-shop-production.yaml'), 'utf8');
    const { code, err } = await synth(sized('10Gi'));
    expect(code).toBe(1);
    expect(err).toMatch(/^\S*against\.process\.test\.ts:\d+:\d+ error fixed-field\n/);
    expect(err).toContain('20Gi or more: a volume never shrinks');
    expect(err).toContain('1 error, nothing written');
    expect(readFileSync(join(outdir, '10-shop-production.yaml'), 'utf8')).toBe(before);
    expect((await synth(sized('30Gi'))).code).toBe(0);
  });

  test('48: a Job with another image is refused; its reason, or a name with the build, is the way', async () => {
    await committed(migrate('registry.example/shop/migrate:1'));
    const { code, err } = await synth(migrate('registry.example/shop/migrate:2'));
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('such as raw-412 for build 412') });
    const reason = { annotations: { 'evenkeel.dev/fixed-field-reason': 'deleted by the pipeline before the apply' } };
    expect(await synth(migrate('registry.example/shop/migrate:2', reason))).toMatchObject({ code: 0 });
    expect(await synth(migrate('registry.example/shop/migrate:2', { name: 'raw-2' }))).toMatchObject({ code: 0 });
  });

  test('40: a load test with more users says which Jobs to delete, and is written', async () => {
    const load = (users: number) => (system: System) =>
      void new LoadTest(system, 'load', {
        image: 'registry.example/locust:2',
        host: 'shop.example',
        path: '/',
        users,
        thinkSeconds: 10,
        usersPerSecond: 10,
        seconds: 60,
        requestsPerSecondPerWorker: 500,
        latency: { quantile: 0.98, seconds: 0.2 },
        memoryPerWorker: '256Mi',
        results: '1Gi',
      });
    await committed(load(100));
    const { code, err } = await synth(load(200));
    expect(code).toBe(0);
    expect(err).toContain('kubectl -n shop-production delete job load-master');
    expect(err).toContain('warning fixed-field');
  });

  test('09: replicas that an autoscaler takes over are a warning', async () => {
    await committed(web({ size: { replicas: 6 } }));
    const { code, err } = await synth(web({ size: { min: 6, max: 12, cpu: 0.6 } }));
    expect(code).toBe(0);
    expect(err).toContain('warning replicas-handover');
    expect(err).toContain('the apply scales web from 6 pods to 1');
  });

  test('a move to another file changes nothing', async () => {
    await committed(sized('20Gi'));
    const from = join(outdir, '10-shop-production.yaml');
    writeFileSync(join(outdir, '07-moved.yaml'), readFileSync(from));
    rmSync(from);
    const inventory = join(outdir, 'inventory.txt');
    writeFileSync(inventory, readFileSync(inventory, 'utf8').replace('10-shop-production.yaml', '07-moved.yaml'));
    git('add', '--all');
    git('commit', '--quiet', '--message=moved');
    expect(await synth(sized('20Gi'))).toMatchObject({ code: 0, err: '' });
    git('checkout', '--quiet', '--', '.');
    expect(await synth(sized('10Gi'))).toMatchObject({ code: 1, err: expect.stringContaining('never shrinks') });
  });

  test('a part is compared as far as it goes', async () => {
    await committed(sized('20Gi'));
    expect((await synth(sized('10Gi'), 'shop')).code).toBe(1);
    expect((await synth(sized('10Gi'), '--cluster', 'mumbai')).code).toBe(1);
  });

  test.each([
    ['a conflict', '<<<<<<< a\nx: 1\n=======\nx: 2\n>>>>>>> b\n', 'git conflict'],
    ['bytes that are not text', Buffer.from([0xff, 0xfe, 0x00]), 'not valid'],
    ['no objects', '- 1\n- a: [\n', 'cannot be read'],
    ['depth', `a: ${'['.repeat(20_000)}`, 'cannot be read'],
  ])('what synth never wrote does not end it: %s', async (_what, text, said) => {
    await committed(web());
    writeFileSync(join(outdir, '10-shop-production.yaml'), text);
    git('commit', '--quiet', '--all', '--message=by hand');
    const { code, err } = await synth(web());
    expect(code).toBe(0);
    expect(err).toContain('warning comparison');
    expect(err).toContain(said);
  });

  test('objects of any shape do not end it', async () => {
    await committed(web());
    const odd = [
      '1',
      'null',
      '[]',
      'a: 1',
      'kind: Deployment\nmetadata: 1',
      'apiVersion: [1]\nkind: Job\nmetadata: {name: web}\nspec: 1',
    ];
    writeFileSync(join(outdir, '10-shop-production.yaml'), odd.join('\n---\n'));
    git('commit', '--quiet', '--all', '--message=by hand');
    expect(await synth(web())).toMatchObject({ code: 0, err: '' });
  });
});

describe('where nothing can be compared', () => {
  test('without --against: silent in a folder without git, and before the first commit', async () => {
    expect(await synth(web())).toEqual({ code: 0, out: '', err: '' });
    git('init', '--quiet');
    expect(await synth(web())).toEqual({ code: 0, out: '', err: '' });
  });

  test('one note where the commit has no dist, and none where git ignores it', async () => {
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message=empty');
    const { code, err } = await synth(web());
    expect({ code, notes: err.match(/note comparison/g) }).toEqual({ code: 0, notes: ['note comparison'] });
    writeFileSync(join(folder, '.gitignore'), 'dist/\n');
    expect(await synth(web())).toEqual({ code: 0, out: '', err: '' });
  });

  test.each([
    ['a ref that is not there', 'nope', 'git has no commit nope'],
    ['an option', '--upload-pack=touch x', 'git has no commit --upload-pack=touch x'],
    ['no text', '', '--against names no commit'],
    ['a zero commit', '0'.repeat(40), 'git has no commit 0000'],
    ['a byte that ends text', 'HEAD\0', 'git has no commit'],
  ])('--against %s is an error', async (_what, ref, said) => {
    await committed(web());
    const { code, err } = await synth(web(), '--check', `--against=${ref}`);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(said) });
  });

  test('--against outside of a repository, and against a commit without dist, is an error', async () => {
    expect(await synth(web(), '--against', 'HEAD')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no git repository'),
    });
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message=empty');
    expect(await synth(web(), '--against', 'HEAD')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no directory dist'),
    });
  });

  test('a shallow clone says what to fetch', async () => {
    await committed(web());
    const first = git('rev-parse', 'HEAD').trim();
    git('commit', '--quiet', '--allow-empty', '--message=second');
    const clone = join(folder, 'clone');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${folder}`, clone]);
    outdir = join(clone, 'dist');
    const { code, err } = await synth(web(), '--check', '--against', first);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('fetch-depth: 0') });
    expect(await synth(web(), '--check', '--against', 'HEAD')).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('--check --against', () => {
  test('compares with that commit, not with HEAD; --check alone compares with none', async () => {
    await committed(sized('20Gi'));
    git('tag', 'base');
    const reason = 'evenkeel.dev/fixed-field-reason';
    rmSync(outdir, { recursive: true });
    expect((await synth(sized('10Gi'), '--against', 'base')).code).toBe(1);
    mkdirSync(outdir);
    // a commit that was made without evenkeel
    expect((await synth(sized('10Gi'), '--outdir', join(folder, 'other'))).code).toBe(0);
    rmSync(outdir, { recursive: true });
    git('mv', '-k', 'other', 'dist');
    execFileSync('mv', [join(folder, 'other'), outdir]);
    git('add', '--all');
    git('commit', '--quiet', '--message=smaller');
    expect(await synth(sized('10Gi'), '--check')).toEqual({ code: 0, out: '', err: '' });
    expect(await synth(sized('10Gi'), '--check', '--against', 'HEAD')).toEqual({ code: 0, out: '', err: '' });
    const { code, err } = await synth(sized('10Gi'), '--check', '--against', 'base');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(reason) });
  });

  test('a folder with odd characters, and the variables of a hook', async () => {
    outdir = join(folder, "a b:c'\n(ü)", 'dist');
    git('init', '--quiet');
    mkdirSync(join(outdir, '..'));
    expect((await synth(sized('20Gi'))).code).toBe(0);
    git('add', '.');
    git('commit', '--quiet', '--message=before');
    process.env.GIT_DIR = '.git';
    process.env.GIT_INDEX_FILE = '.git/index';
    try {
      expect((await synth(sized('10Gi'), '--against', 'HEAD')).code).toBe(1);
      expect(await synth(sized('20Gi'), '--against', 'HEAD')).toMatchObject({ code: 0 });
    } finally {
      delete process.env.GIT_DIR;
      delete process.env.GIT_INDEX_FILE;
    }
  });
});
