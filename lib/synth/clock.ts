// Where the time of a run goes, chart by chart.
import type { Placement } from '../model/platform/entries';

/** Adds up milliseconds by placement. */
export class Clock {
  private readonly elapsed = new Map<Placement | undefined, number>();

  add(placement: Placement | undefined, milliseconds: number): void {
    this.elapsed.set(placement, (this.elapsed.get(placement) ?? 0) + milliseconds);
  }

  /** Runs `work` and books its time on `placement`. */
  measure<Result>(placement: Placement | undefined, work: () => Result): Result {
    const started = performance.now();
    try {
      return work();
    } finally {
      this.add(placement, performance.now() - started);
    }
  }

  /** Milliseconds booked on `placement` so far. */
  of(placement: Placement): number {
    return this.elapsed.get(placement) ?? 0;
  }
}
