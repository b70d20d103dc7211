// Who may talk to whom: one NetworkPolicy per component, from what connectTo and exposeAt declare, over a default deny.

import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import type { IngressSource, Provider } from '../../model/cluster/provider';
import { isProblem, type Problem } from '../../model/finding/problem';
import { exitKey } from '../../model/manifest/annotations';
import { isCidr } from '../../model/manifest/cidr';
import { groupBy } from '../../model/manifest/group-by';
import { compareKeys, compareText } from '../../model/manifest/text';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { checkLater } from '../tree/findings';

import { createObject, type NetworkPolicySpec } from '../tree/kinds';
import { selectorLabels } from '../tree/labels';
import type { Peer, PolicyPort } from './connection';

type IngressRule = NonNullable<NetworkPolicySpec['ingress']>[number];
type EgressRule = NonNullable<NetworkPolicySpec['egress']>[number];
type PolicyPeer = NonNullable<IngressRule['from']>[number];

/** What the policy of a component follows from, known once the chart is complete. */
export interface PolicyInput {
  /** Components of the namespace that connect to it, each with the port that it connects to. */
  readonly admitted: readonly { readonly client: string; readonly port: PolicyPort }[];
  /** The port that the load balancer sends to, and how. Absent where the component is not exposed. */
  readonly exposed?: { readonly port: PolicyPort; readonly targets: 'pods' | 'nodes' };
  readonly peers: readonly Peer[];
}

type Addresses = Extract<IngressSource, { readonly cidrs: readonly string[] }>;
type Pods = Exclude<IngressSource, Addresses>;

/**
 * DNS: the pods of the namespace kube-system, or the node's own cache, which has a link-local address
 * (kubernetes.io, "Using NodeLocal DNSCache").
 */
const DNS_RULE: EgressRule = {
  to: [
    { namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: 'kube-system' } } },
    { ipBlock: { cidr: '169.254.0.0/16' } },
  ],
  ports: [
    { port: 53, protocol: 'UDP' },
    { port: 53, protocol: 'TCP' },
  ],
};

/** The default of a namespace: no traffic in or out unless the policy of a component allows it. */
export function createDefaultDeny(scope: Construct): void {
  const spec: NetworkPolicySpec = { podSelector: {}, policyTypes: ['Ingress', 'Egress'] };
  const policy = createObject(scope, 'default-deny', 'NetworkPolicy', { name: 'default-deny' }, { spec });
  setEntry(policy, ENTRY.platformOwned, true);
}

/** Annotates the policy with a destination that it cannot name itself, where a reviewer sees it. */
export function nameExit(policy: ApiObject, name: string, peer: Peer): void {
  if (!('outside' in peer) || peer.cidrs.length > 0) return;
  policy.metadata.addAnnotation(exitKey(name), peer.outside);
}

/** The policy of one component. The provider knows where ingress traffic comes from; if it does not, that is a finding. */
export function createNetworkPolicy(
  scope: Construct,
  name: string,
  { name: clusterName, provider }: Pick<Cluster, 'name' | 'provider'>,
  input: () => PolicyInput,
): ApiObject {
  const labels = selectorLabels(name);
  const policy = createObject(
    scope,
    'network-policy',
    'NetworkPolicy',
    { name, labels },
    { spec: () => render(name, provider, input()) },
  );
  checkLater(scope, () => {
    const { exposed } = input();
    const source = exposed === undefined ? undefined : sourceOf(provider, exposed.targets);
    if (source === undefined || !isProblem(source)) return [];
    const message = source.message;
    const expected = `in clusters.${clusterName}, ${source.expected}`;
    return [{ rule: 'ingress-source', severity: 'error', field: 'exposeAt', message, expected }];
  });
  return policy;
}

function render(name: string, provider: Provider, { admitted, exposed, peers }: PolicyInput): NetworkPolicySpec {
  const ingress = rulesByPort([
    ...admitted
      .toSorted((a, b) => compareText(a.client, b.client))
      .map(({ client, port }) => ({ port, from: [{ podSelector: { matchLabels: selectorLabels(client) } }] })),
    ...(exposed === undefined ? [] : [{ port: exposed.port, from: loadBalancerPeers(provider, exposed.targets) }]),
  ]);
  return {
    podSelector: { matchLabels: selectorLabels(name) },
    policyTypes: ['Ingress', 'Egress'],
    ...(ingress.length === 0 ? {} : { ingress }),
    egress: [DNS_RULE, ...distinct(peers.map(egressTo))],
  };
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
    }));
}

function loadBalancerPeers(provider: Provider, targets: 'pods' | 'nodes'): PolicyPeer[] {
  const source = sourceOf(provider, targets);
  return isProblem(source) ? [] : sourcePeers(source);
}

/** Two destinations of unknown address behind one port are one rule. */
function distinct(rules: readonly EgressRule[]): EgressRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/** The provider's source, unless it would select every pod: a key misspelt in JavaScript must not open a policy. */
function sourceOf(provider: Provider, targets: 'pods' | 'nodes'): IngressSource | Problem {
  const source = provider.ingressSource(targets);
  if (typeof source === 'object' && isProblem(source)) return source;
  const { cidrs, namespace, podLabels }: Partial<Addresses & Pods> = typeof source === 'object' ? source : {};
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
  const namespaceSelector = { matchLabels: { [NAMESPACE_NAME]: source.namespace } };
  return [{ namespaceSelector, podSelector: { matchLabels: source.podLabels } }];
}

/** None for an invalid port, which is reported for the container or the Service. */
function portsOf({ port, transport = 'TCP' }: PolicyPort): { readonly port: number; readonly protocol: string }[] {
  return Number.isInteger(port) && port >= 1 && port <= 65_535 ? [{ port, protocol: transport }] : [];
}

/** An outside destination of unknown address is allowed by its port alone: policies cannot use names. */
function egressTo(peer: Peer): EgressRule {
  const ports = portsOf(peer);
  if ('component' in peer) return { to: [{ podSelector: { matchLabels: selectorLabels(peer.component) } }], ports };
  return peer.cidrs.length === 0 ? { ports } : { to: peer.cidrs.map((cidr) => ({ ipBlock: { cidr } })), ports };
}
