// Step 4, override: applies the user's changes to the final JSON. A change that is impossible or has no effect is an error.

import { isDeepStrictEqual } from 'node:util';
import { type Finding, findingAt, findingOf } from '../../model/finding/finding';
import { isProblem, type Problem } from '../../model/finding/problem';
import { isJsonObject, type Json, type JsonObject, jsonText, pointerToken, putKey } from '../../model/manifest/json';
import { isFixedForm } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { type SourceLine, userLine } from '../../model/manifest/origin';
import type { Override } from '../../model/platform/entries';
import { formatPath, mergeKeyOf, parsePath, type Step } from './path';
import { asItIs, type Mode, Reader } from './reader';
import type { Rendered } from './render';

/** An object with its overrides applied. */
export interface Overridden {
  readonly manifest: JsonObject;
  readonly findings: readonly Finding[];
  /** Fields and items that were added. */
  readonly added: readonly Added[];
}

/** A field that an override added. */
export interface Added {
  /** JSON pointer. */
  readonly pointer: string;
  readonly source: SourceLine | undefined;
}

/** JSON that may be changed: the copy that overrides work on. */
type Draft = null | boolean | number | bigint | string | Draft[] | DraftObject;
interface DraftObject {
  [key: string]: Draft;
}

/** Applies the overrides of `object` in the order in which they were called. */
export function applyOverrides({ manifest, overrides, origin }: Rendered): Overridden {
  if (overrides.length === 0) return { manifest, findings: [], added: [] };
  const draft: DraftObject = copyObject(manifest);
  const mode = asItIs(isFixedForm(groupOf(manifest.apiVersion), String(manifest.kind)));
  const findings: Finding[] = [];
  const added: Added[] = [];
  for (const change of overrides) {
    const steps = parsePath(change.path);
    const { value, problems } = change.operation === 'remove' ? NOTHING : readValue(change.value, mode);
    const source = () => userLine(change.trace) ?? origin.source();
    const report = (finding: Finding) => findings.push(findingAt({ construct: origin.construct, source }, finding));
    for (const { field = '', ...problem } of problems) {
      report(findingOf('unrenderable', { ...problem, field: change.path + field.replaceAll('/', '.') }));
    }
    if (problems.length > 0) continue;
    const outcome = steps === undefined ? INVALID_PATH : applyChange(draft, change.operation, value, steps);
    if (typeof outcome === 'string') added.push({ pointer: outcome, source: source() });
    else if (outcome !== undefined) report(findingOf('override', { field: change.path, ...outcome }));
  }
  return { manifest: draft, findings, added };
}

/** A value as JSON, and what of it is not JSON. */
interface Read {
  readonly value: Json;
  readonly problems: readonly Problem[];
}

const NOTHING: Read = { value: null, problems: [] };

function readValue(given: unknown, mode: Mode): Read {
  const reader = new Reader();
  const value = reader.read(given, mode) ?? null;
  if (given === undefined) {
    reader.refuse({ message: 'the override sets no value', expected: 'a value, or remove(path)', value: 'undefined' });
  }
  return { value, problems: reader.problems };
}

const INVALID_PATH: Problem = {
  message: 'not a valid path',
  expected: 'a path such as spec.template.spec.containers[web].image or metadata.annotations["example.com/team"]',
};

/** A place in the draft: a key of a map, or an item of a list. */
interface Slot {
  readonly value: Draft | undefined;
  /** What a new item of a list must have. */
  readonly mergeKey?: { readonly key: string; readonly value: string };
  /** JSON pointer. */
  readonly pointer: string;
  write(value: Draft): void;
  remove(): void;
}

/** Makes one change. Returns the pointer of a new field, or why the change is refused. */
function applyChange(
  draft: DraftObject,
  operation: Override['operation'],
  value: Json,
  steps: readonly Step[],
): string | Problem | undefined {
  const slot = findSlot(draft, steps);
  if (isProblem(slot)) return slot;
  if ((operation === 'replace' || operation === 'remove') && slot.value === undefined) {
    return missing(draft, steps, `${operation} needs an existing field`);
  }
  if (operation === 'remove') {
    slot.remove();
    return undefined;
  }
  const wanted = copy(value);
  if (operation === 'append') return append(slot, wanted, steps);
  const { mergeKey } = slot;
  if (mergeKey !== undefined && keyOf(wanted, mergeKey.key) !== mergeKey.value) {
    const message = `the new item has no ${mergeKey.key} ${mergeKey.value}`;
    return { message, expected: `{ ${mergeKey.key}: ${mergeKey.value}, … }` };
  }
  if (isDeepStrictEqual(slot.value, wanted)) {
    return {
      message: 'the field already has this value',
      expected: 'another value, or no override',
      value: wanted,
    };
  }
  const isNew = slot.value === undefined;
  slot.write(wanted);
  return isNew ? slot.pointer : undefined;
}

/** Adds an item to a list. Returns its pointer, or that of the list if it is new. */
function append(slot: Slot, item: Draft, steps: readonly Step[]): string | Problem {
  const { value: list } = slot;
  if (list === undefined) {
    slot.write([item]);
    return slot.pointer;
  }
  const path = formatPath(steps);
  if (!Array.isArray(list)) return { message: `${path} is not a list`, expected: 'set(path, value)' };
  const last = steps.at(-1);
  const key = mergeKeyOf(last?.kind === 'key' ? last.key : undefined, [...list, item]);
  const name = key === undefined ? undefined : keyOf(item, key);
  if (key !== undefined && list.some((other) => keyOf(other, key) === name)) {
    return { message: `${path} has an item [${name}] already`, expected: `replace('${path}[${name}]', …)` };
  }
  list.push(item);
  return `${slot.pointer}/${list.length - 1}`;
}

function keyOf(item: Draft | undefined, key: string): string | undefined {
  return isDraftObject(item) && item[key] !== undefined ? String(item[key]) : undefined;
}

/** The slot at the end of `steps`; its parent must exist. */
function findSlot(draft: DraftObject, steps: readonly Step[]): Slot | Problem {
  let parent: Draft = draft;
  let pointer = '';
  for (const [depth, step] of steps.entries()) {
    const slot: Slot | undefined = slotOf(parent, step, steps[depth - 1], pointer);
    if (slot === undefined) return missing(draft, steps, 'the path does not exist');
    if (depth === steps.length - 1) return slot;
    if (slot.value === undefined) return missing(draft, steps, 'the path does not exist');
    parent = slot.value;
    pointer = slot.pointer;
  }
  return INVALID_PATH;
}

function slotOf(parent: Draft, step: Step, before: Step | undefined, pointer: string): Slot | undefined {
  if (Array.isArray(parent)) return step.kind === 'item' ? listSlot(parent, step.item, before, pointer) : undefined;
  if (typeof parent !== 'object' || parent === null || step.kind === 'item') return undefined;
  const { key } = step;
  return {
    value: Object.hasOwn(parent, key) ? parent[key] : undefined,
    pointer: `${pointer}/${pointerToken(key)}`,
    write: (value) => putKey(parent, key, value),
    remove: () => {
      delete parent[key];
    },
  };
}

/** An item of a list, by its merge key or its index. Only the former may be new. */
function listSlot(list: Draft[], item: string, before: Step | undefined, pointer: string): Slot | undefined {
  const mergeKey = mergeKeyOf(before?.kind === 'key' ? before.key : undefined, list);
  const index =
    mergeKey === undefined
      ? Number(/^\d+$/.test(item) ? item : Number.NaN)
      : list.findIndex((entry) => keyOf(entry, mergeKey) === item);
  if (mergeKey !== undefined && index === -1) {
    return {
      value: undefined,
      mergeKey: { key: mergeKey, value: item },
      pointer: `${pointer}/${list.length}`,
      write: (value) => {
        list.push(value);
      },
      remove: () => {},
    };
  }
  if (!(index >= 0 && index < list.length)) return undefined;
  return {
    value: list[index],
    pointer: `${pointer}/${index}`,
    write: (value) => {
      list[index] = value;
    },
    remove: () => {
      list.splice(index, 1);
    },
  };
}

/** A problem that names the nearest existing parent and its content. */
function missing(draft: DraftObject, steps: readonly Step[], message: string): Problem {
  let parent: Draft = draft;
  let depth = 0;
  for (; depth < steps.length; depth++) {
    const step = steps[depth];
    const slot: Slot | undefined = step === undefined ? undefined : slotOf(parent, step, steps[depth - 1], '');
    if (slot?.value === undefined) break;
    parent = slot.value;
  }
  const nearest = depth === 0 ? 'the object' : formatPath(steps.slice(0, depth));
  return { message, expected: `a field of ${nearest}, which ${contents(parent, steps[depth - 1])}` };
}

function contents(value: Draft, field: Step | undefined): string {
  if (Array.isArray(value)) {
    const mergeKey = mergeKeyOf(field?.kind === 'key' ? field.key : undefined, value);
    const names = value.map((entry, index) =>
      mergeKey !== undefined && isDraftObject(entry) ? entry[mergeKey] : index,
    );
    return `is a list of ${names.map((name) => `[${String(name)}]`).join(', ')}`;
  }
  return isDraftObject(value) ? `has ${Object.keys(value).join(', ')}` : `is ${jsonText(value)}`;
}

function isDraftObject(value: Draft | undefined): value is DraftObject {
  return isJsonObject(value);
}

function copy(value: Json): Draft {
  if (typeof value !== 'object' || value === null) return value;
  return isJsonObject(value) ? copyObject(value) : value.map(copy);
}

function copyObject(object: JsonObject): DraftObject {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, copy(value)]));
}
