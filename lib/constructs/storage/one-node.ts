// Claims that one node at a time can mount: which of a component's volumes they are, and who else mounts them.

import { ApiObject } from 'cdk8s';
import type { Problem } from '../../model/finding/problem';
import type { Json } from '../../model/manifest/json';
import { isJsonObject } from '../../model/manifest/json';
import { type AccessMode, type ClaimFolder, claimName, type Volumes } from '../pod/mounts';
import type { System } from '../system/system';

/** A volume for one node at a time. */
export interface OneNodeVolume {
  readonly path: string;
  readonly claim: string;
}

const ONE_NODE: readonly AccessMode[] = ['ReadWriteOnce', 'ReadWriteOncePod'];

/** The volumes that one node at a time can mount. Source: kubernetes.io, "Persistent Volumes", access modes. */
export function oneNodeVolumes(volumes: Volumes, system: System<unknown>): OneNodeVolume[] {
  return Object.entries(volumes).flatMap(([path, folder]) =>
    'claim' in folder && isForOneNode(folder, system) ? [{ path, claim: claimName(folder) }] : [],
  );
}

function isForOneNode(folder: ClaimFolder, system: System<unknown>): boolean {
  if (folder.accessMode !== undefined) return ONE_NODE.includes(folder.accessMode);
  const claim = typeof folder.claim === 'string' ? claimNamed(folder.claim, system) : folder.claim;
  const modes = claim === undefined ? [] : accessModes(claim);
  return modes.every((mode) => ONE_NODE.some((one) => one === mode));
}

function claimNamed(name: string, system: System<unknown>): ApiObject | undefined {
  return system.node
    .findAll()
    .filter((construct) => construct instanceof ApiObject)
    .find((object) => object.kind === 'PersistentVolumeClaim' && object.name === name);
}

function accessModes(claim: ApiObject): readonly Json[] {
  const manifest: Json = claim.toJson();
  const spec = isJsonObject(manifest) ? manifest.spec : undefined;
  const modes = spec !== undefined && isJsonObject(spec) ? spec.accessModes : undefined;
  return Array.isArray(modes) ? modes : [];
}

/** The components that mount each claim of a system, the first first. */
const holders = new WeakMap<object, Map<string, string[]>>();

/** Notes that `component` mounts the claims among its volumes. */
export function holdClaims(component: string, volumes: Volumes, system: System<unknown>): void {
  const all = holders.get(system) ?? new Map<string, string[]>();
  holders.set(system, all);
  for (const folder of Object.values(volumes)) {
    if (!('claim' in folder)) continue;
    const held = all.get(claimName(folder)) ?? [];
    if (!held.includes(component)) all.set(claimName(folder), [...held, component]);
  }
}

/** Volumes for one node that pods on several nodes would mount: those of the component, or another component's. */
export function findOneNodeProblems(
  component: string,
  volumes: Volumes,
  system: System<unknown>,
  pods: { readonly hasSeveral: () => boolean; readonly instead: string },
): Problem[] {
  return oneNodeVolumes(volumes, system).flatMap(({ path, claim }): Problem[] => {
    const field = `volumes["${path}"]`;
    if (pods.hasSeveral()) {
      const message = `the claim ${claim} is for one node at a time, and several pods would mount it`;
      return [{ field, message, expected: `${pods.instead}, or accessMode: 'ReadWriteMany' of a class that has it` }];
    }
    const [first = component] = holders.get(system)?.get(claim) ?? [];
    if (first === component) return [];
    const message = `the claim ${claim} is for one node at a time, and ${first} mounts it as well`;
    const expected = `a claim of its own; a sidecar of ${first}; or accessMode: 'ReadWriteMany' of a class that has it`;
    return [{ field, message, expected }];
  });
}
