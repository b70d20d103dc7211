// The kinds that we write, as bare ApiObjects with the types of cdk8s-plus-27's L1 classes: typed like them, without what
// the classes drop at run time (fields newer than 1.27) and without loading them. See docs/decisions.md.

import { ApiObject, type ApiObjectProps, Lazy } from 'cdk8s';
import type { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import type { CertificateSpec } from '../../../imports/cert-manager.io';
import type { ExternalSecretSpec } from '../../../imports/external-secrets.io';
import type {
  BackendTlsPolicySpec,
  GatewayClassSpec,
  GatewaySpec as GatewayProps,
  GrpcRouteSpec as GrpcRouteProps,
  HttpRouteSpec as HttpRouteProps,
  ReferenceGrantSpec,
} from '../../../imports/gateway.networking.k8s.io';
import type { ScaledObjectSpec, TriggerAuthenticationSpec } from '../../../imports/keda.sh';
import type { PodMonitorSpec, ServiceMonitorSpec } from '../../../imports/monitoring.coreos.com';
import type { JsonObject } from '../../model/manifest/json';
import { apiVersionOf } from '../../model/manifest/kind-lookup';
import { compareKeys } from '../../model/manifest/text';

/** L1's `Quantity` and `IntOrString`: wrappers of one value. */
type Wrapper<T> = T extends { readonly value: string | number } ? (keyof T extends 'value' ? T : never) : never;

/** Fields of a pod, a Service or a BackendTLSPolicy that jsii spells differently from the API. */
interface JsonNames {
  readonly clientIp: 'clientIP';
  readonly clusterIp: 'clusterIP';
  readonly downwardApi: 'downwardAPI';
  readonly hostIp: 'hostIP';
  readonly hostIpc: 'hostIPC';
  readonly hostPid: 'hostPID';
  readonly loadBalancerIp: 'loadBalancerIP';
  readonly setHostnameAsFqdn: 'setHostnameAsFQDN';
  readonly wellKnownCaCertificates: 'wellKnownCACertificates';
}

/** An L1 type as the JSON that it stands for: wrappers are strings or numbers, dates and enums are strings. */
export type Plain<T> =
  T extends Wrapper<T>
    ? string | number
    : T extends string
      ? `${T}`
      : T extends Date
        ? string
        : T extends readonly (infer Item)[]
          ? readonly Plain<Item>[]
          : T extends object
            ? { readonly [Key in keyof T as Key extends keyof JsonNames ? JsonNames[Key] : Key]: Plain<T[Key]> }
            : T;

/** Replaces properties of `T` by newer forms of them. */
type Newer<T, Fields> = Omit<T, keyof Fields> & Fields;

/** A container with what Kubernetes has added since 1.27: `preStop.sleep` (beta 1.30, GA 1.34). */
export type Container = Newer<
  Plain<k8s.Container>,
  {
    readonly lifecycle?: {
      readonly preStop?: Plain<k8s.LifecycleHandler> & { readonly sleep?: { readonly seconds: number } };
    };
  }
>;
export type PodSpec = Newer<
  Plain<k8s.PodSpec>,
  {
    readonly containers: readonly Container[];
    /** From 1.29 on with `restartPolicy: Always`: a sidecar. */
    readonly initContainers?: readonly (Container & { readonly restartPolicy?: string })[];
  }
>;
export type PodTemplate = Newer<Plain<k8s.PodTemplateSpec>, { readonly spec: PodSpec }>;
export type DeploymentSpec = Newer<Plain<k8s.DeploymentSpec>, { readonly template: PodTemplate }>;
/** A claim template as the API server stores it: with the kind of what it makes. */
export type ClaimTemplate = {
  readonly apiVersion: 'v1';
  readonly kind: 'PersistentVolumeClaim';
  readonly metadata: { readonly name: string };
  readonly spec: Plain<k8s.PersistentVolumeClaimSpec>;
};
export type StatefulSetSpec = Newer<
  Plain<k8s.StatefulSetSpec>,
  { readonly template: PodTemplate; readonly volumeClaimTemplates?: readonly ClaimTemplate[] }
>;
export type DaemonSetSpec = Newer<Plain<k8s.DaemonSetSpec>, { readonly template: PodTemplate }>;
export type JobSpec = Newer<Plain<k8s.JobSpec>, { readonly template: PodTemplate }>;
export type CronJobSpec = Newer<
  Plain<k8s.CronJobSpec>,
  { readonly jobTemplate: Newer<Plain<k8s.JobTemplateSpec>, { readonly spec: JobSpec }> }
>;
export type Probe = Plain<k8s.Probe>;
export type IngressSpec = Plain<k8s.IngressSpec>;
export type GatewaySpec = Plain<GatewayProps>;
export type HttpRouteSpec = Plain<HttpRouteProps>;
export type GrpcRouteSpec = Plain<GrpcRouteProps>;
export type ServiceSpec = Plain<k8s.ServiceSpec>;
export type NetworkPolicySpec = Plain<k8s.NetworkPolicySpec>;
/** A rule of a role as the API spells it. */
export type PolicyRule = Omit<Plain<k8s.PolicyRule>, 'nonResourceUrLs'> & {
  readonly nonResourceURLs?: readonly string[];
};
export type AutoscalerSpec = Plain<k8s.HorizontalPodAutoscalerSpecV2>;

/**
 * What we write of a `Cluster` of CloudNativePG. Its generated types would be very large; a test holds what we write against its definition.
 * Source: github.com/cloudnative-pg/cloudnative-pg v1.28, api/v1/cluster_types.go.
 */
export interface DatabaseClusterSpec {
  readonly instances: number;
  readonly imageName: string;
  readonly imagePullPolicy: string;
  readonly imagePullSecrets?: readonly { readonly name: string }[];
  readonly postgresql: {
    readonly parameters: Readonly<Record<string, string>>;
    readonly synchronous?: {
      readonly method: 'any';
      readonly number: number;
      readonly dataDurability: 'required';
      readonly failoverQuorum: boolean;
    };
  };
  readonly bootstrap: {
    readonly initdb: {
      readonly database: string;
      readonly owner: string;
      readonly secret?: { readonly name: string };
    };
  };
  readonly storage: { readonly size: string; readonly storageClass?: string };
  readonly resources: NonNullable<Container['resources']>;
  readonly affinity: Pick<PodSpec, 'nodeSelector' | 'tolerations'> & {
    readonly enablePodAntiAffinity: boolean;
    readonly podAntiAffinityType: 'preferred';
    readonly topologyKey: string;
  };
  readonly topologySpreadConstraints?: PodSpec['topologySpreadConstraints'];
  readonly priorityClassName?: string;
  readonly enablePDB: boolean;
}

/** A value, or how to make it once the chart is complete. */
export type Late<T> = T | (() => T);

interface Bodies {
  readonly Namespace: object;
  readonly PriorityClass: Omit<Plain<k8s.KubePriorityClassProps>, 'metadata'>;
  readonly StorageClass: Omit<Plain<k8s.KubeStorageClassProps>, 'metadata'>;
  readonly PersistentVolumeClaim: { readonly spec: Plain<k8s.PersistentVolumeClaimSpec> };
  readonly ResourceQuota: { readonly spec: Late<Plain<k8s.ResourceQuotaSpec>> };
  readonly LimitRange: { readonly spec: Plain<k8s.LimitRangeSpec> };
  readonly ServiceAccount: { readonly automountServiceAccountToken: boolean };
  readonly Service: { readonly spec: Late<ServiceSpec> };
  readonly Ingress: { readonly spec: Late<IngressSpec> };
  readonly GatewayClass: { readonly spec: Plain<GatewayClassSpec> };
  readonly Gateway: { readonly spec: Late<GatewaySpec> };
  readonly HTTPRoute: { readonly spec: Late<HttpRouteSpec> };
  readonly GRPCRoute: { readonly spec: Late<GrpcRouteSpec> };
  readonly ReferenceGrant: { readonly spec: Late<Plain<ReferenceGrantSpec>> };
  readonly BackendTLSPolicy: { readonly spec: Late<Plain<BackendTlsPolicySpec>> };
  readonly NetworkPolicy: { readonly spec: Late<NetworkPolicySpec> };
  readonly Deployment: { readonly spec: Late<DeploymentSpec> };
  readonly StatefulSet: { readonly spec: Late<StatefulSetSpec> };
  readonly DaemonSet: { readonly spec: Late<DaemonSetSpec> };
  readonly Job: { readonly spec: Late<JobSpec> };
  readonly CronJob: { readonly spec: Late<CronJobSpec> };
  readonly PodDisruptionBudget: { readonly spec: Late<Plain<k8s.PodDisruptionBudgetSpec>> };
  readonly HorizontalPodAutoscaler: { readonly spec: Late<AutoscalerSpec> };
  readonly ScaledObject: { readonly spec: Late<Plain<ScaledObjectSpec>> };
  readonly ServiceMonitor: { readonly spec: Plain<ServiceMonitorSpec> };
  readonly PodMonitor: { readonly spec: Plain<PodMonitorSpec> };
  /** Groups as Prometheus itself takes them: prometheus-operator, API reference. */
  readonly PrometheusRule: { readonly spec: { readonly groups: readonly JsonObject[] } };
  readonly ExternalSecret: { readonly spec: Plain<ExternalSecretSpec> };
  readonly Certificate: { readonly spec: Late<Plain<CertificateSpec>> };
  readonly TriggerAuthentication: { readonly spec: Plain<TriggerAuthenticationSpec> };
  /** Of CloudNativePG. */
  readonly Cluster: { readonly spec: Late<DatabaseClusterSpec> };
  readonly Role: { readonly rules: Late<readonly PolicyRule[]> };
  readonly ClusterRole: Bodies['Role'];
  readonly RoleBinding: { readonly roleRef: Plain<k8s.RoleRef>; readonly subjects: readonly Plain<k8s.Subject>[] };
  readonly ClusterRoleBinding: Bodies['RoleBinding'];
}

/** Name, labels and annotations of an object; the namespace is the chart's. */
export interface Metadata {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Annotations that are known once the chart is complete, such as how a number was derived. */
  readonly notes?: () => Readonly<Record<string, string>>;
}

/** An object whose last annotations are made when it is rendered. */
class Noted extends ApiObject {
  private readonly notes: () => Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ApiObjectProps, notes: () => Readonly<Record<string, string>>) {
    super(scope, id, props);
    this.notes = notes;
  }

  override toJson(): unknown {
    const json = super.toJson();
    const notes = this.notes();
    if (Object.keys(notes).length === 0) return json;
    const { annotations, labels, ...metadata } = json.metadata;
    const sorted = Object.entries({ ...notes, ...annotations }).sort(compareKeys);
    return { ...json, metadata: { annotations: Object.fromEntries(sorted), labels, ...metadata } };
  }
}

/** Creates an object of `kind` below `scope`. */
export function createObject<Kind extends keyof Bodies>(
  scope: Construct,
  id: string,
  kind: Kind,
  { notes, ...metadata }: Metadata,
  body: Bodies[Kind],
): ApiObject {
  const fields = Object.entries(body).map(([field, value]) => [field, late(value)]);
  const props = { apiVersion: apiVersionOf(kind), kind, metadata, ...Object.fromEntries(fields) };
  return notes === undefined ? new ApiObject(scope, id, props) : new Noted(scope, id, props, notes);
}

function late(value: unknown): unknown {
  return typeof value === 'function' ? Lazy.any({ produce: () => value() }) : value;
}
