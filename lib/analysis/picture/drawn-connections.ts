// Connections as arrows, and what is at their other ends: services outside by their hosts, address blocks, other pods.

import type { Cluster } from '../../model/cluster/cluster';
import { exitName } from '../../model/manifest/annotations';
import { groupBy } from '../../model/manifest/group-by';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { type Connection, connections, isUnsure } from '../network/connections';
import { hostConnections, leftOutOnHost } from '../network/host-network';
import { filesOf, settingsOf } from '../network/pod-texts';
import { policiesOf } from '../network/policies';
import { memoizePerObjects, objectIndex, placeOf } from '../objects/object-index';
import { dig, places, text } from '../objects/read-json';
import { lasting, type Workload } from '../objects/workloads';
import type { Placement } from '../survival/table';
import { type Entry, entriesIn, entrySources } from './drawn-entries';
import { boxOfWorkloads, portsOf, workloadsByName } from './drawn-workloads';
import { joinPeers } from './joined-peers';
import type { Arrow, Box } from './picture';

/** What is drawn of one namespace. */
export interface DrawnNamespace {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly entries: readonly Entry[];
  /** What is left out, or cannot be drawn, as sentences. */
  readonly notes: readonly string[];
}

/** Connections by the namespaces in which they end. */
const byNamespace = memoizePerObjects((entries) => {
  const ends = connections(entries).flatMap((connection) => {
    const spaces = new Set([connection.from, connection.to].map((end) => end.slice(0, Math.max(0, end.indexOf('/')))));
    return [...spaces].map((space) => ({ connection, place: placeOf(connection.cluster, space) }));
  });
  return groupBy(ends, ({ place }) => place);
});

/** Services outside that have a name in a namespace. */
const namedServices = memoizePerObjects((entries): ReadonlyMap<string, readonly Service[]> => {
  const found = objectIndex(entries)
    .of('/Service')
    .flatMap(({ cluster, identity, manifest }) => {
      const spec = dig(manifest, 'spec');
      const host = text(spec?.externalName);
      if (spec?.type !== 'ExternalName' || host === undefined) return [];
      const ports = places(spec, 'ports', '').map(
        ({ value }) => `${String(value.port)}/${text(value.protocol) ?? 'TCP'}`,
      );
      return [{ place: placeOf(cluster, identity.namespace), service: { name: identity.name, host, ports } }];
    });
  const byPlace = groupBy(found, ({ place }) => place);
  return new Map([...byPlace].map(([place, all]) => [place, all.map(({ service }) => service)]));
});

/**
 * The workloads of a namespace, with the connections from and to them. Those between systems and `parts`, the namespaces of the parts of the
 * platform, are left out: every system has them.
 */
export function drawNamespace(
  entries: readonly ApiEntry[],
  cluster: Cluster,
  namespace: string,
  parts: ReadonlySet<string>,
): DrawnNamespace {
  const byName = workloadsByName(entries, cluster.name, namespace);
  const drawing = new Drawing(entries, cluster, namespace, byName);
  const found = byNamespace(entries).get(placeOf(cluster.name, namespace)) ?? [];
  const isOfParts = (end: string): boolean => parts.has(end.split('/')[0] ?? '');
  const everywhere = new Set(
    found.flatMap(({ connection: { from, to, port } }) => (to === ALL_PODS && port === 'any port' ? from : [])),
  );
  const shown = found.flatMap(({ connection }) => {
    const { from, to } = connection;
    const other = from.startsWith(`${namespace}/`) ? to : from;
    const hosts = hostConnections(entries).get(connection);
    if (!isOutside(other) && isOfParts(other) !== parts.has(namespace)) drawing.note(PARTS_LEFT_OUT);
    else if (hosts !== undefined) drawing.note(leftOutOnHost(hosts));
    else if (everywhere.has(from) && other === to && !isOutside(to) && !to.startsWith(`${namespace}/`)) return [];
    else return [connection];
    return [];
  });
  for (const all of groupBy(shown, ({ from, to }) => `${from}\n${to}`).values()) drawing.add(all);
  return drawing.finish();
}

/** Namespaces of the parts of the platform on a cluster. */
export const partsOn = (placements: readonly Placement[], cluster: string): ReadonlySet<string> =>
  new Set(placements.flatMap((one) => (one.cluster.name === cluster && one.part !== undefined ? one.namespace : [])));

/** The note on what is between systems and the parts of the platform. */
export const PARTS_LEFT_OUT = 'Left out: what the parts of the platform get from systems, and read of them.';

/** A service outside, as the namespace names it. */
interface Service {
  readonly name: string;
  readonly host: string;
  readonly ports: readonly string[];
}

const ANYWHERE = 'anywhere';
/** All pods of the cluster: those of one workload are among them, and not drawn again. */
const ALL_PODS = 'namespaces (all)';

/** Boxes and arrows, as they are found. */
class Drawing {
  private readonly boxes = new Map<string, Box>();
  private readonly arrows = new Map<string, Arrow>();
  /** What goes to addresses outside, by the component. */
  private readonly leaving = new Map<string, readonly Connection[]>();
  /** Where policies let services outside be reached, by the box. */
  private readonly addresses = new Map<string, Set<string>>();
  private readonly notes = new Set<string>();
  /** Boxes of workloads of other namespaces. */
  private readonly peers = new Set<string>();
  private readonly entered: readonly Entry[];
  /** Names of the workloads behind the entries. */
  private readonly ledTo: ReadonlySet<string>;
  private readonly sources: ReadonlySet<string>;
  /** Names of workloads to the peers that let an entry's traffic in. */
  private readonly letIn = new Map<string, { readonly peers: Set<string>; readonly ports: Set<string> }>();

  constructor(
    private readonly all: readonly ApiEntry[],
    private readonly cluster: Cluster,
    private readonly namespace: string,
    private readonly byName: ReadonlyMap<string, readonly Workload[]>,
  ) {
    for (const [name, workloads] of byName) {
      this.put(boxOfWorkloads(all, cluster.name, name, workloads));
    }
    this.entered = entriesIn(all, cluster, namespace);
    this.ledTo = new Set(this.entered.flatMap(({ leadsTo }) => leadsTo));
    this.sources = entrySources(cluster);
  }

  /** Connections with the same ends. */
  add(found: readonly Connection[]): void {
    const [first] = found;
    if (first === undefined) return;
    const [from, to] = [this.own(first.from), this.own(first.to)];
    if (from === undefined && to === undefined) return;
    if (from !== undefined && to !== undefined) this.arrow(this.idOf(from), this.idOf(to), found, this.portsOf(to));
    else if (to !== undefined) this.comingIn(first.from, to, found);
    else if (from !== undefined) this.goingOut(from, first.to, found);
  }

  finish(): DrawnNamespace {
    for (const [from, found] of this.leaving) this.leave(from, found);
    const entries = this.entered.map((entry) => this.enter(entry));
    const boxes = [...entries.map(({ box }) => box), ...[...this.boxes.values()].map((box) => this.withAddresses(box))];
    const joined = joinPeers(boxes, [...this.arrows.values()], this.peers);
    return { ...joined, entries, notes: [...this.notes] };
  }

  note(text: string): void {
    this.notes.add(text);
  }

  private put(box: Box): string {
    const known = this.boxes.get(box.id);
    const lines = known === undefined ? box.lines : [...new Set([...known.lines, ...box.lines])];
    this.boxes.set(box.id, { ...box, lines });
    return box.id;
  }

  /** The name of a workload of this namespace. */
  private own(end: string): string | undefined {
    const name = end.startsWith(`${this.namespace}/`) ? end.slice(this.namespace.length + 1) : '';
    return this.byName.has(name) ? name : undefined;
  }

  private idOf(name: string): string {
    return `${this.cluster.name}/${name}`;
  }

  private portsOf(name: string): readonly string[] {
    return portsOf(this.byName.get(name) ?? []);
  }

  private arrow(from: string, to: string, found: readonly Connection[], known: readonly string[]): void {
    const ports = [...new Set(found.map(({ port }) => port))];
    const each = new Set(ports.flatMap(eachPort));
    const isPlain = each.size === known.length && known.every((port) => each.has(port));
    const arrow: Arrow = {
      from,
      to,
      ...(isPlain ? {} : { label: ports.sort(byNumber).join(', ') }),
      ...(found.some(isUnsure) ? { isUnsure: true as const } : {}),
    };
    this.arrows.set(JSON.stringify(arrow), arrow);
  }

  private comingIn(peer: string, to: string, found: readonly Connection[]): void {
    const isEntry = this.sources.has(peer) || peer === ANYWHERE;
    if (isEntry && this.ledTo.has(to)) {
      const known = this.letIn.get(to) ?? { peers: new Set(), ports: new Set() };
      known.peers.add(peer);
      for (const { port } of found) known.ports.add(port);
      this.letIn.set(to, known);
      return;
    }
    this.arrow(this.peer(peer, 'from'), this.idOf(to), found, this.portsOf(to));
  }

  private goingOut(from: string, peer: string, found: readonly Connection[]): void {
    const isDns = peer !== ANYWHERE && found.every(({ port }) => /^53\/(?:TCP|UDP)(?: \?)?$/.test(port));
    if (isDns) {
      this.notes.add('Left out: DNS look-ups, on port 53 of the cluster.');
      return;
    }
    if (peer === ANYWHERE || isBlock(peer)) this.leaving.set(from, [...(this.leaving.get(from) ?? []), ...found]);
    else this.arrow(this.idOf(from), this.peer(peer, 'to'), found, []);
  }

  /** Draws what leads to services that the pods name, and to other addresses. */
  private leave(from: string, found: readonly Connection[]): void {
    const services = this.servicesOf(this.byName.get(from) ?? []);
    const taken = new Set<Connection>();
    for (const service of services.filter(({ ports }) => ports.length > 0)) {
      const used = found.filter(({ port }) => service.ports.includes(port.replace(/ \?$/, '')));
      if (used.length === 0) continue;
      for (const connection of used) taken.add(connection);
      this.arrow(this.idOf(from), this.service(service, service.ports.join(', '), used), used, service.ports);
    }
    const left = found.filter((connection) => !taken.has(connection));
    // whose ports no Service says: any that no other service has, or else any
    const unplaced = services.filter(({ ports }) => ports.length === 0);
    const possible = left.length > 0 ? left : found;
    const ports = [...new Set(possible.map(({ port }) => port))].sort(byNumber);
    const which = ports.length === 1 ? (ports[0] ?? '') : `one of ${ports.join(', ')}`;
    for (const service of unplaced) {
      this.arrow(this.idOf(from), this.service(service, which, possible), possible, ports);
    }
    if (unplaced.length > 0) return;
    for (const [peer, all] of groupBy(left, ({ to }) => to)) {
      this.arrow(this.idOf(from), this.peer(peer, 'to'), all, []);
    }
  }

  private service({ name, host }: Service, ports: string, used: readonly Connection[]): string {
    const id = this.put({ id: `service/${name}/${host}`, kind: 'outside', title: name, lines: [host, ports] });
    this.addresses.set(id, new Set([...(this.addresses.get(id) ?? []), ...used.map(({ to }) => to)]));
    return id;
  }

  /** With the addresses that policies allow at its ports: which of several it has, the manifests do not say. */
  private withAddresses(box: Box): Box {
    const peers = [...(this.addresses.get(box.id) ?? [])].sort(compareText);
    if (peers.length === 0) return box;
    const [first = ''] = peers;
    const where = peers.length === 1 ? first : `some of ${peers.join(', ')}`;
    return { ...box, lines: [...box.lines, peers.includes(ANYWHERE) ? 'at any address' : `at ${where}`] };
  }

  /** Services outside that pods name: by an exit of their policies, or by a setting with the host. */
  private servicesOf(workloads: readonly Workload[]): Service[] {
    const policies = new Set(workloads.flatMap((workload) => policiesOf(workload, this.all)));
    const exits = [...policies].flatMap(({ manifest }) =>
      Object.entries(dig(manifest, 'metadata', 'annotations') ?? {}).flatMap(([key, value]): Service[] => {
        const [name, host] = [exitName(key), text(value)];
        return name === undefined || host === undefined ? [] : [{ name, host, ports: [] }];
      }),
    );
    const texts = workloads.flatMap((workload) => [
      ...lasting(workload).flatMap((container) => settingsOf(this.all, workload, container)),
      ...filesOf(this.all, workload),
    ]);
    const here = namedServices(this.all).get(placeOf(this.cluster.name, this.namespace)) ?? [];
    const names = here.filter(
      ({ host }) => exits.some((exit) => exit.host === host) || texts.some(({ value }) => value.includes(host)),
    );
    return [...names, ...exits.filter(({ host }) => !names.some((service) => service.host === host))];
  }

  /** The box of an end that is not a workload of this namespace. */
  private peer(peer: string, direction: 'from' | 'to'): string {
    const isPods = peer.startsWith('namespaces ');
    const isInside = !isOutside(peer) || isPods;
    const [title = peer, ...lines] = isPods ? describePods(peer) : [peer];
    const id = `${isInside ? this.cluster.name : ''}/${direction}/${peer}`;
    if (isInside && !isPods) this.peers.add(id);
    return this.put({ id, kind: 'outside', title, lines, ...(isInside ? { frame: this.cluster.name } : {}) });
  }

  /** An entry with arrows to the workloads that let its traffic in. */
  private enter(entry: Entry): Entry {
    const { box, object, leadsTo } = entry;
    const peers = new Set<string>();
    for (const name of leadsTo) {
      const known = this.letIn.get(name);
      if (known === undefined) {
        this.notes.add(`No policy of ${name} lets the traffic of ${object.identity.kind} ${object.identity.name} in.`);
        continue;
      }
      for (const peer of known.peers) peers.add(peer);
      const { cluster } = object;
      const found = [...known.ports].map((port) => ({ cluster, from: box.title, to: name, port }));
      this.arrow(box.id, this.idOf(name), found, this.portsOf(name));
    }
    const sends = [...peers].sort(compareText).map(shortPeer);
    return {
      ...entry,
      box: { ...box, lines: [...box.lines, ...(sends.length === 0 ? [] : [`sends from ${sends.join(', ')}`])] },
    };
  }
}

/** `10.30.0.0/24`, `fd00::/8 except …`: a workload's namespace has neither a dot nor a colon. */
const isBlock = (peer: string): boolean => /^[\da-f]*[.:][\da-f.:]*\/\d/i.test(peer);

/** Whether an end of a connection is none of the workloads that the app writes. */
const isOutside = (peer: string): boolean => peer === ANYWHERE || peer.startsWith('namespaces ') || isBlock(peer);

const shortPeer = (peer: string): string =>
  peer.startsWith('namespaces ') ? describePods(peer).toReversed().join(' of ') : peer;

/** `namespaces kubernetes.io/metadata.name=kube-system, pods app=dns` as lines. */
function describePods(peer: string): string[] {
  const [, space = '', labels] = /^namespaces (.*?)(?:, pods (.*))?$/.exec(peer) ?? [];
  const named = /^kubernetes\.io\/metadata\.name=([^,]+)$/.exec(space)?.[1];
  const name = named === undefined ? `namespaces ${space}` : `namespace ${named}`;
  return [name, labels === undefined ? 'all pods' : `pods ${labels}`];
}

/** Ports of a short range, each as containers declare it: `8080-8081/TCP` is `8080/TCP` and `8081/TCP`. */
function eachPort(port: string): string[] {
  const [, first, last, protocol] = /^(\d+)-(\d+)\/(\w+)$/.exec(port) ?? [];
  const count = Number(last) - Number(first) + 1;
  if (first === undefined || count > LONGEST_RANGE) return [port];
  return Array.from({ length: count }, (_, index) => `${Number(first) + index}/${protocol}`);
}

/** Ports of a range that are compared one by one. */
const LONGEST_RANGE = 16;

const byNumber = (a: string, b: string): number => Number.parseInt(a, 10) - Number.parseInt(b, 10) || compareText(a, b);
