// G4: objects of the app, and those that CloudNativePG makes of a Cluster beside them, never have one name.

import { object } from '../../../lib/checks/examples';
import { Volume, WebService, Worker } from '../../../lib/constructs';
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

  test('without a Service may have that name, but not that of the database, whose rights its pods would have', () => {
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
  ['v1', 'ServiceAccount', 'ledger'],
  ['rbac.authorization.k8s.io/v1', 'Role', 'ledger'],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'ledger'],
  ['policy/v1', 'PodDisruptionBudget', 'ledger'],
  ['policy/v1', 'PodDisruptionBudget', 'ledger-primary'],
  ['monitoring.coreos.com/v1', 'PodMonitor', 'ledger'],
  ['v1', 'Pod', 'ledger-2'],
  ['v1', 'PersistentVolumeClaim', 'ledger-12-wal'],
])('%s %s %s is refused', (apiVersion, kind, name) => {
  expect(fields(RULE, cluster, object(apiVersion, kind, name, {}))).toEqual(['/metadata/name']);
});

test.each<[string, string, string]>([
  ['v1', 'Service', 'ledger'],
  ['v1', 'ConfigMap', 'ledger'],
  ['v1', 'ServiceAccount', 'ledger-ro'],
  ['policy/v1', 'PodDisruptionBudget', 'ledger-ro'],
  ['v1', 'PersistentVolumeClaim', 'ledger-0'],
  ['v1', 'PersistentVolumeClaim', 'data-ledger-1'],
  ['v1', 'Secret', 'ledger-app'],
])('%s %s %s is not', (apiVersion, kind, name) => {
  expect(findings(RULE, cluster, object(apiVersion, kind, name, {}))).toEqual([]);
});

test('another namespace has names of its own', () => {
  expect(findings(RULE, cluster, object('v1', 'Service', 'ledger-ro', {}, 'other'))).toEqual([]);
});
