// Classes from cdk8s' generator (`cdk8s import`, cdk8s-plus' L1): what they drop, without a word, is a problem at its field.

import type { ApiObject } from 'cdk8s';
import { didYouMean } from '../../model/finding/closest';
import type { Problem } from '../../model/finding/problem';
import { isJsonObject, type Json, type JsonObject, pointerToken } from '../../model/manifest/json';

/** `manifest()` is the second half of its `toJson()`. */
export interface GeneratedClass {
  readonly name: string;
  readonly GVK: { readonly apiVersion: string; readonly kind: string };
  readonly prototype: { readonly toJson: unknown };
  manifest(props: unknown): unknown;
}

/** The JSON that a class makes of what it is given, and what it drops of that. */
interface Generated {
  readonly json: Json | undefined;
  readonly dropped: readonly Problem[];
}

type Keys = readonly string[];

/** What cdk8s gives every object. A list has none of it, so the class of a list drops it. */
const GIVEN: ReadonlySet<string> = new Set(['name', 'namespace', 'labels']);

export function isGeneratedClass(type: unknown): type is GeneratedClass {
  return typeof type === 'function' && Object.hasOwn(type, 'GVK') && Object.hasOwn(type, 'manifest');
}

/** The generated class that the object is of, or that its class extends. */
export function generatedClassOf(object: ApiObject): GeneratedClass | undefined {
  let type: unknown = object.constructor;
  while (typeof type === 'function') {
    if (isGeneratedClass(type)) return type;
    type = Object.getPrototypeOf(type);
  }
  return undefined;
}

/** What `type` makes of the fields. Those that it drops or cannot read are problems, and are left out. */
export function generate(type: GeneratedClass, fields: JsonObject): Generated {
  const json = attempt(type, fields);
  if (json !== undefined && sizeOf(json) === sizeOf(fields)) return { json, dropped: [] };
  const lost = leafPaths(fields).flatMap((path) => lostParts(type, fields, path));
  const distinct = [...new Map(lost.map((path) => [pointerOf(path), path] as const)).values()];
  const dropped = distinct.map((path) => droppedField(type, fields, path));
  const kept = distinct.reduce<Json>((value, path) => without(value, path), fields);
  return { json: attempt(type, kept), dropped };
}

/** Undefined where the generated code expects another shape. */
function attempt(type: GeneratedClass, fields: unknown): Json | undefined {
  try {
    return type.manifest(fields) as Json;
  } catch {
    return undefined;
  }
}

/** Keys, items, and values below them. A class renames and unwraps fields, but adds none: what it returns is as large, or less is there. */
function sizeOf(value: Json | undefined): number {
  if (typeof value !== 'object' || value === null || isWrapper(value)) return 1;
  let size = 0;
  for (const [, child] of childrenOf(value)) size += 1 + sizeOf(child);
  return size;
}

function leafPaths(value: Json | undefined): Keys[] {
  const children = childrenOf(value);
  return children.length === 0
    ? [[]]
    : children.flatMap(([key, child]) => leafPaths(child).map((path) => [key, ...path]));
}

function childrenOf(value: Json | undefined): [string, Json][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** The part of the path at whose end the class stops reading; none if it reads all of it. */
function lostParts(type: GeneratedClass, fields: JsonObject, path: Keys): Keys[] {
  const [first = '', second = ''] = path;
  if (Object.hasOwn(type.GVK, first) || (first === 'metadata' && GIVEN.has(second))) return [];
  const made = attempt(type, onlyAt(fields, path, valueAt(fields, path)));
  if (made === undefined) return [path];
  const kept = depthOf(withoutHead(type, made));
  const isUnwrapped =
    kept === path.length - 1 && path.at(-1) === 'value' && isWrapper(valueAt(fields, path.slice(0, -1)));
  return kept >= path.length || isUnwrapped ? [] : [path.slice(0, kept + 1)];
}

function withoutHead({ GVK }: GeneratedClass, made: Json): Json {
  return Object.fromEntries(childrenOf(made).filter(([key]) => !Object.hasOwn(GVK, key)));
}

/** Levels below a value whose maps and lists have one child each. */
function depthOf(value: Json): number {
  const [first] = childrenOf(value);
  return first === undefined ? 0 : 1 + depthOf(first[1]);
}

/** A Quantity or an IntOrString, or what looks like one. */
function isWrapper(value: Json | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const inner = value['value'];
  return (typeof inner === 'string' || typeof inner === 'number') && Object.keys(value).length === 1;
}

function valueAt(fields: Json, path: Keys): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => childrenOf(value).find(([name]) => name === key)?.[1], fields);
}

/** A skeleton of the fields: only the path, with `end` at its end. */
function onlyAt(value: Json | undefined, [key, ...rest]: Keys, end: unknown): unknown {
  if (key === undefined) return end;
  const child = onlyAt(valueAt(value ?? null, [key]), rest, end);
  return Array.isArray(value) ? [child] : Object.fromEntries([[key, child]]);
}

function without(value: Json, [key, ...rest]: Keys): Json {
  const children = childrenOf(value).flatMap(([name, child]): [string, Json][] => {
    if (name !== key) return [[name, child]];
    return rest.length === 0 ? [] : [[name, without(child, rest)]];
  });
  return Array.isArray(value) ? children.map(([, child]) => child) : Object.fromEntries(children);
}

function droppedField(type: GeneratedClass, fields: JsonObject, path: Keys): Problem {
  const { kind } = type.GVK;
  const key = path.at(-1) ?? '';
  const known = propertiesAt(type, fields, path.slice(0, -1));
  const problem = { field: pointerOf(path) };
  if (known.length > 0 && !known.includes(key)) {
    return {
      ...problem,
      message: `the generated class of ${kind} drops '${key}', which it does not know${didYouMean(key, known)}`,
      expected: `one of ${known.join(', ')}`,
      fix: 'add a field that the class is too old for by override(…), or write an ApiObject',
    };
  }
  const value = valueAt(fields, path);
  if (value === null) {
    return {
      ...problem,
      message: `the generated class of ${kind} drops this null`,
      expected: 'an ApiObject, which keeps it',
    };
  }
  const wrapped = attempt(type, onlyAt(fields, path, { value }));
  const isWrapped = wrapped !== undefined && depthOf(withoutHead(type, wrapped)) === path.length;
  return {
    ...problem,
    message: `the generated class of ${kind} cannot read this value`,
    expected: isWrapped
      ? 'a wrapper, such as IntOrString.fromNumber(…) or Quantity.fromString(…)'
      : 'the form that its type has',
    ...(typeof value === 'object' || value === undefined ? {} : { value }),
  };
}

/** The properties that the class reads at the end of the path. */
function propertiesAt(type: GeneratedClass, fields: JsonObject, path: Keys): string[] {
  const known = new Set<string>();
  const spy = new Proxy({}, { get: (_, key) => void (typeof key === 'string' && known.add(key)) });
  attempt(type, onlyAt(fields, path, spy));
  return [...known];
}

function pointerOf(path: Keys): string {
  return path.map((key) => `/${pointerToken(key)}`).join('');
}
