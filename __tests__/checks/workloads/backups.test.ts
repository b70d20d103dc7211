// A Schedule of Velero is a backup of a claim only if it copies it.

import { check, rules } from '../../../lib/checks';
import { object } from '../../../lib/checks/examples';
import type { Json, JsonObject } from '../../../lib/model/manifest/json';
import { entry } from '../support';

type Fields = { readonly [key: string]: Json };

const environment = { name: 'production', survivesLoss: true } as const;

/** Whether data is said to be in no backup. */
const isMissing = (...manifests: readonly JsonObject[]): boolean =>
  check(
    manifests.map((manifest) => ({ ...entry(manifest), environment })),
    rules.filter(({ id }) => id === 'volume-backup'),
  ).length > 0;

const schedule = (template: Json, spec: Fields = {}): JsonObject =>
  object('velero.io/v1', 'Schedule', 'nightly', { spec: { schedule: '0 3 * * *', template, ...spec } }, 'velero');

const labelled = (labels: Json, name = 'data'): JsonObject => ({
  ...object('v1', 'PersistentVolumeClaim', name, {}),
  metadata: { name, namespace: 'shop', labels },
});
const claim = labelled({ app: 'ledger' });

const set = object('apps/v1', 'StatefulSet', 'ledger', {
  spec: {
    selector: { matchLabels: { app: 'ledger' } },
    volumeClaimTemplates: [{ metadata: { name: 'data', labels: { tier: 'state' } }, spec: {} }],
  },
});
const database = object('postgresql.cnpg.io/v1', 'Cluster', 'ledger', { spec: { storage: { size: '1Gi' } } });

test('a claim without a Schedule is in no backup; one that is on another cluster does not count', () => {
  expect(isMissing(claim)).toBe(true);
  const entries = [{ ...entry(claim), environment }, entry(schedule({}), { cluster: 'other' })];
  const own = rules.filter(({ id }) => id === 'volume-backup');
  expect(check(entries, own)).toHaveLength(1);
});

test.each<[Fields, boolean]>([
  [{}, false],
  [{ paused: false }, false],
  [{ paused: null }, false],
  [{ paused: true }, true],
])('a Schedule with %j: %s', (spec, missing) => {
  expect(isMissing(claim, schedule({}, spec))).toBe(missing);
});

// Each template that copies nothing of the claim stands beside one that does.
test.each<[Fields, boolean]>([
  [{ includedNamespaces: ['shop'] }, false],
  [{ includedNamespaces: ['billing'] }, true],
  [{ excludedNamespaces: ['shop'] }, true],
  [{ includedResources: [] }, false],
  [{ includedResources: ['*'] }, false],
  [{ includedResources: ['pods', 'pvc'] }, false],
  [{ includedResources: ['pv'] }, false],
  [{ includedResources: ['persistentvolumes'] }, false],
  [{ includedResources: ['PersistentVolumeClaims'] }, false],
  [{ includedResources: ['configmaps', 'secrets'] }, true],
  [{ includedNamespaceScopedResources: ['persistentvolumeclaims'] }, false],
  [{ includedNamespaceScopedResources: ['deployments.apps'] }, true],
  [{ excludedResources: ['events', 'secrets'] }, false],
  [{ excludedResources: ['events', 'persistentvolumeclaims'] }, true],
  [{ excludedResources: ['pv'] }, true],
  [{ excludedNamespaceScopedResources: ['*'] }, true],
  [{ snapshotVolumes: true }, false],
  [{ snapshotVolumes: false }, true],
  [{ snapshotVolumes: false, defaultVolumesToFsBackup: false }, true],
  [{ snapshotVolumes: false, defaultVolumesToFsBackup: true }, false],
  [{ labelSelector: {} }, false],
  [{ labelSelector: { matchLabels: { app: 'ledger' } } }, false],
  [{ labelSelector: { matchLabels: { app: 'web' } } }, true],
  [{ labelSelector: { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] } }, true],
  [{ orLabelSelectors: [{ matchLabels: { app: 'web' } }, { matchLabels: { app: 'ledger' } }] }, false],
  [{ orLabelSelectors: [{ matchLabels: { app: 'web' } }] }, true],
])('a claim with a Schedule of %j: %s', (template, missing) => {
  expect(isMissing(claim, schedule(template))).toBe(missing);
});

test('of two Schedules, one that copies is enough', () => {
  expect(isMissing(claim, schedule({ snapshotVolumes: false }), schedule({}))).toBe(false);
});

test('claims of a StatefulSet have the labels of its template and of its selector', () => {
  expect(isMissing(set, schedule({ labelSelector: { matchLabels: { app: 'ledger', tier: 'state' } } }))).toBe(false);
  expect(isMissing(set, schedule({ labelSelector: { matchLabels: { app: 'web' } } }))).toBe(true);
});

test('labels that an operator writes are not known, and so are not compared', () => {
  expect(isMissing(database, schedule({ labelSelector: { matchLabels: { app: 'web' } } }))).toBe(false);
  expect(isMissing(database, schedule({ includedResources: ['secrets'] }))).toBe(true);
});
