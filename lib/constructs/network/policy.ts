// Who may talk to whom: one NetworkPolicy per component, from what connectTo and exposeAt declare, over a default deny.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { apiServerPorts, dnsBlocks, type Neighbourhood, prometheusOf, sendersOf } from '../../model/cluster/neighbours';
import { sourceOfEntry } from '../../model/cluster/provider';
import { ENTRIES, type Entry, mayServe } from '../../model/exposure/gateway-api';
import type { IngressSource } from '../../model/exposure/source';
import type { Finding } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { ANNOTATION, exitKey } from '../../model/manifest/annotations';
import { isCidr } from '../../model/manifest/cidr';
import { groupBy } from '../../model/manifest/group-by';
import { compareKeys, compareText } from '../../model/manifest/text';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { checkLater } from '../tree/findings';

import { createObject, type NetworkPolicySpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import type { Admitted, Peer, Pods, PolicyPort, Sender } from './connection';
import { readMonitors, scrapedPorts } from './monitors';

type IngressRule = NonNullable<NetworkPolicySpec['ingress']>[number];
type EgressRule = NonNullable<NetworkPolicySpec['egress']>[number];
type PolicyPeer = NonNullable<IngressRule['from']>[number];

/** What the policy of some pods follows from, known once the chart is complete. */
export interface PolicyInput {
  /** Who is let in, each at a port. */
  readonly admitted: readonly Admitted[];
  /** The port that load balancers send to, and how. Absent where the component is not exposed. */
  readonly exposed?: Exposed;
  /** Where they connect to. */
  readonly peers: readonly Peer[];
  /** Whether they call the API server. @default false */
  readonly callsApiServer?: boolean;
}

/** What load balancers reach. */
export interface Exposed {
  readonly port: PolicyPort;
  readonly targets: 'pods' | 'nodes';
  /** What serves the hosts. */
  readonly entries: readonly Entry[];
}

type Addresses = Extract<IngressSource, { readonly cidrs: readonly string[] }>;
type FromPods = Exclude<IngressSource, Addresses>;

/**
 * DNS: the pods of the namespace kube-system, the node's own cache, which has a link-local address, or the Service's address, where
 * that cache listens too (kubernetes.io, "Using NodeLocal DNSCache").
 */
function dnsRule(cluster: Neighbourhood): EgressRule {
  return {
    to: [
      { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: 'kube-system' } } },
      ...['169.254.0.0/16', ...dnsBlocks(cluster)].map((cidr) => ({ ipBlock: { cidr } })),
    ],
    ports: [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ],
  };
}

/** The default of a namespace: no traffic in or out unless the policy of a component allows it. */
export function createDefaultDeny(scope: Construct, cluster?: Neighbourhood): void {
  const spec: NetworkPolicySpec = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
  const policy = createObject(scope, 'default-deny', 'NetworkPolicy', { name: 'default-deny' }, { spec });
  setEntry(policy, ENTRY.platformOwned, true);
  checkLater(scope, () => {
    readMonitors(scope);
    return [];
  });
  if (cluster?.capabilities.includes('cert-manager')) createAcmeSolver(scope, cluster);
}

/** cert-manager, pkg/issuer/acme/http: its solvers run in the namespace of the certificate, behind an Ingress of its own. */
const ACME_SOLVER = { podLabels: { 'acme.cert-manager.io/http01-solver': 'true' }, port: 8089 };

/** Lets ingress traffic reach the solvers of HTTP-01, which cert-manager makes by itself; none where its source is unknown. */
function createAcmeSolver(scope: Construct, cluster: Neighbourhood): void {
  const entries = ENTRIES.filter((entry) => mayServe(cluster.gatewayApi, entry));
  const from = (['pods', 'nodes'] as const).flatMap((targets) => loadBalancerPeers(cluster, { targets, entries }));
  if (from.length === 0) return;
  const spec: NetworkPolicySpec = {
    podSelector: { matchLabels: ACME_SOLVER.podLabels },
    policyTypes: ['Ingress'],
    ingress: [{ from: distinct(from), ports: portsOf(ACME_SOLVER) }],
  };
  const policy = createObject(scope, 'acme-solver', 'NetworkPolicy', { name: 'acme-solver' }, { spec });
  setEntry(policy, ENTRY.platformOwned, true);
}

/** Annotates the policy with a destination outside, which it cannot name: a reviewer sees whose the port and the addresses are. */
export function nameExit(policy: ApiObject, name: string, peer: Peer): void {
  if ('every' in peer) policy.metadata.addAnnotation(ANNOTATION.everyPod, 'as far as their own policies let it in');
  if (!('outside' in peer)) return;
  policy.metadata.addAnnotation(exitKey(name), peer.outside);
}

/** What a policy selects, and what it is called. */
export interface Selected {
  readonly name: string;
  readonly podLabels: Pods['podLabels'];
}

/** The policy of some pods, or of the component of that name. What the cluster does not say of a neighbour that they need is a finding. */
export function createNetworkPolicy(
  scope: Construct,
  selected: string | Selected,
  cluster: Neighbourhood,
  input: () => PolicyInput,
): ApiObject {
  const name = typeof selected === 'string' ? selected : selected.name;
  const podLabels = typeof selected === 'string' ? selectorLabels(name) : selected.podLabels;
  const notes = () => (input().callsApiServer && cluster.apiServer === undefined ? API_SERVER_EXIT : {});
  const policy = createObject(
    scope,
    'network-policy',
    'NetworkPolicy',
    { name, labels: podLabels, notes },
    { spec: () => render(podLabels, cluster, withScraped(scope, podLabels, cluster, input())) },
  );
  checkLater(scope, () => [...findSourceProblems(cluster, input()), ...findSenderProblems(cluster, input())]);
  return policy;
}

/** What monitors of the chart select is opened to Prometheus, where the cluster knows one. */
function withScraped(
  scope: Construct,
  podLabels: Pods['podLabels'],
  cluster: Neighbourhood,
  input: PolicyInput,
): PolicyInput {
  if (isProblem(prometheusOf(cluster))) return input;
  const scraped = scrapedPorts(scope, podLabels).map((port): Admitted => ({ from: 'prometheus', port }));
  return scraped.length === 0 ? input : { ...input, admitted: [...input.admitted, ...scraped] };
}

/** Where a reviewer sees that the addresses are not known. */
const API_SERVER_EXIT = { [exitKey('api-server')]: 'kubernetes.default.svc' };

function findSourceProblems(cluster: Neighbourhood, { exposed }: PolicyInput): Finding[] {
  const unknown = exposed === undefined ? [] : sourcesOf(cluster, exposed).filter((source) => isProblem(source));
  return unknown.map(({ message, expected }) => ({
    rule: 'ingress-source',
    severity: 'error',
    field: 'exposeAt',
    message,
    expected: `in clusters.${cluster.name}, ${expected}`,
  }));
}

function findSenderProblems(cluster: Neighbourhood, { admitted }: PolicyInput): Finding[] {
  const roles = new Set(admitted.flatMap(({ from }) => (typeof from === 'string' ? from : [])));
  const unknown = [...roles].flatMap((role): Finding[] => {
    const sender = sendersOf(cluster, role);
    if (!isProblem(sender)) return [];
    return [{ ...sender, rule: 'neighbour', severity: 'error', field: 'admit', value: role }];
  });
  return admitted.every(({ port }) => portsOf(port).length > 0) ? unknown : [...unknown, UNKNOWN_PORT];
}

const UNKNOWN_PORT: Finding = {
  rule: 'neighbour',
  severity: 'error',
  field: 'admit',
  message: 'no container of the pods declares the port that clients reach by its name',
  expected: 'a container port of the name that the Service has as targetPort, or a number there',
};

function render(podLabels: Pods['podLabels'], cluster: Neighbourhood, input: PolicyInput): NetworkPolicySpec {
  const { admitted, exposed, peers, callsApiServer = false } = input;
  const ingress = rulesByPort([
    ...new Map(
      admitted
        .map(({ from, port }) => ({ key: JSON.stringify([from, port.port, port.transport ?? 'TCP']), from, port }))
        .toSorted((a, b) => compareText(a.key, b.key))
        .map(({ key, from, port }) => [key, { port, from: senderPeers(cluster, from) }]),
    ).values(),
    ...(exposed === undefined ? [] : [{ port: exposed.port, from: loadBalancerPeers(cluster, exposed) }]),
  ]);
  return {
    podSelector: { matchLabels: podLabels },
    policyTypes: ['Ingress', 'Egress'],
    ...(ingress.length === 0 ? {} : { ingress }),
    egress: [
      dnsRule(cluster),
      // without a port, a rule would let all ports through
      ...distinct([...peers.map(egressTo), ...(callsApiServer ? [apiServerRule(cluster)] : [])]).filter(isMeant),
    ],
  };
}

/** The API server is outside of the pods' network; where its addresses are unknown, its ports are all that a policy can name. */
function apiServerRule(cluster: Neighbourhood): EgressRule {
  const to = cluster.apiServer?.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const ports = apiServerPorts(cluster).flatMap((port) => portsOf({ port }));
  return to === undefined ? { ports } : { to, ports };
}

/** The pods of a policy's namespace, or of another one. */
function podPeer({ podLabels, namespace }: Pods): PolicyPeer {
  const podSelector = { matchLabels: podLabels };
  if (namespace === undefined) return { podSelector };
  return { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: namespace } }, podSelector };
}

function senderPeers(cluster: Neighbourhood, from: Sender): PolicyPeer[] {
  if (typeof from === 'object') return 'cidrs' in from ? sourcePeers(from) : [podPeer(from)];
  const senders = sendersOf(cluster, from);
  return isProblem(senders) ? [] : distinct(senders.flatMap(sourcePeers));
}

/** One rule a port, the lowest first, with everyone who is admitted there. */
function rulesByPort(
  admitted: readonly { readonly port: PolicyPort; readonly from: readonly PolicyPeer[] }[],
): IngressRule[] {
  const open = admitted.filter(({ from }) => from.length > 0);
  return [...groupBy(open, ({ port: { port, transport = 'TCP' } }) => `${String(port).padStart(5, '0')} ${transport}`)]
    .sort(compareKeys)
    .map(([, together]) => ({
      from: together.flatMap(({ from }) => from),
      ports: together.slice(0, 1).flatMap(({ port }) => portsOf(port)),
    }))
    .filter(hasPorts);
}

/** Without ports, only a rule to every pod is meant. */
const isMeant = (rule: EgressRule): boolean => hasPorts(rule) || rule === TO_EVERY_POD;

const TO_EVERY_POD: EgressRule = { to: [{ namespaceSelector: {} }] };

const hasPorts = ({ ports = [] }: { readonly ports?: readonly unknown[] }): boolean => ports.length > 0;

function loadBalancerPeers(cluster: Neighbourhood, exposed: Omit<Exposed, 'port'>): PolicyPeer[] {
  return distinct(sourcesOf(cluster, exposed).flatMap((source) => (isProblem(source) ? [] : sourcePeers(source))));
}

function sourcesOf(cluster: Neighbourhood, { entries, targets }: Omit<Exposed, 'port'>): (IngressSource | Problem)[] {
  return distinct(entries.map((entry) => checkedSource(sourceOfEntry(cluster, entry, targets))));
}

/** Two destinations of unknown address behind one port are one rule. */
function distinct<Rule>(rules: readonly Rule[]): Rule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** The provider's source, unless it would select every pod: a key misspelt in JavaScript must not open a policy. */
function checkedSource(source: IngressSource | Problem): IngressSource | Problem {
  if (typeof source === 'object' && isProblem(source)) return source;
  const { cidrs, namespace, podLabels }: Partial<Addresses & FromPods> = typeof source === 'object' ? source : {};
  if (Array.isArray(cidrs) && cidrs.length > 0 && cidrs.every(isCidr)) return source;
  if (typeof namespace === 'string' && namespace !== '' && Object.keys(podLabels ?? {}).length > 0) return source;
  return {
    message: 'the source of ingress traffic is neither pods nor addresses',
    expected:
      "ingressSource: { namespace: 'traefik', podLabels: { 'app.kubernetes.io/name': 'traefik' } }, or { cidrs: ['10.20.0.0/24'] }",
  };
}

function sourcePeers(source: IngressSource): PolicyPeer[] {
  if ('cidrs' in source) return source.cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  return [podPeer(source)];
}

/** None for an invalid port, which is reported for the container or the Service. */
function portsOf({ port, transport = 'TCP' }: PolicyPort): { readonly port: number; readonly protocol: string }[] {
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? [{ port, protocol: transport }] : [];
}

/** An outside destination of unknown address is allowed by its port alone: policies cannot use names. */
function egressTo(peer: Peer): EgressRule {
  if ('every' in peer) return TO_EVERY_POD;
  const ports = portsOf(peer);
  if ('component' in peer) return { to: [podPeer({ podLabels: selectorLabels(peer.component) })], ports };
  if ('podLabels' in peer) return { to: [podPeer(peer)], ports };
  return peer.cidrs.length === 0 ? { ports } : { to: peer.cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports };
}
