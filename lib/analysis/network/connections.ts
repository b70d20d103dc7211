// Connections: who may talk to whom once every network policy is applied, evaluated as a dataplane would.

import { groupBy } from '../../model/manifest/group-by';
import type { JsonObject } from '../../model/manifest/json';
import { POD_CREATING_KINDS, pluralOf } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { memoizePerObjects, objectIndex } from '../objects/object-index';
import { running } from '../objects/workloads';
import { Peers } from './peers';
import { type Direction, describePeer, type Side, sideOf } from './policies';
import { describePorts, describeRulePorts, difference } from './port-ranges';
import { Sides } from './sides';

/** Traffic that the policies let through. */
export interface Connection {
  readonly cluster: string;
  /** `<namespace>/<workload>`, or an outside peer: a CIDR, `anywhere`, or a namespace with pod labels. */
  readonly from: string;
  readonly to: string;
  /**
   * Number or range with its protocol, such as `8080/TCP`, or `any port`. With ` ?` behind it, it depends on what the manifests do not
   * say, as `UNSURE` explains.
   */
  readonly port: string;
}

/** Marks what may be let through. */
export const MAYBE = ' ?';
export const isUnsure = ({ port }: Connection): boolean => port.endsWith(MAYBE);

/**
 * What the policies let through between the workloads of each cluster, and between them and the outside.
 *
 * A pod is isolated in a direction once any policy selects it for that direction; then the union of their rules holds. Traffic
 * between two pods needs both sides. Declared ports filter nothing.
 *
 * Source: kubernetes.io, "Network Policies".
 */
export const connections = memoizePerObjects((entries): readonly Connection[] => {
  const byCluster = groupBy(
    running(entries).map((workload) => sideOf(workload, entries)),
    ({ workload }) => workload.entry.cluster,
  );
  const found: Connection[] = [];
  for (const [cluster, all] of byCluster) {
    const peers = new Peers(entries, cluster, all);
    const sides = new Sides(all, peers);
    for (const [from, to] of sides.pairs()) found.push(...between(from, to, sides));
    const isWritten: IsWritten = (pods, namespace) =>
      objectIndex(entries).owns(cluster, namespace) && peers.selected(namespace, pods).length > 0;
    for (const side of all) {
      found.push(...outside(side, 'Egress', isWritten), ...outside(side, 'Ingress', isWritten));
    }
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

function between(from: Side, to: Side, sides: Sides): Connection[] {
  const { sure, possible } = sides.allowed(from, to);
  const { cluster } = from.workload.entry;
  const ports = [...describePorts(sure), ...describePorts(difference(possible, sure)).map((port) => `${port}${MAYBE}`)];
  return ports.map((port) => ({ cluster, from: from.name, to: to.name, port }));
}

/** Whether the app writes the pods of a namespace that a selector means. */
type IsWritten = (pods: JsonObject, namespace: string) => boolean;

/** Connections beyond the workloads: address blocks, pods of other namespaces, anywhere. */
function outside(side: Side, direction: Direction, isWritten: IsWritten): Connection[] {
  const { isolated, rules } = side[direction];
  const { cluster } = side.workload.entry;
  const write = (other: string, port: string): Connection =>
    direction === 'Ingress'
      ? { cluster, from: other, to: side.name, port }
      : { cluster, from: side.name, to: other, port };
  if (isolated === 'no') return [write('anywhere', 'any port')];
  return [
    ...(isolated === 'maybe' ? [write('anywhere', `any port${MAYBE}`)] : []),
    ...rules.flatMap(({ peers, ports, selects }) => {
      const others = peers?.flatMap((peer) => describePeer(peer, side, isWritten)) ?? ['anywhere'];
      const mark = selects === 'yes' ? '' : MAYBE;
      const target = direction === 'Ingress' ? side.workload : undefined;
      return others.flatMap((other) => describeRulePorts(ports, target).map((port) => write(other, `${port}${mark}`)));
    }),
  ];
}

/** Objects that change who may talk to whom and that are not evaluated: policies of other kinds, and kinds that create pods by a template which is not read. */
export const notEvaluated = memoizePerObjects((entries): readonly ApiEntry[] => {
  const read = new Set(running(entries).map(({ entry }) => entry));
  return entries.filter((entry) => {
    const { group, kind } = entry.identity;
    if (group === 'networking.k8s.io') return false;
    return /NetworkPolicy$|^AuthorizationPolicy$/.test(kind) || (createsPods(group, kind) && !read.has(entry));
  });
});

const createsPods = (group: string, kind: string): boolean =>
  POD_CREATING_KINDS.includes(`${group}/${pluralOf(group, kind) ?? ''}`);
