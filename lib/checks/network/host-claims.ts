// The hosts and paths that each object claims: Ingresses and routes by their rules, others by annotations and DNS records.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, own, type Place, places, shown, text } from '../../analysis/objects/read-json';
import { annotationPointer, listText } from '../../model/manifest/annotations';
import { type Json, type JsonObject, jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { EXTERNAL_DNS_PREFIXES } from '../../model/platform/dns';

/** A claim to the requests for a host and path. */
export interface Claim {
  readonly entry: ApiEntry;
  readonly pointer: string;
  /** For messages: `shop.example.com/api`. */
  readonly what: string;
  /** Equal for claims to the same requests on the same cluster. */
  readonly key: string;
  /** Listeners that a route is limited to; empty for an Ingress, which has no listeners. */
  readonly listeners: readonly string[];
  /** What a path of an Ingress leads to, such as `web`; empty for any other claim. */
  readonly leadsTo: string;
  /** Names of the Services that a path of an Ingress or HTTPRoute leads to, as a list; REDIRECTS, or empty for any other claim. */
  readonly services: string;
  /** Lower-case; empty for every host. */
  readonly host: string;
  readonly path: Path;
  /** What reads the claim: claims of every host or of a wildcard overlap only those with the same reader. */
  readonly reader: string;
}

/** The readers that are not controllers of Ingresses: those of routes, and external-dns. */
export const ROUTE = 'route';
export const RECORD = 'record';

/** In the place of Services: the route answers with another address. No Service has this name. */
export const REDIRECTS = '=>';

/** Paths that a claim matches: one, all below it, or all that begin with its text. */
export interface Path {
  readonly match: 'exact' | 'below' | 'text';
  readonly text: string;
}

/** `/api/` and `/api` are the same prefix. */
const canonical = (type: string, path: string): string =>
  type === 'Prefix' && path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;

/** The text before the first character that a regular expression gives a meaning. */
const literal = (path: string): string => path.replace(/(?:\.?[*+?]|[\^$()[\]{}|\\]).*$/s, '');

function pathOf(type: string, path: string): Path {
  if (type === 'Exact') return { match: 'exact', text: path };
  return type === 'Prefix' ? { match: 'below', text: canonical(type, path) } : { match: 'text', text: literal(path) };
}

const EVERY_PATH: Path = { match: 'below', text: '/' };

function claim(
  entry: ApiEntry,
  pointer: string,
  host: string,
  type: string,
  path: string,
  conditions: Json,
  listeners: readonly string[],
  reader: string,
  services: string,
  leadsTo = '',
): Claim {
  const key = [entry.cluster, host, type, canonical(type, path), conditions === null ? '' : jsonText(conditions)].join(
    '\n',
  );
  const what = `${host === '' ? 'every host' : host}${path}`;
  const at = { host: host.toLowerCase(), path: pathOf(type, path) };
  return { entry, pointer, what, key, listeners, ...at, reader, services, leadsTo };
}

/** A claim to all paths of a host, which only claims of other namespaces contradict. */
function wholeHost(entry: ApiEntry, pointer: string, host: string, reader: string): Claim {
  const what = host === '' ? 'every host' : host;
  return {
    entry,
    pointer,
    what,
    key: '',
    listeners: [],
    host: host.toLowerCase(),
    path: EVERY_PATH,
    reader,
    services: '',
    leadsTo: '',
  };
}

const NGINX = 'nginx.ingress.kubernetes.io/';
const ALB = 'alb.ingress.kubernetes.io/';

/** Keys by which the controllers of AWS and Google Cloud are recognized: without a group, each Ingress has a load balancer of its own. */
const OWN_BALANCER = new RegExp(
  `^(?:${ALB}|networking\\.gke\\.io/|kubernetes\\.io/ingress\\.(?:global|regional)-static-ip)`,
);
const OWN_BALANCER_CLASSES: ReadonlySet<string> = new Set(['alb', 'gce', 'gce-internal']);

/** Ingresses of one class share a controller, except where each has a load balancer of its own; those without one have the default. */
function readerOf({ identity, manifest }: ApiEntry): string {
  const annotations = dig(manifest, 'metadata', 'annotations') ?? {};
  const group = text(own(annotations, `${ALB}group.name`));
  if (group !== undefined) return `group ${group}`;
  const name =
    text(dig(manifest, 'spec')?.ingressClassName) ?? text(own(annotations, 'kubernetes.io/ingress.class')) ?? '';
  const isOwn = OWN_BALANCER_CLASSES.has(name) || Object.keys(annotations).some((key) => OWN_BALANCER.test(key));
  return isOwn ? `ingress ${identity.namespace ?? ''}/${identity.name}` : `class ${name}`;
}

/** The Service of a path with its port, or the resource. */
function backendName({ backend }: JsonObject): string {
  const to = dig({ backend: backend ?? null }, 'backend');
  const port = dig(to, 'service', 'port');
  const name = text(dig(to, 'service')?.name) ?? text(dig(to, 'resource')?.name) ?? 'nothing';
  return port === undefined ? name : `${name}:${shown(port.name ?? port.number ?? null)}`;
}

function ingressClaims(entry: ApiEntry): Claim[] {
  const found: Claim[] = [];
  const reader = readerOf(entry);
  for (const rule of places(dig(entry.manifest, 'spec'), 'rules', '/spec')) {
    const host = text(rule.value.host) ?? '';
    for (const { value, pointer } of places(dig(rule.value, 'http'), 'paths', `${rule.pointer}/http`)) {
      const type = text(value.pathType) ?? 'ImplementationSpecific';
      const services = text(dig(value, 'backend', 'service')?.name) ?? '';
      const path = text(value.path) ?? '/';
      found.push(claim(entry, pointer, host, type, path, null, [], reader, services, backendName(value)));
    }
  }
  return found;
}

const TYPES: ReadonlyMap<Json | undefined, string> = new Map([
  [undefined, 'Prefix'],
  ['PathPrefix', 'Prefix'],
  ['Exact', 'Exact'],
]);

/** The listeners of a route: a section or port limits it to one, so a redirect on port 80 does not clash. */
const listenersOf = (spec: JsonObject | undefined, namespace: string | undefined): string[] =>
  places(spec, 'parentRefs', '').map(({ value }) =>
    [value.namespace ?? namespace ?? '', value.name ?? '', value.sectionName ?? '', value.port ?? '']
      .map(shown)
      .join('/'),
  );

/** The matches of a route's rule; a rule without matches applies to all requests. */
function matchesOf(rule: Place): Place[] {
  const found = places(rule.value, 'matches', rule.pointer);
  return found.length > 0 ? found : [{ value: {}, pointer: rule.pointer }];
}

function routeClaims(entry: ApiEntry): Claim[] {
  const spec = dig(entry.manifest, 'spec');
  const listeners = listenersOf(spec, entry.identity.namespace);
  const found: Claim[] = [];
  // A route without hosts takes those of its listener, so it claims none that we can see.
  const hosts = list(spec?.hostnames).filter((host): host is string => typeof host === 'string');
  for (const rule of places(spec, 'rules', '/spec')) {
    const named = places(rule.value, 'backendRefs', '').map(({ value }) => shown(value.name ?? ''));
    const redirects = places(rule.value, 'filters', '').some(({ value }) => value.type === 'RequestRedirect');
    const services = redirects ? REDIRECTS : listText(named);
    for (const { value, pointer } of matchesOf(rule)) {
      const path = dig(value, 'path');
      const type = TYPES.get(path?.type) ?? text(path?.type) ?? '';
      const { headers, queryParams, method } = value;
      const conditions = [headers, queryParams, method].map((condition) => condition ?? null);
      const plain = conditions.every((condition) => !isSet(condition));
      for (const host of hosts) {
        const given = text(path?.value) ?? '/';
        const asked = plain ? null : conditions;
        found.push(claim(entry, pointer, host, type, given, asked, listeners, ROUTE, services));
      }
    }
  }
  return found;
}

/** Every claim of a rule, those of Ingresses first. */
export const claims = (entries: readonly ApiEntry[]): Claim[] => [
  ...objectIndex(entries).of('networking.k8s.io/Ingress').flatMap(ingressClaims),
  ...objectIndex(entries).of('gateway.networking.k8s.io/HTTPRoute').flatMap(routeClaims),
];

/** Hosts, separated by commas. A regular expression may match any. */
const hostList = (value: Json | undefined): string[] =>
  (text(value) ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '')
    .map((host) => (host.startsWith('~') ? '' : host));

/** `www.shop.example` for `shop.example`, and the other way round. */
const withOrWithoutWww = (host: string): string => (host.startsWith('www.') ? host.slice(4) : `www.${host}`);

/** The hosts in a condition of an ALB. */
function conditionHosts(condition: string): string[] {
  const [, values = ''] = /"hostHeaderConfig"\s*:\s*\{[^}]*"values"\s*:\s*\[([^\]]*)\]/.exec(condition) ?? [];
  return [...values.matchAll(/"([^"]*)"/g)].flatMap(([, host]) => host ?? []);
}

/** Hosts that an Ingress claims beside its rules: by its default backend, and by annotations of nginx and of the ALB controller. */
function besideRules(entry: ApiEntry): Claim[] {
  const spec = dig(entry.manifest, 'spec');
  const reader = readerOf(entry);
  const found = spec?.defaultBackend === undefined ? [] : [wholeHost(entry, '/spec/defaultBackend', '', reader)];
  for (const [key, value] of Object.entries(dig(entry.manifest, 'metadata', 'annotations') ?? {})) {
    const pointer = annotationPointer(key);
    const add = (hosts: readonly string[]) =>
      found.push(...hosts.map((host) => wholeHost(entry, pointer, host, reader)));
    if (key === `${NGINX}server-alias`) add(hostList(value));
    else if (key === `${NGINX}from-to-www-redirect` && value === 'true') {
      add(places(spec, 'rules', '').flatMap(({ value: rule }) => hostList(rule.host).map(withOrWithoutWww)));
    } else if (key === `${ALB}group.name`) {
      found.push({
        ...wholeHost(entry, pointer, `group ${text(value) ?? ''}`, 'group'),
        what: `the group ${text(value)}`,
      });
    } else if (key.startsWith(`${ALB}conditions.`)) add(conditionHosts(text(value) ?? ''));
  }
  return found;
}

/** Hosts for which external-dns writes a record. */
function recordClaims(entry: ApiEntry): Claim[] {
  const annotations = dig(entry.manifest, 'metadata', 'annotations');
  const keys = EXTERNAL_DNS_PREFIXES.flatMap((prefix) => [`${prefix}/hostname`, `${prefix}/internal-hostname`]);
  return keys.flatMap((key) =>
    hostList(own(annotations, key)).map((host) => wholeHost(entry, annotationPointer(key), host, RECORD)),
  );
}

const endpointClaims = (entry: ApiEntry): Claim[] =>
  places(dig(entry.manifest, 'spec'), 'endpoints', '/spec').map(({ value, pointer }) =>
    wholeHost(entry, `${pointer}/dnsName`, text(value.dnsName) ?? '', RECORD),
  );

const otherRouteClaims = (entry: ApiEntry): Claim[] =>
  list(dig(entry.manifest, 'spec')?.hostnames).map((host, index) =>
    wholeHost(entry, `/spec/hostnames/${index}`, text(host) ?? '', ROUTE),
  );

/** Claims that are not those of a rule of an Ingress or HTTPRoute. */
export function otherClaims(entries: readonly ApiEntry[]): Claim[] {
  const all = objectIndex(entries);
  const ingresses = all.of('networking.k8s.io/Ingress');
  const routes = all.of('gateway.networking.k8s.io/GRPCRoute', 'gateway.networking.k8s.io/TLSRoute');
  const recorded = [...ingresses, ...all.of('/Service', 'gateway.networking.k8s.io/HTTPRoute'), ...routes];
  return [
    ...ingresses.flatMap(besideRules),
    ...routes.flatMap(otherRouteClaims),
    ...recorded.flatMap(recordClaims),
    ...all.of('externaldns.k8s.io/DNSEndpoint').flatMap(endpointClaims),
  ];
}
