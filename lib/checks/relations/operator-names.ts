// Names that the operator of a database takes for its own objects, beside objects of the app.

import { DATABASE_CLUSTER } from '../../analysis/objects/database-clusters';
import { neighbours, objectIndex } from '../../analysis/objects/object-index';
import type { JsonObject } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { object, service } from '../examples';
import type { Rule } from '../rule';

/** Names of a kind, each with what follows the name of the database. */
interface Taken {
  readonly fits: RegExp;
  readonly expected: (name: string) => string;
}

const only: Taken = { fits: /^$/, expected: (name) => `another name than ${name}` };

const numbered = (fits: RegExp): Taken => ({ fits, expected: (name) => `a name unlike ${name}-1, ${name}-2 …` });

/**
 * Secrets are not among them: the operator reads those that it finds. `-any` was made by default once, and is looked for since. Source:
 * cloudnative-pg, internal/controller/cluster_create.go; api/v1/cluster_types.go; pkg/specs/poddisruptionbudget.go, pvcs.go.
 */
const TAKEN: ReadonlyMap<string, Taken> = new Map([
  [
    '/Service',
    {
      fits: /^-(?:rw|ro|r|any)$/,
      expected: (name: string) => `another name than ${name}-rw, ${name}-ro, ${name}-r and ${name}-any`,
    },
  ],
  ['/ServiceAccount', only],
  ['rbac.authorization.k8s.io/Role', only],
  ['rbac.authorization.k8s.io/RoleBinding', only],
  ['monitoring.coreos.com/PodMonitor', only],
  [
    'policy/PodDisruptionBudget',
    { fits: /^(?:-primary)?$/, expected: (name: string) => `another name than ${name} and ${name}-primary` },
  ],
  ['/Pod', numbered(/^-[1-9][0-9]*$/)],
  ['/PersistentVolumeClaim', numbered(/^-[1-9][0-9]*(?:-wal|-tbs-.+)?$/)],
]);

/** What an object may be called instead, where its name is one that the operator takes for the database `name`. */
function otherName({ identity }: ApiEntry, name: string): string | undefined {
  const taken = TAKEN.get(`${identity.group}/${identity.kind}`);
  if (taken === undefined || !identity.name.startsWith(name)) return undefined;
  return taken.fits.test(identity.name.slice(name.length)) ? taken.expected(name) : undefined;
}

const operatorName: Rule = {
  id: 'operator-name',
  what: 'No object has the name of one that CloudNativePG makes for a Cluster of the namespace.',
  why: 'The operator refuses a Service that it did not make, and no database starts; it overwrites, shares or deletes the others.',
  severity: 'error',
  judge: 'cloudnative-pg, internal/controller/cluster_create.go: "refusing to reconcile service"',
  check: (entries, report) => {
    for (const cluster of objectIndex(entries).of(DATABASE_CLUSTER)) {
      const { name } = cluster.identity;
      for (const entry of neighbours(entries, cluster)) {
        const expected = otherName(entry, name);
        if (expected === undefined) continue;
        const { kind, name: value } = entry.identity;
        const message = `CloudNativePG makes the ${kind} ${value} itself, for ${describeIdentity(cluster.identity)}`;
        report(entry, '/metadata/name', { message, expected, value });
      }
    }
  },
  examples: {
    pass: [database(), service({}, 'ledger-reports'), object('v1', 'ServiceAccount', 'ledger-ro', {})],
    fail: [database(), service({}, 'ledger-ro')],
  },
};

function database(): JsonObject {
  return object('postgresql.cnpg.io/v1', 'Cluster', 'ledger', { spec: { instances: 1, storage: { size: '1Gi' } } });
}

export const operatorNameRules: readonly Rule[] = [operatorName];
