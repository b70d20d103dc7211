// X8: ToyTrex' CodePipeline, run from a commit to the apply with stand-ins: its calls, what it commits, and where it stops.
import { Agent } from '../../support/pipelines/agent';
import { shipped } from '../../support/pipelines/files';
import {
  apply,
  build,
  CHECK,
  type Images,
  placed,
  pushToAmazon,
  scan,
  scanPackages,
  smoke,
  upTo,
} from '../shipped/pipelines';

const PRODUCTION = placed('dist', 'toytrex-production');
const [BASE = ''] = PRODUCTION.images.map((image) => image.slice(0, image.lastIndexOf('/')));
const NAMES = PRODUCTION.images.map((image) => image.slice(BASE.length + 1));

const release = (tag: string): string[] => {
  const images: Images = { names: NAMES, base: BASE, tag };
  return [
    'npm ci',
    'npm run lint',
    'npm run typecheck',
    'npm test',
    ...CHECK,
    scanPackages('/source'),
    ...build(images, { code: '.' }),
    ...scan(images, { work: '/work' }),
    ...pushToAmazon(images),
    `npm run image -- toytrex/production ${tag}`,
    'npm run synth',
    ...CHECK,
    `aws eks update-kubeconfig --name mumbai --region ap-south-1 --role-arn arn:aws:iam::123456789012:role/toytrex-pipeline --kubeconfig /tmp/kubeconfig`,
    ...apply('dist', 'toytrex-production', PRODUCTION),
    smoke('https://toytrex.com/healthz/ready'),
  ];
};

/** A call of each step: before the commit, and after it. */
const BEFORE = [
  'npm ci',
  'npm test',
  'npm run synth -- --check --strict',
  'docker run * fs *',
  'docker build *',
  'docker run * image *',
  'docker push *',
  'npm run image *',
  'npm run synth',
];
const AFTER = ['kubectl apply *'];

let agent: Agent;
beforeEach(() => {
  agent = new Agent(shipped);
});
afterEach(() => agent.remove());

test('a commit is built, scanned, pushed, synthesized, checked, committed, applied and smoke tested', () => {
  const { calls, failed, printed } = agent.codebuild(shipped, '413');
  expect({ calls, printed: failed ? printed : '' }).toEqual({ calls: release('413'), printed: '' });
  expect(agent.log()).toEqual(['toytrex/production is build 413 [skip ci]', 'first']);
  expect(agent.changed()).toEqual(['charts/images.json', 'dist/10-toytrex-production.yaml']);
  for (const image of PRODUCTION.images)
    expect(agent.file('dist/10-toytrex-production.yaml')).toContain(`image: ${image}:413\n`);
});

test('the commit of a release starts no second one, twice in a row; the next change does', () => {
  agent.codebuild(shipped, '413');
  for (const number of ['414', '415'])
    expect(agent.codebuild(shipped, number)).toMatchObject({ failed: false, calls: [], printed: '' });
  agent.change(
    'charts/images.json',
    agent.file('charts/images.json').replace('"57"', '"58"'),
    'pingpong/production is build 58 [skip ci]',
  );
  expect(agent.codebuild(shipped, '416').calls).toEqual([]);
  expect(agent.log()).toHaveLength(3);
  agent.change('services/web/server.js', '');
  expect(agent.codebuild(shipped, '417').calls).toEqual(release('417'));
});

test('a step that fails stops what follows; until the commit, main and the cluster stay as they are', () => {
  const all = release('413');
  for (const pattern of [...BEFORE, ...AFTER]) {
    const { calls, failed } = agent.codebuild(shipped, '413', { FAIL: pattern });
    expect({ pattern, failed, calls }).toEqual({ pattern, failed: true, calls: upTo(all, pattern) });
    if (BEFORE.includes(pattern)) expect(agent.log()).toEqual(['first']);
  }
}, 120_000);

test('main that has moved on meanwhile is not overwritten, and nothing is applied', () => {
  // Of the two checks of a release, the first is late enough.
  const rival =
    'git push --quiet origin "$(git -c user.name=a -c user.email=a@b.example commit-tree -p HEAD -m rival "$(git mktree </dev/null)"):main" || true';
  const sources = { ...shipped, 'steps/check.sh': `${shipped['steps/check.sh']}\n${rival}\n` };
  agent.remove();
  agent = new Agent(sources);
  const { failed, calls } = agent.codebuild(sources, '413');
  expect(failed).toBe(true);
  expect(calls.filter((call) => call.startsWith('kubectl'))).toEqual([]);
  expect(agent.log()[0]).toBe('rival');
});
