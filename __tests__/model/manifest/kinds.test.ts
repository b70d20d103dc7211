// The table of kinds: every row is complete and unique, and names that JavaScript knows are not kinds.

import { CAPABILITIES } from '../../../lib/model/cluster/capability';
import { OLDEST_MINOR } from '../../../lib/model/cluster/cluster';
import { SERVED } from '../../../lib/model/kinds/served-kinds';
import { livesOf } from '../../../lib/model/kinds/serving';
import {
  apiVersionOf,
  capabilityOf,
  isClusterScoped,
  isNeutralKind,
  isPlatformOwned,
  kindRank,
  namingOf,
  POD_CREATING_KINDS,
  POD_TEMPLATES,
  pluralOf,
  REPLICATED,
} from '../../../lib/model/manifest/kind-lookup';
import { KINDS, type KindRow } from '../../../lib/model/manifest/kinds';
import { groupOf } from '../../../lib/model/manifest/object';

const NONE: ReadonlySet<string> = new Set();
const keyOf = ({ group, kind }: KindRow): string => `${group}/${kind}`;

/** Rows that contradict others: a duplicate kind or plural, or one name with two orders. */
function findConflicts(rows: readonly KindRow[]): string[] {
  const seen = new Map<string, number>();
  for (const row of rows) {
    for (const key of [keyOf(row), `${row.group}/${row.plural}`]) seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  const twice = [...seen].filter(([, count]) => count > 1).map(([key]) => key);
  const orders = rows.flatMap(({ kind, order }) =>
    rows.some((other) => other.kind === kind && other.order !== order) ? [`${kind} is ordered twice`] : [],
  );
  return [...twice, ...orders];
}

/** Plurals of a noun; one that ends with an s may be a plural already. */
function pluralsOf(noun: string): readonly string[] {
  if (noun.endsWith('s')) return [`${noun}es`, noun];
  return [/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`];
}

/** Problems with a single row. */
function findRowProblems({ group, apiVersion, kind, plural, scope, order, owner, naming }: KindRow): string[] {
  const problems: string[] = [];
  if (!/^(?:[a-z0-9.-]+\/)?v\d+(?:(?:alpha|beta)\d+)?$/.test(apiVersion)) problems.push(`apiVersion ${apiVersion}`);
  if (apiVersion !== `${group === '' ? '' : `${group}/`}${apiVersion.split('/').at(-1)}`)
    problems.push(`group ${group}`);
  if (!/^[A-Z][A-Za-z0-9]+$/.test(kind)) problems.push(`kind ${kind}`);
  if (!pluralsOf(kind.toLowerCase()).includes(plural)) problems.push(`plural ${plural}`);
  if (order !== undefined && !(Number.isInteger(order) && order >= 0 && order <= 999)) problems.push(`order ${order}`);
  if (owner === 'platform' && scope !== 'namespace') problems.push('owner of a cluster-scoped kind');
  if ((naming?.longest === undefined) !== (naming?.because === undefined)) problems.push('a length without its reason');
  return problems.map((problem) => `${keyOf({ group, apiVersion, kind, plural, scope })}: ${problem}`);
}

test('kinds are unique, and those of the same name have the same order', () => {
  expect(findConflicts(KINDS)).toEqual([]);
});

test('every row is complete', () => expect(KINDS.flatMap(findRowProblems)).toEqual([]));

// J4: a kind without a row would have the wrong scope, and its top-level fields would be unknown
test('every kind that a supported minor serves has a row', () => {
  const missing = SERVED.filter(([, , to]) => to >= OLDEST_MINOR).flatMap(([apiVersion, , , , kinds]) =>
    kinds.split(' ').filter((kind) => !KINDS.some((row) => row.kind === kind && row.group === groupOf(apiVersion))),
  );
  expect(missing).toEqual([]);
});

test('the version of a built-in kind is one that some supported minor serves', () => {
  const built = KINDS.filter(({ group, kind }) =>
    SERVED.some(([v, , , , all]) => groupOf(v) === group && all.split(' ').includes(kind)),
  );
  expect(built.length).toBeGreaterThan(60);
  expect(built.filter(({ apiVersion, kind }) => livesOf(apiVersion, kind).length === 0)).toEqual([]);
});

test('all kinds of a group need the same capability, which a cluster can have', () => {
  for (const { group, capability } of KINDS) {
    expect([group, capabilityOf(group)]).toEqual([group, capability]);
    expect([undefined, ...CAPABILITIES]).toContain(capability);
  }
});

describe('a wrong row is reported', () => {
  const [first] = KINDS;
  if (first === undefined) throw new Error('no kinds');
  test('twice', () => expect(findConflicts([...KINDS, { ...first, order: 7 }])).toContain(keyOf(first)));
  test('two orders', () =>
    expect(findConflicts([...KINDS, { ...first, group: 'a.example', order: 7 }])).toContain(
      `${first.kind} is ordered twice`,
    ));
  test.each<Partial<KindRow>>([
    { apiVersion: 'v' },
    { group: 'b.example' },
    { kind: 'web' },
    { plural: 'web' },
    { order: 1000 },
    { owner: 'platform', scope: 'cluster' },
  ])('%j', (change) => expect(findRowProblems({ ...first, ...change })).not.toEqual([]));
});

test.each(['Unknown', '__proto__', 'constructor', 'toString', ''])(
  '"%s" has no row, as a kind or as a group',
  (name) => {
    for (const [group, kind] of [
      ['', name],
      ['apps', name],
      [name, 'Deployment'],
      [name, name],
    ] as const) {
      expect(pluralOf(group, kind)).toBeUndefined();
      expect(isClusterScoped(group, kind, NONE)).toBe(false);
      expect(isPlatformOwned(group, kind)).toBe(false);
      expect(isNeutralKind(group, kind)).toBe(false);
      expect(namingOf(group, kind).format.fits('web.v2')).toBe(true);
    }
    expect(capabilityOf(name)).toBeUndefined();
    expect(kindRank(name)).toBe(kindRank('Certificate'));
  },
);

test('custom kinds are cluster-scoped if the app says so', () => {
  expect(isClusterScoped('a.example', '__proto__', new Set(['a.example/__proto__']))).toBe(true);
});

test('referenced kinds come first, kinds without an order between workloads and autoscalers', () => {
  const kinds = ['Namespace', 'ConfigMap', 'Service', 'Deployment', 'Certificate', 'HorizontalPodAutoscaler'];
  expect(kinds.toSorted((a, b) => kindRank(a) - kindRank(b))).toEqual(kinds);
  expect(new Set(kinds.map(kindRank)).size).toBe(kinds.length);
});

test('lookups answer from the row', () => {
  expect(apiVersionOf('ScaledObject')).toBe('keda.sh/v1alpha1');
  expect(pluralOf('networking.k8s.io', 'NetworkPolicy')).toBe('networkpolicies');
  expect(isClusterScoped('', 'Namespace', NONE)).toBe(true);
  expect(isPlatformOwned('', 'ResourceQuota')).toBe(true);
  expect(POD_TEMPLATES.get('batch/CronJob')).toEqual(['spec', 'jobTemplate', 'spec', 'template']);
  expect([...REPLICATED].sort()).toEqual([
    '/ReplicationController',
    'apps/Deployment',
    'apps/ReplicaSet',
    'apps/StatefulSet',
  ]);
  expect(POD_CREATING_KINDS).toEqual([
    '/pods',
    '/pods/ephemeralcontainers',
    '/replicationcontrollers',
    'apps/daemonsets',
    'apps/deployments',
    'apps/replicasets',
    'apps/statefulsets',
    'argoproj.io/rollouts',
    'batch/cronjobs',
    'batch/jobs',
    'keda.sh/scaledjobs',
    'postgresql.cnpg.io/clusters',
  ]);
});
