// Data that stays, and is in no backup.

import { DATABASE_CLUSTER } from '../../analysis/objects/database-clusters';
import { objectIndex, placeOf } from '../../analysis/objects/object-index';
import { at, dig, list, own, places, text } from '../../analysis/objects/read-json';
import { matches } from '../../analysis/objects/selectors';
import { ANNOTATION, listOf } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object, withReason } from '../examples';
import type { Rule } from '../rule';

const EVERY = '*';

/** Claims that a CronJob says it copies, by cluster and namespace. */
function copied(entries: readonly ApiEntry[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { cluster, identity, manifest } of objectIndex(entries).of('batch/CronJob')) {
    const claims = listOf(text(own(dig(manifest, 'metadata', 'annotations'), ANNOTATION.copiesOf)));
    if (claims.length === 0) continue;
    const key = placeOf(cluster, identity.namespace);
    found.set(key, new Set([...(found.get(key) ?? []), ...claims]));
  }
  return found;
}

/** How a Backup of Velero may name claims and volumes: it reads names as kubectl does. */
const VOLUMES: ReadonlySet<string> = new Set([
  ...['persistentvolumeclaims', 'persistentvolumeclaim', 'pvc'],
  ...['persistentvolumes', 'persistentvolume', 'pv'],
]);

const namesVolumes = (resource: Json): boolean =>
  resource === EVERY || VOLUMES.has((text(resource) ?? '').toLowerCase());

/**
 * Whether a Schedule of Velero takes the volumes of a namespace that have these labels; any, if labels are not known.
 * Source: velero.io, "Schedule API Type", "Backup API Type", "Resource filtering".
 */
function takes(schedule: ApiEntry, namespace: string, labels: JsonObject | undefined): boolean {
  const spec = dig(schedule.manifest, 'spec');
  const template = dig(spec, 'template');
  // without volumes it takes the manifests only
  const noVolumes = template?.snapshotVolumes === false && template.defaultVolumesToFsBackup !== true;
  if (spec?.paused === true || noVolumes) return false;
  const included = list(template?.includedNamespaces);
  const isIncluded = included.length === 0 || included.includes(EVERY) || included.includes(namespace);
  if (!isIncluded || list(template?.excludedNamespaces).includes(namespace)) return false;
  // filters of one resource, or those of resources in namespaces
  const kinds = [list(template?.includedResources), list(template?.includedNamespaceScopedResources)];
  if (kinds.some((some) => some.length > 0 && !some.some(namesVolumes))) return false;
  const others = [...list(template?.excludedResources), ...list(template?.excludedNamespaceScopedResources)];
  return !others.some(namesVolumes) && (labels === undefined || selects(template, labels));
}

function selects(template: JsonObject | undefined, labels: JsonObject): boolean {
  const all = dig(template, 'labelSelector');
  const some = places(template, 'orLabelSelectors', '');
  const isOne = some.length === 0 || some.some(({ value }) => matches(value, labels));
  return isOne && (all === undefined || matches(all, labels));
}

interface State {
  readonly entry: ApiEntry;
  readonly pointer: string;
  /** What a message calls it. */
  readonly shown: string;
  /** The claim that a copy names. */
  readonly claim: string;
  /** Labels of the claim. @default an operator writes them */
  readonly labels?: JsonObject;
}

const labelsOf = (value: JsonObject): JsonObject => dig(value, 'metadata', 'labels') ?? {};

function statesOf(entries: readonly ApiEntry[]): State[] {
  const index = objectIndex(entries);
  const claims = index.of('/PersistentVolumeClaim').map((entry): State => {
    const { name } = entry.identity;
    return { entry, pointer: '/spec', shown: `the claim ${name}`, claim: name, labels: labelsOf(entry.manifest) };
  });
  const templates = index.of('apps/StatefulSet').flatMap((entry) =>
    places(dig(entry.manifest, 'spec'), 'volumeClaimTemplates', '/spec').flatMap(({ value, pointer }): State[] => {
      const name = text(dig(value, 'metadata')?.name);
      if (name === undefined) return [];
      const shown = `the claim ${name} of each pod`;
      // the controller adds those of its selector
      const labels = { ...labelsOf(value), ...dig(entry.manifest, 'spec', 'selector', 'matchLabels') };
      const claim = `${name}-${entry.identity.name}-0`;
      return [{ entry, pointer: at(pointer, 'metadata', 'name'), shown, claim, labels }];
    }),
  );
  const databases = index.of(DATABASE_CLUSTER).flatMap((entry): State[] => {
    const spec = dig(entry.manifest, 'spec');
    // its own backup, or that of a plugin
    if (spec === undefined || spec.backup !== undefined || list(spec.plugins).length > 0) return [];
    const { name } = entry.identity;
    return [{ entry, pointer: '/spec/storage', shown: `the database ${name}`, claim: `${name}-1` }];
  });
  return [...claims, ...templates, ...databases].filter(({ entry }) => entry.environment?.survivesLoss === true);
}

const backup: Rule = {
  id: 'volume-backup',
  what: 'In an environment that survives the loss of a zone or a region, data of a claim is in a backup.',
  why: 'A copy in another zone takes part in every mistake: what is deleted, or overwritten, is so in all of them.',
  severity: 'warning',
  judge:
    'NIST SP 1800-25; of what operators make, databases of CloudNativePG are seen; what a provider copies outside of the manifests is not',
  reason: ANNOTATION.noBackup,
  check: (entries, report) => {
    const copies = copied(entries);
    const schedules = objectIndex(entries).of('velero.io/Schedule');
    for (const { entry, pointer, shown, claim, labels } of statesOf(entries)) {
      const { namespace = '' } = entry.identity;
      if (copies.get(placeOf(entry.cluster, namespace))?.has(claim)) continue;
      if (schedules.some((one) => one.cluster === entry.cluster && takes(one, namespace, labels))) continue;
      report(entry, pointer, {
        message: `no backup has what ${shown} keeps`,
        expected: 'a Backup of it, noBackup, a Schedule of Velero that takes the volumes of its namespace',
      });
    }
  },
  examples: {
    pass: [
      claimOf('data'),
      withReason(claimOf('cache'), ANNOTATION.noBackup, 'it is filled again from the database'),
      databaseOf({ backup: { volumeSnapshot: {} } }),
      copying('data'),
    ],
    fail: [claimOf('data'), databaseOf({}), copying('other')],
    environments: { shop: { name: 'production', survivesLoss: true } },
  },
};

function claimOf(name: string): JsonObject {
  return object('v1', 'PersistentVolumeClaim', name, {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  });
}

function databaseOf(more: JsonObject): JsonObject {
  return object('postgresql.cnpg.io/v1', 'Cluster', 'ledger', { spec: { storage: { size: '1Gi' }, ...more } });
}

function copying(claim: string): JsonObject {
  const container = { name: 'copy', image: 'registry.example.com/restic:0.19.1' };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  const job = object('batch/v1', 'CronJob', 'copy', {
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } },
  });
  return withReason(job, ANNOTATION.copiesOf, claim);
}

export const backupRules: readonly Rule[] = [backup];
