// DNS of an exposure: the names that external-dns writes, with weights where it can, and those that somebody sets by hand.
import type { Cluster } from '../model/cluster';
import type { TrafficShare } from '../model/traffic';

/** Both prefixes: external-dns 0.22 reads the new one only, older ones the old one only. */
const PREFIXES = ['external-dns.alpha.kubernetes.io', 'external-dns.kubernetes.io'];

/** Names that somebody sets by hand. */
export const BY_HAND = 'evenkeel.dev/dns-by-hand';

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
  return annotate({ hostname: hosts.join(',') });
}

/**
 * Annotations of an exposure. Two clusters that write a plain record of one name overwrite each other: where there are no weights,
 * a common name is left to whoever keeps the traffic manager, and the annotation says so.
 *
 * A record of weight 0 that has no other beside it answers all the same, so that weights do no harm to a cluster's own names.
 *
 * Source: external-dns, docs/annotations and docs/tutorials/aws; Route 53 developer guide, "Values specific for weighted records".
 */
export function dnsAnnotations(
  { name, capabilities, provider }: Cluster,
  { hosts, common, share, healthPath }: Names,
): Readonly<Record<string, string>> {
  const written = capabilities.includes('external-dns');
  const { dnsWeightKey } = provider;
  if (common.length === 0) return written ? hostAnnotations(hosts) : {};
  const told = {
    'evenkeel.dev/common-hosts': common.join(','),
    'evenkeel.dev/traffic': `${share.weight} of ${share.all}`,
    'evenkeel.dev/health-path': healthPath,
  };
  if (written && dnsWeightKey !== undefined) {
    const weights = { 'set-identifier': name, [dnsWeightKey]: String(share.weight) };
    return { ...told, ...annotate({ hostname: hosts.join(','), ...weights }) };
  }
  const own = hosts.filter((host) => !common.includes(host));
  const plain = written && own.length > 0 ? hostAnnotations(own) : {};
  return { ...told, [BY_HAND]: common.join(','), ...plain };
}

function annotate(keys: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const found = PREFIXES.flatMap((prefix) => Object.entries(keys).map(([key, value]) => [`${prefix}/${key}`, value]));
  return Object.fromEntries(found);
}
