// A DNS record of a service elsewhere, such as front ends behind a CDN: an ExternalName Service that external-dns reads.

import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { findingOf } from '../../model/finding/finding';
import { checked, fields, list, text } from '../../model/finding/schema';
import { ANNOTATION, listText } from '../../model/manifest/annotations';
import { findHostProblems } from '../../model/platform/host';
import { System } from '../system/system';
import { receive } from '../tree/door';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import { traceConstruct } from '../tree/trace';
import { hostAnnotations } from './dns';

/** Hosts and target of a record. */
export interface DnsRecordProps {
  /** Host names that users type. */
  readonly hosts: readonly string[];
  /** DNS name that they point to: the CDN's endpoint. */
  readonly target: string;
}

const DNS_RECORD = fields<DnsRecordProps>({
  hosts: checked<readonly string[]>(list(text('a host name'), "a list: hosts: ['www.shop.example']"), (hosts) =>
    hosts.flatMap((host, index) => findHostProblems(host).map((problem) => ({ ...problem, field: `[${index}]` }))),
  ),
  target: checked<string>(text('the DNS name that the hosts point to'), (target) => findHostProblems(target)),
});

const STAND_INS: DnsRecordProps = { hosts: ['refused.invalid'], target: 'refused.invalid' };

/**
 * CNAME records from `hosts` to `target`, without a workload. It needs the capability `external-dns`; without it the Service only
 * documents what to set by hand.
 *
 * Source: external-dns, docs/tutorials/externalname.
 */
export class DnsRecord extends Construct {
  /** Its ExternalName Service, for overrides. */
  readonly service: ApiObject;

  constructor(scope: Construct, id: string, props: DnsRecordProps) {
    super(scope, id);
    traceConstruct(this);
    const { hosts, target } = receive(this, '', DNS_RECORD, props, STAND_INS);
    const { capabilities } = System.of(this).target.cluster;
    const annotations = capabilities.includes('external-dns')
      ? hostAnnotations(hosts)
      : { [ANNOTATION.dnsByHand]: listText(hosts) };
    const metadata = { name: id, labels: selectorLabels(id), annotations };
    this.service = createObject(this, 'service', 'Service', metadata, {
      spec: { type: 'ExternalName', externalName: target },
    });
    if (hosts.length > 0 && new Set(hosts).size === hosts.length) return;
    const expected = 'one or more host names, each once';
    const message = hosts.length === 0 ? 'the list of hosts is empty' : 'a host is listed twice';
    report(this, findingOf('dns-record', { field: 'hosts', value: [...hosts], message, expected }));
  }
}
