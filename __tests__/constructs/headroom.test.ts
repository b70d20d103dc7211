// Headroom in manifests: what a pool says becomes pods that hold its room, that everybody else may evict, and that disturb nobody.
import type { Construct } from 'constructs';
import { check } from '../../lib/checks';
import { Platform, System, WebService } from '../../lib/constructs';
import { eks, type NodePool, onPrem, type Target } from '../../lib/model';
import { synthesize } from '../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, SUBNETS, shop, TWO_ZONES, WEB } from '../support/synthesis';

const HEADROOM = { pods: 4, cpu: '1000m', memory: '1024Mi' };
const POOL: NodePool = {
  name: 'default',
  cpu: '3920m',
  memory: '14Gi',
  pods: 110,
  nodesPerZone: { min: 1, max: 20 },
  headroom: HEADROOM,
};
const ON_EKS = { region: 'ap-south-1', kubernetes: '1.36', ...SUBNETS } as const;

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', WEB);
  }
}

const ANYWHERE = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };

const shopOn = (cluster: Parameters<typeof shop>[1]) => shop((system) => new WebService(system, 'web', WEB), cluster);
const withPools = (...nodePools: readonly NodePool[]) => shopOn({ cluster: { ...TWO_ZONES, nodePools } });
const podOf = (synthesis: ReturnType<typeof shop>, name = 'headroom') =>
  at(find(synthesis, 'Deployment', name), 'spec', 'template', 'spec');

describe('P2 headroom of a pool', () => {
  const synthesis = withPools(POOL);

  test('no rule objects to it', () => {
    expect(synthesis.findings).toEqual([]);
  });

  test('so many pods of that size, in canonical quantities', () => {
    expect(at(find(synthesis, 'Deployment', 'headroom'), 'spec', 'replicas')).toBe(4);
    expect(at(podOf(synthesis), 'containers', 0, 'resources')).toEqual({
      requests: { cpu: '1', memory: '1Gi' },
      limits: { memory: '1Gi' },
    });
  });

  test('a priority for which an autoscaler still orders nodes, below every other pod, and which evicts nobody', () => {
    const priority = find(synthesis, 'PriorityClass', 'headroom');
    expect(priority).toMatchObject({ value: -10, preemptionPolicy: 'Never' });
    expect(priority).not.toHaveProperty('globalDefault');
    expect(at(podOf(synthesis), 'priorityClassName')).toBe('headroom');
  });

  test('whoever evicts them waits for nothing, and nobody is told that they are missing', () => {
    expect(at(podOf(synthesis), 'terminationGracePeriodSeconds')).toBe(0);
    expect(at(find(synthesis, 'Deployment', 'headroom'), 'spec', 'strategy')).toEqual({
      type: 'RollingUpdate',
      rollingUpdate: { maxSurge: 0, maxUnavailable: '100%' },
    });
    const budgets = synthesis.objects.filter(({ entry }) => entry.identity.kind === 'PodDisruptionBudget');
    expect(budgets.map(({ entry }) => entry.identity.name)).toEqual(['web']);
  });

  test('each zone holds its share', () => {
    expect(at(podOf(synthesis), 'topologySpreadConstraints')).toMatchObject([
      { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
    ]);
    const without = shopOn({ cluster: { ...TWO_ZONES, zones: [], nodePools: [POOL] }, environment: ANYWHERE });
    expect(podOf(without)).not.toHaveProperty('topologySpreadConstraints');
  });

  test('no token, no name, no traffic, Pod Security restricted', () => {
    expect(podOf(synthesis)).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(at(find(synthesis, 'Namespace', 'headroom'), 'metadata', 'labels')).toMatchObject({
      'pod-security.kubernetes.io/enforce': 'restricted',
    });
    const denied = synthesis.objects.filter(
      ({ entry: { identity } }) => identity.kind === 'NetworkPolicy' && identity.namespace === 'headroom',
    );
    expect(denied.map(({ entry }) => at(entry.manifest, 'spec'))).toEqual([
      { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    ]);
  });

  test('the quota of its namespace counts them', () => {
    expect(at(find(synthesis, 'ResourceQuota', 'headroom'), 'spec', 'hard')).toEqual({
      pods: '8',
      'requests.cpu': '8',
      'requests.memory': '8Gi',
    });
  });

  test('it is the platform team’s: nothing of it lies where a deployer applies', () => {
    const files = [...synthesis.files].filter(([, text]) => text.includes('namespace: headroom'));
    expect(files.map(([path]) => path)).toEqual(['05-headroom.yaml']);
    expect(synthesis.files.get('00-cluster.yaml')).toContain('kind: PriorityClass');
  });

  test('the image can be another', () => {
    expect(at(podOf(synthesis), 'containers', 0, 'image')).toBe('registry.k8s.io/pause:3.10');
    const image = 'registry.example/pause:3.10';
    expect(at(podOf(withPools({ ...POOL, headroom: { ...HEADROOM, image } })), 'containers', 0, 'image')).toBe(image);
  });
});

describe('pools and clusters', () => {
  const { headroom: _, ...bare } = POOL;

  test('a pool that holds none, and no pool, add nothing', () => {
    const plain = shopOn({ cluster: TWO_ZONES });
    expect([...withPools(bare).files]).toEqual([...plain.files]);
  });

  test('of several pools, each holds its own', () => {
    const synthesis = withPools(
      POOL,
      { ...POOL, name: 'large', headroom: { ...HEADROOM, pods: 2 } },
      { ...bare, name: 'other' },
    );
    expect(synthesis.findings).toEqual([]);
    expect(podOf(synthesis, 'headroom-default')).toMatchObject({
      nodeSelector: { 'eks.amazonaws.com/nodegroup': 'default' },
    });
    expect(podOf(synthesis, 'headroom-large')).toMatchObject({
      nodeSelector: { 'eks.amazonaws.com/nodegroup': 'large' },
    });
    expect(podOf(withPools(POOL))).not.toHaveProperty('nodeSelector');
    // (4 + 2) twice, as pods that stop are counted too
    expect(at(find(synthesis, 'ResourceQuota', 'headroom'), 'spec', 'hard', 'pods')).toBe('12');
  });

  test('several pools that nodes do not tell apart', () => {
    const cluster = onPrem({ distribution: 'k3s', kubernetes: '1.36', nodePools: [POOL, { ...bare, name: 'other' }] });
    expect(errors(shopOn({ cluster, environment: ANYWHERE }))).toEqual(['headroom-pool nodePools[default].headroom']);
    expect(errors(shopOn({ cluster: { ...cluster, nodePools: [POOL] }, environment: ANYWHERE }))).toEqual([]);
  });

  test('once a cluster, however many systems there are', () => {
    const cluster = eks({ ...ON_EKS, nodePools: [POOL] });
    const platform = new Platform({
      home: 'mumbai',
      clusters: { mumbai: cluster, other: cluster },
      environments: { production: ANYWHERE, test: ANYWHERE },
    }).place(Shop, {
      production: { on: ['mumbai', 'other'], tag: '1', settings: {} },
      test: { on: 'mumbai', tag: '1', settings: {} },
    });
    const { files, findings } = synthesize(platform.app(), check);
    expect(findings).toEqual([]);
    const held = [...files.keys()].filter((path) => path.endsWith('05-headroom.yaml'));
    expect(held).toEqual(['05-headroom.yaml', 'clusters/other/05-headroom.yaml']);
  });
});

describe('what cannot be held', () => {
  test.each<[string, Partial<typeof HEADROOM>, string[]]>([
    ['no pods', { pods: 0 }, ['headroom clusters.mumbai.nodePools[default].headroom.pods']],
    ['fewer than zones', { pods: 1 }, ['headroom clusters.mumbai.nodePools[default].headroom.pods']],
    ['no CPU', { cpu: '0' }, ['headroom clusters.mumbai.nodePools[default].headroom.cpu']],
    ['a memory that is none', { memory: 'much' }, ['headroom clusters.mumbai.nodePools[default].headroom.memory']],
    ['a pod larger than a node', { cpu: '4' }, ['node-fit resources']],
  ])('%s', (_, change, expected) => {
    expect(errors(withPools({ ...POOL, headroom: { ...HEADROOM, ...change } }))).toEqual(expected);
  });
});
