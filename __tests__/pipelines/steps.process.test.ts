// The scripts of pipelines/steps, each run alone with stand-ins, on a system of its own: what it calls, what it refuses, where it stops.
import { spawnSync } from 'node:child_process';
import { Agent, type Run } from '../support/pipelines/agent';
import { PIPELINES, SCHEDULED, stagesBy } from '../support/pipelines/azure';
import { broken, type Sources, STEPS, shipped } from '../support/pipelines/files';

const SHOP = {
  SYSTEM_NAME: 'shop',
  ENVIRONMENT: 'prod',
  ENVIRONMENTS: 'dev prod',
  IMAGES: 'api web',
  REGISTRY: 'shopdev.azurecr.io',
  PRODUCTION_REGISTRY: 'shop.azurecr.io',
  BUILD_NUMBER: '8',
  BRANCH: 'main',
  CODE: '.',
  FOLDER: 'dist',
  TRIVY: 'scanner',
};
const AMAZON = { REGISTRY: '123456789012.dkr.ecr.eu-west-1.amazonaws.com' };
const digest = (name: string): string => `sha256:${String(name.length).padStart(64, '0')}`;
const object = (kind: string, name: string): string => `kind: ${kind}\nmetadata:\n  name: ${name}\n`;
const FILES = {
  'charts/images.json': `${JSON.stringify({ shop: { dev: '7', prod: { api: 'sha256:1', web: 'sha256:2' } } }, null, 2)}\n`,
  'dist/10-shop-prod.yaml': [object('Service', 'web'), object('Deployment', 'web'), object('StatefulSet', 'api')].join(
    '---\n',
  ),
};

let agent: Agent;
const start = (sources: Sources = shipped, files = {}): void => {
  agent?.remove();
  agent = new Agent(sources, { ...FILES, ...files });
};
beforeAll(() => start());
afterAll(() => agent.remove());

interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly clone?: string;
  readonly again?: boolean;
}
const run = (name: string, { env = {}, ...options }: Options = {}): Run =>
  agent.runScript(name, { ...SHOP, WORK: `${agent.scratch}/work`, KUBECONFIG: '/kubeconfig', ...env }, options);

/** Build and scan come first, on this machine. */
const scanned = (env = {}): void => {
  for (const name of ['build', 'scan-images']) expect(run(name, { env })).toMatchObject({ failed: false });
};

test('bash parses each of them, and each script in the files of Azure; an open quote is noticed', () => {
  const scriptsOf = (sources: Sources): string[] => [
    ...STEPS.map((path) => sources[path] ?? ''),
    ...[...PIPELINES, ...SCHEDULED]
      .flatMap((main) => [...stagesBy(sources, main).values()])
      .flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps))
      .flatMap(({ script }) => script ?? []),
  ];
  const unreadable = (sources: Sources) =>
    [...new Set(scriptsOf(sources))].filter((input) => spawnSync('bash', ['-n'], { input }).status !== 0);
  expect(unreadable(shipped)).toEqual([]);
  expect(unreadable(broken("'**/coverage.opencover.xml'", "'**/coverage.opencover.xml"))).toHaveLength(1);
});

describe('push', () => {
  test('another image under the tag than the one that was scanned is refused before it is pushed', () => {
    scanned();
    const { failed, calls, printed } = run('push', { env: { REBUILT: 'another image' } });
    expect(failed).toBe(true);
    expect(calls.filter((call) => call.startsWith('docker push'))).toEqual([]);
    expect(printed).toContain(
      'push: shopdev.azurecr.io/shop/api:8 is image another image, expected the scanned image of api\n',
    );
  });

  test('another image in the registry than the one that was scanned is refused, and not handed on', () => {
    scanned();
    const { failed, calls, printed } = run('push', { env: { SWAPPED: 'another image' } });
    expect({ failed, pushes: calls.filter((call) => call.startsWith('docker push')).length }).toEqual({
      failed: true,
      pushes: 1,
    });
    expect(printed).toContain(
      `push: shopdev.azurecr.io/shop/api@${digest('api')} is image another image, expected the scanned`,
    );
    expect(agent.read('work/pushed')).toBe('');
  });

  test('an image that was not scanned is refused', () => {
    scanned({ IMAGES: 'api' });
    const { failed, printed } = run('push', { env: { IMAGES: 'web' } });
    expect(failed).toBe(true);
    expect(printed).toContain('expected the scanned image, which WORK/scanned does not have');
  });

  test('it hands on registry, repository and digest of each image', () => {
    scanned();
    expect(run('push').failed).toBe(false);
    expect(agent.read('work/pushed')).toBe(
      ['api', 'web'].map((name) => `shopdev.azurecr.io/shop/${name}@${digest(name)}\n`).join(''),
    );
  });

  test('a repository whose tags may change is refused', () => {
    scanned(AMAZON);
    expect(run('push', { env: AMAZON }).failed).toBe(false);
    const { failed, calls, printed } = run('push', { env: { ...AMAZON, TAGS: 'MUTABLE' } });
    expect(failed).toBe(true);
    expect(calls.filter((call) => call.startsWith('docker push'))).toEqual([]);
    expect(printed).toContain('push: tags of shop/api are MUTABLE, expected IMMUTABLE\n');
  });

  test('a registry without a known login is refused', () => {
    const { failed, calls, printed } = run('push', { env: { REGISTRY: 'registry.example' } });
    expect({ failed, calls }).toEqual({ failed: true, calls: [] });
    expect(printed).toContain('push: registry.example has no known login, expected <name>.azurecr.io or ');
  });
});

test('scan-images hands on nothing of an image that has not passed', () => {
  expect(run('scan-images', { env: { FAIL: 'docker run * image --input /images/web.tar *' } }).failed).toBe(true);
  expect(agent.read('work/scanned')).toBe('api image of api\n');
});

test('promote refuses a copy of another digest, and does not copy twice', () => {
  expect(run('promote', { env: { COPIED: digest('another') } })).toMatchObject({
    failed: true,
    printed: expect.stringContaining(
      `promote: shop/api:8 is ${digest('another')} in shop.azurecr.io, expected ${digest('api')}\n`,
    ),
  });
  run('promote');
  expect(run('promote').calls.filter((call) => call.startsWith('az acr import'))).toEqual([]);
});

describe('set-tags', () => {
  test('a number where the file has one, a digest where it names components; a name is matched as a whole', () => {
    scanned({ IMAGES: 'new-web api web' });
    run('push', { env: { IMAGES: 'new-web api web' } });
    expect(run('set-tags').calls).toEqual([
      'npm run image -- shop/dev 8',
      `npm run image -- shop/prod/api ${digest('api')}`,
      `npm run image -- shop/prod/web ${digest('web')}`,
    ]);
  });

  test('a component that was not pushed is refused', () => {
    scanned({ IMAGES: 'api' });
    run('push', { env: { IMAGES: 'api' } });
    expect(run('set-tags')).toMatchObject({
      failed: true,
      printed: expect.stringContaining(
        'set-tags: web was not pushed, expected each component of shop/prod in charts/images.json\n',
      ),
    });
  });
});

describe('changed', () => {
  const answer = (clone?: string): string => {
    const { failed, printed } = run('changed', clone === undefined ? {} : { clone });
    return failed ? `failed: ${printed}` : printed.trim();
  };
  beforeEach(() => start());

  test('yes before the first release and after a change, no after a release of this or another system', () => {
    expect(answer()).toBe('yes');
    agent.change('dist/10-shop-prod.yaml', object('Deployment', 'web'), 'shop/prod is build 7 [skip ci]');
    expect(answer()).toBe('no');
    agent.change('charts/images.json', '{}', 'blog/prod is build 3 [skip ci]');
    expect(answer()).toBe('no');
    agent.change('charts/previews.json', '{ "feature/x": {} }');
    expect(answer()).toBe('no');
    agent.change('services/web/server.js', '');
    expect(answer()).toBe('yes');
  });

  test('a release of another environment is not one of this', () => {
    agent.change('dist/10-shop-dev.yaml', '', 'shop/dev is build 8 [skip ci]');
    expect(answer()).toBe('yes');
  });

  test('a shallow clone is refused: it may have no release', () => {
    agent.change('services/web/server.js', '');
    expect(answer('--depth 1')).toContain('failed: changed: the clone is shallow, expected all of its history\n');
  });
});

describe('commit', () => {
  beforeAll(() => start());

  test('nothing changed: nothing is committed, twice in a row', () => {
    for (const again of [false, true])
      expect(run('commit', { again })).toMatchObject({
        failed: false,
        printed: 'nothing changed, nothing to commit\n',
      });
    expect(agent.log()).toEqual(['first']);
  });

  test('only tags and dist are committed', () => {
    scanned();
    run('push');
    run('set-tags');
    agent.leave('notes.txt', 'not for main');
    expect(run('commit', { again: true }).failed).toBe(false);
    expect(agent.log()[0]).toBe('shop/prod is build 8 [skip ci]');
    expect(agent.changed()).toEqual(['charts/images.json']);
    expect(run('commit', { again: true }).printed).toBe('nothing changed, nothing to commit\n');
  });
});

describe('previews (G9)', () => {
  const NONE = { 'charts/previews.json': '{}\n' };
  const ON_A_BRANCH = { BRANCH_NAME: 'feature/pay-42', BUILD_NUMBER: 'c0ffee-1' };
  const ON_MAIN = { BRANCH_NAME: 'main', BUILD_NUMBER: '' };
  const previews = (): unknown => JSON.parse(agent.file('charts/previews.json'));
  const EDITED = ['npm run synth', 'npm run synth -- --check --strict'];
  beforeEach(() => start(shipped, NONE));

  test('a branch gets an environment with its build, by a commit on main; the next build is another one', () => {
    expect(run('previews', { env: ON_A_BRANCH })).toMatchObject({
      failed: false,
      calls: ['npm ci', 'npm run preview -- feature/pay-42 --image shop=c0ffee-1', ...EDITED],
    });
    expect(previews()).toEqual({ 'feature/pay-42': { images: { shop: 'c0ffee-1' } } });
    expect(agent.log()).toEqual(['previews: feature/pay-42, build c0ffee-1 [skip ci]', 'first']);
    expect(agent.changed()).toEqual(['charts/previews.json', 'dist/10-preview-feature-pay-42.yaml']);
    run('previews', { env: { ...ON_A_BRANCH, BUILD_NUMBER: 'c0ffee-2' } });
    expect(previews()).toEqual({ 'feature/pay-42': { images: { shop: 'c0ffee-2' } } });
    expect(run('previews', { env: { ...ON_A_BRANCH, BUILD_NUMBER: 'c0ffee-2' } }).printed).toContain(
      'nothing changed, nothing to commit\n',
    );
    expect(agent.log()).toHaveLength(3);
  });

  test('on main, what has a branch stays, and what has none is gone with its files', () => {
    for (const name of ['feature/pay-42', 'feature/cart']) {
      agent.branch(name);
      run('previews', { env: { ...ON_A_BRANCH, BRANCH_NAME: name } });
    }
    expect(run('previews', { env: ON_MAIN }).printed).toContain('nothing changed, nothing to commit\n');
    agent.branch('feature/pay-42', false);
    expect(run('previews', { env: ON_MAIN })).toMatchObject({
      failed: false,
      calls: ['npm ci', 'npm run preview -- --reconcile -', ...EDITED],
    });
    expect(previews()).toEqual({ 'feature/cart': { images: { shop: 'c0ffee-1' } } });
    expect(agent.changed()).toEqual(['charts/previews.json', 'dist/10-preview-feature-pay-42.yaml']);
  });

  test.each(['npm ci', 'npm run preview *', 'npm run synth', 'npm run synth -- --check *'])(
    'where %s fails, nothing is pushed',
    (pattern) => {
      const { failed, calls } = run('previews', { env: { ...ON_A_BRANCH, FAIL: pattern } });
      expect(failed).toBe(true);
      expect(calls).toHaveLength(['npm ci', 'npm run preview *', ...EDITED.slice(0, 1)].indexOf(pattern) + 1 || 4);
      expect(agent.log()).toEqual(['first']);
    },
  );

  test('a main that moves on meanwhile: the change is made again on what it is now, three times at most', () => {
    const refusing = (times: number): string => {
      // a hook of the origin refuses the first pushes, as if another one had been faster
      const hook = `#!/bin/sh\ncount=$(cat "${agent.scratch}/count")\necho $((count + 1)) >"${agent.scratch}/count"\n[ "$count" -ge ${times} ]\n`;
      agent.hook('pre-receive', hook);
      return run('previews', { env: ON_A_BRANCH }).failed ? 'failed' : agent.read('count').trim();
    };
    expect(refusing(2)).toBe('3');
    expect(agent.log()).toHaveLength(2);
    start(shipped, NONE);
    expect(refusing(3)).toBe('failed');
    expect(agent.log()).toEqual(['first']);
  });
});

describe('commit, where main has moved on meanwhile', () => {
  beforeEach(() => {
    start(shipped, { 'charts/previews.json': '{}\n' });
    run('check');
    agent.leave('dist/10-shop-prod.yaml', object('Deployment', 'web'));
  });

  test('previews stay, and the release goes on top of them once it is what synth says', () => {
    agent.change('charts/previews.json', '{ "feature/x": {} }');
    agent.change('dist/10-shop-feature-x.yaml', object('Deployment', 'web'));
    expect(run('commit', { again: true })).toMatchObject({
      failed: false,
      calls: ['npm run synth -- --check --strict'],
    });
    expect(agent.log()[0]).toBe('shop/prod is build 8 [skip ci]');
    expect(agent.log()).toHaveLength(4);
    expect(agent.file('charts/previews.json')).toBe('{ "feature/x": {} }');
  });

  test('where synth says something else, nothing is pushed', () => {
    agent.change('dist/10-shop-feature-x.yaml', object('Deployment', 'web'));
    expect(run('commit', { again: true, env: { FAIL: 'npm run synth *' } }).failed).toBe(true);
    expect(agent.log()[0]).toBe('change dist/10-shop-feature-x.yaml');
  });

  test.each(['charts/images.json', 'charts/shop.ts'])('another change, of %s, refuses the release', (path) => {
    agent.change(path, '{}');
    expect(run('commit', { again: true })).toMatchObject({ failed: true, calls: [] });
    expect(agent.log()[0]).toBe(`change ${path}`);
  });
});

test('check compares with the commit that the branch left, and fails where there is none', () => {
  start();
  expect(run('check').calls).toEqual(['npm run synth -- --check --strict']);
  expect(run('check', { env: { AGAINST: 'main' } }).calls).toEqual([
    'npm run synth -- --check --strict',
    'npm run synth -- --check --against <commit>',
  ]);
  expect(run('check', { env: { AGAINST: 'gone' } })).toMatchObject({
    failed: true,
    calls: ['npm run synth -- --check --strict'],
  });
});

test('approved refuses another manifest, one more and one less', () => {
  start();
  run('check');
  const approved = (text: string, env = {}): boolean => {
    agent.leave('approved/10-shop-prod.yaml', text);
    return !run('approved', { again: true, env: { APPROVED: `${agent.scratch}/step/approved`, ...env } }).failed;
  };
  expect(approved(FILES['dist/10-shop-prod.yaml'])).toBe(true);
  expect(approved(`${FILES['dist/10-shop-prod.yaml']}\n`)).toBe(false);
  expect(approved(FILES['dist/10-shop-prod.yaml'], { ENVIRONMENT: 'dev' })).toBe(true);
  agent.leave('dist/07-shop-prod.yaml', object('Job', 'migrate'));
  expect(approved(FILES['dist/10-shop-prod.yaml'])).toBe(false);
});

describe('apply', () => {
  const applied = [
    'kubectl apply -f dist/10-shop-prod.yaml',
    'kubectl get -f dist/10-shop-prod.yaml -o name',
    'kubectl rollout status --namespace shop-prod --timeout 20m deployment.apps/web',
    'kubectl rollout status --namespace shop-prod --timeout 20m statefulset.apps/api',
  ];
  const migrated = [
    'kubectl apply -f dist/07-shop-prod.yaml',
    'kubectl get -f dist/07-shop-prod.yaml -o name',
    'kubectl wait --namespace shop-prod --for condition=complete --timeout 30m job.batch/migrate-8',
  ];

  test('it waits for each rollout; the namespace may have another name', () => {
    start();
    expect(run('apply').calls).toEqual(applied);
    expect(run('apply', { env: { NAMESPACE: 'project1' } }).calls).toEqual(
      applied.map((call) => call.replace('shop-prod --', 'project1 --')),
    );
  });

  test('a migration comes first, and one that fails stops the release', () => {
    start(shipped, {
      'dist/07-shop-prod.yaml': `${object('ServiceAccount', 'migrate')}---\n${object('Job', 'migrate-8')}`,
    });
    expect(run('apply').calls).toEqual([...migrated, ...applied]);
    for (const [at, call] of [...migrated, ...applied].entries()) {
      const { failed, calls } = run('apply', { again: true, env: { FAIL: call } });
      expect({ call, failed, calls }).toEqual({
        call,
        failed: true,
        calls: [...migrated, ...applied].slice(0, at + 1),
      });
    }
  });
});

describe('drift', () => {
  const files = { 'dist/00-cluster.yaml': object('Namespace', 'shop-prod'), 'dist/clusters/b/00-cluster.yaml': '' };
  const compared = ['kubectl diff -f dist/00-cluster.yaml', 'kubectl diff -f dist/10-shop-prod.yaml'];
  beforeAll(() => start(shipped, files));

  test('each file of the cluster is compared, and of no other one', () => {
    expect(run('drift')).toEqual({ failed: false, calls: compared, printed: '' });
  });

  test('a difference fails, once all files are compared', () => {
    expect(run('drift', { env: { DIFFERS: 'dist/00-*' } })).toEqual({
      failed: true,
      calls: compared,
      printed: 'drift: the cluster differs from: dist/00-cluster.yaml\n',
    });
  });

  test('what cannot be compared is an error, not a difference', () => {
    expect(run('drift', { env: { DIFFERS: 'dist/00-*', UNREADABLE: 'dist/10-*' } })).toEqual({
      failed: true,
      calls: compared,
      printed: 'drift: not compared: dist/10-shop-prod.yaml\n',
    });
  });

  test('a folder without manifests is refused', () => {
    expect(run('drift', { env: { FOLDER: 'charts' } })).toMatchObject({
      failed: true,
      calls: [],
      printed: 'drift: charts has no manifests, expected those of a cluster\n',
    });
  });
});

test('connect logs in as the role of an access entry on EKS, as the service connection on AKS', () => {
  const eks = { CLUSTER: 'dublin', REGION: 'eu-west-1', ROLE: 'arn:aws:iam::123456789012:role/shop' };
  expect(run('connect', { env: eks }).calls).toEqual([
    'aws eks update-kubeconfig --name dublin --region eu-west-1 --role-arn arn:aws:iam::123456789012:role/shop --kubeconfig /kubeconfig',
  ]);
  const aks = { CLUSTER: 'amsterdam', RESOURCE_GROUP: 'shop', KUBECTL_VERSION: '1.36.6', KUBELOGIN_VERSION: 'v0.2.22' };
  expect(run('connect', { env: aks }).calls).toEqual([
    'az aks install-cli --client-version 1.36.6 --install-location /work/bin/kubectl --kubelogin-version v0.2.22 --kubelogin-install-location /work/bin/kubelogin',
    'az aks get-credentials --resource-group shop --name amsterdam --file /kubeconfig',
    'kubelogin convert-kubeconfig --login azurecli',
  ]);
});

/** What each step needs, and how often its loops call. */
const CALLS: readonly (readonly [name: string, env: Readonly<Record<string, string>>])[] = [
  ['build', {}],
  ['scan-packages', {}],
  ['scan-images', {}],
  ['push', {}],
  ['push', AMAZON],
  ['connect', { CLUSTER: 'a', RESOURCE_GROUP: 'b', KUBECTL_VERSION: '1', KUBELOGIN_VERSION: '2' }],
  ['smoke', { SMOKE_URL: 'https://shop.example' }],
];

test.each(CALLS)(
  '%s %j: each call that fails ends it',
  (name, env) => {
    scanned(env);
    const { calls } = run(name, { env });
    expect(calls.length).toBeGreaterThan(0);
    for (const call of new Set(calls)) {
      // brackets and stars of a call match themselves here, and its paths have lost the folder of the agent
      const pattern = call.replace(/[[\]*?]/g, '?').replace(/ \/(?=step|work)/g, ' *');
      const { failed, calls: made } = run(name, { env: { ...env, FAIL: `${pattern}*` }, again: true });
      expect({ call, failed, last: made.at(-1) }).toEqual({ call, failed: true, last: call });
      scanned(env);
    }
  },
  60_000,
);

test.each(['build', 'scan-images', 'push', 'promote'])('%s without a component is refused', (name) => {
  expect(run(name, { env: { IMAGES: '' } })).toMatchObject({
    failed: true,
    printed: expect.stringContaining('IMAGES: names no component'),
  });
});
