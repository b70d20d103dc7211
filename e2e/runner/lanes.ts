// Which proofs run at the same time: those on real nodes one after the other, and beside them, two at a time, those that need API servers only.
import type { Proof } from '../proofs/proof';

type Plan = Pick<Proof, 'needs' | 'alone'>;

/** Proofs that begin in their order. */
interface Lane<Item> {
  readonly needs: Proof['needs'];
  readonly own: readonly Item[];
  /** How many run at the same time. */
  readonly width: number;
}

/** Real nodes are shared; each API server belongs to one proof, which waits for it more than it works. */
const WIDTHS = { nodes: 1, api: 2 } as const;

/** The lanes; one without a proof is left out. */
export function lanesOf<Item extends Plan>(proofs: readonly Item[]): Lane<Item>[] {
  const lanes = (['nodes', 'api'] as const).map((needs) => ({
    needs,
    own: proofs.filter((proof) => proof.needs === needs),
    width: WIDTHS[needs],
  }));
  return lanes.filter(({ own }) => own.length > 0);
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
