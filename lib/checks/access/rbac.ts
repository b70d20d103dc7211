// What Roles allow: no wildcards, escalations or Secrets, unless an annotation gives the reason.

import { objectIndex } from '../../analysis/objects/object-index';
import { at, dig, list, places, text } from '../../analysis/objects/read-json';
import type { Problem } from '../../model/finding/problem';
import { ANNOTATION } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import { object } from '../examples';
import type { Rule } from '../rule';

const RBAC = 'rbac.authorization.k8s.io';

type ReportAt = (pointer: string, problem: Omit<Problem, 'field'>) => void;

/** Checks each rule of every Role and ClusterRole. */
function eachRule(checkRule: (rule: JsonObject, pointer: string, reportAt: ReportAt) => void): Rule['check'] {
  return (entries, report) => {
    for (const entry of objectIndex(entries).of(`${RBAC}/Role`, `${RBAC}/ClusterRole`)) {
      for (const { value, pointer } of places(entry.manifest, 'rules', '')) {
        checkRule(value, pointer, (where, problem) => report(entry, where, problem));
      }
    }
  };
}

export const role = (rule: { readonly [key: string]: Json }, name = 'reader'): JsonObject =>
  object(`${RBAC}/v1`, 'Role', name, { rules: [rule] });

/** The same object with a reason. */
export const explained = (manifest: JsonObject, reason: string): JsonObject => ({
  ...manifest,
  metadata: { ...dig(manifest, 'metadata'), annotations: { [ANNOTATION.accessReason]: reason } },
});

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

const ANY_VERB: readonly string[] = [];
const WRITE = ['create', 'update', 'patch', 'delete'];

/** Rights that lead to others, by `group/resource`: the verbs that do (any if none are listed), and what they lead to. */
const ESCALATIONS: ReadonlyMap<string, { readonly verbs: readonly string[]; readonly to: string }> = new Map([
  ['/serviceaccounts/token', { verbs: ['create'], to: 'the rights of every ServiceAccount there' }],
  ['/nodes/proxy', { verbs: ANY_VERB, to: 'a shell in every pod of a node, by its kubelet' }],
  ['/persistentvolumes', { verbs: ['create'], to: "the nodes' own disks, by hostPath" }],
  ['certificates.k8s.io/certificatesigningrequests/approval', { verbs: ['update', 'patch'], to: 'any identity' }],
  ['certificates.k8s.io/signers', { verbs: ['approve', 'sign'], to: 'any identity' }],
  [
    'admissionregistration.k8s.io/mutatingwebhookconfigurations',
    { verbs: WRITE, to: 'every object that anyone writes' },
  ],
  [
    'admissionregistration.k8s.io/validatingwebhookconfigurations',
    { verbs: WRITE, to: 'every object that anyone writes' },
  ],
]);

const escalation: Rule = {
  id: 'rbac-escalation',
  what: 'No Role allows escalate, bind or impersonate, or any other way to more rights: tokens, kubelets, certificates, webhooks.',
  why: 'Such a right implies all the rights that it leads to, although no listing shows them.',
  severity: 'error',
  judge:
    'Checkov CKV_K8S_155 to 158; Trivy KSV-0043, KSV-0047, KSV-0050, KSV-0114; CIS 5.1.8 to 5.1.13; kubernetes.io, "RBAC Good Practices"',
  reason: ANNOTATION.accessReason,
  check: eachRule((rule, pointer, reportAt) => {
    const verbs = list(rule.verbs);
    for (const [index, value] of verbs.entries()) {
      if (value !== 'escalate' && value !== 'bind' && value !== 'impersonate') continue;
      const message = `${value} leads to rights that this Role does not list`;
      reportAt(at(pointer, 'verbs', index), { message, expected: 'the rights themselves', value });
    }
    for (const group of list(rule.apiGroups)) {
      for (const [index, resource] of list(rule.resources).entries()) {
        const found = ESCALATIONS.get(`${text(group)}/${text(resource)}`);
        if (found === undefined) continue;
        if (found.verbs.length > 0 && !found.verbs.some((verb) => verbs.includes(verb))) continue;
        const message = `${text(resource)} leads to ${found.to}`;
        reportAt(at(pointer, 'resources', index), {
          message,
          expected: 'a Role without it',
          value: resource,
        });
      }
    }
  }),
  examples: {
    pass: [role({ apiGroups: [''], resources: ['serviceaccounts'], verbs: ['create', 'patch'] })],
    fail: [
      role({ apiGroups: [''], resources: ['users'], verbs: ['impersonate'] }),
      role({ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }, 'kubelet'),
    ],
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

export const rbacRules: readonly Rule[] = [wildcard, escalation, secrets];
