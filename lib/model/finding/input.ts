// What is accepted of a user's input: types are gone at run time, so each input is checked once, at the door.

import { isJsonObject } from '../manifest/json';
import { parseQuantity } from '../manifest/quantity';
import { didYouMean } from './closest';
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

/** The keys of a type, all of them and no others: the compiler checks the list against the type. */
export type Keys<Value extends object> = { readonly [Key in keyof Required<Value>]: true };

/** A value that is not an object, or its unknown keys: a misspelt one would be ignored silently. */
export function findKeyProblems(field: string, value: unknown, keys: Readonly<Record<string, true>>): Problem[] {
  const known = Object.keys(keys);
  if (isJsonObject(value)) {
    return Object.keys(value)
      .filter((key) => !Object.hasOwn(keys, key))
      .map((key) => ({
        field: `${field}.${key}`,
        message: `unknown property '${key}' in ${field}${didYouMean(key, known)}`,
        expected: `one of ${known.join(', ')}`,
      }));
  }
  return [
    {
      field,
      ...(value === undefined ? {} : { value: String(value) }),
      message: value === undefined ? `${field} is required` : `${field} must be an object`,
      expected: `{ ${known.join(', ')} }`,
    },
  ];
}

/** Problems with the keys of an object and with its contents; of a value that is not an object, only that. */
export function findObjectProblems<Value extends object>(
  field: string,
  value: Value,
  keys: Keys<Value>,
  within: (value: Value) => readonly Problem[],
): Problem[] {
  return [...findKeyProblems(field, value, keys), ...(isJsonObject(value) ? within(value) : [])];
}

/** Requests that a pod cannot make. */
export function findQuantityProblems(field: string, quantities: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(quantities).flatMap(([name, quantity]) =>
    typeof quantity === 'string' && (parseQuantity(quantity) ?? 0n) > 0n
      ? []
      : [
          {
            field: `${field}.${name}`,
            ...(quantity === undefined ? {} : { value: String(quantity) }),
            message:
              quantity === undefined ? `${field}.${name} is required` : `${String(quantity)} is not a valid request`,
            expected: 'a quantity above 0, such as 250m or 256Mi',
          },
        ],
  );
}
