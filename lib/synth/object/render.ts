// Step 3, render: each object once, as JSON. Lists are split, and cluster-scoped objects lose their namespace.

import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { type Finding, findingAt, findingOf } from '../../model/finding/finding';
import { defined, isJsonObject, type JsonObject } from '../../model/manifest/json';
import { isClusterScoped, isPlatformOwned } from '../../model/manifest/kind-lookup';
import { describeIdentity, groupOf } from '../../model/manifest/object';
import { ENTRY, entriesOf, type Phase } from '../../model/platform/entries';
import type { Clock } from '../tree/clock';
import type { Collected } from '../tree/collect';
import { itemsOf } from './list';
import { createResolver } from './resolve';

/** An object as JSON, before overrides. */
export interface Rendered extends Collected {
  readonly manifest: JsonObject;
  /** Whether the kind has no namespace. */
  readonly clusterScoped: boolean;
  /** When it is applied in a release. @default it does not matter */
  readonly phase?: Phase;
}

/** Renders the objects. What is not JSON becomes a finding and is left out; so is an object of which nothing is left. */
export function render(
  root: IConstruct,
  objects: readonly Collected[],
  clock: Clock,
): { readonly objects: readonly Rendered[]; readonly findings: readonly Finding[] } {
  const resolve = createResolver(root);
  const rendered: Rendered[] = [];
  const findings: Finding[] = [];
  for (const object of objects) {
    const { manifest, findings: lost } = clock.measure(object.destination, () => resolve(object.construct));
    const place = (finding: Finding) => findingAt(object.origin, { ...finding, object: describeObject(object) });
    findings.push(...lost.map(place));
    if (manifest === undefined) continue;
    const { items, problems } = itemsOf(withoutInventedName(manifest, object), object.construct.chart.namespace);
    findings.push(...problems.map((problem) => place(findingOf('object-list', problem))));
    for (const item of items) rendered.push({ ...object, manifest: item, clusterScoped: false });
  }
  const scopes = customClusterScopes(rendered);
  return { objects: rendered.map((object) => withPhase(withScope(object, scopes))), findings };
}

function describeObject({ construct }: Collected): string {
  const { apiVersion, kind, name, metadata } = construct;
  return describeIdentity({ group: groupOf(apiVersion), kind, name, ...defined({ namespace: metadata.namespace }) });
}

/** cdk8s names an object that has only a `generateName`: its author means another object each time. */
function withoutInventedName(manifest: JsonObject, { construct }: Collected): JsonObject {
  const { metadata } = manifest;
  if (!isJsonObject(metadata) || metadata.generateName === undefined || isNamed(construct)) return manifest;
  const { name: _, ...rest } = metadata;
  return { ...manifest, metadata: rest };
}

function isNamed(construct: ApiObject): boolean {
  const { metadata }: { readonly metadata?: unknown } = construct['props'];
  return isJsonObject(metadata) && metadata.name !== undefined && metadata.name !== null;
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

/**
 * Waves of Argo CD: a wave is applied when all of the one before is healthy, and what has no wave is in wave 0
 * (argo-cd.readthedocs.io, "Sync Phases and Waves").
 */
const WAVES: Readonly<Record<Phase, string | undefined>> = { before: undefined, migration: '1', after: '2' };

/** What the platform team applies comes before every phase. */
function withPhase(object: Rendered): Rendered {
  const { construct, manifest, clusterScoped } = object;
  const phases = entriesOf(construct.chart, ENTRY.phases);
  const { apiVersion, kind, metadata } = manifest;
  if (phases.length === 0 || clusterScoped || isPlatformOwned(groupOf(apiVersion), String(kind))) return object;
  const found = phases.map((phaseOf) => phaseOf(construct.node.scopes, String(kind)));
  const phase = (['migration', 'before', 'after'] as const).find((one) => found.includes(one));
  if (phase === undefined) return object;
  const wave = WAVES[phase];
  if (wave === undefined || !isJsonObject(metadata)) return { ...object, phase };
  const annotations = {
    'argocd.argoproj.io/sync-wave': wave,
    ...(isJsonObject(metadata.annotations) ? metadata.annotations : {}),
  };
  return { ...object, phase, manifest: { ...manifest, metadata: { ...metadata, annotations } } };
}
