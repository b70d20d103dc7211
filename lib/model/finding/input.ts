// What is accepted of a user's input: types are gone at run time, so each input is checked once, at the door.

import { isJsonObject } from '../manifest/json';
import type { Problem } from './problem';
import { findSchemaProblems, type Schema } from './schema';

/** Stands for a missing setting until synth refuses the chart. */
export const PLACEHOLDER = 'missing-setting';

/** An input as it is used: without what was refused. */
export interface Accepted<Input> {
  readonly input: Input;
  /** The keys that were refused. */
  readonly refused: ReadonlySet<string>;
  readonly problems: readonly Problem[];
}

/**
 * The input that the user wrote at `field`, with its problems; an empty field stands for the properties of a construct. Each
 * refused key has the value of `standIns`, or none.
 */
export function accept<Input extends object>(
  field: string,
  schema: Schema,
  input: Input,
  standIns: Partial<Input>,
): Accepted<Input> {
  const problems = findSchemaProblems(schema, input, field);
  if (problems.length === 0) return { input, refused: new Set(), problems };
  const start = field === '' ? 0 : field.length + 1;
  const refused = new Set(problems.map((problem) => /^[^.[]*/.exec((problem.field ?? '').slice(start))?.[0] ?? ''));
  const given = Object.entries(isJsonObject(input) ? input : {});
  const kept = given.filter(([key, value]) => value !== undefined && !refused.has(key));
  const known = kept.filter(([key]) => schema.keys?.includes(key) ?? true);
  const replaced = { ...standIns, ...Object.fromEntries(known) } as Input;
  // a placeholder was reported where it was read
  return { input: replaced, refused, problems: problems.filter(({ value }) => value !== PLACEHOLDER) };
}
