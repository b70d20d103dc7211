// Owners: every object is applied by one stage, and none of another system's. Two owners would undo each other's changes for ever.

import { type Finding, findingOf, findingOn } from '../../model/finding/finding';
import type { JsonObject } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity, groupOf, type Identity } from '../../model/manifest/object';
import { record, text } from '../objects/read-json';
import { type Delivery, isPlatforms, type Stage } from './stages';

/** A finding for each object that two stages own, or the controller's own objects and a stage; and for each in another system's namespace. */
export function findOwnerProblems({ cluster, stages }: Delivery, controllers: readonly JsonObject[]): Finding[] {
  const owners = new Map<string, string>(
    controllers.map((manifest) => [describeIdentity(identityOf(manifest)), `gitops/${cluster}`]),
  );
  const homes = new Map(
    stages
      .filter((stage) => !isPlatforms(stage))
      .flatMap((stage) =>
        stage.objects.flatMap(({ systemNamespace }) => systemNamespace ?? []).map((one) => [one, restOf(stage)]),
      ),
  );
  return stages.flatMap((stage) =>
    stage.objects.flatMap((entry): Finding[] => {
      const identity = describeIdentity(entry.identity);
      const other = owners.get(identity) ?? stage.name;
      owners.set(identity, other);
      if (other !== stage.name) return [owned(entry, `${stage.name} and ${other} would both own ${identity}`)];
      const home = homes.get(entry.identity.namespace ?? '');
      if (isPlatforms(stage) || home === undefined || home === restOf(stage)) return [];
      return [owned(entry, `${stage.name} would own ${identity}, in the namespace of ${home.slice(1)}`)];
    }),
  );
}

/** What the stages of a system have in common: `-shop-production`. */
const restOf = ({ name, phase }: Stage): string => name.slice(phase.length);

function owned(entry: ApiEntry, message: string): Finding {
  return findingOn(entry, findingOf('gitops-owner', { message, expected: 'one owner for each object' }));
}

function identityOf({ apiVersion, kind, metadata }: JsonObject): Identity {
  const { name, namespace } = record(metadata) ?? {};
  const own = { group: groupOf(apiVersion), kind: text(kind) ?? '', name: text(name) ?? '' };
  const of = text(namespace);
  return of === undefined ? own : { ...own, namespace: of };
}
