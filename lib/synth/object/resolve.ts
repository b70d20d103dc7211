// Resolves an ApiObject to JSON as its own toJson() does, in one pass. cdk8s makes a context, a key list and three resolver calls
// for every value, and walks up to the root each time; here its default resolvers are built into the walk.
import { ApiObject, App, ImplicitTokenResolver, Lazy, LazyResolver, NumberStringUnionResolver } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** Marks a value that is not ordinary, so cdk8s itself must resolve it. */
const UNUSUAL = Symbol('unusual');

/** Fields that always come first, and are not taken from the properties. */
const HEAD: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/** Up to this many keys are sorted by insertion: the engine's own sort copies them three times. */
const FEW = 24;

type Fields = Readonly<Record<string, unknown>>;

/** Resolves the objects below `root`; cdk8s resolves those that are not ordinary. */
export function createResolver(root: IConstruct): (object: ApiObject) => unknown {
  if (!hasDefaultResolvers(root) || process.env['CDK8S_DISABLE_SORT'] !== undefined) return stock;
  return (object) => {
    const { toJson } = object;
    if (toJson === ApiObject.prototype.toJson) return resolveObject(object) ?? stock(object);
    const type: unknown = object.constructor;
    if (!isGenerated(type) || toJson !== type.prototype.toJson) return stock(object);
    const resolved = resolveObject(object);
    return resolved === undefined ? stock(object) : type.manifest(resolved);
  };
}

function hasDefaultResolvers(root: IConstruct): boolean {
  const builtIn = [LazyResolver, ImplicitTokenResolver, NumberStringUnionResolver];
  return (
    root instanceof App && root.resolvers.every((resolver) => builtIn.some((type) => resolver.constructor === type))
  );
}

/** cdk8s' own resolution. The round trip through text makes `undefined` in lists null, as its YAML does, and unshares references. */
function stock(object: ApiObject): unknown {
  return JSON.parse(JSON.stringify(object.toJson()));
}

/** A class from cdk8s' generator (`cdk8s import`, cdk8s-plus' L1): `manifest()` is the second half of its `toJson()`. */
interface GeneratedClass {
  readonly GVK: object;
  readonly prototype: { readonly toJson: unknown };
  manifest(props: unknown): unknown;
}

/** Only the class itself: a user's subclass may do anything. */
function isGenerated(type: unknown): type is GeneratedClass {
  return (
    typeof type === 'function' &&
    Object.hasOwn(type, 'GVK') &&
    Object.hasOwn(type, 'manifest') &&
    Object.getPrototypeOf(type) === ApiObject
  );
}

/** The object's JSON with apiVersion, kind and metadata first; undefined where cdk8s must decide. */
function resolveObject(object: ApiObject): object | undefined {
  const { apiVersion, kind } = object;
  const props: Fields = object['props'];
  if (object['patches'].length > 0 || typeof kind !== 'string') return undefined;
  const result: Record<string, unknown> = { apiVersion, kind };
  const metadata = resolveMetadata(object);
  if (metadata === UNUSUAL) return undefined;
  if (metadata !== undefined) result['metadata'] = metadata;
  for (const key of sorted(Object.keys(props))) {
    if (HEAD.has(key)) continue;
    const resolved = resolveValue(props[key], false);
    if (resolved === UNUSUAL) return undefined;
    if (resolved !== undefined) result[key] = resolved;
  }
  return result;
}

function resolveMetadata({ metadata }: ApiObject): unknown {
  const fields = {
    ...metadata['_additionalAttributes'],
    name: metadata.name,
    namespace: metadata.namespace,
    annotations: metadata['annotations'],
    finalizers: metadata['finalizers'],
    ownerReferences: metadata['ownerReferences'],
    labels: metadata['labels'],
  };
  return resolveValue(fields, true);
}

/**
 * The value as JSON with sorted keys and without nulls; UNUSUAL where any part of it is not ordinary. Metadata
 * drops empty maps and lists, at every depth (`dropEmpty`); the rest of an object keeps them.
 */
function resolveValue(value: unknown, dropEmpty: boolean): unknown {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) return resolveList(value, dropEmpty);
  if (!isFields(value)) return UNUSUAL;
  const plain = value.constructor === Object;
  if (!plain && value instanceof Lazy) return resolveValue(value.produce(), dropEmpty);
  const { resolve } = value;
  if (typeof resolve === 'function') return resolveValue(resolve.call(value), dropEmpty);
  if (plain) return resolveRecord(value, dropEmpty);
  const wrapped = value['value'];
  // a Quantity or an IntOrString, which the generated code unwraps
  return typeof wrapped === 'string' || typeof wrapped === 'number' ? { value: wrapped } : UNUSUAL;
}

function resolveList(values: readonly unknown[], dropEmpty: boolean): unknown {
  if ('resolve' in values || 'value' in values) return UNUSUAL; // a list can be a token too
  const result: unknown[] = [];
  for (const value of values) {
    const resolved = resolveValue(value, dropEmpty);
    if (resolved === undefined || resolved === UNUSUAL) return UNUSUAL;
    result.push(resolved);
  }
  return dropEmpty && result.length === 0 ? undefined : result;
}

function resolveRecord(record: Fields, dropEmpty: boolean): unknown {
  const result: Record<string, unknown> = {};
  let empty = dropEmpty;
  for (const key of sorted(Object.keys(record))) {
    const resolved = resolveValue(record[key], dropEmpty);
    if (resolved === UNUSUAL) return UNUSUAL;
    if (resolved === undefined) continue;
    result[key] = resolved;
    empty = false;
  }
  return empty ? undefined : result;
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

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
