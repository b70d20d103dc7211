// Resolves an ApiObject to JSON as its own toJson() does, in one pass. cdk8s makes a context, a key list and three resolver calls
// for every value, and climbs to the root each time; here its default resolvers are built into the walk.
import { ApiObject, App, ImplicitTokenResolver, Lazy, LazyResolver, NumberStringUnionResolver } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** Says that a value is none of the ordinary ones, so that cdk8s itself must decide what becomes of it. */
const UNUSUAL = Symbol('unusual');

/** Resolves the objects below `root`; whatever is not ordinary is left to cdk8s. */
export function createResolver(root: IConstruct): (object: ApiObject) => unknown {
  if (!hasDefaultResolvers(root) || process.env['CDK8S_DISABLE_SORT'] !== undefined) return stock;
  return (object) => {
    const type: unknown = object.constructor;
    if (object.toJson === ApiObject.prototype.toJson) return resolveObject(object) ?? stock(object);
    if (!isGenerated(type)) return stock(object);
    const resolved = resolveObject(object);
    return resolved === undefined ? stock(object) : type.manifest(resolved);
  };
}

function hasDefaultResolvers(root: IConstruct): boolean {
  const builtIn = [LazyResolver, ImplicitTokenResolver, NumberStringUnionResolver];
  return root instanceof App && root.resolvers.every(({ constructor }) => builtIn.some((type) => type === constructor));
}

/** cdk8s' own way. The detour over text makes `undefined` in lists null, as its YAML does, and breaks up shared references. */
function stock(object: ApiObject): unknown {
  return JSON.parse(JSON.stringify(object.toJson()));
}

/** A class as cdk8s' generator writes it (`cdk8s import`, cdk8s-plus' L1): `manifest()` is the second half of its `toJson()`. */
interface GeneratedClass {
  readonly GVK: object;
  manifest(props: unknown): unknown;
}

/** Only the class itself: one that a user derived from it may do anything. */
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
  if (object['patches'].length > 0) return undefined;
  const metadata = resolveMetadata(object);
  const rest = resolveValue({ ...object['props'], apiVersion: undefined, kind: undefined, metadata: undefined });
  if (metadata === UNUSUAL || rest === UNUSUAL || !isRecord(rest)) return undefined;
  return { apiVersion: object.apiVersion, kind: object.kind, ...(metadata === undefined ? {} : { metadata }), ...rest };
}

function resolveMetadata({ metadata }: ApiObject): unknown {
  const { name, namespace } = metadata;
  const fields = {
    ...metadata['_additionalAttributes'],
    name,
    namespace,
    annotations: metadata['annotations'],
    finalizers: metadata['finalizers'],
    ownerReferences: metadata['ownerReferences'],
    labels: metadata['labels'],
  };
  const resolved = resolveValue(fields);
  return resolved === UNUSUAL ? UNUSUAL : withoutEmpty(resolved);
}

/** The value as JSON with sorted keys and without nulls; UNUSUAL where it is or holds something that is not ordinary. */
function resolveValue(value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return UNUSUAL;
  if (Array.isArray(value)) return resolveList(value);
  if (value instanceof Lazy) return resolveValue(value.produce());
  if ('resolve' in value && typeof value.resolve === 'function') return resolveValue(value.resolve());
  if (value.constructor === Object) return resolveRecord(value);
  if ('value' in value && (typeof value.value === 'string' || typeof value.value === 'number')) {
    return { value: value.value }; // a Quantity or an IntOrString, which the generated code unwraps
  }
  return UNUSUAL;
}

function resolveList(values: readonly unknown[]): unknown {
  const result: unknown[] = [];
  for (const value of values) {
    const resolved = resolveValue(value);
    if (resolved === undefined || resolved === UNUSUAL) return UNUSUAL;
    result.push(resolved);
  }
  return result;
}

function resolveRecord(record: object): unknown {
  const result: Record<string, unknown> = {};
  const source: Record<string, unknown> = { ...record };
  for (const key of Object.keys(source).sort()) {
    const resolved = resolveValue(source[key]);
    if (resolved === UNUSUAL) return UNUSUAL;
    if (resolved !== undefined) result[key] = resolved;
  }
  return result;
}

/** Metadata drops empty maps and lists, at every depth; the rest of an object keeps them. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value)
    .map(([key, inner]): [string, unknown] => [key, withoutEmpty(inner)])
    .filter(([, inner]) => inner !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
