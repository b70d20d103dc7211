// Where copies are: the stores of the part, and whether they are three copies at two providers, one of them elsewhere.

import type { Equipped } from '../../constructs/parts/part';
import { SECRET_KEY, type SecretKey } from '../../constructs/pod/container';
import type { BackupStore } from '../../model/backups/plan';
import type { ClusterDescription } from '../../model/cluster/cluster';
import { plural } from '../../model/finding/derivation';
import type { Problem } from '../../model/finding/problem';
import { either, fields, optional, type Schema } from '../../model/finding/schema';
import {
  AZURE_FIELDS,
  type Azure,
  GCS_FIELDS,
  type Gcs,
  hostOf,
  isOfAws,
  keyVariables,
  OBJECT_STORES,
  opensByIdentity,
  placeOf,
  REGION,
  type S3,
} from '../part/store';

/** A container of a storage account of Azure, in a region; with a key of the account, or under the identity of each backup. */
interface AzureCopies {
  readonly azure: Azure['azure'] & {
    /** Key of a Secret with a key of the account. @default each backup acts under its identity */
    readonly key?: SecretKey;
  };
  readonly region: string;
}

/** A bucket of Google Cloud Storage, in a region; with a key of a service account, or under the identity of each backup. */
interface GcsCopies {
  readonly gcs: Gcs['gcs'] & {
    /** Key of a Secret with the key file of a service account. @default each backup acts under its identity */
    readonly key?: SecretKey;
  };
  readonly region: string;
}

/** A place of copies; where the store itself does not name its region, that is said beside it. */
export type CopyTarget = S3 | AzureCopies | GcsCopies;

/** What a place of copies may say. */
export const TARGET: Schema = either(
  [
    fields<S3>({ s3: OBJECT_STORES.s3 }),
    fields<AzureCopies>({
      azure: fields<AzureCopies['azure']>({ ...AZURE_FIELDS, key: optional(SECRET_KEY) }),
      region: REGION,
    }),
    fields<GcsCopies>({ gcs: fields<GcsCopies['gcs']>({ ...GCS_FIELDS, key: optional(SECRET_KEY) }), region: REGION }),
  ],
  '{ s3: { bucket, region } }, { azure: { account, container }, region } or { gcs: { bucket }, region }',
);

/** A place of copies, as the backups of a cluster use it; clusters have folders of their own. Source: restic, doc/030_preparing_a_new_repo.rst. */
export function storeOf(name: string, target: CopyTarget, { name: cluster, provider }: Equipped): BackupStore {
  const host = hostOf(target);
  const byIdentity = !hasKeys(target) && opensByIdentity(target, provider);
  const common = { name, host, byIdentity, secretVariables: {} };
  if ('s3' in target) {
    const { bucket, region } = target.s3;
    const repositories = `s3:https://${host}/${bucket}/${cluster}`;
    return {
      ...common,
      repositories,
      variables: { AWS_DEFAULT_REGION: region },
      secretVariables: keyVariables(target),
    };
  }
  if ('azure' in target) {
    const { account, container, key } = target.azure;
    return {
      ...common,
      repositories: `azure:${container}:/${cluster}`,
      variables: { AZURE_ACCOUNT_NAME: account },
      ...(key === undefined ? {} : { secretVariables: { AZURE_ACCOUNT_KEY: key } }),
    };
  }
  const { bucket, key } = target.gcs;
  return {
    ...common,
    repositories: `gs:${bucket}:/${cluster}`,
    variables: {},
    ...(key === undefined ? {} : { keyFile: { ...key, variable: 'GOOGLE_APPLICATION_CREDENTIALS' } }),
  };
}

function hasKeys(target: CopyTarget): boolean {
  if ('s3' in target) return target.s3.keys !== undefined;
  return ('azure' in target ? target.azure.key : target.gcs.key) !== undefined;
}

/** A store that nothing could use: without keys, at another provider than that of the identities. */
export function findKeyProblem(target: CopyTarget, { name, provider }: Equipped): Problem | undefined {
  if (hasKeys(target) || opensByIdentity(target, provider)) return undefined;
  const [kind, expected] =
    's3' in target
      ? ['s3', "keys: { secret: 'copies', id: 'id', value: 'secret' }"]
      : ['azure' in target ? 'azure' : 'gcs', "key: { secret: 'copies', key: 'key' }"];
  return { field: kind, message: `no identity on ${name} can use ${hostOf(target)}`, expected };
}

/** Who runs the clusters of a profile. @default the provider that the profile is named after */
const OPERATORS: Readonly<Record<string, string>> = { eks: 'AWS', 'eks-auto': 'AWS', aks: 'Azure', gke: 'Google' };

const operatorOf = (target: CopyTarget): string => {
  if ('azure' in target) return 'Azure';
  if ('gcs' in target) return 'Google';
  if (isOfAws(target)) return 'AWS';
  const host = hostOf(target);
  return host.endsWith('.googleapis.com') ? 'Google' : host;
};

const regionOf = (target: CopyTarget): string => ('s3' in target ? target.s3.region : target.region);

/** Stores that are the place of another one: each would forget and prune the other's copies. */
export function findSamePlaces(stores: Readonly<Record<string, CopyTarget>>): Problem[] {
  const names = new Map<string, string>();
  return Object.entries(stores).flatMap(([name, target]) => {
    const place = placeOf(target);
    const first = names.get(place);
    if (first === undefined) names.set(place, name);
    return first === undefined
      ? []
      : [{ field: name, message: `${first} and ${name} are both ${place}`, expected: 'a place of its own' }];
  });
}

/** What three copies, two providers and one elsewhere lack. */
export function findCopyProblems(
  targets: readonly CopyTarget[],
  { provider, region }: Pick<ClusterDescription, 'provider' | 'region'>,
): Pick<Problem, 'message' | 'expected'>[] {
  const found: Pick<Problem, 'message' | 'expected'>[] = [];
  const own = OPERATORS[provider.name] ?? provider.name;
  if (targets.length < 2) {
    const message = `with the data itself that is ${plural(targets.length + 1, 'copy', 'copies')}, not three`;
    found.push({ message, expected: 'two stores' });
  }
  if (targets.length > 0 && targets.every((target) => operatorOf(target) === own)) {
    found.push({ message: `the data and all copies are at ${own}`, expected: 'a store of another provider' });
  }
  if (targets.length > 0 && region !== undefined && targets.every((target) => regionOf(target) === region)) {
    found.push({ message: `the data and all copies are in ${region}`, expected: 'a store in another region' });
  }
  return found;
}
