// The form of an object: values that JSON and the API server have, and top-level fields that its kind has.

import { at } from '../../analysis/objects/read-json';
import { didYouMean } from '../../model/finding/closest';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { fieldsOf, isBuiltIn, isFixedForm } from '../../model/manifest/kind-lookup';
import { configMap, deployment, object } from '../examples';
import type { Rule } from '../rule';

const COMMON = ['apiVersion', 'kind', 'metadata'];

const valueForm: Rule = {
  id: 'value-form',
  what: 'No field of a built-in kind is null.',
  why: 'The API server takes the default of a field that is null, whatever was meant.',
  severity: 'error',
  judge: 'API server: null is the same as absent',
  check: (entries, report) => {
    for (const entry of entries) {
      const { group, kind } = entry.identity;
      // in another kind it may mean something
      if (!isFixedForm(group, kind) || !hasNull(entry.manifest)) continue; // without a pointer for every value
      for (const pointer of nulls(entry.manifest, '')) {
        report(entry, pointer, {
          message: 'null is not a value of a field',
          expected: 'a value, or no such field',
          value: 'null',
        });
      }
    }
  },
  examples: {
    pass: [
      deployment({ progressDeadlineSeconds: 120 }),
      object('example.com/v1', 'Widget', 'web', { spec: { size: null } }),
      object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com', {
        spec: { versions: [{ schema: { openAPIV3Schema: { default: null } } }] },
      }),
    ],
    fail: [deployment({ progressDeadlineSeconds: null })],
  },
};

function hasNull(value: Json): boolean {
  if (value === null) return true;
  if (typeof value !== 'object') return false;
  if (Array.isArray(value)) return value.some(hasNull);
  for (const key in value) if (hasNull((value as JsonObject)[key] ?? null)) return true;
  return false;
}

function nulls(value: Json, pointer: string): string[] {
  if (value === null) return [pointer];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => nulls(item, at(pointer, index)));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, item]) => nulls(item, at(pointer, key))) : [];
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

export const formRules: readonly Rule[] = [valueForm, topLevelField];
