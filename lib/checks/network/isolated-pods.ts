// Pods under a default deny: whether they may send anything, resolve names, and call the API for which they have a token.

import { reachesApiServer, sending, sides } from '../../analysis/network/reach';
import { shown } from '../../analysis/objects/read-json';
import { usesToken, type Workload } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, object } from '../examples';
import type { Rule } from '../rule';

const policy = (name: string, spec: JsonObject) => object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec });

const denyAll = policy('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const opening = (egress: JsonObject[], ingress: JsonObject[] = []) =>
  policy('web', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Ingress', 'Egress'], ingress, egress });

const DNS = { ports: [{ port: 53, protocol: 'UDP' }] };
const CLIENTS = { ports: [{ port: 8080 }] };
const TO_API = { to: [{ podSelector: { matchLabels: { app: 'api' } } }], ports: [{ port: 8080 }] };

/** Pods that hold room for others and do nothing themselves: the headroom of a cluster. */
const isPlaceholder = ({ containers }: Workload): boolean => containers.every(({ name }) => name === 'pause');

/** What to write: in a system, the verb; elsewhere a policy. */
export const openingOf = ({ entry, labels }: Workload, verb: string): string => {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${shown(value)}`);
  const selected = pairs.length === 0 ? 'labels of theirs' : pairs.join(',');
  const policyToWrite = `a NetworkPolicy that selects ${selected}`;
  return entry.systemNamespace === undefined
    ? policyToWrite
    : `network(…)${verb} with this object (a component has the verb itself), or ${policyToWrite}`;
};

const judged = (entries: readonly ApiEntry[]) =>
  [...sides(entries)].filter(([workload, { hostNetwork }]) => !hostNetwork && !isPlaceholder(workload));

const isolated: Rule = {
  id: 'isolated-pods',
  what: 'Pods under a default deny may send or are let in: some NetworkPolicy opens them.',
  why: 'They would reach nothing, not even DNS, and nothing would reach them: their probes pass, and all else times out.',
  severity: 'warning',
  reason: reasonKey('isolated-pods'),
  judge: 'kubernetes.io, "Network Policies"; kube-score pod-networkpolicy',
  check: (entries, report) => {
    for (const [workload, side] of judged(entries)) {
      if (sending(side) !== 'nothing') continue;
      if (side.Ingress.isolated !== 'yes' || side.Ingress.rules.length > 0) continue;
      report(workload.entry, workload.pod.pointer, {
        message: 'no NetworkPolicy allows these pods anything: not even DNS',
        expected: `${openingOf(workload, '')}, with what they need`,
      });
    }
  },
  examples: {
    pass: [deployment(), denyAll, opening([DNS], [CLIENTS])],
    fail: [deployment(), denyAll],
  },
};

const unnamed: Rule = {
  id: 'pods-without-names',
  what: 'Pods that may send to others than addresses may resolve names.',
  why: 'Each look-up times out, and with it whatever they send to a Service or a host.',
  severity: 'warning',
  reason: reasonKey('pods-without-names'),
  judge: 'kubernetes.io, "Network Policies", default deny all egress traffic; "DNS for Services and Pods"',
  check: (entries, report) => {
    for (const [workload, side] of judged(entries)) {
      if (sending(side) !== 'no names') continue;
      report(workload.entry, workload.pod.pointer, {
        message: 'a NetworkPolicy lets these pods send, but not ask DNS',
        expected: `${openingOf(workload, '')}, to port 53 (UDP and TCP) of kube-system`,
      });
    }
  },
  examples: {
    pass: [deployment(), denyAll, opening([TO_API, DNS])],
    fail: [deployment(), denyAll, opening([TO_API])],
  },
};

const answering: Rule = {
  id: 'pods-answer-only',
  what: 'Pods that are let in and may send nothing only have to answer.',
  why: 'They resolve no names and reach no other service; a database may be content with that.',
  severity: 'note',
  reason: reasonKey('pods-answer-only'),
  judge: 'kubernetes.io, "Network Policies": answers on an allowed connection are always allowed',
  check: (entries, report) => {
    for (const [workload, side] of judged(entries)) {
      if (sending(side) !== 'nothing' || side.Ingress.rules.length === 0) continue;
      report(workload.entry, workload.pod.pointer, {
        message: 'these pods may answer, and send nothing: not even DNS',
        expected: `if they need it, ${openingOf(workload, '')}`,
      });
    }
  },
  examples: {
    pass: [deployment(), denyAll, opening([DNS], [CLIENTS])],
    fail: [deployment(), denyAll, opening([], [CLIENTS])],
  },
};

const tokens: Rule = {
  id: 'token-without-way',
  what: 'Pods with a token of the Kubernetes API, and rights or the wish for it, may reach the API server.',
  why: 'Each call times out: no leader is elected, no watch begins.',
  severity: 'warning',
  reason: reasonKey('token-without-way'),
  judge: 'kubernetes.io, "Network Policies"; "Accessing the Kubernetes API from a Pod"',
  check: (entries, report) => {
    for (const [workload, side] of judged(entries)) {
      if (reachesApiServer(side) || !usesToken(entries, workload)) continue;
      report(workload.entry, workload.pod.pointer, {
        message: 'these pods have a token, but no NetworkPolicy lets them reach the API server',
        expected: `${openingOf(workload, ".connectTo('api-server')")} and lets them send to its addresses`,
      });
    }
  },
  examples: {
    pass: [
      deployment({}, { automountServiceAccountToken: true }),
      denyAll,
      opening([DNS, { to: [{ ipBlock: { cidr: '10.0.0.4/32' } }], ports: [{ port: 6443 }] }]),
    ],
    fail: [deployment({}, { automountServiceAccountToken: true }), denyAll, opening([DNS])],
  },
};

export const isolatedPodRules: readonly Rule[] = [isolated, unnamed, answering, tokens];
