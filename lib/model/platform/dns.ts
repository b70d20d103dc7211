// What an object says of DNS in its annotations: for external-dns, and for whoever sets records by hand.

/** Both prefixes: external-dns 0.22 reads the new one only, older ones the old one only. */
export const EXTERNAL_DNS_PREFIXES = ['external-dns.alpha.kubernetes.io', 'external-dns.kubernetes.io'] as const;

/** Our own annotations of an exposure. Lists are separated by commas. */
export const DNS_NOTES = {
  /** Hosts to which other clusters answer too. */
  common: 'evenkeel.dev/common-hosts',
  /** What the cluster gets of them: `1 of 2`. */
  share: 'evenkeel.dev/traffic',
  /** Path by which a traffic manager sees whether the cluster serves. */
  healthPath: 'evenkeel.dev/health-path',
  /** Hosts that somebody sets by hand. */
  byHand: 'evenkeel.dev/dns-by-hand',
} as const;
