// Custom kinds: what says that the cluster serves them, and whether their objects have a namespace.

import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, places, text } from '../../analysis/objects/read-json';
import { didYouMean } from '../../model/finding/closest';
import { isKubernetesGroup } from '../../model/kinds/serving';
import { reasonKey } from '../../model/manifest/annotations';
import { isKnownCustomKind, knownCustomKinds } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { DEPLOYER } from '../../model/platform/roles';
import { object } from '../examples';
import type { Rule } from '../rule';

const keyOf = ({ group, kind }: ApiEntry['identity']): string => `${group}/${kind}`;

/** What says of a custom kind that it exists. */
interface Vouchers {
  /** The versions that its CustomResourceDefinition in the app serves; `undefined` without one. */
  readonly versions: (entry: ApiEntry) => readonly string[] | undefined;
  /** Kinds of the group that CustomResourceDefinitions in the app define. */
  readonly kindsOf: (entry: ApiEntry) => readonly string[];
  /** Whether the description of the cluster names the kind. */
  readonly isDeclared: (entry: ApiEntry) => boolean;
}

/** Reads every CustomResourceDefinition of the app once. */
export const vouchers = memoizePerObjects((entries): Vouchers => {
  const served = new Map<string, readonly string[]>();
  const kinds = new Map<string, string[]>();
  for (const { cluster, manifest } of objectIndex(entries).of('apiextensions.k8s.io/CustomResourceDefinition')) {
    const spec = dig(manifest, 'spec');
    const versions = places(spec, 'versions', '').filter(({ value }) => value.served !== false);
    const group = text(spec?.group) ?? '';
    const kind = text(dig(spec, 'names')?.kind) ?? '';
    const place = placeOf(cluster, group);
    const others = kinds.get(place) ?? [];
    kinds.set(place, others);
    others.push(kind);
    // a definition of the time before v1 may have its one version elsewhere
    const names = [...versions.map(({ value }) => value.name), spec?.version].flatMap((name) => text(name) ?? []);
    served.set(placeOf(cluster, `${group}/${kind}`), names);
  }
  return {
    versions: ({ cluster, identity }) => served.get(placeOf(cluster, keyOf(identity))),
    kindsOf: ({ cluster, identity }) => kinds.get(placeOf(cluster, identity.group)) ?? [],
    isDeclared: ({ api, identity }) => {
      const key = keyOf(identity);
      return api !== undefined && (Object.hasOwn(api.scopes, key) || Object.hasOwn(api.plurals, key));
    },
  };
});

/** Custom kinds without a CustomResourceDefinition in the app, of which nothing else is known, by cluster and kind. */
const unknownKinds = memoizePerObjects((entries): ReadonlyMap<string, readonly ApiEntry[]> => {
  const { versions, isDeclared } = vouchers(entries);
  const found = new Map<string, ApiEntry[]>();
  for (const entry of entries) {
    const { group, kind } = entry.identity;
    if (!group.includes('.') || kind === '' || isKubernetesGroup(group) || isKnownCustomKind(group, kind)) continue;
    if (versions(entry) !== undefined || isDeclared(entry)) continue;
    const key = placeOf(entry.cluster, `${group}/${kind}`);
    const known = found.get(key);
    if (known === undefined) found.set(key, [entry]);
    else known.push(entry);
  }
  return found;
});

/** The first object of the same kind and name in another namespace, for the first such object. */
function findTwin(entries: readonly ApiEntry[]): readonly [ApiEntry, ApiEntry] | undefined {
  const first = new Map<string, ApiEntry>();
  for (const entry of entries) {
    const other = first.get(entry.identity.name);
    if (other === undefined) first.set(entry.identity.name, entry);
    else if (other.identity.namespace !== entry.identity.namespace) return [other, entry];
  }
  return undefined;
}

const scopeUnknown: Rule = {
  id: 'scope-unknown',
  what: 'Where a custom kind has objects of one name in two namespaces of a cluster, something says that it has a namespace: its CustomResourceDefinition in the app, or `scopes` of the cluster.',
  why: 'Objects of a cluster-scoped kind have no namespace: the two would be one object, and the last one applied would win.',
  severity: 'warning',
  judge: 'API server: spec.scope of the CustomResourceDefinition',
  check: (entries, report) => {
    for (const objects of unknownKinds(entries).values()) {
      const [other, entry] = findTwin(objects) ?? [];
      if (entry === undefined || other === undefined) continue;
      const key = keyOf(entry.identity);
      report(entry, '/metadata/name', {
        message: `${key} ${entry.identity.name} is also in ${other.identity.namespace ?? 'no namespace'}: its scope is unknown`,
        expected: `scopes: { '${key}': 'namespace' } or 'cluster' on the cluster, or its CustomResourceDefinition in the app`,
        value: entry.identity.name,
      });
    }
  },
  examples: {
    pass: [
      object('example.com/v1', 'Widget', 'web', {}, 'shop'),
      object('example.com/v1', 'Widget', 'api', {}, 'blog'),
    ],
    fail: [
      object('example.com/v1', 'Widget', 'web', {}, 'shop'),
      object('example.com/v1', 'Widget', 'web', {}, 'blog'),
    ],
  },
};

const hasDeployer = (entries: readonly ApiEntry[], { cluster, identity: { namespace } }: ApiEntry): boolean =>
  objectIndex(entries).find('rbac.authorization.k8s.io/Role', cluster, namespace, DEPLOYER) !== undefined;

const unknownKind: Rule = {
  id: 'unknown-kind',
  what: 'Something says that a custom kind exists: its CustomResourceDefinition in the app, `scopes` or `plurals` of the cluster, a capability, or the table of well-known kinds.',
  why: 'A cluster without the CustomResourceDefinition refuses the object, as it does a misspelt kind. Helm does not render the definitions of a chart.',
  severity: 'note',
  judge: 'API server: discovery',
  reason: reasonKey('unknown-kind'),
  check: (entries, report) => {
    const { kindsOf } = vouchers(entries);
    for (const objects of unknownKinds(entries).values()) {
      const [entry] = objects;
      // where a deployer applies it, deployer-kind asks for its plural
      if (entry === undefined || findTwin(objects) !== undefined || hasDeployer(entries, entry)) continue;
      const { group, kind } = entry.identity;
      const key = keyOf(entry.identity);
      report(entry, '/kind', {
        message: `nothing says that the cluster has ${key}${didYouMean(kind, [...kindsOf(entry), ...knownCustomKinds(group)])}`,
        expected: `scopes: { '${key}': 'namespace' } or 'cluster' on the cluster, or its CustomResourceDefinition in the app`,
        value: kind,
      });
    }
  },
  examples: {
    pass: [object('cert-manager.io/v1', 'ClusterIssuer', 'acme', {})],
    fail: [object('example.com/v1', 'Widget', 'web', {})],
  },
};

export const customKindRules: readonly Rule[] = [scopeUnknown, unknownKind];
