// Annotations that external-dns reads.

/** Both prefixes: external-dns 0.22 reads the new one only, older ones the old one only. */
export const EXTERNAL_DNS_PREFIXES = ['external-dns.alpha.kubernetes.io', 'external-dns.kubernetes.io'] as const;
