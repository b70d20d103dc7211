// Zones and nodes in each that are recommended: fewer are a note of the plan, never an error.

import type { ClusterDescription } from '../cluster/cluster';
import { boundsIn } from '../cluster/pool-bounds';

const ZONES = 3;
const NODES = 2;

/** What a cluster with zones has too little of. */
export interface TooFewZones {
  /** Zones that it declares. */
  readonly zones: number;
  /** Nodes that always run in the zone with the fewest, of all pools. Absent where it describes no pools. */
  readonly nodesInZone?: number;
  /** `3 zones, 2 nodes in each`. */
  readonly recommended: string;
  /** What follows from too few, as a sentence. */
  readonly because: string;
}

/**
 * Where a cluster has fewer than three zones, or fewer than two nodes in one of them; `undefined` where it has enough, or declares no
 * zones.
 */
export function tooFewZones({
  zones,
  nodePools,
}: Pick<ClusterDescription, 'zones' | 'nodePools'>): TooFewZones | undefined {
  if (zones.length === 0) return undefined;
  const inZone = zones.map((zone) => nodePools.reduce((sum, pool) => sum + boundsIn(pool, zone).min, 0));
  const nodesInZone = nodePools.length === 0 ? undefined : Math.min(...inZone);
  const because = [
    ...(zones.length < ZONES
      ? [`with ${ZONES}, a lost zone takes a third of the pods, and leaves a majority of three members`]
      : []),
    ...(nodesInZone !== undefined && nodesInZone < NODES
      ? [`with ${NODES} nodes in each, a lost or drained node leaves its zone one`]
      : []),
  ];
  if (because.length === 0) return undefined;
  return {
    zones: zones.length,
    ...(nodesInZone === undefined ? {} : { nodesInZone }),
    recommended: `${ZONES} zones, ${NODES} nodes in each`,
    because: `recommended: ${because.join('; ')}`,
  };
}
