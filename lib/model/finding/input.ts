// Checks that a user's input has the keys and values that its type allows, for types are gone at run time.

import { isJsonObject } from '../manifest/json';
import { parseQuantity } from '../manifest/quantity';
import { didYouMean } from './closest';
import type { Problem } from './problem';

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
