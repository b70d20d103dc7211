// Which proofs run at the same time: those on real nodes one after the other, and beside them, one after the other, those that need API servers only.
import type { Proof } from '../proofs/proof';

type Plan = Pick<Proof, 'needs' | 'alone'>;

/** The proofs of each lane, in their order; a lane without a proof is left out. */
export function lanesOf<Item extends Plan>(proofs: readonly Item[]): (readonly [Proof['needs'], readonly Item[]])[] {
  const lanes = (['nodes', 'api'] as const).map(
    (needs) => [needs, proofs.filter((proof) => proof.needs === needs)] as const,
  );
  return lanes.filter(([, own]) => own.length > 0);
}

/** The machine, which all lanes share. Work begins in the order in which it is given. */
export class Machine {
  /** Ends with the last work that has the machine alone. */
  private last: Promise<unknown> = Promise.resolve();
  private readonly running = new Set<Promise<unknown>>();

  /** Runs the work: alone, or beside other work that allows it. Rejects as the work does. */
  run<Result>({ alone }: Pick<Plan, 'alone'>, work: () => Promise<Result>): Promise<Result> {
    const before = alone ? Promise.all([this.last, ...this.running]) : this.last;
    const result = before.then(work);
    const ended = result.then(ignore, ignore);
    this.running.add(ended);
    void ended.then(() => this.running.delete(ended));
    if (alone) this.last = ended;
    return result;
  }
}

function ignore(): void {}
