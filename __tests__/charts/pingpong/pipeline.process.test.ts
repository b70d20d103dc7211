// T1: PingPong's Jenkinsfile, run by its structure from a commit to the pods with stand-ins: its calls, its gate, and where it stops.
import { Agent } from '../../support/pipelines/agent';
import { shipped } from '../../support/pipelines/files';
import { apply, build, CHECK, placed, pushToAmazon, scan, scanPackages, smoke, upTo } from '../shipped/pipelines';

const PRODUCTION = placed('dist', 'pingpong-production');
const BASE = '123456789012.dkr.ecr.ap-south-1.amazonaws.com/pingpong';

const connect = (role: string): string =>
  `aws eks update-kubeconfig --name mumbai --region ap-south-1 --role-arn arn:aws:iam::123456789012:role/${role} --kubeconfig /workspace@tmp/kubeconfig`;

const verify = [
  '── Verify',
  'npm ci',
  'npm run lint',
  'npm run typecheck',
  'npm test',
  ...CHECK,
  scanPackages('/workspace'),
];

const release = (tag: string): string[] => {
  const images = { names: ['web'], base: BASE, tag };
  return [
    ...verify,
    '── Images and manifests: Build',
    ...build(images, { code: '.' }),
    '── Images and manifests: Scan',
    ...scan(images, { work: '/workspace@tmp/images' }),
    '── Images and manifests: Push',
    ...pushToAmazon(images),
    '── Images and manifests: Manifests',
    'npm ci',
    `npm run image -- pingpong/production ${tag}`,
    'npm run synth',
    ...CHECK,
    '── Production: Commit',
    'npm ci',
    ...CHECK,
    '── Production: Apply',
    connect('pingpong-pipeline'),
    ...apply('dist', 'pingpong-production', PRODUCTION),
    '── Production: Pods',
    connect('support'),
    'kubectl get pods --namespace pingpong-production',
    '── Production: Smoke test',
    smoke('https://pingpong.example.com/healthz/ready'),
  ];
};

let agent: Agent;
beforeEach(() => {
  agent = new Agent(shipped);
});
afterEach(() => agent.remove());

test('a commit is built, scanned, pushed, synthesized and checked; after the gate it is committed, applied and looked at', () => {
  const { calls, failed, printed } = agent.jenkins(shipped, '58');
  expect({ calls, printed: failed ? printed : '' }).toEqual({ calls: release('58'), printed: '' });
  expect(agent.log()).toEqual(['pingpong/production is build 58 [skip ci]', 'first']);
  expect(agent.changed()).toEqual(['charts/images.json', 'dist/10-pingpong-production.yaml']);
  expect(PRODUCTION.images).toEqual([`${BASE}/web`]);
  expect(agent.file('dist/10-pingpong-production.yaml')).toContain(`image: ${BASE}/web:58\n`);
}, 60_000);

const PREVIEW = '210987654321.dkr.ecr.ap-south-1.amazonaws.com/pingpong';

test('G9: a push on feature/… → image → environment; its branch gone → gone, in a run of main of its own', () => {
  const images = { names: ['web'], base: PREVIEW, tag: '<commit>-7' };
  agent.branch('feature/throttle');
  const { calls, failed, printed } = agent.jenkins(shipped, '7', {}, 'feature/throttle');
  const edited = ['npm run synth', 'npm run synth -- --check --strict'];
  expect({ calls, printed: failed ? printed : '' }).toEqual({
    calls: [
      ...verify,
      '── Preview: Build preview',
      ...build(images, { code: '.' }),
      '── Preview: Scan preview',
      ...scan(images, { work: '/workspace@tmp/images' }),
      '── Preview: Push preview',
      ...pushToAmazon(images),
      '── Preview: Environment',
      'npm ci',
      'npm run preview -- feature/throttle --image pingpong=<commit>-7',
      ...edited,
    ],
    printed: '',
  });
  expect(JSON.parse(agent.file('charts/previews.json'))).toEqual({
    'feature/throttle': { images: { pingpong: expect.stringMatching(/^[0-9a-f]{40}-7$/) } },
  });
  agent.branch('feature/throttle', false);
  expect(agent.jenkins(shipped, '1', {}, 'main', 'Jenkinsfile-previews').calls).toEqual([
    '── Previews',
    'npm ci',
    'npm run preview -- --reconcile -',
    ...edited,
    'npm run preview -- --expired',
  ]);
  expect(agent.file('charts/previews.json')).toBe('{}\n');
  expect(
    agent
      .log()
      .slice(0, 2)
      .map((subject) => subject.replace(/[0-9a-f]{40}/, '<commit>')),
  ).toEqual(['previews: main, build 1 [skip ci]', 'previews: feature/throttle, build <commit>-7 [skip ci]']);
}, 60_000);

test('a branch without a preview, and the commit of a release, are verified only', () => {
  expect(agent.jenkins(shipped, '58', {}, 'fix/throttle').calls).toEqual(verify);
  agent.jenkins(shipped, '59');
  expect(agent.jenkins(shipped, '60').calls).toEqual(verify);
  expect(agent.log()).toHaveLength(2);
}, 60_000);

test.each(['npm test', 'docker run * image *', 'docker push *', 'npm run synth', 'kubectl apply *'])(
  'where %s fails, nothing follows',
  (pattern) => {
    const { calls, failed } = agent.jenkins(shipped, '58', { FAIL: pattern });
    expect({ failed, calls }).toEqual({ failed: true, calls: upTo(release('58'), pattern) });
    expect(agent.log()).toHaveLength(pattern.startsWith('kubectl') ? 2 : 1);
  },
  60_000,
);
