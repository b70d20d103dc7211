// Kinds: which of them have no namespace, which file each belongs to, and in what order they are applied.

/**
 * Kinds without a namespace, as `group/kind`: the built-in ones, and those of providers whose definitions no app holds.
 * CustomResourceDefinitions in the app add their own. Origin: `kubectl api-resources --namespaced=false` of 1.27 to 1.37;
 * EKS user guide, auto-configure-alb.
 */
const CLUSTER_SCOPED: ReadonlySet<string> = new Set([
  '/ComponentStatus',
  '/Namespace',
  '/Node',
  '/PersistentVolume',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  'apiextensions.k8s.io/CustomResourceDefinition',
  'apiregistration.k8s.io/APIService',
  'authentication.k8s.io/SelfSubjectReview',
  'authentication.k8s.io/TokenReview',
  'authorization.k8s.io/SelfSubjectAccessReview',
  'authorization.k8s.io/SelfSubjectRulesReview',
  'authorization.k8s.io/SubjectAccessReview',
  'certificates.k8s.io/CertificateSigningRequest',
  'certificates.k8s.io/ClusterTrustBundle',
  'eks.amazonaws.com/IngressClassParams',
  'flowcontrol.apiserver.k8s.io/FlowSchema',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
  'gateway.networking.k8s.io/GatewayClass',
  'internal.apiserver.k8s.io/StorageVersion',
  'networking.k8s.io/IPAddress',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/ServiceCIDR',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRole',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/DeviceTaintRule',
  'resource.k8s.io/ResourceSlice',
  'scheduling.k8s.io/PriorityClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
  'storagemigration.k8s.io/StorageVersionMigration',
]);

/** Namespaced kinds that the platform team owns, so that a system's deployer needs no right to them. */
const PLATFORM_OWNED: ReadonlySet<string> = new Set([
  '/LimitRange',
  '/ResourceQuota',
  'rbac.authorization.k8s.io/Role',
  'rbac.authorization.k8s.io/RoleBinding',
]);

/** Kinds in the order of application: what others refer to comes first, and Services before the pods that await their gates. */
const ORDER: readonly string[] = [
  'Namespace',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'IngressClass',
  'GatewayClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'ResourceQuota',
  'LimitRange',
  'Role',
  'RoleBinding',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'TriggerAuthentication',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Service',
  'Gateway',
  'Ingress',
  'HTTPRoute',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'StatefulSet',
  'Job',
  'CronJob',
  'ScaledObject',
  'HorizontalPodAutoscaler',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
];

const RANKS: ReadonlyMap<string, number> = new Map(ORDER.map((kind, rank) => [kind, rank]));

/** Where custom resources and kinds that we do not know stand: after the workloads, before autoscalers and webhooks. */
const UNKNOWN_RANK = ORDER.indexOf('HorizontalPodAutoscaler') - 0.5;

/** Place of a kind in the order of application. */
export function kindRank(kind: string): number {
  return RANKS.get(kind) ?? UNKNOWN_RANK;
}

/** Whether objects of the kind have no namespace. `custom` holds the app's own cluster-scoped kinds as `group/kind`. */
export function isClusterScoped(group: string, kind: string, custom: ReadonlySet<string>): boolean {
  const key = `${group}/${kind}`;
  return CLUSTER_SCOPED.has(key) || custom.has(key);
}

/** Whether the platform team owns objects of the kind. */
export function isPlatformOwned(group: string, kind: string): boolean {
  return PLATFORM_OWNED.has(`${group}/${kind}`);
}
