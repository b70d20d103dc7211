// Network policies: well-formed address blocks.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, place, places } from '../../analysis/objects/read-json';
import { isCidr } from '../../model/manifest/cidr';
import { object } from '../examples';
import type { Rule } from '../rule';

const policy = (cidr: string) =>
  object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr } }] }] },
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

export const networkPolicyRules: readonly Rule[] = [cidr];
