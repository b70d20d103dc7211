// The Secrets that the manifests refer to, with their keys and users. Evenkeel writes no Secrets: they must be created.

import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { compareKeys } from '../../model/manifest/text';
import { OWNER_KEYS, ownerSecret } from '../../model/services/postgresql';
import { givenSecret, isDatabaseCluster } from '../objects/database-clusters';
import { type Place, places, record, text } from '../objects/read-json';
import { type Workload, workloads } from '../objects/workloads';

/** A Secret that must exist. */
export interface SecretNeed {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  /** Type that its users expect. */
  readonly type: 'Opaque' | 'kubernetes.io/tls' | 'kubernetes.io/dockerconfigjson';
  /** Keys that are read; empty where all of them are. */
  readonly keys: readonly string[];
  /** Objects that refer to it. */
  readonly users: readonly string[];
  /** The object from which a controller makes it, such as a Certificate. Absent where it is made by hand. */
  readonly madeBy?: string;
}

interface Reference {
  readonly entry: ApiEntry;
  /** @default that of the object */
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly type: SecretNeed['type'];
  readonly keys: readonly string[];
}

/** The Secrets that `entries` refer to and do not define, by cluster, namespace and name. */
export function listSecrets(entries: readonly ApiEntry[]): SecretNeed[] {
  const references = [
    ...workloads(entries).flatMap(fromPods),
    ...entries.flatMap(fromIngress),
    ...entries.flatMap(fromGateway),
    ...entries.flatMap(fromServiceAccount),
    ...entries.flatMap(fromTriggerAuthentication),
    ...entries.flatMap(fromDatabase),
  ];
  const makers = makersOf(entries);
  const needs = new Map<string, SecretNeed>();
  for (const { entry, name, type, keys, namespace: other } of references) {
    const { cluster } = entry;
    const namespace = other ?? entry.identity.namespace ?? '';
    const key = [cluster, namespace, name].join('\0');
    const madeBy = makers.get(key);
    const known = needs.get(key);
    needs.set(key, {
      cluster,
      namespace,
      name,
      type: known?.type ?? type,
      keys: union(known?.keys ?? [], keys),
      users: union(known?.users ?? [], [describeIdentity(entry.identity)]),
      ...(madeBy === undefined ? {} : { madeBy }),
    });
  }
  return [...needs].sort(compareKeys).map(([, need]) => need);
}

/** The objects from which controllers make Secrets, by the Secret's place and name. */
function makersOf(entries: readonly ApiEntry[]): ReadonlyMap<string, string> {
  return new Map(
    entries.flatMap((entry) => {
      const place = [entry.cluster, entry.identity.namespace ?? ''];
      return madeFrom(entry).map((name) => [[...place, name].join('\0'), describeIdentity(entry.identity)] as const);
    }),
  );
}

/** Annotations of an Ingress or Gateway for which cert-manager makes its certificates. cert-manager docs, usage/ingress. */
const ISSUERS = ['cert-manager.io/issuer', 'cert-manager.io/cluster-issuer', 'kubernetes.io/tls-acme'];

function madeFrom(entry: ApiEntry): string[] {
  const { identity, manifest } = entry;
  const spec = record(manifest.spec);
  switch (`${identity.group}/${identity.kind}`) {
    case 'cert-manager.io/Certificate':
      return keyNames([spec?.secretName]);
    case 'external-secrets.io/ExternalSecret':
      return [text(record(spec?.target)?.name) ?? identity.name];
    case 'postgresql.cnpg.io/Cluster':
      return givenSecret(spec) === undefined ? [ownerSecret(identity.name)] : [];
    case 'bitnami.com/SealedSecret':
      return [text(record(record(spec?.template)?.metadata)?.name) ?? identity.name];
    case 'secrets-store.csi.x-k8s.io/SecretProviderClass':
      return keyNames(places(spec, 'secretObjects', '').map(({ value }) => value.secretName));
    case 'networking.k8s.io/Ingress':
    case 'gateway.networking.k8s.io/Gateway': {
      const annotations = record(record(manifest.metadata)?.annotations) ?? {};
      const isIssued = ISSUERS.some((key) => Object.hasOwn(annotations, key));
      return isIssued ? [...fromIngress(entry), ...fromGateway(entry)].map(({ name }) => name) : [];
    }
    default:
      return [];
  }
}

function fromPods({ entry, pod, containers }: Workload): Reference[] {
  const opaque = (name: unknown, keys: readonly string[]) => reference(entry, name, 'Opaque', keys);
  const variables = containers.flatMap((container) => [
    ...places(container.value, 'envFrom', '').flatMap(({ value }) => opaque(record(value.secretRef)?.name, [])),
    ...places(container.value, 'env', '').flatMap(({ value }) => {
      const source = record(record(value.valueFrom)?.secretKeyRef);
      return opaque(source?.name, keyNames([source?.key]));
    }),
  ]);
  const volumes = places(pod.value, 'volumes', '').flatMap(({ value }) => {
    const secret = record(value.secret);
    const projected = places(record(value.projected), 'sources', '').flatMap(({ value: source }) => {
      const one = record(source.secret);
      return one === undefined ? [] : [one];
    });
    return [
      ...opaque(secret?.secretName, itemKeys(secret)),
      ...projected.flatMap((one) => opaque(one.name, itemKeys(one))),
    ];
  });
  return [...variables, ...volumes, ...pullSecrets(entry, pod.value)];
}

function fromIngress(entry: ApiEntry): Reference[] {
  if (entry.identity.kind !== 'Ingress') return [];
  return places(record(entry.manifest.spec), 'tls', '').flatMap(({ value }) => certificate(entry, value.secretName));
}

function fromGateway(entry: ApiEntry): Reference[] {
  if (entry.identity.kind !== 'Gateway') return [];
  return places(record(entry.manifest.spec), 'listeners', '')
    .flatMap(({ value }) => places(record(value.tls), 'certificateRefs', ''))
    .filter(({ value: { kind, group } }) => (kind ?? 'Secret') === 'Secret' && (group ?? '') === '')
    .flatMap(({ value }) =>
      certificate(entry, value.name).map((one) => ({ ...one, namespace: text(value.namespace) })),
    );
}

function fromServiceAccount(entry: ApiEntry): Reference[] {
  return entry.identity.kind === 'ServiceAccount' ? pullSecrets(entry, entry.manifest) : [];
}

/** The credentials of a database's owner, where they are given, and what its images are pulled with. */
function fromDatabase(entry: ApiEntry): Reference[] {
  if (!isDatabaseCluster(entry.manifest)) return [];
  const spec = record(entry.manifest.spec) ?? {};
  return [...reference(entry, givenSecret(spec), 'Opaque', OWNER_KEYS), ...pullSecrets(entry, spec)];
}

/** The credentials with which KEDA queries a queue. */
function fromTriggerAuthentication(entry: ApiEntry): Reference[] {
  if (entry.identity.kind !== 'TriggerAuthentication') return [];
  return places(record(entry.manifest.spec), 'secretTargetRef', '').flatMap(({ value }) =>
    reference(entry, value.name, 'Opaque', keyNames([value.key])),
  );
}

function pullSecrets(entry: ApiEntry, holder: Place['value']): Reference[] {
  return places(holder, 'imagePullSecrets', '').flatMap(({ value }) =>
    reference(entry, value.name, 'kubernetes.io/dockerconfigjson', ['.dockerconfigjson']),
  );
}

function certificate(entry: ApiEntry, name: unknown): Reference[] {
  return reference(entry, name, 'kubernetes.io/tls', ['tls.crt', 'tls.key']);
}

function reference(entry: ApiEntry, name: unknown, type: SecretNeed['type'], keys: readonly string[]): Reference[] {
  const named = text(name);
  return named === undefined ? [] : [{ entry, name: named, type, keys }];
}

function itemKeys(holder: Place['value'] | undefined): string[] {
  return keyNames(places(holder, 'items', '').map(({ value }) => value.key));
}

function keyNames(keys: readonly unknown[]): string[] {
  return keys.flatMap((key) => text(key) ?? []);
}

function union(some: readonly string[], others: readonly string[]): string[] {
  return [...new Set([...some, ...others])].sort();
}
