// Fields of claims, volumes and their classes that never change once the object exists.
// Source: k8s.io/kubernetes 1.27 to 1.37, pkg/apis/core/validation, pkg/apis/storage/validation, and the admission of
// plugin/pkg/admission/storage/persistentvolume/resize.

import type { ObjectPair } from '../../analysis/changes/object-pairs';
import { isSame, storedClaim, storedValue } from '../../analysis/changes/stored-form';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, text } from '../../analysis/objects/read-json';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { minorOf } from '../../model/manifest/object';
import { readQuantity } from '../../model/manifest/quantity';
import { type FindRefusals, fixed, type RefusalTable, refusal, WAYS } from './refusal';

const copied = ({ after: { identity } }: ObjectPair): string =>
  `a ${identity.kind} of another name, and its data copied before the workload names the new one`;

const specOf = ({ manifest }: { readonly manifest: JsonObject }): JsonObject => dig(manifest, 'spec') ?? {};

/** ValidatePersistentVolumeClaimUpdate: all of it but the size, the attributes class, and what is set once. */
const CHANGES_APART: ReadonlySet<string> = new Set(['storageClassName', 'volumeName', 'volumeAttributesClassName']);

const claim: FindRefusals = (pair) => {
  const [before, after] = [claimSpec(pair.before), claimSpec(pair.after)];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys
    .filter((key) => !CHANGES_APART.has(key) && !isSame(before[key], after[key]))
    .map((key) => refusal(pair, ['spec', key], { before: before[key], after: after[key] }, copied(pair)));
};

/** The spec as stored, without the size. */
function claimSpec(object: { readonly manifest: JsonObject }): JsonObject {
  const spec = specOf(object);
  const resources = dig(spec, 'resources');
  const requests = { ...dig(resources, 'requests'), storage: null };
  const sized = resources === undefined ? {} : { resources: { ...resources, requests } };
  const stored = storedClaim({ ...spec, ...sized });
  return isJsonObject(stored) ? stored : {};
}

/** A class that nothing names is the default one of the cluster, which the API server writes into the claim. */
const className: FindRefusals = (pair) => {
  const [before, after] = [pair.before, pair.after].map((object) => storedValue(specOf(object).storageClassName));
  if (isSame(before, after)) return [];
  const found = refusal(pair, ['spec', 'storageClassName'], { before, after }, copied(pair));
  if (before !== undefined) return [found];
  const expected = `no value, as before, unless the cluster made it ${text(after)} by default`;
  return [{ ...found, expected, severity: 'warning' }];
};

/** Set once: by the user, or by the controller that binds the claim. */
const volumeName: FindRefusals = (pair) => {
  const [before, after] = [pair.before, pair.after].map((object) => storedValue(specOf(object).volumeName));
  return before === undefined || isSame(before, after)
    ? []
    : [refusal(pair, ['spec', 'volumeName'], { before, after }, copied(pair))];
};

/** Once it has one: from 1.34 on, where the field is served by default. */
const attributesClass: FindRefusals = (pair) => {
  const [before, after] = [pair.before, pair.after].map((object) => specOf(object).volumeAttributesClassName);
  if ((minorOf(pair.after) ?? 0) < 34 || !isSet(before) || before === '' || (isSet(after) && after !== '')) return [];
  const way = 'the name of another VolumeAttributesClass';
  return [refusal(pair, ['spec', 'volumeAttributesClassName'], { before }, way)];
};

const SIZE = ['spec', 'resources', 'requests', 'storage'] as const;

const sizeOf = (object: { readonly manifest: JsonObject }): Json | undefined =>
  dig(object.manifest, 'spec', 'resources', 'requests')?.storage;

/**
 * A claim never shrinks; from 1.32 on, one whose growth failed takes a smaller size above that of its volume. It grows where its class
 * lets it: that is known of a class among the objects.
 */
const size: FindRefusals = (pair, entries) => {
  const [before, after] = [sizeOf(pair.before), sizeOf(pair.after)];
  const [was, is] = [readQuantity(before), readQuantity(after)];
  if (was === undefined || is === undefined || is === was) return [];
  if (is > was) {
    const name = text(specOf(pair.after).storageClassName) ?? '';
    const found = objectIndex(entries).find('storage.k8s.io/StorageClass', pair.after.cluster, undefined, name);
    if (found === undefined || found.manifest.allowVolumeExpansion === true) return [];
    const fix = `allowVolumeExpansion: true in the StorageClass ${name}, where its provisioner can`;
    return [refusal(pair, SIZE, { before, after }, fix)];
  }
  return [
    {
      ...refusal(pair, SIZE, { before, after }, copied(pair)),
      expected: `${text(before) ?? String(was)} or more: a volume never shrinks`,
    },
  ];
};

/** PersistentVolumeSource is part of the spec: all keys but these. */
const BESIDE_SOURCE: ReadonlySet<string> = new Set([
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]);

const volumeSource: FindRefusals = (pair) => {
  const [before, after] = [sourceOf(pair.before), sourceOf(pair.after)];
  const kept = withSecretOf(before, after);
  return isSame(kept, after) ? [] : [refusal(pair, ['spec'], {}, WAYS.rename(pair))];
};

function sourceOf(object: { readonly manifest: JsonObject }): Json | undefined {
  return storedValue(Object.fromEntries(Object.entries(specOf(object)).filter(([key]) => !BESIDE_SOURCE.has(key))));
}

/** The Secret for growth is set once. */
function withSecretOf(before: Json | undefined, after: Json | undefined): Json | undefined {
  const csi = dig(before, 'csi');
  const secret = dig(after, 'csi')?.controllerExpandSecretRef;
  if (!isJsonObject(before) || csi === undefined || csi.controllerExpandSecretRef !== undefined) return before;
  return storedValue({ ...before, csi: { ...csi, controllerExpandSecretRef: secret ?? null } });
}

/** Set once. MutablePVNodeAffinity is off by default up to 1.37. */
const nodeAffinity: FindRefusals = (pair) => {
  const [before, after] = [pair.before, pair.after].map((object) => storedValue(specOf(object).nodeAffinity));
  return before === undefined || isSame(before, after)
    ? []
    : [refusal(pair, ['spec', 'nodeAffinity'], { before, after }, WAYS.rename(pair))];
};

const way = WAYS.rename;

export const fixedStorage: RefusalTable = [
  ['/PersistentVolumeClaim', claim, className, volumeName, attributesClass, size],
  ['/PersistentVolume', volumeSource, nodeAffinity, fixed(['spec', 'volumeMode'], { fallback: 'Filesystem', way })],
  // mountOptions, allowVolumeExpansion and allowedTopologies change: ValidateStorageClassUpdate does not look at them
  [
    'storage.k8s.io/StorageClass',
    fixed(['provisioner'], { way }),
    fixed(['parameters'], { way }),
    fixed(['reclaimPolicy'], { fallback: 'Delete', way }),
    fixed(['volumeBindingMode'], { fallback: 'Immediate', way }),
  ],
  ['storage.k8s.io/VolumeAttributesClass', fixed(['driverName'], { way }), fixed(['parameters'], { way })],
  [
    'storage.k8s.io/CSIDriver',
    fixed(['spec', 'attachRequired'], { fallback: true, way: WAYS.recreate }),
    fixed(['spec', 'volumeLifecycleModes'], { fallback: ['Persistent'], way: WAYS.recreate }),
    // ValidateCSIDriverUpdate allows these from 1.30 on
    fixed(['spec', 'fsGroupPolicy'], { fallback: 'ReadWriteOnceWithFSType', until: 30, way: WAYS.recreate }),
    fixed(['spec', 'podInfoOnMount'], { fallback: false, until: 30, way: WAYS.recreate }),
  ],
];
