// Which proofs a run has: the gate's, with --full all, or those that are named; and which of them have lost their systems.
import type { Proof } from '../proofs/proof';
import type { Options } from './options';

type Candidate = Pick<Proof, 'id' | 'full'>;

/** Throws where an id is unknown. */
export function choose<Item extends Candidate>(
  proofs: readonly Item[],
  { ids, full, hold }: Pick<Options, 'ids' | 'full' | 'hold'>,
): readonly Item[] {
  const unknown = ids.filter((id) => !proofs.some((proof) => proof.id === id));
  if (unknown.length > 0)
    throw new Error(`unknown proof ${unknown.join(', ')}; expected one of ${proofs.map(({ id }) => id).join(', ')}`);
  if (ids.length > 0) return proofs.filter(({ id }) => ids.includes(id));
  return hold ? [] : proofs.filter((proof) => full || proof.full === undefined);
}

/** Why the project lacks what the proof works on; nothing where it does not. `present` are the systems in dist. */
export function findGone({ systems = [] }: Pick<Proof, 'systems'>, present: ReadonlySet<string>): string | undefined {
  const gone = systems.filter((system) => !present.has(system));
  return gone.length === 0 ? undefined : `needs ${gone.join(', ')}: not in dist`;
}
