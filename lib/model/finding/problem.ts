// A problem: what is wrong, with which input, and what is expected. A finding is a problem with its rule, severity and place.
import type { Json } from '../manifest/json';

/** What is wrong with an input or a field. */
export interface Problem {
  /** What is wrong: the subject first, a dozen words at most, no full stop. */
  readonly message: string;
  /** What would be right, as a noun phrase: "an integer from 1 to 65535". */
  readonly expected: string;
  /** What to do about it, if `expected` alone does not say. @default nothing more */
  readonly fix?: string;
  /** Name of the input as the user knows it, or a JSON pointer into the object. @default the whole input */
  readonly field?: string;
  /** The value found there; absent if there was none. Never a secret. */
  readonly value?: Json;
}

/** Whether the answer is a problem instead. */
export function isProblem<Answer extends object>(answer: Answer | Problem): answer is Problem {
  return 'message' in answer && 'expected' in answer;
}
