// Keys of Secrets that a controller makes from an object of the app, held against the keys that pods read.

import { DATABASE_CLUSTER, givenSecret } from '../../analysis/objects/database-clusters';
import { memoizePerObjects, objectIndex, placeOf } from '../../analysis/objects/object-index';
import { dig, type Place, places, text } from '../../analysis/objects/read-json';
import { workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { OPERATOR_KEYS, ownerSecret } from '../../model/services/postgresql';
import { object, running } from '../examples';
import type { Rule } from '../rule';

/** What makes a Secret, and all keys that the Secret then has. */
interface Made {
  readonly by: ApiEntry;
  readonly keys: readonly string[];
}

/** cert-manager.io, "Certificate resource": the target Secret. */
const CERTIFICATE_KEYS = ['tls.crt', 'tls.key', 'ca.crt'];

const MAKERS = ['cert-manager.io/Certificate', 'external-secrets.io/ExternalSecret', DATABASE_CLUSTER] as const;

/** The name and keys of what an object makes; `undefined` where its manifest does not say all of its keys. */
function madeBy(by: ApiEntry): { readonly name: string; readonly keys: readonly string[] } | undefined {
  const spec = dig(by.manifest, 'spec');
  if (by.identity.kind === 'Cluster') {
    return givenSecret(spec) === undefined ? { name: ownerSecret(by.identity.name), keys: OPERATOR_KEYS } : undefined;
  }
  if (by.identity.kind === 'Certificate') {
    const name = text(spec?.secretName);
    const hasMore = spec?.keystores !== undefined || spec?.additionalOutputFormats !== undefined;
    return name === undefined || hasMore ? undefined : { name, keys: CERTIFICATE_KEYS };
  }
  const target = dig(spec, 'target');
  const isWhole = ['Owner', 'Orphan', undefined].includes(text(target?.creationPolicy));
  if (spec?.dataFrom !== undefined || target?.template !== undefined || !isWhole) return undefined;
  const keys = places(spec, 'data', '').flatMap(({ value }) => text(value.secretKey) ?? []);
  return { name: text(target?.name) ?? by.identity.name, keys };
}

const madeSecrets = memoizePerObjects((entries): ReadonlyMap<string, Made> => {
  const found = new Map<string, Made>();
  for (const by of objectIndex(entries).of(...MAKERS)) {
    const made = madeBy(by);
    if (made !== undefined)
      found.set(`${placeOf(by.cluster, by.identity.namespace)}\n${made.name}`, { by, keys: made.keys });
  }
  return found;
});

/** A key that a pod needs, of a Secret by name. */
interface Read extends Place {
  readonly secret: string | undefined;
}

/** The keys that the volumes of a pod have as files. */
function filesOf(pod: Place): Read[] {
  return places(pod.value, 'volumes', pod.pointer).flatMap((volume) => {
    const projected = places(dig(volume.value, 'projected'), 'sources', `${volume.pointer}/projected`);
    const sources = [
      { from: dig(volume.value, 'secret'), name: 'secretName', pointer: `${volume.pointer}/secret` },
      ...projected.map(({ value, pointer }) => ({
        from: dig(value, 'secret'),
        name: 'name',
        pointer: `${pointer}/secret`,
      })),
    ];
    return sources.flatMap(({ from, name, pointer }) =>
      from?.optional === true
        ? []
        : places(from, 'items', pointer).map((item) => ({ ...item, secret: text(from?.[name]) })),
    );
  });
}

/** The keys that a container has as variables. */
function variablesOf(container: Place): Read[] {
  return places(container.value, 'env', container.pointer).flatMap(({ value, pointer }) => {
    const ref = dig(value, 'valueFrom', 'secretKeyRef');
    if (ref === undefined || ref.optional === true) return [];
    return [{ value: ref, pointer: `${pointer}/valueFrom/secretKeyRef`, secret: text(ref.name) }];
  });
}

const secretKey: Rule = {
  id: 'secret-key',
  what: 'A key that a pod reads is one of those that the ExternalSecret, Certificate or database gives its Secret.',
  why: 'The Secret is made without that key: the pod never starts (CreateContainerConfigError, FailedMount).',
  severity: 'error',
  judge:
    'kubelet; external-secrets.io, "ExternalSecret"; cert-manager.io, "Certificate resource"; cloudnative-pg, pkg/specs/secrets.go',
  reason: reasonKey('secret-key'),
  check: (entries, report) => {
    for (const { entry, pod, containers } of workloads(entries)) {
      for (const { secret, value, pointer } of [...filesOf(pod), ...containers.flatMap(variablesOf)]) {
        const key = text(value.key);
        const made = madeSecrets(entries).get(`${placeOf(entry.cluster, entry.identity.namespace)}\n${secret}`);
        if (key === undefined || made === undefined || made.keys.includes(key)) continue;
        report(entry, `${pointer}/key`, {
          message: `${describeIdentity(made.by.identity)} makes no key "${key}" of the Secret ${secret}`,
          expected: `one of ${made.keys.join(', ')}`,
          value: key,
        });
      }
    }
  },
  examples: {
    pass: [reading('token'), external()],
    fail: [reading('tokn'), external()],
  },
};

function reading(key: string): JsonObject {
  return running({ env: [{ name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'payments', key } } }] });
}

function external(): JsonObject {
  return object('external-secrets.io/v1', 'ExternalSecret', 'payments', {
    spec: { data: [{ secretKey: 'token', remoteRef: { key: 'prod/payments' } }] },
  });
}

export const madeKeyRules: readonly Rule[] = [secretKey];
