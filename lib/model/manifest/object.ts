// One Kubernetes API object on its way from a construct to a file: what the checks and analyses work on.

import type { JsonObject } from './json';
import type { Origin } from './origin';

/** Group, kind, namespace and name, which identify an object within a cluster. The API version does not count. */
export interface Identity {
  /** API group; the empty string is the core group. */
  readonly group: string;
  /** Kind of the object. */
  readonly kind: string;
  /** Absent for cluster-scoped kinds, and for namespaced objects that leave it to `kubectl`. */
  readonly namespace?: string;
  /** Its `metadata.name`. */
  readonly name: string;
}

/** What a platform says of a cluster, as far as rules about objects need it. */
export interface ClusterApi {
  /** Its minor: `1.36`. */
  readonly kubernetes: string;
  /** What it has beyond conformance. */
  readonly capabilities: readonly string[];
  /** Its provider. */
  readonly provider: {
    /** Name of the profile. */
    readonly name: string;
    /** Whether every cluster of the provider serves CPU and memory of pods, `metrics.k8s.io`. */
    readonly metricsApi: boolean;
    /** What removes nodes where pools may shrink; absent where nothing does. */
    readonly nodeAutoscaler?: { readonly name: string; readonly patienceSeconds: number; readonly raisedBy?: string };
  };
  /** What it says of its Gateway API. @default bundle 1.3, where it has the capability */
  readonly gatewayApi?: { readonly bundle?: string };
  /** Its pools of nodes; empty where they are not declared. */
  readonly nodePools: readonly {
    readonly name: string;
    readonly nodesPerZone: Bounds | Readonly<Record<string, Bounds>>;
  }[];
  /** Scopes of custom kinds, as `group/Kind`. */
  readonly scopes: Readonly<Record<string, 'cluster' | 'namespace'>>;
  /** Plurals of custom kinds, as `group/Kind`. */
  readonly plurals: Readonly<Record<string, string>>;
  /** Priority classes that exist, by name: those with a value are in the app. @default none is known */
  readonly priorityClasses?: Readonly<Record<string, number | 'elsewhere'>>;
  /** Pods of the Prometheus that scrapes. @default unknown */
  readonly prometheus?: { readonly namespace: string; readonly podLabels: Readonly<Record<string, string>> };
}

/** Fewest and most nodes. */
interface Bounds {
  /** Fewest. */
  readonly min: number;
  /** Most. */
  readonly max: number;
}

/** An API object with its final JSON. */
export interface ApiEntry {
  /** What distinguishes it from the other objects of its cluster. */
  readonly identity: Identity;
  /** Its final JSON. */
  readonly manifest: JsonObject;
  /** The construct that made it, and the user's line. */
  readonly origin: Origin;
  /** Name of the cluster that receives it. */
  readonly cluster: string;
  /** What is said of that cluster's API. Absent where no platform describes the cluster. */
  readonly api?: ClusterApi;
  /** Namespace of the system that it belongs to. Absent outside systems. */
  readonly systemNamespace?: string;
  /** Environment of that system. Absent outside systems. */
  readonly environment?: {
    /** Its name in the platform. */
    readonly name: string;
    /** Registry and path of its images; absent where they are loaded by hand. */
    readonly registry?: string;
    /** Whether it survives the loss of a zone or a region. @default false */
    readonly survivesLoss?: boolean;
  };
}

/** The minor of the object's cluster: 36 of `1.36`. Undefined where no platform describes the cluster. */
export function minorOf({ api }: ApiEntry): number | undefined {
  const minor = Number(api?.kubernetes.split('.')[1]);
  return Number.isInteger(minor) ? minor : undefined;
}

/** The API group of an `apiVersion`; empty for the core group, or if `apiVersion` is not a string. */
export function groupOf(apiVersion: unknown): string {
  return typeof apiVersion === 'string' ? apiVersion.slice(0, Math.max(0, apiVersion.indexOf('/'))) : '';
}

/** The identity as people read it: `apps/Deployment toytrex-production/web`, `Namespace toytrex-production`. */
export function describeIdentity({ group, kind, namespace, name }: Identity): string {
  return `${group === '' ? '' : `${group}/`}${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}
