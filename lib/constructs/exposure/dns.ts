// DNS of an exposure: the names that external-dns writes, with weights where it can, and those that somebody sets by hand.

import type { Cluster } from '../../model/cluster/cluster';
import { ANNOTATION, listText } from '../../model/manifest/annotations';
import { EXTERNAL_DNS_PREFIXES } from '../../model/platform/dns';
import { shareText, type TrafficShare } from '../../model/platform/traffic';

/** The names of an exposure. */
export interface Names {
  /** Names of this cluster alone, and common ones. */
  readonly hosts: readonly string[];
  /** Those to which other clusters answer too. */
  readonly common: readonly string[];
  readonly share: TrafficShare;
  /** Path by which a traffic manager sees whether the cluster serves. */
  readonly healthPath: string;
}

/** What external-dns reads, and nobody where the cluster has none. */
export function hostAnnotations(hosts: readonly string[]): Readonly<Record<string, string>> {
  return annotate({ hostname: listText(hosts) });
}

/**
 * Annotations of an exposure. Two clusters that write a plain record of one name overwrite each other: where there are no weights,
 * a common name is left to whoever keeps the traffic manager, and the annotation says so. external-dns must be told, since it
 * takes names from the rules of an Ingress too.
 *
 * A record of weight 0 that has no other beside it answers all the same, so that weights do no harm to a cluster's own names.
 *
 * Source: external-dns, docs/annotations, docs/sources/ingress and docs/tutorials/aws; Route 53 developer guide, "Values specific
 * for weighted records".
 */
export function dnsAnnotations(
  { name, capabilities, provider }: Cluster,
  { hosts, common, share, healthPath }: Names,
): Readonly<Record<string, string>> {
  const written = capabilities.includes('external-dns');
  const { dnsWeightKey } = provider;
  if (common.length === 0) return written ? hostAnnotations(hosts) : {};
  const told = {
    [ANNOTATION.commonHosts]: listText(common),
    [ANNOTATION.trafficShare]: shareText(share),
    [ANNOTATION.healthPath]: healthPath,
  };
  if (written && dnsWeightKey !== undefined) {
    const weights = { 'set-identifier': name, [dnsWeightKey]: String(share.weight) };
    return { ...told, ...annotate({ hostname: listText(hosts), ...weights }) };
  }
  const own = hosts.filter((host) => !common.includes(host));
  const named = own.length > 0 ? { hostname: listText(own) } : {};
  const plain = written ? annotate({ ...named, 'ingress-hostname-source': 'annotation-only' }) : {};
  return { ...told, [ANNOTATION.dnsByHand]: listText(common), ...plain };
}

function annotate(keys: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const found = EXTERNAL_DNS_PREFIXES.flatMap((prefix) =>
    Object.entries(keys).map(([key, value]) => [`${prefix}/${key}`, value]),
  );
  return Object.fromEntries(found);
}
