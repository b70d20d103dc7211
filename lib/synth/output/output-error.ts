// Why an output directory could not be read or replaced.

/** The output directory cannot be read or replaced. Unless the message says otherwise, its content is unchanged. */
export class OutputError extends Error {
  /** Name of this class. */
  override readonly name = 'OutputError';
  /**
   * @param path the file or directory in the way, absolute
   * @param what the problem, as a sentence without a full stop
   * @param expected the valid state, or what to do
   */
  constructor(
    readonly path: string,
    readonly what: string,
    readonly expected: string,
    options?: { cause: unknown },
  ) {
    super(`${what} — ${expected}`, options);
  }
}
