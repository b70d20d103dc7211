// A component on every node: which nodes those are, how it is replaced, and what it cannot have (27).

import { Database, NodeAgent, type NodeAgentProps, Volume } from '../../../lib/constructs';
import { conformant, gke, type NodePool } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, shop } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const AGENT: NodeAgentProps = {
  image: 'registry.example/shop/agent:1',
  port: 9100,
  resources: { cpu: '100m', memory: '64Mi' },
  probes: { bootSeconds: 5, readiness: { path: '/' } },
};
const pool = (name: string, more: Partial<NodePool> = {}): NodePool => ({
  name,
  cpu: '3920m',
  memory: '14Gi',
  pods: 30,
  nodesPerZone: { min: 1, max: 3 },
  ...more,
});
const GENERAL = pool('general');
const BATCH = pool('batch', { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] });
const environment = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
const zones = ['europe-west1-b', 'europe-west1-c'];
const cluster = (nodePools: readonly NodePool[] = [GENERAL, BATCH]) =>
  gke({ region: 'europe-west1', zones, kubernetes: '1.36', nodePools });

const agent = (change: object = {}, on = cluster()): Synthesis =>
  shop((system) => void new NodeAgent(system, 'agent', unchecked<NodeAgentProps>({ ...AGENT, ...change })), {
    cluster: on,
    environment,
  });
const pod = (synthesis: Synthesis) => at(find(synthesis, 'DaemonSet', 'agent'), 'spec', 'template', 'spec');

test('runs on every pool, has no Service and no budget, and one node at a time is without it', () => {
  const synthesis = agent();
  expect(synthesis.findings).toEqual([]);
  expect(at(pod(synthesis), 'tolerations')).toEqual([
    { key: 'dedicated', operator: 'Equal', value: 'batch', effect: 'NoSchedule' },
  ]);
  expect(pod(synthesis)).not.toHaveProperty('affinity');
  expect(at(find(synthesis, 'DaemonSet', 'agent'), 'spec', 'updateStrategy')).toEqual({
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: 0, maxUnavailable: 1 },
  });
  const kinds = synthesis.objects.map(({ entry }) => entry.identity).filter(({ name }) => name === 'agent');
  expect(kinds.map(({ kind }) => kind)).toEqual(['ServiceAccount', 'NetworkPolicy', 'DaemonSet']);
});

test('runs on the pools that it names', () => {
  const synthesis = agent({ pools: ['general'] });
  expect(synthesis.findings).toEqual([]);
  expect(pod(synthesis)).not.toHaveProperty('tolerations');
  const key = 'cloud.google.com/gke-nodepool';
  expect(at(pod(synthesis), 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')).toEqual({
    nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: ['general'] }] }],
  });
});

test('stays off Windows', () => {
  const windows = pool('windows', {
    labels: { 'kubernetes.io/os': 'windows' },
    taints: [{ key: 'os', effect: 'NoSchedule' }],
  });
  const synthesis = agent({}, cluster([GENERAL, windows]));
  expect(pod(synthesis)).toMatchObject({ nodeSelector: { 'kubernetes.io/os': 'linux' } });
  expect(pod(synthesis)).not.toHaveProperty('tolerations');
});

test('may have a surge, and further tolerations', () => {
  const tolerations = [{ operator: 'Exists' }];
  const synthesis = agent({ update: { maxSurge: '10%' }, tolerations });
  expect(synthesis.findings).toEqual([]);
  expect(at(find(synthesis, 'DaemonSet', 'agent'), 'spec', 'updateStrategy', 'rollingUpdate')).toEqual({
    maxSurge: '10%',
    maxUnavailable: 0,
  });
  expect(at(pod(synthesis), 'tolerations')).toHaveLength(2);
});

test.each<[string, object, string]>([
  ['both bounds', { update: { maxSurge: 1, maxUnavailable: 1 } }, 'update.maxSurge'],
  ['no unavailable node', { update: { maxUnavailable: 0 } }, 'update.maxUnavailable'],
  ['no surge', { update: { maxSurge: '0%' } }, 'update.maxSurge'],
  ['more than all', { update: { maxSurge: '101%' } }, 'update.maxSurge'],
  ['an unknown pool', { pools: ['genral'] }, 'pools'],
  ['no pool', { pools: [] }, 'pools'],
  ['a size', { size: { replicas: 1 } }, 'size'],
  ['a toleration of no key', { tolerations: [{ key: undefined, value: 'x' }] }, 'tolerations[0].operator'],
  ['seconds without NoExecute', { tolerations: [{ key: 'a', tolerationSeconds: 3 }] }, 'tolerations[0].effect'],
])('%s is refused', (_, change, field) => {
  expect(errors(agent(change))).toEqual([`input ${field}`]);
});

test('a pool whose nodes are too small is named', () => {
  const synthesis = agent({}, cluster([GENERAL, pool('tiny', { cpu: '50m' })]));
  expect(synthesis.findings).toMatchObject([{ rule: 'node-fit', message: expect.stringContaining('tiny (50m CPU') }]);
});

test('20: a volume for one node is refused', () => {
  const synthesis = shop(
    (system) => {
      const volumes = { '/data': new Volume(system, 'data', { size: '1Gi' }) };
      new NodeAgent(system, 'agent', { ...AGENT, volumes });
    },
    { cluster: cluster(), environment },
  );
  expect(errors(synthesis)).toEqual(['input volumes["/data"]']);
});

describe('the account of a database', () => {
  const connected = (on: ReturnType<typeof cluster>) =>
    shop(
      (system) => {
        const limits = { maxConnections: 100, superuserReserved: 3 };
        const database = new Database(system, 'database', { host: 'db.example', port: 5432, limits });
        new NodeAgent(system, 'agent', AGENT).connectTo(database, { poolSize: 2 });
      },
      { cluster: on, environment },
    );

  test('27: counts it on the most nodes of its pools', () => {
    const synthesis = connected(cluster());
    expect(synthesis.findings).toEqual([]);
    expect(JSON.stringify(find(synthesis, 'Service', 'database'))).toContain('agent 24 needed');
  });

  test('leaves it out where the nodes are unknown, and says so', () => {
    const synthesis = connected(conformant({ kubernetes: '1.36' }));
    expect(synthesis.findings).toMatchObject([
      { rule: 'agent-pods', severity: 'warning' },
      { rule: 'quota-daemons', severity: 'warning' },
    ]);
  });
});
