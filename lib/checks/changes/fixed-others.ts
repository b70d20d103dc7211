// Fields of configuration, access, quotas, classes and definitions that never change once the object exists.
// Source: k8s.io/kubernetes 1.27 to 1.37, pkg/apis/{core,rbac,scheduling,node,resource}/validation;
// k8s.io/apiextensions-apiserver, validateCustomResourceDefinitionSpecUpdate and ValidateCustomResourceDefinitionStoredVersions.

import type { ObjectPair } from '../../analysis/changes/object-pairs';
import { isSame, storedValue } from '../../analysis/changes/stored-form';
import { dig, list, record, text } from '../../analysis/objects/read-json';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { type FindRefusals, fixed, type RefusalTable, refusal, valueAt, WAYS } from './refusal';

const hashed = ({ after: { identity } }: ObjectPair): string =>
  `a ${identity.kind} whose name changes with its content, and pods that name the new one`;

/** What is immutable keeps its content, and stays immutable. Values are not shown: they may be secret. */
const content =
  (...keys: readonly string[]): FindRefusals =>
  (pair) => {
    if (pair.before.manifest.immutable !== true) return [];
    const isChanged = (key: string) =>
      !isSame(contentOf(pair.before.manifest, key), contentOf(pair.after.manifest, key));
    return [
      ...keys.filter(isChanged).map((key) => refusal(pair, [key], {}, hashed(pair))),
      ...(pair.after.manifest.immutable === true ? [] : [refusal(pair, ['immutable'], { before: true }, hashed(pair))]),
    ];
  };

/** The data, with what a Secret states as text: the API server stores both as one. */
function contentOf(manifest: JsonObject, key: string): Json | undefined {
  const plain = key === 'data' ? record(manifest.stringData) : undefined;
  if (plain === undefined) return storedValue(manifest[key]);
  const encoded = Object.entries(plain).map(([name, value]) => [
    name,
    typeof value === 'string' ? Buffer.from(value).toString('base64') : value,
  ]);
  return storedValue({ ...record(manifest[key]), ...Object.fromEntries(encoded) });
}

const RBAC = 'rbac.authorization.k8s.io';

const roleRef = fixed(['roleRef'], { stored: storedRole, way: WAYS.recreate });

function storedRole(value: Json | undefined): Json | undefined {
  return storedValue(isJsonObject(value) ? { ...value, apiGroup: value.apiGroup || RBAC } : value);
}

/** Their order does not matter. */
function storedScopes(value: Json | undefined): Json | undefined {
  return Array.isArray(value) && value.length > 0 ? [...new Set(value.map(String))].sort() : undefined;
}

/** A version that stored objects must stay until a migration: the storage version was one; of earlier ones no manifest says. */
const storedVersion: FindRefusals = (pair) => {
  const versions = (manifest: JsonObject) => list(dig(manifest, 'spec')?.versions).filter(isJsonObject);
  const name = text(versions(pair.before.manifest).find(({ storage }) => storage === true)?.name);
  if (name === undefined || versions(pair.after.manifest).some((version) => version.name === name)) return [];
  const fix = `${name} kept with served: false until its objects are migrated and it is gone from status.storedVersions`;
  const found = refusal(pair, ['spec', 'versions'], {}, fix);
  return [{ ...found, expected: `the version ${name}, which has stored objects` }];
};

const definition = WAYS.rename;

/** The plural is a part of the name, so that the API server refuses another one earlier. */
const CUSTOM = [
  fixed(['spec', 'scope'], { way: definition }),
  fixed(['spec', 'group'], { way: definition }),
  fixed(['spec', 'names', 'kind'], { way: definition }),
  fixed(['spec', 'names', 'plural'], { way: definition }),
  storedVersion,
];

/** Stored as an opaque one where no type is given. */
const secretType: FindRefusals = (pair) => {
  const [before, after] = [pair.before, pair.after].map(
    ({ manifest }) => text(valueAt(manifest, ['type'])) || 'Opaque',
  );
  return before === after ? [] : [refusal(pair, ['type'], { before, after }, WAYS.rename(pair))];
};

export const fixedOthers: RefusalTable = [
  ['/ConfigMap', content('data', 'binaryData')],
  ['/Secret', secretType, content('data')],
  ['/ResourceQuota', fixed(['spec', 'scopes'], { stored: storedScopes, way: WAYS.recreate })],
  [`${RBAC}/RoleBinding`, roleRef],
  [`${RBAC}/ClusterRoleBinding`, roleRef],
  [
    'scheduling.k8s.io/PriorityClass',
    fixed(['value'], { fallback: 0, way: WAYS.rename }),
    fixed(['preemptionPolicy'], { fallback: 'PreemptLowerPriority', way: WAYS.rename }),
  ],
  ['node.k8s.io/RuntimeClass', fixed(['handler'], { way: WAYS.rename })],
  ['resource.k8s.io/ResourceClaim', fixed(['spec'], { way: WAYS.rename, hidden: true })],
  ['resource.k8s.io/ResourceClaimTemplate', fixed(['spec'], { way: WAYS.rename, hidden: true })],
  ['apiextensions.k8s.io/CustomResourceDefinition', ...CUSTOM],
];
