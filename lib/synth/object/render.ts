// Step 3, render: each object once, as JSON. Lists are split, and cluster-scoped objects lose their namespace.

import type { IConstruct } from 'constructs';
import { type Finding, findingAt } from '../../model/finding/finding';
import { isJsonObject, type JsonObject } from '../../model/manifest/json';
import { isClusterScoped } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import type { Clock } from '../tree/clock';
import type { Collected } from '../tree/collect';
import { createResolver } from './resolve';

/** An object as JSON, before overrides. */
export interface Rendered extends Collected {
  readonly manifest: JsonObject;
  /** Whether the kind has no namespace. */
  readonly clusterScoped: boolean;
}

/**
 * Renders the objects. An object whose own `toJson()` throws, as cdk8s does with "can't render non-simple object", becomes a
 * finding and is left out.
 */
export function render(
  root: IConstruct,
  objects: readonly Collected[],
  clock: Clock,
): { readonly objects: readonly Rendered[]; readonly findings: readonly Finding[] } {
  const resolve = createResolver(root);
  const rendered: Rendered[] = [];
  const findings: Finding[] = [];
  for (const object of objects) {
    try {
      const manifest = clock.measure(object.destination, () => resolve(object.construct));
      if (!isJsonObject(manifest)) throw new TypeError('toJson() did not return an object');
      for (const item of unlist(manifest, object)) rendered.push({ ...object, manifest: item, clusterScoped: false });
    } catch (error) {
      findings.push(findingAt(object.origin, unrenderable(object, error)));
    }
  }
  const scopes = customClusterScopes(rendered);
  return { objects: rendered.map((object) => withScope(object, scopes)), findings };
}

function unrenderable({ construct }: Collected, error: unknown): Finding {
  return {
    rule: 'unrenderable',
    severity: 'error',
    object: `${construct.kind} ${construct.name}`,
    message: error instanceof Error ? error.message : String(error),
    expected: 'values that are JSON',
  };
}

/** The items of a `v1/List`, each with the chart's namespace as default; any other object unchanged. */
function unlist(manifest: JsonObject, { construct }: Collected): JsonObject[] {
  const { kind, items } = manifest;
  if (kind !== 'List' || !Array.isArray(items)) return [manifest];
  const { namespace } = construct.chart;
  return items.filter(isJsonObject).map((item) => {
    const metadata = isJsonObject(item.metadata) ? item.metadata : {};
    return { ...item, metadata: { ...(namespace === undefined ? {} : { namespace }), ...metadata } };
  });
}

/** Kinds that a CustomResourceDefinition of the app declares cluster-scoped. */
function customClusterScopes(objects: readonly Rendered[]): Set<string> {
  const kinds = new Set<string>();
  for (const { manifest } of objects) {
    const { kind, spec } = manifest;
    if (kind !== 'CustomResourceDefinition' || !isJsonObject(spec) || spec.scope !== 'Cluster') continue;
    const { group, names } = spec;
    if (typeof group === 'string' && isJsonObject(names)) kinds.add(`${group}/${String(names.kind)}`);
  }
  return kinds;
}

function withScope(object: Rendered, scopes: ReadonlySet<string>): Rendered {
  const { apiVersion, kind, metadata } = object.manifest;
  const group = groupOf(apiVersion);
  const { scopes: said = {} } = object.destination.api ?? {};
  const key = `${group}/${String(kind)}`;
  if (!(Object.hasOwn(said, key) && said[key] === 'cluster') && !isClusterScoped(group, String(kind), scopes))
    return object;
  if (!isJsonObject(metadata) || metadata.namespace === undefined) return { ...object, clusterScoped: true };
  const { namespace: _, ...rest } = metadata;
  return { ...object, clusterScoped: true, manifest: { ...object.manifest, metadata: rest } };
}
