// The canonical form of workloads, Services and policies: defaults of the API server are written out, meaningless emptiness is dropped.

import { isJsonObject, type Json, type JsonObject, putKey } from '../../model/manifest/json';
import { POD_TEMPLATES } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';

/**
 * Keys of maps that mean the same empty as absent, in a workload. Others may say something there (`emptyDir: {}`), and so may these in
 * another kind: `status: {}` in a CustomResourceDefinition enables the subresource.
 */
const NOTHING_IF_EMPTY: ReadonlySet<string> = new Set([
  'affinity',
  'annotations',
  'labels',
  'limits',
  'matchLabels',
  'nodeAffinity',
  'nodeSelector',
  'podAffinity',
  'podAntiAffinity',
  'requests',
  'resources',
  'securityContext',
  'status',
  'strategy',
  'updateStrategy',
]);

/** Kinds beside workloads whose ports are TCP by default. */
const HAVE_PORTS: ReadonlySet<string> = new Set(['/Service', 'networking.k8s.io/NetworkPolicy']);

const PORTS = 'ports';
/** What an item of `ports` has if it is a port. */
const PORT_KEYS = ['containerPort', 'port', 'targetPort'];

/**
 * The object as the API server stores it, so that GitOps controllers find no difference: `protocol: TCP` is written out, as
 * the server defaults it, and maps that mean nothing are dropped from workloads. Other kinds stay as they are.
 *
 * Source: kubernetes.io, API reference: ServicePort, ContainerPort, NetworkPolicyPort, `protocol` defaults to TCP.
 */
export function canonical(manifest: JsonObject): JsonObject {
  const kind = `${groupOf(manifest.apiVersion)}/${String(manifest.kind)}` as const;
  if (POD_TEMPLATES.has(kind)) return canonicalMap(manifest, NOTHING_IF_EMPTY);
  return HAVE_PORTS.has(kind) ? canonicalMap(manifest, NONE) : manifest;
}

const NONE: ReadonlySet<string> = new Set();

/** The same map, if nothing of it changes: most objects are canonical. */
function canonicalMap(map: JsonObject, droppable: ReadonlySet<string>): JsonObject {
  let changed: Record<string, Json> | undefined;
  for (const [key, value] of Object.entries(map)) {
    const now = canonicalValue(key, value, droppable);
    if (now === value) continue;
    changed ??= { ...map };
    if (now === undefined) delete changed[key];
    else putKey(changed, key, now);
  }
  return changed ?? map;
}

function canonicalValue(key: string, value: Json, droppable: ReadonlySet<string>): Json | undefined {
  if (Array.isArray(value)) return canonicalList(key, value, droppable);
  if (!isJsonObject(value)) return value;
  const now = canonicalMap(value, droppable);
  return droppable.has(key) && Object.keys(now).length === 0 ? undefined : now;
}

function canonicalList(key: string, list: readonly Json[], droppable: ReadonlySet<string>): Json {
  let changed: Json[] | undefined;
  for (const [index, item] of list.entries()) {
    if (!isJsonObject(item)) continue;
    const inner = canonicalMap(item, droppable);
    const now = key === PORTS ? withProtocol(inner) : inner;
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
