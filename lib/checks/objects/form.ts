// The form of an object: values that JSON and the API server have, and top-level fields that its kind has.

import { at } from '../../analysis/objects/read-json';
import { didYouMean } from '../../model/finding/closest';
import { reasonKey } from '../../model/manifest/annotations';
import { isJsonObject, type Json } from '../../model/manifest/json';
import { fieldsOf, isBuiltIn, isFixedForm } from '../../model/manifest/kind-lookup';
import { configMap, deployment, object, running } from '../examples';
import type { Report, Rule } from '../rule';

const COMMON = ['apiVersion', 'kind', 'metadata'];

const NUMBERS = 'supplementalGroups';
const EXIT_CODES = 'onExitCodes';

const valueForm: Rule = {
  id: 'value-form',
  what: 'No field of a built-in kind is null, and its lists have texts or objects as items: no false, no number.',
  why: 'The API server takes the default of a field that is null, whatever was meant, and refuses an item of another type.',
  severity: 'error',
  judge: 'API server: null is the same as absent; cannot unmarshal bool into Go struct field of type string',
  reason: reasonKey('value-form'),
  check: (entries, report) => {
    for (const entry of entries) {
      const { group, kind } = entry.identity;
      // in another kind only the metadata has a form that we know
      const key = isFixedForm(group, kind) ? '' : 'metadata';
      const known = key === '' ? entry.manifest : entry.manifest.metadata;
      if (known === undefined || isSound(known, key, '')) continue; // without a pointer for every value
      visit(known, key === '' ? '' : at('', key), [key], (pointer, problem) => report(entry, pointer, problem));
    }
  },
  examples: {
    pass: [
      deployment({ progressDeadlineSeconds: 120 }),
      running({ args: ['serve', '--port', '8080'], command: [] }),
      deployment({}, { securityContext: { supplementalGroups: [2000] } }),
      object('example.com/v1', 'Widget', 'web', { spec: { size: null, sizes: [1, true] } }),
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {
        spec: { versions: [{ schema: { openAPIV3Schema: { default: null } } }] },
      }),
    ],
    fail: [
      deployment({ progressDeadlineSeconds: null }),
      running({ args: ['serve', false] }),
      running({ command: ['serve', 8080] }),
    ],
  },
};

/** Whether a list with this name, in a map with that name, has numbers. No list of a built-in kind has booleans. */
function hasNumbers(key: string, above: string): boolean {
  return key === NUMBERS || above === EXIT_CODES;
}

function isSound(value: Json, key: string, above: string): boolean {
  if (value === null) return false;
  if (typeof value !== 'object') return true;
  if (isJsonObject(value)) {
    for (const name in value) if (!isSound(value[name] ?? null, name, key)) return false;
    return true;
  }
  for (const item of value) if (!isItem(item, key, above) || !isSound(item, key, above)) return false;
  return true;
}

function isItem(item: Json, key: string, above: string): boolean {
  if (typeof item === 'boolean') return false;
  return (typeof item !== 'number' && typeof item !== 'bigint') || hasNumbers(key, above);
}

type Found = (pointer: string, problem: Parameters<Report>[2]) => void;

/** Calls `found` for every null, and every item of a list that is neither a text nor an object. */
function visit(value: Json, pointer: string, keys: readonly string[], found: Found): void {
  const [key = '', above = ''] = keys;
  if (value === null) {
    const expected = 'a value, or no such field';
    found(pointer, { message: 'null is not a value of a field', expected, value: 'null', cannotWork: true });
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const place = at(pointer, index);
      if (isItem(item, key, above)) visit(item, place, keys, found);
      else found(place, notText(item));
    }
  } else if (isJsonObject(value)) {
    for (const [name, inner] of Object.entries(value)) visit(inner, at(pointer, name), [name, key], found);
  }
}

function notText(item: Json): Parameters<Report>[2] {
  const expected = item === false ? 'a text, or no item: […].filter(Boolean)' : `a text: "${String(item)}"`;
  const problem = { message: `${String(item)} is not a text`, expected, value: item };
  // a newer minor may have a field with numbers
  return typeof item === 'boolean' ? { ...problem, cannotWork: true } : problem;
}

/** A list that mixes texts with `false`, as `[…, isOn && '--on']` does. */
const mixedList: Rule = {
  id: 'mixed-list',
  what: 'No list of a custom resource has both texts and `false`.',
  why: 'It is what `condition && text` leaves where the condition is false: whether the controller takes it is unknown.',
  severity: 'warning',
  judge: 'the schema of the custom resource: items of one type',
  check: (entries, report) => {
    for (const entry of entries) {
      const { group, kind } = entry.identity;
      if (isFixedForm(group, kind)) continue;
      for (const pointer of mixedItems(entry.manifest, '')) {
        report(entry, pointer, {
          message: 'false is among the texts of a list',
          expected: 'a text, or no item: […].filter(Boolean)',
          value: false,
        });
      }
    }
  },
  examples: {
    pass: [object('example.com/v1', 'Widget', 'web', { spec: { hosts: ['a', 'b'], flags: [true, false] } })],
    fail: [object('example.com/v1', 'Widget', 'web', { spec: { hosts: ['a', false] } })],
  },
};

function mixedItems(value: Json, pointer: string): string[] {
  if (Array.isArray(value)) {
    const isMixed = value.some((item) => typeof item === 'string');
    return value.flatMap((item: Json, index) =>
      isMixed && item === false ? [at(pointer, index)] : mixedItems(item, at(pointer, index)),
    );
  }
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, item]) => mixedItems(item, at(pointer, key))) : [];
}

const topLevelField: Rule = {
  id: 'top-level-field',
  what: 'An object of a built-in kind has only top-level fields that its kind has.',
  why: 'The API server ignores an unknown field, or refuses the object if it validates strictly.',
  severity: 'error',
  judge: 'API server: strict decoding, unknown field',
  check: (entries, report) => {
    for (const entry of entries) {
      const { group, kind } = entry.identity;
      if (!isBuiltIn(group, kind)) continue;
      const own = fieldsOf(group, kind);
      for (const key of Object.keys(entry.manifest)) {
        if (own.includes(key) || COMMON.includes(key)) continue;
        const known = [...COMMON, ...own];
        const message = `${kind} has no field '${key}'${didYouMean(key, known)}`;
        report(entry, at('', key), { message, expected: `one of ${known.join(', ')}` });
      }
    }
  },
  examples: {
    pass: [deployment(), configMap({ a: 'b' }), object('example.com/v1', 'Widget', 'web', { anything: 1 })],
    fail: [
      object('v1', 'ConfigMap', 'web', { dta: { a: 'b' } }),
      object('apps/v1', 'Deployment', 'web', { replicas: 3 }),
      object('v1', 'Service', 'web', { ports: [] }),
    ],
  },
};

export const formRules: readonly Rule[] = [valueForm, mixedList, topLevelField];
