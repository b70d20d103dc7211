// Who may do what in a system's namespace: one binding per role, and a deployer that may write only the kinds of its own file.

import type { Construct } from 'constructs';
import { type Cluster, subjectsOn } from '../../model/cluster/cluster';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isKubernetesGroup } from '../../model/kinds/serving';
import { reasonKey } from '../../model/manifest/annotations';
import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import { pluralOf } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { APPLY, clusterRoleName, DEPLOYER, READ, ROLES, ROLLOUT } from '../../model/platform/roles';
import type { Target } from '../../model/platform/target';
import { createObject } from '../tree/kinds';

const API_GROUP = 'rbac.authorization.k8s.io';

/** Creates a RoleBinding for each role that a group has, and the Role of the deployer. Groups without a subject are reported elsewhere. */
export function createAccess(
  scope: Construct,
  namespace: string | undefined,
  { cluster, environment }: Pick<Target<unknown>, 'cluster' | 'environment'>,
): void {
  for (const role of ROLES) {
    const groups = Object.entries(environment.access ?? {}).filter(([, given]) => given === role);
    const subjects = subjectsOn(
      cluster,
      groups.map(([group]) => group),
    );
    if (subjects.length === 0) continue;
    const isController = subjects.some(({ kind }) => kind === 'ServiceAccount');
    if (role === 'deployer') createDeployer(scope, namespace, cluster, isController);
    const roleRef =
      role === 'deployer'
        ? { apiGroup: API_GROUP, kind: 'Role', name: DEPLOYER }
        : { apiGroup: API_GROUP, kind: 'ClusterRole', name: clusterRoleName(role) };
    createObject(scope, `access-${role}`, 'RoleBinding', { name: role }, { roleRef, subjects });
  }
}

/** Kinds whose rollout a controller waits for by their pods. */
const WORKLOADS = ['Deployment', 'StatefulSet'];

/**
 * The Role for applying the system's `10-…` file: the kinds in the final file, with the verbs that applying needs. Where others
 * have objects of such a kind in the namespace, as the platform team has `default-deny`, it may change only its own.
 */
function createDeployer(
  scope: Construct,
  namespace: string | undefined,
  { plurals }: Cluster,
  isController: boolean,
): void {
  const role = createObject(scope, 'access-deployer-role', 'Role', { name: DEPLOYER }, { rules: [] });
  setEntry(role, ENTRY.completion, ({ rules: _, ...manifest }, { others, deployed }) => {
    const own = deployed.filter((object) => namespaceOf(object) === namespace);
    // the rule outside-namespace reports those that give no reason
    const elsewhere = deployed.filter((object) => namespaceOf(object) !== namespace && isExcused(object));
    const { rules: written, unknown } = rulesFor(own, others, plurals);
    const watches = isController && own.some(({ kind }) => WORKLOADS.includes(String(kind)));
    const rules = watches
      ? [...written, ...ROLLOUT.map((right) => rule(right.group, right.resources, right.verbs))]
      : written;
    return {
      manifest: rules.length === 0 ? manifest : { ...manifest, rules },
      findings: [...elsewhere.map((object) => beyondReach(object, namespace)), ...unknown.map(unknownKind)],
    };
  });
}

function namespaceOf({ metadata }: JsonObject): string {
  return isJsonObject(metadata) && metadata.namespace !== undefined ? String(metadata.namespace) : '';
}

function isExcused({ metadata }: JsonObject): boolean {
  const annotations = isJsonObject(metadata) ? metadata.annotations : undefined;
  return isJsonObject(annotations) && Object.hasOwn(annotations, reasonKey('outside-namespace'));
}

function beyondReach(object: JsonObject, own: string | undefined): Finding {
  const { kind, metadata } = object;
  const name = isJsonObject(metadata) ? String(metadata.name) : '';
  return findingOf('deployer-reach', {
    field: '/metadata/namespace',
    value: namespaceOf(object),
    message: `${String(kind)} ${name} is in another namespace, which the deployer of ${own} cannot reach`,
    expected: 'objects in its own namespace; others belong to the system of that namespace',
  });
}

/** The rules in alphabetical order, and the keys of kinds whose plural is unknown. */
function rulesFor(
  deployed: readonly JsonObject[],
  others: readonly JsonObject[],
  plurals: Readonly<Record<string, string>>,
): { readonly rules: JsonObject[]; readonly unknown: readonly string[] } {
  const own = byKind(deployed);
  const ours = new Set(deployed);
  const foreign = byKind(others.filter((other) => !ours.has(other)));
  const whole = new Map<string, string[]>();
  const shared: JsonObject[] = [];
  const unknown: string[] = [];
  for (const [key, { group, kind, names }] of own) {
    const plural = Object.hasOwn(plurals, key) ? plurals[key] : pluralOf(group, kind);
    // the rule served-kind reports a kind that Kubernetes does not have
    if (plural === undefined && (isKubernetesGroup(group) || !group.includes('.'))) continue;
    if (plural === undefined) unknown.push(key);
    else if (foreign.has(key)) shared.push(...byName(group, plural, names));
    else whole.set(group, [...(whole.get(group) ?? []), plural]);
  }
  const unshared = [...whole].map(([group, resources]) => rule(group, resources.sort(), [...APPLY]));
  return { rules: [...unshared, ...shared], unknown };
}

/** RBAC cannot restrict `create` by name: a policy that allows more may still be added. See docs/how-to/access.md. */
function byName(group: string, plural: string, names: readonly string[]): JsonObject[] {
  return [
    rule(group, [plural], ['create', ...READ]),
    { ...rule(group, [plural], ['delete', 'patch']), resourceNames: [...names].sort() },
  ];
}

function rule(group: string, resources: readonly string[], verbs: readonly string[]): JsonObject {
  return { apiGroups: [group], resources, verbs };
}

interface OfKind {
  readonly group: string;
  readonly kind: string;
  readonly names: string[];
}

/** Names by `group/Kind`, in alphabetical order. */
function byKind(objects: readonly JsonObject[]): Map<string, OfKind> {
  const kinds = new Map<string, OfKind>();
  for (const { apiVersion, kind, metadata } of objects) {
    const group = groupOf(apiVersion);
    const key = `${group}/${String(kind)}`;
    const known = kinds.get(key) ?? { group, kind: String(kind), names: [] };
    kinds.set(key, known);
    if (isJsonObject(metadata)) known.names.push(String(metadata.name));
  }
  return new Map([...kinds].sort(compareKeys));
}

function unknownKind(key: string): Finding {
  return findingOf('deployer-kind', {
    field: 'plurals',
    value: key,
    message: `the plural of ${key} is unknown, so the deployer could not apply it`,
    expected: `plurals: { '${key}': '…' } on the cluster, with spec.names.plural of its CustomResourceDefinition`,
  });
}
