// The form in which two manifests are equal where the API server stores the same: without what is unset, empty or a default.

import { isJsonObject, type Json, jsonText, putKey } from '../../model/manifest/json';
import { readQuantity } from '../../model/manifest/quantity';

/** Keys whose values, or the values in them, are quantities. */
const QUANTITIES: ReadonlySet<string> = new Set(['requests', 'limits', 'capacity', 'sizeLimit', 'divisor']);

/**
 * Defaults in a pod, by key; each key has this default wherever a pod has it.
 * Source: k8s.io/kubernetes, pkg/apis/core/v1/defaults.go and zz_generated.defaults.go.
 */
const POD_DEFAULTS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['apiVersion', 'v1'],
  ['defaultMode', 420],
  ['dnsPolicy', 'ClusterFirst'],
  ['enableServiceLinks', true],
  ['failureThreshold', 3],
  ['hostIPC', false],
  ['hostNetwork', false],
  ['hostPID', false],
  ['periodSeconds', 10],
  ['protocol', 'TCP'],
  ['readOnly', false],
  ['schedulerName', 'default-scheduler'],
  ['scheme', 'HTTP'],
  ['stdin', false],
  ['stdinOnce', false],
  ['successThreshold', 1],
  ['terminationGracePeriodSeconds', 30],
  ['terminationMessagePath', '/dev/termination-log'],
  ['terminationMessagePolicy', 'File'],
  ['timeoutSeconds', 1],
  ['tty', false],
]);

/** Defaults in a claim, or in the template of one. Source: pkg/apis/core/v1/defaults.go, SetDefaults_PersistentVolumeClaimSpec. */
const CLAIM_DEFAULTS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['apiVersion', 'v1'],
  ['kind', 'PersistentVolumeClaim'],
  ['volumeMode', 'Filesystem'],
]);

const NONE: ReadonlyMap<string, Json> = new Map();

/** The value as stored: no null, no empty map or list, quantities canonical, no default. */
function stored(value: Json | undefined, defaults: ReadonlyMap<string, Json>, isQuantity = false): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item: Json) => stored(item, defaults, isQuantity) ?? null);
    return items.length === 0 ? undefined : items;
  }
  if (!isJsonObject(value)) {
    // 1Gi and 1073741824 are one amount
    const amount = isQuantity ? readQuantity(value) : undefined;
    return amount === undefined ? value : `${amount}n`;
  }
  const map: { [key: string]: Json } = {};
  for (const key of Object.keys(value).sort()) {
    const inner = stored(value[key], defaults, isQuantity || QUANTITIES.has(key));
    if (inner !== undefined && !(defaults.has(key) && defaults.get(key) === inner)) putKey(map, key, inner);
  }
  return Object.keys(map).length === 0 ? undefined : map;
}

/** A field as stored. */
export const storedValue = (value: Json | undefined): Json | undefined => stored(value, NONE);

/** Claim templates, or the spec of a claim, as stored. */
export const storedClaim = (value: Json | undefined): Json | undefined => stored(value, CLAIM_DEFAULTS);

/** A pod, or the template of one, as stored. */
export const storedPod = (value: Json | undefined): Json | undefined => stored(withPullPolicies(value), POD_DEFAULTS);

/** The default of `imagePullPolicy` follows from the tag: `Always` for latest, and where there is none. */
function withPullPolicies(value: Json | undefined): Json | undefined {
  if (Array.isArray(value)) return value.map((item: Json) => withPullPolicies(item) ?? null);
  if (!isJsonObject(value)) return value;
  const map: { [key: string]: Json } = {};
  for (const [key, inner] of Object.entries(value)) putKey(map, key, withPullPolicies(inner) ?? null);
  const { image, imagePullPolicy } = value;
  if (typeof image !== 'string' || (imagePullPolicy !== undefined && imagePullPolicy !== null)) return map;
  const [name = ''] = image.split('/').slice(-1);
  const isLatest = !image.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
  map.imagePullPolicy = isLatest ? 'Always' : 'IfNotPresent';
  return map;
}

/** Whether two stored values are the same. */
export const isSame = (one: Json | undefined, other: Json | undefined): boolean => jsonText(one) === jsonText(other);
