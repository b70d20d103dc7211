// Objects that are gone: what is lost with them where the delivery prunes, and what goes on where it does not.

import { LOSSES } from '../../analysis/changes/lost-with';
import type { EarlierObject, ObjectChanges } from '../../analysis/changes/object-pairs';
import { isSame, storedValue } from '../../analysis/changes/stored-form';
import { dig, list, own, record, text } from '../../analysis/objects/read-json';
import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import type { JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import { type ApiEntry, describeIdentity, type Identity } from '../../model/manifest/object';
import { deletion } from './refusal';

const kindOf = ({ group, kind }: Identity): Kind => `${group}/${kind}`;

/** Objects that hold data and are gone. */
export function findLostData({ removed }: ObjectChanges): Finding[] {
  const isNamespace = ({ identity }: EarlierObject) => kindOf(identity) === '/Namespace';
  const gone = new Set(removed.filter(isNamespace).map(({ cluster, identity }) => `${cluster}\n${identity.name}`));
  return removed.flatMap((object) => {
    const { identity, cluster, manifest } = object;
    // one word about a namespace is about all in it
    if (identity.namespace !== undefined && gone.has(`${cluster}\n${identity.namespace}`)) return [];
    const loss = LOSSES.get(kindOf(identity)) ?? claimsLost(object);
    if (loss === undefined || isKept(manifest)) return [];
    const problem = {
      message: `${describeIdentity(identity)} is gone: where the delivery prunes, so is ${loss}`,
      expected: 'it to stay, or data that no one needs',
      fix: `where it does not prune, ${deletion(identity)}; to keep it beyond its manifest, first commit the annotations argocd.argoproj.io/sync-options: Prune=false and kustomize.toolkit.fluxcd.io/prune: disabled on it`,
    };
    return [{ ...findingOf('data-removed', problem, 'warning'), object: describeIdentity(identity) }];
  });
}

/** Claims of a StatefulSet stay by default. */
function claimsLost({ identity, manifest }: EarlierObject): string | undefined {
  if (kindOf(identity) !== 'apps/StatefulSet') return undefined;
  const { whenDeleted } = dig(manifest, 'spec', 'persistentVolumeClaimRetentionPolicy') ?? {};
  return whenDeleted === 'Delete' ? 'the data of its claims (whenDeleted: Delete)' : undefined;
}

/** Whether Argo CD and Flux keep the object. Source: Argo CD, "Sync Options"; Flux, Kustomization API, "Garbage collection". */
function isKept(manifest: JsonObject): boolean {
  const annotations = dig(manifest, 'metadata', 'annotations');
  const options = text(own(annotations, 'argocd.argoproj.io/sync-options')) ?? '';
  const isKeptByArgo = options.split(',').some((option) => option.trim().toLowerCase() === 'prune=false');
  return isKeptByArgo || text(own(annotations, 'kustomize.toolkit.fluxcd.io/prune')) === 'disabled';
}

const WORKLOADS: ReadonlySet<Kind> = new Set<Kind>([
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'apps/StatefulSet',
]);

/** Workloads and Services that go on under another kind or name. */
export function findRenamed({ removed, added }: ObjectChanges): Finding[] {
  return removed.flatMap((object) => {
    const near = added.filter(
      ({ cluster, identity }) => cluster === object.cluster && identity.namespace === object.identity.namespace,
    );
    const found = near.flatMap((entry) => {
      const problem = renaming(object, entry);
      return problem === undefined ? [] : [findingOn(entry, findingOf('renamed', problem, 'warning'))];
    });
    return found.slice(0, 1);
  });
}

function renaming(before: EarlierObject, after: ApiEntry) {
  const was = describeIdentity(before.identity);
  const isWorkload = WORKLOADS.has(kindOf(before.identity)) && WORKLOADS.has(kindOf(after.identity));
  if (isWorkload && before.identity.name === after.identity.name) {
    return {
      message: `${was} becomes a ${after.identity.kind}: both run where nothing prunes`,
      expected: 'one of them',
      fix: `${deletion(before.identity)} once the new one serves`,
    };
  }
  if (kindOf(before.identity) !== kindOf(after.identity)) return undefined;
  const common = claimTemplates(before.manifest).find((name) => claimTemplates(after.manifest).includes(name));
  if (isWorkload && common !== undefined) {
    return {
      message: `${was} becomes ${after.identity.name}: its claims ${common}-${before.identity.name}-… stay behind, the new ones are empty`,
      expected: `the name ${before.identity.name}, or data that is copied`,
      fix: `a copy of the data into ${common}-${after.identity.name}-0 and so on before the old one goes`,
    };
  }
  if (!hasSameSelector(before.manifest, after.manifest)) return undefined;
  if (isWorkload) {
    return {
      message: `${was} becomes ${after.identity.name} with the same selector: both run where nothing prunes`,
      expected: 'one of them',
      fix: `${deletion(before.identity)} once the new one serves`,
    };
  }
  if (kindOf(before.identity) !== '/Service') return undefined;
  return {
    message: `${was} becomes ${after.identity.name}: clients outside of these manifests that use the old name fail`,
    expected: 'both, until no client uses the old name',
    fix: `a Service ${before.identity.name} of type ExternalName, or with the same selector, for a while`,
  };
}

function claimTemplates(manifest: JsonObject): readonly string[] {
  return list(dig(manifest, 'spec')?.volumeClaimTemplates).flatMap(
    (template) => text(dig(template, 'metadata')?.name) ?? [],
  );
}

function hasSameSelector(before: JsonObject, after: JsonObject): boolean {
  const [was, is] = [before, after].map((manifest) => storedValue(record(dig(manifest, 'spec')?.selector)));
  return was !== undefined && isSame(was, is);
}
