// Where pods get their addresses from, as a word that the provider knows: without one, or with another, no plan of nodes can be made.
import type { NodeNetwork } from '../cluster/network';
import type { OptionRefusal, Refusal } from '../cluster/provider';

/** The network of a mode, or that nobody said which it is. */
export function networkOf<Mode extends string>(
  given: Mode | undefined,
  modes: readonly Mode[],
  make: (mode: Mode) => NodeNetwork,
): NodeNetwork | Refusal {
  const mode = modes.find((one) => one === given);
  const expected = `podNetwork: ${modes.map((one) => `'${one}'`).join(' or ')}`;
  return mode === undefined ? { refused: 'how pods get addresses is not said', expected } : make(mode);
}

/** A mode that there is not: types are gone at run time. */
export function unknownMode<Mode extends string>(given: Mode | undefined, modes: readonly Mode[]): OptionRefusal[] {
  if (given === undefined || modes.includes(given)) return [];
  const refused = 'there is no such way for pods to get addresses';
  return [{ option: 'podNetwork', value: `${given}`, refused, expected: modes.map((one) => `'${one}'`).join(' or ') }];
}
