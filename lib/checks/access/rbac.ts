// What Roles allow: no wildcards and no Secrets, unless an annotation gives the reason.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, list, places, text } from '../../analysis/objects/read-json';
import type { Problem } from '../../model/finding/problem';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { object, withReason } from '../examples';
import type { Rule } from '../rule';

export const RBAC = 'rbac.authorization.k8s.io';

type ReportAt = (pointer: string, problem: Omit<Problem, 'field'>) => void;

/** Checks each rule of every Role and ClusterRole. */
export function eachRule(
  checkRule: (rule: JsonObject, pointer: string, reportAt: ReportAt, role: ApiEntry) => void,
): Rule['check'] {
  return (entries, report) => {
    for (const entry of objectIndex(entries).of(`${RBAC}/Role`, `${RBAC}/ClusterRole`)) {
      for (const { value, pointer } of places(entry.manifest, 'rules', '')) {
        checkRule(value, pointer, (where, problem) => report(entry, where, problem), entry);
      }
    }
  };
}

export const role = (rule: { readonly [key: string]: Json }, name = 'reader'): JsonObject =>
  object(`${RBAC}/v1`, 'Role', name, { rules: [rule] });

/** The same object with a reason. */
export const explained = (manifest: JsonObject, reason: string): JsonObject =>
  withReason(manifest, ANNOTATION.accessReason, reason);

const wildcard: Rule = {
  id: 'rbac-wildcard',
  what: 'A Role names verbs, kinds and API groups one by one.',
  why: 'A wildcard allows more than anyone intended: kinds that are installed later, impersonation, and every Secret.',
  severity: 'error',
  judge: 'Trivy KSV-0044, KSV-0045, KSV-0046, KSV-0112; kube-linter wildcard-in-rules; Checkov CKV_K8S_49; CIS 5.1.3',
  reason: ANNOTATION.accessReason,
  check: eachRule((rule, pointer, reportAt) => {
    for (const field of ['apiGroups', 'resources', 'verbs', 'nonResourceURLs']) {
      for (const [index, value] of list(rule[field]).entries()) {
        if (value !== '*' && !(field === 'resources' && text(value)?.startsWith('*/'))) continue;
        const message = 'a wildcard allows more than anyone intended';
        reportAt(at(pointer, field, index), { message, expected: `${field} by name`, value });
      }
    }
  }),
  examples: {
    pass: [
      role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }),
      explained(role({ apiGroups: ['*'], resources: ['*'], verbs: ['get'] }), 'a backup reads every kind'),
    ],
    fail: [role({ apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'] })],
  },
};

const secrets: Rule = {
  id: 'rbac-secrets',
  what: 'No Role allows anything with Secrets.',
  why: 'Listing Secrets reveals all of them, and writing one returns its content. Pods mount the Secrets that they need.',
  severity: 'error',
  judge: 'Trivy KSV-0041, KSV-0113; kube-linter access-to-secrets; Checkov CKV2_K8S_5; CIS 5.1.2',
  reason: ANNOTATION.accessReason,
  check: eachRule((rule, pointer, reportAt) => {
    if (!list(rule.apiGroups).includes('')) return;
    for (const [index, value] of list(rule.resources).entries()) {
      if (value !== 'secrets') continue;
      const message = 'this Role gives access to Secrets';
      reportAt(at(pointer, 'resources', index), { message, expected: 'Secrets that pods mount', value });
    }
  }),
  examples: {
    pass: [
      role({ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }),
      explained(
        role({ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }),
        'the controller copies certificates',
      ),
    ],
    fail: [role({ apiGroups: [''], resources: ['pods', 'secrets'], verbs: ['list'] })],
  },
};

export const rbacRules: readonly Rule[] = [wildcard, secrets];
