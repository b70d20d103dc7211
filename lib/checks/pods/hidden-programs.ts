// Programs of an image that a volume hides: it is mounted over their folder, and begins empty, or with other files.

import { posix } from 'node:path';
import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, text } from '../../analysis/objects/read-json';
import { type Container, type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { programsOf } from '../../model/pods/program';
import { running } from '../examples';
import type { Rule } from '../rule';

const folderOf = (path: string): string => (path.endsWith('/') ? path : `${path}/`);

/** The mount that a path is in: the deepest one. */
function mountOf(container: Container, path: string): Place | undefined {
  return places(container.value, 'volumeMounts', container.pointer)
    .filter(({ value }) => {
      const mounted = text(value.mountPath) ?? '';
      return mounted !== '' && (path === mounted || path.startsWith(folderOf(mounted)));
    })
    .toSorted((a, b) => (text(a.value.mountPath) ?? '').length - (text(b.value.mountPath) ?? '').length)
    .at(-1);
}

/** Whether a claim begins empty, and no other workload may fill it. */
function beginsEmpty(entries: readonly ApiEntry[], { entry }: Workload, name: string): boolean {
  const { cluster, identity } = entry;
  const spec = dig(
    objectIndex(entries).find('/PersistentVolumeClaim', cluster, identity.namespace, name)?.manifest,
    'spec',
  );
  if (spec === undefined || isFilled(spec) || isBound(entries, entry, spec, (claim) => claim === name)) return false;
  const users = workloads(entries).filter(
    ({ entry: other, pod }) =>
      other.cluster === cluster &&
      other.identity.namespace === identity.namespace &&
      places(pod.value, 'volumes', '').some(({ value }) => dig(value, 'persistentVolumeClaim')?.claimName === name),
  );
  return users.length === 1;
}

/** Whether a claim begins with what another volume has, or takes one that someone made. */
const isFilled = (spec: JsonObject | undefined): boolean =>
  spec?.storageClassName === '' ||
  [spec?.dataSource, spec?.dataSourceRef, spec?.volumeName, spec?.selector].some(isSet);

/** Whether a claim takes a volume of the app: one that is kept for it, or one of its class that is kept for none. */
function isBound(
  entries: readonly ApiEntry[],
  { cluster, identity }: ApiEntry,
  claim: JsonObject | undefined,
  isNamed: (claim: string) => boolean,
): boolean {
  return objectIndex(entries)
    .of('/PersistentVolume')
    .some((volume) => {
      const spec = dig(volume.manifest, 'spec');
      const ref = dig(spec, 'claimRef');
      if (volume.cluster !== cluster) return false;
      if (ref !== undefined) return ref.namespace === identity.namespace && isNamed(text(ref.name) ?? '');
      return isSet(claim?.storageClassName) && claim.storageClassName === spec?.storageClassName;
    });
}

/** Whether it is known that a volume of the pod begins empty. */
function isEmpty(entries: readonly ApiEntry[], workload: Workload, name: string): boolean {
  const { entry, kind, pod } = workload;
  const volume = places(pod.value, 'volumes', '').find(({ value }) => value.name === name)?.value;
  if (volume === undefined) {
    const claims = kind === 'apps/StatefulSet' ? places(dig(entry.manifest, 'spec'), 'volumeClaimTemplates', '') : [];
    const own = claims.find(({ value }) => dig(value, 'metadata')?.name === name);
    if (own === undefined) return false;
    const spec = dig(own.value, 'spec');
    const prefix = `${name}-${entry.identity.name}-`;
    return !isFilled(spec) && !isBound(entries, entry, spec, (claim) => claim.startsWith(prefix));
  }
  if (dig(volume, 'emptyDir') !== undefined) return true;
  const ephemeral = dig(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
  if (ephemeral !== undefined) return !isFilled(ephemeral);
  const claim = text(dig(volume, 'persistentVolumeClaim')?.claimName);
  return claim !== undefined && beginsEmpty(entries, workload, claim);
}

/** Whether another container of the pod may put the program there. */
const isShared = ({ containers }: Workload, own: Container, volume: string): boolean =>
  containers.some(
    (one) => one !== own && places(one.value, 'volumeMounts', '').some(({ value }) => value.name === volume),
  );

const hiddenProgram: Rule = {
  id: 'hidden-program',
  what: 'No volume that begins empty is mounted over the folder of the program that a container starts.',
  why: 'The files that the image has there are hidden: the container never starts (no such file or directory).',
  severity: 'error',
  judge: 'container runtime: exec of the command; kubernetes.io, "Volumes"',
  reason: reasonKey('hidden-program'),
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      for (const container of workload.containers) {
        // what an image starts by itself is not known
        const command = list(container.value.command);
        if (command.length === 0) continue;
        const words = [...command, ...list(container.value.args)].map((word) => text(word) ?? '');
        const folder = text(container.value.workingDir);
        for (const word of programsOf(words)) {
          const program = word.includes('/') && folder !== undefined ? posix.resolve(folder, word) : word;
          const mount = program.startsWith('/') ? mountOf(container, program) : undefined;
          const volume = text(mount?.value.name);
          const mounted = text(mount?.value.mountPath);
          if (mount === undefined || volume === undefined || mounted === undefined || mounted === program) continue;
          if (isShared(workload, container, volume) || !isEmpty(entries, workload, volume)) continue;
          report(workload.entry, `${mount.pointer}/mountPath`, {
            message: `the empty folder ${mounted} hides ${program} of the image`,
            expected: `a folder without the program, such as ${folderOf(mounted)}data`,
            value: mounted,
          });
        }
      }
    }
  },
  examples: {
    pass: [mounting('/app/data')],
    fail: [mounting('/app')],
  },
};

function mounting(mountPath: string): JsonObject {
  return running(
    { command: ['node', '/app/server.js'], volumeMounts: [{ name: 'work', mountPath }] },
    { volumes: [{ name: 'work', emptyDir: {} }] },
  );
}

export const hiddenProgramRules: readonly Rule[] = [hiddenProgram];
