// Neutrality: the same system is the same on every provider, but for the fields that a profile's closed list names.

import type { AllowedDifference, Provider } from '../../model/cluster/provider';
import type { Finding } from '../../model/finding/finding';

import { isNeutralKind } from '../../model/manifest/kind-lookup';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { compareObjects, type ObjectDifference } from './difference';

/** A field of a neutral kind that is not the same on a provider. */
export interface Deviation extends ObjectDifference {
  readonly profile: string;
  /** The line of the closed list that names it; absent where none does. */
  readonly allowed?: AllowedDifference;
}

/** Whether objects of its kind must be the same everywhere. */
export function isNeutral({ identity }: ApiEntry): boolean {
  return isNeutralKind(identity.group, identity.kind);
}

/** How objects of the standard differ from those of a provider, which depends on the cluster where systems lie as placed. */
export function deviations(
  standard: readonly ApiEntry[],
  others: readonly ApiEntry[],
  profile: string,
  providerOf: (cluster: string) => Provider | undefined,
): Deviation[] {
  return compareObjects(standard.filter(isNeutral), others.filter(isNeutral)).map((difference) => {
    const { entry, pointer } = difference;
    const allowed = providerOf(entry.cluster)?.allowedDifferences.find(
      (line) => line.kind === entry.identity.kind && line.pointer === pointer,
    );
    return { ...difference, profile, ...(allowed === undefined ? {} : { allowed }) };
  });
}

/** A deviation that no closed list names. */
export function deviationFinding({ entry, pointer, before, after, profile }: Deviation): Finding {
  const { identity, origin } = entry;
  const source = origin.source();
  const shown = (value: typeof before) => (value === undefined ? 'not there' : JSON.stringify(value));
  return {
    rule: 'neutrality',
    severity: 'error',
    message: `on ${profile} it is ${shown(after)}, by the standard ${shown(before)}`,
    expected: `the same on every provider; or the field in the closed list of the profile, with its source`,
    construct: origin.construct,
    object: describeIdentity(identity),
    field: pointer,
    ...(after === undefined ? {} : { value: after }),
    ...(source === undefined ? {} : { source }),
  };
}
