// Resolves an ApiObject to JSON as its own toJson() does, in one pass. cdk8s makes a context, a key list and three resolver calls
// for every value, walks up to the root each time, and loses values without a word; here its own resolvers are part of the walk.
import {
  ApiObject,
  ImplicitTokenResolver,
  type IResolver,
  JsonPatch,
  LazyResolver,
  NumberStringUnionResolver,
  ResolutionContext,
} from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Finding, findingOf } from '../../model/finding/finding';
import { isJsonObject, type Json, type JsonObject, putKey } from '../../model/manifest/json';
import { isFixedForm } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { type GeneratedClass, generate, generatedClassOf } from './generated';
import { asItIs, fieldsMode, METADATA, type Mode, Reader } from './reader';

/** Fields that always come first. */
const HEAD = ['apiVersion', 'kind', 'metadata'];

const BUILT_IN: ReadonlySet<string> = new Set(
  [LazyResolver, ImplicitTokenResolver, NumberStringUnionResolver].map(({ name }) => name),
);

/** What an object is as JSON; absent where it is nothing at all. */
export interface Resolved {
  readonly manifest?: JsonObject;
  /** What was left out, or lost, on the way. */
  readonly findings: readonly Finding[];
}

/** The prototype of ApiObject, of any copy of cdk8s. */
interface Stock {
  toJson(): unknown;
}

/** An operation of a JSON patch (RFC 6902). */
interface Operation {
  readonly op: 'add' | 'copy' | 'move' | 'remove' | 'replace' | 'test';
  readonly path: string;
  readonly from: string;
  readonly value?: unknown;
}

/** Resolves the objects below `root`. */
export function createResolver(root: IConstruct): (object: ApiObject) => Resolved {
  const all: readonly IResolver[] = Reflect.get(root, 'resolvers') ?? [];
  const custom = all.filter((resolver) => !BUILT_IN.has(resolver.constructor.name));
  return (object) => {
    const resolution = new Resolution(custom);
    const manifest = resolution.manifestOf(object);
    return manifest === undefined ? { findings: resolution.findings } : { manifest, findings: resolution.findings };
  };
}

/** The resolution of one object. */
class Resolution {
  readonly findings: Finding[] = [];
  /** The app's resolvers beside cdk8s' own. */
  private readonly resolvers: readonly IResolver[];

  constructor(resolvers: readonly IResolver[]) {
    this.resolvers = resolvers;
  }

  manifestOf(object: ApiObject): JsonObject | undefined {
    try {
      const json = this.jsonOf(object);
      if (isJsonObject(json)) return json;
      if (this.findings.length === 0) throw new TypeError('toJson() did not return an object');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.findings.push(findingOf('unrenderable', { message, expected: 'values that are JSON' }));
    }
    return undefined;
  }

  private jsonOf(object: ApiObject): Json | undefined {
    const { toJson } = object;
    if (toJson === ApiObject.prototype.toJson) return this.fieldsOf(object, undefined);
    const generated = generatedClassOf(object);
    if (toJson === generated?.prototype.toJson) return this.generatedBy(generated, object);
    const reader = new Reader();
    const json = reader.read(this.ownJsonOf(object, generated), asItIs(isFixed(object)));
    this.note(reader);
    return json;
  }

  /** What the user's own toJson() returns; its `super.toJson()` is ours. */
  private ownJsonOf(object: ApiObject, generated: GeneratedClass | undefined): unknown {
    const stock = stockOf(object);
    const { toJson } = stock;
    const fieldsOf = (self: ApiObject) => {
      const fields = this.fieldsOf(self, generated);
      if (self === object && generated !== undefined && isJsonObject(fields)) this.noteDropped(generated, fields);
      return fields;
    };
    stock.toJson = function (this: ApiObject) {
      return fieldsOf(this);
    };
    try {
      return object.toJson();
    } finally {
      stock.toJson = toJson;
    }
  }

  private generatedBy(type: GeneratedClass, object: ApiObject): Json | undefined {
    const fields = this.fieldsOf(object, type);
    return isJsonObject(fields) ? this.noteDropped(type, fields) : fields;
  }

  private noteDropped(type: GeneratedClass, fields: JsonObject): Json | undefined {
    const { json, dropped } = generate(type, fields);
    for (const problem of dropped) this.findings.push(findingOf('dropped-field', problem));
    return json;
  }

  /** The object's fields with apiVersion, kind and metadata first, and its patches applied. */
  private fieldsOf(object: ApiObject, generated: GeneratedClass | undefined): Json | undefined {
    const mode = fieldsMode(isFixed(object), generated !== undefined);
    const fields = this.resolvers.length === 0 ? this.readFields(object, mode) : this.readWhole(object, mode);
    const patches: readonly JsonPatch[] = object['patches'];
    if (patches.length === 0) return fields;
    return JsonPatch.apply(fields, ...patches.flatMap((patch) => this.readPatch(patch['operation'], mode) ?? []));
  }

  private readFields(object: ApiObject, mode: Mode): Json {
    const reader = new Reader();
    const props: Readonly<Record<string, unknown>> = { ...object['props'], metadata: metadataOf(object) };
    const fields: Record<string, Json> = {};
    for (const key of inOrder(Object.keys(props).sort())) {
      const value = reader.readKey(props, key, key === 'metadata' ? METADATA : mode);
      if (value !== undefined && (value !== null || mode.keepsNull)) putKey(fields, key, value);
    }
    this.note(reader);
    return fields;
  }

  /** As cdk8s does for an app with resolvers of its own: they see the metadata first, then the whole. */
  private readWhole(object: ApiObject, mode: Mode): Json | undefined {
    const resolve = (keys: string[], value: unknown) => {
      const context = new ResolutionContext(object, keys, value);
      for (const resolver of this.resolvers) {
        resolver.resolve(context);
        if (context.replaced) break;
      }
      return context;
    };
    const ofMetadata = new Reader('/metadata', resolve);
    const metadata = ofMetadata.read(metadataOf(object), METADATA);
    const reader = new Reader('', resolve);
    const whole = reader.read({ ...object['props'], metadata }, mode);
    this.note(ofMetadata);
    this.note(reader);
    if (!isJsonObject(whole)) return whole;
    return Object.fromEntries(inOrder(Object.keys(whole)).map((key) => [key, whole[key] ?? null]));
  }

  /** The operation with its value as JSON; undefined where that was refused. */
  private readPatch({ op, path, from, value }: Operation, { isFixed }: Mode): JsonPatch | undefined {
    if (op === 'remove') return JsonPatch.remove(path);
    if (op === 'move' || op === 'copy') return JsonPatch[op](from, path);
    const reader = new Reader(path);
    const read = reader.read(value, asItIs(isFixed));
    if (read === undefined && reader.problems.length === 0) reader.refuse(NOTHING);
    if (hasBigInt(read)) reader.refuse(PATCHED_BIGINT);
    this.note(reader);
    return reader.problems.length === 0 ? JsonPatch[op](path, read) : undefined;
  }

  private note({ problems }: Reader): void {
    for (const problem of problems) this.findings.push(findingOf('unrenderable', problem));
  }
}

const NOTHING = {
  message: 'a JSON patch has no value',
  expected: 'a value, or JsonPatch.remove(…)',
  value: 'undefined',
};
const PATCHED_BIGINT = {
  message: 'a JSON patch cannot have an integer beyond 2^53',
  expected: 'override(…), or the value in the object itself',
};

function hasBigInt(value: Json | undefined): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint';
  return Object.values(value).some(hasBigInt);
}

/** The keys with apiVersion, kind and metadata first. */
function inOrder(keys: readonly string[]): string[] {
  return [...HEAD.filter((key) => keys.includes(key)), ...keys.filter((key) => !HEAD.includes(key))];
}

function isFixed({ apiVersion, kind }: ApiObject): boolean {
  return isFixedForm(groupOf(apiVersion), String(kind));
}

function stockOf(object: ApiObject): Stock {
  let prototype: Stock = Object.getPrototypeOf(object);
  while (!Object.hasOwn(prototype, 'addJsonPatch')) prototype = Object.getPrototypeOf(prototype);
  return prototype;
}

function metadataOf({ metadata }: ApiObject): object {
  return {
    ...metadata['_additionalAttributes'],
    name: metadata.name,
    namespace: metadata.namespace,
    annotations: metadata['annotations'],
    finalizers: metadata['finalizers'],
    ownerReferences: metadata['ownerReferences'],
    labels: metadata['labels'],
  };
}
