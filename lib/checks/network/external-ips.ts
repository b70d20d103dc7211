// External addresses of Services: a Service that claims one gets the traffic that other pods send there.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, list } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import { service, withReason } from '../examples';
import type { Rule } from '../rule';

const REASON = reasonKey('service-external-ips');

const externalIps: Rule = {
  id: 'service-external-ips',
  what: 'A Service claims no externalIPs.',
  why: 'Every node sends traffic to that address, such as the one of a database, to the pods of the Service instead (CVE-2020-8554).',
  severity: 'error',
  judge: 'kubernetes.io, admission controller DenyServiceExternalIPs; Trivy KSV-0108',
  reason: REASON,
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const addresses = list(dig(entry.manifest, 'spec')?.externalIPs);
      if (addresses.length === 0) continue;
      const message = 'every node sends the traffic to these addresses to the pods of this Service';
      const expected = `type: LoadBalancer, or an Ingress`;
      report(entry, '/spec/externalIPs', { message, expected, value: [...addresses] });
    }
  },
  examples: {
    pass: [
      service({ type: 'ClusterIP', externalIPs: [] }),
      withReason(service({ externalIPs: ['192.0.2.7'] }, 'edge'), REASON, 'the router sends it to the nodes'),
    ],
    fail: [service({ externalIPs: ['192.0.2.7'] })],
  },
};

export const externalIpRules: readonly Rule[] = [externalIps];
