// What the Jenkinsfile of PingPong promises (T1), by its structure: the shipped file keeps each promise, and changes break it.
import { environments } from '../../../charts/environments';
import { broken, inOrder, type Promised, type Sources, shipped, withSteps } from '../../support/pipelines/files';
import { type JenkinsStage, readBlocks, readStages, shellOf } from '../../support/pipelines/jenkins';
import { placed, TRIVY } from '../shipped/pipelines';

const PRODUCTION = placed('dist', 'pingpong-production');
const RELEASE = [`branch 'main'`, `environment name: 'RELEASE', value: 'yes'`];

const stages = (sources: Sources): readonly JenkinsStage[] => readStages(sources.Jenkinsfile ?? '');
const stage = (sources: Sources, name: string) => stages(sources).find(({ path }) => path.at(-1) === name);
/** The commands of these stages; without names, of those from a commit on main to its release. */
const textOf = (sources: Sources, ...names: string[]): string =>
  stages(sources)
    .filter(({ path }) => (names.length === 0 ? path[0] !== 'Preview' : names.includes(path.at(-1) ?? '')))
    .flatMap(({ steps }) => shellOf(steps))
    .map((command) => withSteps(sources, command))
    .join('\n');

const PROMISES: readonly Promised[] = [
  {
    promise: 'T1: verify → build → scan → push → synth → check → gate → commit → apply → pods',
    holds: (sources) =>
      stages(sources)
        .map(({ path }) => path.join(': '))
        .join() ===
        [
          'Verify',
          ...['Build preview', 'Scan preview', 'Push preview', 'Environment'].map((name) => `Preview: ${name}`),
          ...['Build', 'Scan', 'Push', 'Manifests'].map((name) => `Images and manifests: ${name}`),
          ...['Commit', 'Apply', 'Pods', 'Smoke test'].map((name) => `Production: ${name}`),
        ].join() &&
      inOrder(
        textOf(sources),
        'npm ci',
        'npm run lint',
        'npm run typecheck',
        'npm test',
        'npm run synth -- --check --strict',
        'fs --scanners vuln,license --severity HIGH,CRITICAL --exit-code 1',
        'docker build',
        '--scanners vuln --severity HIGH,CRITICAL --exit-code 1',
        'docker push',
        'npm run image',
        'npm run synth',
        'npm run synth -- --check --against "$base"',
        'git diff -- dist',
        'npm run synth -- --check --strict',
        'git push origin "HEAD:$BRANCH"',
        'aws eks update-kubeconfig',
        'kubectl apply',
        'kubectl rollout status',
        'kubectl get pods --namespace "$SYSTEM_NAME-$ENVIRONMENT"',
        'curl --fail',
      ),
    breaks: [
      [`        sh 'npm test'\n`, ''],
      [`            sh 'bash pipelines/steps/scan-images.sh'\n`, ''],
      [`            sh 'bash pipelines/steps/apply.sh'\n`, ''],
      [`            sh 'git diff -- dist'\n`, ''],
      ['kubectl get pods', 'kubectl get nodes'],
      [`stage('Scan')`, `stage('Later')`],
    ],
  },
  {
    promise: 'T1: production waits for a person, on main only, and before an agent is taken',
    holds: (sources) =>
      stages(sources).every(({ path: [first], when, input, steps }) => {
        if (first === 'Production')
          return (
            input.includes(`submitter 'pingpong-releasers'`) &&
            when.join() === ['beforeInput true', ...RELEASE].join() &&
            steps.length > 0
          );
        const starts = first === 'Preview' ? [`branch 'feature/**'`] : RELEASE;
        return input.length === 0 && (first === 'Verify' || when.join() === ['beforeAgent true', ...starts].join());
      }) && readBlocks(sources.Jenkinsfile ?? '')[0]?.body[0]?.head === 'agent none',
    breaks: [
      [`        submitter 'pingpong-releasers'\n`, ''],
      [`        branch 'main'\n`, ''],
      [`branch 'main'`, `branch 'feature/*'`],
      [`        environment name: 'RELEASE', value: 'yes'\n`, ''],
      ['        beforeInput true\n', ''],
      ['  agent none', '  agent any'],
    ],
  },
  {
    promise: 'T1: the commit of a release starts no second one',
    holds: (sources) =>
      stage(sources, 'Verify')?.steps.at(-1) ===
      `env.RELEASE = sh(script: 'bash pipelines/steps/changed.sh', returnStdout: true).trim()`,
    breaks: [
      [`sh(script: 'bash pipelines/steps/changed.sh', returnStdout: true).trim()`, `'yes'`],
      ['changed.sh', 'check.sh'],
    ],
  },
  {
    promise:
      'G9: a branch feature/… is verified, built, scanned and pushed, with a tag of its own, before it gets an environment',
    holds: (sources) => {
      const own = stages(sources).filter(({ path: [first] }) => first === 'Preview');
      const { environment } = own.at(-1) ?? {};
      const commands = own.flatMap(({ steps }) => shellOf(steps));
      const { environment: production } = stage(sources, 'Push') ?? {};
      return (
        inOrder(
          textOf(sources, 'Verify', ...own.map(({ path }) => path.at(-1) ?? '')),
          'npm test',
          'docker build',
          '--scanners vuln --severity HIGH,CRITICAL --exit-code 1',
          'docker push',
          'npm run preview -- "$BRANCH_NAME" --image "$SYSTEM_NAME=$BUILD_NUMBER"',
          'npm run synth -- --check --strict',
          'git push origin "HEAD:$BRANCH"',
        ) &&
        commands.every((command) => command.startsWith('BUILD_NUMBER="$GIT_COMMIT-$BUILD_NUMBER" bash ')) &&
        environment?.REGISTRY === environments.preview.registry &&
        environment.REGISTRY !== production?.REGISTRY
      );
    },
    breaks: [
      [`        REGISTRY = '210987654321.dkr.ecr.ap-south-1.amazonaws.com'\n`, ''],
      [`BUILD_NUMBER="$GIT_COMMIT-$BUILD_NUMBER" bash pipelines/steps/push.sh`, 'bash pipelines/steps/push.sh'],
      [`            sh 'BUILD_NUMBER="$GIT_COMMIT-$BUILD_NUMBER" bash pipelines/steps/scan-images.sh'\n`, ''],
      [`            sh 'BUILD_NUMBER="$GIT_COMMIT-$BUILD_NUMBER" bash pipelines/steps/previews.sh'\n`, ''],
    ],
  },
  {
    promise: 'G9: previews whose branch is gone end by a run of main of its own, which no gate holds up',
    holds: (sources) => {
      const text = sources['Jenkinsfile-previews'] ?? '';
      const [only, ...more] = readStages(text);
      const { SYSTEM_NAME, BRANCH, BRANCH_NAME } = only?.environment ?? {};
      return (
        more.length === 0 &&
        /^ {4}cron\('H\/15 \* \* \* \*'\)$/m.test(text) &&
        /^ {4}disableConcurrentBuilds\(\)$/m.test(text) &&
        [SYSTEM_NAME, BRANCH, BRANCH_NAME].join() === 'pingpong,main,main' &&
        only?.input.length === 0 &&
        shellOf(only.steps).join('\n') === 'bash pipelines/steps/previews.sh\nnpm run preview -- --expired'
      );
    },
    breaks: [
      [`    BRANCH_NAME = 'main'\n`, ''],
      [`    cron('H/15 * * * *')\n`, ''],
      [`          sh 'bash pipelines/steps/previews.sh'\n`, ''],
      [`        sh 'npm run preview -- --expired'\n`, ''],
    ],
  },
  {
    promise: 'T1: what is committed is what was shown',
    holds: (sources) =>
      stage(sources, 'Manifests')?.steps.at(-1) === `stash name: 'approved', includes: 'dist/**,charts/images.json'` &&
      stage(sources, 'Commit')?.steps[0] === `unstash 'approved'`,
    breaks: [
      [`            unstash 'approved'\n`, ''],
      [`'dist/**,charts/images.json'`, `'charts/images.json'`],
    ],
  },
  {
    promise: 'T1: image, environment, cluster, roles and address are those of dist',
    holds: (sources) => {
      const { environment = {} } = stage(sources, 'Apply') ?? {};
      const {
        SYSTEM_NAME,
        ENVIRONMENT,
        ENVIRONMENTS,
        IMAGES = '',
        REGISTRY,
        FOLDER,
        CLUSTER,
        REGION,
        ROLE,
      } = environment;
      const { host, pathname, protocol } = new URL(environment.SMOKE_URL ?? '');
      const viewer = stage(sources, 'Pods')?.environment.ROLE?.split(':role/')[1] ?? '';
      return (
        `${SYSTEM_NAME}-${ENVIRONMENT}` === PRODUCTION.namespaces.join() &&
        ENVIRONMENTS === ENVIRONMENT &&
        IMAGES.split(' ').every((name) => PRODUCTION.images.includes(`${REGISTRY}/${SYSTEM_NAME}/${name}`)) &&
        IMAGES.split(' ').length === PRODUCTION.images.length &&
        FOLDER === 'dist' &&
        CLUSTER === 'mumbai' &&
        REGION === 'ap-south-1' &&
        ROLE?.split(':role/')[1] === PRODUCTION.deployers.join() &&
        PRODUCTION.viewers.includes(viewer) &&
        protocol === 'https:' &&
        PRODUCTION.hosts.includes(host) &&
        PRODUCTION.ready.includes(pathname) &&
        environment.TRIVY === TRIVY &&
        environment.BRANCH === 'main' &&
        environment.AGAINST === 'main'
      );
    },
    breaks: [
      [`ENVIRONMENT = 'production'`, `ENVIRONMENT = 'local'`],
      [`IMAGES = 'web'`, `IMAGES = 'server'`],
      [`CLUSTER = 'mumbai'`, `CLUSTER = 'laptop'`],
      ['role/pingpong-pipeline', 'role/toytrex-pipeline'],
      ['role/support', 'role/pingpong-pipeline'],
      ['https://pingpong.example.com', 'https://pong.example.com'],
      [`AGAINST = 'main'`, `AGAINST = ''`],
    ],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped file keeps it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});

test.each([
  ['an open brace', 'stage {\n'],
  ['a brace too many', '}\n'],
  ['an open quote', "sh 'npm ci\n"],
])('%s is refused', (_, line) => {
  expect(() => readBlocks(`${shipped.Jenkinsfile}${line}`)).toThrow(/brace|quote/);
});
