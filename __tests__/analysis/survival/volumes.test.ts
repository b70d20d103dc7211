// Volumes in the table of failures: what they bind pods to, and what is not known of them.

import { ApiObject } from 'cdk8s';
import { failureTable, type Row } from '../../../lib/analysis/survival/table';
import { worstOf } from '../../../lib/analysis/survival/verdict';
import { type System, Volume } from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import { aks, type ClusterDescription, eks, type NodePool } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { synthesize } from '../../../lib/synth/synthesize';
import { PRODUCTION, SUBNETS, shopApp } from '../../support/synthesis';

const POOL: NodePool = { name: 'general', cpu: '2', memory: '7Gi', pods: 29, nodesPerZone: { min: 2, max: 2 } };
const ZONES = ['ap-south-1a', 'ap-south-1b', 'ap-south-1c'];

const onAws = (pool: Partial<NodePool> = {}, zones = ZONES): ClusterDescription =>
  eks({ region: 'ap-south-1', zones, kubernetes: '1.36', nodePools: [{ ...POOL, ...pool }], ...SUBNETS });

function rowOf(build: (system: System) => void, on: ClusterDescription = onAws()): Row {
  const app = shopApp(build, { cluster: on, environment: { ...PRODUCTION, survives: { zones: 0, regions: 0 } } });
  const { entries } = synthesize(app, () => []);
  const [row] = failureTable(entries, placementsOf(app), { provider: { unknown: 'not asked' } });
  if (row === undefined) throw new Error('no row');
  return row;
}

function worst(row: Row, event: string) {
  const result = worstOf(row.cells.find((cell) => cell.event === event)?.results ?? []);
  if (result === undefined) throw new Error(`no result of ${event}`);
  return result;
}

const CONTAINERS = [
  { name: 'main', image: 'registry.example/x:1', resources: { requests: { cpu: '900m', memory: '64Mi' } } },
];

const workload =
  (kind: 'Deployment' | 'StatefulSet', spec: JsonObject, pod: JsonObject = {}, name = 'db') =>
  (system: System): void => {
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: CONTAINERS, ...pod } };
    new ApiObject(system, name, {
      apiVersion: 'apps/v1',
      kind,
      metadata: { name },
      spec: { selector: { matchLabels: labels }, template, ...spec },
    });
  };

const mounted = (claimName = 'data') => ({ volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }] });

/** A Deployment that mounts a volume of ours. */
const withVolume = (spec: JsonObject) => (system: System) => {
  new Volume(system, 'data', { size: '1Gi', oneZone: 'a test' });
  workload('Deployment', spec, mounted())(system);
};

describe('20, 60: a claim of one node', () => {
  test('pods on other nodes never serve', () => {
    const { verdict, placed, working } = worst(rowOf(withVolume({ replicas: 3 })), 'as it is');
    expect(verdict).toBe('fails');
    expect(placed.fewest).toBe(1);
    expect(working.join()).not.toBe('');
  });

  test('a release that starts the new pod first can get stuck', () => {
    const { verdict, working } = worst(rowOf(withVolume({ replicas: 1 })), 'release');
    expect(verdict).not.toBe('holds');
    expect(working.join('\n')).toContain('waits for the volume');
  });

  test('one that stops the old pod first cannot', () => {
    const row = rowOf(withVolume({ replicas: 1, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } }));
    expect(worst(row, 'release').placed).toEqual({ fewest: 1, most: 1 });
  });

  test('on another node it starts later: the volume is detached by force', () => {
    const { seconds, working } = worst(rowOf(withVolume({ replicas: 1 })), 'node lost');
    expect(working.join('\n')).toContain('its volume detached by force after 6 min');
    expect(seconds).toBeGreaterThan(50 + 300 + 360);
  });
});

describe('pods return to the zone of their volume', () => {
  const claims = [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'fast' } }];
  const spread = {
    topologySpreadConstraints: [
      {
        topologyKey: 'topology.kubernetes.io/zone',
        maxSkew: 1,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'db' } },
      },
    ],
  };
  const kept =
    (provisioner = 'ebs.csi.aws.com', parameters: JsonObject = {}, pod: JsonObject = spread) =>
    (system: System) => {
      new ApiObject(system, 'class', {
        apiVersion: 'storage.k8s.io/v1',
        kind: 'StorageClass',
        metadata: { name: 'fast' },
        provisioner,
        parameters,
        volumeBindingMode: 'WaitForFirstConsumer',
      });
      workload('StatefulSet', { replicas: 3, serviceName: 'db', volumeClaimTemplates: claims }, pod)(system);
    };

  test('a drained node has a second one in its zone', () => {
    expect(worst(rowOf(kept()), 'node drained').placed).toEqual({ fewest: 3, most: 3 });
  });

  test('without a second one in the zone the pod waits, though other zones have room', () => {
    const single = onAws({ nodesPerZone: { min: 1, max: 1 }, cpu: '4' });
    expect(worst(rowOf(kept(), single), 'node drained').placed).toEqual({ fewest: 2, most: 2 });
  });

  test('and for no other reason: without a spread, only the volume keeps it there', () => {
    const single = onAws({ nodesPerZone: { min: 1, max: 1 }, cpu: '4' });
    const drained = (provisioner: string) => worst(rowOf(kept(provisioner, {}, {}), single), 'node drained');
    // all three may have been on the node
    expect(drained('ebs.csi.aws.com').placed.fewest).toBe(0);
    expect(drained('efs.csi.aws.com').placed).toEqual({ fewest: 3, most: 3 });
  });

  test('a volume that all zones reach binds to none', () => {
    const single = aks({
      region: 'westeurope',
      zones: ['westeurope-1', 'westeurope-2', 'westeurope-3'],
      kubernetes: '1.36',
      gateway: { albName: 'alb', albNamespace: 'alb' },
      gatewaySubnets: ['10.30.0.0/24'],
      nodePools: [{ ...POOL, nodesPerZone: { min: 1, max: 1 }, cpu: '4' }],
    });
    const row = rowOf(kept('disk.csi.azure.com', { skuName: 'Premium_ZRS' }), single);
    expect(row.notes).toEqual([]);
    // the strict spread still counts the cordoned zone, so the pod waits for another reason
    expect(worst(row, 'node drained').working.join()).not.toContain('volume');
  });

  test('42: in the worst zone no node is ordered: growth stops', () => {
    // two pods on a node: 4 in each zone with two nodes; 2 + 3 + 3 with one node in the first
    const row = rowOf(workload('Deployment', { replicas: 12 }, spread), onAws({ nodesPerZone: { min: 1, max: 2 } }));
    expect(worst(row, 'as it is').placed).toEqual({ fewest: 12, most: 12 });
    const { placed, working } = worst(row, 'zone cannot grow');
    expect(placed).toEqual({ fewest: 8, most: 8 });
    expect(working.join('\n')).toContain('no node more in ap-south-1a');
  });

  test('42: bounds by zone', () => {
    const nodesPerZone = { [ZONES[0] ?? '']: { min: 1, max: 1 }, [ZONES[1] ?? '']: { min: 2, max: 2 } };
    const row = rowOf(workload('Deployment', { replicas: 6 }), onAws({ nodesPerZone }, ZONES.slice(0, 2)));
    expect(worst(row, 'as it is').placed).toEqual({ fewest: 6, most: 6 });
    expect(worst(row, 'zone lost').placed).toEqual({ fewest: 2, most: 2 });
    expect(row.cells.find(({ event }) => event === 'zone cannot grow')).toMatchObject({ says: 'no zone orders nodes' });
  });
});

describe('what is not known is named', () => {
  test('a claim that is not in the manifests, and a class that is not', () => {
    const row = rowOf((system) => {
      workload('Deployment', { replicas: 1 }, mounted('theirs'))(system);
      const claims = [{ metadata: { name: 'own' }, spec: { accessModes: ['ReadWriteOnce'] } }];
      workload('StatefulSet', { replicas: 1, volumeClaimTemplates: claims }, {}, 'other')(system);
    });
    expect(row.notes).toEqual(
      expect.arrayContaining([
        'db: the claim theirs is not in the manifests: what it binds pods to is unknown',
        "other: the claim own: the cluster's default class is not in the manifests: a volume in one zone is assumed",
      ]),
    );
  });

  test('a label that a pool does not say', () => {
    const arch = { nodeSelector: { 'kubernetes.io/arch': 'amd64' } };
    expect(rowOf(workload('Deployment', { replicas: 1 }, arch)).notes).toEqual([
      'db: it asks for kubernetes.io/arch, which general does not say: amd64 is assumed',
    ]);
  });
});

describe('what the API server refuses does not exist', () => {
  const quota = (hard: JsonObject) => (system: System) => {
    new ApiObject(system, 'quota', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'tight' },
      spec: { hard },
    });
    workload('Deployment', { replicas: 4 })(system);
  };

  test('a quota of pods, now and after a loss', () => {
    const row = rowOf(quota({ pods: '3' }));
    expect(worst(row, 'as it is')).toMatchObject({ verdict: 'fails', placed: { fewest: 3, most: 3 } });
    expect(worst(row, 'node lost').placed.most).toBe(3);
    expect(worst(rowOf(quota({ pods: '4' })), 'as it is').verdict).toBe('holds');
  });

  test('28: a LimitRange whose default limit is below the request', () => {
    const row = rowOf((system) => {
      const limits = [{ type: 'Container', default: { cpu: '100m' } }];
      new ApiObject(system, 'range', {
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'low' },
        spec: { limits },
      });
      workload('Deployment', { replicas: 2 })(system);
    });
    const { placed } = worst(row, 'as it is');
    expect(placed).toEqual({ fewest: 0, most: 0 });
  });
});
