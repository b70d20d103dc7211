// Network policies: well-formed address blocks, and pods that none of them opens.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, place, places } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import type { Workload } from '../../analysis/objects/workloads';
import { isCidr } from '../../model/manifest/cidr';
import type { JsonObject } from '../../model/manifest/json';
import { deployment, object } from '../examples';
import type { Rule } from '../rule';

const policy = (cidr: string) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }] }] },
  });

const selecting = (name: string, spec: JsonObject) => object('networking.k8s.io/v1', 'NetworkPolicy', name, { spec });

const denyAll = selecting('default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
const opening = selecting('web', {
  podSelector: { matchLabels: { app: 'web' } },
  ingress: [{ ports: [{ port: 8080 }] }],
});

const cidr: Rule = {
  id: 'network-policy-cidr',
  what: 'Address blocks of a NetworkPolicy are IPv4 or IPv6 CIDRs.',
  why: 'The API server refuses the policy, and the traffic that it should allow is denied by default.',
  severity: 'error',
  judge: 'API server: validateIPBlock',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/NetworkPolicy')) {
      const spec = dig(entry.manifest, 'spec');
      const rules = [
        ...places(spec, 'ingress', '/spec').map((rule) => places(rule.value, 'from', rule.pointer)),
        ...places(spec, 'egress', '/spec').map((rule) => places(rule.value, 'to', rule.pointer)),
      ];
      for (const peer of rules.flat()) {
        const block = place(peer.value, 'ipBlock', peer.pointer);
        if (block === undefined) continue;
        const blocks = [
          { value: block.value.cidr ?? null, pointer: `${block.pointer}/cidr` },
          ...list(block.value.except).map((value, index) => ({ value, pointer: `${block.pointer}/except/${index}` })),
        ];
        for (const { value, pointer } of blocks) {
          if (isSet(value) && isCidr(value)) continue;
          report(entry, pointer, {
            message: `${JSON.stringify(value)} is not a valid address block`,
            expected: 'a CIDR such as 10.20.0.0/24',
            value,
          });
        }
      }
    }
  },
  examples: {
    pass: [policy('10.20.0.0/24'), policy('2001:db8::/32')],
    fail: [policy('10.20.0.0'), policy('10.20.0.7/24'), policy('10.20.0.0/33'), policy('shop.example.com/24')],
  },
};

/** Pods that hold room for others and do nothing themselves: the headroom of a cluster. */
const isPlaceholder = ({ containers }: Workload): boolean => containers.every(({ name }) => name === 'pause');

const isolated: Rule = {
  id: 'isolated-pods',
  what: 'Pods under a default deny are selected by a NetworkPolicy that allows something.',
  why: 'They would reach nothing, not even DNS, and nothing would reach them: their probes pass, and all else times out.',
  severity: 'warning',
  judge: 'kubernetes.io, "Network Policies"; kube-score pod-networkpolicy',
  check: (entries, report) => {
    const denied = new Set<Workload>();
    const opened = new Set<Workload>();
    for (const { manifest, cluster, identity } of objectIndex(entries).of('networking.k8s.io/NetworkPolicy')) {
      const spec = dig(manifest, 'spec') ?? {};
      const opens = list(spec.ingress).length + list(spec.egress).length > 0;
      const selected = pods(entries).selected(cluster, identity.namespace, dig(spec, 'podSelector') ?? {});
      for (const workload of selected) (opens ? opened : denied).add(workload);
    }
    for (const workload of denied) {
      if (opened.has(workload) || workload.pod.value.hostNetwork === true || isPlaceholder(workload)) continue;
      report(workload.entry, workload.pod.pointer, {
        message: 'no NetworkPolicy allows these pods anything: not even DNS',
        expected: 'a NetworkPolicy that selects their labels, with what they need',
      });
    }
  },
  examples: {
    pass: [deployment(), denyAll, opening],
    fail: [deployment(), denyAll],
  },
};

export const networkPolicyRules: readonly Rule[] = [cidr, isolated];
