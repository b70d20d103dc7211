// Names that the operator of a database takes for its own objects, beside objects of the app.

import { DATABASE_CLUSTER } from '../../analysis/objects/database-clusters';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, own } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { object, service, withReason } from '../examples';
import type { Rule } from '../rule';

/** Names of a kind that the operator takes for a database. */
interface Taken {
  /** The name, with that of the database in it. */
  readonly names: readonly RegExp[];
  readonly expected: (database: string) => string;
  /** Whether the operator leaves an object as it is. @default it leaves none */
  readonly isLeft?: (manifest: JsonObject, database: ApiEntry) => boolean;
  /** Whether the database does not start beside one. */
  readonly stops?: true;
}

const SAME = [/^(.+)$/];
const another = (name: string): string => `another name than ${name}`;
const unnumbered = (name: string): string => `a name unlike ${name}-1, ${name}-2 …`;

/** Whether a restored database takes the claim for its own. Source: cloudnative-pg, internal/controller/cluster_restore.go. */
const isAdopted = ({ metadata }: JsonObject, { identity }: ApiEntry): boolean =>
  own(dig(metadata, 'labels'), 'cnpg.io/cluster') === identity.name &&
  own(dig(metadata, 'annotations'), 'cnpg.io/nodeSerial') !== undefined;

const hasMonitor = ({ manifest }: ApiEntry): boolean => dig(manifest, 'spec', 'monitoring')?.enablePodMonitor === true;

/**
 * Secrets are not among them: the operator reads those that it finds. `-any` was made by default once, and is looked for since. A
 * ServiceAccount is kept, and its instances need its token. Source: cloudnative-pg, internal/controller/cluster_create.go;
 * api/v1/cluster_types.go; pkg/specs/poddisruptionbudget.go, pods.go, pvcs.go.
 */
const TAKEN: ReadonlyMap<Kind, Taken> = new Map<Kind, Taken>([
  [
    '/Service',
    {
      names: [/^(.+)-(?:rw|ro|r|any)$/],
      expected: (name) => `another name than ${name}-rw, ${name}-ro, ${name}-r and ${name}-any`,
      stops: true,
    },
  ],
  [
    '/ServiceAccount',
    {
      names: SAME,
      expected: (name) => `${another(name)}, or a token for its instances (automountServiceAccountToken)`,
      isLeft: (manifest) => manifest.automountServiceAccountToken !== false,
    },
  ],
  ['rbac.authorization.k8s.io/Role', { names: SAME, expected: another }],
  ['rbac.authorization.k8s.io/RoleBinding', { names: SAME, expected: another }],
  [
    'monitoring.coreos.com/PodMonitor',
    { names: SAME, expected: another, isLeft: (_, database) => !hasMonitor(database) },
  ],
  [
    'policy/PodDisruptionBudget',
    { names: [...SAME, /^(.+)-primary$/], expected: (name) => `another name than ${name} and ${name}-primary` },
  ],
  ['/Pod', { names: [/^(.+)-[1-9][0-9]*$/], expected: unnumbered }],
  [
    '/PersistentVolumeClaim',
    {
      names: [/^(.+)-[1-9][0-9]*(?:-wal)?$/, /^(.+?)-[1-9][0-9]*-tbs-.+$/],
      expected: unnumbered,
      isLeft: isAdopted,
    },
  ],
]);

/** The database of the namespace that takes the name of an object. */
function databaseOf(entries: readonly ApiEntry[], entry: ApiEntry, names: readonly RegExp[]): ApiEntry | undefined {
  const { cluster, identity } = entry;
  const index = objectIndex(entries);
  return names
    .flatMap((name) => name.exec(identity.name)?.[1] ?? [])
    .flatMap((name) => index.find(DATABASE_CLUSTER, cluster, identity.namespace, name) ?? [])
    .at(0);
}

const operatorName: Rule = {
  id: 'operator-name',
  what: 'No object has the name of one that CloudNativePG makes for a Cluster of the namespace.',
  why: 'The operator refuses a Service that it did not make, and no database starts; it overwrites, shares or deletes the others.',
  severity: 'error',
  judge: 'cloudnative-pg, internal/controller/cluster_create.go: "refusing to reconcile service"',
  reason: reasonKey('operator-name'),
  check: (entries, report) => {
    if (objectIndex(entries).of(DATABASE_CLUSTER).length === 0) return;
    for (const [kind, { names, expected, isLeft, stops }] of TAKEN) {
      for (const entry of objectIndex(entries).of(kind)) {
        const database = databaseOf(entries, entry, names);
        if (database === undefined || isLeft?.(entry.manifest, database) === true) continue;
        const { name: value } = entry.identity;
        const message = `CloudNativePG makes the ${entry.identity.kind} ${value} itself, for ${describeIdentity(database.identity)}`;
        const problem = { message, expected: expected(database.identity.name), value };
        report(entry, '/metadata/name', stops === undefined ? problem : { ...problem, cannotWork: stops });
      }
    }
  },
  examples: {
    pass: [
      database(),
      service({}, 'ledger-reports'),
      object('v1', 'ServiceAccount', 'ledger', {}),
      withReason(object('v1', 'Pod', 'ledger-2', {}), reasonKey('operator-name'), 'the database has one instance'),
    ],
    fail: [database(), service({}, 'ledger-ro')],
  },
};

const MONITOR: Kind = 'monitoring.coreos.com/PodMonitor';

const operatorMonitor: Rule = {
  id: 'operator-monitor',
  what: 'A PodMonitor has another name than the Cluster of CloudNativePG beside it.',
  why: 'The operator deletes it, up to 1.27.2 and 1.28.0; from 1.27.3 and 1.28.1 on it keeps what others made.',
  severity: 'warning',
  judge: 'cloudnative-pg, pull request 9340: "add ownership check before deleting PodMonitor"',
  reason: reasonKey('operator-monitor'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(MONITOR)) {
      const database = databaseOf(entries, entry, SAME);
      if (database === undefined || hasMonitor(database)) continue;
      const { name: value } = entry.identity;
      const message = `CloudNativePG before 1.27.3 and 1.28.1 deletes the PodMonitor ${value}`;
      report(entry, '/metadata/name', { message, expected: another(value), value });
    }
  },
  examples: {
    pass: [database(), object('monitoring.coreos.com/v1', 'PodMonitor', 'ledger-metrics', {})],
    fail: [database(), object('monitoring.coreos.com/v1', 'PodMonitor', 'ledger', {})],
  },
};

function database(): JsonObject {
  return object('postgresql.cnpg.io/v1', 'Cluster', 'ledger', { spec: { instances: 1, storage: { size: '1Gi' } } });
}

export const operatorNameRules: readonly Rule[] = [operatorName, operatorMonitor];
