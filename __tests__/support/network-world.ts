// A second witness for network policies: one packet at a time, in one concrete cluster, as the text of the API says. It shares no code
// with the analysis: it knows every pod, address and label, and answers yes or no.
import { BlockList, isIPv4 } from 'node:net';
import type { Json, JsonObject } from '../../lib/model';

export interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address: string;
  readonly node: string;
  readonly hostNetwork: boolean;
  readonly ports: readonly { readonly name?: string; readonly number: number; readonly protocol: string }[];
}

/** How a network plugin decides what the API leaves open. */
export interface Plugin {
  /** Whether address blocks mean the pods that have the addresses. */
  readonly blocksHoldPods: boolean;
  /** Whether pods on the host network are treated as other pods; otherwise as their node. */
  readonly tellsHostPods: boolean;
}

export interface NetworkWorld {
  readonly plugin: Plugin;
  readonly namespaces: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Manifests of kind NetworkPolicy. */
  readonly policies: readonly JsonObject[];
}

/** An end of a packet's way: a pod, or an address outside. */
export type End = Pod | string;

interface Packet {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: string;
}

/** Whether the packet arrives. */
export function arrives(world: NetworkWorld, packet: Packet): boolean {
  const { from, to } = packet;
  if (typeof from !== 'string' && typeof to !== 'string' && from.node === to.node) {
    // a node always reaches its own pods, and they reach it
    if (!world.plugin.tellsHostPods && (from.hostNetwork || to.hostNetwork)) return true;
  }
  return mayLeave(world, packet) && mayEnter(world, packet);
}

function mayLeave(world: NetworkWorld, packet: Packet): boolean {
  if (typeof packet.from === 'string') return true;
  const applying = policiesOf(world, packet.from).filter((spec) => types(spec).includes('Egress'));
  if (applying.length === 0) return true;
  for (const spec of applying) {
    for (const rule of items(spec.egress)) {
      if (meansEnd(world, items(rule.to), packet.from, packet.to) && meansPort(items(rule.ports), packet)) return true;
    }
  }
  return false;
}

function mayEnter(world: NetworkWorld, packet: Packet): boolean {
  if (typeof packet.to === 'string') return true;
  const applying = policiesOf(world, packet.to).filter((spec) => types(spec).includes('Ingress'));
  if (applying.length === 0) return true;
  for (const spec of applying) {
    for (const rule of items(spec.ingress)) {
      if (meansEnd(world, items(rule.from), packet.to, packet.from) && meansPort(items(rule.ports), packet))
        return true;
    }
  }
  return false;
}

function types(spec: JsonObject): Json[] {
  const given = Array.isArray(spec.policyTypes) ? [...spec.policyTypes] : [];
  if (given.length > 0) return given;
  return items(spec.egress).length === 0 ? ['Ingress'] : ['Ingress', 'Egress'];
}

function policiesOf({ plugin, policies }: NetworkWorld, pod: Pod): JsonObject[] {
  if (pod.hostNetwork && !plugin.tellsHostPods) return [];
  return policies.flatMap((policy) => {
    const spec = object(policy.spec);
    const own = object(policy.metadata).namespace === pod.namespace;
    return own && selects(object(spec.podSelector), pod.labels) ? [spec] : [];
  });
}

function meansEnd(world: NetworkWorld, peers: JsonObject[], owner: Pod, end: End): boolean {
  if (peers.length === 0) return true;
  return peers.some((peer) => {
    if (peer.ipBlock !== undefined) {
      if (typeof end === 'string') return inBlock(object(peer.ipBlock), end);
      const byNode = end.hostNetwork && !world.plugin.tellsHostPods;
      return (world.plugin.blocksHoldPods || byNode) && inBlock(object(peer.ipBlock), end.address);
    }
    if (typeof end === 'string' || (end.hostNetwork && !world.plugin.tellsHostPods)) return false;
    const namespaces = peer.namespaceSelector;
    const here =
      namespaces === undefined
        ? end.namespace === owner.namespace
        : selects(object(namespaces), world.namespaces[end.namespace] ?? {});
    return here && (peer.podSelector === undefined || selects(object(peer.podSelector), end.labels));
  });
}

const inBlock = ({ cidr, except }: JsonObject, address: string): boolean =>
  contains(cidr, address) && !(Array.isArray(except) ? except : []).some((part) => contains(part, address));

const answers = new Map<string, boolean>();

function contains(block: Json | undefined, address: string): boolean {
  const key = `${String(block)} ${address}`;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const [network = '', prefix = ''] = String(block).split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), familyOf(network));
  const answer = list.check(address, familyOf(address));
  answers.set(key, answer);
  return answer;
}

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIPv4(address) ? 'ipv4' : 'ipv6');

function meansPort(ports: JsonObject[], { to, port, protocol }: Packet): boolean {
  if (ports.length === 0) return true;
  return ports.some((one) => {
    if ((one.protocol ?? 'TCP') !== protocol) return false;
    if (one.port === undefined) return true;
    if (typeof one.port === 'number') return one.port <= port && port <= Number(one.endPort ?? one.port);
    return (
      typeof to !== 'string' &&
      to.ports.some((it) => it.name === one.port && it.protocol === protocol && it.number === port)
    );
  });
}

function selects({ matchLabels, matchExpressions }: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(object(matchLabels)).every(([key, value]) => labels[key] === value);
  const each = items(matchExpressions).every(({ key, operator, values }) => {
    const value = labels[String(key)];
    const listed = value !== undefined && Array.isArray(values) && values.includes(value);
    return { In: listed, NotIn: !listed, Exists: value !== undefined, DoesNotExist: value === undefined }[
      String(operator)
    ];
  });
  return equal && each;
}

const object = (value: Json | undefined): JsonObject => Object(value ?? {});
const items = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.map(object) : []);
