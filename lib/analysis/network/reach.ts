// Who may reach pods from outside of the app, and whether pods may resolve names, as the policies allow it.

import type { JsonObject } from '../../model/manifest/json';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { memoizePerObjects } from '../objects/object-index';
import { dig, record, text } from '../objects/read-json';
import { matches } from '../objects/selectors';
import { type Workload, workloads } from '../objects/workloads';
import { type Rule, type Side, sideOf } from './policies';
import { intersection, type Ports, portsOf } from './port-ranges';

/** The side of each workload. */
export const sides = memoizePerObjects(
  (entries): ReadonlyMap<Workload, Side> =>
    new Map(workloads(entries).map((workload) => [workload, sideOf(workload, entries)])),
);

/** Who sends, as far as manifests may say it. */
export type Source =
  /** Any client at all. */
  | 'anyone'
  /** From outside of the namespace: a controller's pods, or addresses. */
  | 'outside'
  /** From addresses that are not those of pods: the API server. */
  | 'addresses'
  /** Pods of a namespace, whose other labels are not known. */
  | { readonly namespace: string; readonly podLabels: Readonly<Record<string, string>> };

/** Whether the pods let a source in at a port. `true` where no policy isolates them, or it is not sure that one does. */
export function letsIn({ Ingress, workload }: Side, source: Source, port: number, protocol: string): boolean {
  if (Ingress.isolated !== 'yes') return true;
  const wanted: Ports = new Map([[protocol, [[port, port]]]]);
  return Ingress.rules.some(
    ({ peers, ports }) =>
      intersection(portsOf(ports, workload), wanted).size > 0 &&
      (peers === undefined || peers.some((peer) => isMeant(peer, source))),
  );
}

function isMeant(peer: JsonObject, source: Source): boolean {
  const isBlock = dig(peer, 'ipBlock') !== undefined;
  if (source === 'anyone' || isBlock) return true; // a block may hold the addresses of pods
  const namespaces = record(peer.namespaceSelector);
  if (source === 'addresses' || namespaces === undefined) return false;
  if (source === 'outside') return true;
  const { namespace, podLabels } = source;
  const pods = record(peer.podSelector);
  const named = dig(namespaces, 'matchLabels')?.[NAMESPACE_NAME];
  // other labels of that namespace, and further labels of those pods, are not known
  const isNamespace = named === undefined || named === namespace;
  return isNamespace && (pods === undefined || matches(pods, podLabels) || hasOtherLabels(pods, podLabels));
}

/** Whether a selector asks for labels that are not among those known. */
function hasOtherLabels(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(record(selector.matchLabels) ?? {});
  return wanted.every(([key, value]) => !Object.hasOwn(labels, key) || labels[key] === value);
}

/** What pods may send: `nothing`; nothing by which they could resolve names; or enough. */
export function sending({ Egress, workload }: Side): 'nothing' | 'no names' | 'enough' {
  if (Egress.isolated !== 'yes') return 'enough';
  if (Egress.rules.length === 0) return 'nothing';
  const dns: Ports = new Map([['UDP', [[53, 53]]]]);
  if (Egress.rules.some((rule) => allows(rule, dns, workload))) return 'enough';
  // who only sends to addresses needs no names
  return Egress.rules.every(isByAddress) ? 'enough' : 'no names';
}

const isByAddress = ({ peers }: Rule): boolean => peers?.every((peer) => dig(peer, 'ipBlock') !== undefined) === true;

/** A name in an egress rule may mean port 53, such as `dns`. */
const allows = ({ ports }: Rule, wanted: Ports, workload: Workload): boolean =>
  ports?.some(({ port, protocol }) => typeof port === 'string' && protocol === 'UDP') === true ||
  intersection(portsOf(ports, workload), wanted).size > 0;

/** Whether the pods may send to the API server's ports. */
export function reachesApiServer({ Egress, workload }: Side): boolean {
  if (Egress.isolated !== 'yes') return true;
  const ports: Ports = new Map([['TCP', API_SERVER]]);
  return Egress.rules.some(
    (rule) => intersection(portsOf(rule.ports, workload), ports).size > 0 && (rule.peers?.some(mayBeApi) ?? true),
  );
}

/** 443, 6443 and 8443: managed clusters and the Service, kubeadm, minikube. */
const API_SERVER: [number, number][] = [
  [443, 443],
  [6443, 6443],
  [8443, 8443],
];

/** A block, unless it is link-local: the API server is not a pod that a selector means. */
const mayBeApi = (peer: JsonObject): boolean => {
  const cidr = text(dig(peer, 'ipBlock')?.cidr);
  return cidr !== undefined && !/^(169\.254\.|fe80:)/i.test(cidr);
};
