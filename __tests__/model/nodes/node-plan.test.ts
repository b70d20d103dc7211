// The provider plan: the worked examples of every network mode, nodes through a day and a loss, and plans beyond a limit.

import {
  type ClusterDescription,
  conformant,
  deriveCapacity,
  eks,
  eksAuto,
  gke,
  local,
  onPrem,
} from '../../../lib/model';
import type { NodePool } from '../../../lib/model/cluster/pool';
import { deriveProviderPlan } from '../../../lib/model/nodes/node-plan';
import { type PlannedWorkload, type ProviderPlanInput, podsOverTime } from '../../../lib/model/nodes/node-plan-input';
import type { ProviderPlan } from '../../../lib/model/nodes/node-plan-types';

import { aks } from '../../../lib/model/providers/aks';
import { type AksPodNetwork, aksNetwork } from '../../../lib/model/providers/aks-network';
import { seeded } from '../../support/random';

const POOL: NodePool = {
  name: 'default',
  cpu: '3920m',
  memory: '14Gi',
  pods: 110,
  nodesPerZone: { min: 1, max: 20 },
};
const LARGE = { interfaces: 3, addressesPerInterface: 10, cores: 2 }; // m5.large
const WEB: PlannedWorkload = {
  name: 'web',
  cpu: '900m',
  memory: '2Gi',
  pods: { offPeak: 3, peak: 36, atOnce: 60 },
};
const COMMON = { kubernetes: '1.36', zones: ['a', 'b', 'c'] } as const;
const AZURE = { ...COMMON, region: 'westeurope', gateway: 'application-gateway' } as const;

const onAks = (podNetwork: AksPodNetwork, pool: Partial<NodePool> = {}, subnets = {}) =>
  aks({ ...AZURE, podNetwork, subnets, nodePools: [{ ...POOL, upgradesAtOnce: '33%', ...pool }] });
const onEks = (podNetwork: 'addresses' | 'prefixes', pool: Partial<NodePool> = {}, subnets = {}) =>
  eks({ ...COMMON, region: 'r', podNetwork, subnets, nodePools: [{ ...POOL, machine: LARGE, ...pool }] });
const onGke = (pool: Partial<NodePool> = {}, subnets = {}) =>
  gke({ ...COMMON, region: 'r', subnets, nodePools: [{ ...POOL, ...pool }] });
const onOwn = (pool: Partial<NodePool> = {}, subnets = {}) =>
  onPrem({
    ...COMMON,
    distribution: 'k3s',
    podNetwork: { nodePrefix: 24 },
    subnets,
    nodePools: [{ ...POOL, ...pool }],
  });

const derive = (cluster: ClusterDescription, change: Partial<ProviderPlanInput> = {}) =>
  deriveProviderPlan({ cluster, zonesLost: 1, workloads: [WEB], daemons: [], ...change });

function planOf(cluster: ClusterDescription, change: Partial<ProviderPlanInput> = {}): ProviderPlan {
  const { plan, problems } = derive(cluster, change);
  expect(problems).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const ranges = (plan: ProviderPlan) =>
  plan.ranges.map(({ name, perZone, addresses, prefix }) => [name, perZone, addresses.value, prefix.value]);

describe('P2 addresses and subnets: 60 nodes of 110 pods', () => {
  test('AKS flat: 80 × 111 + 5 = 8885 → /18', () => {
    const plan = planOf(onAks('flat'));
    expect(ranges(plan)).toEqual([['nodes and pods', false, 8880, 18]]);
    expect(plan.pools[0]?.surge).toEqual({ value: 20, because: 'max surge 33% of 60 nodes = 20' });
    expect(plan.ranges[0]?.addresses.because).toBe('80 nodes × 111 (its own + 110 pods) = 8880');
    expect(plan.ranges[0]?.prefix.because).toBe(
      '8880 + 5 that Azure keeps = 8885 addresses; a /18 has 16384, a /19 8192',
    );
  });

  test('AKS overlay: 60 + 20 + 5 → /25, and 80 × /24 → /17', () => {
    expect(ranges(planOf(onAks('overlay')))).toEqual([
      ['nodes', false, 80, 25],
      ['pods', false, 80 * 256, 17],
    ]);
  });

  test('AKS pod subnet, static: 7 × 16 × 80 = 8960 → /18', () => {
    expect(ranges(planOf(onAks('pod-subnet-static')))).toEqual([
      ['nodes', false, 80, 25],
      ['pods', false, 8960, 18],
    ]);
  });

  test('AKS pod subnet, dynamic: 16 × ⌈118 ÷ 16⌉ × 80 = 10240 → /18', () => {
    expect(ranges(planOf(onAks('pod-subnet-dynamic')))[1]).toEqual(['pods', false, 10_240, 18]);
  });

  test('EKS: m5.large has 29 pods and 30 addresses; 22 × 30 + 16 = 676 → /22 in each zone', () => {
    const plan = planOf(onEks('addresses', { pods: 29 }));
    expect(ranges(plan)).toEqual([['nodes and pods', true, 676, 22]]);
    expect(plan.pools[0]?.surge.value).toBe(6);
    expect(plan.ranges[0]?.addresses.because).toBe(
      '22 nodes × 30 (3 interfaces × 10) = 660, + 16 for the control plane = 676',
    );
  });

  test('EKS with prefixes: 434 → 110 pods; (7 + 1) × 16 + 1 = 129, × 22 → /20 in each zone', () => {
    const plan = planOf(onEks('prefixes'));
    expect(plan.pools[0]?.podsPerNode.value).toBe(110);
    expect(ranges(plan)).toEqual([['nodes and pods', true, 129 * 22 + 16, 20]]);
  });

  test('EKS: more nodes unavailable at once than 2 in each zone', () => {
    expect(planOf(onEks('prefixes', { upgradesAtOnce: '33%' })).pools[0]?.surge.value).toBe(20);
  });

  test('GKE: a /24 for 110 pods; 63 nodes: pods /18, nodes /25', () => {
    expect(ranges(planOf(onGke()))).toEqual([
      ['nodes', false, 63, 25],
      ['pods', false, 63 * 256, 18],
    ]);
    // twice the pods, at least: 64 of them have a /25, 65 a /24
    expect(ranges(planOf(onGke({ pods: 64 })))[1]).toEqual(['pods', false, 63 * 128, 19]);
    expect(ranges(planOf(onGke({ pods: 65 })))[1]).toEqual(['pods', false, 63 * 256, 18]);
  });

  test('on premises: a /16 has 256 nodes with a /24 each, and not one more', () => {
    const nodes = (max: number) =>
      onPrem({
        ...COMMON,
        zones: [],
        distribution: 'k3s',
        podNetwork: { nodePrefix: 24 },
        subnets: { pods: 16 },
        nodePools: [{ ...POOL, nodesPerZone: { min: 1, max } }],
      });
    expect(derive(nodes(256), { zonesLost: 0 }).problems).toEqual([]);
    expect(derive(nodes(257), { zonesLost: 0 }).problems).toEqual([
      {
        field: 'subnets.pods',
        value: 16,
        message: 'pods: 257 nodes × 256 (a /24) = 65792; 65792 addresses, 256 more than the 65536 of the existing /16',
        expected: 'a /15, or at most 256 nodes of a pool in each zone',
      },
    ]);
  });

  test('an upgrade in place adds no nodes, a stated surge adds what it states', () => {
    expect(planOf(onOwn()).pools[0]?.surge).toEqual({ value: 0, because: 'nodes are upgraded in place' });
    expect(planOf(onOwn({ upgradesAtOnce: 2 })).pools[0]?.surge.value).toBe(2);
  });

  test('AKS adds a tenth by default', () => {
    const surge = aksNetwork('flat').surgeNodes(POOL, 61, 3);
    expect(surge).toEqual({ value: 7, because: 'max surge 10% of 61 nodes = 7' });
  });

  test('pools add up', () => {
    const second = { ...POOL, name: 'second', nodesPerZone: { min: 0, max: 1 }, pods: 30 };
    const cluster = aks({ ...AZURE, podNetwork: 'flat', nodePools: [POOL, second] });
    const plan = planOf(cluster, { workloads: [{ ...WEB, pools: ['default'] }] });
    expect(ranges(plan)).toEqual([['nodes and pods', false, (60 + 6) * 111 + (3 + 1) * 31, 19]]);
    expect(plan.nodes).toEqual({
      value: 70,
      because: 'default 60 + default while upgrading 6 + second 3 + second while upgrading 1 = 70',
    });
  });
});

describe('P2 nodes through a day, a release and a loss', () => {
  const pool = (plan: ProviderPlan) => plan.pools[0];
  // 3920m − 200m: four of 900m
  const daemons = [{ name: 'logs', cpu: '200m', memory: '256Mi' }];

  test('min off peak, max during a rollout after the loss', () => {
    const plan = planOf(onGke(), { daemons });
    expect(pool(plan)).toMatchObject({
      offPeak: { value: 1, because: 'in each of 3 zones: 1 pod of web, 4 on a node: 1 node' },
      peak: { value: 3, because: 'in each of 3 zones: 12 pods of web, 4 on a node: 3 nodes' },
      rollout: { value: 6, because: 'in each of 3 zones: 21 pods of web, 4 on a node: 6 nodes' },
      afterLoss: { value: 5, because: 'in each of 2 zones: 18 pods of web, 4 on a node: 5 nodes' },
      most: { value: 8, because: 'in each of 2 zones: 31 pods of web, 4 on a node: 8 nodes' },
    });
    expect(plan.fewest.value).toBe(3);
    expect(plan.pods).toEqual({ value: 60 + 63, because: 'web 60 + 1 on each of 63 nodes 63 = 123' });
  });

  test('a cluster without zones is one', () => {
    const cluster = local({
      kubernetes: '1.36',
      podNetwork: { nodePrefix: 24 },
      nodePools: [{ ...POOL, nodesPerZone: { min: 1, max: 40 } }],
    });
    const plan = planOf(cluster, { zonesLost: 0 });
    expect(pool(plan)).toMatchObject({ peak: { value: 9 }, most: { value: 15 }, nodes: { value: 40 } });
  });

  test('headroom takes nodes off peak and at peak, and gives way to a release', () => {
    const headroom = { pods: 10, cpu: '1800m', memory: '1Gi' };
    const plan = planOf(onGke({ headroom }), { daemons });
    expect(pool(plan)).toMatchObject({
      offPeak: { value: 3 },
      peak: {
        value: 5,
        because: 'in each of 3 zones: 12 pods of web, 4 on a node: 3 nodes, + 4 pods of headroom, 2 on a node: 2 nodes',
      },
      rollout: { value: 6 },
      afterLoss: { value: 5 },
      most: { value: 8 },
    });
    expect(plan.pods.value).toBe(60 + 10 + 63);
  });

  test('from a plan of capacity: its minimum, its peak, and its maximum during a rollout', () => {
    const { plan: capacity } = deriveCapacity({
      users: { peak: 30_000, offPeak: 2000 },
      thinkSeconds: 10,
      service: { meanSeconds: 0.04 },
      concurrencyPerPod: 8,
      latency: { quantile: 0.98, seconds: 0.2 },
      occupancy: 0.65,
      growthPerSecond: 0.001,
      zones: 3,
      zonesLost: 1,
      regions: 1,
      regionsLost: 0,
      times: { metricSeconds: 15, readySeconds: 30, nodeSeconds: 180 },
      margin: 1.25,
    });
    if (capacity === undefined) throw new Error('no plan');
    const rolling = { maxSurge: '50%', terminationGracePeriodSeconds: 30, fastestAvailableSeconds: 40 } as const;
    // 45 + 23 surge + 23 that still stop
    expect(podsOverTime(capacity, rolling)).toEqual({ offPeak: 3, peak: 36, atOnce: 91 });
  });

  test('what a load balancer sends to', () => {
    const targets = (to: 'pods' | 'nodes') => planOf(onGke(), { workloads: [{ ...WEB, targets: to }] }).targets;
    expect(targets('pods')).toEqual([
      { name: 'web', targets: { value: 60, because: 'every pod that exists at once: 60 pods' } },
    ]);
    expect(targets('nodes')).toMatchObject([{ name: 'web', targets: { value: 63 } }]);
    expect(planOf(onGke()).targets).toEqual([]);
  });

  test('never fewer nodes, addresses, pods with more load', () => {
    const random = seeded(2_2026);
    const draw = (name: string) => ({
      name,
      cpu: `${50 + Math.floor(random() * 2000)}m`,
      memory: `${64 + Math.floor(random() * 4000)}Mi`,
      pods: { offPeak: Math.floor(random() * 5), peak: 5 + Math.floor(random() * 30), atOnce: 40 },
    });
    const sizes = (workloads: readonly PlannedWorkload[]) => {
      const { plan } = derive(onAks('flat', { nodesPerZone: { min: 1, max: 1 } }), { workloads });
      if (plan === undefined) throw new Error('no plan');
      const [one] = plan.pools;
      const nodes = [one?.offPeak, one?.peak, one?.rollout, one?.afterLoss, one?.most].map((it) => it?.value ?? 0);
      const [range] = plan.ranges;
      return [
        ...nodes,
        plan.nodes.value,
        plan.pods.value,
        range?.addresses.value ?? 0,
        32 - (range?.prefix.value ?? 0),
      ];
    };
    for (let trial = 0; trial < 200; trial++) {
      const before = [draw('a'), draw('b')];
      const after = before.map((workload) => ({
        ...workload,
        pods: {
          offPeak: workload.pods.offPeak + Math.floor(random() * 2),
          peak: workload.pods.peak + 1 + Math.floor(random() * 2),
          atOnce: workload.pods.atOnce + Math.floor(random() * 9),
        },
      }));
      const [less, more] = [sizes(before), sizes(after)];
      for (const [index, size] of less.entries()) expect(more[index]).toBeGreaterThanOrEqual(size);
    }
  });
});

describe('P12 a plan that exceeds a limit is refused: which limit, by how much, what would fit', () => {
  const nodes = (max: number) => ({ nodesPerZone: { min: 1, max } });
  const fields = (cluster: ClusterDescription, change: Partial<ProviderPlanInput> = {}) =>
    derive(cluster, change).problems.map(({ field }) => field);
  const pods = (atOnce: number) => [{ ...WEB, cpu: '1m', memory: '1Mi', pods: { ...WEB.pods, atOnce } }];

  test('more nodes than the pool allows', () => {
    expect(derive(onGke(nodes(7))).problems).toEqual([
      {
        field: 'nodePools[default].nodesPerZone.max',
        value: 7,
        message: 'needs 8 nodes per zone; the pool allows 7: in each of 2 zones: 31 pods of web, 4 on a node: 8 nodes',
        expected: 'at least 8, or larger nodes, or fewer or smaller pods',
      },
    ]);
    expect(fields(onGke(nodes(8)))).toEqual([]);
  });

  test('more pods on a node than its interfaces have addresses for', () => {
    expect(derive(onEks('addresses', { pods: 30 })).problems).toEqual([
      {
        field: 'nodePools[default].pods',
        value: 30,
        message: 'a node has addresses for only 29 pods: 3 interfaces × (10 − 1) + 2 = 29',
        expected: 'at most 29',
      },
    ]);
    const machine = { interfaces: 15, addressesPerInterface: 50, cores: 96 };
    expect(fields(onEks('addresses', { pods: 250, machine }))).toEqual([]);
    expect(fields(onEks('addresses', { pods: 251, machine }))).toEqual(['nodePools[default].pods']);
  });

  test.each<[string, (over: number) => ClusterDescription, string, string]>([
    [
      'AKS: pods on a node',
      (over) => onAks('overlay', { pods: 250 + over }),
      'nodePools[default]',
      'aks allows 250 pods on a node',
    ],
    [
      'AKS: nodes of a pool, 909 + 91 while upgrading',
      (over) => onAks('overlay', { ...nodes(303), upgradesAtOnce: 91 + over }),
      'nodePools[default]',
      'aks allows 1000 nodes in a pool',
    ],
    [
      'EKS: nodes of a group, 444 + 6',
      (over) => onEks('prefixes', nodes(148 + over)),
      'nodePools[default]',
      'eks allows 450 nodes in a pool',
    ],
    [
      'GKE: nodes of a pool in a zone, 999 + 1',
      (over) => onGke(nodes(999 + over)),
      'nodePools[default]',
      'gke allows 1000 nodes of a pool in a zone',
    ],
    [
      'GKE: pods on a node',
      (over) => onGke({ pods: 256 + over }),
      'nodePools[default]',
      'gke allows 256 pods on a node',
    ],
    [
      'Kubernetes: pods on a node',
      (over) => onOwn({ pods: 110 + over }),
      'nodePools[default]',
      'onPrem allows 110 pods on a node',
    ],
    [
      'Kubernetes: nodes',
      (over) => onOwn({ ...nodes(1666), upgradesAtOnce: 2 + over }),
      'nodePools',
      'onPrem allows 5000 nodes in a cluster',
    ],
  ])('%s', (_, cluster, field, message) => {
    expect(fields(cluster(0))).toEqual([]);
    const [found, ...others] = derive(cluster(1)).problems;
    expect(found).toMatchObject({ field, message: expect.stringContaining(message) });
    expect(found?.expected).toMatch(/^at most \d+/);
    expect(others.filter((other) => other.field !== field)).toEqual([]);
  });

  test('a limit that can be raised is reported as such', () => {
    // 400 × 3 + 6, 206 more than 1000
    const found = derive(onEks('prefixes', nodes(400))).problems.find(({ field }) => field === 'nodePools');
    expect(found).toEqual({
      field: 'nodePools',
      value: 1206,
      message:
        'eks allows 1000 nodes in a cluster (EKS best practices, scalability); 206 too many: default 1200 + default while upgrading 6 = 1206',
      expected: 'at most 1000, or asking AWS first',
    });
  });

  test('more pods than a cluster has, and more targets than a group', () => {
    const cluster = onEks('prefixes', nodes(140));
    const behind = (count: number) => pods(count).map((one) => ({ ...one, targets: 'pods' as const }));
    expect(fields(cluster, { workloads: behind(1000) })).toEqual([]);
    expect(derive(cluster, { workloads: behind(1001) }).problems).toMatchObject([
      { field: 'web.targets', value: 1001, expected: 'at most 1000' },
    ]);
    const machine = { interfaces: 15, addressesPerInterface: 50, cores: 96 };
    const dense = onEks('prefixes', { pods: 250, machine, ...nodes(80) });
    expect(fields(dense, { workloads: pods(50_000), zonesLost: 0 })).toEqual([]);
    expect(derive(dense, { workloads: pods(50_001), zonesLost: 0 }).problems).toMatchObject([
      { field: 'workloads', value: 50_001, expected: 'at most 50000, or asking AWS first' },
    ]);
  });

  test('more pools than the provider allows', () => {
    const pools = (count: number) => {
      const nodePools = Array.from({ length: count }, (_, index) => ({ ...POOL, name: `p${index}`, machine: LARGE }));
      return eks({
        ...COMMON,
        region: 'r',
        podNetwork: 'prefixes',
        nodePools: nodePools.map((it) => ({ ...it, ...nodes(8) })),
      });
    };
    const workloads = [{ ...WEB, pools: ['p0'] }];
    expect(fields(pools(30), { workloads })).toEqual([]);
    expect(derive(pools(31), { workloads }).problems).toMatchObject([
      { field: 'nodePools', value: 31, message: expect.stringContaining('allows 30 pools in a cluster') },
    ]);
  });

  test('a subnet that cannot hold the upgrade, and the nodes that it can hold', () => {
    expect(fields(onAks('flat', {}, { nodes: 18 }))).toEqual([]);
    expect(derive(onAks('flat', {}, { nodes: 19 })).problems).toEqual([
      {
        field: 'subnets.nodes',
        value: 19,
        message:
          'nodes and pods: 80 nodes × 111 (its own + 110 pods) = 8880; 8880 + 5 that Azure keeps = 8885 addresses, 693 more than the 8192 of the existing /19',
        expected: 'a /18, or at most 18 nodes of a pool in each zone',
      },
    ]);
    // what it says does fit, and one more does not: (54 + 18) × 111 + 5 = 7997, (57 + 19) × 111 + 5 = 8441
    expect(fields(onAks('flat', nodes(18), { nodes: 19 }))).toEqual([]);
    expect(fields(onAks('flat', nodes(19), { nodes: 19 }))).toEqual(['subnets.nodes']);
  });

  test('a subnet larger than the provider has', () => {
    const machine = { interfaces: 15, addressesPerInterface: 50, cores: 96 };
    // 89 × 750 + 16, of 65536
    const [found] = derive(onEks('addresses', { pods: 110, machine, ...nodes(87) })).problems;
    expect(found).toMatchObject({
      field: 'subnets.nodes',
      value: 16,
      expected: 'at most 85 nodes of a pool in each zone',
    });
    expect(found?.message).toContain('of a /16, the largest possible (Amazon VPC user guide, subnet sizing)');
    expect(fields(onEks('addresses', { pods: 110, machine, ...nodes(85) }))).toEqual([]);
    // one that cannot be holds no more than the largest that can
    expect(fields(onEks('addresses', { pods: 110, machine, ...nodes(86) }, { nodes: 12 }))).toEqual(['subnets.nodes']);
  });
});

describe('P12 invalid input of a plan', () => {
  test.each<[string, ClusterDescription, string]>([
    ['AKS without its network', aks({ ...AZURE, nodePools: [POOL] }), 'podNetwork'],
    ['EKS without its network', eks({ ...COMMON, region: 'r', nodePools: [POOL] }), 'podNetwork'],
    ['Auto Mode', eksAuto({ ...COMMON, region: 'r', nodePools: [POOL] }), 'podNetwork'],
    ['a cluster of which nothing is known', conformant({ ...COMMON, nodePools: [POOL] }), 'podNetwork'],
    [
      'EKS without the machine',
      eks({ ...COMMON, region: 'r', podNetwork: 'prefixes', nodePools: [POOL] }),
      'nodePools[default].machine',
    ],
    ['no nodes', gke({ ...COMMON, region: 'r' }), 'nodePools'],
    [
      'headroom larger than a node',
      onGke({ headroom: { pods: 3, cpu: '4', memory: '1Gi' } }),
      'nodePools[default].headroom',
    ],
  ])('%s', (_, cluster, field) => {
    const { plan, problems } = derive(cluster);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field }]);
  });

  test.each<[string, Partial<ProviderPlanInput>, string]>([
    ['every zone lost', { zonesLost: 3 }, 'survives.zones'],
    ['not a request', { workloads: [{ ...WEB, cpu: 'half' }] }, 'workloads[web].cpu'],
    [
      'half a pod',
      { workloads: [{ ...WEB, pods: { offPeak: 0.5, peak: 1, atOnce: 1 } }] },
      'workloads[web].pods.offPeak',
    ],
    [
      'more off peak than at peak',
      { workloads: [{ ...WEB, pods: { offPeak: 2, peak: 1, atOnce: 3 } }] },
      'workloads[web].pods',
    ],
    ['a pod larger than a node', { workloads: [{ ...WEB, cpu: '4' }] }, 'web'],
    ['a pod larger than what daemons leave', { daemons: [{ name: 'logs', cpu: '3900m', memory: '1Mi' }] }, 'web'],
    ['a daemon without a request', { daemons: [{ name: 'logs', cpu: '', memory: '1Mi' }] }, 'daemons[logs].cpu'],
    ['a pool that does not exist', { workloads: [{ ...WEB, pools: ['gpu'] }] }, 'web.pools'],
  ])('%s', (_, change, field) => {
    const { plan, problems } = derive(onGke(), change);
    expect(plan).toBeUndefined();
    expect(problems).toMatchObject([{ field }]);
  });

  describe('61: several pools', () => {
    const both = (max: number) =>
      gke({
        ...COMMON,
        region: 'r',
        nodePools: [
          { ...POOL, nodesPerZone: { min: 1, max } },
          { ...POOL, name: 'second', nodesPerZone: { min: 1, max } },
        ],
      });

    test('a workload that both may run: each may have all of it, up to what it allows', () => {
      const { plan, problems } = derive(both(4));
      expect(problems).toEqual([]);
      expect(plan?.pools.map(({ most }) => most)).toEqual(
        ['second', 'default'].map((other) => ({
          value: 4,
          because: expect.stringContaining(`the pool allows 4, and some of them may be in ${other}`),
        })),
      );
    });

    test('both together are too small for it', () => {
      expect(derive(both(3)).problems).toEqual([
        {
          field: 'nodePools',
          value: 6,
          message: 'web: 8 nodes needed per zone in default, second, in any order; allowed are 6',
          expected: expect.stringContaining('at least 8, or a pool of its own'),
        },
      ]);
    });

    test('pods that may go anywhere can fill the only pool of others', () => {
      const workloads = [
        WEB,
        { ...WEB, name: 'own', cpu: '1800m', pods: { offPeak: 1, peak: 1, atOnce: 2 }, pools: ['second'] },
      ];
      const [problem] = derive(both(12), { workloads }).problems;
      expect(problem).toMatchObject({ field: 'nodePools[second].nodesPerZone', value: 12 });
      expect(problem?.message).toMatch(/^own: \d+ nodes needed per zone in second beside web, in any order/);
    });

    test('a workload in one of them takes nothing from the other', () => {
      const plan = planOf(both(8), { workloads: [{ ...WEB, pools: ['second'] }] });
      expect(plan.pools.map(({ most }) => most.value)).toEqual([0, 8]);
    });
  });

  test('42: bounds by zone: the smallest must be enough, the largest needs the subnet', () => {
    const nodesPerZone = { a: { min: 1, max: 10 }, b: { min: 1, max: 8 }, c: { min: 1, max: 8 } };
    const plan = planOf(onEks('addresses', { pods: 29, nodesPerZone }));
    expect(plan.pools[0]?.nodes).toEqual({
      value: 26,
      because: '10 + 8 + 8, needed or allowed in each zone = 26 nodes',
    });
    expect(plan.ranges[0]?.addresses.because).toMatch(/^12 nodes × 30/);
    const small = { ...nodesPerZone, b: { min: 1, max: 7 } };
    expect(derive(onEks('addresses', { pods: 29, nodesPerZone: small })).problems).toMatchObject([
      {
        field: 'nodePools[default].nodesPerZone',
        value: 7,
        message: expect.stringContaining('allows 7 in one of them'),
      },
    ]);
  });

  test('34: devices limit the pods of a node', () => {
    const workloads = [{ ...WEB, resources: { 'nvidia.com/gpu': '1' } }];
    const pool = { resources: { 'nvidia.com/gpu': '2' }, nodesPerZone: { min: 1, max: 16 } };
    expect(planOf(onGke(pool), { workloads }).pools[0]?.most.because).toContain('31 pods of web, 2 on a node');
    expect(derive(onGke(), { workloads }).problems).toMatchObject([{ field: 'web' }]);
  });

  test('all of it at once', () => {
    const cluster = eks({ ...COMMON, region: 'r', nodePools: [POOL] });
    const found = derive(cluster, { zonesLost: 9 }).problems.map(({ field }) => field);
    expect(found).toEqual(['survives.zones', 'podNetwork']);
  });
});
