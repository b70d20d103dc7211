// Instances that an operator makes are counted as pods of the manifests are: in the quota, on the nodes, and in what survives.

import { ApiObject } from 'cdk8s';
import { keptAmong, namespacesWithState } from '../../../lib/analysis/gitops/kept';
import { connections } from '../../../lib/analysis/network/connections';
import { loadOf } from '../../../lib/analysis/nodes/loads';
import { failureTable, type Row } from '../../../lib/analysis/survival/table';
import { worstOf } from '../../../lib/analysis/survival/verdict';
import { override, PostgreSQL, type PostgreSQLProps, type System } from '../../../lib/constructs';
import { placementsOf } from '../../../lib/constructs/system/system';
import { type ClusterDescription, conformant, type EnvironmentProps, type NodePool } from '../../../lib/model';
import type { JsonObject } from '../../../lib/model/manifest/json';
import { synthesize } from '../../../lib/synth/synthesize';
import { DEVELOPMENT, LEDGER, SURVIVING } from '../../support/databases';
import { at, find, shop, shopApp } from '../../support/synthesis';

const POOL: NodePool = { name: 'general', cpu: '4', memory: '14Gi', pods: 29, nodesPerZone: { min: 2, max: 2 } };

const onNodes = (pool: Partial<NodePool> = {}): ClusterDescription =>
  conformant({
    kubernetes: '1.36',
    zones: ['a', 'b', 'c'],
    capabilities: ['cloudnative-pg'],
    nodePools: [{ ...POOL, ...pool }],
  });

const ledger =
  (props: Partial<PostgreSQLProps> = {}) =>
  (system: System): PostgreSQL =>
    new PostgreSQL(system, 'ledger', { ...LEDGER, noBackup: 'a test', ...props });

function rowOf(
  build: (system: System) => void = ledger(),
  environment: EnvironmentProps = SURVIVING,
  cluster: ClusterDescription = onNodes(),
): Row {
  const app = shopApp(build, { cluster, environment });
  const { entries } = synthesize(app, () => []);
  const [row] = failureTable(entries, placementsOf(app), { provider: { unknown: 'not asked' } });
  if (row === undefined) throw new Error('no row');
  return row;
}

function worst(row: Row, event: string) {
  const result = worstOf(row.cells.find((cell) => cell.event === event)?.results ?? []);
  if (result === undefined) throw new Error(`no result of ${event}: ${row.cells.map((cell) => cell.event).join()}`);
  return result;
}

test('the quota has room for the instances, and for the Job that adds one', () => {
  const { hard } = at(
    find(shop(ledger(), { cluster: onNodes(), environment: SURVIVING }), 'ResourceQuota', 'shop'),
    'spec',
  ) as {
    hard: JsonObject;
  };
  expect(hard).toMatchObject({ pods: '4', 'requests.cpu': '2', 'requests.memory': '4Gi' });
  // its Services have no address outside of the cluster
  expect(hard).toMatchObject({ 'services.loadbalancers': '0', 'services.nodeports': '0' });
});

test('the quota leaves Services open where the database asks for some', () => {
  const made = shop(
    (system) => {
      const { cluster } = ledger()(system);
      if (cluster !== undefined) override(cluster).set('spec.managed', { services: { additional: [] } });
    },
    { cluster: onNodes(), environment: SURVIVING },
  );
  expect(at(find(made, 'ResourceQuota', 'shop'), 'spec', 'hard')).not.toHaveProperty(['services.loadbalancers']);
});

test('the plan counts them on the nodes', () => {
  const { entries } = synthesize(
    shopApp((system) => void ledger()(system), { cluster: onNodes(), environment: SURVIVING }),
    () => [],
  );
  const { workloads } = loadOf(entries, { name: 'mumbai', ...onNodes() }, new Map());
  expect(workloads).toEqual([
    expect.objectContaining({
      name: 'shop-production/ledger',
      cpu: '500m',
      memory: '1Gi',
      pods: { offPeak: 3, peak: 3, atOnce: 3 },
    }),
  ]);
});

test('an instance that fits on no node is refused, at its resources', () => {
  const { findings } = shop(ledger({ resources: { cpu: '8', memory: '1Gi' } }), {
    cluster: onNodes(),
    environment: SURVIVING,
  });
  expect(findings.filter(({ rule }) => rule === 'node-fit')).toMatchObject([
    {
      object: 'postgresql.cnpg.io/Cluster shop-production/ledger',
      field: '/spec/resources/requests',
      message: 'no node in mumbai is large enough for this pod: cpu',
    },
  ]);
});

describe('prove', () => {
  const row = rowOf();

  test('a lost zone leaves two of three, which answer commits; the third waits for its disk', () => {
    const { verdict, wanted, needed, left, placed, working } = worst(row, 'zone lost');
    expect({ verdict, wanted, needed, left, placed }).toEqual({
      verdict: 'degraded',
      wanted: 3,
      needed: 2,
      left: { fewest: 2, most: 2 },
      placed: { fewest: 2, most: 2 },
    });
    expect(working[0]).toBe('3 instances wanted, of which 2 answer a commit');
  });

  test('a drained node takes one, as the budgets of the operator allow', () => {
    const { left, working } = worst(row, 'node drained');
    expect(left.fewest).toBe(2);
    expect(working.join('\n')).toContain("the operator's budget allows 1 evictions at a time: 2 of 3 serve");
  });

  test('a release replaces one at a time', () => {
    const { left, working } = worst(row, 'release');
    expect(left).toEqual({ fewest: 2, most: 2 });
    expect(working.join('\n')).toContain('maxSurge 0, maxUnavailable 1');
  });

  test('a single one is away with its node, and its drain ends', () => {
    const one = rowOf(ledger(), DEVELOPMENT);
    expect(worst(one, 'node lost')).toMatchObject({ verdict: 'fails', left: { fewest: 0, most: 0 } });
    const drained = worst(one, 'node drained');
    expect(drained.working.join('\n')).toContain('no PodDisruptionBudget: all are evicted at once');
    expect(drained.working.join('\n')).not.toContain('never ends');
  });

  test('twin: a single one that the operator keeps from eviction lets no node be drained', () => {
    const kept = rowOf((system) => {
      const { cluster } = ledger()(system);
      if (cluster !== undefined) override(cluster).replace('spec.enablePDB', true);
    }, DEVELOPMENT);
    expect(worst(kept, 'node drained').working.join('\n')).toContain('the drain never ends');
  });

  test('twin: three instances that need not be in three zones do not survive one, and are refused', () => {
    const packed = (system: System) => {
      const { cluster } = ledger()(system);
      if (cluster !== undefined) override(cluster).remove('spec.topologySpreadConstraints');
    };
    const { findings } = shop(packed, { cluster: onNodes(), environment: SURVIVING });
    expect(findings.map(({ rule }) => rule)).toContain('survives-zones');
    expect(findings.find(({ rule }) => rule === 'survives-zones')?.object).toBe(
      'postgresql.cnpg.io/Cluster shop-production/ledger',
    );
  });
});

test('its data is kept by what prunes, and its namespace with it', () => {
  const { entries } = synthesize(
    shopApp((system) => void ledger()(system), { cluster: onNodes(), environment: SURVIVING }),
    () => [],
  );
  const hasState = namespacesWithState(entries);
  expect(hasState('mumbai', 'shop-production')).toBe(true);
  expect(keptAmong(entries, hasState).map(({ identity }) => `${identity.kind} ${identity.name}`)).toEqual(
    expect.arrayContaining(['Cluster ledger', 'Namespace shop-production']),
  );
});

describe('a Cluster of another author', () => {
  const raw = (spec: JsonObject) => (system: System) =>
    void new ApiObject(system, 'raw', {
      apiVersion: 'postgresql.cnpg.io/v1',
      kind: 'Cluster',
      metadata: { name: 'raw' },
      spec,
    });

  test('is counted with the defaults of the operator', () => {
    const resources = { requests: { cpu: '1', memory: '1Gi' } };
    const made = shop(raw({ instances: 2, resources, storage: { size: '1Gi' } }), {
      cluster: onNodes(),
      environment: DEVELOPMENT,
    });
    expect(at(find(made, 'ResourceQuota', 'shop'), 'spec', 'hard')).toMatchObject({ pods: '3', 'requests.cpu': '3' });
  });

  test('is kept apart by its own terms, and reached at its port', () => {
    const spec = {
      instances: 3,
      storage: { size: '1Gi' },
      affinity: {
        podAntiAffinityType: 'required',
        topologyKey: 'topology.kubernetes.io/zone',
        additionalPodAffinity: {},
        additionalPodAntiAffinity: {},
        nodeAffinity: {},
      },
      bootstrap: { recovery: { secret: { name: 'given' } } },
    };
    const row = rowOf(raw(spec), DEVELOPMENT);
    expect(worst(row, 'zone lost')).toMatchObject({ wanted: 3, needed: 1, left: { fewest: 2, most: 2 } });
    const { entries } = synthesize(shopApp(raw(spec), { cluster: onNodes(), environment: DEVELOPMENT }), () => []);
    expect(connections(entries).some(({ to }) => to === 'shop-production/raw')).toBe(false);
  });

  test('without a spec it is one instance, and nothing breaks', () => {
    const made = shop(
      (system) =>
        void new ApiObject(system, 'raw', {
          apiVersion: 'postgresql.cnpg.io/v1',
          kind: 'Cluster',
          metadata: { name: 'raw' },
        }),
      { cluster: onNodes(), environment: DEVELOPMENT },
    );
    expect(at(find(made, 'ResourceQuota', 'shop'), 'spec', 'hard', 'pods')).toBe('2');
  });
});
