// Step 7, verify: the charts' checks of the final objects, overrides included.

import type { Finding } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import { isWithin } from '../../model/manifest/origin';
import type { Verified } from '../tree/collect';

/** Findings of all charts' verifications; each gets whether its chart has no error among `findings`. */
export function verify(
  verifications: readonly Verified[],
  objects: readonly ApiEntry[],
  findings: readonly Finding[],
): Finding[] {
  const failed = findings.filter(({ severity }) => severity === 'error').map(({ construct = '' }) => construct);
  const isSound = (chart: string) => !failed.some((path) => isWithin(path, chart));
  return verifications.flatMap(({ origin, verification }) => verification(objects, isSound(origin.construct)));
}
