// What charts promise of their objects, asked when all of them are final. What follows from an error is no news: such charts wait.
import type { Finding } from '../model/finding';
import type { ApiEntry } from '../model/object';
import type { Verified } from './collect';

/** Findings of all charts that have no errors among `findings`. */
export function verify(
  verified: readonly Verified[],
  objects: readonly ApiEntry[],
  findings: readonly Finding[],
): Finding[] {
  const wrong = findings.filter(({ severity }) => severity === 'error').map(({ construct = '' }) => construct);
  return verified
    .filter(({ origin }) => !wrong.some((path) => path === origin.construct || path.startsWith(`${origin.construct}/`)))
    .flatMap(({ verification }) => verification(objects));
}
