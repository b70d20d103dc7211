// The hosts and paths that each Ingress and HTTPRoute claims.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, shown, text } from '../../analysis/objects/read-json';
import { type Json, type JsonObject, jsonText } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';

/** A claim to the requests for a host and path. */
export interface Claim {
  readonly entry: ApiEntry;
  readonly pointer: string;
  /** For messages: `shop.example.com/api`. */
  readonly what: string;
  /** Equal for claims to the same requests on the same cluster. */
  readonly key: string;
  /** Listeners that a route is limited to; empty for an Ingress, which has no listeners. */
  readonly listeners: readonly string[];
}

/** `/api/` and `/api` are the same prefix. */
const canonical = (type: string, path: string): string =>
  type === 'Prefix' && path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;

function claim(
  entry: ApiEntry,
  pointer: string,
  host: string,
  type: string,
  path: string,
  conditions: Json,
  listeners: readonly string[],
): Claim {
  const key = [entry.cluster, host, type, canonical(type, path), conditions === null ? '' : jsonText(conditions)].join(
    '\n',
  );
  return { entry, pointer, what: `${host === '' ? 'every host' : host}${path}`, key, listeners };
}

function ingressClaims(entry: ApiEntry): Claim[] {
  const found: Claim[] = [];
  for (const rule of places(dig(entry.manifest, 'spec'), 'rules', '/spec')) {
    const host = text(rule.value.host) ?? '';
    for (const { value, pointer } of places(dig(rule.value, 'http'), 'paths', `${rule.pointer}/http`)) {
      const type = text(value.pathType) ?? 'ImplementationSpecific';
      found.push(claim(entry, pointer, host, type, text(value.path) ?? '/', null, []));
    }
  }
  return found;
}

const TYPES: ReadonlyMap<Json | undefined, string> = new Map([
  [undefined, 'Prefix'],
  ['PathPrefix', 'Prefix'],
  ['Exact', 'Exact'],
]);

/** The listeners of a route: a section or port limits it to one, so a redirect on port 80 does not clash. */
const listenersOf = (spec: JsonObject | undefined, namespace: string | undefined): string[] =>
  places(spec, 'parentRefs', '').map(({ value }) =>
    [value.namespace ?? namespace ?? '', value.name ?? '', value.sectionName ?? '', value.port ?? '']
      .map(shown)
      .join('/'),
  );

/** The matches of a route's rule; a rule without matches applies to all requests. */
function matchesOf(rule: Place): Place[] {
  const found = places(rule.value, 'matches', rule.pointer);
  return found.length > 0 ? found : [{ value: {}, pointer: rule.pointer }];
}

function routeClaims(entry: ApiEntry): Claim[] {
  const spec = dig(entry.manifest, 'spec');
  const listeners = listenersOf(spec, entry.identity.namespace);
  const found: Claim[] = [];
  // A route without hosts takes those of its listener, so it claims none that we can see.
  const hosts = list(spec?.hostnames).filter((host): host is string => typeof host === 'string');
  for (const rule of places(spec, 'rules', '/spec')) {
    for (const { value, pointer } of matchesOf(rule)) {
      const path = dig(value, 'path');
      const type = TYPES.get(path?.type) ?? text(path?.type) ?? '';
      const { headers, queryParams, method } = value;
      const conditions = [headers, queryParams, method].map((condition) => condition ?? null);
      const plain = conditions.every((condition) => !isSet(condition));
      for (const host of hosts) {
        found.push(claim(entry, pointer, host, type, text(path?.value) ?? '/', plain ? null : conditions, listeners));
      }
    }
  }
  return found;
}

/** Every claim, those of Ingresses first. */
export const claims = (entries: readonly ApiEntry[]): Claim[] => [
  ...objectIndex(entries).of('networking.k8s.io/Ingress').flatMap(ingressClaims),
  ...objectIndex(entries).of('gateway.networking.k8s.io/HTTPRoute').flatMap(routeClaims),
];
