// Slips in an input: a misspelt key, a value of another type, a key left out. Each is one mistake, and one problem.

import { isJsonObject } from '../../lib/model/manifest/json';

/** An input with one slip, and the field and the words that the problem must have. */
export interface Slip {
  readonly title: string;
  readonly input: unknown;
  readonly field: string;
  readonly message: string;
}

/** Values of other types, by the type of the right one. */
function othersThan(value: unknown): unknown[] {
  if (typeof value === 'number') return [String(value), null, Number.NaN, Number.POSITIVE_INFINITY];
  if (typeof value === 'string') return [5, null];
  if (typeof value === 'boolean') return [String(value), null];
  return Array.isArray(value) ? ['text', null] : [7, null, []];
}

/** Every slip of type or spelling in `input`. Keys of `tables` are of the user's choice. */
export function slipsIn(input: object, tables: readonly string[] = []): Slip[] {
  const slips: Slip[] = [];
  const visit = (value: unknown, keys: readonly (string | number)[]): void => {
    for (const other of keys.length === 0 ? [] : othersThan(value)) {
      const slip = withValue(input, keys, other);
      const field = fieldOf(slip, keys);
      slips.push({ title: `${field}: ${shown(other)}`, input: slip, field, message: field });
    }
    if (Array.isArray(value)) value.forEach((item, index) => void visit(item, [...keys, index]));
    if (!isJsonObject(value)) return;
    const isTable = tables.includes(String(keys.at(-1)));
    for (const [key, inner] of Object.entries(value)) {
      visit(inner, [...keys, key]);
      if (isTable) continue;
      const renamed = Object.entries(value).map(([name, one]) => [name === key ? `${key}x` : name, one]);
      const slip = withValue(input, keys, Object.fromEntries(renamed));
      const field = fieldOf(slip, [...keys, `${key}x`]);
      slips.push({ title: field, input: slip, field, message: `(did you mean ${key}?)` });
    }
  };
  visit(input, []);
  return slips;
}

/** `input` without each of its keys in turn, at any depth. */
export function gapsIn(input: object, tables: readonly string[] = []): Slip[] {
  const gaps: Slip[] = [];
  const visit = (value: unknown, keys: readonly (string | number)[]): void => {
    if (Array.isArray(value)) value.forEach((item, index) => void visit(item, [...keys, index]));
    if (!isJsonObject(value)) return;
    for (const [key, inner] of Object.entries(value)) {
      visit(inner, [...keys, key]);
      if (tables.includes(String(keys.at(-1)))) continue;
      const { [key]: _, ...rest } = value;
      const gap = withValue(input, keys, rest);
      const field = fieldOf(gap, [...keys, key]);
      gaps.push({ title: `no ${field}`, input: gap, field, message: `${field} is required` });
    }
  };
  visit(input, []);
  return gaps;
}

function withValue(whole: unknown, [key, ...rest]: readonly (string | number)[], to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(whole)) return whole.map((item, index) => (index === key ? withValue(item, rest, to) : item));
  return isJsonObject(whole) ? { ...whole, [key]: withValue(whole[key], rest, to) } : whole;
}

/** The field as a problem names it: items of a list by their name, where they have one. */
function fieldOf(whole: unknown, keys: readonly (string | number)[]): string {
  let at = whole;
  let field = '';
  for (const key of keys) {
    const item: unknown = Array.isArray(at) ? at[Number(key)] : isJsonObject(at) ? at[key] : undefined;
    const name = isJsonObject(item) && typeof item.name === 'string' && item.name !== '' ? item.name : key;
    field += Array.isArray(at) ? `[${name}]` : `${field === '' ? '' : '.'}${key}`;
    at = item;
  }
  return field;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}
