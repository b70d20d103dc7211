// Network policies as a dataplane reads them: which rules isolate a pod, and which peers and ports a rule allows.
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { NAMESPACE_NAME } from '../../model/manifest/well-known';
import { objectIndex } from '../objects/object-index';
import { dig, isSet, list, places, record, text } from '../objects/read-json';
import { matches } from '../objects/selectors';
import type { Workload } from '../objects/workloads';

export type Direction = 'Ingress' | 'Egress';

/** A rule of a policy: peers and ports, each absent where it allows all. */
export interface Rule {
  readonly peers: readonly JsonObject[] | undefined;
  readonly ports: readonly JsonObject[] | undefined;
}

/** A port that a container declares. */
export interface Port {
  readonly number: number;
  readonly protocol: string;
  readonly name: string | undefined;
}

/** The rules for one direction; `undefined` where no policy isolates the pod in it. */
export function rulesOf(
  policies: readonly JsonObject[],
  direction: Direction,
  field: string,
  peers: string,
): Rule[] | undefined {
  const isolating = policies.filter((spec) => {
    const types = list(spec.policyTypes);
    // without types, a policy applies to ingress, and to egress if it has egress rules
    if (types.length === 0) return direction === 'Ingress' || isSet(spec.egress);
    return types.includes(direction);
  });
  if (isolating.length === 0) return undefined;
  return isolating.flatMap((spec) =>
    places(spec, field, '').map(({ value }) => ({ peers: objects(value[peers]), ports: objects(value.ports) })),
  );
}

/** The objects of a list; `undefined` where it is absent or empty, which allows all. */
function objects(value: Json | undefined): readonly JsonObject[] | undefined {
  const found = list(value)
    .map(record)
    .filter((item) => item !== undefined);
  return found.length === 0 ? undefined : found;
}

/** Whether a peer of one of the owner's policies means the other side. */
export function isPeer(peer: JsonObject, other: Workload, owner: Workload, entries: readonly ApiEntry[]): boolean {
  if (isSet(peer.ipBlock)) return false;
  const pods = record(peer.podSelector);
  const { cluster, identity } = other.entry;
  if (pods !== undefined && !matches(pods, other.labels)) return false;
  const namespaces = record(peer.namespaceSelector);
  if (namespaces === undefined) return identity.namespace === owner.entry.identity.namespace;
  return matches(namespaces, namespaceLabels(entries, cluster, identity.namespace ?? ''));
}

function namespaceLabels(entries: readonly ApiEntry[], cluster: string, name: string): JsonObject {
  const namespace = objectIndex(entries).find('/Namespace', cluster, undefined, name);
  return { ...dig(namespace?.manifest, 'metadata', 'labels'), [NAMESPACE_NAME]: name };
}

/** Whether the ports of a rule contain this one. */
export function allowsPort(ports: readonly JsonObject[] | undefined, { number, protocol, name }: Port): boolean {
  if (ports === undefined) return true;
  return ports.some((allowed) => {
    if ((text(allowed.protocol) ?? 'TCP') !== protocol) return false;
    if (!isSet(allowed.port)) return true;
    if (typeof allowed.port === 'string') return allowed.port === name;
    const last = typeof allowed.endPort === 'number' ? allowed.endPort : allowed.port;
    return typeof allowed.port === 'number' && allowed.port <= number && number <= Number(last);
  });
}
