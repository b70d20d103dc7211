// A component that keeps state: names, claims, a quorum, and what a lost zone means for it (A11, A15, 20, 41).

import {
  Database,
  StatefulService,
  type StatefulServiceProps,
  type System,
  Volume,
  WebService,
} from '../../../lib/constructs';
import { aks, type ClusterDescription, conformant, eks, gke, local } from '../../../lib/model';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, SUBNETS, shop, TWO_ZONES, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

const zones = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];
const THREE = eks({ region: 'ap-south-1', zones, kubernetes: '1.36', ...SUBNETS });
const NOTHING = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
const because = 'a cart may be lost';

const CART: StatefulServiceProps = {
  image: 'registry.example/shop/cart:1',
  port: { port: 6379, protocol: 'tcp' },
  resources: { cpu: '100m', memory: '64Mi' },
  probes: { bootSeconds: 10, readiness: { tcp: true } },
  claims: { '/data': { size: '10Gi' } },
  noBackup: because,
  size: { replicas: 1 },
  survives: { zones: 0, because },
};
const { survives: _, ...PROMISED } = CART;
const QUORUM: StatefulServiceProps = {
  ...PROMISED,
  size: { members: 3 },
  ports: { peer: { port: 7000, protocol: 'tcp' } },
};

const cart = (
  props: object = CART,
  surroundings: { cluster?: ClusterDescription; environment?: typeof PRODUCTION } = {},
  then: (cart: StatefulService, system: System) => void = () => {},
): Synthesis =>
  shop((system) => then(new StatefulService(system, 'cart', unchecked<StatefulServiceProps>(props)), system), {
    cluster: THREE,
    ...surroundings,
  });
const specOf = (synthesis: Synthesis) => at(find(synthesis, 'StatefulSet', 'cart'), 'spec');
const constraints = (synthesis: Synthesis) => at(specOf(synthesis), 'template', 'spec', 'topologySpreadConstraints');
const expectedOf = ({ findings }: Synthesis) => findings.map(({ expected }) => expected);

describe('a single pod', () => {
  test('A11: has a name, a claim and two Services; nothing is left to the defaults of the API', () => {
    const synthesis = cart();
    expect(synthesis.findings).toEqual([]);
    expect(specOf(synthesis)).toMatchObject({
      replicas: 1,
      serviceName: 'cart-members',
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      volumeClaimTemplates: [
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'one-zone-retain', volumeMode: 'Filesystem' },
        },
      ],
    });
    const pod = at(specOf(synthesis), 'template', 'spec');
    expect(at(pod, 'containers', 0, 'volumeMounts')).toContainEqual({ name: 'data', mountPath: '/data' });
    expect(at(pod, 'volumes')).not.toContainEqual(expect.objectContaining({ name: 'data' }));
    expect(at(pod, 'securityContext', 'fsGroupChangePolicy')).toBe('OnRootMismatch');
    expect(at(find(synthesis, 'Service', 'cart-members'), 'spec')).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    });
    expect(at(find(synthesis, 'Service', 'cart'), 'spec')).not.toHaveProperty('clusterIP');
    expect(() => find(synthesis, 'PodDisruptionBudget', 'cart')).toThrow('no PodDisruptionBudget');
  });

  test('A15: promises nothing for zones by a reason only', () => {
    const refused = cart(PROMISED, {
      cluster: aks({
        region: 'westeurope',
        zones: ['westeurope-1', 'westeurope-2'],
        kubernetes: '1.36',
        gateway: 'application-gateway',
      }),
    });
    expect(errors(refused)).toEqual(['availability size.replicas']);
    expect(expectedOf(refused)[0]).toContain("survives: { zones: 0, because: '…' }");
    expect(at(find(cart(), 'StatefulSet', 'cart'), 'metadata', 'annotations', 'evenkeel.dev/zone-loss')).toBe(because);
  });

  test('clients connect to it, and are admitted; others are not', () => {
    const synthesis = cart(CART, {}, (one, system) => {
      expect(one.members).toEqual(['cart-0.cart-members']);
      new WebService(system, 'web', WEB).connectTo(one, { as: { CART_ADDR: '{host}:{port}' } });
    });
    expect(synthesis.findings).toEqual([]);
    expect(at(find(synthesis, 'NetworkPolicy', 'cart'), 'spec', 'ingress')).toMatchObject([
      { from: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': 'web' } } }], ports: [{ port: 6379 }] },
    ]);
  });
});

test('pods that gossip reach each other on every port and start at once, and need no majority', () => {
  const { noBackup: _none, ...bare } = PROMISED;
  const synthesis = cart({ ...bare, claims: {}, size: { replicas: 2, gossip: true } });
  expect(synthesis.findings).toEqual([]);
  expect(specOf(synthesis)).toMatchObject({ replicas: 2, podManagementPolicy: 'Parallel' });
  expect(JSON.stringify(find(synthesis, 'StatefulSet', 'cart'))).not.toContain('evenkeel.dev/quorum');
  const own = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cart' } } };
  const policy = at(find(synthesis, 'NetworkPolicy', 'cart'), 'spec');
  expect(at(policy, 'ingress')).toMatchObject([{ from: [own], ports: [{ port: 6379 }] }]);
  expect(at(policy, 'egress')).toMatchObject([{}, { to: [own] }]);
});

describe('a quorum', () => {
  test('starts at once, is evicted one at a time, and its members reach each other on every port', () => {
    const synthesis = cart(QUORUM, {}, (one) => expect(one.members).toHaveLength(3));
    expect(synthesis.findings).toEqual([]);
    expect(specOf(synthesis)).toMatchObject({ replicas: 3, podManagementPolicy: 'Parallel' });
    expect(at(find(synthesis, 'PodDisruptionBudget', 'cart'), 'spec', 'maxUnavailable')).toBe(1);
    expect(at(find(synthesis, 'StatefulSet', 'cart'), 'metadata', 'annotations', 'evenkeel.dev/quorum')).toBe(
      '2 of 3 members',
    );
    const policy = at(find(synthesis, 'NetworkPolicy', 'cart'), 'spec');
    const own = { podSelector: { matchLabels: { 'app.kubernetes.io/name': 'cart' } } };
    expect(at(policy, 'ingress')).toMatchObject([
      { from: [own], ports: [{ port: 6379 }] },
      { from: [own], ports: [{ port: 7000 }] },
    ]);
    expect(at(policy, 'egress')).toMatchObject([{}, { to: [own] }, { to: [own] }]);
  });

  test('its disks are in one zone each, also where others would be in several: the quorum survives', () => {
    const cluster = gke({
      region: 'europe-west1',
      zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
      kubernetes: '1.36',
    });
    const synthesis = cart(QUORUM, { cluster });
    expect(synthesis.findings).toEqual([]);
    expect(at(specOf(synthesis), 'volumeClaimTemplates', 0, 'spec', 'storageClassName')).toBe('one-zone-retain');
  });

  test('is spread strictly over zones, all revisions counted together: a pod returns to the zone of its disk', () => {
    expect(constraints(cart(QUORUM))).toEqual([
      expect.objectContaining({
        topologyKey: 'topology.kubernetes.io/zone',
        whenUnsatisfiable: 'DoNotSchedule',
        minDomains: 2,
      }),
      expect.objectContaining({ topologyKey: 'kubernetes.io/hostname' }),
    ]);
    expect(JSON.stringify(constraints(cart(QUORUM)))).not.toContain('matchLabelKeys');
  });

  test.each([5, 7, 9])('%s members over three zones survive one: a majority is enough', (members) => {
    expect(cart({ ...QUORUM, size: { members } }).findings).toEqual([]);
  });

  test.each([
    [3, TWO_ZONES, 'a cluster of at least 3 zones'],
    [5, TWO_ZONES, 'a cluster of at least 3 zones'],
  ])('%s members over two zones are refused', (members, cluster, expected) => {
    const synthesis = cart({ ...QUORUM, size: { members } }, { cluster });
    expect(errors(synthesis)).toEqual(['availability size.members']);
    expect(expectedOf(synthesis)[0]).toContain(expected);
  });

  test.each<[number, string]>([
    [1, 'members: 3, or size: { replicas: 1 }'],
    [2, 'members: 3, or size: { replicas: 1 }'],
    [4, 'an odd number: 3 or 5'],
  ])('%s members are refused', (members, expected) => {
    const synthesis = cart({ ...QUORUM, size: { members } });
    expect(errors(synthesis)).toEqual(['input size.members']);
    expect(expectedOf(synthesis)).toEqual([expected]);
  });
});

describe('replicas', () => {
  const two = { ...PROMISED, size: { replicas: 2 } };

  test('on EKS their disks are in one zone: refused without a reason, which the StatefulSet shows', () => {
    expect(errors(cart(two))).toEqual(['volume-zones claims["/data"].oneZone']);
    const oneZone = 'a cache that fills again';
    const synthesis = cart({ ...two, claims: { '/data': { size: '1Gi', oneZone } } });
    expect(synthesis.findings).toEqual([]);
    const set = find(synthesis, 'StatefulSet', 'cart');
    expect(at(set, 'metadata', 'annotations', 'evenkeel.dev/one-zone')).toBe(oneZone);
    expect(at(set, 'spec', 'volumeClaimTemplates', 0, 'metadata')).toEqual({ name: 'data' });
  });

  test('their pods do not reach each other', () => {
    const synthesis = cart(two, { environment: NOTHING });
    expect(at(find(synthesis, 'NetworkPolicy', 'cart'), 'spec')).not.toHaveProperty('ingress');
  });

  test('41: what is set is written', () => {
    const claimRetention = { whenScaled: 'Delete' };
    const spec = specOf(cart({ ...two, claimRetention, podManagementPolicy: 'Parallel' }, { environment: NOTHING }));
    expect(spec).toMatchObject({
      podManagementPolicy: 'Parallel',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' },
    });
  });

  test('count in the account of a database without a surge', () => {
    const synthesis = cart({ ...two, size: { replicas: 5 } }, { environment: NOTHING }, (one, system) => {
      const limits = { maxConnections: 100, superuserReserved: 3 };
      one.connectTo(new Database(system, 'database', { host: 'db.example', port: 5432, limits }), { poolSize: 2 });
    });
    expect(synthesis.findings).toEqual([]);
    expect(JSON.stringify(find(synthesis, 'Service', 'database'))).toContain('cart 10 needed');
  });
});

test.each<[string, ClusterDescription, string | undefined]>([
  ['local', local({ kubernetes: '1.37' }), undefined],
  ['conformant 1.27', conformant({ kubernetes: '1.27' }), undefined],
])('%s: the cluster’s default class', (_, cluster, storageClassName) => {
  const synthesis = cart(CART, { cluster, environment: NOTHING });
  expect(synthesis.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(at(specOf(synthesis), 'volumeClaimTemplates', 0, 'spec', 'storageClassName')).toBe(storageClassName);
});

test('pods without claims have names only', () => {
  const spec = specOf(cart({ ...CART, claims: {} }));
  expect(spec).not.toHaveProperty('volumeClaimTemplates');
});

test('a claim has the name that is given, which keeps the data of another chart', () => {
  const synthesis = cart({ ...CART, claims: { '/var/lib/redis': { size: '1Gi', name: 'redis-data' } } });
  expect(synthesis.findings).toEqual([]);
  expect(at(specOf(synthesis), 'volumeClaimTemplates', 0, 'metadata', 'name')).toBe('redis-data');
});

test.each<[string, object, string]>([
  ['missing claims', { claims: undefined }, 'claims'],
  ['a misspelt key', { claims: { '/data': { size: '1Gi', onezone: 'x' } } }, 'claims./data.onezone'],
  ['a size without a unit of text', { claims: { '/data': { size: 10 } } }, 'claims./data.size'],
  ['a relative path', { claims: { data: { size: '1Gi' } } }, 'claims["data"]'],
  ['a slash at the end', { claims: { '/data/': { size: '1Gi' } } }, 'claims["/data/"]'],
  ['two of one name', { claims: { '/a/b': { size: '1Gi' }, '/a-b': { size: '1Gi' } } }, 'claims["/a-b"]'],
  ['a path without a name', { claims: { '/…': { size: '1Gi' } } }, 'claims["/…"]'],
  ['an autoscaler', { size: { min: 1, max: 3, cpu: 0.5 } }, 'size'],
  ['a load', { size: { load: {} } }, 'size'],
  ['a surge', { availability: { maxSurge: 1 } }, 'availability.maxSurge'],
  ['OnDelete', { podManagementPolicy: 'OnDelete' }, 'podManagementPolicy'],
  ['a retention', { claimRetention: { whenDeleted: 'Keep' } }, 'claimRetention.whenDeleted'],
  [
    'a claim with the name of another volume, which would replace it',
    { claims: { '/files': { size: '1Gi' } }, files: { '/etc/app.conf': 'x' } },
    'claims["/files"]',
  ],
])('%s is refused, once', (_, change, field) => {
  expect(errors(cart({ ...CART, ...change }))).toEqual([`input ${field}`]);
});

test('a path of scratch, and one below a file, is refused', () => {
  expect(errors(cart({ ...CART, scratch: [{ path: '/data', size: '1Gi' }] }))).toHaveLength(1);
  expect(errors(cart({ ...CART, files: { '/data': 'x' }, claims: { '/data/x': { size: '1Gi' } } }))).toEqual([
    'input files["/data"]',
  ]);
});

test('a name of more than 52 characters is refused: its pods could not have its label', () => {
  expect(errors(cart({ ...CART, name: 'c'.repeat(53) }))).not.toEqual([]);
  expect(errors(cart({ ...CART, name: 'c'.repeat(52) }))).toEqual([]);
});

test('one volume for several pods is refused', () => {
  const synthesis = shop(
    (system) => {
      const volumes = { '/shared': new Volume(system, 'shared', { size: '1Gi' }) };
      new StatefulService(system, 'cart', { ...PROMISED, size: { replicas: 2 }, volumes });
    },
    { cluster: THREE, environment: NOTHING },
  );
  expect(errors(synthesis)).toEqual(['input volumes["/shared"]']);
});
