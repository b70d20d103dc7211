// A provider profile: everything that differs between providers, and nothing else. One file of data each, in `providers/`.

import type { Balancer } from '../exposure/balancer';
import type { BackendShape, Exposed, Exposure, IngressShape, ProviderObject } from '../exposure/exposed';
import { type Entry, type GatewayApi, gatewayName } from '../exposure/gateway-api';
import type { GatewayController } from '../exposure/gateway-controller';
import type { IngressSource } from '../exposure/source';
import { isProblem, type Problem } from '../finding/problem';
import { dnsLabel, subdomain } from '../manifest/formats';
import type { NeutralKind } from '../manifest/kinds';
import type { NodeAutoscaler, ProviderLimit } from './limit';
import type { NodeNetwork } from './network';

/** How the zones of a region are named: the region's name, and what follows it. */
export interface ZoneNames {
  /** What may follow the region in the name of a zone. */
  readonly suffix: RegExp;
  /** What follows the region in the name of one of its zones. */
  readonly example: string;
}

/** An object that a cluster needs once, independent of what runs there. */
export interface ClusterObject extends ProviderObject {
  /** Name of the object. */
  readonly name: string;
}

/** The source of a volume. Each class also waits for its first consumer and allows growth. */
export interface VolumeSource {
  /** The CSI driver. */
  readonly provisioner: string;
  /** Parameters of the storage class. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Block storage. */
export interface StorageShape {
  /** A volume that lives in one zone. */
  readonly zonal: VolumeSource;
  /** A volume that survives the loss of a zone. @default none: the application replicates, or a file system is used */
  readonly zoneRedundant?: ZoneRedundantSource;
}

/** The source of a volume that is in several zones. */
export interface ZoneRedundantSource extends VolumeSource {
  /** Zones that may be lost at the same time while its data is reachable. */
  readonly zonesLost: number;
}

/** What a pod needs to act as an identity of the provider. */
export interface WorkloadIdentity {
  readonly podLabels: Readonly<Record<string, string>>;
  readonly serviceAccountAnnotations: Readonly<Record<string, string>>;
  /** Where the pod gets its tokens: network policies must allow that traffic. */
  readonly tokens: readonly Endpoint[];
}

/** A destination outside the cluster, by name and, where known, by addresses. */
export interface Endpoint {
  /** The service, for the policy's annotation. */
  readonly outside: string;
  /** CIDRs. Empty where only the name is known. */
  readonly cidrs: readonly string[];
  /** Its port. */
  readonly port: number;
}

/** A group, or the ServiceAccount that deploys for it, as RBAC names it. */
export type Subject =
  | { readonly kind: 'Group'; readonly apiGroup: 'rbac.authorization.k8s.io'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string };

/** Labels of nodes. The zone label is `topology.kubernetes.io/zone` everywhere. */
export interface NodeLabels {
  /** Label that holds the name of the node's pool. @default none common to all such clusters */
  readonly poolLabel?: string;
  /** Labels that name the pool of a node which another tool made. A pool that declares one has it instead. @default none */
  readonly otherPoolLabels?: readonly string[];
}

/** A field of a neutral kind in which a provider may still differ. */
export interface AllowedDifference {
  /** Kind of the object. */
  readonly kind: NeutralKind;
  /** JSON pointer (RFC 6901) of the one field; `*` is any item of a list. */
  readonly pointer: string;
  /** The documentation of why the provider needs it. */
  readonly source: string;
}

/** Storage classes belong to a provider: a profile without one takes the default of the cluster. */
export const STORAGE_CLASS_DIFFERENCE: AllowedDifference = {
  kind: 'StatefulSet',
  pointer: '/spec/volumeClaimTemplates/*/spec/storageClassName',
  source: 'kubernetes.io, "Storage Classes", provisioner and parameters',
};

/** The standard names no controller that would hold the time-outs of routes. */
export const ROUTE_TIMEOUT_DIFFERENCE: AllowedDifference = {
  kind: 'HTTPRoute',
  pointer: '/spec/rules/*/timeouts/request',
  source: 'gateway-api, HTTPRouteTimeouts (support: extended)',
};

/** The control plane of a cluster: the provider's own, or nodes of yours. */
export type ControlPlane = ManagedControlPlane | ControlPlaneNodes;

/** A control plane that the provider runs. */
export interface ManagedControlPlane {
  /** Zones that may be lost at the same time while it answers, as the provider documents it. */
  readonly zonesLost: number;
  /** The documentation. */
  readonly source: string;
}

/** Nodes of a control plane, each with a member of etcd. */
export interface ControlPlaneNodes {
  /**
   * How many: by zone `{ 'zone-a': 1, 'zone-b': 1, 'zone-c': 1 }`, of which one may be a zone without other nodes; a number where the
   * cluster declares no zones.
   */
  readonly nodes: number | Readonly<Record<string, number>>;
}

/** A provider profile. */
export interface Provider {
  /** Name of the object. */
  readonly name: string;
  /** @default the names of its zones are unknown */
  readonly zoneNames?: ZoneNames;
  /** What the load balancer in front of it does with requests. */
  readonly balancer: Balancer;
  /** Renders an HTTP exposure; a problem where its components cannot share an Ingress. */
  readonly ingress: (exposed: Exposed) => IngressShape | Problem;
  /** What serves Gateways, as the cluster says of them; a problem where nothing is known to. */
  readonly gateway: (api: GatewayApi) => GatewayController | Problem;
  /** Renders what a component behind an Ingress needs, the one that it is called after or another. @default nothing */
  readonly backend?: (exposure: Exposure, isFirst: boolean) => BackendShape;
  /** Objects that the cluster needs once before anything can be exposed. @default none */
  readonly clusterObjects?: readonly ClusterObject[];
  /**
   * external-dns' key, after its prefix, for the weight of a record in the provider's DNS.
   * @default none: its DNS has no weights that external-dns could write
   */
  readonly dnsWeightKey?: string;
  /** Labels that a namespace needs for lossless load balancing. */
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Whether images may be on the nodes already, so that an environment needs no registry. */
  readonly loadsImages: boolean;
  /** Registries that the nodes' own identity may pull from, by host and path. @default none: any registry is accepted */
  readonly registries?: readonly RegExp[];
  /** The parts of such a registry's path, for messages. @default not shown */
  readonly registryForm?: string;
  /** @default the cluster's own default class */
  readonly storage?: StorageShape;
  /** What a pod needs to act as `identity`, in the provider's form. */
  readonly workloadIdentity: (identity: string) => WorkloadIdentity | Problem;
  /** The object stores that such an identity can be given rights to. @default none */
  readonly identityStore?: 's3' | 'azure' | 'gcs';
  /** The subject of a group, by its id in the provider's directory. */
  readonly subject: (id: string) => Subject | Problem;
  /** Where ingress traffic comes from, for the network policies; a problem where it is unknown. */
  readonly ingressSource: (targets: Exposure['targets']) => IngressSource | Problem;
  /** Whether each of its clusters serves CPU and memory of pods, `metrics.k8s.io`, without any installation. */
  readonly metricsApi: boolean;
  /** Ports of the API server behind the Service `kubernetes`. @default 443 and 6443 */
  readonly apiServerPorts?: readonly number[];
  /** Address of the Service kube-dns. @default it differs between clusters */
  readonly dnsAddresses?: readonly string[];
  /** Who copies its etcd: the provider; a backup of ours, where kubeadm made it; or the distribution as it is configured. @default unknown */
  readonly etcd?: 'provider' | 'kubeadm' | 'distribution';
  /** Where its control plane runs. @default unknown */
  readonly controlPlane?: ControlPlane;
  /** Labels of its nodes. */
  readonly nodes: NodeLabels;
  /** What removes nodes where pools may shrink. @default nothing does */
  readonly nodeAutoscaler?: NodeAutoscaler;
  /** How nodes and pods get addresses. */
  readonly network: NodeNetwork | Problem;
  /** The provider's limits. */
  readonly limits: readonly ProviderLimit[];
  /** Every field of a neutral kind in which it may differ. `evenkeel compare providers` refuses any other. */
  readonly allowedDifferences: readonly AllowedDifference[];
}

/** A cluster, as far as what serves its hosts follows from it. */
export interface Serving {
  readonly provider: Pick<Provider, 'gateway' | 'ingressSource'>;
  readonly gatewayApi?: GatewayApi;
}

/** What serves the Gateways of a cluster; `undefined` where Ingresses serve all of its hosts. */
export function gatewayOf({ provider, gatewayApi }: Serving): GatewayController | undefined {
  const served = gatewayApi === undefined ? undefined : provider.gateway(gatewayApi);
  return served === undefined || isProblem(served) ? undefined : served;
}

/** Where an entry sends to pods from; a problem where that is unknown. */
export function sourceOfEntry(cluster: Serving, entry: Entry, targets: Exposure['targets']): IngressSource | Problem {
  const { provider, gatewayApi } = cluster;
  const controller = entry === 'gateway' ? gatewayOf(cluster) : undefined;
  if (controller === undefined || gatewayApi === undefined) return provider.ingressSource(targets);
  return controller.source(gatewayName(gatewayApi), targets);
}

/** A group as a subject, unless it is one of Kubernetes' own: `system:masters` bypasses RBAC. */
export function groupSubject(name: string, expected: string): Subject | Problem {
  if (name.startsWith('system:')) return { message: `${name} is one of Kubernetes' own groups`, expected };
  if (name.trim() === '') return { message: 'the name of the group is empty', expected };
  if (name !== name.trim() || isLikeSystem(name)) {
    return { message: `RBAC compares groups exactly: no one is in ${JSON.stringify(name)}`, expected };
  }
  return { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name };
}

/** Whether a name looks like one of Kubernetes' own, but is another one to RBAC: `System:masters`, `system :masters`. */
export function isLikeSystem(name: string): boolean {
  return !name.startsWith('system:') && /^system:/i.test(name.normalize('NFKC').replace(/[\s\p{Cf}]+/gu, ''));
}

/** A ServiceAccount as a subject, unless its names are invalid. */
export function serviceAccountSubject(namespace: string, name: string): Subject | Problem {
  if (dnsLabel.fits(namespace) && subdomain.fits(name)) {
    return { kind: 'ServiceAccount', name, namespace };
  }
  return {
    message: `${namespace}/${name} is not a valid ServiceAccount`,
    expected: "{ namespace: 'argocd', serviceAccount: 'argocd-application-controller' }",
  };
}

/** The problem of a provider without identities for pods. */
export function noWorkloadIdentity(): Problem {
  return {
    message: 'this provider has no identities for pods',
    expected: 'credentials by a Secret reference, or another provider',
  };
}
