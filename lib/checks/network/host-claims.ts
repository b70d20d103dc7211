// Which host and path each Ingress and HTTPRoute claims.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, isSet, list, type Place, places, shown, text } from '../../analysis/objects/read-json';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';

/** One claim. */
export interface Claim {
  readonly entry: ApiEntry;
  readonly pointer: string;
  /** For people: `shop.example.com/api`. */
  readonly what: string;
  /** Equal where two claims are for the same requests of the same cluster. */
  readonly key: string;
  /** Listeners that a route keeps to; empty for an Ingress, which all traffic reaches. */
  readonly doors: readonly string[];
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
  rest: Json,
  doors: readonly string[],
): Claim {
  const key = [entry.cluster, host, type, canonical(type, path), rest === null ? '' : JSON.stringify(rest)].join('\n');
  return { entry, pointer, what: `${host === '' ? 'every host' : host}${path}`, key, doors };
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

/** The listeners of a route: with a section or a port it keeps to one, so that a redirect on port 80 clashes with nothing. */
const doorsOf = (spec: JsonObject | undefined, namespace: string | undefined): string[] =>
  places(spec, 'parentRefs', '').map(({ value }) =>
    [value.namespace ?? namespace ?? '', value.name ?? '', value.sectionName ?? '', value.port ?? '']
      .map(shown)
      .join('/'),
  );

/** The matches of one rule of a route; a rule without any matches everything. */
function matchesOf(rule: Place): Place[] {
  const found = places(rule.value, 'matches', rule.pointer);
  return found.length > 0 ? found : [{ value: {}, pointer: rule.pointer }];
}

function routeClaims(entry: ApiEntry): Claim[] {
  const spec = dig(entry.manifest, 'spec');
  const doors = doorsOf(spec, entry.identity.namespace);
  const found: Claim[] = [];
  // A route without hosts takes those of its listener, which no other route may share.
  const hosts = list(spec?.hostnames).filter((host): host is string => typeof host === 'string');
  for (const rule of places(spec, 'rules', '/spec')) {
    for (const { value, pointer } of matchesOf(rule)) {
      const path = dig(value, 'path');
      const type = TYPES.get(path?.type) ?? text(path?.type) ?? '';
      const { headers, queryParams, method } = value;
      const rest = [headers, queryParams, method].map((it) => it ?? null);
      const plain = rest.every((it) => !isSet(it));
      for (const host of hosts) {
        found.push(claim(entry, pointer, host, type, text(path?.value) ?? '/', plain ? null : rest, doors));
      }
    }
  }
  return found;
}

/** Every claim, in the order of the objects: Ingresses first. */
export const claims = (entries: readonly ApiEntry[]): Claim[] => [
  ...objectIndex(entries).of('networking.k8s.io/Ingress').flatMap(ingressClaims),
  ...objectIndex(entries).of('gateway.networking.k8s.io/HTTPRoute').flatMap(routeClaims),
];
