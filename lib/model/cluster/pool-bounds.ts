// How many nodes a pool has: in each zone, and over all of them.

import { plural } from '../finding/derivation';
import type { NodeBounds, NodePool } from './pool';

type Bounded = Pick<NodePool, 'nodesPerZone'>;

/** Whether the bounds are the same in every zone. */
export function isEven(bounds: NodePool['nodesPerZone']): bounds is NodeBounds {
  return typeof bounds.min === 'number';
}

const NONE: NodeBounds = { min: 0, max: 0 };

/** The bounds in one zone; in the whole cluster where it declares none. */
export function boundsIn({ nodesPerZone }: Bounded, zone: string | undefined): NodeBounds {
  if (isEven(nodesPerZone)) return nodesPerZone;
  return (zone !== undefined && Object.hasOwn(nodesPerZone, zone) ? nodesPerZone[zone] : undefined) ?? NONE;
}

/** The bounds in each zone that may have nodes of the pool; once, where the cluster declares no zones. */
export function boundsByZone(pool: Bounded, zones: readonly string[]): NodeBounds[] {
  if (zones.length === 0) return isEven(pool.nodesPerZone) ? [pool.nodesPerZone] : [];
  return zones.map((zone) => boundsIn(pool, zone)).filter(({ max }) => max > 0);
}

/** The bounds in words: `2 to 4 nodes a zone`; by zone where they differ. */
export function boundsInWords(pool: Bounded, zones: readonly string[]): string {
  const { nodesPerZone } = pool;
  const count = ({ min, max }: NodeBounds) => (min === max ? plural(min, 'node') : `${min} to ${plural(max, 'node')}`);
  if (isEven(nodesPerZone)) return `${count(nodesPerZone)} ${zones.length === 0 ? 'in all' : 'a zone'}`;
  return zones.map((zone) => `${count(boundsIn(pool, zone))} in ${zone}`).join(', ');
}
