// Label selectors: where they occur, and that a workload selects its own pods.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, place, places, record, shown } from '../../analysis/objects/read-json';
import { hasAll, isEmpty, matches } from '../../analysis/objects/selectors';
import { workloadOf, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { budget, deployment } from '../examples';
import type { Rule } from '../rule';

/** A LabelSelector with its place. */
export interface SelectorPlace {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly selector: JsonObject;
}

const SPEC_SELECTORS: readonly Kind[] = [
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/Job',
  'policy/PodDisruptionBudget',
  '/PersistentVolumeClaim',
];

/** The pod affinity terms of one pod, required and preferred. */
function affinityTerms(pod: Place): Place[] {
  const found: Place[] = [];
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const affinity = dig(pod.value, 'affinity', kind);
    if (affinity === undefined) continue;
    const pointer = `${pod.pointer}/affinity/${kind}`;
    found.push(...places(affinity, 'requiredDuringSchedulingIgnoredDuringExecution', pointer));
    for (const preferred of places(affinity, 'preferredDuringSchedulingIgnoredDuringExecution', pointer)) {
      const term = place(preferred.value, 'podAffinityTerm', preferred.pointer);
      if (term !== undefined) found.push(term);
    }
  }
  return found;
}

/** Every LabelSelector that the API server validates. */
export const selectors = memoizePerObjects((entries): readonly SelectorPlace[] => {
  const found: SelectorPlace[] = [];
  const look = (entry: ApiEntry, pointer: string, value: Json | undefined): void => {
    const selector = record(value);
    if (selector !== undefined) found.push({ entry, pointer, selector });
  };
  for (const kind of SPEC_SELECTORS) {
    for (const entry of objectIndex(entries).of(kind))
      look(entry, '/spec/selector', dig(entry.manifest, 'spec')?.selector);
  }
  for (const entry of objectIndex(entries).of('networking.k8s.io/NetworkPolicy')) {
    const spec = dig(entry.manifest, 'spec');
    look(entry, '/spec/podSelector', spec?.podSelector);
    const peers = [
      ...places(spec, 'ingress', '/spec').flatMap((rule) => places(rule.value, 'from', rule.pointer)),
      ...places(spec, 'egress', '/spec').flatMap((rule) => places(rule.value, 'to', rule.pointer)),
    ];
    for (const { value, pointer } of peers) {
      look(entry, `${pointer}/podSelector`, value.podSelector);
      look(entry, `${pointer}/namespaceSelector`, value.namespaceSelector);
    }
  }
  for (const { entry, pod } of workloads(entries)) {
    for (const spread of places(pod.value, 'topologySpreadConstraints', pod.pointer)) {
      look(entry, `${spread.pointer}/labelSelector`, spread.value.labelSelector);
    }
    for (const term of affinityTerms(pod)) {
      look(entry, `${term.pointer}/labelSelector`, term.value.labelSelector);
      look(entry, `${term.pointer}/namespaceSelector`, term.value.namespaceSelector);
    }
  }
  return found;
});

const selectorMatchesTemplate: Rule = {
  id: 'selector-matches-template',
  what: 'A workload selects the pods of its own template.',
  why: 'The API server refuses the workload: it would create pods for ever without finding any of them.',
  severity: 'error',
  judge: 'API server: ValidatePodTemplateSpecForReplicaSet and its like; kube-score, kube-linter mismatching-selector',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(
      'apps/Deployment',
      'apps/StatefulSet',
      'apps/DaemonSet',
      'apps/ReplicaSet',
    )) {
      const value = dig(entry.manifest, 'spec')?.selector;
      const selector = record(value);
      if (selector === undefined || isEmpty(selector)) {
        const message = isSet(value) ? 'the selector is empty' : 'the selector is missing';
        report(entry, '/spec/selector', {
          message,
          expected: 'matchLabels that the template has',
          value: value ?? null,
        });
        continue;
      }
      const own = workloadOf(entries).get(entry);
      if (own === undefined || matches(selector, own.labels)) continue;
      report(entry, '/spec/selector', {
        message: 'the selector does not match the labels of the pod template',
        expected: `labels of ${own.template}/metadata/labels: ${JSON.stringify(own.labels)}`,
        value: selector,
      });
    }
    for (const { entry, labels } of workloads(entries).filter(({ kind }) => kind === '/ReplicationController')) {
      const selector = dig(entry.manifest, 'spec', 'selector');
      if (selector === undefined || hasAll(labels, selector)) continue;
      const message = 'the selector does not match the labels of the pod template';
      report(entry, '/spec/selector', { message, expected: JSON.stringify(labels), value: selector });
    }
  },
  examples: {
    pass: [deployment()],
    fail: [deployment({ selector: { matchLabels: { app: 'wbe' } } })],
  },
};

const OPERATORS: readonly (Json | undefined)[] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

const selectorExpression: Rule = {
  id: 'selector-expression',
  what: 'Selector expressions use a valid operator: In and NotIn with values, Exists and DoesNotExist without.',
  why: 'The API server refuses the object.',
  severity: 'error',
  judge: 'API server: ValidateLabelSelectorRequirement',
  check: (entries, report) => {
    for (const { entry, pointer, selector } of selectors(entries)) {
      for (const expression of places(selector, 'matchExpressions', pointer)) {
        const operator = expression.value.operator;
        const compares = operator === 'In' || operator === 'NotIn';
        const count = list(expression.value.values).length;
        if (!OPERATORS.includes(operator)) {
          const message = isSet(operator)
            ? `${JSON.stringify(operator)} is not a valid operator`
            : 'the operator is missing';
          report(entry, `${expression.pointer}/operator`, {
            message,
            expected: 'In, NotIn, Exists or DoesNotExist',
            value: operator ?? null,
          });
        } else if (compares !== count > 0) {
          const expected = compares ? 'at least one value' : 'no values';
          report(entry, `${expression.pointer}/values`, { message: `${shown(operator)} takes ${expected}`, expected });
        }
      }
    }
  },
  examples: {
    pass: [budget({ selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['web'] }] } })],
    fail: [budget({ selector: { matchExpressions: [{ key: 'app', operator: 'Is', values: ['web'] }] } })],
  },
};

export const selectorRules: readonly Rule[] = [selectorMatchesTemplate, selectorExpression];
