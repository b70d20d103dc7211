// Why an output directory could not be read or replaced.

/** The output directory cannot be read or replaced. Unless `state` says otherwise, its content is unchanged. */
export class OutputError extends Error {
  /** Name of this class. */
  override readonly name = 'OutputError';
  /** What was written, or moved, before the error: `dist is complete`. Absent if nothing was. */
  readonly state: string | undefined;
  /**
   * @param path the file or directory in the way, absolute
   * @param what the problem, as a sentence without a full stop
   * @param expected the valid state, or what to do
   */
  constructor(
    readonly path: string,
    readonly what: string,
    readonly expected: string,
    options?: { readonly cause?: unknown; readonly state?: string },
  ) {
    super(`${what} — ${expected}`, options);
    this.state = options?.state;
  }
}
