// The time that a run spends, by chart.
import type { Destination } from '../../model/platform/entries';

/** Adds up milliseconds by destination. */
export class Clock {
  private readonly elapsed = new Map<Destination | undefined, number>();

  add(destination: Destination | undefined, milliseconds: number): void {
    this.elapsed.set(destination, (this.elapsed.get(destination) ?? 0) + milliseconds);
  }

  /** Runs `work` and books its time on `destination`. */
  measure<Result>(destination: Destination | undefined, work: () => Result): Result {
    const started = performance.now();
    try {
      return work();
    } finally {
      this.add(destination, performance.now() - started);
    }
  }

  /** Milliseconds booked on `destination` so far. */
  of(destination: Destination): number {
    return this.elapsed.get(destination) ?? 0;
  }
}
