// Host names that lead into the cluster: their form, and that each path leads to one place.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, places } from '../../analysis/objects/read-json';
import { subdomain, wildcardHost } from '../../model/manifest/formats';
import type { Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { ingress, object } from '../examples';
import type { Report, Rule } from '../rule';
import { claims } from './host-claims';

const ADDRESS = /^\d+(?:\.\d+){3}$/;

function judgeHost(entry: ApiEntry, pointer: string, host: Json | undefined, report: Report, addresses = false): void {
  if (!isSet(host) || host === '') return;
  const name = typeof host === 'string' ? host : '';
  const format = name.includes('*') ? wildcardHost : subdomain;
  if (format.fits(name) && (addresses || !ADDRESS.test(name))) return;
  const message = ADDRESS.test(name)
    ? 'a host is a name, not an address'
    : `${JSON.stringify(host)} is not a valid host name`;
  const lower =
    format.fits(name.toLowerCase()) && name !== name.toLowerCase() ? { fix: `write "${name.toLowerCase()}"` } : {};
  const scheme = name.includes('://') ? { fix: 'leave the scheme and the path out' } : {};
  report(entry, pointer, { message, expected: wildcardHost.expected, value: host, ...lower, ...scheme });
}

const hostName: Rule = {
  id: 'host-name',
  what: 'A host is a DNS name in lower case, with "*" only as its whole first part.',
  why: 'The API server refuses the Ingress or route.',
  severity: 'error',
  judge: 'API server: validateIngressRules, validateIngressTLS; Gateway API: the Hostname type',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      const spec = dig(entry.manifest, 'spec');
      for (const { value, pointer } of places(spec, 'rules', '/spec'))
        judgeHost(entry, `${pointer}/host`, value.host, report);
      for (const { value, pointer } of places(spec, 'tls', '/spec')) {
        for (const [i, host] of list(value.hosts).entries())
          judgeHost(entry, `${pointer}/hosts/${i}`, host, report, true);
      }
    }
    for (const kind of ['HTTPRoute', 'GRPCRoute', 'TLSRoute'] as const) {
      for (const entry of objectIndex(entries).of(`gateway.networking.k8s.io/${kind}`)) {
        for (const [i, host] of list(dig(entry.manifest, 'spec')?.hostnames).entries()) {
          judgeHost(entry, `/spec/hostnames/${i}`, host, report);
        }
      }
    }
    for (const entry of objectIndex(entries).of('gateway.networking.k8s.io/Gateway')) {
      for (const { value, pointer } of places(dig(entry.manifest, 'spec'), 'listeners', '/spec')) {
        judgeHost(entry, `${pointer}/hostname`, value.hostname, report);
      }
    }
  },
  examples: {
    pass: [ingress('shop.example.com'), ingress('*.example.com', 'any')],
    fail: [ingress('Shop.example.com'), ingress('*.*.example.com', 'any'), ingress('10.0.0.1', 'address')],
  },
};

const hostClash: Rule = {
  id: 'host-clash',
  what: 'No two Ingresses or HTTPRoutes of a cluster claim the same host and path.',
  why: 'The controller keeps one and ignores the other, or mixes them: users reach the wrong system, and which one may change at any restart.',
  severity: 'error',
  judge: 'Gateway API: conflict resolution by age; Kyverno unique-ingress-host-and-path',
  check: (entries, report) => {
    /** By host and path, by the door it is reached through. */
    const first = new Map<string, Map<string, ApiEntry>>();
    for (const { entry, pointer, what, key, doors } of claims(entries)) {
      const known = first.get(key) ?? new Map<string, ApiEntry>();
      first.set(key, known);
      // Behind an Ingress there is one entrance for all traffic; a route may keep to one listener.
      const mine = doors.length === 0 ? [...known.keys()] : [...doors, ''];
      const other = mine.map((door) => known.get(door)).find((it) => it !== undefined && it !== entry);
      if (other !== undefined) {
        const message = `${what} is claimed here and by ${describeOrigin(other.origin)}`;
        report(entry, pointer, { message, expected: 'a host or a path of its own', value: what });
      }
      for (const door of doors.length === 0 ? [''] : doors) if (!known.has(door)) known.set(door, entry);
    }
  },
  examples: {
    pass: [ingress('shop.example.com'), ingress('shop.example.com', 'api', '/api')],
    fail: [
      ingress('shop.example.com'),
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
        spec: { hostnames: ['shop.example.com'], rules: [{}] },
      }),
    ],
  },
};

export const hostRules: readonly Rule[] = [hostName, hostClash];
