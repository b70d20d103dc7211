// What the volumes of a workload bind its pods to: one node at a time, the zone or node where the data is, or nothing.

import { reachOf, type VolumeReach } from '../../model/cluster/volumes';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { HOSTNAME, ZONE } from '../../model/manifest/well-known';
import { claimOfInstances, DATABASE_CLUSTER } from './database-clusters';
import { memoizePerObjects, objectIndex } from './object-index';
import { dig, list, type Place, places, record, shown, text } from './read-json';
import { running, type Workload } from './workloads';

/** A claim that all pods of a workload use. */
export interface SharedClaim {
  readonly name: string;
  /** `ReadWriteOnce`: pods of one node; `ReadWriteOncePod`: one pod. */
  readonly access: 'ReadWriteOnce' | 'ReadWriteOncePod';
  /** The volume in the pod's spec. */
  readonly pointer: string;
}

/** What the volumes of a workload require. */
export interface Binding {
  /** Claims that not every node can use at the same time. */
  readonly once: readonly SharedClaim[];
  /** Whether a volume is attached to one node at a time, and must be detached before another one can have it. */
  readonly isAttached: boolean;
  /** The label whose value a pod keeps once its volume exists. @default it may move to any node */
  readonly boundTo?: typeof ZONE | typeof HOSTNAME;
  /** Node affinities of its volumes, all of which a node must meet. */
  readonly nodes: readonly JsonObject[];
  /** What is unknown of its volumes, or not counted, as sentences. */
  readonly open: readonly string[];
  /** The same, where the cluster has zones. */
  readonly openInZones: readonly string[];
}

/** A claim of one workload: its spec, or nothing where it is not in the manifests. */
interface Claim {
  readonly name: string;
  readonly spec: JsonObject | undefined;
  readonly pointer: string;
  readonly isShared: boolean;
}

/** By workload. Those without volumes that matter are left out. */
export const bindings = memoizePerObjects((entries): ReadonlyMap<Workload, Binding> => {
  const found = new Map<Workload, Binding>();
  for (const workload of running(entries)) {
    const claims = claimsOf(entries, workload);
    const directories = hostPaths(workload);
    if (claims.length + directories.length > 0)
      found.set(workload, bindingOf(entries, workload.entry, claims, directories));
  }
  return found;
});

function claimsOf(entries: readonly ApiEntry[], { entry, kind, pod }: Workload): Claim[] {
  const { cluster, identity, manifest } = entry;
  const shared = places(pod.value, 'volumes', pod.pointer).flatMap(({ value, pointer }): Claim[] => {
    const name = text(dig(value, 'persistentVolumeClaim')?.claimName);
    if (name === undefined) return [];
    const claim = objectIndex(entries).find('/PersistentVolumeClaim', cluster, identity.namespace, name);
    return [{ name, spec: dig(claim?.manifest, 'spec'), pointer, isShared: true }];
  });
  if (kind === DATABASE_CLUSTER) {
    const spec = claimOfInstances(dig(manifest, 'spec'));
    return [{ name: identity.name, spec, pointer: '/spec/storage', isShared: false }];
  }
  if (kind !== 'apps/StatefulSet') return shared;
  const own = places(dig(manifest, 'spec'), 'volumeClaimTemplates', '/spec').map(({ value, pointer }: Place): Claim => {
    const name = shown(dig(value, 'metadata')?.name);
    return { name, spec: dig(value, 'spec') ?? {}, pointer, isShared: false };
  });
  return [...shared, ...own];
}

const hostPaths = ({ pod }: Workload): string[] =>
  places(pod.value, 'volumes', pod.pointer).flatMap(({ value }) =>
    record(value.hostPath) === undefined ? [] : [shown(value.name)],
  );

const ONCE = ['ReadWriteOncePod', 'ReadWriteOnce'] as const;

function bindingOf(
  entries: readonly ApiEntry[],
  entry: ApiEntry,
  claims: readonly Claim[],
  directories: readonly string[],
): Binding {
  const open = directories.map((name) => `the directory ${name} stays on its node, and its pods need not`);
  const openInZones: string[] = [];
  const once: SharedClaim[] = [];
  const nodes: JsonObject[] = [];
  const reaches = new Set<VolumeReach>();
  let isAttached = false;
  for (const { name, spec, pointer, isShared } of claims) {
    if (spec === undefined) {
      open.push(`the claim ${name} is not in the manifests: what it binds pods to is unknown`);
      continue;
    }
    const access = list(spec.accessModes).some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
      ? undefined
      : ONCE.find((mode) => list(spec.accessModes).includes(mode));
    if (access !== undefined) isAttached = true;
    if (access !== undefined && isShared) once.push({ name, access, pointer });
    const volume = placeOfVolume(entries, entry, spec);
    nodes.push(...volume.nodes);
    openInZones.push(...volume.open.map((sentence) => `the claim ${name}: ${sentence}`));
    if (volume.reach !== undefined) reaches.add(volume.reach);
  }
  const boundTo = reaches.has('node') ? HOSTNAME : reaches.has('zone') ? ZONE : undefined;
  return { once, isAttached, ...(boundTo === undefined ? {} : { boundTo }), nodes, open, openInZones };
}

interface VolumePlace {
  readonly reach?: VolumeReach;
  readonly nodes: readonly JsonObject[];
  readonly open: readonly string[];
}

/** Where the volume of a claim can be: by the volume itself, or else by its class. */
function placeOfVolume(entries: readonly ApiEntry[], { cluster }: ApiEntry, spec: JsonObject): VolumePlace {
  const index = objectIndex(entries);
  const named = text(spec.volumeName);
  const volume = named === undefined ? undefined : index.find('/PersistentVolume', cluster, undefined, named);
  if (volume !== undefined) {
    const required = dig(volume.manifest, 'spec', 'nodeAffinity', 'required');
    return { nodes: required === undefined ? [] : [affinity(required)], open: [] };
  }
  const className = text(spec.storageClassName);
  const found =
    className === undefined || className === ''
      ? undefined
      : index.find('storage.k8s.io/StorageClass', cluster, undefined, className);
  if (found === undefined) {
    const which = className === undefined ? "the cluster's default class" : `the class ${className}`;
    return { reach: 'zone', nodes: [], open: [`${which} is not in the manifests: a volume in one zone is assumed`] };
  }
  const { provisioner, parameters, allowedTopologies, volumeBindingMode } = found.manifest;
  const reach = reachOf(shown(provisioner), record(parameters) ?? {});
  const open = [
    ...(reach === undefined ? [`the driver ${shown(provisioner)} is unknown: a volume in one zone is assumed`] : []),
    ...(reach === 'two zones' ? ['its volume is in two zones, and the loss of both is not counted'] : []),
    ...(volumeBindingMode === 'WaitForFirstConsumer' || reach === 'anywhere'
      ? []
      : ['its class binds at once: the zone is chosen without regard to room']),
  ];
  return { reach: reach ?? 'zone', nodes: topologies(list(allowedTopologies)), open };
}

const affinity = (required: JsonObject): JsonObject => ({ requiredDuringSchedulingIgnoredDuringExecution: required });

/** Keys of drivers for the zone of a node: `topology.ebs.csi.aws.com/zone`. Their values are those of the common label. */
const DRIVER_ZONE = /^topology\..+\/zone$/;

/** The nodes of the topologies that a class allows. */
function topologies(allowed: readonly unknown[]): JsonObject[] {
  const terms = allowed.map((one) => ({
    matchExpressions: places(record(one), 'matchLabelExpressions', '').map(({ value: { key, values } }) => ({
      key: DRIVER_ZONE.test(shown(key)) ? ZONE : shown(key),
      operator: 'In',
      values: list(values),
    })),
  }));
  return terms.length === 0 ? [] : [affinity({ nodeSelectorTerms: terms })];
}
