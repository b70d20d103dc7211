// Every input of the model: each slip in it is one problem that names the key, and the least that is required is enough.

import {
  aks,
  conformant,
  deriveBrokerBudget,
  deriveCapacity,
  deriveDatabaseBudget,
  deriveHeadroom,
  deriveLoadTest,
  deriveProviderPlan,
  deriveQueueConsumer,
  deriveRedisBudget,
  eks,
  eksAuto,
  gke,
  local,
  onPrem,
  type Problem,
  type ProviderPlanInput,
} from '../../lib/model';
import { gapsIn, type Slip, slipsIn } from '../support/typos';

interface Door {
  readonly find: (input: never) => readonly Problem[];
  /** Every key. */
  readonly full: object;
  /** The required keys. */
  readonly least: object;
}

const KUBERNETES = '1.36';
const POOL = { name: 'general', cpu: '3920m', memory: '14Gi', pods: 110, nodesPerZone: { min: 1, max: 5 } };
const CLUSTER = {
  kubernetes: KUBERNETES,
  capabilities: ['keda'],
  nodePools: [
    {
      ...POOL,
      labels: { team: 'web' },
      taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }],
      machine: { interfaces: 3, addressesPerInterface: 10, cores: 2 },
      upgradesAtOnce: 2,
      headroom: { pods: 3, cpu: '1', memory: '1Gi', image: 'registry.example/pause:1' },
    },
  ],
  subnets: { nodes: 22, pods: 16 },
  groups: { ops: 'ops@shop.example', deployers: { namespace: 'argocd', serviceAccount: 'argocd' } },
  identities: { 'shop-production/web': 'web@shop.iam.gserviceaccount.com' },
  sysadmins: ['deployers'],
  plurals: { 'shop.example/Widget': 'widgets' },
  scopes: { 'shop.example/Fleet': 'cluster' },
};
const PODS = { namespace: 'traefik', podLabels: { app: 'traefik' } };
const AWS_SUBNETS = { loadBalancerSubnets: ['10.20.0.0/24'], nodeSubnets: ['10.20.8.0/22'] };
const MUMBAI = { region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'] };

const LOAD = {
  users: { peak: 1000, offPeak: 100 },
  thinkSeconds: 10,
  service: { meanSeconds: 0.02 },
  concurrencyPerPod: 8,
  latency: { quantile: 0.98, seconds: 0.2 },
  growthPerSecond: 0.001,
  zones: 3,
  zonesLost: 1,
  regions: 2,
  regionsLost: 1,
  times: { metricSeconds: 15, readySeconds: 30, nodeSeconds: 60 },
  margin: 1.5,
};
const ROLLING = { maxSurge: 1, terminationGracePeriodSeconds: 30, fastestAvailableSeconds: 10 };
const CLIENT = { name: 'web', maxReplicas: 2, replacement: ROLLING };
const LEAST_USE = { ...CLIENT, poolSize: 5 };
const QUEUE = {
  messagesPerSecondPerPod: 10,
  drainSeconds: 60,
  reactionSeconds: 15,
  utilisation: 0.6,
  peakMessagesPerSecond: 70,
  largestBacklog: 5000,
  min: 2,
  queueIsRead: true,
  cpu: { target: 0.6, atFullWork: 0.9 },
};
const LOAD_TEST = { users: 10, thinkSeconds: 1, usersPerSecond: 1, seconds: 60, requestsPerSecondPerWorker: 100 };
const WORKLOAD = { name: 'web', cpu: '250m', memory: '1Gi', pods: { offPeak: 1, peak: 2, atOnce: 3 } };
const PLANNED = gke({ kubernetes: KUBERNETES, region: 'europe-west1', nodePools: [POOL] });

const REDIS = { maxClients: 1000, operationsPerSecondPerNode: 10_000 };
const CART = { ...CLIENT, connectionsPerPod: 5, operationsPerSecondPerPod: 10 };
const redis = (least: object, full: object = least): Door => {
  const common = { clients: [CART], production: false };
  return {
    find: (input) => deriveRedisBudget(input).problems,
    least: { ...common, redis: { ...REDIS, ...least } },
    full: {
      ...common,
      redis: { ...REDIS, otherConnections: 1, ...full },
      withoutCopy: { reason: 'a cache that may be empty' },
    },
  };
};
const BROKER = { messagesPerSecondPerNode: 1000, connectionsPerNode: 100 };
const broker = (kind: object): Door => {
  const producers = [{ ...CLIENT, messagesPerSecondPerPod: 10, connectionsPerPod: 1 }];
  return {
    find: (input) => deriveBrokerBudget(input).problems,
    least: { broker: { ...BROKER, ...kind }, producers },
    full: { broker: { ...BROKER, otherMessagesPerSecond: 1, otherConnections: 1, ...kind }, producers },
  };
};

const DOORS: Readonly<Record<string, Door>> = {
  gke: {
    find: (input) => gke(input).problems,
    least: { kubernetes: KUBERNETES, region: 'europe-west1' },
    full: {
      ...CLUSTER,
      region: 'europe-west1',
      zones: ['europe-west1-b'],
      preSharedCertificate: 'shop',
      controlPlane: 'zonal',
    },
  },
  eks: {
    find: (input) => eks(input).problems,
    least: { kubernetes: KUBERNETES, region: 'ap-south-1' },
    full: { ...CLUSTER, ...MUMBAI, ...AWS_SUBNETS, certificateArn: 'arn:aws:acm:x', podNetwork: 'prefixes' },
  },
  eksAuto: {
    find: (input) => eksAuto(input).problems,
    least: { kubernetes: KUBERNETES, region: 'ap-south-1' },
    full: { ...CLUSTER, ...MUMBAI, ...AWS_SUBNETS, certificateArns: ['arn:aws:acm:x'] },
  },
  aks: {
    find: (input) => aks(input).problems,
    least: { kubernetes: KUBERNETES, region: 'westeurope', gateway: 'application-gateway' },
    full: {
      ...CLUSTER,
      region: 'westeurope',
      zones: ['westeurope-1'],
      gateway: { albName: 'alb', albNamespace: 'alb' },
      gatewaySubnets: ['10.0.0.0/24'],
      podNetwork: 'overlay',
    },
  },
  'a gateway made elsewhere': {
    find: (input) => aks(input).problems,
    least: { kubernetes: KUBERNETES, region: 'westeurope', gateway: { albId: '/x', albFrontend: 'front' } },
    full: { kubernetes: KUBERNETES, region: 'westeurope', gateway: { albId: '/x', albFrontend: 'front' } },
  },
  onPrem: {
    find: (input) => onPrem(input).problems,
    least: { kubernetes: KUBERNETES, distribution: 'k3s' },
    full: {
      ...CLUSTER,
      zones: ['a', 'b'],
      distribution: 'kubeadm',
      ingressClass: 'cilium',
      podNetwork: { nodePrefix: 24 },
      groupsPrefix: 'oidc:',
      ingressController: PODS,
      controlPlane: { nodes: { a: 1, b: 1, c: 1 } },
    },
  },
  local: {
    find: (input) => local(input).problems,
    least: { kubernetes: KUBERNETES },
    full: {
      ...CLUSTER,
      distribution: 'kind',
      podNetwork: { nodePrefix: 24 },
      ingressSource: PODS,
      controlPlane: { nodes: 3 },
    },
  },
  conformant: {
    find: (input) => conformant(input).problems,
    least: { kubernetes: KUBERNETES },
    full: {
      ...CLUSTER,
      podNetwork: { nodePrefix: 24 },
      ingressSource: { cidrs: ['10.0.0.0/24'] },
      controlPlane: { nodes: 1 },
    },
  },
  capacity: {
    find: (input) => deriveCapacity(input).problems,
    least: LOAD,
    full: {
      ...LOAD,
      service: { meanSeconds: 0.02, coefficientOfVariation: 1 },
      cpuSecondsPerRequest: 0.01,
      occupancy: 0.5,
      alwaysAtPeak: true,
      contention: { serial: 0.01, crosstalk: 0.00001 },
    },
  },
  'load test': { find: (input) => deriveLoadTest(input).problems, least: LOAD_TEST, full: LOAD_TEST },
  database: {
    find: (input) => deriveDatabaseBudget(input).problems,
    least: { database: { maxConnections: 100, superuserReserved: 3 }, clients: [LEAST_USE] },
    full: {
      database: {
        maxConnections: 100,
        superuserReserved: 3,
        reserved: 1,
        migrations: 1,
        monitoring: 1,
        cpu: 8,
        memoryMiB: 8000,
        iops: 1000,
      },
      clients: [
        {
          ...LEAST_USE,
          replacement: { ...ROLLING, maxUnavailable: 1 },
          cpuPerPod: 0.1,
          memoryMiBPerConnection: 1,
          iopsPerPod: 1,
        },
      ],
    },
  },
  'a single broker': broker({ kind: 'single' }),
  'a cluster of brokers': broker({ kind: 'clustered', nodes: 3, nodesLost: 1, copies: 3, queues: 3 }),
  'a single Redis': redis({ kind: 'single' }),
  'a highly available Redis': redis({ kind: 'ha', replicas: 1 }, { kind: 'ha', replicas: 1, sentinels: 3 }),
  'a Redis cluster': redis(
    { kind: 'clustered', shards: 3, replicasPerShard: 1 },
    { kind: 'clustered', shards: 3, replicasPerShard: 1, busiestShard: 0.5 },
  ),
  queue: {
    find: (input) => deriveQueueConsumer(input).problems,
    least: QUEUE,
    full: { ...QUEUE, arrivesWhileDraining: false, memory: { target: 0.8 } },
  },
  headroom: {
    find: (input) => deriveHeadroom(input).problems,
    least: { zones: 3, growing: [{ name: 'web', pods: 3, cpu: '1', memory: '1Gi' }] },
    full: { zones: 3, growing: [{ name: 'web', pods: 3, cpu: '1', memory: '1Gi' }] },
  },
  'plan of nodes': {
    find: (load: Omit<ProviderPlanInput, 'cluster'>) => deriveProviderPlan({ ...load, cluster: PLANNED }).problems,
    least: { zonesLost: 0, workloads: [WORKLOAD], daemons: [] },
    full: {
      zonesLost: 0,
      workloads: [{ ...WORKLOAD, pools: ['general'], targets: 'pods' }],
      daemons: [{ name: 'logs', cpu: '10m', memory: '10Mi' }],
    },
  },
};

const TABLES = ['labels', 'podLabels', 'groups', 'identities', 'plurals', 'scopes', 'nodes'];

/** The problems of any value, as a user without a compiler may give it. */
function problemsOf({ find }: Door, input: unknown) {
  const problems: readonly Problem[] = Reflect.apply(find, undefined, [input]);
  return problems.map(({ field, message }) => ({ field, message }));
}

describe.each(Object.entries(DOORS))('%s', (_, door) => {
  test('every key, and the required ones alone, are accepted', () => {
    expect(problemsOf(door, door.full)).toEqual([]);
    expect(problemsOf(door, door.least)).toEqual([]);
  });

  test('a misspelt key, and a value of another type, are one problem with that key', () => {
    const slips = slipsIn(door.full, TABLES);
    expect(slips.length).toBeGreaterThan(10);
    for (const slip of slips) {
      // without its kind, no other key of an object can be judged
      const { field, message } = slip.field.endsWith('.kindx') ? kindless(slip) : slip;
      const problems = [{ field, message: expect.stringContaining(message) }];
      expect({ title: slip.title, problems: problemsOf(door, slip.input) }).toEqual({ title: slip.title, problems });
    }
  });

  test('a required key that is left out is one problem', () => {
    for (const { title, input, field, message } of gapsIn(door.least)) {
      expect({ title, problems: problemsOf(door, input) }).toEqual({ title, problems: [{ field, message }] });
    }
  });
});

function kindless({ field }: Slip): Pick<Slip, 'field' | 'message'> {
  const kind = field.slice(0, -1);
  return { field: kind, message: `${kind} is required` };
}

const { 'plan of nodes': _, ...WHOLE } = DOORS;

describe.each(Object.entries(WHOLE))('%s', (_, door) => {
  test.each([undefined, null, 7, 'text', []])('%j instead is one problem', (input) => {
    expect(problemsOf(door, input)).toHaveLength(1);
  });
});
