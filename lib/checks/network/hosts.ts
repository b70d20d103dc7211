// Host names of Ingresses, routes and Gateways: their form, and that each host and path has one owner.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, places } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { findHostProblems } from '../../model/platform/host';
import { ingress, object } from '../examples';
import type { Report, Rule } from '../rule';
import { claims } from './host-claims';

function reportHost(entry: ApiEntry, pointer: string, host: Json | undefined, report: Report, addresses = false): void {
  if (!isSet(host) || host === '') return;
  for (const problem of findHostProblems(host, addresses)) report(entry, pointer, problem);
}

const hostName: Rule = {
  id: 'host-name',
  what: 'A host is a lower-case DNS name, with "*" only as its entire first label.',
  why: 'The API server refuses the Ingress or route.',
  severity: 'error',
  judge: 'API server: validateIngressRules, validateIngressTLS; Gateway API: the Hostname type',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
      const spec = dig(entry.manifest, 'spec');
      for (const { value, pointer } of places(spec, 'rules', '/spec'))
        reportHost(entry, `${pointer}/host`, value.host, report);
      for (const { value, pointer } of places(spec, 'tls', '/spec')) {
        for (const [i, host] of list(value.hosts).entries())
          reportHost(entry, `${pointer}/hosts/${i}`, host, report, true);
      }
    }
    for (const kind of ['HTTPRoute', 'GRPCRoute', 'TLSRoute'] as const) {
      for (const entry of objectIndex(entries).of(`gateway.networking.k8s.io/${kind}`)) {
        for (const [i, host] of list(dig(entry.manifest, 'spec')?.hostnames).entries()) {
          reportHost(entry, `/spec/hostnames/${i}`, host, report);
        }
      }
    }
    for (const entry of objectIndex(entries).of('gateway.networking.k8s.io/Gateway')) {
      for (const { value, pointer } of places(dig(entry.manifest, 'spec'), 'listeners', '/spec')) {
        reportHost(entry, `${pointer}/hostname`, value.hostname, report);
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
  why: 'The controller keeps one and ignores the other, or mixes them: users reach the wrong system, which may change at any restart.',
  severity: 'error',
  judge: 'Gateway API: conflict resolution by age; Kyverno unique-ingress-host-and-path',
  reason: reasonKey('host-clash'),
  check: (entries, report) => {
    /** The first to claim each host and path, by listener. */
    const first = new Map<string, Map<string, ApiEntry>>();
    for (const { entry, pointer, what, key, listeners } of claims(entries)) {
      const known = first.get(key) ?? new Map<string, ApiEntry>();
      first.set(key, known);
      // An Ingress, whose key is '', answers on every listener; a route may be limited to some.
      const shared = listeners.length === 0 ? [...known.keys()] : [...listeners, ''];
      const other = shared
        .map((listener) => known.get(listener))
        .find((owner) => owner !== undefined && owner !== entry);
      if (other !== undefined) {
        const message = `${what} is claimed here and by ${describeOrigin(other.origin)}`;
        report(entry, pointer, { message, expected: 'a host and path of its own', value: what });
      }
      for (const listener of listeners.length === 0 ? [''] : listeners) {
        if (!known.has(listener)) known.set(listener, entry);
      }
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
