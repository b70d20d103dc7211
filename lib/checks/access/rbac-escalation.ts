// Rights that lead to more rights than a Role lists: in the Role itself, in every namespace, or through a built-in role that it widens.

import { grants, roleOf } from '../../analysis/access/rbac';
import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, list, place, places, record, text } from '../../analysis/objects/read-json';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import { isBuiltInGroup } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { COMMON_ROLES, clusterRoleName, READ, RIGHTS } from '../../model/platform/roles';
import { hasReason, type Report, type Rule } from '../rule';
import { ESCALATIONS, ESCALATIONS_EVERYWHERE, type Escalation, isEscalatingVerb } from './escalations';
import { eachRule, explained, RBAC, role } from './rbac';

const DEFAULT_DENY = 'default-deny';

/** What the rule leads to by this resource, where its verbs do. */
function leads({ verbs, resourceNames }: JsonObject, found: Escalation | undefined): Escalation | undefined {
  if (found === undefined) return undefined;
  if (found.verbs.length > 0 && !found.verbs.some((verb) => list(verbs).includes(verb))) return undefined;
  const names = list(resourceNames);
  return found.unnamed === true && names.length > 0 && !names.includes(DEFAULT_DENY) ? undefined : found;
}

/** Rules of Evenkeel's own roles, which `access` gives by name: each has its reason in lib/model/platform/roles.ts. */
const OWN: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  COMMON_ROLES.map((name) => [
    clusterRoleName(name),
    new Set(RIGHTS[name].map(({ group, resources, verbs }) => JSON.stringify([[group], resources, verbs]))),
  ]),
);

function isOwn({ identity }: ApiEntry, { apiGroups, resources, verbs }: JsonObject): boolean {
  const own = identity.kind === 'ClusterRole' ? OWN.get(identity.name) : undefined;
  return own?.has(JSON.stringify([apiGroups, resources, verbs])) === true;
}

const everywhereBinding = (rule: JsonObject): readonly JsonObject[] => [
  { ...role(rule, 'everywhere'), kind: 'ClusterRole', metadata: { name: 'everywhere' } },
  {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'everywhere' },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'everywhere' },
    subjects: [{ kind: 'Group', apiGroup: RBAC, name: 'developers' }],
  },
];

const escalation: Rule = {
  id: 'rbac-escalation',
  what: 'No Role leads to more rights than it lists: by escalate, bind or impersonate, tokens, kubelets, certificates, admission, namespaces, endpoints or a shell; nor by workloads in every namespace.',
  why: 'Such a right implies all the rights that it leads to, although no listing shows them.',
  severity: 'error',
  judge:
    'Checkov CKV_K8S_155 to 158; Trivy KSV-0043, KSV-0047, KSV-0048, KSV-0050, KSV-0053, KSV-0114; CIS 5.1.4, 5.1.8 to 5.1.13; kubernetes.io, "RBAC Good Practices"',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    checkRoles(entries, report);
    checkEverywhere(entries, report);
  },
  examples: {
    pass: [
      role({ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['create', 'patch'] }),
      role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] }, 'deployments'),
    ],
    fail: [
      role({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }),
      role({ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }, 'kubelet'),
      ...everywhereBinding({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['create'] }),
    ],
  },
};

const checkRoles = eachRule((rule, pointer, reportAt, entry) => {
  for (const [index, value] of list(rule.verbs).entries()) {
    if (!isEscalatingVerb(text(value) ?? '')) continue;
    const message = `${text(value)} leads to rights that this Role does not list`;
    reportAt(at(pointer, 'verbs', index), { message, expected: `the rights themselves`, value });
  }
  if (isOwn(entry, rule)) return;
  for (const group of list(rule.apiGroups)) {
    for (const [index, resource] of list(rule.resources).entries()) {
      const found = leads(rule, ESCALATIONS.get(`${text(group)}/${text(resource)}`));
      if (found === undefined) continue;
      const message = `${text(resource)} leads to ${found.to}`;
      const expected = `a Role without it`;
      reportAt(at(pointer, 'resources', index), { message, expected, value: resource });
    }
  }
});

/** What holds in every namespace by a ClusterRoleBinding, once for each thing that it leads to. */
function checkEverywhere(entries: readonly ApiEntry[], report: Report): void {
  const judged = new Set<ApiEntry>();
  for (const { binding, role: name, rules } of grants(entries)) {
    if (binding.identity.kind !== 'ClusterRoleBinding' || judged.has(binding)) continue;
    judged.add(binding);
    const given = roleOf(entries, binding);
    // a reason of the role excuses its bindings
    const judgedFor = given !== undefined && hasReason(given, ANNOTATION.accessReason) ? given : binding;
    const byEnd = new Map<string, Set<string>>();
    for (const { groups, resources, verbs, names } of rules) {
      for (const key of groups.flatMap((group) => resources.map((resource) => `${group}/${resource}`))) {
        const found = leads({ verbs, resourceNames: names }, ESCALATIONS_EVERYWHERE.get(key));
        if (found === undefined) continue;
        const known = byEnd.get(found.to) ?? new Set();
        byEnd.set(found.to, known.add(key.slice(key.indexOf('/') + 1)));
      }
    }
    for (const [to, resources] of byEnd) {
      const message = `${[...resources].join(', ')} in every namespace: leads to ${to}`;
      report(judgedFor, '/roleRef/name', {
        message,
        expected: `a RoleBinding in each namespace`,
        value: name,
      });
    }
  }
}

const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-';

const aggregated = (rule: JsonObject): JsonObject => ({
  ...role(rule),
  kind: 'ClusterRole',
  metadata: { name: 'extra', labels: { [`${AGGREGATE}view`]: 'true' } },
});

const aggregation: Rule = {
  id: 'rbac-aggregation',
  what: 'A ClusterRole adds only rights to custom kinds to built-in roles, only reading ones to view; an aggregated one names the roles that it takes.',
  why: 'All who have the built-in role, in any namespace, get the right at once; an empty selector takes every role, cluster-admin too.',
  severity: 'error',
  judge: 'kubernetes.io, "Using RBAC Authorization", Aggregated ClusterRoles',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${RBAC}/ClusterRole`)) {
      reportWidened(entry, report);
      const selectors = place(entry.manifest, 'aggregationRule', '');
      for (const { value, pointer } of places(selectors?.value, 'clusterRoleSelectors', selectors?.pointer ?? '')) {
        if (Object.keys(record(value.matchLabels) ?? {}).length + list(value.matchExpressions).length > 0) continue;
        const message = 'this selector takes every ClusterRole, cluster-admin too';
        report(entry, pointer, { message, expected: `labels of the roles that it takes`, value });
      }
    }
  },
  examples: {
    pass: [
      aggregated({ apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get', 'list', 'watch'] }),
      explained(role({ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }), 'it is aggregated elsewhere'),
    ],
    fail: [aggregated({ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] })],
  },
};

/** Reports what the ClusterRole adds to roles of Kubernetes that it should not. */
function reportWidened(entry: ApiEntry, report: Report): void {
  const labels = dig(entry.manifest, 'metadata', 'labels') ?? {};
  const widened = Object.keys(labels).filter((key) => key.startsWith(AGGREGATE) && labels[key] === 'true');
  if (widened.length === 0) return;
  const names = widened.map((key) => key.slice(AGGREGATE.length));
  for (const { value: rule, pointer } of places(entry.manifest, 'rules', '')) {
    for (const [index, group] of list(rule.apiGroups).entries()) {
      if (group !== '*' && !isBuiltInGroup(text(group) ?? '')) continue;
      const message = `everyone who has the built-in role ${names.join(' or ')} gets this right to a built-in kind`;
      const expected = `rights to custom kinds, or a role of your own`;
      report(entry, at(pointer, 'apiGroups', index), { message, expected, value: group });
    }
    if (!names.includes('view') || list(rule.apiGroups).some((group) => isBuiltInGroup(text(group) ?? ''))) continue;
    for (const [index, verb] of list(rule.verbs).entries()) {
      if (READ.some((read) => read === verb)) continue;
      const message = `view would no longer only read: ${text(verb) ?? ''}`;
      const expected = `get, list and watch`;
      report(entry, at(pointer, 'verbs', index), { message, expected, value: verb });
    }
  }
}

export const rbacEscalationRules: readonly Rule[] = [escalation, aggregation];
