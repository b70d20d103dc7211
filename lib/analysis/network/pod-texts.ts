// The texts that the processes of a pod read: variables, arguments and files, as far as the app has them.

import type { ApiEntry } from '../../model/manifest/object';
import { objectIndex } from '../objects/object-index';
import { at, dig, list, own, places, text } from '../objects/read-json';
import type { Container, Workload } from '../objects/workloads';

/** A text that a process reads, with its name and place in the workload. */
export interface Setting {
  /** Name of the variable, `command` or `args`, or the key of the file. */
  readonly name: string;
  readonly value: string;
  readonly pointer: string;
  readonly kind: 'variable' | 'word' | 'file';
}

/** Data of a ConfigMap beside the workload. */
const dataOf = (entries: readonly ApiEntry[], { entry }: Workload, name: string | undefined) =>
  name === undefined
    ? undefined
    : dig(objectIndex(entries).find('/ConfigMap', entry.cluster, entry.identity.namespace, name)?.manifest, 'data');

/** What a process has when it starts: variables, from wherever they come within the app, and words of its command. */
export function settingsOf(entries: readonly ApiEntry[], workload: Workload, container: Container): Setting[] {
  const { value, pointer } = container;
  const found = new Map<string, Setting>();
  for (const from of places(value, 'envFrom', pointer)) {
    const prefix = text(from.value.prefix) ?? '';
    const data = dataOf(entries, workload, text(dig(from.value, 'configMapRef')?.name)) ?? {};
    for (const [key, content] of Object.entries(data)) {
      const name = `${prefix}${key}`;
      const place = `${from.pointer}/configMapRef/name`;
      if (typeof content === 'string') found.set(name, { name, value: content, pointer: place, kind: 'variable' });
    }
  }
  for (const variable of places(value, 'env', pointer)) {
    const name = text(variable.value.name) ?? '';
    const ref = dig(variable.value, 'valueFrom', 'configMapKeyRef');
    const mapped = own(dataOf(entries, workload, text(ref?.name)), text(ref?.key) ?? '');
    const content = text(variable.value.value) ?? mapped;
    found.delete(name);
    if (typeof content !== 'string') continue;
    const where = ref === undefined ? 'value' : 'valueFrom/configMapKeyRef/key';
    found.set(name, { name, value: content, pointer: `${variable.pointer}/${where}`, kind: 'variable' });
  }
  const words = ['command', 'args'].flatMap((field) =>
    list(value[field]).flatMap((word, index) =>
      typeof word === 'string'
        ? [{ name: field, value: word, pointer: at(pointer, field, index), kind: 'word' as const }]
        : [],
    ),
  );
  return [...found.values(), ...words];
}

/** The files that volumes give the pod from ConfigMaps of the app. */
export function filesOf(entries: readonly ApiEntry[], workload: Workload): Setting[] {
  const { pod } = workload;
  return places(pod.value, 'volumes', pod.pointer).flatMap((volume) => {
    const map = dig(volume.value, 'configMap');
    const data = dataOf(entries, workload, text(map?.name)) ?? {};
    const items = places(map, 'items', '').flatMap(({ value }) => text(value.key) ?? []);
    const keys = items.length === 0 ? Object.keys(data) : items;
    return keys.flatMap((name): Setting[] => {
      const value = own(data, name);
      const pointer = `${volume.pointer}/configMap/name`;
      return typeof value === 'string' ? [{ name, value, pointer, kind: 'file' }] : [];
    });
  });
}
