// The form of an object: values that JSON and the API server have, and top-level fields that its kind has.

import { at } from '../../analysis/objects/read-json';
import { didYouMean } from '../../model/finding/closest';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { fieldsOf, isBuiltIn } from '../../model/manifest/kind-lookup';
import { configMap, deployment, object } from '../examples';
import type { Rule } from '../rule';

/** Built-in kinds that hold values of any form, in which null may be meant: defaults in the schema of a custom resource, snapshots. */
const HOLD_ANYTHING: ReadonlySet<string> = new Set([
  'CustomResourceDefinition',
  'ControllerRevision',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'DeviceClass',
]);

const COMMON = ['apiVersion', 'kind', 'metadata'];

const valueForm: Rule = {
  id: 'value-form',
  what: 'No value is null, NaN or infinite.',
  why: 'JSON has no NaN, so it would become null; the API server takes the default of a field that is null, whatever was meant.',
  severity: 'error',
  judge: 'API server: null is the same as absent; encoding/json: NaN and infinity are not JSON',
  check: (entries, report) => {
    for (const entry of entries) {
      const { group, kind } = entry.identity;
      if (isSound(entry.manifest)) continue; // without a pointer for every value
      const nullIsLost = isBuiltIn(group, kind) && !HOLD_ANYTHING.has(kind);
      visit(entry.manifest, '', (value, pointer) => {
        if (value === null && !nullIsLost) return; // it may mean something there
        const shown = value === null ? 'null' : String(value);
        report(entry, pointer, {
          message: `${shown} is not a value of a field`,
          expected: 'a value, or no such field',
          value: shown,
        });
      });
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
    fail: [deployment({ progressDeadlineSeconds: null }), deployment({ progressDeadlineSeconds: Number.NaN })],
  },
};

/** Whether there is neither a null nor a number that JSON does not have. */
function isSound(value: Json): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null) return false;
  if (Array.isArray(value)) return value.every(isSound);
  for (const key in value) if (!isSound((value as JsonObject)[key] as Json)) return false;
  return true;
}

/** Calls `found` for every null and every number that JSON does not have. */
function visit(value: Json, pointer: string, found: (value: Json, pointer: string) => void): void {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) found(value, pointer);
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, at(pointer, index), found);
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) visit(item, at(pointer, key), found);
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
