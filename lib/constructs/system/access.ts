// Who may do what in a system's namespace: one binding a role, and a deployer that may write just the kinds of its own file.

import { type Cluster, subjectsOn } from '../../model/cluster/cluster';
import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import { pluralOf } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import { type Derivation, ENTRY, type Surroundings } from '../../model/platform/entries';
import { APPLY, clusterRoleName, DEPLOYER, READ, ROLES } from '../../model/platform/roles';
import type { Target } from '../../model/platform/target';
import { createObject } from '../tree/kinds';
import type { System } from './system';

const API_GROUP = 'rbac.authorization.k8s.io';

/** Creates a RoleBinding for each role that somebody has, and the Role of the deployer. Groups without a subject are told elsewhere. */
export function createAccess(system: System<unknown>, { cluster, environment }: Target<unknown>): void {
  for (const role of ROLES) {
    const groups = Object.entries(environment.access ?? {}).filter(([, given]) => given === role);
    const subjects = subjectsOn(
      cluster,
      groups.map(([group]) => group),
    );
    if (subjects.length === 0) continue;
    if (role === 'deployer') createDeployer(system, cluster);
    const roleRef =
      role === 'deployer'
        ? { apiGroup: API_GROUP, kind: 'Role', name: DEPLOYER }
        : { apiGroup: API_GROUP, kind: 'ClusterRole', name: clusterRoleName(role) };
    createObject(system, `access-${role}`, 'RoleBinding', { name: role }, { roleRef, subjects });
  }
}

/**
 * The Role of those who apply the system's `10-…` file: the kinds in it, as they are written, with what applying them needs. Where
 * somebody else has objects of such a kind in the namespace, as the platform team has `default-deny`, only its own may be changed.
 */
function createDeployer(system: System<unknown>, { plurals }: Cluster): void {
  const role = createObject(system, 'access-deployer-role', 'Role', { name: DEPLOYER }, { rules: [] });
  const derivation: Derivation = ({ rules: _, ...manifest }, surroundings) => {
    const deployed = within(system.namespace, surroundings);
    const rules = rulesFor({ ...surroundings, deployed }, plurals);
    return rules.length === 0 ? manifest : { ...manifest, rules };
  };
  role.node.addMetadata(ENTRY.derivation, derivation);
}

/** What lies in the deployer's own namespace; it does not reach any other. */
function within(own: string | undefined, { deployed, refuse }: Surroundings): JsonObject[] {
  return deployed.filter(({ kind, metadata }) => {
    const { name, namespace = '' } = isJsonObject(metadata) ? metadata : {};
    if (namespace === own) return true;
    refuse({
      rule: 'deployer-reach',
      severity: 'error',
      field: '/metadata/namespace',
      value: namespace,
      message: `${String(kind)} ${String(name)} lies in another namespace, which the deployer of ${own} does not reach`,
      expected: 'objects of its own namespace; others belong to the system that has theirs',
    });
    return false;
  });
}

/** The rules in the order of the alphabet. */
function rulesFor({ others, deployed, refuse }: Surroundings, plurals: Readonly<Record<string, string>>): JsonObject[] {
  const own = byKind(deployed);
  const ours = new Set(deployed);
  const foreign = byKind(others.filter((other) => !ours.has(other)));
  const whole = new Map<string, string[]>();
  const shared: JsonObject[] = [];
  for (const [key, { group, kind, names }] of own) {
    const plural = Object.hasOwn(plurals, key) ? plurals[key] : pluralOf(group, kind);
    if (plural === undefined) refuse(unknownKind(key));
    else if (foreign.has(key)) shared.push(...byName(group, plural, names));
    else whole.set(group, [...(whole.get(group) ?? []), plural]);
  }
  return [...[...whole].map(([group, resources]) => rule(group, resources.sort(), [...APPLY])), ...shared];
}

/** RBAC restricts no `create` by name: a policy that allows more may still be added. See docs/how-to/access.md. */
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

/** Names by `group/Kind`, in the order of the alphabet. */
function byKind(objects: readonly JsonObject[]): Map<string, OfKind> {
  const found = new Map<string, OfKind>();
  for (const { apiVersion, kind, metadata } of objects) {
    const group = groupOf(apiVersion);
    const key = `${group}/${String(kind)}`;
    const known = found.get(key) ?? { group, kind: String(kind), names: [] };
    found.set(key, known);
    if (isJsonObject(metadata)) known.names.push(String(metadata.name));
  }
  return new Map([...found].sort(compareKeys));
}

function unknownKind(key: string): Parameters<Surroundings['refuse']>[0] {
  return {
    rule: 'deployer-kind',
    severity: 'error',
    field: 'plurals',
    value: key,
    message: `RBAC names kinds by their plural, and that of ${key} is not known here, so the deployer could not apply it`,
    expected: `plurals: { '${key}': '…' } on the cluster, with spec.names.plural of its CustomResourceDefinition`,
  };
}
