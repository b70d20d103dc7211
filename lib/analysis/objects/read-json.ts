// Reading JSON of unknown shape: manifests may contain anything, so every step returns `undefined` instead of throwing.
import { isJsonObject, type Json, type JsonObject, jsonText, pointerToken } from '../../model/manifest/json';

/** A JSON object somewhere in a manifest. */
export interface Place {
  readonly value: JsonObject;
  /** RFC 6901. */
  readonly pointer: string;
}

const NOTHING: readonly Json[] = [];

export const record = (value: unknown): JsonObject | undefined => (isJsonObject(value) ? value : undefined);
export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value : NOTHING);
export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** `null` is how YAML says "not set": the API server drops it before it validates. */
export const isSet = (value: Json | undefined): value is Exclude<Json, null> => value !== undefined && value !== null;

/** A value as text. `String` would throw on `{"toString": 1}`. */
export const shown = (value: Json | undefined): string =>
  typeof value === 'string' ? value : value === undefined ? '' : jsonText(value);

/** The object at the end of a path of keys. */
export function dig(value: unknown, ...keys: readonly string[]): JsonObject | undefined {
  let current = record(value);
  for (const key of keys) {
    if (current === undefined) return undefined;
    current = record(current[key]);
  }
  return current;
}

/** The value of a key chosen by the user: `constructor` must not find an inherited property. */
export const own = (from: JsonObject | undefined, key: string): Json | undefined =>
  from !== undefined && Object.hasOwn(from, key) ? from[key] : undefined;

/** A JSON pointer (RFC 6901) some keys further down. */
export function at(pointer: string, ...keys: readonly (string | number)[]): string {
  let longer = pointer;
  for (const key of keys) longer += `/${typeof key === 'number' ? key : pointerToken(key)}`;
  return longer;
}

/** The objects in the list `parent[key]`, with their pointers. */
export function places(parent: JsonObject | undefined, key: string, pointer: string): Place[] {
  const values = list(parent?.[key]);
  const found: Place[] = [];
  for (let i = 0; i < values.length; i++) {
    const value = record(values[i]);
    if (value !== undefined) found.push({ value, pointer: `${pointer}/${key}/${i}` });
  }
  return found;
}

/** The object `parent[key]`, with its pointer. */
export function place(parent: JsonObject | undefined, key: string, pointer: string): Place | undefined {
  const value = record(parent?.[key]);
  return value === undefined ? undefined : { value, pointer: `${pointer}/${key}` };
}

const MOST_INT32 = 2_147_483_647;

/** `value` if the API server reads it as an int32 within these bounds. */
export const integer = (value: unknown, least: number, most = MOST_INT32): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : undefined;

export const isInteger = (value: unknown, least: number, most = MOST_INT32): boolean =>
  integer(value, least, most) !== undefined;
