// Where pods come from: the pod template of every workload kind, the containers in it, and how they stop.
import type { Json, JsonObject } from '../../model/manifest/json';
import { POD_TEMPLATES, REPLICATED } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { DATABASE_CLUSTER, instancePod, instancesOf, labelsOfInstances } from './database-clusters';
import { memoizePerObjects, objectIndex, placeOf } from './object-index';
import { dig, integer, list, type Place, places, record, text } from './read-json';

/** One container of a pod template. */
export interface Container extends Place {
  /** Absent if it is not a string. */
  readonly name: string | undefined;
  /** `sidecar` is an init container that keeps running beside the others (`restartPolicy: Always`). */
  readonly role: 'main' | 'sidecar' | 'init' | 'ephemeral';
}

/** An object that creates pods. */
export interface Workload {
  readonly entry: ApiEntry;
  readonly kind: Kind;
  /** Pointer of the template: `/spec/template`, or empty for a bare Pod. */
  readonly template: string;
  /** Labels of its pods. */
  readonly labels: JsonObject;
  /** The pod's spec, and its pointer. */
  readonly pod: Place;
  readonly containers: readonly Container[];
}

/** Whether its pods have names of their own, and each is made only after its namesake has gone: of a StatefulSet, or of a database. */
export const hasNamedPods = ({ kind }: Workload): boolean => kind === 'apps/StatefulSet' || kind === DATABASE_CLUSTER;

/**
 * Whether pods are recreated elsewhere when their node is unreachable. A bare Pod has no controller to recreate it; a StatefulSet
 * waits until the Node object is deleted, since two pods of one name must not run. Source: kubernetes.io, "Force Delete StatefulSet Pods".
 */
export const comesBack = (workload: Workload): boolean => workload.kind !== '/Pod' && !hasNamedPods(workload);

/** Whether the manifest says a number of pods. */
export const isReplicated = ({ kind }: Workload): boolean => REPLICATED.has(kind) || kind === DATABASE_CLUSTER;

/** The field with the number of pods. */
export const replicasPointer = ({ kind }: Workload): string =>
  kind === DATABASE_CLUSTER ? '/spec/instances' : '/spec/replicas';

/** Fields of a database, by those of the pods that are made of it. */
const DATABASE_FIELDS: readonly (readonly [of: string, is: string])[] = [
  ['/containers/0/resources', '/resources'],
  ['/nodeSelector', '/affinity/nodeSelector'],
  ['/tolerations', '/affinity/tolerations'],
  ['/volumes', '/storage'],
];

/** The pointer of a field of its pods, where the manifest has it. */
export function podPointer({ kind, pod }: Workload, field: string): string {
  const [of = '', is = ''] =
    (kind === DATABASE_CLUSTER && DATABASE_FIELDS.find(([one]) => field.startsWith(one))) || [];
  return `${pod.pointer}${is}${field.slice(of.length)}`;
}

/** The field that says how a release replaces pods. */
export function strategyPointer({ kind }: Workload): string {
  if (kind === DATABASE_CLUSTER) return '/spec/primaryUpdateMethod';
  return kind === 'apps/StatefulSet' ? '/spec/updateStrategy' : '/spec/strategy';
}

/** The number of pods that the manifest says. */
export function replicasOf({ entry, kind }: Workload): number {
  const spec = dig(entry.manifest, 'spec');
  return kind === DATABASE_CLUSTER ? instancesOf(spec) : (integer(spec?.replicas ?? 1, 0) ?? 1);
}

const NO_LABELS: JsonObject = {};

const container = (it: Place, role: Container['role']): Container => ({ ...it, role, name: text(it.value.name) });

function containersOf(pod: Place): Container[] {
  const found = places(pod.value, 'containers', pod.pointer).map((it) => container(it, 'main'));
  for (const it of places(pod.value, 'initContainers', pod.pointer)) {
    found.push(container(it, it.value.restartPolicy === 'Always' ? 'sidecar' : 'init'));
  }
  for (const it of places(pod.value, 'ephemeralContainers', pod.pointer)) found.push(container(it, 'ephemeral'));
  return found;
}

function workload(entry: ApiEntry, kind: Kind, path: readonly string[]): Workload | undefined {
  const template = dig(entry.manifest, ...path);
  const value = record(template?.spec);
  if (template === undefined || value === undefined) return undefined;
  const pointer = path.length === 0 ? '' : `/${path.join('/')}`;
  const pod = { value, pointer: `${pointer}/spec` };
  const labels = dig(template, 'metadata', 'labels') ?? NO_LABELS;
  return { entry, kind, template: pointer, labels, pod, containers: containersOf(pod) };
}

/** Every workload with a pod template. */
export const workloads = memoizePerObjects((entries): readonly Workload[] => {
  const found: Workload[] = [];
  for (const [kind, path] of POD_TEMPLATES) {
    for (const entry of objectIndex(entries).of(kind)) {
      const made = workload(entry, kind, path);
      if (made !== undefined) found.push(made);
    }
  }
  return found;
});

/** The instances of a database, which the operator makes. */
function instances(entry: ApiEntry): Workload[] {
  const spec = dig(entry.manifest, 'spec');
  if (spec === undefined) return [];
  const { name } = entry.identity;
  const pod = { value: instancePod(name, spec), pointer: '/spec' };
  const labels = labelsOfInstances(name);
  return [{ entry, kind: DATABASE_CLUSTER, template: '/spec', labels, pod, containers: containersOf(pod) }];
}

/** Every workload, and the instances of databases: whatever runs, takes room and is reached. */
export const running = memoizePerObjects((entries): readonly Workload[] => {
  const made = objectIndex(entries).of(DATABASE_CLUSTER);
  return made.length === 0 ? workloads(entries) : [...workloads(entries), ...made.flatMap(instances)];
});

/** The workload of an object, if it is one. */
export const workloadOf = memoizePerObjects(
  (entries): ReadonlyMap<ApiEntry, Workload> => new Map(workloads(entries).map((it) => [it.entry, it])),
);

/** The containers that run as long as the pod: those that a probe, a metric or a Service can reach. */
export const lasting = ({ containers }: Workload): readonly Container[] =>
  containers.filter(({ role }) => role === 'main' || role === 'sidecar');

const SLEEP = /(?:^|[\s;&|/])sleep\s+([0-9]+(?:\.[0-9]+)?)(s|m|h)?(?=$|[\s;&|])/g;
const SECONDS: Readonly<Record<string, number>> = { m: 60, h: 3600 };

/** The seconds that a preStop hook sleeps, with the place that sets them. */
export function preStopSleep(
  container: Container,
): { readonly seconds: number; readonly pointer: string; readonly value: Json } | undefined {
  const pointer = `${container.pointer}/lifecycle/preStop`;
  const hook = dig(container.value, 'lifecycle', 'preStop');
  const native = dig(hook, 'sleep')?.seconds;
  if (typeof native === 'number') return { seconds: native, pointer: `${pointer}/sleep/seconds`, value: native };
  const command = list(dig(hook, 'exec')?.command);
  const line = command.map((part) => text(part) ?? '').join(' ');
  if (!line.includes('sleep')) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of line.matchAll(SLEEP)) seconds += Number(amount) * (SECONDS[unit ?? ''] ?? 1);
  return { seconds, pointer: `${pointer}/exec/command`, value: command };
}

/** Whether the preStop hook keeps the container serving: it sleeps, or does something of unknown length. */
function waits(container: Container): boolean {
  if (dig(container.value, 'lifecycle', 'preStop') === undefined) return false;
  const sleep = preStopSleep(container);
  // `sleep $DRAIN` has no number, and may be long
  return sleep === undefined || sleep.seconds > 0 || /sleep [^0]/.test(list(sleep.value).join(' '));
}

/**
 * Whether SIGTERM comes at the moment at which Services and balancers are only being informed: no container with a port waits in preStop.
 * Each container has its own hook, so one beside it does not count; where only sidecars have ports, or none, any counts, since sidecars
 * stop last. Source: kubernetes.io, "Pod Lifecycle", termination, and "Sidecar Containers".
 */
export function stopsAtOnce(workload: Workload): boolean {
  const all = lasting(workload);
  const serving = all.filter(({ role, value }) => role === 'main' && places(value, 'ports', '').length > 0);
  return !(serving.length > 0 ? serving : all).some(waits);
}

/** ServiceAccounts that a binding gives rights. */
const boundAccounts = memoizePerObjects((entries): ReadonlySet<string> => {
  const bindings = objectIndex(entries).of(
    'rbac.authorization.k8s.io/RoleBinding',
    'rbac.authorization.k8s.io/ClusterRoleBinding',
  );
  const found = bindings.flatMap(({ manifest, cluster, identity }) =>
    places(manifest, 'subjects', '').flatMap(({ value }) => {
      const name = value.kind === 'ServiceAccount' ? text(value.name) : undefined;
      return name === undefined ? [] : [`${placeOf(cluster, text(value.namespace) ?? identity.namespace)}\n${name}`];
    }),
  );
  return new Set(found);
});

/** Whether pods have a token and a use for it: they ask for it themselves, or their ServiceAccount has rights. */
export function usesToken(entries: readonly ApiEntry[], { entry, pod }: Workload): boolean {
  const { cluster, identity } = entry;
  const asked = pod.value.automountServiceAccountToken;
  if (typeof asked === 'boolean') return asked;
  const account = text(pod.value.serviceAccountName) ?? 'default';
  const written = objectIndex(entries).find('/ServiceAccount', cluster, identity.namespace, account);
  const isBound = boundAccounts(entries).has(`${placeOf(cluster, identity.namespace)}\n${account}`);
  return isBound && written?.manifest.automountServiceAccountToken !== false;
}
