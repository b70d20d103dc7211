// The pods that CloudNativePG makes of a `Cluster`, as workloads: no template in a manifest shows them, and they take room, and are reached.

import type { Json, JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import { HOSTNAME } from '../../model/manifest/well-known';
import { dig, integer, list, record, text } from './read-json';

/** The kind of what its pods are made of. */
export const DATABASE_CLUSTER: Kind = 'postgresql.cnpg.io/Cluster';

/** Whether a manifest is one. */
export const isDatabaseCluster = ({ apiVersion, kind }: JsonObject): boolean =>
  kind === 'Cluster' && text(apiVersion)?.startsWith('postgresql.cnpg.io/') === true;

/** Instances that it has. Source: cloudnative-pg, api/v1/cluster_types.go, `Instances`. */
export const instancesOf = (spec: JsonObject | undefined): number => integer(spec?.instances, 1) ?? 1;

/**
 * How many instances are kept from eviction: with the operator's two budgets all but one, and of a single one all.
 * Source: cloudnative-pg, pkg/specs/poddisruptionbudget.go.
 */
export function instancesKept(spec: JsonObject | undefined): number {
  if (spec?.enablePDB === false) return 0;
  const instances = instancesOf(spec);
  return instances < 3 ? 1 : instances - 1;
}

/**
 * How many instances must run for a commit to be answered: the one that writes, and the standbys that it waits for.
 * Source: cloudnative-pg, "Replication" (data durability).
 */
export function instancesNeeded(spec: JsonObject | undefined): number {
  const synchronous = dig(spec, 'postgresql', 'synchronous');
  if (synchronous === undefined || synchronous.dataDurability === 'preferred') return 1;
  return 1 + (integer(synchronous.number, 1) ?? 0);
}

/** Ways in which a database begins. */
const BEGINNINGS = ['initdb', 'recovery', 'pg_basebackup'];

/** The Secret of the owner, where it is made elsewhere. */
export function givenSecret(spec: JsonObject | undefined): string | undefined {
  const bootstrap = dig(spec, 'bootstrap');
  return BEGINNINGS.flatMap((way) => text(dig(bootstrap, way, 'secret')?.name) ?? []).at(0);
}

/** The claim of an instance's data. */
export const claimOfInstances = (spec: JsonObject | undefined): JsonObject => {
  const storage = dig(spec, 'storage');
  const given = dig(storage, 'pvcTemplate') ?? {};
  const { storageClass } = storage ?? {};
  return {
    accessModes: ['ReadWriteOnce'],
    ...given,
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
  };
};

/** Defaults of the operator, in seconds. Source: cloudnative-pg, api/v1/cluster_types.go; pkg/specs/pods.go. */
const START_DELAY = 3600;
const STOP_DELAY = 1800;
const PERIOD = 10;

/** The port of the probes. */
const STATUS = 8000;

const PORTS: readonly JsonObject[] = [
  { name: 'postgresql', containerPort: 5432, protocol: 'TCP' },
  { name: 'metrics', containerPort: 9187, protocol: 'TCP' },
  { name: 'status', containerPort: STATUS, protocol: 'TCP' },
];

const probe = (path: string, failureThreshold: number): JsonObject => ({
  httpGet: { path, port: STATUS },
  periodSeconds: PERIOD,
  failureThreshold,
});

/** Labels of the pods of its instances. */
export const labelsOfInstances = (name: string): JsonObject => ({
  'cnpg.io/cluster': name,
  'cnpg.io/podRole': 'instance',
});

/** The spec of a pod of an instance, as far as it decides where it runs, and who reaches it. Source: cloudnative-pg, pkg/specs/pods.go. */
export function instancePod(name: string, spec: JsonObject): JsonObject {
  const affinity = dig(spec, 'affinity');
  const resources: Json = record(spec.resources) ?? {};
  const startDelay = integer(spec.startDelay, 0) ?? START_DELAY;
  return {
    terminationGracePeriodSeconds: integer(spec.stopDelay, 0) ?? STOP_DELAY,
    initContainers: [{ name: 'bootstrap-controller', resources }],
    containers: [
      {
        name: 'postgres',
        image: text(spec.imageName) ?? '',
        resources,
        ports: [...PORTS],
        startupProbe: probe('/startupz', Math.max(1, Math.ceil(startDelay / PERIOD))),
        readinessProbe: probe('/readyz', 3),
        livenessProbe: probe('/healthz', 3),
      },
    ],
    affinity: affinityOf(name, affinity),
    ...copied(affinity, 'nodeSelector', 'tolerations'),
    ...copied(spec, 'topologySpreadConstraints', 'priorityClassName'),
  };
}

function copied(from: JsonObject | undefined, ...keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key): [string, Json][] => {
      const value = from?.[key];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';
const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

/** Source: cloudnative-pg, pkg/specs/pods.go, `CreateAffinitySection`. */
function affinityOf(name: string, given: JsonObject | undefined): JsonObject {
  const labels = Object.entries(labelsOfInstances(name));
  const selected = { matchExpressions: labels.map(([key, value]) => ({ key, operator: 'In', values: [value] })) };
  const term = { labelSelector: selected, topologyKey: text(given?.topologyKey) ?? HOSTNAME };
  const isOff = given?.enablePodAntiAffinity === false;
  const isRequired = given?.podAntiAffinityType === 'required';
  const more = dig(given, 'additionalPodAntiAffinity');
  const terms = (key: string, own: readonly JsonObject[]): JsonObject => {
    const all = [...own, ...list(more?.[key])];
    return all.length === 0 ? {} : { [key]: all };
  };
  const apart = {
    ...terms(REQUIRED, !isOff && isRequired ? [term] : []),
    ...terms(PREFERRED, isOff || isRequired ? [] : [{ weight: 100, podAffinityTerm: term }]),
  };
  return {
    ...(Object.keys(apart).length === 0 ? {} : { podAntiAffinity: apart }),
    ...(given?.additionalPodAffinity === undefined ? {} : { podAffinity: given.additionalPodAffinity }),
    ...copied(given, 'nodeAffinity'),
  };
}
