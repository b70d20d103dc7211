// The limits of each provider, each figure with its source.
import type { NodeAutoscaler, ProviderLimit } from '../cluster/limit';

const LARGE = 'kubernetes.io, "Considerations for large clusters"';

/** The sizes up to which Kubernetes itself is tested: the limits of a cluster without a provider. */
export const UPSTREAM_LIMITS: readonly ProviderLimit[] = [
  { of: 'nodes', most: 5000, source: LARGE },
  { of: 'pods', most: 150_000, source: LARGE },
  { of: 'podsPerNode', most: 110, source: LARGE },
];

const AKS = 'AKS docs, best-practices-performance-scale-large';

export const AKS_LIMITS: readonly ProviderLimit[] = [
  { of: 'clusters', most: 5000, per: 'subscription', source: 'AKS docs, quotas-skus-regions' },
  { of: 'nodes', most: 5000, source: AKS },
  { of: 'nodesPerPool', most: 1000, source: 'AKS docs, upgrade-aks-node-pools-rolling: those of an upgrade included' },
  { of: 'pools', most: 100, source: 'Azure docs, container-service-limits (2024)' },
  { of: 'pods', most: 200_000, source: AKS },
  { of: 'podsPerNode', most: 250, source: 'AKS docs, concepts-network-ip-address-planning' },
];

const EKS = 'EKS best practices, scalability';
const ASKING = 'asking AWS first';

export const EKS_LIMITS: readonly ProviderLimit[] = [
  {
    of: 'clusters',
    most: 100,
    per: 'account and region',
    source: 'EKS user guide, service-quotas',
    raisedBy: 'a quota from AWS',
  },
  { of: 'nodes', most: 1000, source: EKS, raisedBy: ASKING },
  { of: 'nodesPerPool', most: 450, source: EKS },
  { of: 'pools', most: 30, source: 'secondary source only' },
  { of: 'pods', most: 50_000, source: EKS, raisedBy: ASKING },
  { of: 'targets', most: 1000, source: 'EKS best practices, known limits and service quotas: targets of a group' },
];

const GKE = 'Google Cloud docs, GKE quotas and limits (2023)';

export const GKE_LIMITS: readonly ProviderLimit[] = [
  {
    of: 'clusters',
    most: 100,
    per: 'project and region',
    source: 'Google Cloud docs, GKE quotas and limits: regional clusters',
  },
  { of: 'nodes', most: 5000, source: GKE, raisedBy: 'a quota from Google, up to 15000' },
  { of: 'nodesPerPoolAndZone', most: 1000, source: GKE },
  { of: 'pods', most: 200_000, source: GKE },
  { of: 'podsPerNode', most: 256, source: GKE },
  { of: 'targets', most: 10_000, source: `${GKE}: endpoints of a Service` },
];

/** The usual one, with its default: of EKS, of a data centre, and of a cluster about which nothing else is known. */
export const CLUSTER_AUTOSCALER: NodeAutoscaler = {
  name: 'the cluster autoscaler',
  patienceSeconds: 600,
  source: 'cluster-autoscaler FAQ, "Does CA respect GracefulTermination in scale-down?"',
  raisedBy: '--max-graceful-termination-sec',
};

export const AKS_AUTOSCALER: NodeAutoscaler = {
  ...CLUSTER_AUTOSCALER,
  source: 'AKS docs, cluster-autoscaler-overview (autoscaler profile)',
  raisedBy: 'max-graceful-termination-sec of the autoscaler profile',
};

/** Of pools that are declared. Autopilot, which has none, waits 10 minutes (extended-duration-pods). */
export const GKE_AUTOSCALER: NodeAutoscaler = {
  name: 'the cluster autoscaler',
  patienceSeconds: 3600,
  source: 'Google Cloud docs, "About GKE cluster autoscaling" (limitations)',
};

/** Karpenter itself waits as long as pods take; the built-in pools of Auto Mode do not. */
export const AUTO_MODE: NodeAutoscaler = {
  name: 'Auto Mode',
  patienceSeconds: 86_400,
  source: 'EKS user guide, create-node-pool: terminationGracePeriod 24h of a NodePool',
  raisedBy: 'terminationGracePeriod of the NodePool',
};
