// What the objects of each namespace have that the admission policy refuses to others: hosts, external addresses, system priorities.

import { dig, isSet, list, own, places, text } from '../../analysis/objects/read-json';
import { isJsonObject, type Json, type JsonObject } from '../../model/manifest/json';
import { POD_TEMPLATES } from '../../model/manifest/kind-lookup';
import type { Kind } from '../../model/manifest/kinds';
import { groupOf } from '../../model/manifest/object';
import { EXTERNAL_DNS_PREFIXES } from '../../model/platform/dns';

/** Annotations that list hosts, separated by commas. */
export const HOST_ANNOTATIONS: readonly string[] = [
  ...EXTERNAL_DNS_PREFIXES.flatMap((prefix) => [`${prefix}/hostname`, `${prefix}/internal-hostname`]),
  'nginx.ingress.kubernetes.io/server-alias',
];

/** Values by namespace, each once and in alphabetical order. */
export type ByNamespace = ReadonlyMap<string, readonly string[]>;

/** What is written, by namespace. */
export interface Admitted {
  /** The empty text stands for every host. Every namespace has a list. */
  readonly hosts: ByNamespace;
  /** Only namespaces that have some. */
  readonly externalIps: ByNamespace;
  /** Only namespaces that have some. */
  readonly priorities: ByNamespace;
}

/** From the final objects of a cluster. */
export function admitted(objects: readonly JsonObject[]): Admitted {
  const namespaces = objects.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace').map(nameOf);
  return {
    hosts: collect(objects, hostsOf, namespaces),
    externalIps: collect(objects, (object) => texts(specOf(object, 'v1', 'Service')?.externalIPs)),
    priorities: collect(objects, prioritiesOf),
  };
}

function collect(
  objects: readonly JsonObject[],
  valuesOf: (object: JsonObject) => readonly string[],
  always: readonly string[] = [],
): ByNamespace {
  const found = new Map(always.map((namespace) => [namespace, new Set<string>()]));
  for (const object of objects) {
    const values = valuesOf(object);
    if (values.length === 0) continue;
    const namespace = text(dig(object, 'metadata')?.namespace) ?? '';
    const known = found.get(namespace) ?? new Set();
    found.set(namespace, known);
    for (const value of values) known.add(value);
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, values]) => [key, [...values].sort()]));
}

const nameOf = (object: JsonObject): string => text(dig(object, 'metadata')?.name) ?? '';

const texts = (value: Json | undefined): string[] => list(value).flatMap((item) => text(item) ?? []);

const specOf = (object: JsonObject, apiVersion: string, kind: string): JsonObject | undefined =>
  object.apiVersion === apiVersion && object.kind === kind ? dig(object, 'spec') : undefined;

function prioritiesOf(object: JsonObject): string[] {
  const path = POD_TEMPLATES.get(`${groupOf(object.apiVersion)}/${text(object.kind) ?? ''}` satisfies Kind);
  const name = path === undefined ? undefined : text(dig(object, ...path, 'spec')?.priorityClassName);
  return name?.startsWith('system-') === true ? [name] : [];
}

const GATEWAY_API = 'gateway.networking.k8s.io';
const ROUTES: ReadonlySet<Json | undefined> = new Set(['GRPCRoute', 'HTTPRoute', 'TLSRoute']);
const LISTENERS: ReadonlySet<Json | undefined> = new Set(['Gateway', 'ListenerSet']);

/** The hosts that the policy asks of an object, in the same way. */
function hostsOf(object: JsonObject): string[] {
  const group = groupOf(object.apiVersion);
  const spec = dig(object, 'spec');
  if (group === 'networking.k8s.io' && object.kind === 'Ingress') return [...ingressHosts(spec), ...notedHosts(object)];
  // while cert-manager proves a host, it has an Ingress of its own
  if (group === 'cert-manager.io') return texts(spec?.dnsNames);
  if (group === 'externaldns.k8s.io')
    return places(spec, 'endpoints', '').map(({ value }) => text(value.dnsName) ?? '');
  if (group === GATEWAY_API && ROUTES.has(object.kind)) {
    const hosts = texts(spec?.hostnames);
    return [...(hosts.length === 0 ? [''] : hosts), ...notedHosts(object)];
  }
  if (group === GATEWAY_API && LISTENERS.has(object.kind)) {
    return [...places(spec, 'listeners', '').map(({ value }) => text(value.hostname) ?? ''), ...notedHosts(object)];
  }
  return object.apiVersion === 'v1' && object.kind === 'Service' ? notedHosts(object) : [];
}

/** Hosts in annotations. */
function notedHosts(object: JsonObject): string[] {
  const annotations = dig(object, 'metadata', 'annotations');
  return HOST_ANNOTATIONS.flatMap((key) => (text(own(annotations, key)) ?? '').split(','))
    .map((host) => host.trim())
    .filter((host) => host !== '');
}

function ingressHosts(spec: JsonObject | undefined): string[] {
  return [
    ...places(spec, 'rules', '').map(({ value }) => text(value.host) ?? ''),
    ...places(spec, 'tls', '').flatMap(({ value }) => texts(value.hosts)),
    ...(isJsonObject(spec) && isSet(spec.defaultBackend) ? [''] : []),
  ];
}
