// What the buildspecs of ToyTrex promise (X8): the shipped files keep each promise, and changes break it.
import { readBuildspec } from '../../support/pipelines/codebuild';
import { broken, inOrder, type Promised, type Sources, shipped, withSteps } from '../../support/pipelines/files';
import { placed, TRIVY } from '../shipped/pipelines';

const PRODUCTION = placed('dist', 'toytrex-production');
const GATE = 'grep -qx no release || ';

const build = (sources: Sources) => readBuildspec(sources, 'buildspec.yml');
const deploy = (sources: Sources) => readBuildspec(sources, 'buildspec-deploy.yml');
const textOf = (sources: Sources, commands: readonly string[]): string =>
  commands.map((command) => withSteps(sources, command)).join('\n');

const PROMISES: readonly Promised[] = [
  {
    promise: 'X8: verify → build → scan → push to ECR → synth → check → commit',
    holds: (sources) =>
      inOrder(
        textOf(sources, build(sources).commands),
        'npm ci',
        'npm run lint',
        'npm run typecheck',
        'npm test',
        'npm run synth -- --check --strict',
        'fs --scanners vuln,license --severity HIGH,CRITICAL --exit-code 1',
        'export BUILD_NUMBER="$CODEBUILD_BUILD_NUMBER"',
        'docker build',
        '--tag "$REGISTRY/$SYSTEM_NAME/$name:$BUILD_NUMBER"',
        'docker save',
        'image --input "/images/$name.tar" --scanners vuln --severity HIGH,CRITICAL --exit-code 1',
        'aws ecr get-login-password',
        'require_scanned "$REGISTRY/$repository:$BUILD_NUMBER"',
        '  require_fixed_tags "$repository"',
        'docker push',
        'require_scanned "$REGISTRY/$repository@$digest"',
        'npm run image -- "$SYSTEM_NAME/$environment" "$BUILD_NUMBER"',
        'npm run synth',
        'npm run synth -- --check --strict',
        'npm run synth -- --check --against "$base"',
        'git add charts/images.json dist',
        'commit --message',
        'git push origin "HEAD:$BRANCH"',
      ),
    breaks: [
      ['git push origin "HEAD:$BRANCH"', 'true'],
      ['commit --message', 'status'],
      ['"$SYSTEM_NAME/$environment" "$BUILD_NUMBER"', '"$SYSTEM_NAME/$environment" latest'],
      ['$name:$BUILD_NUMBER" "$CODE"', '$name:$BRANCH" "$CODE"'],
      ['="$CODEBUILD_BUILD_NUMBER"', '=1'],
      ['      - grep -qx no release || npm test\n', ''],
      ['      - grep -qx no release || bash pipelines/steps/scan-images.sh\n', ''],
      ['      - grep -qx no release || bash pipelines/steps/scan-packages.sh\n', ''],
      ['      - grep -qx no release || bash pipelines/steps/check.sh\n      - git', '      - git'],
      ['  require_fixed_tags "', '  : "'],
    ],
  },
  {
    promise: 'X8: it pushes to a branch that it names; CodePipeline sets no variable of webhooks',
    holds: (sources) =>
      build(sources).variables.BRANCH === 'main' &&
      build(sources).variables.AGAINST === 'main' &&
      !/CODEBUILD_WEBHOOK/.test(Object.values(sources).join('\n')),
    breaks: [
      ['    BRANCH: main\n', ''],
      ['    BRANCH: main\n', '    BRANCH: release\n'],
      ['"HEAD:$BRANCH"', '"HEAD:$CODEBUILD_WEBHOOK_HEAD_REF"'],
    ],
  },
  {
    promise: 'X8: the commit of a release starts no second one: each step asks first',
    holds: (sources) => {
      const [first, ...rest] = build(sources).commands;
      const free = rest.filter((command) => !command.startsWith(GATE));
      return (
        first === 'bash pipelines/steps/changed.sh >release' &&
        free.join() === 'export BUILD_NUMBER="$CODEBUILD_BUILD_NUMBER",git diff --stat' &&
        deploy(sources).commands.every((command) => command.startsWith(GATE))
      );
    },
    breaks: [
      ['      - bash pipelines/steps/changed.sh >release\n', ''],
      ['grep -qx no release || bash pipelines/steps/build.sh', 'bash pipelines/steps/build.sh'],
      ['grep -qx no release || bash pipelines/steps/apply.sh', 'bash pipelines/steps/apply.sh'],
    ],
  },
  {
    promise: 'X8: images, environment and files are those of dist',
    holds: (sources) => {
      const { variables } = build(sources);
      const { SYSTEM_NAME, ENVIRONMENT, ENVIRONMENTS, IMAGES = '', REGISTRY } = variables;
      const images = IMAGES.split(' ').map((name) => `${REGISTRY}/${SYSTEM_NAME}/${name}`);
      return (
        `${SYSTEM_NAME}-${ENVIRONMENT}` === PRODUCTION.namespaces.join() &&
        ENVIRONMENTS === ENVIRONMENT &&
        images.join() === PRODUCTION.images.join() &&
        deploy(sources).variables.SYSTEM_NAME === SYSTEM_NAME &&
        deploy(sources).variables.ENVIRONMENT === ENVIRONMENT &&
        variables.TRIVY === TRIVY
      );
    },
    breaks: [
      ['    ENVIRONMENT: production\n', '    ENVIRONMENT: local\n'],
      ['    ENVIRONMENTS: production\n', '    ENVIRONMENTS: local\n'],
      ['IMAGES: middleware web', 'IMAGES: web'],
      ['REGISTRY: 123456789012', 'REGISTRY: 210987654321'],
      ['    SYSTEM_NAME: toytrex\n', '    SYSTEM_NAME: pingpong\n'],
      ['TRIVY: ghcr.io', 'TRIVY: example.io'],
    ],
  },
  {
    promise: 'X8: the deploy stage gets dist, applies it as the deployer of the group, waits, and asks the shop',
    holds: (sources) => {
      const { variables, commands } = deploy(sources);
      const { host, pathname, protocol } = new URL(variables.SMOKE_URL ?? '');
      return (
        ['release', 'dist/**/*', 'pipelines/**/*'].every((path) => build(sources).artifacts.includes(path)) &&
        inOrder(
          textOf(sources, commands),
          'aws eks update-kubeconfig --name "$CLUSTER" --region "$REGION" --role-arn "$ROLE"',
          'kubectl apply -f "$FOLDER/10-$SYSTEM_NAME-$ENVIRONMENT.yaml"',
          'kubectl rollout status',
          'curl --fail',
        ) &&
        variables.FOLDER === 'dist' &&
        variables.CLUSTER === 'mumbai' &&
        variables.REGION === 'ap-south-1' &&
        variables.ROLE?.split(':role/')[1] === PRODUCTION.deployers.join() &&
        protocol === 'https:' &&
        PRODUCTION.hosts.includes(host) &&
        PRODUCTION.ready.includes(pathname)
      );
    },
    breaks: [
      ['    - dist/**/*\n', ''],
      ['    - release\n', ''],
      ['role/toytrex-pipeline', 'role/pingpong-pipeline'],
      ['role/toytrex-pipeline', 'role/platform'],
      ['CLUSTER: mumbai', 'CLUSTER: laptop'],
      ['    FOLDER: dist\n', '    FOLDER: dist/clusters/laptop\n'],
      ['https://toytrex.com', 'https://toytrex.example'],
      ['https://toytrex.com', 'http://toytrex.com'],
      ['  kubectl rollout status', '  echo'],
    ],
  },
  {
    promise: 'X8: a phase that fails stops the build',
    holds: (sources) => [...build(sources).lenient, ...deploy(sources).lenient].length === 0,
    breaks: [
      ['    on-failure: ABORT\n', ''],
      ['on-failure: ABORT', 'on-failure: CONTINUE'],
    ],
  },
];

describe.each(PROMISES)('$promise', ({ holds, breaks }) => {
  test('the shipped files keep it', () => expect(holds(shipped)).toBe(true));

  test.each(breaks)('broken by %j → %j', (from, to) => expect(holds(broken(from, to))).toBe(false));
});
