// G13: by the clock each shipped cluster but the laptop is compared with its files, by an account of the platform team.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusters } from '../../../charts/clusters';
import { Agent } from '../../support/pipelines/agent';
import { stagesBy } from '../../support/pipelines/azure';
import { readBuildspec } from '../../support/pipelines/codebuild';
import { shipped } from '../../support/pipelines/files';
import { connectToAzure } from './pipelines';

const AZURE = 'azure-pipelines-drift.yml';
const AMAZON = 'buildspec-drift.yml';

/** The calls that compare a folder of dist. */
const compared = (folder: string): string[] =>
  readdirSync(join(__dirname, '../../..', folder))
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => `kubectl diff -f ${folder}/${name}`);

const ON_AZURE = ['westeurope', 'northeurope'].flatMap((cluster) => [
  ...connectToAzure(cluster, 'platform'),
  ...compared(`dist/clusters/${cluster}`),
]);
const ON_AMAZON = [
  'aws eks update-kubeconfig --name mumbai --region ap-south-1 --role-arn arn:aws:iam::123456789012:role/platform --kubeconfig /tmp/kubeconfig',
  ...compared('dist'),
];

let agent: Agent;
beforeAll(() => {
  agent = new Agent(shipped);
});
afterAll(() => agent.remove());

const azure = (given = {}) => agent.azure(shipped, AZURE, '1', given);
const amazon = (given = {}) => agent.buildspec(shipped, AMAZON, given);

test('G13: all files of each cluster are compared, and nothing is changed', () => {
  expect(azure()).toEqual({ failed: false, calls: ['── drift', ...ON_AZURE], printed: '' });
  expect(amazon()).toEqual({ failed: false, calls: ON_AMAZON, printed: '' });
  expect(agent.log()).toEqual(['first']);
});

test('G13: a difference, and a cluster that does not answer, fail the run', () => {
  const differs = { DIFFERS: '*/00-cluster.yaml' };
  expect(azure(differs).failed).toBe(true);
  expect(amazon(differs)).toMatchObject({
    failed: true,
    printed: 'drift: the cluster differs from: dist/00-cluster.yaml\n',
  });
  expect(amazon({ UNREADABLE: '*/00-cluster.yaml' })).toMatchObject({
    failed: true,
    printed: 'drift: not compared: dist/00-cluster.yaml\n',
  });
  expect(amazon({ FAIL: 'aws eks *' }).failed).toBe(true);
});

test('every shipped cluster but the laptop is compared; its region and its account are those of the platform file', () => {
  const jobs = [...stagesBy(shipped, AZURE).values()].flatMap((stage) => stage.jobs);
  const onAzure = jobs.map(({ given }) => String(given.job));
  const { variables } = readBuildspec(shipped, AMAZON);
  expect([...onAzure, variables.CLUSTER].sort()).toEqual(
    ['mumbai', 'northeurope', 'westeurope'].filter((name) => Object.keys(clusters).includes(name)),
  );
  expect(variables.REGION).toBe(clusters.mumbai.region);
  expect(clusters.mumbai.sysadmins).toContain(variables.ROLE?.split(':role/')[1]);
});
