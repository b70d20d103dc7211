// Selectors that hit pods of another workload, and those that hit none.

import { objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, list, own, type Place, places, record } from '../../analysis/objects/read-json';
import { scalersOf } from '../../analysis/objects/scalers';
import { isEmpty, pods } from '../../analysis/objects/selectors';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { budget, deployment, namespace, object } from '../examples';
import type { Rule } from '../rule';
import { operated } from './operators';

/** The LabelSelector by which a workload owns its pods; Jobs get one of their own unless `manualSelector` is set. */
function selectorOf({ entry, kind }: Workload): JsonObject | undefined {
  const spec = dig(entry.manifest, 'spec');
  const selector = dig(spec, 'selector');
  if (selector === undefined) return undefined;
  if (kind === '/ReplicationController') return { matchLabels: selector };
  if (kind === 'batch/Job') return spec?.manualSelector === true ? selector : undefined;
  return kind.startsWith('apps/') ? selector : undefined;
}

const isSame = (a: ApiEntry, b: ApiEntry): boolean =>
  a.identity.group === b.identity.group && a.identity.kind === b.identity.kind && a.identity.name === b.identity.name;

const overlap: Rule = {
  id: 'selector-overlap',
  what: 'The pods of a workload do not satisfy the selector of another one in the same namespace.',
  why: 'An autoscaler, a budget and `kubectl` take the pods of both for one workload: means, counts and evictions are wrong, and a bare Pod is adopted and may be deleted.',
  severity: 'error',
  judge: 'kubernetes.io, "Deployments": do not overlap labels or selectors; HPA controller: AmbiguousSelector',
  reason: reasonKey('selector-overlap'),
  check: (entries, report) => {
    const reported = new Set<string>();
    for (const owner of workloads(entries)) {
      const { cluster, identity, origin } = owner.entry;
      const selector = selectorOf(owner);
      if (selector === undefined || isEmpty(selector)) continue;
      for (const other of pods(entries).selected(cluster, identity.namespace, selector)) {
        // two of one identity are a finding of duplicate-identity
        if (isSame(other.entry, owner.entry)) continue;
        const pair = [owner.entry.origin.construct, other.entry.origin.construct].sort().join('\n');
        if (reported.has(pair)) continue;
        reported.add(pair);
        const scaler = scalersOf(entries).get(owner.entry)?.[0];
        const counted = scaler === undefined ? '' : ', and its autoscaler counts them';
        report(other.entry, `${other.template}/metadata/labels`, {
          message: `the selector of ${identity.kind} ${identity.name} (${describeOrigin(origin)}) takes these pods too${counted}`,
          expected: `labels that differ from ${JSON.stringify(selector.matchLabels ?? selector)}`,
          value: other.labels,
        });
      }
    }
  },
  examples: {
    pass: [deployment(), deployment({}, {}, 'web-canary')],
    fail: [
      deployment(),
      deployment(
        {
          selector: { matchLabels: { app: 'web', track: 'canary' } },
          template: { metadata: { labels: { app: 'web', track: 'canary' } }, spec: { containers: [] } },
        },
        {},
        'web-canary',
      ),
    ],
  },
};

/** Whether the app writes all pods of the namespace of an object. */
const writesPods = (entries: readonly ApiEntry[], { cluster, identity: { namespace: space } }: ApiEntry): boolean =>
  objectIndex(entries).owns(cluster, space) && !operated(entries).has(placeOf(cluster, space));

/** Labels of pods that others create beside the manifests: cert-manager's solver of HTTP-01. */
const OTHERS_PODS = ['acme.cert-manager.io/http01-solver'];

const isOthers = (selector: JsonObject): boolean =>
  OTHERS_PODS.some((key) => own(record(selector.matchLabels), key) !== undefined) ||
  places(selector, 'matchExpressions', '').some(({ value }) => OTHERS_PODS.some((key) => value.key === key));

/** Whether a LabelSelector hits no pod of the namespace, although the app writes all of them. */
function hitsNone(entries: readonly ApiEntry[], entry: ApiEntry, selector: JsonObject | undefined): boolean {
  if (selector === undefined || isEmpty(selector) || isOthers(selector) || !writesPods(entries, entry)) return false;
  return pods(entries).selected(entry.cluster, entry.identity.namespace, selector).length === 0;
}

const policySelectsPods: Rule = {
  id: 'selector-selects-pods',
  what: 'A NetworkPolicy or PodDisruptionBudget selects the pods of a workload, if the app writes the namespace.',
  why: 'The policy opens nothing for the pods that it was written for, and the budget protects none of them.',
  severity: 'error',
  judge: 'kube-linter dangling-networkpolicy; the conditions of a budget: NoPods',
  reason: reasonKey('selector-selects-pods'),
  check: (entries, report) => {
    for (const [kind, field] of [
      ['networking.k8s.io/NetworkPolicy', 'podSelector'],
      ['policy/PodDisruptionBudget', 'selector'],
    ] as const) {
      for (const entry of objectIndex(entries).of(kind)) {
        const selector = dig(entry.manifest, 'spec', field);
        if (!hitsNone(entries, entry, selector)) continue;
        const message = `no pod template in the namespace has these labels: the ${entry.identity.kind} is without effect`;
        report(entry, `/spec/${field}`, { message, expected: 'labels of a pod template', value: selector ?? null });
      }
    }
  },
  examples: {
    pass: [namespace, deployment(), budget({ maxUnavailable: 1 })],
    fail: [
      namespace,
      deployment(),
      object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
        spec: { podSelector: { matchLabels: { app: 'wbe' } } },
      }),
    ],
  },
};

/** The peers of a policy's rules. */
const peersOf = ({ manifest }: ApiEntry): Place[] => {
  const spec = dig(manifest, 'spec');
  return [
    ...places(spec, 'ingress', '/spec').flatMap((rule) => places(rule.value, 'from', rule.pointer)),
    ...places(spec, 'egress', '/spec').flatMap((rule) => places(rule.value, 'to', rule.pointer)),
  ];
};

const peerSelectsPods: Rule = {
  id: 'policy-peer-selects-pods',
  what: 'A peer of a NetworkPolicy in its own namespace is a pod of a workload, if the app writes the namespace.',
  why: 'The traffic that the rule was written for stays denied.',
  severity: 'warning',
  judge: 'kube-linter dangling-networkpolicypeer-podselector',
  reason: reasonKey('policy-peer-selects-pods'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/NetworkPolicy')) {
      for (const { value, pointer } of peersOf(entry)) {
        const selector = dig(value, 'podSelector');
        if (value.namespaceSelector !== undefined || !hitsNone(entries, entry, selector)) continue;
        const message = 'no pod template in the namespace has these labels: the rule lets no one through';
        report(entry, `${pointer}/podSelector`, {
          message,
          expected: 'labels of a pod template',
          value: selector ?? null,
        });
      }
    }
  },
  examples: {
    pass: [
      namespace,
      deployment(),
      object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
        spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }] },
      }),
    ],
    fail: [
      namespace,
      deployment(),
      object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
        spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app: 'wbe' } } }] }] },
      }),
    ],
  },
};

const spreadsItself: Rule = {
  id: 'spread-selects-itself',
  what: 'A topology spread constraint selects the pods that it spreads.',
  why: 'The scheduler counts other pods only: all of these may run in one zone, and the constraint is without effect.',
  severity: 'warning',
  judge: 'kubernetes.io, "Pod Topology Spread Constraints"',
  reason: reasonKey('spread-selects-itself'),
  check: (entries, report) => {
    for (const { entry, pod, labels } of workloads(entries)) {
      for (const { value, pointer } of places(pod.value, 'topologySpreadConstraints', pod.pointer)) {
        const pairs = dig(value, 'labelSelector', 'matchLabels') ?? {};
        const lacking = Object.keys(pairs).filter((key) => own(labels, key) !== pairs[key]);
        if (lacking.length === 0 || list(dig(value, 'labelSelector')?.matchExpressions).length > 0) continue;
        report(entry, `${pointer}/labelSelector`, {
          message: `the pods themselves lack ${lacking.join(', ')} as the constraint selects it`,
          expected: `labels of these pods: ${JSON.stringify(labels)}`,
          value: dig(value, 'labelSelector') ?? null,
        });
      }
    }
  },
  examples: {
    pass: [deployment({}, { topologySpreadConstraints: [{ labelSelector: { matchLabels: { app: 'web' } } }] })],
    fail: [deployment({}, { topologySpreadConstraints: [{ labelSelector: { matchLabels: { app: 'wbe' } } }] })],
  },
};

export const overlapRules: readonly Rule[] = [overlap, policySelectsPods, peerSelectsPods, spreadsItself];
