// Whether YAML is read back as the value from which it was written.

import { parse } from 'yaml';
import { isJsonObject, type Json, pointerToken } from '../../model/manifest/json';

/** JSON pointer of the first value that is read back differently from `text`; undefined when all are read back. */
export function findCorruption(value: Json, text: string): string | undefined {
  return firstDifference(value, parse(text, { version: '1.1', intAsBigInt: true }), '');
}

function firstDifference(written: Json | undefined, read: unknown, pointer: string): string | undefined {
  const [ours, theirs] = [childrenOf(written), childrenOf(read)];
  if (ours === undefined || theirs === undefined)
    return isSame(written, read) && !isBroken(written) ? undefined : pointer;
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    const below = `${pointer}/${pointerToken(key)}`;
    const difference =
      ours.has(key) && theirs.has(key) ? firstDifference(ours.get(key), theirs.get(key), below) : below;
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** The library reads every integer as a BigInt. */
function isSame(written: Json | undefined, read: unknown): boolean {
  return written === read || (typeof read === 'bigint' && typeof written === 'number' && Number(read) === written);
}

/** Half of a surrogate pair is not a character: our parser returns it, Go's replaces it. */
function isBroken(value: Json | undefined): boolean {
  return typeof value === 'string' && /\p{Surrogate}/u.test(value);
}

function childrenOf<Value>(value: Value): Map<string, Json> | undefined {
  if (!isJsonObject(value) && !Array.isArray(value)) return undefined;
  return new Map(Object.entries<Json>(value));
}
