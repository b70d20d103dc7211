// The zones of a cluster: each once, and of its region.

import type { Problem } from '../finding/problem';
import { checked, list, type Schema, text } from '../finding/schema';
import type { Provider } from './provider';

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
