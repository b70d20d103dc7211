// Where traffic enters: host names, the Ingresses, routes and Services with an address of their own, and the workloads behind them.

import type { Cluster } from '../../model/cluster/cluster';
import { sourceOfEntry } from '../../model/cluster/provider';
import { ENTRIES, mayServe } from '../../model/exposure/gateway-api';
import { isProblem } from '../../model/finding/problem';
import { groupBy } from '../../model/manifest/group-by';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { objectIndex } from '../objects/object-index';
import { dig, list, places, record, text } from '../objects/read-json';
import { pods } from '../objects/selectors';
import { type Answer, type Host, hosts, percentOf } from '../traffic/hosts';
import type { Arrow, Box } from './picture';

/** An object by which traffic enters, and the names of the workloads behind it. */
export interface Entry {
  readonly object: ApiEntry;
  readonly box: Box;
  readonly leadsTo: readonly string[];
}

/** The entries of a namespace. */
export function entriesIn(entries: readonly ApiEntry[], cluster: Cluster, namespace: string): Entry[] {
  return exposing(entries)
    .filter(({ cluster: name, identity }) => name === cluster.name && identity.namespace === namespace)
    .map((object) => ({
      object,
      box: {
        id: entryId(object),
        kind: 'entry' as const,
        title: `${object.identity.kind} ${object.identity.name}`,
        lines: linesOf(entries, object),
        frame: cluster.name,
      },
      leadsTo: [...new Set(servicesOf(object).flatMap((service) => behind(entries, object, service)))].sort(
        compareText,
      ),
    }));
}

const exposing = (entries: readonly ApiEntry[]): readonly ApiEntry[] => [
  ...objectIndex(entries).of('networking.k8s.io/Ingress'),
  ...objectIndex(entries)
    .of('gateway.networking.k8s.io/HTTPRoute', 'gateway.networking.k8s.io/GRPCRoute')
    .filter((route) => servicesOf(route).length > 0),
  ...objectIndex(entries)
    .of('/Service')
    .filter(({ manifest }) => dig(manifest, 'spec')?.type === 'LoadBalancer'),
];

const entryId = ({ cluster, identity }: ApiEntry): string =>
  `${cluster}/${identity.kind} ${identity.namespace}/${identity.name}`;

const isRoute = ({ identity: { kind } }: ApiEntry): boolean => kind === 'HTTPRoute' || kind === 'GRPCRoute';

/** The class or the Gateways, and who has the certificate. */
function linesOf(entries: readonly ApiEntry[], object: ApiEntry): string[] {
  const { identity, manifest } = object;
  const spec = dig(manifest, 'spec');
  if (identity.kind === 'Service') {
    const ports = places(spec, 'ports', '').map(
      ({ value }) => `${String(value.port)}/${text(value.protocol) ?? 'TCP'}`,
    );
    return [`load balancer of its own, ${ports.join(', ')}`];
  }
  if (isRoute(object)) {
    const parents = places(spec, 'parentRefs', '').map(({ value }) => value);
    const gateways = [...new Set(parents.flatMap(({ name }) => text(name) ?? []))];
    if (gateways.length === 0) return ['of no Gateway'];
    return [`of Gateway ${gateways.join(', ')}`, ...describeListeners(entries, object, parents)];
  }
  const name = text(spec?.ingressClassName);
  return [name === undefined ? 'the default class' : `class ${name}`, describeTls(spec)];
}

function describeTls(spec: JsonObject | undefined): string {
  const tls = places(spec, 'tls', '').map(({ value }) => text(value.secretName));
  if (tls.length === 0) return 'without TLS in the manifest';
  const secrets = [...new Set(tls.flatMap((secret) => secret ?? []))];
  return secrets.length === 0 ? 'TLS, certificate not in a Secret' : `TLS, Secret ${secrets.join(', ')}`;
}

/** Who has the certificates of a route's listeners; nothing where others write the Gateway. */
function describeListeners(
  entries: readonly ApiEntry[],
  { cluster, identity }: ApiEntry,
  parents: readonly JsonObject[],
): string[] {
  const listeners = parents.flatMap(({ name, namespace = identity.namespace ?? '', sectionName }) => {
    const kind = 'gateway.networking.k8s.io/Gateway';
    const found = objectIndex(entries).find(kind, cluster, text(namespace), text(name) ?? '');
    const all = places(dig(found?.manifest, 'spec'), 'listeners', '').map(({ value }) => value);
    return all.filter((listener) => sectionName === undefined || listener.name === sectionName);
  });
  if (listeners.length === 0) return [];
  const secure = listeners.filter(({ protocol }) => protocol !== 'HTTP');
  if (secure.length === 0) return ['without TLS in the manifest'];
  const secrets = secure.flatMap((listener) => places(dig(listener, 'tls'), 'certificateRefs', ''));
  const names = [...new Set(secrets.flatMap(({ value }) => text(value.name) ?? []))];
  return [names.length === 0 ? 'TLS, certificate not in a Secret' : `TLS, Secret ${names.join(', ')}`];
}

/** Names of the Services that an entry sends to. */
function servicesOf(entry: ApiEntry): string[] {
  const { identity, manifest } = entry;
  const spec = dig(manifest, 'spec');
  if (identity.kind === 'Service') return [identity.name];
  if (isRoute(entry)) {
    return places(spec, 'rules', '').flatMap(({ value }) =>
      places(value, 'backendRefs', '').flatMap((ref) => text(ref.value.name) ?? []),
    );
  }
  const paths = places(spec, 'rules', '').flatMap(({ value }) => list(dig(value, 'http')?.paths));
  const backends = [spec?.defaultBackend, ...paths.map((path) => dig(path, 'backend'))];
  return backends.flatMap((backend) => text(dig(backend, 'service')?.name) ?? []);
}

/** Names of the workloads whose pods a Service selects. */
function behind(entries: readonly ApiEntry[], { cluster, identity }: ApiEntry, service: string): string[] {
  const found = objectIndex(entries).find('/Service', cluster, identity.namespace, service);
  const matchLabels = record(dig(found?.manifest, 'spec')?.selector);
  if (matchLabels === undefined) return [];
  return pods(entries)
    .selected(cluster, identity.namespace, { matchLabels })
    .map(({ entry }) => entry.identity.name);
}

/** The peers from which the load balancer or the controller of a cluster sends, as connections write them. */
export function entrySources(cluster: Cluster): ReadonlySet<string> {
  const used = ENTRIES.filter((entry) => mayServe(cluster.gatewayApi, entry));
  const sources = (['pods', 'nodes'] as const).flatMap((targets) =>
    used.map((entry) => sourceOfEntry(cluster, entry, targets)),
  );
  return new Set(
    sources.flatMap((source) => {
      if (isProblem(source)) return [];
      if ('cidrs' in source) return source.cidrs;
      const labels = Object.entries(source.podLabels).map(([key, value]) => `${key}=${value}`);
      return [`namespaces ${NAMESPACE_NAME}=${source.namespace}, pods ${labels.join(',')}`];
    }),
  );
}

/** Boxes and arrows of host names. */
export interface DrawnHosts {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** The hosts that these entries, or records beside them, answer to. Hosts with the same records share a box. */
export function drawHosts(
  entries: readonly ApiEntry[],
  isMeant: (answer: Answer) => boolean,
  entriesDrawn: readonly Entry[],
): DrawnHosts {
  const meant = hosts(entries).filter(({ answers }) => answers.some(isMeant));
  const groups = [...groupBy(meant, signature).values()];
  const idOf = new Map(groups.flatMap((group) => group.map(({ host }) => [host, hostId(group)] as const)));
  const byObject = new Map(entriesDrawn.map(({ object, box }) => [loadBalancer(object), box.id]));
  const outside = new Map<string, Box>();
  const arrows: Arrow[] = [];
  for (const group of groups) {
    const [first] = group;
    if (first === undefined) continue;
    for (const answer of first.answers.filter(isMeant)) {
      const { endpoint, cluster } = answer;
      const to = 'name' in endpoint ? idOf.get(endpoint.name) : byObject.get(`${cluster}\n${endpoint.loadBalancerOf}`);
      const target = to ?? ('name' in endpoint ? `name/${endpoint.name}` : undefined);
      if (target === undefined) continue;
      if (to === undefined && 'name' in endpoint) {
        const lines = ['target of the DNS record'];
        outside.set(target, { id: target, kind: 'outside', title: endpoint.name, lines });
      }
      arrows.push({ from: hostId(group), to: target, ...shareOf(first, answer) });
    }
  }
  return { boxes: [...groups.flatMap(boxOfHosts), ...outside.values()], arrows };
}

const loadBalancer = ({ cluster, identity }: ApiEntry): string =>
  `${cluster}\n${identity.kind} ${identity.namespace}/${identity.name}`;

const signature = ({ answers }: Host): string => JSON.stringify(answers);
const hostId = ([first]: readonly Host[]): string => `host/${first?.host}`;

function shareOf(host: Host, answer: Answer): { readonly label?: string } {
  const percent = host.answers.length === 1 ? undefined : percentOf(host, answer);
  return percent === undefined ? {} : { label: `${Math.round(percent * 10) / 10} %` };
}

function boxOfHosts(group: readonly Host[]): Box[] {
  const [first, ...rest] = group;
  if (first === undefined) return [];
  const writers = new Set(first.answers.map(({ record: { by } }) => (by === 'hand' ? 'by hand' : 'by external-dns')));
  const paths = new Set(first.answers.flatMap(({ healthPath }) => healthPath ?? []));
  const lines = [
    ...rest.map(({ host }) => host),
    `DNS record ${[...writers].join(' and ')}`,
    ...(paths.size === 0 ? [] : [`health check ${[...paths].join(', ')}`]),
  ];
  return [{ id: hostId(group), kind: 'host', title: first.host, lines }];
}
