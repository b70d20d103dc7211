// Look-ups in the table of kinds, in constant time.

import { customKind, customKindsOf, isKubernetesGroup } from '../kinds/serving';
import { subdomain } from './formats';
import { KINDS, type Kind, type KindName, type KindRow, type Naming } from './kinds';

const keyOf = ({ group, kind }: KindRow): Kind => `${group}/${kind}`;

const ROWS: ReadonlyMap<string, KindRow> = new Map(KINDS.map((row) => [keyOf(row), row]));
const keysOf = (rows: readonly KindRow[]): ReadonlySet<string> => new Set(rows.map(keyOf));
const CLUSTER_SCOPED = keysOf(KINDS.filter(({ scope }) => scope === 'cluster'));
const PLATFORM_OWNED = keysOf(KINDS.filter(({ owner }) => owner === 'platform'));
const API_VERSIONS: ReadonlyMap<string, string> = new Map(KINDS.map(({ kind, apiVersion }) => [kind, apiVersion]));
const RANKS: ReadonlyMap<string, number> = new Map(
  KINDS.flatMap(({ kind, order }) => (order === undefined ? [] : [[kind, order] as const])),
);
const CAPABILITIES: ReadonlyMap<string, NonNullable<KindRow['capability']>> = new Map(
  KINDS.flatMap(({ group, capability }) => (capability === undefined ? [] : [[group, capability] as const])),
);

const SPEC_AND_STATUS = ['spec', 'status'];

/** The rank of custom resources and of kinds without a row or an order: between the workloads and the autoscalers. */
const AFTER_WORKLOADS = 325;

const ANY_NAME: Naming = { format: subdomain };

/** The plural of a kind, as RBAC names it; `undefined` if it has no row. */
export function pluralOf(group: string, kind: string): string | undefined {
  return ROWS.get(`${group}/${kind}`)?.plural ?? customKind(group, kind)?.plural;
}

/** Group and version that we write for a kind. */
export function apiVersionOf(kind: KindName): string {
  return API_VERSIONS.get(kind) ?? '';
}

/** Rank of a kind in the order of application, from 0 to 999. Kinds of the same name share it, in every group. */
export function kindRank(kind: string): number {
  return RANKS.get(kind) ?? AFTER_WORKLOADS;
}

/** Whether objects of the kind have no namespace. `custom` holds the app's own cluster-scoped kinds as `group/kind`. */
export function isClusterScoped(group: string, kind: string, custom: ReadonlySet<string>): boolean {
  const key = `${group}/${kind}`;
  return CLUSTER_SCOPED.has(key) || custom.has(key) || customKind(group, kind)?.scope === 'cluster';
}

/** Whether the platform team owns objects of the kind although they are namespaced. */
export function isPlatformOwned(group: string, kind: string): boolean {
  return PLATFORM_OWNED.has(`${group}/${kind}`);
}

/** Whether objects of the kind must be the same on every provider. */
export function isNeutralKind(group: string, kind: string): boolean {
  return ROWS.get(`${group}/${kind}`)?.neutral === true;
}

/** The capability that gives a cluster an API group; `undefined` if none of ours does. */
export function capabilityOf(group: string): KindRow['capability'] {
  return CAPABILITIES.get(group);
}

/** The naming rule of a kind's objects; DNS subdomains if the kind has none. */
export function namingOf(group: string, kind: string): Naming {
  return ROWS.get(`${group}/${kind}`)?.naming ?? ANY_NAME;
}

/** Each kind whose pod template we inspect, with the keys that lead to it. */
export const POD_TEMPLATES: ReadonlyMap<Kind, readonly string[]> = new Map(
  KINDS.flatMap((row) => (row.podTemplate === undefined ? [] : [[keyOf(row), row.podTemplate] as const])),
);

/** Kinds whose `spec.replicas` is their number of pods. */
export const REPLICATED: ReadonlySet<Kind> = new Set(KINDS.filter(({ replicated }) => replicated).map(keyOf));

/** Resources, as `group/resource`, whose authors choose what a pod runs and mounts. */
export const POD_CREATING_KINDS: readonly string[] = [
  '/pods/ephemeralcontainers',
  ...KINDS.filter(({ podTemplate, createsPods }) => podTemplate !== undefined || createsPods).map(
    ({ group, plural }) => `${group}/${plural}`,
  ),
].sort();

/** Resources that give access to a running pod, and so to what it mounts. */
export const POD_ENTRY_RESOURCES: readonly string[] = ['/pods/attach', '/pods/exec'];

/** Whether the API server has the kind without any CustomResourceDefinition. */
export function isBuiltIn(group: string, kind: string): boolean {
  return isKubernetesGroup(group) && ROWS.has(`${group}/${kind}`);
}

/** Whether the kind is a custom one whose scope is known without its CustomResourceDefinition. */
export function isKnownCustomKind(group: string, kind: string): boolean {
  return !isKubernetesGroup(group) && (ROWS.has(`${group}/${kind}`) || customKind(group, kind) !== undefined);
}

/** Custom kinds of a group that are known. */
export function knownCustomKinds(group: string): readonly string[] {
  return [...KINDS.filter((row) => row.group === group).map(({ kind }) => kind), ...customKindsOf(group)];
}

/** Built-in kinds that hold values of any form: defaults in the schema of a custom resource, snapshots, parameters, any object. */
const HOLD_ANYTHING: ReadonlySet<string> = new Set([
  'ControllerRevision',
  'CustomResourceDefinition',
  'DeviceClass',
  'List',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ResourceSlice',
  'StorageVersion',
]);

/** Whether the API server knows the form of every field of the kind; in others a null, say, may mean something. */
export function isFixedForm(group: string, kind: string): boolean {
  return isKubernetesGroup(group) && !HOLD_ANYTHING.has(kind) && !HOLD_ANYTHING.has(kind.replace(/List$/, ''));
}

const BUILT_IN_GROUPS: ReadonlySet<string> = new Set(
  KINDS.filter(({ group, kind }) => isBuiltIn(group, kind)).map(({ group }) => group),
);

/** Whether the API server serves the group without any CustomResourceDefinition. */
export function isBuiltInGroup(group: string): boolean {
  return BUILT_IN_GROUPS.has(group);
}

/** Top-level fields that objects of a built-in kind may have, besides apiVersion, kind and metadata. */
export function fieldsOf(group: string, kind: string): readonly string[] {
  return ROWS.get(`${group}/${kind}`)?.fields ?? SPEC_AND_STATUS;
}
