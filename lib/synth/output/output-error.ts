// Why an output directory could not be read or replaced.

/** The output directory cannot be read or replaced. Unless the message says otherwise, its content is what it was. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /**
   * @param path the file or directory in the way, absolute
   * @param what what is wrong, as a sentence without a full stop
   * @param expected what would be right, or what to do
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
