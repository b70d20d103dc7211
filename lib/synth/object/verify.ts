// Step 7, verify: what charts ask of their objects when all of them are final, overrides included.

import type { Finding } from '../../model/finding/finding';
import type { ApiEntry } from '../../model/manifest/object';
import type { Verified } from '../tree/collect';

/** Findings of all charts; each learns whether it has errors among `findings`. */
export function verify(
  verifications: readonly Verified[],
  objects: readonly ApiEntry[],
  findings: readonly Finding[],
): Finding[] {
  const wrong = findings.filter(({ severity }) => severity === 'error').map(({ construct = '' }) => construct);
  const isSound = (chart: string) => !wrong.some((path) => path === chart || path.startsWith(`${chart}/`));
  return verifications.flatMap(({ origin, verification }) => verification(objects, isSound(origin.construct)));
}
