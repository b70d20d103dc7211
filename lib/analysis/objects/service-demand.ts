// Load balancers and node ports that the Services of one namespace take, as a quota counts them.

import type { JsonObject } from '../../model/manifest/json';
import { isBuiltInGroup } from '../../model/manifest/kind-lookup';
import { groupOf } from '../../model/manifest/object';
import { isDatabaseCluster } from './database-clusters';
import { dig, list, places, shown } from './read-json';

/** What Services take. Keys are those of a quota's `spec.hard`. */
export interface ServiceDemand {
  readonly 'services.loadbalancers': number;
  readonly 'services.nodeports': number;
}

/** The keys. */
export const SERVICE_KEYS = ['services.loadbalancers', 'services.nodeports'] as const;

/**
 * The demand of all Services. A Service is replaced in place, so a rollout needs no more.
 *
 * Source: k8s.io/kubernetes pkg/quota/v1/evaluator/core, `serviceEvaluator`.
 */
export function serviceDemand(manifests: readonly JsonObject[]): ServiceDemand {
  const services = manifests.filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Service');
  const balancers = services.filter((service) => dig(service, 'spec')?.type === 'LoadBalancer');
  return {
    'services.loadbalancers': balancers.length,
    'services.nodeports': services.reduce((sum, service) => sum + nodePorts(service), 0),
  };
}

function nodePorts(service: JsonObject): number {
  const spec = dig(service, 'spec');
  const ports = list(spec?.ports).length;
  if (spec?.type === 'NodePort') return ports;
  if (spec?.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false
    ? places(spec, 'ports', '').filter(({ value }) => value.nodePort !== undefined && value.nodePort !== 0).length
    : ports;
}

/** Annotations of an Ingress for which cert-manager runs a Service of its own while it proves that the host is ours. */
const CERTIFICATE = /^(?:cert-manager\.io|acme\.cert-manager\.io)\//;

/** Groups of custom kinds whose controllers make no Services with an address outside the cluster. */
const WITHOUT_SERVICES: ReadonlySet<string> = new Set([
  'alb.networking.azure.io',
  'argoproj.io',
  'bitnami.com',
  'cloud.google.com',
  'eks.amazonaws.com',
  'elbv2.k8s.aws',
  'external-secrets.io',
  'externaldns.k8s.io',
  'gateway.k8s.aws',
  'keda.sh',
  'monitoring.coreos.com',
  'networking.gke.io',
  'secrets-store.csi.x-k8s.io',
  'velero.io',
]);

/**
 * Objects whose controllers may make Services that no manifest shows: a Gateway gets a load balancer, a certificate a node port while
 * it is proved, a database those that it asks for, and what other custom kinds do is unknown.
 */
export function serviceMakers(manifests: readonly JsonObject[]): readonly string[] {
  return manifests.filter(makesServices).map(({ kind, metadata }) => `${shown(kind)} ${shown(dig(metadata)?.name)}`);
}

function makesServices(manifest: JsonObject): boolean {
  const { apiVersion, kind, metadata } = manifest;
  const group = groupOf(apiVersion);
  if (kind === 'Ingress') return Object.keys(dig(metadata, 'annotations') ?? {}).some((key) => CERTIFICATE.test(key));
  if (group === 'gateway.networking.k8s.io') return kind === 'Gateway';
  if (isDatabaseCluster(manifest)) return dig(manifest, 'spec', 'managed')?.services !== undefined;
  return !isBuiltInGroup(group) && !WITHOUT_SERVICES.has(group);
}
