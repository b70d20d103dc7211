// Headroom in manifests: a pool's headroom becomes pods that hold room, that all others may evict, and that disturb nothing.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { type Load, Platform, System, WebService } from '../../../lib/constructs';
import { eks, type NodePool, onPrem, type Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, SUBNETS, shop, TWO_ZONES, WEB } from '../../support/synthesis';

const HEADROOM = { pods: 4, cpu: '1000m', memory: '1024Mi' };
const POOL: NodePool = {
  name: 'default',
  cpu: '3920m',
  memory: '14Gi',
  pods: 110,
  nodesPerZone: { min: 1, max: 20 },
  headroom: HEADROOM,
};
const ON_EKS = {
  region: 'ap-south-1',
  kubernetes: '1.36',
  capabilities: ['metrics-server'],
  ...SUBNETS,
} as const;

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

  test('it passes every rule', () => {
    expect(synthesis.findings).toEqual([]);
  });

  test('the number and the size of its pods, in canonical quantities', () => {
    expect(at(find(synthesis, 'Deployment', 'headroom'), 'spec', 'replicas')).toBe(4);
    expect(at(podOf(synthesis), 'containers', 0, 'resources')).toEqual({
      requests: { cpu: '1', memory: '1Gi' },
      limits: { memory: '1Gi' },
    });
  });

  test('a priority for which an autoscaler still orders nodes, below every other pod, and which evicts no pod', () => {
    const priority = find(synthesis, 'PriorityClass', 'headroom');
    expect(priority).toMatchObject({ value: -10, preemptionPolicy: 'Never' });
    expect(priority).not.toHaveProperty('globalDefault');
    expect(at(podOf(synthesis), 'priorityClassName')).toBe('headroom');
  });

  test('evicting them takes no time, and raises no alarm', () => {
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
      'services.loadbalancers': '0',
      'services.nodeports': '0',
    });
  });

  test('it is the platform team’s: none of it is in a file that a deployer applies', () => {
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

  test('a pool without headroom, or no pool, adds nothing', () => {
    const plain = shopOn({ cluster: TWO_ZONES });
    expect([...withPools(bare).files]).toEqual([...plain.files]);
  });

  test('each of several pools has its own', () => {
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

  test('several pools without a label on their nodes', () => {
    const cluster = onPrem({ distribution: 'k3s', kubernetes: '1.36', nodePools: [POOL, { ...bare, name: 'other' }] });
    expect(errors(shopOn({ cluster, environment: ANYWHERE }))).toEqual(['headroom-pool nodePools[default].labels']);
    expect(errors(shopOn({ cluster: { ...cluster, nodePools: [POOL] }, environment: ANYWHERE }))).toEqual([]);
  });

  test('once per cluster, for any number of systems', () => {
    const cluster = eks({ ...ON_EKS, nodePools: [POOL] });
    const platform = new Platform({
      home: 'mumbai',
      clusters: { mumbai: cluster, other: cluster },
      environments: { production: ANYWHERE, test: ANYWHERE },
    }).place(Shop, {
      production: { on: ['mumbai', 'other'], settings: {} },
      test: { on: 'mumbai', settings: {} },
    });
    const { files, findings } = synthesize(platform.app(), check);
    expect(findings).toEqual([]);
    const held = [...files.keys()].filter((path) => path.endsWith('05-headroom.yaml'));
    expect(held).toEqual(['05-headroom.yaml', 'clusters/other/05-headroom.yaml']);
  });
});

describe('growth needs headroom until a new node is ready', () => {
  const LOAD: Load = {
    users: { peak: 4000, offPeak: 800 },
    thinkSeconds: 8,
    service: { meanSeconds: 0.06 },
    cpuSecondsPerRequest: 0.025,
    concurrencyPerPod: 4,
    latency: { quantile: 0.95, seconds: 0.3 },
    growthPerSecond: 0.001,
    nodeSeconds: 180,
    margin: 1.25,
  };
  const ZONES = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];

  function sized(pools: readonly NodePool[], change: Partial<Load> = {}, environment = PRODUCTION) {
    return shop(
      (system) =>
        new WebService(system, 'web', {
          ...WEB,
          resources: { memory: '256Mi' },
          size: { load: { ...LOAD, ...change } },
        }),
      {
        cluster: eks({ ...ON_EKS, zones: ZONES, nodePools: pools }),
        environment,
      },
    );
  }

  const { headroom: _, ...bare } = POOL;
  const held = (headroom: typeof HEADROOM) => sized([{ ...POOL, headroom }]).findings;
  // 1667m = 4 slots ÷ 0.06 s × 0.025 s
  const growth = Number(
    /= (\d+) pods/.exec(
      String(
        at(find(sized([bare]), 'HorizontalPodAutoscaler', 'web'), 'metadata', 'annotations', 'evenkeel.dev/headroom'),
      ),
    )?.[1],
  );

  test('too little is a warning with both numbers, the sentence, and the line to write', () => {
    const [finding, ...others] = held({ pods: 6, cpu: '100m', memory: '64Mi' });
    expect(others).toEqual([]);
    expect(growth).toBeGreaterThan(3);
    expect(finding).toMatchObject({
      rule: 'headroom',
      severity: 'warning',
      field: 'clusters.mumbai.nodePools[default].headroom',
      value: '6 pods, 600m CPU, 384Mi',
      source: expect.objectContaining({ file: expect.stringContaining('synthesis.ts') }),
    });
    expect(finding?.message).toContain(`the headroom has 600m of ${growth * 1667}m CPU, 384Mi of `);
    expect(finding?.message).toContain('no pod as large as one of shop-production/web (1667m CPU, 256Mi)');
    expect(finding?.message).toMatch(/shop-production\/web \d+ pods of 1667m CPU and 256Mi \(0\.\d+ × \d+ pods = /);
    expect(finding?.message).toContain('; held: default 6 pods of 100m CPU and 64Mi = 600m CPU and 384Mi');
    const pods = 3 * Math.ceil(growth / 3);
    expect(finding?.expected).toBe(`headroom: { pods: ${pods}, cpu: '1667m', memory: '256Mi' }`);
  });

  test('none at all', () => {
    expect(sized([bare]).findings).toMatchObject([
      {
        rule: 'headroom',
        severity: 'warning',
        value: 'none',
        message: expect.stringContaining('nothing covers growth'),
      },
    ]);
  });

  test('the line is enough, and so are the sums alone; one pod less is not', () => {
    const pods = (count: number) => held({ pods: count, cpu: '1667m', memory: '256Mi' });
    expect(pods(3 * Math.ceil(growth / 3))).toEqual([]);
    expect(pods(growth)).toEqual([]);
    expect(pods(growth - 1)).toMatchObject([
      { message: expect.stringMatching(/has \w+ of \w+ CPU, \w+ of \w+ of memory: /) },
    ]);
    expect(held({ pods: growth, cpu: '1667m', memory: '255Mi' })).toHaveLength(1);
    // as much in all, and no place for one of them
    expect(held({ pods: growth * 2, cpu: '1000m', memory: '256Mi' })).toMatchObject([
      { message: expect.stringMatching(/has no pod as large as one of shop-production\/web \(/) },
    ]);
  });

  test('several pools hold it together', () => {
    const half = { ...POOL, headroom: { pods: Math.max(3, Math.ceil(growth / 2)), cpu: '1667m', memory: '256Mi' } };
    expect(sized([half, { ...half, name: 'other' }]).findings).toEqual([]);
    expect(sized([half, { ...bare, name: 'other' }]).findings).toMatchObject([
      { field: 'clusters.mumbai.nodePools', expected: expect.stringContaining(', or the same over several pools') },
    ]);
  });

  test('no warning where nothing grows, no pools are described, or the size is refused', () => {
    expect(sized([bare], { growthPerSecond: 0 }).findings).toEqual([]);
    // as many at the least as at the most
    expect(sized([bare], { alwaysAtPeak: true, margin: 1 }).findings).toEqual([]);
    expect(sized([]).findings).toEqual([]);
    expect(sized([bare], { service: { meanSeconds: 1 } }).findings.map(({ rule }) => rule)).not.toContain('headroom');
  });

  test('a pool with invalid headroom is reported, and its growth is not', () => {
    expect(held({ pods: 1, cpu: '1', memory: '1Gi' })).toMatchObject([{ rule: 'input', severity: 'error' }]);
  });
});

describe('invalid headroom', () => {
  test.each<[string, Partial<typeof HEADROOM>, string[]]>([
    ['no pods', { pods: 0 }, ['input clusters.mumbai.nodePools[default].headroom.pods']],
    ['fewer than zones', { pods: 1 }, ['input clusters.mumbai.nodePools[default].headroom.pods']],
    ['no CPU', { cpu: '0' }, ['input clusters.mumbai.nodePools[default].headroom.cpu']],
    ['an invalid memory', { memory: 'much' }, ['input clusters.mumbai.nodePools[default].headroom.memory']],
    ['a pod larger than a node', { cpu: '4' }, ['node-fit resources']],
  ])('%s', (_, change, expected) => {
    expect(errors(withPools({ ...POOL, headroom: { ...HEADROOM, ...change } }))).toEqual(expected);
  });
});
