// What of a manifest has no form in YAML that readers return as it was: half characters, and what is not JSON.

import type { Problem } from '../../model/finding/problem';
import { type Json, pointerToken } from '../../model/manifest/json';

/** Half of a surrogate pair: Go refuses its escape, and UTF-8 has no bytes for it. */
const HALF = /\p{Surrogate}/u;

/** Whether YAML has a form for this value, apart from what is in it. */
export function hasForm(value: Json | undefined): boolean {
  if (typeof value === 'string') return !HALF.test(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value === 'object') return value === null || isPlain(value);
  return typeof value === 'boolean' || typeof value === 'bigint';
}

/** Every value and every key without a form, with its JSON pointer as the field. */
export function findCorruption(value: Json | undefined, pointer = ''): Problem[] {
  if (!hasForm(value)) return [{ ...describe(value), field: pointer }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries<Json>(value).flatMap(([key, child]) => {
    const below = `${pointer}/${pointerToken(key)}`;
    const ofKey = hasForm(key) ? [] : [{ ...describe(key), field: below }];
    return [...ofKey, ...findCorruption(child, below)];
  });
}

function describe(value: Json | undefined): Problem {
  if (typeof value === 'string') {
    const at = value.search(HALF);
    return {
      message: `character ${at + 1} is half of a surrogate pair`,
      expected: 'whole characters',
      value: value.slice(Math.max(0, at - 10), at + 10),
    };
  }
  const message = typeof value === 'object' ? 'an instance of a class is not JSON' : `${String(value)} is not JSON`;
  return { message, expected: 'text, a finite number, true, false, null, a list or a map' };
}

/** False for class instances, Maps, Dates and the like. */
function isPlain(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not compared with Object.prototype, since an object may come from another realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
