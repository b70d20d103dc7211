// Addresses in texts: names of Services as pods write them, and the Services that they mean.

import type { ApiEntry } from '../../model/manifest/object';
import { objectIndex } from '../objects/object-index';
import { dig, places } from '../objects/read-json';
import { pods } from '../objects/selectors';
import { lasting } from '../objects/workloads';

/** A host and a port in a text. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A name that a pod asks for, in its namespace. */
export interface Asked {
  readonly cluster: string;
  readonly namespace: string | undefined;
  readonly host: string;
}

/** What a name means in the cluster. */
export type Meaning =
  /** A Service of the app. */
  | { readonly service: ApiEntry }
  /** A Service that no object of the app is, in a namespace that the app writes. */
  | { readonly missing: string; readonly namespace: string }
  /** Anything else: a host outside, another namespace, a word. */
  | undefined;

const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
/** `cart:7070`, not in a path, in a tag of an image (`redis:7.2`, `redis:7-alpine`) or in a row of numbers. */
const HOST_AND_PORT = new RegExp(`(?<![\\w.$-]|[^/]/)(${LABEL}(?:\\.${LABEL})*):(\\d{1,5})(?![\\w:-]|\\.\\w)`, 'g');
/** `web.shop.svc` without the domain of the cluster. */
const SHORT_NAME = new RegExp(`(?<![\\w.$-])((?:${LABEL}\\.){2,}svc)(?![\\w-]|\\.\\w|\\.$)`, 'g');
/** One address, or several with commas, each with or without a scheme, a user and a path. */
const WHOLE = new RegExp(`^(?:[a-z][a-z0-9+.:-]*://)?(?:[^\\s/@]*@)?(${LABEL}):(\\d{1,5})(?:/\\S*)?$`);
const WITH_SCHEME = new RegExp(`^[a-z][a-z0-9+.:-]*://(?:[^\\s/@]*@)?(${LABEL})(?::\\d{1,5})?(?:/\\S*)?$`);

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/** Every host with a port in a text, each once. */
export function addressesIn(value: string): Address[] {
  const found = new Map<string, Address>();
  for (const [whole, host = '', digits] of value.matchAll(HOST_AND_PORT)) {
    const port = Number(digits);
    if (isPort(port) && /[a-z]/.test(host)) found.set(whole, { host, port });
  }
  return [...found.values()];
}

/** Names of Services in a text that end in `.svc`, each once. */
export function shortNamesIn(value: string): string[] {
  return [...new Set([...value.matchAll(SHORT_NAME)].flatMap(([, host]) => host ?? []))];
}

/** Hosts of one label where the whole text is an address: `redis-cart:6379`, `http://web/`, `a:9092,b:9092`. */
export function hostsOf(value: string): string[] {
  const parts = value.split(',').map((part) => (WHOLE.exec(part) ?? WITH_SCHEME.exec(part))?.[1]);
  return parts.every((host) => host !== undefined && /[a-z]/.test(host)) ? parts.flatMap((host) => host ?? []) : [];
}

/** What a name means to pods of a namespace. Source: kubernetes.io, "DNS for Services and Pods". */
export function meaningOf(entries: readonly ApiEntry[], { cluster, namespace, host }: Asked): Meaning {
  const all = objectIndex(entries);
  const find = (space: string | undefined, name: string) => all.find('/Service', cluster, space, name);
  const labels = host.split('.');
  const [name = '', space = ''] = labels;
  if (labels.length === 1) return serviceOr(find(namespace, name), undefined);
  if (labels.length === 2) {
    if (all.owns(cluster, space)) return serviceOr(find(space, name), undefined);
    const governing = find(namespace, space); // a pod of a StatefulSet, by its Service
    return governing !== undefined && isHeadless(governing) ? { service: governing } : undefined;
  }
  const end = labels.indexOf('svc');
  const [service, owner] = [labels[end - 2], labels[end - 1]];
  const domain = labels.slice(end + 1).join('.');
  if (end < 2 || service === undefined || owner === undefined || !['', 'cluster.local'].includes(domain))
    return undefined;
  return serviceOr(find(owner, service), all.owns(cluster, owner) ? { missing: service, namespace: owner } : undefined);
}

const serviceOr = (service: ApiEntry | undefined, otherwise: Meaning): Meaning =>
  service === undefined ? otherwise : { service };

const isHeadless = ({ manifest }: ApiEntry): boolean => dig(manifest, 'spec')?.clusterIP === 'None';

/**
 * The ports at which a Service answers; `undefined` where that is not known: it is a name for a host outside, or its pods declare no
 * ports and are reached themselves.
 */
export function portsOfService(entries: readonly ApiEntry[], entry: ApiEntry): readonly number[] | undefined {
  const { cluster, identity, manifest } = entry;
  const spec = dig(manifest, 'spec');
  if (spec?.type === 'ExternalName') return undefined;
  const stated = places(spec, 'ports', '').flatMap(({ value }) => [value.port, value.nodePort]);
  if (!isHeadless(entry)) return stated.filter((port) => typeof port === 'number');
  // a name of pods: they answer at their own ports
  const selector = dig(spec, 'selector') ?? {};
  const behind = Object.keys(selector).length === 0 ? [] : pods(entries).having(cluster, identity.namespace, selector);
  const declared = behind
    .flatMap(lasting)
    .flatMap(({ value }) => places(value, 'ports', '').map((port) => port.value.containerPort));
  const numbers = declared.filter((port) => typeof port === 'number');
  return numbers.length === 0 ? undefined : numbers;
}
