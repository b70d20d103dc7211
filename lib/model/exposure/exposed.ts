// What is exposed to the outside, in terms common to all providers, and what a provider makes of it.

import { type Json, type JsonObject, jsonText } from '../manifest/json';

/** A component behind a public HTTP exposure, in terms common to all providers. */
export interface Exposure {
  /** Name of the component, and of its Service. */
  readonly name: string;
  /** Whether the load balancer sends to pods, or to node ports. */
  readonly targets: 'pods' | 'nodes';
  /** Path that answers when a pod can serve. */
  readonly healthPath: string;
  /** Whether the readiness probe of its pods asks the same. */
  readonly asksAsReadiness: boolean;
  /** Longest time that a request in flight may still take, in seconds. */
  readonly drainSeconds: number;
  /** How long the load balancer waits for an answer, in seconds. */
  readonly timeoutSeconds: number;
}

/** Components behind one Ingress, since they share its hosts. */
export interface Exposed {
  /** Each of them. The Ingress, and what belongs to it, is called like the first. */
  readonly backends: readonly [Exposure, ...Exposure[]];
  /** Whether the load balancer serves HTTPS, and redirects to it where it can; otherwise HTTP alone. */
  readonly tls: boolean;
}

/** The largest of a figure over all backends: what the keys of an Ingress hold for holds for each of them. */
export function longestOf({ backends }: Exposed, figure: 'drainSeconds' | 'timeoutSeconds'): number {
  return Math.max(...backends.map((backend) => backend[figure]));
}

/** Whether all backends have the same of something. */
export function haveEqual({ backends }: Exposed, of: (backend: Exposure) => Json): boolean {
  return new Set(backends.map((backend) => jsonText(of(backend)))).size === 1;
}

/** What a component behind an Ingress needs of its own. */
export interface BackendShape {
  /** Annotations of its Service. @default none */
  readonly serviceAnnotations?: Readonly<Record<string, string>>;
  /** Objects of the provider's own kinds beside it, named like the component. @default none */
  readonly objects?: readonly ProviderObject[];
}

/** Where certificates of hosts are. */
export type Certificates =
  | 'secrets'
  | {
      /** What has them in the place of a TLS Secret, as a clause. */
      readonly elsewhere: string;
    };

/** A provider's rendering of an exposure. */
export interface IngressShape {
  /** @default none: the cluster's default class, or an annotation, decides */
  readonly className?: string;
  /** Annotations of the Ingress. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Where the certificate of its hosts is. */
  readonly certificates: Certificates;
  /** Objects of the provider's own kinds beside it, named like it. @default none */
  readonly objects?: readonly ProviderObject[];
}

/** An object of a kind that a provider's own controller reads. */
export interface ProviderObject {
  /** Its API group and version. */
  readonly apiVersion: string;
  /** Its kind. */
  readonly kind: string;
  /** Its spec. */
  readonly spec: JsonObject;
}
