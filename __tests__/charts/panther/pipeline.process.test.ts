// P9: Panther Clinic's Azure pipeline, expanded and run from a commit to both regions and back with stand-ins.
import { Agent } from '../../support/pipelines/agent';
import { PANTHER } from '../../support/pipelines/azure';
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
  smoke,
  upTo,
} from '../shipped/pipelines';

const IMAGES = { names: ['booking'], base: 'pantherdev.azurecr.io/panther', tag: '77' };
const CLINIC = `npm run image -- panther/clinic/booking ${digest('booking')}`;

const deploy = (region: string, name: string, host: string): string[] => [
  ...connectToAzure(region, 'panther'),
  ...apply(`dist/clusters/${region}`, `panther-${name}`, placed(`dist/clusters/${region}`, `panther-${name}`)),
  smoke(`https://${region}.booking.${host}/health/ready`),
];
const region = (name: string): string[] => deploy(name, 'clinic', 'panther-clinic.example');
const manifests = (...tags: string[]): string[] => ['npm ci', ...tags, 'npm run synth', ...CHECK];

const ALL = [
  '── verify',
  'npm ci',
  'npm run lint',
  'npm run typecheck',
  'npm test',
  ...CHECK,
  '── images',
  ...build(IMAGES, { code: '/workspace/booking' }),
  ...scan(IMAGES, { work: '/workspace/temp/images' }),
  ...pushToAzure(IMAGES),
  '── manifests',
  ...manifests('npm run image -- panther/clinic-dev 77', CLINIC),
  '── dev',
  ...manifests('npm run image -- panther/clinic-dev 77'),
  ...deploy('westeurope', 'clinic-dev', 'dev.panther-clinic.example'),
  '── promotion',
  'az acr repository show --name pantherdev --image panther/booking:77 --query digest --output tsv',
  'az acr repository show --name panther --image panther/booking:77 --query digest --output tsv',
  `az acr import --name panther --source pantherdev.azurecr.io/panther/booking@${digest('booking')} --image panther/booking:77`,
  'az acr repository show --name panther --image panther/booking:77 --query digest --output tsv',
  'az acr repository update --name panther --image panther/booking:77 --write-enabled false --output none',
  '── westeurope',
  ...manifests(CLINIC),
  ...region('westeurope'),
  '── northeurope',
  ...manifests(CLINIC),
  ...region('northeurope'),
];

let agent: Agent;
beforeEach(() => {
  agent = new Agent(shipped);
});
afterEach(() => agent.remove());

test('a commit is verified, built, scanned, pushed, and released to development and to one region after the other; then back', () => {
  const { calls, failed, printed } = agent.azure(shipped, PANTHER, '77');
  expect({ calls, printed: failed ? printed : '' }).toEqual({ calls: ALL, printed: '' });
  const released = ['panther/clinic is build 77 [skip ci]', 'panther/clinic-dev is build 77 [skip ci]', 'first'];
  expect(agent.log()).toEqual(released);
  const image = `image: panther.azurecr.io/panther/booking@${digest('booking')}\n`;
  expect(agent.file('dist/clusters/northeurope/10-panther-clinic.yaml')).toContain(image);

  expect(agent.azure(shipped, PANTHER, '77', {}, ['rollback']).calls).toEqual([
    '── rollback',
    'npm ci',
    'npm run synth -- --check --strict',
    ...region('westeurope'),
    ...region('northeurope'),
  ]);
  expect(agent.log()).toEqual(['Revert "panther/clinic is build 77 [skip ci]"', ...released]);
  expect(agent.file('dist/clusters/northeurope/10-panther-clinic.yaml')).not.toContain(image);
}, 120_000);

test.each(['npm run lint', 'npm run typecheck', 'npm test', 'npm run synth *'])(
  'where %s fails, nothing follows',
  (pattern) => {
    const { calls, failed } = agent.azure(shipped, PANTHER, '77', { FAIL: pattern });
    expect({ failed, calls }).toEqual({ failed: true, calls: upTo(ALL, pattern) });
  },
);

test('a region that does not answer stops the release before the other one', () => {
  const url = 'https://westeurope.booking.panther-clinic.example*';
  const { calls, failed } = agent.azure(shipped, PANTHER, '77', { FAIL: `curl *${url}` });
  expect({ failed, calls }).toEqual({ failed: true, calls: upTo(ALL, `curl *${url}`) });
}, 120_000);

describe('the rollback', () => {
  const dist = 'dist/clusters/westeurope/10-panther-clinic.yaml';
  const rollBack = () => agent.azure(shipped, PANTHER, '77', {}, ['rollback']);
  /** A commit as a release makes it. */
  const release = (environment: string, build: string): void => {
    const path = `dist/clusters/westeurope/10-panther-${environment}.yaml`;
    const text = agent.file(path).replace(/# build \d+\n|$/, `# build ${build}\n`);
    agent.change(path, text, `panther/${environment} is build ${build} [skip ci]`);
  };
  beforeEach(() => {
    for (const number of ['76', '77']) release('clinic', number);
  });

  test('keeps later releases of other environments', () => {
    release('clinic-dev', '78');
    expect(rollBack().failed).toBe(false);
    expect(agent.file(dist)).toContain('# build 76\n');
    expect(agent.file('dist/clusters/westeurope/10-panther-clinic-dev.yaml')).toContain('# build 78\n');
  });

  test('a second attempt changes nothing, and is refused', () => {
    rollBack();
    const { failed, calls, printed } = rollBack();
    expect({ failed, calls }).toEqual({ failed: true, calls: ['── rollback'] });
    expect(printed).toContain(
      `revert: the newest release is 'Revert "panther/clinic is build 77 [skip ci]"', expected '`,
    );
    expect(agent.file(dist)).toContain('# build 76\n');
  });

  test.each(['78', '770'])('a later release, build %s, is not undone', (build) => {
    release('clinic', build);
    expect(rollBack()).toMatchObject({ failed: true, calls: ['── rollback'] });
    expect(agent.file(dist)).toContain(`# build ${build}\n`);
  });
});
