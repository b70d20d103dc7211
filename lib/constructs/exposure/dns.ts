// DNS of an exposure: the names that external-dns writes, with weights where it can, and those to set by hand.

import type { Cluster } from '../../model/cluster/cluster';
import type { Entry } from '../../model/exposure/gateway-api';
import { ANNOTATION, listText } from '../../model/manifest/annotations';
import { EXTERNAL_DNS_PREFIXES } from '../../model/platform/dns';
import { shareText, type TrafficShare } from '../../model/platform/traffic';

/** The names that an Ingress or a route serves. */
export interface Names {
  /** This cluster's own hosts, and common ones. */
  readonly hosts: readonly string[];
  /** Hosts among them whose records lead to the other entry, which serves them too. */
  readonly elsewhere: readonly string[];
  /** Hosts that other clusters serve too. */
  readonly common: readonly string[];
  readonly share: TrafficShare;
  /** Path that a traffic manager probes to see whether the cluster serves. */
  readonly healthPath: string;
}

/** Annotations for external-dns; without effect on a cluster that lacks it. */
export function hostAnnotations(hosts: readonly string[]): Readonly<Record<string, string>> {
  return annotate({ hostname: listText(hosts) });
}

/**
 * Annotations of an exposure. Two clusters that write a plain record of one name overwrite each other: where there are no weights,
 * a common name is left to the owner of the traffic manager, and an annotation says so. external-dns must be configured to skip it,
 * since it also takes names from the rules of an Ingress, and from the hosts of a route. The same holds for two entries of one cluster.
 *
 * A record of weight 0 that is the only one of its name is still served, so weights do not harm a cluster's own names.
 *
 * Source: external-dns, docs/annotations (`ingress-hostname-source`, `gateway-hostname-source`), docs/sources/ingress and gateway-api,
 * docs/tutorials/aws; Route 53 developer guide, "Values specific for weighted records".
 */
export function dnsAnnotations(
  cluster: Cluster,
  entry: Entry,
  { elsewhere, ...names }: Names,
): Readonly<Record<string, string>> {
  const isHere = (host: string) => !elsewhere.includes(host);
  const here = { ...names, hosts: names.hosts.filter(isHere), common: names.common.filter(isHere) };
  const noted = elsewhere.length === 0 ? {} : { [ANNOTATION.dnsAtOtherEntry]: listText(elsewhere) };
  return { ...noted, ...recordAnnotations(cluster, entry, here, elsewhere.length > 0) };
}

/** `isOnly`: the object has hosts without a record of its own. */
function recordAnnotations(
  { name, capabilities, provider }: Cluster,
  entry: Entry,
  { hosts, common, share, healthPath }: Omit<Names, 'elsewhere'>,
  isOnly: boolean,
): Readonly<Record<string, string>> {
  const written = capabilities.includes('external-dns');
  const onlyNamed = { [`${entry}-hostname-source`]: 'annotation-only' };
  const named = (those: readonly string[]) => (those.length > 0 ? { hostname: listText(those) } : {});
  const { dnsWeightKey } = provider;
  if (common.length === 0) return written ? annotate({ ...named(hosts), ...(isOnly ? onlyNamed : {}) }) : {};
  const documented = {
    [ANNOTATION.commonHosts]: listText(common),
    [ANNOTATION.trafficShare]: shareText(share),
    [ANNOTATION.healthPath]: healthPath,
  };
  if (written && dnsWeightKey !== undefined) {
    const weights = { 'set-identifier': name, [dnsWeightKey]: String(share.weight) };
    return { ...documented, ...annotate({ ...named(hosts), ...weights, ...(isOnly ? onlyNamed : {}) }) };
  }
  const own = hosts.filter((host) => !common.includes(host));
  const plain = written ? annotate({ ...named(own), ...onlyNamed }) : {};
  return { ...documented, [ANNOTATION.dnsByHand]: listText(common), ...plain };
}

function annotate(keys: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const annotations = EXTERNAL_DNS_PREFIXES.flatMap((prefix) =>
    Object.entries(keys).map(([key, value]) => [`${prefix}/${key}`, value]),
  );
  return Object.fromEntries(annotations);
}
