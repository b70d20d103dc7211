// The rule on fields that never change: one table over all kinds, and who deletes and creates the object for the user.

import type { ObjectPair } from '../../analysis/changes/object-pairs';
import { dig, own, text } from '../../analysis/objects/read-json';
import type { JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { fixedOthers } from './fixed-others';
import { fixedServices } from './fixed-services';
import { fixedStorage } from './fixed-storage';
import { fixedWorkloads } from './fixed-workloads';
import type { FindRefusals, Refusal } from './refusal';

/** Kinds with fields that never change, and what judges them. Of all other kinds nothing is known, or all may change. */
export const FIXED_FIELDS: ReadonlyMap<Kind, readonly FindRefusals[]> = new Map(
  [...fixedWorkloads, ...fixedStorage, ...fixedServices, ...fixedOthers].map(([kind, ...finds]) => [kind, finds]),
);

/** Kinds that hold data, or stand for it: deleting and creating one does not help. */
const HOLD_DATA: ReadonlySet<Kind> = new Set<Kind>([
  '/PersistentVolumeClaim',
  '/PersistentVolume',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

/** The changes of a pair that the API server does not make. */
export function findRefusals(pair: ObjectPair, entries: readonly ApiEntry[]): readonly Refusal[] {
  const { group, kind } = pair.after.identity;
  const key: Kind = `${group}/${kind}`;
  if (!HOLD_DATA.has(key) && isReplaced(pair.after.manifest)) return [];
  return (FIXED_FIELDS.get(key) ?? []).flatMap((find) => find(pair, entries));
}

/**
 * Whether the delivery deletes and creates the object where it cannot change it.
 * Source: Argo CD, "Sync Options" (force with replace) and "Resource Hooks" (BeforeHookCreation is the default policy);
 * Flux, Kustomization API, "Controlling the apply behavior of resources", annotation or label.
 */
function isReplaced(manifest: JsonObject): boolean {
  const annotation = (key: string) => text(own(dig(manifest, 'metadata', 'annotations'), key))?.toLowerCase();
  const flux = 'kustomize.toolkit.fluxcd.io/force';
  if ([annotation(flux), text(own(dig(manifest, 'metadata', 'labels'), flux))?.toLowerCase()].includes('enabled'))
    return true;
  const options =
    annotation('argocd.argoproj.io/sync-options')
      ?.split(',')
      .map((option) => option.trim()) ?? [];
  if (options.includes('force=true') && options.includes('replace=true')) return true;
  if (annotation('argocd.argoproj.io/hook') === undefined) return false;
  const policies = annotation('argocd.argoproj.io/hook-delete-policy') ?? 'beforehookcreation';
  return policies.includes('beforehookcreation');
}
