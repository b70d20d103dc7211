// G1: an environment that survives two of three zones, from the spread to the plan of nodes.

import { failureTable } from '../../../lib/analysis/survival/table';
import { check } from '../../../lib/checks';
import {
  Broker,
  NodeAgent,
  QueueConsumer,
  StatefulService,
  type StatefulServiceProps,
  type System,
  WebService,
  Worker,
} from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import { aks, type ClusterDescription, eks, gke, type NodePool } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, find, SUBNETS, shop, shopApp, WEB } from '../../support/synthesis';

const POOL: NodePool = {
  name: 'general',
  cpu: '4',
  memory: '14Gi',
  pods: 29,
  nodesPerZone: { min: 2, max: 6 },
  machine: { interfaces: 3, addressesPerInterface: 10, cores: 2 },
};
const COMMON = { kubernetes: '1.36', nodePools: [POOL], capabilities: ['metrics-server', 'keda'] } as const;
const SIZES = { nodes: 22, pods: 14 };
const CLUSTERS: readonly (readonly [string, ClusterDescription])[] = [
  [
    'AKS',
    aks({
      ...COMMON,
      region: 'westeurope',
      zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
      gateway: 'application-gateway',
      gatewaySubnets: ['10.0.0.0/24'],
      podNetwork: 'overlay',
      subnets: SIZES,
    }),
  ],
  [
    'EKS',
    eks({
      ...COMMON,
      region: 'ap-south-1',
      zones: ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'],
      podNetwork: 'addresses',
      ...SUBNETS,
    }),
  ],
  [
    'GKE',
    gke({
      ...COMMON,
      region: 'europe-west1',
      zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
      controlPlane: 'regional',
      subnets: SIZES,
    }),
  ],
];
const environment = { survives: { zones: 2, regions: 0 }, registry: { external: 'registry.example' } };

const { resources, probes } = WEB;
const image = 'registry.example/shop/app:1';
const web = (size: ConstructorParameters<typeof WebService>[2]['size']) => (system: System) =>
  void new WebService(system, 'web', { ...WEB, size }).exposeAt('shop.example');
/** Six pods at 30 % of their CPU: two carry the load. */
const SPARE = { min: 6, max: 9, cpu: 0.3 };

function whole(system: System): void {
  web(SPARE)(system);
  new Worker(system, 'mailer', {
    image,
    resources,
    size: { replicas: 3 },
    probes: { bootSeconds: 10, readiness: { exec: ['ready'] } },
  });
  new NodeAgent(system, 'agent', { image, resources, probes: { bootSeconds: 10, readiness: { exec: ['ready'] } } });
  const broker = new Broker(system, 'rabbitmq', {
    host: 'rabbitmq.example',
    port: 5671,
    credentials: { secret: 'rabbitmq', keys: ['password'] },
    management: { secret: 'rabbitmq-management', key: 'uri' },
    nodes: { kind: 'single', messagesPerSecondPerNode: 1000, connectionsPerNode: 100 },
  });
  new QueueConsumer(system, 'orders', {
    ...WEB,
    queue: broker.queue('orders'),
    connectionsPerPod: 1,
    size: {
      messagesPerSecondPerPod: 20,
      peakMessagesPerSecond: 100,
      largestBacklog: 6000,
      drainSeconds: 300,
      utilisation: 0.65,
      min: 3,
      cpu: { target: 0.6, atFullWork: 0.9 },
    },
  });
}

const errorsOf = (build: (system: System) => void, cluster: ClusterDescription) =>
  shop(build, { cluster, environment })
    .findings.filter(({ severity }) => severity === 'error')
    .map(({ rule, message, expected }) => [rule, message, expected]);

describe.each(CLUSTERS)('G1 two of three zones lost, on %s', (_, cluster) => {
  const store = (props: Partial<StatefulServiceProps>) => (system: System) =>
    void new StatefulService(system, 'store', {
      image,
      port: 8080,
      resources,
      probes,
      claims: {},
      size: { replicas: 3 },
      ...props,
    });

  test('a system of every stateless kind is accepted, and spreads so that one zone is enough', () => {
    const synthesis = shop(whole, { cluster, environment });
    expect(synthesis.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    for (const name of ['web', 'mailer', 'orders']) {
      const pod = at(find(synthesis, 'Deployment', name), 'spec', 'template', 'spec');
      expect(at(pod, 'topologySpreadConstraints', 0)).toMatchObject({
        topologyKey: 'topology.kubernetes.io/zone',
        minDomains: 1,
        maxSkew: 1,
        whenUnsatisfiable: 'DoNotSchedule',
        nodeTaintsPolicy: 'Honor',
      });
    }
    expect(at(find(synthesis, 'ScaledObject', 'orders'), 'spec', 'minReplicaCount')).toBe(3);
  });

  test('the promised pods serve at once, in the worst case; nothing more is claimed while the control plane is away', () => {
    const app = shopApp(whole, { cluster, environment });
    const { entries } = synthesize(app, check);
    const [row] = failureTable(entries, placementsOf(app), { provider: { unknown: 'not asked' } });
    const cell = row?.cells.find(({ event }) => event === '2 zones lost');
    const steady = cell?.results.filter(({ scale }) => scale === 'steady') ?? [];
    const left = Object.fromEntries(
      steady.map(({ component, left: { fewest }, needed }) => [component, [fewest, needed]]),
    );
    expect(left).toEqual({ web: [2, 2], mailer: [1, 3], orders: [1, 3] });
    for (const { survives, seconds, verdict, unchangeable } of cell?.results ?? []) {
      expect({ survives, seconds, verdict }).toEqual({ survives: true, seconds: undefined, verdict: 'degraded' });
      expect(unchangeable).toContain('the control plane may be lost with them');
    }
  });

  test('that is a note of synth, which names what has too few pods until then', () => {
    const notes = (build: (system: System) => void) =>
      shop(build, { cluster, environment }).findings.filter(({ rule }) => rule === 'control-plane-lost');
    expect(notes(web(SPARE))).toEqual([
      expect.objectContaining({
        severity: 'note',
        field: 'environments.production.survives.zones',
        message:
          'shop in production survives losing 2 zones, but the control plane may be lost with them: nothing is placed, scaled or taken out of Services',
      }),
    ]);
    expect(notes(store({ size: { replicas: 3, gossip: true } }))).toEqual([]); // refused, and said there
    expect(notes(web({ replicas: 3 }))[0]?.message).toMatch(/; until it is back web may have fewer pods than needed$/);
  });

  test('fewer pods than zones are refused, of an autoscaler too', () => {
    for (const size of [{ replicas: 2 }, { min: 2, max: 9, cpu: 0.6 }]) {
      expect(errorsOf(web(size), cluster)[0]).toEqual([
        'availability',
        'losing 2 zones of 3 may take all of 2 replicas',
        'at least 3',
      ]);
    }
  });

  test('a quorum of three is refused, with what to write', () => {
    expect(errorsOf(store({ size: { members: 3 } }), cluster)[0]).toEqual([
      'availability',
      'losing 2 zones of 3 may leave 1 of 3 members, and 2 are a majority',
      "a cluster of at least 5 zones, or survives: { zones: 0, because: '…' }",
    ]);
    const excused = {
      size: { members: 3 },
      survives: { zones: 0, because: 'a majority stops with two zones' },
    } as const;
    expect(errorsOf(store(excused), cluster)).toEqual([]);
  });

  test('pods that stay with their node are refused unless their budget keeps as few as are left', () => {
    expect(errorsOf(store({ size: { replicas: 3, gossip: true } }), cluster)).toEqual([
      [
        'survives-zones',
        'store does not survive losing 2 zones, as production promises: 2 pods needed, 1 at once, 1 after recovery',
        expect.stringContaining(': a budget that keeps 1 (availability.disruption), if so few can serve; or '),
      ],
    ]);
    const few = { availability: { disruption: { minAvailable: 1 } } };
    expect(errorsOf(store({ size: { replicas: 3, gossip: true }, ...few }), cluster)).toEqual([]);
  });

  test('a volume is refused: no disk survives two zones', () => {
    const claims = { '/data': { size: '10Gi' } };
    expect(errorsOf(store({ claims, availability: { disruption: { minAvailable: 1 } } }), cluster)).toContainEqual([
      'volume-zones',
      expect.stringMatching(
        /^production must survive losing 2 zones, but a volume of \w+ (survives losing 1|is in one)$/,
      ),
      expect.stringContaining("oneZone: 'why its data may be unreachable'"),
    ]);
  });

  test('the plan has room for all pods in one zone', () => {
    const small = { ...cluster, nodePools: [{ ...POOL, nodesPerZone: { min: 1, max: 1 }, cpu: '600m' }] };
    expect(errorsOf(web({ replicas: 9 }), small).map(([rule]) => rule)).toEqual(
      expect.arrayContaining(['provider-plan', 'survives-zones']),
    );
  });
});
