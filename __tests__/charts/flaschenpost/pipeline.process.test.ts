// F5, F6, F8: Flaschenpost's Azure pipeline, expanded and run from a commit to production with stand-ins: its calls, and where it stops.
import { Agent } from '../../support/pipelines/agent';
import { FLASCHENPOST } from '../../support/pipelines/azure';
import { shipped } from '../../support/pipelines/files';
import {
  apply,
  build,
  CHECK,
  connectToAzure,
  digest,
  placed,
  pushToAzure,
  scan,
  scanPackages,
  upTo,
} from '../shipped/pipelines';

const FOLDER = 'dist/clusters/westeurope';
const NAMES = ['catalogue', 'dispatch', 'gateway', 'orders'];
const IMAGES = { names: NAMES, base: 'flaschenpostdev.azurecr.io/flaschenpost', tag: '77' };
const ENVIRONMENTS = ['dev', 'qa', 'staging', 'prod'];

/** Tags that an environment gets: one number, or a digest for each component in the order of charts/images.json. */
const tags = (environment: string): string[] =>
  ['dev', 'qa'].includes(environment)
    ? [`npm run image -- flaschenpost/${environment} 77`]
    : ['catalogue', 'orders', 'dispatch', 'gateway'].map(
        (name) => `npm run image -- flaschenpost/${environment}/${name} ${digest(name)}`,
      );

const verify = [
  '── verify',
  'dotnet tool restore',
  'dotnet restore --locked-mode',
  'dotnet sonarscanner begin /k:flaschenpost /d:sonar.host.url=https://sonar.example /d:sonar.token=secret /d:sonar.qualitygate.wait=true /d:sonar.cs.opencover.reportsPaths=**/coverage.opencover.xml',
  'dotnet build --no-restore --configuration Release',
  'dotnet test --no-build --configuration Release --filter Category!=Functional --logger trx --collect XPlat Code Coverage;Format=opencover',
  'dotnet test --no-build --configuration Release --filter Category=Functional --logger trx',
  'dotnet sonarscanner end /d:sonar.token=secret',
  scanPackages('/workspace/s'),
  'npm ci',
  'npm run typecheck',
  'npm test',
  ...CHECK,
];

const images = [
  '── images',
  ...build(IMAGES, { code: '/workspace/self' }),
  ...scan(IMAGES, { work: '/workspace/temp/images' }),
  ...pushToAzure(IMAGES),
];

const release = (environment: string): string[] => [
  `── ${environment}`,
  'npm ci',
  ...tags(environment),
  'npm run synth',
  ...CHECK,
  ...connectToAzure('westeurope', 'flaschenpost'),
  ...apply(FOLDER, `flaschenpost-${environment}`, placed(FOLDER, `flaschenpost-${environment}`)),
];

const promotion = [
  '── promotion',
  ...NAMES.flatMap((name) => [
    `az acr repository show --name flaschenpostdev --image flaschenpost/${name}:77 --query digest --output tsv`,
    `az acr repository show --name flaschenpost --image flaschenpost/${name}:77 --query digest --output tsv`,
    `az acr import --name flaschenpost --source flaschenpostdev.azurecr.io/flaschenpost/${name}@${digest(name)} --image flaschenpost/${name}:77`,
    `az acr repository show --name flaschenpost --image flaschenpost/${name}:77 --query digest --output tsv`,
    `az acr repository update --name flaschenpost --image flaschenpost/${name}:77 --write-enabled false --output none`,
  ]),
];

const ALL = [
  ...verify,
  ...images,
  '── manifests',
  'npm ci',
  ...ENVIRONMENTS.flatMap(tags),
  'npm run synth',
  ...CHECK,
  ...release('dev'),
  ...release('qa'),
  ...promotion,
  ...release('staging'),
  ...release('prod'),
];

let agent: Agent;
beforeEach(() => {
  agent = new Agent(shipped);
});
afterEach(() => agent.remove());

test('a commit is verified, built, scanned, pushed, and released to each namespace, with the images of dist', () => {
  const { calls, failed, printed } = agent.azure(shipped, FLASCHENPOST, '77');
  expect({ calls, printed: failed ? printed : '' }).toEqual({ calls: ALL, printed: '' });
  expect(agent.log()).toEqual([
    ...[...ENVIRONMENTS].reverse().map((environment) => `flaschenpost/${environment} is build 77 [skip ci]`),
    'first',
  ]);
  for (const environment of ENVIRONMENTS) {
    const { images: expected } = placed(FOLDER, `flaschenpost-${environment}`);
    expect(expected.map((image) => image.slice(image.lastIndexOf('/') + 1))).toEqual(NAMES);
    const text = agent.file(`${FOLDER}/10-flaschenpost-${environment}.yaml`);
    for (const image of expected) {
      const name = image.slice(image.lastIndexOf('/') + 1);
      const tag = ['dev', 'qa'].includes(environment) ? ':77' : `@${digest(name)}`;
      expect(text).toContain(`image: ${image}${tag}\n`);
    }
  }
}, 120_000);

test.each([
  'dotnet build *',
  'dotnet test * Category!=Functional *',
  'dotnet test * Category=Functional *',
  'dotnet sonarscanner end *',
  'docker run * fs *',
  'npm test',
  'npm run synth *',
  'docker run * image *',
  'docker push *',
  'az acr repository update *',
])(
  'where %s fails, nothing follows',
  (pattern) => {
    const { calls, failed } = agent.azure(shipped, FLASCHENPOST, '77', { FAIL: pattern });
    expect({ failed, calls }).toEqual({ failed: true, calls: upTo(ALL, pattern) });
    expect(agent.log()).toEqual(['first']);
  },
  60_000,
);

test('unit tests without a report of their coverage stop the run', () => {
  const { calls, failed } = agent.azure(shipped, FLASCHENPOST, '77', { UNCOVERED: 'yes' });
  expect({ failed, calls }).toEqual({ failed: true, calls: upTo(ALL, 'dotnet test * Category!=Functional *') });
});
