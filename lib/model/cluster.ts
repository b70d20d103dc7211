// A cluster: a target with its provider, region, zones, Kubernetes minor and capabilities. Made by a provider's function.
import type { Provider } from './provider';

/** A Kubernetes minor, such as `1.36`. */
export type Minor = `1.${number}`;

/** The oldest minor that we write for. */
export const OLDEST_MINOR = 27;

/** A preview: the whole platform as if every cluster ran one minor, to see what an upgrade changes. */
export const PREVIEW = {
  /** Environment variable that asks for it. It must be set when main.ts is imported, since that builds the app. */
  variable: 'EVENKEEL_KUBERNETES',
  /** Entry on the app: the minor that the platform took from there. */
  entry: 'evenkeel:preview',
} as const;

/** What a cluster has beyond conformance. */
export type Capability = 'external-dns';

/** What every provider's function takes. */
export interface ClusterProps {
  /** Kubernetes minor of the API server. */
  readonly kubernetes: Minor;
  /**
   * Names of the zones as the nodes' label `topology.kubernetes.io/zone` has them.
   * @default none: nodes bear no zone label, and no pod is bound to zones
   */
  readonly zones?: readonly string[];
  /** @default nothing beyond conformance */
  readonly capabilities?: readonly Capability[];
}

/** A cluster, not yet named. */
export interface ClusterDescription {
  readonly provider: Provider;
  /** Region as the provider writes it; absent where there is none. */
  readonly region?: string;
  readonly kubernetes: Minor;
  readonly zones: readonly string[];
  readonly capabilities: readonly Capability[];
}

/** A cluster with the name that the platform file gives it. */
export interface Cluster extends ClusterDescription {
  readonly name: string;
}

/** Whether it is a minor that we write for. */
export function isMinor(text: string): text is Minor {
  return minorNumber(text) >= OLDEST_MINOR;
}

/** The number behind the dot of a minor: 36 for `1.36`; NaN where it is not of that form. */
export function minorNumber(minor: string): number {
  return /^1\.\d+$/.test(minor) ? Number(minor.slice(2)) : Number.NaN;
}
