// Where copies are: the stores of the part, and whether they are three copies at two providers, one of them elsewhere.

import type { Equipped } from '../../constructs/parts/part';
import type { BackupStore } from '../../model/backups/plan';
import type { ClusterDescription } from '../../model/cluster/cluster';
import { plural } from '../../model/finding/derivation';
import type { Problem } from '../../model/finding/problem';
import { either, fields, type Schema, text } from '../../model/finding/schema';
import { type Azure, type Gcs, hostOf, OBJECT_STORES, type S3 } from '../part/store';

/** A place of copies; where the store itself does not name its region, that is said beside it. */
export type CopyTarget = S3 | (Azure & { readonly region: string }) | (Gcs & { readonly region: string });

const REGION = text('the region of the store');

/** What a place of copies may say. */
export const TARGET: Schema = either(
  [
    fields<S3>({ s3: OBJECT_STORES.s3 }),
    fields<Azure & { region: string }>({ azure: OBJECT_STORES.azure, region: REGION }),
    fields<Gcs & { region: string }>({ gcs: OBJECT_STORES.gcs, region: REGION }),
  ],
  '{ s3: { bucket, region } }, { azure: { account, container }, region } or { gcs: { bucket }, region }',
);

/** A place of copies, as the backups of a cluster use it; clusters have folders of their own. Source: restic, doc/030_preparing_a_new_repo.rst. */
export function storeOf(name: string, target: CopyTarget, { name: cluster }: Equipped): BackupStore {
  const host = hostOf(target);
  if ('s3' in target) {
    const { bucket, region, keys } = target.s3;
    return {
      name,
      host,
      repositories: `s3:https://${host}/${bucket}/${cluster}`,
      variables: { AWS_DEFAULT_REGION: region },
      ...(keys === undefined ? {} : { keys }),
    };
  }
  if ('azure' in target) {
    const { account, container } = target.azure;
    return {
      name,
      host,
      repositories: `azure:${container}:/${cluster}`,
      variables: { AZURE_ACCOUNT_NAME: account },
    };
  }
  return { name, host, repositories: `gs:${target.gcs.bucket}:/${cluster}`, variables: {} };
}

/** Who runs the clusters of a profile. @default the provider that the profile is named after */
const OPERATORS: Readonly<Record<string, string>> = { eks: 'AWS', 'eks-auto': 'AWS', aks: 'Azure', gke: 'Google' };

const operatorOf = (target: CopyTarget): string => {
  if ('azure' in target) return 'Azure';
  if ('gcs' in target) return 'Google';
  return target.s3.endpoint ?? 'AWS';
};

const regionOf = (target: CopyTarget): string => ('s3' in target ? target.s3.region : target.region);

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
