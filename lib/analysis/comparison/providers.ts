// A system is the same on every provider, except for the fields in a profile's allowed differences.

import type { AllowedDifference, Provider } from '../../model/cluster/provider';
import { type Finding, findingOn } from '../../model/finding/finding';
import { isAccountNote } from '../../model/manifest/annotations';
import { defined, jsonText } from '../../model/manifest/json';
import { isNeutralKind } from '../../model/manifest/kind-lookup';
import type { ApiEntry } from '../../model/manifest/object';
import { compareObjects, type ObjectDifference } from './difference';

/** A field of a provider-neutral kind that differs on a provider. */
export interface Deviation extends ObjectDifference {
  readonly profile: string;
  /** The allowed difference that covers it, if any. */
  readonly allowed?: AllowedDifference;
}

/** Whether objects of its kind must be the same on every provider. */
export function isProviderNeutral({ identity }: ApiEntry): boolean {
  return isNeutralKind(identity.group, identity.kind);
}

/** How a provider's objects differ from those of the standard. Systems on their own clusters have a provider for each cluster. */
export function deviations(
  standard: readonly ApiEntry[],
  others: readonly ApiEntry[],
  profile: string,
  providerOf: (cluster: string) => Provider | undefined,
): Deviation[] {
  const found = compareObjects(standard.filter(isProviderNeutral), others.filter(isProviderNeutral));
  const all = found.map((difference): Deviation => {
    const { entry, pointer } = difference;
    const allowed = providerOf(entry.cluster)?.allowedDifferences.find(
      (line) => line.kind === entry.identity.kind && line.pointer === pointer.replace(/\/\d+(?=\/)/g, '/*'),
    );
    return { ...difference, profile, ...(allowed === undefined ? {} : { allowed }) };
  });
  const grace = all.find(({ pointer, allowed }) => pointer === GRACE && allowed !== undefined)?.allowed;
  return grace === undefined ? all : all.map((deviation) => ({ ...followingFrom(grace, deviation), ...deviation }));
}

const GRACE = '/spec/template/spec/terminationGracePeriodSeconds';

/** Pods that end later hold their connections longer, which the accounts of outside services say. */
function followingFrom(grace: AllowedDifference, { entry, pointer, after }: Deviation): Pick<Deviation, 'allowed'> {
  const { kind } = entry.identity;
  const isNeutral = kind === 'Service' || kind === 'HorizontalPodAutoscaler' || kind === 'Deployment';
  if (!isNeutral || !isAccountNote(pointer, after)) return {};
  return { allowed: { kind, pointer, source: `follows from the grace period: ${grace.source}` } };
}

/** A deviation that no allowed difference allows. */
export function deviationFinding({ entry, pointer, before, after, profile }: Deviation): Finding {
  const shown = (value: typeof before) => (value === undefined ? 'absent' : jsonText(value));
  return findingOn(entry, {
    rule: 'provider-difference',
    severity: 'error',
    message: `${shown(after)} on ${profile}, ${shown(before)} by the standard`,
    expected: 'the same on every provider, or the field among the allowed differences of the profile, with its source',
    field: pointer,
    ...defined({ value: after }),
  });
}
