// Who may do what in a system's namespace: one binding a role, and a deployer that may write just the kinds of its own file.
import { type Cluster, subjectsOn } from '../model/cluster';
import { type Derivation, ENTRY, type Surroundings } from '../model/entries';
import type { JsonObject } from '../model/json';
import { pluralOf } from '../model/resources';
import { APPLY, clusterRoleName, DEPLOYER, ROLES } from '../model/roles';
import type { Target } from '../model/target';
import { createObject } from './kinds';
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
 * The Role of those who apply the system's `10-…` file: the kinds in it, as they are written, with what applying them needs.
 * RBAC knows no exceptions by name: who may write NetworkPolicies may also write one that allows more. See docs/how-to/access.md.
 */
function createDeployer(system: System<unknown>, { plurals }: Cluster): void {
  const role = createObject(system, 'access-deployer-role', 'Role', { name: DEPLOYER }, { rules: [] });
  const derivation: Derivation = (manifest, surroundings) => {
    const rules = rulesFor(surroundings, plurals);
    return rules.length === 0 ? withoutRules(manifest) : { ...manifest, rules };
  };
  role.node.addMetadata(ENTRY.derivation, derivation);
}

function withoutRules({ rules: _, ...rest }: JsonObject): JsonObject {
  return rest;
}

/** One rule an API group, in the order of the alphabet. */
function rulesFor({ deployed, refuse }: Surroundings, plurals: Readonly<Record<string, string>>): JsonObject[] {
  const groups = new Map<string, Set<string>>();
  const unknown = new Set<string>();
  for (const { apiVersion, kind } of deployed) {
    const group = String(apiVersion).includes('/') ? (String(apiVersion).split('/')[0] ?? '') : '';
    const key = `${group}/${String(kind)}`;
    const plural = Object.hasOwn(plurals, key) ? plurals[key] : pluralOf(group, String(kind));
    if (plural === undefined) unknown.add(key);
    else groups.set(group, (groups.get(group) ?? new Set()).add(plural));
  }
  for (const key of [...unknown].sort()) refuse(unknownKind(key));
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, resources]) => ({ apiGroups: [group], resources: [...resources].sort(), verbs: [...APPLY] }));
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
