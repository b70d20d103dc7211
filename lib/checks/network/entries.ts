// Entries of a Service of its own: addresses that it claims, and node ports or a load balancer beside the Ingress.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, list, record, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import type { Workload } from '../../analysis/objects/workloads';
import { ANNOTATION, reasonKey } from '../../model/manifest/annotations';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, ingress, service, withReason } from '../examples';
import type { Rule } from '../rule';
import { ingressBackends, routeBackends, serviceOf } from './routes';

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

/** The workloads whose pods a Service selects. */
function behind(entries: readonly ApiEntry[], { cluster, identity, manifest }: ApiEntry): readonly Workload[] {
  const selector = record(dig(manifest, 'spec')?.selector) ?? {};
  return Object.keys(selector).length === 0 ? [] : pods(entries).having(cluster, identity.namespace, selector);
}

/** Services, and workloads behind them, with the Ingress or route that leads there. */
const led = memoizePerObjects((entries): ReadonlyMap<ApiEntry, ApiEntry> => {
  const found = new Map<ApiEntry, ApiEntry>();
  const lead = (from: ApiEntry, to: ApiEntry | undefined): void => {
    if (to === undefined) return;
    for (const one of [to, ...behind(entries, to).map(({ entry }) => entry)]) {
      if (!found.has(one)) found.set(one, from);
    }
  };
  for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
    for (const { value } of ingressBackends(entry)) {
      lead(entry, serviceOf(entries, entry, text(value.name), entry.identity.namespace));
    }
  }
  for (const { entry, backend, namespace } of routeBackends(entries)) {
    lead(entry, serviceOf(entries, entry, text(backend.value.name), namespace));
  }
  return found;
});

const WEB = { selector: { app: 'web' }, ports: [{ port: 80 }] };

const besideIngress: Rule = {
  id: 'entry-beside-ingress',
  what: 'A Service has neither node ports nor a load balancer of its own where an Ingress or a route leads to it or to its pods.',
  why: 'There is a second way in: past TLS, hosts, paths and the drain of the Ingress. A node port is open on every node.',
  severity: 'warning',
  judge:
    'kubernetes.io, "Service": type NodePort is for a load balancer of your own, type LoadBalancer makes one beside that of the Ingress',
  reason: ANNOTATION.entryReason,
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('/Service')) {
      const { type } = dig(entry.manifest, 'spec') ?? {};
      if (type !== 'NodePort' && type !== 'LoadBalancer') continue;
      const all = led(entries);
      const [leading] = [entry, ...behind(entries, entry).map((workload) => workload.entry)].flatMap(
        (one) => all.get(one) ?? [],
      );
      if (leading === undefined) continue;
      const { kind, name } = leading.identity;
      const message = `${type} beside ${kind} ${name}, which leads to ${all.has(entry) ? 'this Service' : 'its pods'}`;
      const expected = 'type ClusterIP; or, where the load balancer sends to nodes, that as the reason';
      report(entry, '/spec/type', { message, expected, value: type });
    }
  },
  examples: {
    pass: [
      deployment(),
      service({ type: 'ClusterIP', ...WEB }),
      ingress('shop.example.com'),
      withReason(service({ type: 'NodePort', ...WEB }, 'probe'), ANNOTATION.entryReason, 'a probe outside the cluster'),
      service({ type: 'LoadBalancer', selector: { app: 'mail' }, ports: [{ port: 25 }] }, 'mail'),
    ],
    fail: [deployment(), service({ type: 'NodePort', ...WEB }), ingress('shop.example.com')],
  },
};

export const entryRules: readonly Rule[] = [externalIps, besideIngress];
