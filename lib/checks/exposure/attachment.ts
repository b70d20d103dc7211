// Where routes attach: to which listeners of which Gateways, and beside which other routes.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, list, type Place, places, record, shown, text } from '../../analysis/objects/read-json';
import { matches } from '../../analysis/objects/selectors';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { object } from '../examples';
import { ROUTES } from '../network/routes';
import type { Report, Rule } from '../rule';

const GROUP = 'gateway.networking.k8s.io';

/** Labels of a namespace: the name, which every one has, and those of its object. */
function labelsOf(entries: readonly ApiEntry[], cluster: string, namespace: string): Readonly<Record<string, Json>> {
  const written = objectIndex(entries).find('/Namespace', cluster, undefined, namespace);
  return { ...dig(written?.manifest, 'metadata', 'labels'), [NAMESPACE_NAME]: namespace };
}

/** Whether a listener lets routes of a namespace attach. */
function isOpenTo(entries: readonly ApiEntry[], gateway: ApiEntry, listener: JsonObject, namespace: string): boolean {
  const allowed = dig(listener, 'allowedRoutes', 'namespaces');
  const from = text(allowed?.from) ?? 'Same';
  if (from !== 'Selector') return from === 'All' || namespace === gateway.identity.namespace;
  return matches(record(allowed?.selector) ?? {}, labelsOf(entries, gateway.cluster, namespace));
}

/** What a listener of each protocol serves; any other is of its controller. */
const SERVED: ReadonlyMap<string, readonly string[]> = new Map([
  ['HTTP', ['HTTPRoute', 'GRPCRoute']],
  ['HTTPS', ['HTTPRoute', 'GRPCRoute']],
  ['TLS', ['TLSRoute', 'TCPRoute']],
  ['TCP', ['TCPRoute']],
  ['UDP', ['UDPRoute']],
]);

/** Kinds of routes that a listener takes; absent where its controller decides. */
function kindsOf(listener: JsonObject): readonly string[] | undefined {
  const named = list(dig(listener, 'allowedRoutes')?.kinds).map((one) => shown(record(one)?.kind ?? ''));
  return named.length > 0 ? named : SERVED.get(shown(listener.protocol ?? ''));
}

/** Whether some request belongs to both hosts: of a wildcard all below it. */
function hostsMeet(one: string, other: string): boolean {
  const below = (wildcard: string, host: string) => wildcard.startsWith('*.') && host.endsWith(wildcard.slice(1));
  return one === other || below(one, other) || below(other, one);
}

/** Listeners of each Gateway. */
const listenersOf = memoizePerObjects(
  (entries): ReadonlyMap<ApiEntry, readonly JsonObject[]> =>
    new Map(
      objectIndex(entries)
        .of(`${GROUP}/Gateway`)
        .map((entry) => [entry, places(dig(entry.manifest, 'spec'), 'listeners', '').map(({ value }) => value)]),
    ),
);

/** What a route needs of a listener, and what is wrong with the listeners that remain where none has it. */
interface Demand {
  readonly field: string;
  readonly isMet: (listener: JsonObject) => boolean;
  readonly describe: (remaining: readonly JsonObject[]) => { readonly message: string; readonly expected: string };
  readonly value: Json;
}

const hostsOf = ({ manifest }: ApiEntry): string[] =>
  list(dig(manifest, 'spec')?.hostnames).flatMap((host) => text(host) ?? []);

function demandsOf(entries: readonly ApiEntry[], entry: ApiEntry, parent: JsonObject, gateway: ApiEntry): Demand[] {
  const from = entry.identity.namespace ?? '';
  const { kind } = entry.identity;
  const of = `Gateway ${gateway.identity.namespace ?? ''}/${gateway.identity.name}`;
  const [section, hosts, name] = [text(parent.sectionName), hostsOf(entry), gateway.identity.name];
  const namesOf = (listeners: readonly JsonObject[], key: string) =>
    [...new Set(listeners.map((listener) => shown(listener[key] ?? '')))].filter((one) => one !== '').join(', ');
  return [
    {
      field: '/sectionName',
      isMet: (listener) => section === undefined || listener.name === section,
      describe: (all) => ({
        message: `${of} has no listener of this name`,
        expected: `one of ${namesOf(all, 'name')}`,
      }),
      value: section ?? '',
    },
    {
      field: '/port',
      isMet: ({ port }) => (parent.port ?? port) === port,
      describe: (named) => ({
        message: `${of} does not listen there at this port`,
        expected: `${namesOf(named, 'port')}, or no port`,
      }),
      value: parent.port ?? 0,
    },
    {
      field: '',
      isMet: (listener) => kindsOf(listener)?.includes(kind) ?? true,
      describe: (named) => ({
        message: `${of} does not take a ${kind} there`,
        expected: `a ${named.flatMap((listener) => kindsOf(listener) ?? []).join(' or ')}, or another listener`,
      }),
      value: name,
    },
    {
      field: '',
      isMet: (listener) => isOpenTo(entries, gateway, listener, from),
      describe: () => ({
        message: `${of} does not let routes of ${from} attach there`,
        expected: `allowedRoutes that select ${from}`,
      }),
      value: name,
    },
    {
      field: '',
      isMet: ({ hostname }) =>
        typeof hostname !== 'string' || hosts.length === 0 || hosts.some((host) => hostsMeet(host, hostname)),
      describe: (open) => ({
        message: 'the listener serves none of the hosts of the route',
        expected: `a host of ${namesOf(open, 'hostname')}`,
      }),
      value: name,
    },
  ];
}

const isGateway = ({ kind, group }: JsonObject): boolean =>
  (kind ?? 'Gateway') === 'Gateway' && (group ?? GROUP) === GROUP;

function reportParent(entries: readonly ApiEntry[], entry: ApiEntry, { value, pointer }: Place, report: Report): void {
  if (!isGateway(value)) return;
  const [name, namespace] = [text(value.name) ?? '', text(value.namespace) ?? entry.identity.namespace ?? ''];
  const all = objectIndex(entries);
  const found = all.find(`${GROUP}/Gateway`, entry.cluster, namespace, name);
  if (found === undefined) {
    // of a namespace that others write nothing is known
    if (!all.owns(entry.cluster, namespace)) return;
    const others = all.of(`${GROUP}/Gateway`).filter(({ cluster }) => cluster === entry.cluster);
    const known = others.map(({ identity }) => `${identity.namespace ?? ''}/${identity.name}`);
    const message = `Gateway "${name}" does not exist in namespace "${namespace}"`;
    const expected = known.length === 0 ? 'a Gateway that exists' : `namespace and name of one of ${known.join(', ')}`;
    report(entry, `${pointer}/name`, { message, expected, value: name });
    return;
  }
  let remaining: readonly JsonObject[] = listenersOf(entries).get(found) ?? [];
  for (const { field, isMet, describe, value: given } of demandsOf(entries, entry, value, found)) {
    const met = remaining.filter(isMet);
    if (met.length === 0) {
      report(entry, `${pointer}${field}`, { ...describe(remaining), value: given, cannotWork: true });
      return;
    }
    remaining = met;
  }
}

const parents: Rule = {
  id: 'route-parent',
  what: 'A route attaches to a Gateway that exists, if the app writes its namespace, and there to a listener that exists, takes its kind, serves one of its hosts, and is open to its namespace.',
  why: 'The route is not accepted: its hosts answer 404, or not at all.',
  severity: 'error',
  judge: 'gateway-api: RouteConditionAccepted (NoMatchingParent, NotAllowedByListeners, NoMatchingListenerHostname)',
  reason: reasonKey('route-parent'),
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(...ROUTES)) {
      for (const parent of places(dig(entry.manifest, 'spec'), 'parentRefs', '/spec')) {
        reportParent(entries, entry, parent, report);
      }
    }
  },
  examples: {
    pass: [gatewayOf(), routeTo('https')],
    fail: [gatewayOf(), routeTo('http')],
  },
};

function gatewayOf(): JsonObject {
  const listener = { name: 'https', hostname: '*.example.com', port: 443, protocol: 'HTTPS' };
  return object(`${GROUP}/v1`, 'Gateway', 'shared', { spec: { gatewayClassName: 'eg', listeners: [listener] } });
}

function routeTo(sectionName: string): JsonObject {
  const spec = { parentRefs: [{ name: 'shared', sectionName }], hostnames: ['shop.example.com'] };
  return object(`${GROUP}/v1`, 'HTTPRoute', 'web', { spec });
}

/** The hosts of an object, and the wildcards above them. */
function reachedBy(hosts: readonly string[]): string[] {
  const above = (host: string) => host.split('.').map((_, index, labels) => `*.${labels.slice(index + 1).join('.')}`);
  return [...hosts, ...hosts.flatMap(above)];
}

/** HTTPRoutes of one listener, or of all of a Gateway, by host. */
class Attached {
  private readonly byHost = new Map<string, ApiEntry>();
  private readonly byReached = new Map<string, ApiEntry>();
  private first: ApiEntry | undefined;
  private ofEveryHost: ApiEntry | undefined;

  add(entry: ApiEntry): void {
    const hosts = hostsOf(entry);
    this.first ??= entry;
    if (hosts.length === 0) this.ofEveryHost ??= entry;
    for (const host of hosts) this.byHost.set(host, entry);
    for (const host of reachedBy(hosts)) this.byReached.set(host, entry);
  }

  /** One that has a request in common with these hosts; none of them is every host. */
  meeting(hosts: readonly string[]): ApiEntry | undefined {
    if (hosts.length === 0) return this.first;
    const below = hosts.flatMap((host) => this.byReached.get(host) ?? []);
    const above = reachedBy(hosts).flatMap((host) => this.byHost.get(host) ?? []);
    return this.ofEveryHost ?? below[0] ?? above[0];
  }
}

/** Where a route attaches: a Gateway, and the name of a listener; empty for all of them. */
function attachmentsOf(entry: ApiEntry): (readonly [gateway: string, section: string])[] {
  const parents = places(dig(entry.manifest, 'spec'), 'parentRefs', '').filter(({ value }) => isGateway(value));
  return parents.map(({ value }) => {
    const namespace = text(value.namespace) ?? entry.identity.namespace ?? '';
    return [[entry.cluster, namespace, text(value.name) ?? ''].join('\n'), text(value.sectionName) ?? ''];
  });
}

/** HTTPRoutes by Gateway, then by listener. */
const httpRoutes = memoizePerObjects((entries): ReadonlyMap<string, ReadonlyMap<string, Attached>> => {
  const found = new Map<string, Map<string, Attached>>();
  for (const entry of objectIndex(entries).of(`${GROUP}/HTTPRoute`)) {
    for (const [gateway, section] of attachmentsOf(entry)) {
      const sections = found.get(gateway) ?? new Map<string, Attached>();
      const attached = sections.get(section) ?? new Attached();
      attached.add(entry);
      found.set(gateway, sections.set(section, attached));
    }
  }
  return found;
});

function besideOf(entries: readonly ApiEntry[], entry: ApiEntry): ApiEntry | undefined {
  const hosts = hostsOf(entry);
  for (const [gateway, section] of attachmentsOf(entry)) {
    const sections = httpRoutes(entries).get(gateway);
    const all = section === '' ? [...(sections?.keys() ?? [])] : ['', section];
    const found = all.flatMap((one) => sections?.get(one)?.meeting(hosts) ?? []);
    if (found[0] !== undefined) return found[0];
  }
  return undefined;
}

const kinds: Rule = {
  id: 'route-kinds',
  what: 'A host of a listener is served by HTTPRoutes or by GRPCRoutes, not by both.',
  why: 'Only the older route is accepted: the hosts of the other one answer 404.',
  severity: 'error',
  judge: 'gateway-api, GRPCRoute: hostnames (of HTTPRoute and GRPCRoute with a common host, exactly one is accepted)',
  check: (entries, report) => {
    for (const entry of objectIndex(entries).of(`${GROUP}/GRPCRoute`)) {
      const other = besideOf(entries, entry)?.identity;
      if (other === undefined) continue;
      const message = `HTTPRoute ${other.namespace ?? ''}/${other.name} has a host of this route at the same listener`;
      report(entry, '/spec/hostnames', { message, expected: 'hosts of its own, or a listener of its own' });
    }
  },
  examples: {
    pass: [gatewayOf(), routeTo('https'), callsOf('calls.example.com')],
    fail: [gatewayOf(), routeTo('https'), callsOf('shop.example.com')],
  },
};

function callsOf(host: string): JsonObject {
  const spec = { parentRefs: [{ name: 'shared', sectionName: 'https' }], hostnames: [host] };
  return object(`${GROUP}/v1`, 'GRPCRoute', 'calls', { spec });
}

export const attachmentRules: readonly Rule[] = [parents, kinds];
