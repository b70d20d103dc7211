// The canonical form of built-in objects: what the API server would add is written out, and emptiness that means nothing is dropped.

import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { isBuiltIn } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';

/** Keys of maps that mean the same empty as absent. Elsewhere an empty map may say something: `emptyDir: {}`, `podSelector: {}`. */
const NOTHING_IF_EMPTY: ReadonlySet<string> = new Set([
  'affinity',
  'annotations',
  'binaryData',
  'data',
  'labels',
  'limits',
  'matchLabels',
  'nodeAffinity',
  'nodeSelector',
  'parameters',
  'podAffinity',
  'podAntiAffinity',
  'requests',
  'resources',
  'securityContext',
  'status',
  'strategy',
  'stringData',
  'updateStrategy',
]);

const PORTS = 'ports';
/** What an item of `ports` has if it is a port. */
const PORT_KEYS = ['containerPort', 'port', 'targetPort'];

/**
 * The object as the API server stores it, so that GitOps controllers find no difference: `protocol: TCP` is written out, as
 * the server defaults it, and maps that mean nothing are dropped. Custom resources stay as they are.
 *
 * Source: kubernetes.io, API reference: ServicePort, ContainerPort, NetworkPolicyPort, `protocol` defaults to TCP.
 */
export function canonical(manifest: JsonObject): JsonObject {
  if (!isBuiltIn(groupOf(manifest.apiVersion), String(manifest.kind))) return manifest;
  return canonicalMap(manifest);
}

/** The same map, if nothing of it changes: most objects are canonical. */
function canonicalMap(map: JsonObject): JsonObject {
  let changed: Record<string, Json> | undefined;
  for (const [key, value] of Object.entries(map)) {
    const now = canonicalValue(key, value);
    if (now === value) continue;
    changed ??= { ...map };
    if (now === undefined) delete changed[key];
    else changed[key] = now;
  }
  return changed ?? map;
}

function canonicalValue(key: string, value: Json): Json | undefined {
  if (Array.isArray(value)) return canonicalList(key, value);
  if (!isJsonObject(value)) return value;
  const now = canonicalMap(value);
  return NOTHING_IF_EMPTY.has(key) && Object.keys(now).length === 0 ? undefined : now;
}

function canonicalList(key: string, list: readonly Json[]): Json {
  let changed: Json[] | undefined;
  for (const [index, item] of list.entries()) {
    if (!isJsonObject(item)) continue;
    const now = key === PORTS ? withProtocol(canonicalMap(item)) : canonicalMap(item);
    if (now === item) continue;
    changed ??= [...list];
    changed[index] = now;
  }
  return changed ?? list;
}

function withProtocol(port: JsonObject): JsonObject {
  if ('protocol' in port || !PORT_KEYS.some((key) => key in port)) return port;
  return Object.fromEntries(Object.entries({ ...port, protocol: 'TCP' }).sort(compareKeys));
}
