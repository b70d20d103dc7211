// The zones of a cluster: each once, and of its region; and those that its control plane is in.

import { plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { checked, either, fields, list, number, optional, type Schema, table, text } from '../finding/schema';
import type { ControlPlane, ControlPlaneNodes, Provider } from './provider';

export const ZONES: Schema = checked<readonly string[]>(list(text('a zone as the nodes name it')), (zones) =>
  new Set(zones).size === zones.length
    ? []
    : [{ value: zones, message: 'a zone is listed twice', expected: 'each zone once' }],
);

/** Zones of another region, or names that no node has: pods that must spread over them would never be scheduled. */
export function findZoneProblems(
  { name, zoneNames }: Provider,
  region: string | undefined,
  zones: readonly string[],
): Problem[] {
  if (zoneNames === undefined || region === undefined) return [];
  const { suffix, example } = zoneNames;
  const others = zones.filter((zone) => !zone.startsWith(region) || !suffix.test(zone.slice(region.length)));
  if (others.length === 0) return [];
  const message = `not zones of region ${region} on ${name}`;
  return [{ field: 'zones', value: others, message, expected: `names such as ${region}${example}` }];
}

/** How nodes of the control plane are declared. */
export interface DeclaredControlPlane {
  /** The nodes of the control plane. @default unknown: `prove` says so, and assumes that it survives what is lost */
  readonly controlPlane?: ControlPlaneNodes;
}

const MEMBERS = number({ atLeast: 1, atMost: 1000, whole: true });

export const DECLARED_CONTROL_PLANE: { readonly controlPlane: Schema } = {
  controlPlane: optional(
    fields<ControlPlaneNodes>(
      {
        nodes: either(
          [MEMBERS, table(MEMBERS)],
          "{ 'zone-a': 1, 'zone-b': 1, 'zone-c': 1 }, or a number without zones",
        ),
      },
      "{ nodes: { 'zone-a': 1, 'zone-b': 1, 'zone-c': 1 } }",
    ),
  ),
};

/** Nodes of the control plane without a zone in a cluster with zones, in zones where it has none, or nowhere. */
export function findControlPlaneProblems(
  { controlPlane }: Pick<Provider, 'controlPlane'>,
  zones: readonly string[],
): Problem[] {
  if (controlPlane === undefined || !('nodes' in controlPlane)) return [];
  const field = 'controlPlane.nodes';
  const { nodes } = controlPlane;
  if (typeof nodes === 'number') {
    if (zones.length === 0) return [];
    const expected = `how many by zone, such as { '${zones[0]}': 1 }`;
    return [{ field, value: nodes, message: `${field} is ${nodes}, but the cluster has zones`, expected }];
  }
  const names = Object.keys(nodes);
  if (names.length === 0) return [{ field, value: {}, message: 'no zone has nodes', expected: "{ 'zone-a': 1 }" }];
  if (zones.length > 0) return [];
  return [{ field, value: names, message: 'the cluster declares no zones', expected: 'the number of nodes' }];
}

/** Nodes by zone; in one place, where the cluster declares no zones. */
const nodesByZone = ({ nodes }: ControlPlaneNodes): Readonly<Record<string, number>> =>
  typeof nodes === 'number' ? { '': nodes } : nodes;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

/**
 * Whether the control plane answers without these zones, in the worst case: of etcd's members more than half must be left. Source:
 * etcd.io, "FAQ", failure tolerance.
 */
export function answersWithout(controlPlane: ControlPlane, lost: readonly string[]): boolean {
  if (!('nodes' in controlPlane)) return lost.length <= controlPlane.zonesLost;
  const members = Object.entries(nodesByZone(controlPlane));
  const left = members.filter(([zone]) => !lost.includes(zone)).map(([, count]) => count);
  return sum(left) > sum(members.map(([, count]) => count)) / 2;
}

/** Zones of which any may be lost at the same time while the control plane answers. */
export function zonesSurvived(controlPlane: ControlPlane): number {
  if (!('nodes' in controlPlane)) return controlPlane.zonesLost;
  const fullest = Object.entries(nodesByZone(controlPlane))
    .sort(([, some], [, others]) => others - some)
    .map(([zone]) => zone);
  return fullest.findIndex((_, index) => !answersWithout(controlPlane, fullest.slice(0, index + 1)));
}

/** The control plane in words: `3 nodes (a 1, b 1, c 1)`, `run by the provider`. */
export function controlPlaneInWords(controlPlane: ControlPlane): string {
  if (!('nodes' in controlPlane)) return `run by the provider (${controlPlane.source})`;
  const { nodes } = controlPlane;
  if (typeof nodes === 'number') return plural(nodes, 'node');
  const where = Object.entries(nodes).map(([zone, count]) => `${zone} ${count}`);
  return `${plural(sum(Object.values(nodes)), 'node')} (${where.join(', ')})`;
}
