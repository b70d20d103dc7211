// Host names of Ingresses, routes and Gateways: their form, and that each host and path has one owner.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, places } from '../../analysis/objects/read-json';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { describeOrigin } from '../../model/manifest/origin';
import { findHostProblems } from '../../model/platform/host';
import { ingress, object } from '../examples';
import { hasReason, type Report, type Rule } from '../rule';
import { type Claim, claims, otherClaims, REDIRECTS } from './host-claims';
import { findOverlaps } from './host-overlaps';
import { serviceOf } from './routes';

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

const REASON = reasonKey('host-clash');

const elsewhere = (manifest: JsonObject): JsonObject => ({
  ...manifest,
  metadata: { ...dig(manifest, 'metadata'), namespace: 'blog' },
});

const TWICE = ['web', 'api'].map((name) => ({
  host: 'api.example.com',
  http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name, port: { number: 80 } } } }] },
}));

const hostClash: Rule = {
  id: 'host-clash',
  what: 'A host and path leads to one Service, no two Ingresses and no two HTTPRoutes of a cluster claim it, and none of two namespaces claim some of the same requests.',
  why: 'The controller keeps one and ignores the other, or mixes them: users reach the wrong system, which may change at any restart.',
  severity: 'error',
  judge: 'Gateway API: conflict resolution by age; Kyverno unique-ingress-host-and-path',
  reason: REASON,
  check: (entries, report) => {
    const all = claims(entries);
    const clashing = reportEqual(entries, all, report);
    for (const overlap of findOverlaps([...all, ...otherClaims(entries)])) {
      // a reason on either side excuses both
      const isOther = hasReason(overlap.other.entry, REASON);
      const [claim, other] = isOther ? [overlap.other, overlap.claim] : [overlap.claim, overlap.other];
      if (clashing.has(placeKey(claim))) continue;
      if (!isOther) clashing.add(placeKey(claim));
      const message = `${claim.what} overlaps ${other.what}, claimed by ${describeOrigin(other.entry.origin)}`;
      report(claim.entry, claim.pointer, { message, expected: 'a host and path of its own', value: claim.what });
    }
  },
  examples: {
    pass: [
      ingress('shop.example.com'),
      ingress('shop.example.com', 'api', '/api'),
      elsewhere(ingress('blog.example.com')),
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
        spec: { hostnames: ['shop.example.com'], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
      }),
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'to-https', {
        spec: {
          parentRefs: [{ name: 'shared', sectionName: 'http' }],
          hostnames: ['shop.example.com'],
          rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] }],
        },
      }),
    ],
    fail: [
      ingress('shop.example.com'),
      object('networking.k8s.io/v1', 'Ingress', 'twice', { spec: { rules: TWICE } }),
      object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'web', {
        spec: { hostnames: ['shop.example.com'], rules: [{}] },
      }),
      elsewhere(ingress('shop.example.com', 'login', '/login')),
    ],
  },
};

const placeKey = ({ entry, pointer }: Claim): string =>
  [entry.cluster, describeIdentity(entry.identity), pointer].join('\n');

/**
 * Whether one is an Ingress and the other a route of the same system, to the same Services or to an address of its own: DNS decides which
 * of them answers.
 */
function areEntriesOfOne(one: Claim, other: Claim): boolean {
  const [{ kind, namespace }, of] = [one.entry.identity, other.entry.identity];
  if (kind === of.kind || namespace !== of.namespace) return false;
  const redirects = one.services === REDIRECTS || other.services === REDIRECTS;
  return redirects || (one.services === other.services && one.services !== '');
}

/** Reports equal claims of any two objects; returns where. */
function reportEqual(entries: readonly ApiEntry[], all: readonly Claim[], report: Report): Set<string> {
  const whose = ({ entry, leadsTo }: Claim): string => {
    const [name] = leadsTo.split(':');
    const service = serviceOf(entries, entry, name, entry.identity.namespace);
    return service === undefined ? '' : ` of ${describeOrigin(service.origin)}`;
  };
  const reported = new Set<string>();
  /** The first to claim each host and path, by listener. */
  const first = new Map<string, Map<string, Claim>>();
  for (const claim of all) {
    const { entry, pointer, what, key, listeners } = claim;
    const known = first.get(key) ?? new Map<string, Claim>();
    first.set(key, known);
    // An Ingress, whose key is '', answers on every listener; a route may be limited to some.
    const shared = listeners.length === 0 ? [...known.keys()] : [...listeners, ''];
    const other = shared
      .flatMap((listener) => known.get(listener) ?? [])
      .find((one) => (one.entry !== entry || one.leadsTo !== claim.leadsTo) && !areEntriesOfOne(one, claim));
    if (other !== undefined) {
      reported.add(placeKey(claim));
      const message =
        other.entry === entry
          ? `${what} leads to ${other.leadsTo} and to ${claim.leadsTo}${whose(claim)}`
          : `${what} is claimed here and by ${describeOrigin(other.entry.origin)}`;
      report(entry, pointer, { message, expected: 'a host and path of its own', value: what });
    }
    for (const listener of listeners.length === 0 ? [''] : listeners) {
      if (!known.has(listener)) known.set(listener, claim);
    }
  }
  return reported;
}

export const hostRules: readonly Rule[] = [hostName, hostClash];
