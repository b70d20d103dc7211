// Where rights hold: none to write in the namespaces of Kubernetes, and none that one system gives in the namespace of another.

import { roleOf } from '../../analysis/access/rbac';
import { type PolicyRule, policyRules } from '../../analysis/access/roles';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, text } from '../../analysis/objects/read-json';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { APP } from '../../model/manifest/well-known';
import { READ } from '../../model/platform/roles';
import { namespace } from '../examples';
import type { Rule } from '../rule';
import { explained, RBAC, role } from './rbac';
import { binding, GROUP } from './rbac-bindings';

/** Rights that are harmless there: to write events, and the leases of a leader election. */
function isHarmless({ groups, resources, verbs, names }: PolicyRule): boolean {
  if (resources.every((resource) => resource === 'events')) return true;
  if (groups.some((group) => group !== 'coordination.k8s.io')) return false;
  return verbs.every((verb) => verb === 'create') || (names.length > 0 && !verbs.includes('*'));
}

function findWrite(rules: readonly PolicyRule[]): string | undefined {
  for (const rule of rules) {
    const verb = rule.verbs.find((one) => !READ.some((read) => read === one));
    const [resource] = rule.resources;
    if (verb !== undefined && resource !== undefined && !isHarmless(rule))
      return `${verb} ${rule.resources.join(', ')}`;
  }
  return undefined;
}

const inSystem = (manifest: JsonObject): JsonObject => ({
  ...manifest,
  metadata: { ...dig(manifest, 'metadata'), namespace: 'kube-system' },
});

const systemNamespace: Rule = {
  id: 'rbac-system-namespace',
  what: 'No Role or RoleBinding gives rights to write in a namespace of Kubernetes, such as kube-system.',
  why: 'What runs there controls the cluster: a ConfigMap decides who is an administrator (aws-auth) and what DNS answers.',
  severity: 'error',
  judge: 'kubernetes.io, "RBAC Good Practices", least privilege; EKS user guide, aws-auth ConfigMap',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${RBAC}/Role`, `${RBAC}/RoleBinding`)) {
      const space = entry.identity.namespace ?? '';
      if (!space.startsWith('kube-')) continue;
      const isBinding = entry.identity.kind === 'RoleBinding';
      const given = isBinding ? roleOf(entries, entry) : entry;
      // a Role of the app there is judged itself
      if (given === undefined || (isBinding && given.identity.kind === 'Role')) continue;
      const write = findWrite(policyRules(given.manifest));
      if (write === undefined) continue;
      const message = `${write} in ${space} changes what controls the cluster`;
      const expected = `rights in a namespace of your own`;
      report(entry, '/metadata/namespace', { message, expected, value: space });
    }
  },
  examples: {
    pass: [
      inSystem(role({ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] })),
      inSystem(
        explained(role({ apiGroups: [''], resources: ['configmaps'], verbs: ['update'] }, 'scaler'), 'its status'),
      ),
    ],
    fail: [inSystem(role({ apiGroups: [''], resources: ['configmaps'], verbs: ['patch'] }))],
  },
};

const partOf = (manifest: JsonObject, system: string): JsonObject => ({
  ...manifest,
  metadata: {
    ...dig(manifest, 'metadata'),
    labels: { [APP.managedBy]: 'evenkeel', [APP.partOf]: system },
  },
});

/** The system that an object is a part of, as its labels say; `undefined` for what no system made. */
function systemOf({ manifest }: ApiEntry): string | undefined {
  const labels = dig(manifest, 'metadata', 'labels');
  return labels?.[APP.managedBy] === 'evenkeel' ? text(labels[APP.partOf]) : undefined;
}

/** The chart of the system that made the Namespace. */
const chartOf = ({ origin }: ApiEntry): string => origin.construct.slice(0, origin.construct.lastIndexOf('/') + 1);

const otherSystem: Rule = {
  id: 'rbac-other-system',
  what: 'A Role or RoleBinding in the namespace of a system belongs to that system.',
  why: 'Who has which rights in a namespace could not be read from its own system and placement, and a group would reach more than its own.',
  severity: 'error',
  judge: 'row G11: each group reaches only its own namespaces',
  reason: ANNOTATION.accessReason,
  check: (entries, report) => {
    const all = objectIndex(entries);
    for (const entry of all.of(`${RBAC}/Role`, `${RBAC}/RoleBinding`)) {
      const space = entry.identity.namespace ?? '';
      const owner = all.find('/Namespace', entry.cluster, undefined, space);
      const system = owner === undefined ? undefined : systemOf(owner);
      if (owner === undefined || system === undefined) continue;
      const own = systemOf(entry);
      if ((own ?? system) === system && entry.origin.construct.startsWith(chartOf(owner))) continue;
      const giver = own === undefined || own === system ? 'another chart' : own;
      const message = `${space} is the namespace of ${system}: ${giver} gives rights there`;
      const expected = `access in the placement of ${system}`;
      report(entry, '/metadata/namespace', { message, expected, value: space });
    }
  },
  examples: {
    pass: [partOf(namespace, 'shop'), partOf(role({}), 'shop'), partOf(binding('Role', 'reader', [GROUP]), 'shop')],
    fail: [partOf(namespace, 'shop'), partOf(role({}), 'shop'), partOf(binding('Role', 'reader', [GROUP]), 'blog')],
  },
};

export const rbacPlaceRules: readonly Rule[] = [systemNamespace, otherSystem];
