// Backends of Ingresses and Gateway API routes.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, type Place, places, text } from '../../analysis/objects/read-json';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';

/** The backends of an Ingress, with their pointers. */
export function ingressBackends(entry: ApiEntry): Place[] {
  const spec = dig(entry.manifest, 'spec');
  const found: Place[] = [];
  const look = (parent: JsonObject | undefined, key: string, pointer: string): void => {
    const value = dig(parent, key, 'service');
    if (value !== undefined) found.push({ value, pointer: `${pointer}/${key}/service` });
  };
  look(spec, 'defaultBackend', '/spec');
  for (const rule of places(spec, 'rules', '/spec')) {
    for (const path of places(dig(rule.value, 'http'), 'paths', `${rule.pointer}/http`))
      look(path.value, 'backend', path.pointer);
  }
  return found;
}

const GROUP = 'gateway.networking.k8s.io';

/** All kinds of routes. */
export const ROUTES = [
  `${GROUP}/HTTPRoute`,
  `${GROUP}/GRPCRoute`,
  `${GROUP}/TLSRoute`,
  `${GROUP}/TCPRoute`,
  `${GROUP}/UDPRoute`,
] as const;

/** A reference from a route to a Service. */
export interface RouteBackend {
  readonly entry: ApiEntry;
  readonly backend: Place;
  readonly namespace: string | undefined;
}

/** Backends of Gateway API routes that are Services. */
export const routeBackends = memoizePerObjects((entries): readonly RouteBackend[] => {
  const found: RouteBackend[] = [];
  for (const entry of objectIndex(entries).of(...ROUTES)) {
    for (const rule of places(dig(entry.manifest, 'spec'), 'rules', '/spec')) {
      for (const backend of places(rule.value, 'backendRefs', rule.pointer)) {
        const { kind, group } = backend.value;
        if ((isSet(kind) && kind !== 'Service') || (isSet(group) && group !== '')) continue;
        found.push({ entry, backend, namespace: text(backend.value.namespace) ?? entry.identity.namespace });
      }
    }
  }
  return found;
});

/** The Service of that name that the app writes on the same cluster. */
export const serviceOf = (
  entries: readonly ApiEntry[],
  { cluster }: ApiEntry,
  name: string | undefined,
  namespace: string | undefined,
): ApiEntry | undefined =>
  name === undefined ? undefined : objectIndex(entries).find('/Service', cluster, namespace, name);
