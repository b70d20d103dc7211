// Where pods get their addresses from, as a word that the provider knows: without one, or with another, no plan of nodes can be made.

import type { NodeNetwork } from '../cluster/network';
import type { Problem } from '../finding/problem';

/** The network of a mode, or that nobody said which it is. */
export function networkOf<Mode extends string>(
  given: Mode | undefined,
  modes: readonly Mode[],
  make: (mode: Mode) => NodeNetwork,
): NodeNetwork | Problem {
  const mode = modes.find((one) => one === given);
  const expected = `podNetwork: ${modes.map((one) => `'${one}'`).join(' or ')}`;
  return mode === undefined ? { message: 'how pods get addresses is not said', expected } : make(mode);
}

/** A mode that there is not: types are gone at run time. */
export function unknownMode<Mode extends string>(given: Mode | undefined, modes: readonly Mode[]): Problem[] {
  if (given === undefined || modes.includes(given)) return [];
  const message = 'there is no such way for pods to get addresses';
  return [{ field: 'podNetwork', value: `${given}`, message, expected: modes.map((one) => `'${one}'`).join(' or ') }];
}
