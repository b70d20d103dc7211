// Something is wrong: what, with which input, and what would be right. A finding is a problem with its rule, severity and place.
import type { Json } from '../manifest/json';

/** Something is wrong with an input or a field. */
export interface Problem {
  /** What is wrong: the subject first, a dozen words at most, no full stop. */
  readonly message: string;
  /** What would be right: "an integer from 1 to 65535". */
  readonly expected: string;
  /** What to do about it, where `expected` alone does not say. */
  readonly fix?: string;
  /** Name of the input as the user knows it, or a JSON pointer into the object. @default the whole input */
  readonly field?: string;
  /** The value found there; absent where none was given. Never a secret. */
  readonly value?: Json;
}

/** Whether an answer is the problem that there is none. */
export function isProblem<Answer extends object>(answer: Answer | Problem): answer is Problem {
  return 'message' in answer && 'expected' in answer;
}
