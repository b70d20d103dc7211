// What grows faster than linear today. Each number may fall and not rise; a row that has become linear must leave the list.
import type { Measure } from './support/growth';

/** What a row may reach, where it is more than linear. */
export interface Known extends Readonly<Partial<Record<Measure, readonly [ratio: number, step: number]>>> {
  /** Functions that grow faster than linear. */
  readonly steep?: number;
}

/** By `verb | what grows`. */
export const KNOWN: Readonly<Record<string, Known>> = {};
