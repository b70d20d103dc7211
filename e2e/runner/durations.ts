// What took how long: builds, and proofs without the time for which they waited.

export interface Duration {
  readonly name: string;
  readonly seconds: number;
}

/** A table, the longest first. */
export function formatDurations(durations: readonly Duration[]): string {
  return [...durations]
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ name, seconds }) => `${seconds.toFixed(0).padStart(6)} s  ${name}\n`)
    .join('');
}
