// Which nodes a component runs on: a pool with its taints, an architecture, devices, a priority.

import { Worker, type WorkerProps } from '../../../lib/constructs';
import { eks, type NodePool } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, SUBNETS, shop } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const POOL: NodePool = {
  name: 'general',
  cpu: '3920m',
  memory: '14Gi',
  pods: 58,
  nodesPerZone: { min: 1, max: 3 },
};

const CLUSTER = eks({
  region: 'ap-south-1',
  zones: ['ap-south-1a', 'ap-south-1b'],
  kubernetes: '1.36',
  ...SUBNETS,
  nodePools: [
    POOL,
    {
      ...POOL,
      name: 'batch',
      labels: { 'kubernetes.io/arch': 'arm64' },
      taints: [{ key: 'batch', value: 'yes', effect: 'NoSchedule' }],
    },
  ],
});

const mailer = (change: Partial<WorkerProps>): Synthesis =>
  shop(
    (system) => {
      const resources = { cpu: '100m', memory: '64Mi' };
      new Worker(system, 'mailer', {
        image: 'registry.example/shop/mailer:1',
        resources,
        probes: { bootSeconds: 10 },
        size: { replicas: 2 },
        ...change,
      });
    },
    { cluster: CLUSTER },
  );

const pod = (synthesis: Synthesis) => at(find(synthesis, 'Deployment', 'mailer'), 'spec', 'template', 'spec');

test('a pool is chosen by the label of its nodes, and its taints are tolerated (61, 62)', () => {
  const synthesis = mailer({ pool: 'batch', architecture: 'arm64' });
  expect(errors(synthesis)).toEqual([]);
  expect(pod(synthesis)).toMatchObject({
    nodeSelector: { 'eks.amazonaws.com/nodegroup': 'batch', 'kubernetes.io/arch': 'arm64' },
    tolerations: [{ key: 'batch', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }],
  });
});

test('without a choice there is no selector', () => {
  expect(pod(mailer({ architecture: 'amd64' }))).not.toHaveProperty('tolerations');
  expect(pod(mailer({}))).not.toHaveProperty('priorityClassName');
});

test('devices are requested and limited in whole numbers (34)', () => {
  const resources = { cpu: '100m', memory: '64Mi', extended: { 'nvidia.com/gpu': 1 } };
  const container = at(pod(mailer({ resources })), 'containers', 0);
  expect(at(container, 'resources')).toEqual({
    requests: { cpu: '100m', memory: '64Mi', 'nvidia.com/gpu': '1' },
    limits: { memory: '64Mi', 'nvidia.com/gpu': '1' },
  });
});

test('a priority class is named', () => {
  expect(at(pod(mailer({ priorityClass: 'system-cluster-critical' })), 'priorityClassName')).toBe(
    'system-cluster-critical',
  );
});

test('a name outside costs one look-up, unless the user says otherwise (35)', () => {
  expect(at(pod(mailer({})), 'dnsConfig', 'options')).toEqual([{ name: 'ndots', value: '2' }]);
  expect(at(pod(mailer({ ndots: 5 })), 'dnsConfig', 'options')).toEqual([{ name: 'ndots', value: '5' }]);
});

test.each<[string, object, string, string]>([
  ['an unknown pool', { pool: 'genral' }, 'pool', 'one of general, batch'],
  ['another architecture than the pool has', { pool: 'batch', architecture: 'amd64' }, 'architecture', "'arm64'"],
  ['an architecture that we do not know', { architecture: 'x86' }, 'architecture', 'one of amd64, arm64'],
  [
    'half a device',
    { resources: { cpu: '1', memory: '1Gi', extended: { 'nvidia.com/gpu': 0.5 } } },
    'resources.extended.nvidia.com/gpu',
    'whole',
  ],
  [
    'a device without a domain',
    { resources: { cpu: '1', memory: '1Gi', extended: { gpu: 1 } } },
    'resources.extended["gpu"]',
    'a name with a domain',
  ],
  ['ndots as a text', { ndots: '2' }, 'ndots', 'a whole number'],
])('%s is refused', (_, change, field, expected) => {
  const { findings } = mailer(unchecked<Partial<WorkerProps>>(change));
  expect(findings.filter(({ rule }) => rule === 'input')).toMatchObject([
    { field, expected: expect.stringContaining(expected) },
  ]);
});
