// Containers and volumes of a pod: their names, and that the volume of each mount exists.

import { dig, isSet, type Place, places, text } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import { dnsLabel } from '../../model/manifest/formats';
import type { Json } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { deployment, running } from '../examples';
import type { Report, Rule } from '../rule';

/** Reports names that are missing, malformed or duplicate. */
function reportNames(entry: ApiEntry, named: readonly Place[], what: string, report: Report): void {
  const seen = new Set<string>();
  for (const { value, pointer } of named) {
    const name: Json = value.name ?? null;
    const where = `${pointer}/name`;
    if (typeof name !== 'string' || !dnsLabel.fits(name)) {
      const message =
        isSet(name) && name !== '' ? `${JSON.stringify(name)} is not a valid ${what} name` : `the ${what} has no name`;
      report(entry, where, { message, expected: dnsLabel.expected, value: name });
    } else if (seen.has(name)) {
      report(entry, where, {
        message: `another ${what} of the pod is also named "${name}"`,
        expected: 'a unique name',
        value: name,
      });
    } else {
      seen.add(name);
    }
  }
}

const containerName: Rule = {
  id: 'container-name',
  what: 'A pod has containers, and each of them, including init containers, has a unique name of at most 63 characters.',
  why: 'The API server refuses the workload.',
  severity: 'error',
  judge: 'API server: validateContainerCommon, validateInitContainers',
  check: (entries, report) => {
    for (const { entry, containers, pod } of workloads(entries)) {
      reportNames(entry, containers, 'container', report);
      if (containers.some(({ role }) => role === 'main')) continue;
      const value = pod.value.containers ?? null;
      report(entry, `${pod.pointer}/containers`, {
        message: 'the pod has no containers',
        expected: 'at least one container',
        value,
      });
    }
  },
  examples: { pass: [running({ name: 'a'.repeat(63) })], fail: [running({ name: 'Web_1' }), running({ name: '' })] },
};

const volumeName: Rule = {
  id: 'volume-name',
  what: 'Every volume of a pod has a unique name of at most 63 characters.',
  why: 'The API server refuses the workload.',
  severity: 'error',
  judge: 'API server: ValidateVolumes',
  check: (entries, report) => {
    for (const { entry, pod } of workloads(entries)) {
      reportNames(entry, places(pod.value, 'volumes', pod.pointer), 'volume', report);
    }
  },
  examples: {
    pass: [deployment({}, { volumes: [{ name: 'data', emptyDir: {} }] })],
    fail: [
      deployment(
        {},
        {
          volumes: [
            { name: 'data', emptyDir: {} },
            { name: 'data', emptyDir: {} },
          ],
        },
      ),
    ],
  },
};

/** Names that a mount may use: volumes of the pod, and claim templates of a StatefulSet. */
function volumeNames({ entry, kind, pod }: Workload): Set<string> {
  const names = new Set<string>();
  const add = (name: Json | undefined): void => {
    if (typeof name === 'string') names.add(name);
  };
  for (const { value } of places(pod.value, 'volumes', '')) add(value.name);
  if (kind !== 'apps/StatefulSet') return names;
  for (const { value } of places(dig(entry.manifest, 'spec'), 'volumeClaimTemplates', ''))
    add(dig(value, 'metadata')?.name);
  return names;
}

function reportMounts(entry: ApiEntry, container: Place, known: ReadonlySet<string>, report: Report): void {
  const paths = new Set<string>();
  const mounts = places(container.value, 'volumeMounts', container.pointer);
  for (const { value, pointer } of [...mounts, ...places(container.value, 'volumeDevices', container.pointer)]) {
    const name = text(value.name) ?? '';
    if (!known.has(name)) {
      const expected = known.size === 0 ? 'a volume in the pod' : `one of ${[...known].join(', ')}`;
      report(entry, `${pointer}/name`, {
        message: `the pod has no volume "${name}"`,
        expected,
        value: value.name ?? null,
      });
    }
    const key = value.devicePath === undefined ? 'mountPath' : 'devicePath';
    const path = text(value[key]) ?? '';
    if (path === '' || paths.has(path)) {
      const message = path === '' ? `the ${key} is missing` : `two volumes are mounted at ${path}`;
      report(entry, `${pointer}/${key}`, { message, expected: 'a unique path', value: value[key] ?? null });
    }
    paths.add(path);
  }
}

const volumeMount: Rule = {
  id: 'volume-mount',
  what: 'Every mount refers to a volume of the pod, and has a unique path in the container.',
  why: 'The API server refuses the workload.',
  severity: 'error',
  judge: 'API server: ValidateVolumeMounts, ValidateVolumeDevices',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      let known: Set<string> | undefined;
      for (const container of workload.containers) {
        if (container.value.volumeMounts === undefined && container.value.volumeDevices === undefined) continue;
        known ??= volumeNames(workload);
        reportMounts(workload.entry, container, known, report);
      }
    }
  },
  examples: {
    pass: [
      running({ volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }] }, { volumes: [{ name: 'tmp', emptyDir: {} }] }),
    ],
    fail: [
      running({ volumeMounts: [{ name: 'tpm', mountPath: '/tmp' }] }, { volumes: [{ name: 'tmp', emptyDir: {} }] }),
    ],
  },
};

export const containerRules: readonly Rule[] = [containerName, volumeName, volumeMount];
