// Schemas: what a user's input must look like, by valibot. Types are gone at run time, so each input is parsed once, at the door.

import * as v from 'valibot';
import { defined, isJsonObject, type Json } from '../manifest/json';
import { parseQuantity, WHOLE } from '../manifest/quantity';
import { closest, didYouMean } from './closest';
import { checkNumber, type Range } from './derivation';
import type { Problem } from './problem';

/** The schema of one value, with what it expects in words, and its keys if it is an object with known keys. */
export interface Schema {
  /** What valibot checks. */
  readonly shape: v.GenericSchema;
  /** What would be right, as a noun phrase. */
  readonly expected: string;
  /** Its keys. @default none: it is not an object, or its keys are the user's choice */
  readonly keys?: readonly string[];
  /** Whether it is an object with keys of the user's choice. @default false */
  readonly isTable?: true;
}

/** A schema for each key of a type, all of them and no others: the compiler checks the list against the type. */
export type Fields<Value extends object> = { readonly [Key in keyof Required<Value>]: Schema };

/** Stands for the field in a message, until the field is known. */
const FIELD = '\u0001';

/** An object with these keys. Each unknown key and each missing one is a problem. */
export function fields<Value extends object>(entries: Fields<Value>, expected?: string): Schema {
  const schemas: Readonly<Record<string, Schema>> = entries;
  const keys = Object.keys(schemas);
  const whole = expected ?? `{ ${keys.join(', ')} }`;
  const shapes = Object.fromEntries(Object.entries(schemas).map(([key, { shape }]) => [key, shape]));
  const unknown = v.never(() => JSON.stringify({ known: keys }));
  const shape = v.objectWithRest(shapes, unknown, ({ input, path }) => {
    const key = path?.at(-1)?.key;
    const missing = input === undefined && typeof key === 'string' ? schemas[key] : undefined;
    return packed(wrong(input, missing?.expected ?? whole));
  });
  return { shape: v.pipe(plainObject(whole), shape), expected: whole, keys };
}

/** A key that may be left out. */
export function optional(schema: Schema): Schema {
  return { ...schema, shape: v.optional(schema.shape) };
}

/** A number in a range; never NaN or infinite. */
export function number(range: Range = {}): Schema {
  const find = (value: unknown) => checkNumber(FIELD, value, range)[0];
  return leaf(find(undefined)?.expected ?? '', find);
}

/** A text that is not empty, of the form that `fits` accepts. */
export function text(expected = 'a text', fits: (value: string) => boolean = () => true): Schema {
  return leaf(expected, (value) =>
    typeof value === 'string' && value !== '' && fits(value) ? undefined : wrong(value, expected),
  );
}

/** A text that may be empty, such as the value of a label. */
export function emptyText(expected = 'a text'): Schema {
  return like(expected, (value) => typeof value === 'string');
}

/** What `schema` accepts; a text in its place is refused without being repeated, since it may be a password. */
export function unrepeated(schema: Schema): Schema {
  const { expected } = schema;
  const message = `${FIELD} cannot be a text: it would be in git`;
  const refused = leaf(expected, () => ({ message, expected, value: 'a text' }));
  const shape = v.lazy((value) => (typeof value === 'string' ? refused.shape : schema.shape));
  return { shape, expected };
}

/** One of these texts. */
export function choice(known: readonly string[]): Schema {
  const expected = known.length === 1 ? `'${known[0]}'` : `one of ${known.join(', ')}`;
  return leaf(expected, (value) => {
    if (typeof value === 'string' && known.includes(value)) return undefined;
    const problem = wrong(value, expected);
    return typeof value === 'string' ? { ...problem, message: problem.message + didYouMean(value, known) } : problem;
  });
}

/** `true` or `false`, or only one of them. */
export function flag(only?: boolean): Schema {
  const expected = only === undefined ? 'true or false' : `${only}`;
  const fits = (value: unknown) => typeof value === 'boolean' && (only === undefined || value === only);
  return leaf(expected, (value) => (fits(value) ? undefined : wrong(value, expected)));
}

/** A quantity above 0. */
export function quantity(expected = 'a quantity above 0 as a text, such as 250m or 256Mi'): Schema {
  return text(expected, (value) => (parseQuantity(value) ?? 0n) > 0n);
}

/** The least of a volume: a smaller number lacks its unit. */
const MEBIBYTE = 2n ** 20n * WHOLE;

/** A size of a volume or of a part of one, of 1Mi or more. */
export function volumeSize(): Schema {
  return text("a size of 1Mi or more as a text, such as '10Gi'", (value) => (parseQuantity(value) ?? 0n) >= MEBIBYTE);
}

/** A list; every item is checked. */
export function list(item: Schema, expected = 'a list: […]'): Schema {
  return { shape: v.array(item.shape, ({ input }) => packed(wrong(input, expected))), expected };
}

/** An object with keys of the user's choice. */
export function table(value: Schema, expected = 'an object: { key: value }'): Schema {
  const record = v.record(v.string(), value.shape);
  const shape = v.lazy((input) => v.pipe(plainObject(expected), record, leftOut(value, Object(input))));
  return { shape, expected, isTable: true };
}

/** Keys that valibot leaves out of a record, and does not check, lest they reach a prototype. To us they are keys like any other. */
const LEFT_OUT = ['__proto__', 'constructor', 'prototype'];

function leftOut({ shape }: Schema, input: Readonly<Record<string, unknown>>): v.RawCheckAction<object> {
  return v.rawCheck(({ addIssue }) => {
    for (const key of LEFT_OUT.filter((name) => Object.hasOwn(input, name))) {
      const item = { type: 'object', origin: 'value', input, key, value: input[key] } as const;
      for (const { message, path = [] } of v.safeParse(shape, input[key]).issues ?? []) {
        addIssue({ message, path: [item, ...path] });
      }
    }
  });
}

/** A value of one of several forms: the form that most of its keys belong to decides what is reported. */
export function either(forms: readonly Schema[], expected = forms.map((form) => form.expected).join(' or ')): Schema {
  const none = leaf(expected, (value) => wrong(value, expected));
  const shape = v.lazy((value) => {
    if (!isJsonObject(value)) {
      const plain = forms.filter(({ keys }) => keys === undefined);
      // of a value that is not an object, the only such form says more
      const fallback = plain.length === 1 && value !== null ? plain[0] : undefined;
      return (plain.find((form) => v.is(form.shape, value)) ?? fallback ?? none).shape;
    }
    // a construct is an object too, and has keys of its own
    const whole = forms.find((form) => form.keys === undefined && form.isTable !== true && v.is(form.shape, value));
    if (whole !== undefined) return whole.shape;
    const keys = Object.keys(value);
    const fitting = keys.length === 0 ? undefined : forms.find((form) => keys.every((key) => form.keys?.includes(key)));
    if (fitting !== undefined) return fitting.shape;
    const [best] = [...forms].sort((a, b) => likeness(value, b) - likeness(value, a));
    if (best !== undefined && likeness(value, best) > 0) return best.shape;
    return (forms.find(({ isTable }) => isTable) ?? none).shape;
  });
  return { shape, expected };
}

/** An object of one of several forms, named by the text at `key`. */
export function variant(key: string, forms: Readonly<Record<string, Schema>>): Schema {
  const expected = Object.values(forms)
    .map((form) => form.expected)
    .join(' or ');
  const names = choice(Object.keys(forms));
  // of an unknown form no other key can be judged
  const unnamed = v.pipe(
    plainObject(expected),
    v.looseObject({ [key]: names.shape }, () => packed(wrong(undefined, names.expected))),
  );
  const shape = v.lazy((value) => {
    const name = isJsonObject(value) ? value[key] : undefined;
    return (typeof name === 'string' && Object.hasOwn(forms, name) ? forms[name]?.shape : undefined) ?? unnamed;
  });
  return { shape, expected };
}

/** A value that `fits` accepts, such as a construct. */
export function like(expected: string, fits: (value: unknown) => boolean): Schema {
  return leaf(expected, (value) => (fits(value) ? undefined : wrong(value, expected)));
}

/**
 * What `schema` accepts, less the values in which `find` finds problems. Their fields are relative to the value, also where a
 * message begins with one.
 */
export function checked<Value>(schema: Schema, find: (value: Value) => readonly Problem[]): Schema {
  const shape = v.pipe(
    schema.shape,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.issues !== undefined) return;
      for (const problem of find(dataset.value as Value)) addIssue({ message: packed(relative(problem)) });
    }),
  );
  return { ...schema, shape };
}

/** Every problem of `value`, which the user wrote at `field`; an empty field stands for the properties of a construct. */
export function findSchemaProblems({ shape }: Schema, value: unknown, field: string): Problem[] {
  const { issues = [] } = v.safeParse(shape, value);
  const found = issues.map((issue) => problemOf(issue, field));
  // a misspelt key is one mistake, though the key that was meant is missing as well
  const meant = new Set(found.flatMap(({ meant }) => meant ?? []));
  return found
    .filter(({ problem }) => problem.value !== undefined || !meant.has(problem.field ?? ''))
    .map(({ problem }) => problem);
}

/** Keys of the value that the form has; a misspelt one counts half. */
function likeness(value: object, { keys = [] }: Schema): number {
  const scores = Object.keys(value).map((key) => (keys.includes(key) ? 2 : closest(key, keys) === undefined ? 0 : 1));
  return scores.reduce<number>((sum, score) => sum + score, 0);
}

function leaf(expected: string, find: (value: unknown) => Problem | undefined): Schema {
  const shape = v.pipe(
    v.unknown(),
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? find(dataset.value) : undefined;
      if (problem !== undefined) addIssue({ message: packed(problem) });
    }),
  );
  return { shape, expected };
}

/** valibot takes lists and dates for objects. */
function plainObject(expected: string): v.GenericSchema<unknown, object> {
  return v.custom<object>(isJsonObject, ({ input }) => packed(wrong(input, expected)));
}

function wrong(value: unknown, expected: string): Problem {
  return { message: value === undefined ? `${FIELD} is required` : `${FIELD} cannot be ${kindOf(value)}`, expected };
}

/** The problem with its field marked where its message begins with it. */
function relative({ message, ...problem }: Problem): Problem {
  const { field } = problem;
  const begins = field !== undefined && message.startsWith(`${field} `);
  return { ...problem, message: begins ? FIELD + message.slice(field.length) : message };
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') return value === '' ? 'empty' : `the text "${value}"`;
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** valibot's issues have a text only, so the problem travels as JSON. */
function packed(problem: Problem): string {
  return JSON.stringify(problem);
}

interface Found {
  readonly problem: Problem;
  /** The fields that an unknown key may stand for: the one that is spelt like it, or all where no key of the object is known. */
  readonly meant?: readonly string[];
}

/** The problem in the user's words: `probes.readiness.path`, `nodePools[general].cpu`. */
function problemOf({ message, input, path }: v.BaseIssue<unknown>, start: string): Found {
  const keys = (path ?? []).map(({ key, value: item, input: parent }) =>
    Array.isArray(parent) ? `[${label(item, key)}]` : String(key),
  );
  const field = joined(start, keys);
  const { known, ...problem }: Problem & { readonly known?: readonly string[] } = JSON.parse(message);
  if (known !== undefined) {
    const beside = Object.keys(Object(path?.at(-1)?.input));
    return misspelt(joined(start, keys.slice(0, -1)), keys.at(-1) ?? '', known, beside);
  }
  const { value = shown(input) } = problem;
  const whole = problem.field === undefined || problem.field === FIELD ? field : joined(field, [problem.field]);
  const text = problem.message.replaceAll(FIELD, whole || 'the input');
  return { problem: { ...problem, field: whole, message: text, ...defined({ value }) } };
}

function misspelt(parent: string, key: string, known: readonly string[], beside: readonly string[]): Found {
  const place = parent === '' ? '' : ` in ${parent}`;
  const message = `unknown property '${key}'${place}${didYouMean(key, known)}`;
  const better = closest(key, known);
  const expected = known.length === 1 ? `${known[0]}` : `one of ${known.join(', ')}`;
  const problem = { field: joined(parent, [key]), message, expected };
  const others = beside.some((one) => known.includes(one)) ? [] : known;
  return { problem, meant: (better === undefined ? others : [better]).map((one) => joined(parent, [one])) };
}

function joined(start: string, keys: readonly string[]): string {
  return keys.reduce((field, key) => (field === '' || key.startsWith('[') ? field + key : `${field}.${key}`), start);
}

/** An item of a list is named where it has a name. */
function label(item: unknown, index: unknown): string {
  return isJsonObject(item) && typeof item.name === 'string' && item.name !== '' ? item.name : String(index);
}

function shown(value: unknown): Json | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return ['string', 'number', 'boolean'].includes(typeof value) || value === null ? (value as Json) : undefined;
}
