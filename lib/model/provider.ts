// A provider profile: everything that differs between providers, and nothing else. One file of data each, in `providers/`.

/** An HTTP exposure in words that every provider understands. */
export interface Exposure {
  /** Whether the load balancer sends to pods, or to node ports. */
  readonly targets: 'pods' | 'nodes';
  /** Path that answers when a pod can serve. */
  readonly healthPath: string;
  /** Longest time that a request in flight may still take, in seconds. */
  readonly drainSeconds: number;
}

/** What a provider adds to an Ingress. */
export interface IngressShape {
  readonly className: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Whether the certificate comes from the TLS Secret; otherwise the provider finds it by host name. */
  readonly certificateFromSecret: boolean;
}

/** A provider profile. */
export interface Provider {
  readonly name: string;
  /** What an HTTP exposure becomes. */
  readonly ingress: (exposure: Exposure) => IngressShape;
  /** Whether images may be on the nodes already, so that an environment needs no registry. */
  readonly loadsImages: boolean;
  /** Labels that a namespace needs for lossless load balancing. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
}
