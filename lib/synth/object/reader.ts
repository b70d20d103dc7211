// Reads a user's values as JSON: what cdk8s resolves is resolved, and what JSON has no form for is a problem at its field.

import { Lazy, type ResolutionContext } from 'cdk8s';
import { Construct } from 'constructs';
import type { Problem } from '../../model/finding/problem';
import { type Json, pointerToken, putKey } from '../../model/manifest/json';

/** What is left out of maps and lists, and what is refused. */
export interface Mode {
  /** Whether every field has a form that the API server knows (`isFixedForm`): none of them takes an integer beyond 2^53. */
  readonly isFixed: boolean;
  /** Whether maps keep their nulls: they may mean something in a custom resource. */
  readonly keepsNull: boolean;
  /** Whether empty maps and lists are left out, at every depth. */
  readonly dropsEmpty: boolean;
  /** Whether keys are sorted by code units, as cdk8s does. */
  readonly sorts: boolean;
  /** Whether a `Quantity` or an `IntOrString` becomes a map with its `value`, which the generated code unwraps. */
  readonly wraps: boolean;
}

export const METADATA: Mode = { isFixed: true, keepsNull: false, dropsEmpty: true, sorts: true, wraps: true };
const KEEPS_EMPTY: Mode = { ...METADATA, dropsEmpty: false };

/** The mode for the fields of an object, besides its metadata. */
export function fieldsMode(isFixed: boolean, wraps: boolean): Mode {
  return { isFixed, keepsNull: !isFixed, dropsEmpty: false, sorts: true, wraps };
}

/** The mode for JSON that the user's own code has made. */
export function asItIs(isFixed: boolean): Mode {
  return { isFixed, keepsNull: true, dropsEmpty: false, sorts: false, wraps: false };
}

type Key = string | number;
type Fields = Readonly<Record<string, unknown>>;
/** What the app's own resolvers make of a value. */
export type Resolve = (keys: string[], value: unknown) => Pick<ResolutionContext, 'replaced' | 'replacedValue'>;
type Refusal = Omit<Problem, 'field'>;

/** Deeper values are taken for a mistake; a manifest has about 20 levels. */
const MOST_DEPTH = 500;
/** From here on JavaScript writes an integer with an exponent: it is a floating-point number, without a claim to all its digits. */
const FLOATING = 1e21;
const LEAST_INTEGER = -(2n ** 63n);
const MOST_INTEGER = 2n ** 63n - 1n;
/** Up to this many keys are sorted by insertion: the engine's own sort copies them three times. */
const FEW = 24;

/** What to write in place of an instance, by the name of its class. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  ['Buffer', "a text: buffer.toString('base64')"],
  ['Date', 'a text: date.toISOString()'],
  ['Error', 'a text: error.message'],
  ['Map', 'an object: Object.fromEntries(map)'],
  ['Promise', 'what it resolves to: await promise'],
  ['RegExp', 'a text: pattern.source'],
  ['Set', 'a list: [...set]'],
  ['URL', 'a text: url.href'],
]);

/** Reads values of one object, and collects the problems. What is refused is left out; in a list, null stands for it. */
export class Reader {
  readonly problems: Problem[] = [];
  /** The keys that lead to the value being read. */
  private readonly keys: Key[] = [];
  /** The maps and lists that the value being read is in. */
  private readonly above: object[] = [];
  private readonly start: string;
  private readonly resolve: Resolve | undefined;

  /**
   * @param start JSON pointer of what is read
   * @param resolve the app's own resolvers
   */
  constructor(start = '', resolve?: Resolve) {
    this.start = start;
    this.resolve = resolve;
  }

  /** The value as JSON; undefined where there is none, or where it was refused. */
  read(value: unknown, mode: Mode): Json | undefined {
    if (value === null) return null;
    if (value === undefined) return undefined;
    if (this.resolve !== undefined) {
      const context = this.resolve(this.keys.map(String), value);
      if (context.replaced) return this.read(context.replacedValue, mode);
    }
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return this.readNumber(value);
    if (typeof value === 'object') return this.readObject(value, mode);
    return typeof value === 'bigint' ? this.readInteger(value, mode) : this.refuse(notJson(value));
  }

  /** What `values` has at `key`. */
  readKey(values: object, key: Key, mode: Mode): Json | undefined {
    this.keys.push(key);
    const { length } = this.above;
    try {
      return this.read(Reflect.get(values, key), mode);
    } catch (error) {
      this.above.length = length;
      return this.refuse({
        message: `reading the value threw ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`,
        expected: 'a value that can be read',
      });
    } finally {
      this.keys.pop();
    }
  }

  /** Notes that the value being read is not JSON. */
  refuse(refusal: Refusal): undefined {
    const field = this.start + this.keys.map((key) => `/${pointerToken(String(key))}`).join('');
    this.problems.push({ ...refusal, field });
  }

  private readNumber(value: number): Json | undefined {
    if (Number.isSafeInteger(value)) return value;
    if (!Number.isFinite(value)) {
      return this.refuse({
        message: `${value} is not a number of JSON`,
        expected: 'a finite number',
        value: `${value}`,
      });
    }
    if (!Number.isInteger(value) || Math.abs(value) >= FLOATING) return value;
    return this.refuse({
      message: 'an integer beyond 2^53 has lost digits as a number',
      expected: 'a BigInt with all its digits, such as 9223372036854775807n, or a text',
      value,
    });
  }

  private readInteger(value: bigint, { isFixed }: Mode): Json | undefined {
    if (value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) return Number(value);
    if (isFixed) {
      const message = `no field of a built-in kind takes the integer ${value}`;
      return this.refuse({ message, expected: 'an integer up to 2^53, or a text' });
    }
    if (value >= LEAST_INTEGER && value <= MOST_INTEGER) return value;
    return this.refuse({
      message: `${value} does not fit in 64 bits: it would be rounded`,
      expected: 'an integer from -2^63 to 2^63 - 1, or a text',
    });
  }

  private readObject(value: object, mode: Mode): Json | undefined {
    if (this.above.includes(value)) {
      return this.refuse({ message: 'the value contains itself', expected: 'a value without a circle' });
    }
    if (this.above.length === MOST_DEPTH) {
      return this.refuse({ message: `the value is ${MOST_DEPTH} levels deep`, expected: 'fewer levels' });
    }
    this.above.push(value);
    const read = this.readContent(value as Fields, mode);
    this.above.pop();
    return read;
  }

  private readContent(value: Fields, mode: Mode): Json | undefined {
    const isList = Array.isArray(value);
    const plain = !isList && isPlain(value);
    if (!plain && !isList && isLazy(value)) return this.read(value.produce(), mode);
    const { resolve } = value;
    if (typeof resolve === 'function') return this.read(resolve.call(value), mode);
    if (plain) return this.readMap(value, mode);
    const wrapped = value['value'];
    if (typeof wrapped !== 'string' && typeof wrapped !== 'number') {
      return isList ? this.readList(value, mode) : this.refuse(notJson(value));
    }
    const isWrapper = Object.keys(value).length === 1;
    return mode.wraps && isWrapper ? this.readMap({ value: wrapped }, mode) : this.refuse(notBare(value, wrapped));
  }

  private readList(values: readonly unknown[], mode: Mode): Json | undefined {
    const items: Json[] = [];
    for (let index = 0; index < values.length; index++) {
      const before = this.problems.length;
      const isAbsent = (value: Json | undefined) => value === undefined && this.problems.length === before;
      let item = this.readKey(values, index, mode);
      // an empty item keeps its place
      if (isAbsent(item) && mode.dropsEmpty) item = this.readKey(values, index, KEEPS_EMPTY);
      if (isAbsent(item)) this.refuseItem(index);
      items.push(item ?? null);
    }
    return mode.dropsEmpty && items.length === 0 ? undefined : items;
  }

  private refuseItem(index: number): void {
    this.keys.push(index);
    this.refuse({
      message: 'undefined is not an item of a list',
      expected: 'a value, or no item: […].filter((item) => item !== undefined)',
      value: 'undefined',
    });
    this.keys.pop();
  }

  private readMap(map: Fields, mode: Mode): Json | undefined {
    const read: Record<string, Json> = {};
    const { keepsNull } = mode;
    let empty = mode.dropsEmpty;
    const keys = Object.keys(map);
    for (const key of mode.sorts ? sorted(keys) : keys) {
      const value = this.readKey(map, key, mode);
      if (value === undefined || (value === null && !keepsNull)) continue;
      putKey(read, key, value);
      empty = false;
    }
    return empty ? undefined : read;
  }
}

/** False for instances of classes. A map may come from another realm, may have no prototype, and may have a key `constructor`. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && !Construct.isConstruct(value))
  );
}

/** Of any copy of cdk8s. */
function isLazy(value: object): value is { produce(): unknown } {
  if (value instanceof Lazy) return true;
  return value.constructor?.name === Lazy.name && 'produce' in value && typeof value.produce === 'function';
}

function className(value: object): string {
  if (Buffer.isBuffer(value)) return 'Buffer';
  if (value instanceof Error) return 'Error';
  const type: unknown = Reflect.get(value, 'constructor');
  return typeof type === 'function' ? type.name : '';
}

function notJson(value: unknown): Refusal {
  if (typeof value === 'function') {
    return { message: 'a function is not a value', expected: 'its result: call it' };
  }
  if (typeof value !== 'object' || value === null) {
    return {
      message: `a ${typeof value} is not a value`,
      expected: 'a text, a number, true, false, a list or an object',
    };
  }
  if (Construct.isConstruct(value)) {
    const message = `the construct ${value.node.path} is not a value`;
    return { message, expected: 'what is meant of it, such as its name' };
  }
  const name = className(value);
  const message = name === '' ? 'an instance of a class is not a value' : `an instance of ${name} is not a value`;
  return { message, expected: REMEDIES.get(name) ?? 'a plain object, such as { ...instance }' };
}

/** A wrapper where no generated class unwraps it, or an instance of which only a part would be left. */
function notBare(value: object, wrapped: string | number): Refusal {
  const { message } = notJson(value);
  return { message, expected: `its value alone: ${JSON.stringify(wrapped)}` };
}

/** Sorts the keys in place, by code units like `sort()`. Most maps have few keys, and many are already sorted. */
function sorted(keys: string[]): string[] {
  if (keys.length > FEW) return keys.sort();
  for (let end = 1; end < keys.length; end++) {
    const key = keys[end] ?? '';
    let at = end;
    for (let before = keys[at - 1]; at > 0 && before !== undefined && before > key; before = keys[at - 1]) {
      keys[at] = before;
      at -= 1;
    }
    keys[at] = key;
  }
  return keys;
}
