// G4: objects of the app, and those that CloudNativePG makes of a Cluster beside them, never have one name.

import { object, service, withReason } from '../../../lib/checks/examples';
import { Volume, WebService, Worker } from '../../../lib/constructs';
import { reasonKey } from '../../../lib/model/manifest/annotations';
import type { JsonObject } from '../../../lib/model/manifest/json';
import type { Synthesis } from '../../../lib/synth/synthesize';
import { LAPTOP, OPERATED, operated, withLedger } from '../../support/databases';
import { errors, WEB } from '../../support/synthesis';
import { fields, findings } from '../support';

const RULE = 'operator-name';
const cluster = object('postgresql.cnpg.io/v1', 'Cluster', 'ledger', { spec: { instances: 3 } });

describe('a component beside a PostgreSQL', () => {
  const beside = (name: string, on = OPERATED): Synthesis =>
    withLedger({}, { cluster: on, build: (_, system) => void new WebService(system, name, WEB) });

  test.each(['ledger-rw', 'ledger-ro', 'ledger-r', 'ledger-any'])('is not called %s', (name) => {
    expect(beside(name).findings.filter(({ severity }) => severity === 'error')).toEqual([
      expect.objectContaining({
        rule: RULE,
        object: `Service shop-production/${name}`,
        construct: `mumbai/shop-production/${name}/service`,
        message: `CloudNativePG makes the Service ${name} itself, for postgresql.cnpg.io/Cluster shop-production/ledger`,
        expected: 'another name than ledger-rw, ledger-ro, ledger-r and ledger-any',
        source: expect.objectContaining({ file: '__tests__/checks/relations/operator-names.test.ts' }),
      }),
    ]);
  });

  test('may be called otherwise, and so where no operator is', () => {
    expect(errors(beside('ledger-reports'))).toEqual([]);
    expect(errors(beside('ledger-ro', LAPTOP))).toEqual([]);
  });

  test('without a Service may have that name, but not that of the database, whose instances would get no token', () => {
    const worker = (name: string): Synthesis =>
      withLedger(
        {},
        {
          cluster: OPERATED,
          build: (_, system) => {
            const probes = { bootSeconds: 5, liveness: { exec: ['/bin/true'] } };
            new Worker(system, 'reports', {
              name,
              image: 'registry.example/reports:1',
              resources: { cpu: '100m', memory: '64Mi' },
              probes,
              size: { replicas: 1 },
            });
          },
        },
      );
    expect(errors(worker('ledger-ro'))).toEqual([]);
    expect(errors(worker('ledger'))).toContain(`${RULE} /metadata/name`);
  });

  test('has no claim of an instance', () => {
    const found = withLedger(
      {},
      { cluster: OPERATED, build: (_, system) => void new Volume(system, 'ledger-1', { size: '1Gi' }) },
    );
    expect(errors(found)).toContain(`${RULE} /metadata/name`);
  });
});

test('what the PostgreSQL has beside its Cluster has none of these names', () => {
  expect(operated().findings).toEqual([]);
});

test.each<[string, string, string]>([
  ['rbac.authorization.k8s.io/v1', 'Role', 'ledger'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'ledger'],
  ['policy/v1', 'PodDisruptionBudget', 'ledger'],
  ['policy/v1', 'PodDisruptionBudget', 'ledger-primary'],
  ['v1', 'Pod', 'ledger-2'],
  ['v1', 'PersistentVolumeClaim', 'ledger-12-wal'],
  ['v1', 'PersistentVolumeClaim', 'ledger-1-tbs-index-2'],
])('%s %s %s is refused', (apiVersion, kind, name) => {
  expect(fields(RULE, cluster, object(apiVersion, kind, name, {}))).toEqual(['/metadata/name']);
});

test.each<[string, string, string]>([
  ['v1', 'Service', 'ledger'],
  ['v1', 'ConfigMap', 'ledger'],
  ['v1', 'ServiceAccount', 'ledger'],
  ['v1', 'ServiceAccount', 'ledger-ro'],
  ['policy/v1', 'PodDisruptionBudget', 'ledger-ro'],
  ['v1', 'PersistentVolumeClaim', 'ledger-0'],
  ['v1', 'PersistentVolumeClaim', 'data-ledger-1'],
  ['v1', 'Secret', 'ledger-app'],
])('%s %s %s is not', (apiVersion, kind, name) => {
  expect(findings(RULE, cluster, object(apiVersion, kind, name, {}))).toEqual([]);
});

test('a reason excuses what the operator overwrites, and no Service, beside which no database starts', () => {
  const because = (manifest: JsonObject) =>
    withReason(manifest, reasonKey(RULE), 'it is that of the operator, word for word');
  expect(fields(RULE, cluster, because(object('policy/v1', 'PodDisruptionBudget', 'ledger', {})))).toEqual([]);
  expect(fields(RULE, cluster, because(service({}, 'ledger-ro')))).toEqual(['/metadata/name']);
});

test('a ServiceAccount of that name is kept: its instances need a token', () => {
  const account = (mounts: boolean) =>
    object('v1', 'ServiceAccount', 'ledger', { automountServiceAccountToken: mounts });
  expect(fields(RULE, cluster, account(true))).toEqual([]);
  expect(findings(RULE, cluster, account(false))).toMatchObject([
    { expected: expect.stringContaining('a token for its instances (automountServiceAccountToken)') },
  ]);
});

test('a claim that a restored database adopts has the name of one', () => {
  const claim = (labels: JsonObject, annotations: JsonObject): JsonObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'ledger-1', namespace: 'shop', labels, annotations },
  });
  const [labels, annotations] = [{ 'cnpg.io/cluster': 'ledger' }, { 'cnpg.io/nodeSerial': '1' }];
  expect(fields(RULE, cluster, claim(labels, annotations))).toEqual([]);
  expect(fields(RULE, cluster, claim(labels, {}))).toEqual(['/metadata/name']);
  expect(fields(RULE, cluster, claim({ 'cnpg.io/cluster': 'other' }, annotations))).toEqual(['/metadata/name']);
});

describe('a PodMonitor of that name', () => {
  const monitor = object('monitoring.coreos.com/v1', 'PodMonitor', 'ledger', {});
  const monitored = (enablePodMonitor: boolean) =>
    object('postgresql.cnpg.io/v1', 'Cluster', 'ledger', { spec: { instances: 3, monitoring: { enablePodMonitor } } });

  test('is refused where the operator makes one', () => {
    expect(fields(RULE, monitored(true), monitor)).toEqual(['/metadata/name']);
    expect(fields('operator-monitor', monitored(true), monitor)).toEqual([]);
  });

  test.each([cluster, monitored(false)])('is a warning where it makes none: older operators delete it', (database) => {
    expect(fields(RULE, database, monitor)).toEqual([]);
    expect(findings('operator-monitor', database, monitor)).toMatchObject([
      {
        severity: 'warning',
        field: '/metadata/name',
        message: 'CloudNativePG before 1.27.3 and 1.28.1 deletes the PodMonitor ledger',
        expected: expect.stringContaining('another name than ledger'),
      },
    ]);
  });

  test('is none of another namespace, name or without a database', () => {
    const other = (name: string, namespace: string) =>
      object('monitoring.coreos.com/v1', 'PodMonitor', name, {}, namespace);
    expect(fields('operator-monitor', cluster, other('ledger', 'other'), other('ledger-metrics', 'shop'))).toEqual([]);
    expect(fields('operator-monitor', monitor)).toEqual([]);
  });
});

test('another namespace has names of its own', () => {
  expect(findings(RULE, cluster, object('v1', 'Service', 'ledger-ro', {}, 'other'))).toEqual([]);
});
