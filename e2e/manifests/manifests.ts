// The manifests under proof, as they are in a folder: read, never changed.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { JsonObject } from '../../lib/model/manifest/json';

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface Probe {
  readonly httpGet?: { readonly path: string };
  readonly failureThreshold?: number;
  readonly periodSeconds?: number;
  readonly timeoutSeconds?: number;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly imagePullPolicy?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly lifecycle?: { readonly preStop?: { readonly sleep?: { readonly seconds: number } } };
}

export interface PodTemplate {
  readonly metadata: Omit<Metadata, 'name'>;
  readonly spec: {
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly terminationGracePeriodSeconds?: number;
    readonly topologySpreadConstraints?: readonly object[];
  };
}

export interface Namespace {
  readonly kind: 'Namespace';
  readonly metadata: Metadata;
}

export interface Deployment {
  readonly kind: 'Deployment';
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly progressDeadlineSeconds?: number;
    readonly strategy?: { readonly rollingUpdate?: { readonly maxSurge?: number | string } };
    readonly template: PodTemplate;
  };
}

export interface Job {
  readonly kind: 'Job';
  readonly metadata: Metadata;
  readonly spec: {
    readonly parallelism: number;
    readonly suspend?: boolean;
    readonly template: PodTemplate;
  };
}

export interface CronJob {
  readonly kind: 'CronJob';
  readonly metadata: Metadata;
  readonly spec: { readonly jobTemplate: Pick<Job, 'spec'> };
}

export interface DaemonSet {
  readonly kind: 'DaemonSet';
  readonly metadata: Metadata;
  readonly spec: { readonly template: PodTemplate };
}

export interface ConfigMap {
  readonly kind: 'ConfigMap';
  readonly metadata: Metadata;
  readonly data: Readonly<Record<string, string>>;
}

export interface Autoscaler {
  readonly kind: 'HorizontalPodAutoscaler';
  readonly metadata: Metadata;
  readonly spec: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly scaleTargetRef: { readonly name: string };
    readonly behavior: {
      readonly scaleDown: {
        readonly stabilizationWindowSeconds: number;
        readonly policies: readonly {
          readonly type: string;
          readonly value: number;
          readonly periodSeconds: number;
        }[];
      };
    };
  };
}

export interface ScaledObject {
  readonly kind: 'ScaledObject';
  readonly metadata: Metadata;
  readonly spec: {
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly triggers: readonly { readonly metadata: { readonly mode?: string; readonly value: string } }[];
  };
}

export interface Service {
  readonly kind: 'Service';
  readonly metadata: Metadata;
  readonly spec: { readonly type?: string; readonly externalName?: string };
}

export interface Ingress {
  readonly kind: 'Ingress';
  readonly metadata: Metadata;
  readonly spec: { readonly rules: readonly { readonly host: string }[] };
}

/** A PostgreSQL by CloudNativePG. */
export interface DatabaseCluster {
  readonly apiVersion: string;
  readonly kind: 'Cluster';
  readonly metadata: Metadata;
  readonly spec: JsonObject & { readonly imageName: string; readonly postgresql: JsonObject };
}

export type Manifest =
  | Namespace
  | Deployment
  | DaemonSet
  | Job
  | CronJob
  | ConfigMap
  | Autoscaler
  | ScaledObject
  | Service
  | Ingress
  | DatabaseCluster;

/** An object of any kind. */
export interface AnyObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly spec?: object;
}

/** All objects that `kubectl apply -f <path>` takes: of a file, or of the files in a folder, without those in folders below. */
export const readManifests = (path: string): Manifest[] => documentsIn<Manifest>(path);

/** The same, where their kinds do not matter. */
export const readObjects = (path: string): AnyObject[] => documentsIn<AnyObject>(path);

/** The caller says what they are. */
function documentsIn<Shape>(path: string): Shape[] {
  const files = statSync(path).isFile()
    ? [path]
    : readdirSync(path)
        .filter((name) => name.endsWith('.yaml'))
        .sort()
        .map((name) => join(path, name));
  return files.flatMap((file) =>
    parseAllDocuments(readFileSync(file, 'utf8')).flatMap((document): Shape[] => {
      const object = document.toJS();
      return object === null ? [] : [object];
    }),
  );
}

/** The objects of one kind. */
export function ofKind<Kind extends Manifest['kind']>(manifests: readonly Manifest[], kind: Kind) {
  return manifests.filter((manifest): manifest is Extract<Manifest, { kind: Kind }> => manifest.kind === kind);
}
