// The fields where one object refers to another.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, type Place, places, text } from '../../analysis/objects/read-json';
import { type Workload, workloads } from '../../analysis/objects/workloads';
import type { JsonObject } from '../../model/manifest/json';
import type { Kind } from '../../model/manifest/kinds';
import type { ApiEntry } from '../../model/manifest/object';
import { ingressBackends, routeBackends } from '../network/routes';

/** A reference from one object to another. */
export interface Reference {
  readonly entry: ApiEntry;
  readonly pointer: string;
  readonly kind: Kind;
  readonly name: string;
  readonly namespace: string | undefined;
  /** The key that is required of a ConfigMap. */
  readonly key?: string;
}

type Add = (pointer: string, kind: Kind, from: JsonObject | undefined, field: string, key?: string) => void;

/** Adds the references of a pod, except optional ones. */
function addPod({ pod, containers }: Workload, add: Add): void {
  add(pod.pointer, '/ServiceAccount', pod.value, 'serviceAccountName');
  for (const { value, pointer } of containers) {
    for (const from of places(value, 'envFrom', pointer)) {
      add(`${from.pointer}/configMapRef`, '/ConfigMap', dig(from.value, 'configMapRef'), 'name');
    }
    for (const variable of places(value, 'env', pointer)) {
      const ref = dig(variable.value, 'valueFrom', 'configMapKeyRef');
      add(`${variable.pointer}/valueFrom/configMapKeyRef`, '/ConfigMap', ref, 'name', text(ref?.key));
    }
  }
  for (const { value, pointer } of places(pod.value, 'volumes', pod.pointer)) {
    add(`${pointer}/configMap`, '/ConfigMap', dig(value, 'configMap'), 'name');
    add(`${pointer}/persistentVolumeClaim`, '/PersistentVolumeClaim', dig(value, 'persistentVolumeClaim'), 'claimName');
    const projected = dig(value, 'projected');
    if (projected === undefined) continue;
    for (const source of places(projected, 'sources', `${pointer}/projected`)) {
      add(`${source.pointer}/configMap`, '/ConfigMap', dig(source.value, 'configMap'), 'name');
    }
  }
}

/** Adds the Services of a policy, and the authorities that a Gateway trusts for them. */
function addBackendTls(spec: JsonObject | undefined, add: Add): void {
  const of = (kind: string, { value: { group, kind: given } }: Place) => (group ?? '') === '' && given === kind;
  for (const ref of places(spec, 'targetRefs', '/spec')) {
    if (of('Service', ref)) add(ref.pointer, '/Service', ref.value, 'name');
  }
  for (const ref of places(dig(spec, 'validation'), 'caCertificateRefs', '/spec/validation')) {
    if (of('ConfigMap', ref)) add(ref.pointer, '/ConfigMap', ref.value, 'name', 'ca.crt');
  }
}

/** Every reference to a ServiceAccount, ConfigMap, PersistentVolumeClaim or Service. */
export function references(entries: readonly ApiEntry[]): Reference[] {
  const found: Reference[] = [];
  const adder =
    (entry: ApiEntry, namespace = entry.identity.namespace): Add =>
    (pointer, kind, from, field, key) => {
      const name = text(from?.[field]);
      if (name === undefined || name === '' || from?.optional === true) return;
      found.push({
        entry,
        pointer: `${pointer}/${field}`,
        kind,
        name,
        namespace,
        ...(key === undefined ? {} : { key }),
      });
    };
  for (const workload of workloads(entries)) addPod(workload, adder(workload.entry));
  for (const entry of objectIndex(entries).of('apps/StatefulSet')) {
    adder(entry)('/spec', '/Service', dig(entry.manifest, 'spec'), 'serviceName');
  }
  for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
    const add = adder(entry);
    for (const { value, pointer } of ingressBackends(entry)) add(pointer, '/Service', value, 'name');
  }
  for (const { entry, backend, namespace } of routeBackends(entries)) {
    adder(entry, namespace)(backend.pointer, '/Service', backend.value, 'name');
  }
  for (const entry of objectIndex(entries).of('gateway.networking.k8s.io/BackendTLSPolicy')) {
    addBackendTls(dig(entry.manifest, 'spec'), adder(entry));
  }
  return found;
}
