// Names of Services that a resolver with few ndots does not search for.

import { shortNamesIn } from '../../analysis/network/addresses';
import { filesOf, settingsOf } from '../../analysis/network/pod-texts';
import { dig, places, text } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import { running } from '../examples';
import type { Rule } from '../rule';

/** The kubelet's: kubernetes.io, "DNS for Services and Pods". */
const DEFAULT_NDOTS = 5;

function ndotsOf({ pod }: Workload): number {
  const options = places(dig(pod.value, 'dnsConfig'), 'options', '');
  const value = options.findLast((option) => option.value.name === 'ndots')?.value.value;
  return /^\d+$/.test(text(value) ?? '') ? Number(value) : DEFAULT_NDOTS;
}

const dotsIn = (host: string): number => host.split('.').length - 1;

const shortName: Rule = {
  id: 'short-name',
  what: 'A pod with few ndots has names of Services in full: web.shop.svc.cluster.local.',
  why: 'A name with as many dots as ndots is asked for as it is first. Images built on musl (Alpine) ask for nothing else: the Service is not found.',
  severity: 'warning',
  reason: reasonKey('short-name'),
  judge: 'musl: name resolution; measured in docs/decisions.md, "Names"',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      const ndots = ndotsOf(workload);
      if (ndots >= DEFAULT_NDOTS) continue;
      const own = workload.containers.flatMap((container) => settingsOf(entries, workload, container));
      const found = [...own, ...filesOf(entries, workload)].flatMap(({ name, pointer, value }) =>
        shortNamesIn(value).map((host) => ({ name, pointer, host })),
      );
      const distinct = new Map(found.map((one) => [JSON.stringify(one), one]));
      for (const { name, pointer, host } of distinct.values()) {
        if (dotsIn(host) < ndots) continue;
        report(workload.entry, pointer, {
          message: `${name} has the short name ${host}, which musl does not find with ndots ${ndots}`,
          expected: `${host}.cluster.local, or ndots: ${DEFAULT_NDOTS} of the component`,
          value: host,
        });
      }
    }
  },
  examples: {
    pass: [
      running(
        { env: [{ name: 'WEB', value: 'http://web.shop.svc.cluster.local' }] },
        { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } },
      ),
    ],
    fail: [
      running(
        { env: [{ name: 'WEB', value: 'http://web.shop.svc' }] },
        { dnsConfig: { options: [{ name: 'ndots', value: '2' }] } },
      ),
    ],
  },
};

export const shortNameRules: readonly Rule[] = [shortName];
