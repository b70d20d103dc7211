// Values as users without a compiler write them.

/** The same value as JSON, of whatever type the test needs it to be. */
export const unchecked = <Value>(value: unknown): Value => JSON.parse(JSON.stringify(value));
