// Connections: who may talk to whom once every network policy is applied, evaluated as a dataplane would.

import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { memoizePerObjects, objectIndex } from '../objects/object-index';
import { dig, isSet, places, record, text } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { lasting, type Workload, workloads } from '../objects/workloads';
import { allowsPort, type Direction, isPeer, type Port, type Rule, rulesOf } from './policies';

/** Traffic that the policies let through. */
export interface Connection {
  readonly cluster: string;
  /** `<namespace>/<workload>`, or an outside peer: a CIDR, `anywhere`, or a namespace with pod labels. */
  readonly from: string;
  readonly to: string;
  /** Number with its protocol, such as `8080/TCP`, or `any port`. */
  readonly port: string;
}

/** A workload with the rules of the policies that select it. */
interface Side {
  readonly workload: Workload;
  readonly name: string;
  readonly ingress: readonly Rule[] | undefined;
  readonly egress: readonly Rule[] | undefined;
}

/**
 * What the policies let through between the workloads of each cluster, and between them and the outside.
 *
 * A pod is isolated in a direction once any policy selects it for that direction; then the union of their rules holds. Traffic
 * between two pods needs both sides. Addresses are taken to be outside: a block that holds pods is not recognized.
 *
 * Source: kubernetes.io, "Network Policies".
 */
export const connections = memoizePerObjects((entries): readonly Connection[] => {
  const sides = workloads(entries).map((workload) => sideOf(workload, entries));
  const found: Connection[] = [];
  for (const from of sides) {
    for (const to of sides) found.push(...between(from, to, entries));
    found.push(...outside(from, 'Egress'), ...outside(from, 'Ingress'));
  }
  // several policies may allow the same connection
  const once = new Map(found.map((one) => [[one.cluster, one.from, one.to, one.port].join('\n'), one]));
  return [...once.values()].sort(
    (a, b) =>
      compareText(a.cluster, b.cluster) ||
      compareText(a.from, b.from) ||
      compareText(a.to, b.to) ||
      compareText(a.port, b.port),
  );
});

function sideOf(workload: Workload, entries: readonly ApiEntry[]): Side {
  const { entry } = workload;
  const { namespace = '', name } = entry.identity;
  const policies = objectIndex(entries)
    .of('networking.k8s.io/NetworkPolicy')
    .filter((policy) => policy.cluster === entry.cluster && policy.identity.namespace === namespace)
    .map(({ manifest }) => dig(manifest, 'spec') ?? {})
    .filter((spec) => matches(dig(spec, 'podSelector') ?? {}, workload.labels));
  return {
    workload,
    name: `${namespace}/${name}`,
    ingress: rulesOf(policies, 'Ingress', 'ingress', 'from'),
    egress: rulesOf(policies, 'Egress', 'egress', 'to'),
  };
}

function between(from: Side, to: Side, entries: readonly ApiEntry[]): Connection[] {
  if (from.workload.entry.cluster !== to.workload.entry.cluster) return [];
  const allows = (rules: readonly Rule[] | undefined, other: Side, owner: Side, port: Port) =>
    rules === undefined ||
    rules.some(
      ({ peers, ports }) =>
        (peers === undefined || peers.some((peer) => isPeer(peer, other.workload, owner.workload, entries))) &&
        allowsPort(ports, port),
    );
  return portsOf(to.workload)
    .filter((port) => allows(from.egress, to, from, port) && allows(to.ingress, from, to, port))
    .map(({ number, protocol }) => ({
      cluster: from.workload.entry.cluster,
      from: from.name,
      to: to.name,
      port: `${number}/${protocol}`,
    }));
}

function portsOf(workload: Workload): Port[] {
  return lasting(workload).flatMap(({ value }) =>
    places(value, 'ports', '').flatMap(({ value: port }) => {
      const number = port.containerPort;
      if (typeof number !== 'number') return [];
      return { number, protocol: text(port.protocol) ?? 'TCP', name: text(port.name) };
    }),
  );
}

/** Connections beyond the workloads: address blocks, pods of other namespaces, anywhere. */
function outside(side: Side, direction: Direction): Connection[] {
  const rules = direction === 'Ingress' ? side.ingress : side.egress;
  const { cluster } = side.workload.entry;
  const write = (other: string, port: string): Connection =>
    direction === 'Ingress'
      ? { cluster, from: other, to: side.name, port }
      : { cluster, from: side.name, to: other, port };
  if (rules === undefined) return [write('anywhere', 'any port')];
  return rules.flatMap(({ peers, ports }) => {
    const others = peers === undefined ? ['anywhere'] : peers.flatMap(describePeer);
    return others.flatMap((other) => describePorts(ports).map((port) => write(other, port)));
  });
}

/** A peer outside its own namespace; workloads inside are listed by name. */
function describePeer(peer: JsonObject): string[] {
  const block = dig(peer, 'ipBlock');
  if (block !== undefined) return [text(block.cidr) ?? 'no address'];
  const namespaces = record(peer.namespaceSelector);
  if (namespaces === undefined) return [];
  const pods = record(peer.podSelector);
  return [`namespaces ${describeSelector(namespaces)}${pods === undefined ? '' : `, pods ${describeSelector(pods)}`}`];
}

function describeSelector(selector: JsonObject): string {
  const pairs = Object.entries(record(selector.matchLabels) ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  return pairs.length === 0 ? '(all)' : pairs.join(',');
}

function describePorts(ports: readonly JsonObject[] | undefined): string[] {
  if (ports === undefined) return ['any port'];
  return ports.map(({ port, protocol }) => `${isSet(port) ? String(port) : 'any port'}/${text(protocol) ?? 'TCP'}`);
}
