// Fields that an override added and the types do not know: they reach the cluster unchecked, so synth lists them.

import { createRequire } from 'node:module';
import { isJsonObject, type Json, type JsonObject, pointerKeys, pointerToken } from '../../model/manifest/json';
import { type GeneratedClass, isGeneratedClass } from './generated';

/** Stands in for the value of a field: the generated code passes it through, whichever part it reads. */
const PROBE = { value: 'probe', toISOString: () => 'probe' };

/**
 * The fields at or below `pointer` that the types of cdk8s-plus-27 (Kubernetes 1.27) do not have, as JSON pointers. The
 * generated code drops unknown fields, so each field is passed through it. For kinds without types every field is unknown.
 *
 * cdk8s-plus-27 is loaded only here, and only when an override added a field: it costs 30 ms.
 */
export function unknownFields(manifest: JsonObject, pointer: string): string[] {
  const type = generatedClasses().get(`${String(manifest.apiVersion)} ${String(manifest.kind)}`);
  if (type === undefined) return [pointer];
  const keys = pointerKeys(pointer);
  const value = keys.reduce<Json | undefined>(childOf, manifest);
  const unknown = unknownBelow(value, keys, (path) => keeps(type, manifest, path));
  return unknown.map((path) => path.map((key) => `/${pointerToken(key)}`).join(''));
}

type KeyPath = readonly string[];

/** The topmost unknown fields: fields below them are unknown as well. */
function unknownBelow(value: Json | undefined, keys: KeyPath, isKnown: (keys: KeyPath) => boolean): KeyPath[] {
  if (!isKnown(keys)) return [keys];
  const children = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return children.flatMap(([key, child]) => unknownBelow(child, [...keys, key], isKnown));
}

function keeps(type: GeneratedClass, manifest: JsonObject, keys: readonly string[]): boolean {
  try {
    return follow(type.manifest(putProbe(manifest, keys)), keys) !== undefined;
  } catch {
    return false; // the generated code expects another shape here, so it does not know the field
  }
}

function childOf(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return value[Number(key)];
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

let classes: Map<string, GeneratedClass> | undefined;

function generatedClasses(): Map<string, GeneratedClass> {
  if (classes !== undefined) return classes;
  const plus: { readonly k8s: Readonly<Record<string, unknown>> } = createRequire(__filename)('cdk8s-plus-27');
  const generated = Object.values(plus.k8s).filter(isGeneratedClass);
  classes = new Map(generated.map((type) => [`${type.GVK.apiVersion} ${type.GVK.kind}`, type]));
  return classes;
}

/** A skeleton of the object: only the path to the field, with the probe at its end. */
function putProbe(value: Json | undefined, keys: readonly string[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return typeof value === 'object' && value !== null ? value : PROBE;
  if (Array.isArray(value)) return value.map((item, index) => (String(index) === key ? putProbe(item, rest) : {}));
  return new Proxy({ [key]: putProbe(isJsonObject(value) ? value[key] : undefined, rest) }, ANY_SPELLING);
}

/** Acronyms and other names that jsii spells differently from the API: `hostPID` is `hostPid`, `$ref` is `ref`. */
const ANY_SPELLING: ProxyHandler<Readonly<Record<string, unknown>>> = {
  get: (target, name) => {
    const [key = ''] = Object.keys(target);
    return name === key || (typeof name === 'string' && lettersOf(name) === lettersOf(key)) ? target[key] : undefined;
  },
};

const lettersOf = (name: string): string => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();

function follow(value: unknown, keys: readonly string[]): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? follow(Reflect.get(value, key), rest)
    : undefined;
}
