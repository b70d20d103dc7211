// Who roles are bound to: real subjects, no built-in groups of Kubernetes, no ServiceAccount with more rights than its deployers.

import { workloadWriters } from '../../analysis/access/access';
import { type Act, type Grant, grants, mayDo, roleOf, type Who } from '../../analysis/access/rbac';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, list, text } from '../../analysis/objects/read-json';
import { isLikeSystem } from '../../model/cluster/provider';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { namespace, object } from '../examples';
import type { Rule } from '../rule';
import { explained, RBAC, role } from './rbac';

const bindings = (entries: readonly ApiEntry[]): readonly ApiEntry[] =>
  objectIndex(entries).of(`${RBAC}/RoleBinding`, `${RBAC}/ClusterRoleBinding`);

export const GROUP: JsonObject = { kind: 'Group', apiGroup: RBAC, name: 'developers' };
const ACCOUNT: JsonObject = { kind: 'ServiceAccount', name: 'web', namespace: 'shop' };
const account = object('v1', 'ServiceAccount', 'web', {});

export const binding = (kind: string, roleName: string, subjects: Json, name = 'binding'): JsonObject =>
  object(`${RBAC}/v1`, 'RoleBinding', name, { roleRef: { apiGroup: RBAC, kind, name: roleName }, subjects });

const subject: Rule = {
  id: 'rbac-subject',
  what: 'A binding has subjects: groups of the directory or existing ServiceAccounts, none of the built-in groups of Kubernetes.',
  why: 'The group system:masters bypasses every check, system:authenticated and system:serviceaccounts include everyone; a binding without subjects only looks like a grant.',
  severity: 'error',
  judge:
    'API server: ValidateRoleBindingSubject; Trivy KSV-0122, KSV-0123, KSV-01011; KubeSec BindingsToSystemAnonymous; CIS 5.1.7',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const entry of bindings(entries)) {
      if (list(entry.manifest.subjects).length > 0) continue;
      const message = 'the binding has no subjects';
      report(entry, '/subjects', { message, expected: 'at least one subject, or no binding' });
    }
    for (const { cluster, who, binding: entry, pointer } of grants(entries)) {
      if (who.kind !== 'ServiceAccount') {
        const isOdd = isLikeSystem(who.name) || who.name !== who.name.trim();
        if (!(isOdd || who.name.startsWith('system:'))) continue;
        const message = isOdd
          ? `RBAC compares names exactly: no one is ${JSON.stringify(who.name)}`
          : `${who.name} is built into Kubernetes: no directory lists its members`;
        report(entry, `${pointer}/name`, {
          message,
          expected: 'a group of the directory',
          value: who.name,
        });
      } else if (who.namespace === undefined) {
        // a RoleBinding without a namespace gets one from kubectl, and so does the subject
        if (entry.identity.kind === 'RoleBinding') continue;
        const message = `ServiceAccount "${who.name}" has no namespace, which only a RoleBinding gives it`;
        report(entry, pointer, { message, expected: 'the namespace of the ServiceAccount', cannotWork: true });
      } else if (!exists(entries, cluster, who)) {
        const message = `ServiceAccount "${who.name}" does not exist in namespace "${who.namespace ?? ''}"`;
        report(entry, `${pointer}/name`, {
          message,
          expected: 'an existing ServiceAccount',
          value: who.name,
        });
      }
    }
  },
  examples: {
    pass: [namespace, account, role({}), binding('Role', 'reader', [GROUP, ACCOUNT])],
    fail: [namespace, role({}), binding('Role', 'reader', [{ ...GROUP, name: 'system:masters' }, ACCOUNT])],
  },
};

/** Whether the ServiceAccount exists, or may: others may create it if the app does not write the namespace. */
function exists(entries: readonly ApiEntry[], cluster: string, { name, namespace: space }: Who): boolean {
  const all = objectIndex(entries);
  return (
    name === 'default' || !all.owns(cluster, space) || all.find('/ServiceAccount', cluster, space, name) !== undefined
  );
}

/** Built-in ClusterRoles that open Secrets. kubernetes.io, "Using RBAC Authorization", user-facing roles. */
const POWERFUL: ReadonlySet<string> = new Set(['admin', 'cluster-admin', 'edit']);

const builtInRole: Rule = {
  id: 'rbac-built-in-role',
  what: 'The built-in roles cluster-admin, admin and edit are bound only to the declared sysadmins.',
  why: 'The role cluster-admin may do everything; admin and edit can read every Secret of the namespace and act as any of its ServiceAccounts.',
  severity: 'error',
  judge:
    'Polaris clusterrolebindingClusterAdmin, rolebindingClusterAdminClusterRole; Trivy KSV-0111; kube-linter cluster-admin-role-binding; CIS 5.1.1',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const entry of bindings(entries)) {
      const ref = dig(entry.manifest, 'roleRef');
      const name = text(ref?.name) ?? '';
      if (ref?.kind !== 'ClusterRole' || !POWERFUL.has(name)) continue;
      const message = `${name} can read every Secret and act as every ServiceAccount in scope`;
      report(entry, '/roleRef/name', {
        message,
        expected: "a role of the environment's access",
        value: name,
      });
    }
  },
  examples: {
    pass: [
      binding('ClusterRole', 'view', [GROUP]),
      explained(binding('ClusterRole', 'edit', [GROUP], 'sandbox'), 'it holds nothing of value'),
    ],
    fail: [binding('ClusterRole', 'edit', [GROUP])],
  },
};

const roleExists: Rule = {
  id: 'rbac-role-exists',
  what: 'A Role that a binding refers to exists, if the app writes the namespace.',
  why: 'The API server accepts the binding, which grants nothing until someone creates a Role of that name.',
  severity: 'error',
  judge: 'kubernetes.io, "Using RBAC Authorization", RoleBinding',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const entry of bindings(entries)) {
      const ref = dig(entry.manifest, 'roleRef');
      if (ref?.kind !== 'Role' || !objectIndex(entries).owns(entry.cluster, entry.identity.namespace)) continue;
      if (roleOf(entries, entry) !== undefined) continue;
      const message = `Role "${text(ref.name) ?? ''}" does not exist in namespace "${entry.identity.namespace ?? ''}"`;
      report(entry, '/roleRef/name', { message, expected: 'the name of an existing Role', value: ref.name ?? null });
    }
  },
  examples: {
    pass: [namespace, role({}), binding('Role', 'reader', [GROUP])],
    fail: [namespace, role({}), binding('Role', 'raeder', [GROUP])],
  },
};

const serviceAccount: Rule = {
  id: 'rbac-service-account',
  what: 'No ServiceAccount has more rights than those who write workloads in its namespace.',
  why: 'Those who write workloads choose the ServiceAccount that they run as, and so have the rights of all of them.',
  severity: 'error',
  judge: 'kubernetes.io, "RBAC Good Practices", workload creation',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const grant of grants(entries)) {
      const { cluster, who, binding: entry, pointer, known, role: name } = grant;
      if (who.kind !== 'ServiceAccount') continue;
      const space = who.namespace ?? '';
      const account = `ServiceAccount ${space}/${who.name}`;
      const expected = 'at most the rights that they have themselves';
      const place = `${pointer}/name`;
      for (const writer of workloadWriters(entries, cluster, space)) {
        if (writer.kind === 'ServiceAccount' && writer.name === who.name && writer.namespace === space) continue;
        const more = known
          ? excessRight(entries, grant, writer)
          : `everything that ${name} grants, which is unknown here`;
        if (more === undefined) continue;
        const message = `${writer.name} can gain a right by running pods as ${account}: ${more}`;
        report(entry, place, { message, expected, value: who.name });
        break;
      }
    }
  },
  examples: {
    pass: [
      namespace,
      account,
      role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'create'] }),
      binding('Role', 'reader', [GROUP]),
      binding('Role', 'reader', [ACCOUNT], 'web'),
    ],
    fail: [
      namespace,
      account,
      role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] }),
      role({ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }, 'leader'),
      binding('Role', 'reader', [GROUP]),
      binding('Role', 'leader', [ACCOUNT], 'web'),
    ],
  },
};

/** The first right of the grant that the other subject lacks, in words. */
function excessRight(
  entries: readonly ApiEntry[],
  { cluster, namespace: space, rules }: Grant,
  other: Who,
): string | undefined {
  const place = space === undefined ? {} : { namespace: space };
  for (const { groups, resources, verbs, names } of rules) {
    const acts = groups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb): Act => ({ group, resource, verb, ...place }))),
    );
    const named = names.length === 0 ? acts : acts.flatMap((act) => names.map((name): Act => ({ ...act, name })));
    const missing = named.find((act) => !mayDo(entries, cluster, other, act));
    if (missing === undefined) continue;
    const { verb, resource, group } = missing;
    return `${verb} ${resource}${group === '' ? '' : `.${group}`} ${space === undefined ? 'in every namespace' : `in ${space}`}`;
  }
  return undefined;
}

export const rbacBindingRules: readonly Rule[] = [subject, builtInRole, roleExists, serviceAccount];
