// Traffic: which clusters serve each host, what DNS must say for it, and who writes the record.

import { ANNOTATION, listOf } from '../../model/manifest/annotations';
import { defined } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { compareText } from '../../model/manifest/text';
import { EXTERNAL_DNS_PREFIXES } from '../../model/platform/dns';
import { shareOf } from '../../model/platform/traffic';
import { ROUTE53_WEIGHT } from '../../model/providers/aws';
import { memoizePerObjects, objectIndex } from '../objects/object-index';
import { dig, list, places, shown, text } from '../objects/read-json';

/** One cluster that serves a host. */
export interface Answer {
  readonly cluster: string;
  readonly namespace: string;
  /** What the record points to. */
  readonly endpoint: Endpoint;
  /** Weight of the cluster's record. Absent where nothing divides the traffic. */
  readonly weight?: number;
  /** Path of a traffic manager's health check; only for one of several clusters. */
  readonly healthPath?: string;
  readonly record: Writer;
}

/** A DNS name, where one is known; else the object whose load balancer has it. */
export type Endpoint =
  | { readonly name: string }
  | {
      readonly loadBalancerOf: string;
      /** The Gateway of a route, whose address it is. Absent for any other object. */
      readonly gateway?: string;
    };

/** Who writes the record: external-dns, with or without a weight, or a person by hand. */
export type Writer =
  | { readonly by: 'external-dns'; readonly setIdentifier?: string }
  | { readonly by: 'hand'; readonly setIdentifier?: undefined };

/** A host, and all clusters that serve it. */
export interface Host {
  readonly host: string;
  /** By cluster. */
  readonly answers: readonly Answer[];
  /** Weights of all clusters together; absent where one of them has none. */
  readonly all?: number;
}

/** The hosts of Ingresses, routes and DNS records over all clusters, by name. Wildcards are hosts like any other. */
export const hosts = memoizePerObjects((entries): readonly Host[] => {
  const found = new Map<string, Map<string, Answer>>();
  for (const entry of exposing(entries)) {
    for (const host of hostsOf(entry)) {
      const answers = found.get(host) ?? new Map<string, Answer>();
      found.set(host, answers);
      const answer = answerFrom(entry, host);
      const known = answers.get(entry.cluster);
      // Several objects of a cluster may share a host by path: it has one record, and one of them may give its weight.
      if (known === undefined || (known.weight === undefined && answer.weight !== undefined)) {
        answers.set(entry.cluster, answer);
      }
    }
  }
  return [...found]
    .map(([host, answers]) =>
      hostOf(
        host,
        [...answers.values()].sort((a, b) => compareText(a.cluster, b.cluster)),
      ),
    )
    .sort((a, b) => compareText(a.host, b.host));
});

const exposing = (entries: readonly ApiEntry[]): readonly ApiEntry[] =>
  objectIndex(entries).of(
    'networking.k8s.io/Ingress',
    'gateway.networking.k8s.io/HTTPRoute',
    'gateway.networking.k8s.io/GRPCRoute',
    '/Service',
  );

function hostOf(host: string, answers: readonly Answer[]): Host {
  const weights = answers.flatMap(({ weight }) => weight ?? []);
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.length === answers.length ? { host, answers, all } : { host, answers };
}

/** A cluster's answer for a host; `undefined` if it does not serve it. */
export function answerOf({ answers }: Host, name: string): Answer | undefined {
  return answers.find(({ cluster }) => cluster === name);
}

/** Whether the traffic of this host is divided by weights, or would be once further clusters answer to it. */
export function isCommon({ all }: Host): boolean {
  return all !== undefined;
}

/** Share of all traffic in percent; `undefined` if unknown. A single cluster gets all, regardless of its weight. */
export function percentOf({ answers, all }: Pick<Host, 'answers' | 'all'>, { weight }: Answer): number | undefined {
  if (answers.length === 1) return 100;
  return weight === undefined || all === undefined || all === 0 ? undefined : (weight / all) * 100;
}

/**
 * By host, objects (one per cluster) for which external-dns in several clusters overwrites the same record. Route 53 accepts
 * several records of one name only if none of them is simple.
 *
 * Source: Route 53 developer guide, "Simple routing".
 */
export function rivals(entries: readonly ApiEntry[]): ReadonlyMap<string, readonly ApiEntry[]> {
  const writers = new Map<string, Map<string, ApiEntry>>();
  for (const entry of exposing(entries)) {
    for (const host of hostsOf(entry)) {
      if (recordOf(entry, host).by === 'hand') continue;
      const found = writers.get(host) ?? new Map<string, ApiEntry>();
      writers.set(host, found);
      const known = found.get(entry.cluster);
      if (known === undefined || isWeighted(known)) found.set(entry.cluster, entry);
    }
  }
  return new Map(
    [...writers]
      .map(([host, found]) => [host, [...found.values()].sort((a, b) => compareText(a.cluster, b.cluster))] as const)
      .filter(([, found]) => found.length > 1 && !found.every(isWeighted)),
  );
}

const isWeighted = (entry: ApiEntry): boolean => externalDns(entry, 'set-identifier') !== undefined;

/** Whether external-dns writes the records of some clusters, and a person those of others. */
export function isMixed({ answers }: Host): boolean {
  return new Set(answers.map(({ record }) => record.by)).size > 1;
}

/** Hosts whose records lead to an object: not to another entry that serves them too. */
function hostsOf(entry: ApiEntry): readonly string[] {
  const elsewhere = noted(entry, ANNOTATION.dnsAtOtherEntry);
  return servedBy(entry).filter((host) => !elsewhere.includes(host));
}

/** Hosts that an object serves, or has a record for. */
function servedBy(entry: ApiEntry): readonly string[] {
  const spec = dig(entry.manifest, 'spec');
  if (entry.identity.kind === 'Ingress') {
    return places(spec, 'rules', '').flatMap(({ value }) => text(value.host) ?? []);
  }
  if (entry.identity.kind !== 'Service') return list(spec?.hostnames).flatMap((host) => text(host) ?? []);
  return spec?.type === 'ExternalName' ? [...written(entry), ...noted(entry, ANNOTATION.dnsByHand)] : [];
}

function answerFrom(entry: ApiEntry, host: string): Answer {
  const { cluster, identity } = entry;
  const record = recordOf(entry, host);
  const common = noted(entry, ANNOTATION.commonHosts);
  const answer = { cluster, namespace: identity.namespace ?? '', endpoint: endpointOf(entry, common, host), record };
  const weight = weightOf(entry);
  if (!common.includes(host) || weight === undefined) return answer;
  const healthPath = annotation(entry, ANNOTATION.healthPath);
  return { ...answer, weight, ...defined({ healthPath }) };
}

/** A common host points to the cluster's own host, which already has a record; that one points to the load balancer. */
function endpointOf(entry: ApiEntry, common: readonly string[], host: string): Endpoint {
  const target = text(dig(entry.manifest, 'spec')?.externalName);
  const name = target ?? (common.includes(host) ? hostsOf(entry).find((one) => !common.includes(one)) : undefined);
  const { kind, namespace, name: object } = entry.identity;
  if (name !== undefined) return { name };
  return { loadBalancerOf: `${kind} ${namespace}/${object}`, ...defined({ gateway: gatewayOf(entry) }) };
}

/** The first Gateway that a route attaches to. */
function gatewayOf({ identity, manifest }: ApiEntry): string | undefined {
  const [first] = places(dig(manifest, 'spec'), 'parentRefs', '');
  if (first === undefined) return undefined;
  const { kind = 'Gateway', namespace = identity.namespace ?? '', name = '' } = first.value;
  return `${shown(kind)} ${shown(namespace)}/${shown(name)}`;
}

function recordOf(entry: ApiEntry, host: string): Writer {
  if (!written(entry).includes(host)) return { by: 'hand' };
  const setIdentifier = externalDns(entry, 'set-identifier');
  return { by: 'external-dns', ...defined({ setIdentifier }) };
}

/** external-dns's own annotation decides, even if an override makes it differ from ours. */
function weightOf(entry: ApiEntry): number | undefined {
  const inRoute53 = Number(externalDns(entry, ROUTE53_WEIGHT) ?? Number.NaN);
  return Number.isInteger(inRoute53) ? inRoute53 : shareOf(annotation(entry, ANNOTATION.trafficShare) ?? '')?.weight;
}

const written = (entry: ApiEntry): readonly string[] => listOf(externalDns(entry, 'hostname'));

function externalDns(entry: ApiEntry, key: string): string | undefined {
  return EXTERNAL_DNS_PREFIXES.map((prefix) => annotation(entry, `${prefix}/${key}`)).find((it) => it !== undefined);
}

const noted = (entry: ApiEntry, key: string): readonly string[] => listOf(annotation(entry, key));

const annotation = ({ manifest }: ApiEntry, key: string): string | undefined =>
  text(dig(manifest, 'metadata', 'annotations')?.[key]);
