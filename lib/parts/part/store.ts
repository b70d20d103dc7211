// Where a part keeps what it has collected: an object store of a provider, or a volume of its own.

import type { IConstruct } from 'constructs';
import type { Component } from '../../constructs/component/component';
import type { ComponentProps } from '../../constructs/component/component-props';
import type { Connectable } from '../../constructs/network/connection';
import type { PlacedPart } from '../../constructs/parts/part';
import type { SecretKey } from '../../constructs/pod/container';
import { System } from '../../constructs/system/system';
import { report } from '../../constructs/tree/findings';
import type { Provider } from '../../model/cluster/provider';
import { findingOf } from '../../model/finding/finding';
import { either, fields, optional, type Schema, text, volumeSize } from '../../model/finding/schema';
import { dataKey, subdomain } from '../../model/manifest/formats';

/** Keys of a Secret that hold an access key and its secret. */
export interface StoreKeys {
  /** Name of the Secret, in the part's namespace; `evenkeel secrets` lists it. */
  readonly secret: string;
  /** Its key with the id of the access key. */
  readonly id: string;
  /** Its key with the secret of the access key. */
  readonly value: string;
}

/** A bucket with the interface of S3. */
export interface S3 {
  readonly s3: {
    readonly bucket: string;
    readonly region: string;
    /** Host of the store. @default that of AWS in the region */
    readonly endpoint?: string;
    /** @default the component acts under its identity */
    readonly keys?: StoreKeys;
  };
}

/** A container of a storage account of Azure. */
export interface Azure {
  readonly azure: { readonly account: string; readonly container: string };
}

/** A bucket of Google Cloud Storage. */
export interface Gcs {
  readonly gcs: { readonly bucket: string };
}

/**
 * An object store, or a volume. A store of the cluster's own provider is used under the identity that the cluster gives the component; S3,
 * which others than AWS have too, may have keys instead.
 */
export type Store =
  | S3
  | Azure
  | Gcs
  /** Size of a volume of each pod, as a quantity: for a single pod, such as on a laptop. */
  | { readonly volume: string };

const BUCKET = text('the name of a bucket: 3 to 63 lower-case letters, digits, "-" and "."', (name) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name),
);

/** What a container of a storage account may say. */
export const AZURE_FIELDS = {
  account: text('a storage account: 3 to 24 lower-case letters and digits', (name) => /^[a-z0-9]{3,24}$/.test(name)),
  container: BUCKET,
};

/** What a bucket of Google Cloud Storage may say. */
export const GCS_FIELDS = { bucket: BUCKET };

/** A region as a provider writes it: part of a host name, and compared with that of the cluster. */
export const REGION = text('a region as its provider writes it, such as eu-central-1 or westeurope', (name) =>
  /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name),
);

/** What the object stores may say, each under its key. */
export const OBJECT_STORES = {
  s3: fields<S3['s3']>({
    bucket: BUCKET,
    region: REGION,
    endpoint: optional(text('a host name', subdomain.fits)),
    keys: optional(
      fields<StoreKeys>({
        secret: text(subdomain.expected, subdomain.fits),
        id: text(dataKey.expected, dataKey.fits),
        value: text(dataKey.expected, dataKey.fits),
      }),
    ),
  }),
  azure: fields<Azure['azure']>(AZURE_FIELDS),
  gcs: fields<Gcs['gcs']>(GCS_FIELDS),
} as const;

const { s3, azure, gcs } = OBJECT_STORES;

/** What a store may say. */
export const STORE: Schema = either(
  [
    fields<S3>({ s3 }),
    fields<Azure>({ azure }),
    fields<Gcs>({ gcs }),
    fields<{ volume: string }>({ volume: volumeSize() }),
  ],
  "{ s3: { bucket, region } }, { azure: { account, container } }, { gcs: { bucket } } or { volume: '10Gi' }",
);

/** Host of an object store. */
export function hostOf(store: S3 | Azure | Gcs): string {
  if ('s3' in store) return endpointOf(store.s3);
  return 'azure' in store ? `${store.azure.account}.blob.core.windows.net` : 'storage.googleapis.com';
}

/** Where an object store is: two that are one give the same. */
export function placeOf(store: S3 | Azure | Gcs): string {
  if ('azure' in store) return `${hostOf(store)}/${store.azure.container}`;
  return `${hostOf(store)}/${'s3' in store ? store.s3.bucket : store.gcs.bucket}`;
}

/** Host of a store with the interface of S3. */
export const endpointOf = ({ endpoint, region }: S3['s3']): string =>
  endpoint ?? `s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;

/** Hosts of AWS, in all of its partitions. Source: AWS General Reference, "Amazon S3 endpoints and quotas". */
const AWS = /(?:^|\.)amazonaws\.com(?:\.cn)?$/;

/** Whether AWS runs a store with the interface of S3. */
export const isOfAws = (store: S3): boolean => AWS.test(endpointOf(store.s3));

/** Whether an identity of a component can be given rights to a store. */
export function opensByIdentity(store: S3 | Azure | Gcs, { identityStore }: Pick<Provider, 'identityStore'>): boolean {
  if ('s3' in store) return identityStore === 's3' && isOfAws(store);
  return 'azure' in store ? identityStore === 'azure' : identityStore === 'gcs';
}

/** Variables that hold the keys, under the names that every client of S3 reads; none where an identity is used. */
export function keyVariables(store: Store): Readonly<Record<string, SecretKey>> {
  const keys = 's3' in store ? store.s3.keys : undefined;
  if (keys === undefined) return {};
  const { secret, id, value } = keys;
  return { AWS_ACCESS_KEY_ID: { secret, key: id }, AWS_SECRET_ACCESS_KEY: { secret, key: value } };
}

const OWN_STORES = {
  s3: '{ s3: { bucket, region } } of AWS',
  azure: '{ azure: { account, container } }',
  gcs: '{ gcs: { bucket } }',
};

/** Who keeps what in each place, by app. */
const keepers = new WeakMap<IConstruct, Map<string, string>>();

/** Who else keeps its data in the place of a store: programs that delete what is too old would delete that too. */
function otherKeeper(component: Component<ComponentProps>, store: S3 | Azure | Gcs): string | undefined {
  const { target, namespace = '' } = System.of(component);
  const own = `${namespace}/${component.name} on ${target.cluster.name}`;
  const { root } = component.node;
  const known = keepers.get(root) ?? new Map<string, string>();
  keepers.set(root, known);
  const first = known.get(placeOf(store)) ?? own;
  known.set(placeOf(store), first);
  return first === own ? undefined : first;
}

/** Lets a component of a part reach its store, and reports a store that it could not use. `field` is where the user wrote it. */
export function useStore(component: Component<ComponentProps>, store: Store, field: string, here: PlacedPart): void {
  if ('volume' in store) return;
  const host = hostOf(store);
  const outside: Connectable = {
    connection: () => ({ name: 'store', host, port: 443, peer: { outside: host, cidrs: [], port: 443 } }),
  };
  component.connectTo(outside, { as: {} });
  const other = otherKeeper(component, store);
  if (other !== undefined) {
    const message = `${placeOf(store)} is the store of ${other}, too`;
    const expected = 'a store for each part and cluster: each deletes what it takes for its own';
    report(component, findingOf('input', { field, message, expected }), here.part.trace);
  }
  const { system, target, namespace = '' } = System.of(component);
  if (Object.keys(keyVariables(store)).length > 0) return;
  const { name } = target.cluster;
  const { provider } = here.cluster;
  if (!opensByIdentity(store, provider)) {
    const message = `no identity on ${name} can use ${host}`;
    const own = provider.identityStore === undefined ? '' : `${OWN_STORES[provider.identityStore]}, or `;
    const expected = `${own}an s3 store with keys: { secret, id, value }`;
    report(component, findingOf('input', { field, message, expected }), here.part.trace);
    return;
  }
  if (here.hasIdentity(system, component.name)) return;
  const key = `${namespace}/${component.name}`;
  const message = `${key} has no identity on ${name}, under which it could use ${host}`;
  const orKeys = 's3' in store ? ', or keys: { secret, id, value }' : '';
  const expected = `in clusters.${name}, identities: { '${key}': … }${orKeys}`;
  report(component, findingOf('input', { field, message, expected }), here.part.trace);
}
