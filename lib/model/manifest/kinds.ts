// The table of kinds, one row per kind: names in the API, scope, place in the order of application, peculiarities.

import { dns1035Label, dnsLabel, type Format, pathSegment, subdomain } from './formats';
import { groupOf } from './object';

/** A kind with its group, which is empty for the core group: `/Service`, `apps/Deployment`. */
export type Kind = `${string}/${string}`;

/** The naming rule of a kind's objects. */
export interface Naming {
  readonly format: Format;
  /** Longest name, in characters, if it must be shorter than the format allows. */
  readonly longest?: number;
  /** Why it must be shorter. */
  readonly because?: string;
}

/** Columns that are empty for most kinds. */
interface Peculiarities {
  /**
   * Place in the order of application, from 0: referenced objects first, Services before pods whose readiness gates need them.
   * @default after the workloads, before autoscalers and webhooks
   */
  readonly order?: number;
  /** `platform` if the platform team owns it although it is namespaced, so deployers need no access. @default the deployer */
  readonly owner?: 'platform';
  /** The capability that gives a cluster its API group. @default none: built in, or not declared as a capability */
  readonly capability?:
    | 'cert-manager'
    | 'cloudnative-pg'
    | 'external-dns'
    | 'external-secrets'
    | 'gateway-api'
    | 'keda'
    | 'prometheus-operator'
    | 'velero';
  /** @default a DNS subdomain */
  readonly naming?: Naming;
  /** Top-level fields of its objects besides apiVersion, kind and metadata. @default spec and status */
  readonly fields?: readonly string[];
  /** Keys that lead to its pod template; empty if the object itself is one. @default it has none that we inspect */
  readonly podTemplate?: readonly string[];
  /** Whether its authors choose what a pod runs, although we do not inspect its pod template. */
  readonly createsPods?: true;
  /** Whether `spec.replicas` is its number of pods. */
  readonly replicated?: true;
  /** Whether its objects are the same on every provider, except for what a profile's closed list names. */
  readonly neutral?: true;
}

/** A row of the table. */
export interface KindRow extends Peculiarities {
  /** API group; the empty string is the core group. */
  readonly group: string;
  /** With the version that we write; for kinds that we do not write, the most stable one. */
  readonly apiVersion: string;
  readonly kind: string;
  /** Its name in RBAC. Manifests do not contain it, and a wrong one grants nothing. */
  readonly plural: string;
  readonly scope: 'cluster' | 'namespace';
}

/** Makes the rows of one scope; the compiler keeps the names and peculiarities of each. */
function rowsOf(scope: KindRow['scope']) {
  function row<const Name extends string, const More extends Peculiarities = object>(
    apiVersion: string,
    kind: Name,
    plural: string,
    more?: More,
  ): KindRow & { readonly kind: Name } & More;
  function row(apiVersion: string, kind: string, plural: string, more?: Peculiarities): KindRow {
    return { group: groupOf(apiVersion), apiVersion, kind, plural, scope, ...more };
  }
  return row;
}

const cluster = rowsOf('cluster');
const namespaced = rowsOf('namespace');

const TEMPLATE = ['spec', 'template'] as const;
const PATH_SEGMENT: Naming = { format: pathSegment };
/** Events are written by controllers, in two versions of one kind. */
const EVENT = [
  'action',
  'count',
  'deprecatedCount',
  'deprecatedFirstTimestamp',
  'deprecatedLastTimestamp',
  'deprecatedSource',
  'eventTime',
  'firstTimestamp',
  'involvedObject',
  'lastTimestamp',
  'message',
  'note',
  'reason',
  'regarding',
  'related',
  'reportingComponent',
  'reportingController',
  'reportingInstance',
  'series',
  'source',
  'type',
];
const ADMISSION = 'admissionregistration.k8s.io';
const RBAC = 'rbac.authorization.k8s.io/v1';

/**
 * Sources: `kubectl api-resources` of 1.27 to 1.37 for built-in kinds, the types of k8s.io/api for their top-level fields; the projects' CustomResourceDefinitions for the others;
 * EKS user guide, auto-configure-alb, for IngressClassParams. Naming rules: tested against a real 1.36 API server, kind by kind.
 */
const ROWS = [
  cluster('v1', 'ComponentStatus', 'componentstatuses', { fields: ['conditions'] }),
  cluster('v1', 'Namespace', 'namespaces', { order: 0, naming: { format: dnsLabel } }),
  cluster('v1', 'Node', 'nodes'),
  cluster('v1', 'PersistentVolume', 'persistentvolumes', { order: 160 }),
  namespaced('v1', 'Binding', 'bindings', { fields: ['target'] }),
  namespaced('v1', 'ConfigMap', 'configmaps', {
    fields: ['binaryData', 'data', 'immutable'],
    order: 140,
    neutral: true,
  }),
  namespaced('v1', 'Endpoints', 'endpoints', { fields: ['subsets'] }),
  namespaced('v1', 'Event', 'events', { fields: EVENT }),
  namespaced('v1', 'LimitRange', 'limitranges', { order: 90, owner: 'platform' }),
  namespaced('v1', 'PersistentVolumeClaim', 'persistentvolumeclaims', { order: 170 }),
  namespaced('v1', 'Pod', 'pods', { order: 250, podTemplate: [] }),
  namespaced('v1', 'PodTemplate', 'podtemplates', { fields: ['template'] }),
  namespaced('v1', 'ReplicationController', 'replicationcontrollers', {
    order: 260,
    podTemplate: TEMPLATE,
    replicated: true,
  }),
  namespaced('v1', 'ResourceQuota', 'resourcequotas', { order: 80, owner: 'platform' }),
  namespaced('v1', 'Secret', 'secrets', { fields: ['data', 'immutable', 'stringData', 'type'], order: 130 }),
  // From 1.34 on a name may start with a digit; it must work on the oldest cluster.
  namespaced('v1', 'Service', 'services', { order: 180, naming: { format: dns1035Label }, neutral: true }),
  namespaced('v1', 'ServiceAccount', 'serviceaccounts', {
    fields: ['automountServiceAccountToken', 'imagePullSecrets', 'secrets'],
    order: 120,
    neutral: true,
  }),

  cluster(`${ADMISSION}/v1beta1`, 'MutatingAdmissionPolicy', 'mutatingadmissionpolicies'),
  cluster(`${ADMISSION}/v1beta1`, 'MutatingAdmissionPolicyBinding', 'mutatingadmissionpolicybindings'),
  cluster(`${ADMISSION}/v1`, 'MutatingWebhookConfiguration', 'mutatingwebhookconfigurations', {
    fields: ['webhooks'],
    order: 340,
  }),
  cluster(`${ADMISSION}/v1`, 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  cluster(`${ADMISSION}/v1`, 'ValidatingAdmissionPolicyBinding', 'validatingadmissionpolicybindings'),
  cluster(`${ADMISSION}/v1`, 'ValidatingWebhookConfiguration', 'validatingwebhookconfigurations', {
    fields: ['webhooks'],
    order: 350,
  }),
  cluster('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'customresourcedefinitions', { order: 10 }),
  cluster('apiregistration.k8s.io/v1', 'APIService', 'apiservices'),
  namespaced('apps/v1', 'ControllerRevision', 'controllerrevisions', { fields: ['data', 'revision'] }),
  namespaced('apps/v1', 'Deployment', 'deployments', {
    order: 280,
    podTemplate: TEMPLATE,
    replicated: true,
    neutral: true,
  }),
  namespaced('apps/v1', 'StatefulSet', 'statefulsets', {
    order: 290,
    naming: {
      format: dnsLabel,
      longest: 52,
      // ValidateStatefulSetName accepts 63, but every pod has the label controller-revision-hash: <name>-<up to 10 digits>.
      because:
        'its pods carry it in a label with up to 11 more characters: a longer name is accepted, but gets no pods',
    },
    podTemplate: TEMPLATE,
    replicated: true,
    neutral: true,
  }),
  namespaced('apps/v1', 'DaemonSet', 'daemonsets', { order: 240, podTemplate: TEMPLATE }),
  namespaced('apps/v1', 'ReplicaSet', 'replicasets', { order: 270, podTemplate: TEMPLATE, replicated: true }),
  cluster('authentication.k8s.io/v1', 'SelfSubjectReview', 'selfsubjectreviews'),
  cluster('authentication.k8s.io/v1', 'TokenReview', 'tokenreviews'),
  namespaced('authorization.k8s.io/v1', 'LocalSubjectAccessReview', 'localsubjectaccessreviews'),
  cluster('authorization.k8s.io/v1', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews'),
  cluster('authorization.k8s.io/v1', 'SelfSubjectRulesReview', 'selfsubjectrulesreviews'),
  cluster('authorization.k8s.io/v1', 'SubjectAccessReview', 'subjectaccessreviews'),
  namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', 'horizontalpodautoscalers', { order: 330, neutral: true }),
  namespaced('batch/v1', 'Job', 'jobs', {
    order: 300,
    naming: { format: subdomain, longest: 63, because: 'its pods carry it as a label value' },
    podTemplate: TEMPLATE,
  }),
  namespaced('batch/v1', 'CronJob', 'cronjobs', {
    order: 310,
    naming: { format: subdomain, longest: 52, because: 'each Job adds 11 characters to it' },
    podTemplate: ['spec', 'jobTemplate', 'spec', 'template'],
  }),
  cluster('certificates.k8s.io/v1', 'CertificateSigningRequest', 'certificatesigningrequests', {
    naming: PATH_SEGMENT,
  }),
  cluster('certificates.k8s.io/v1beta1', 'ClusterTrustBundle', 'clustertrustbundles', { naming: PATH_SEGMENT }),
  namespaced('certificates.k8s.io/v1', 'PodCertificateRequest', 'podcertificaterequests'),
  namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  namespaced('coordination.k8s.io/v1beta1', 'LeaseCandidate', 'leasecandidates'),
  namespaced('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices', {
    fields: ['addressType', 'endpoints', 'ports'],
  }),
  namespaced('events.k8s.io/v1', 'Event', 'events', { fields: EVENT }),
  cluster('flowcontrol.apiserver.k8s.io/v1', 'FlowSchema', 'flowschemas'),
  cluster('flowcontrol.apiserver.k8s.io/v1', 'PriorityLevelConfiguration', 'prioritylevelconfigurations'),
  cluster('internal.apiserver.k8s.io/v1alpha1', 'StorageVersion', 'storageversions'),
  namespaced('lifecycle.k8s.io/v1alpha1', 'Eviction', 'evictions'),
  namespaced('lifecycle.k8s.io/v1alpha1', 'EvictionRequest', 'evictionrequests'),
  cluster('networking.k8s.io/v1alpha1', 'ClusterCIDR', 'clustercidrs'),
  cluster('networking.k8s.io/v1', 'IPAddress', 'ipaddresses', { naming: PATH_SEGMENT }),
  cluster('networking.k8s.io/v1', 'IngressClass', 'ingressclasses', { order: 40 }),
  cluster('networking.k8s.io/v1', 'ServiceCIDR', 'servicecidrs'),
  namespaced('networking.k8s.io/v1', 'Ingress', 'ingresses', { order: 200 }),
  namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies', { order: 220 }),
  cluster('node.k8s.io/v1', 'RuntimeClass', 'runtimeclasses', { fields: ['handler', 'overhead', 'scheduling'] }),
  namespaced('policy/v1', 'PodDisruptionBudget', 'poddisruptionbudgets', {
    order: 230,
    naming: PATH_SEGMENT,
    neutral: true,
  }),
  cluster(RBAC, 'ClusterRole', 'clusterroles', {
    fields: ['aggregationRule', 'rules'],
    order: 60,
    naming: PATH_SEGMENT,
  }),
  cluster(RBAC, 'ClusterRoleBinding', 'clusterrolebindings', {
    fields: ['roleRef', 'subjects'],
    order: 70,
    naming: PATH_SEGMENT,
  }),
  namespaced(RBAC, 'Role', 'roles', { fields: ['rules'], order: 100, owner: 'platform', naming: PATH_SEGMENT }),
  namespaced(RBAC, 'RoleBinding', 'rolebindings', {
    fields: ['roleRef', 'subjects'],
    order: 110,
    owner: 'platform',
    naming: PATH_SEGMENT,
  }),
  cluster('resource.k8s.io/v1', 'DeviceClass', 'deviceclasses'),
  cluster('resource.k8s.io/v1alpha3', 'DeviceTaintRule', 'devicetaintrules'),
  namespaced('resource.k8s.io/v1alpha3', 'PodSchedulingContext', 'podschedulingcontexts'),
  namespaced('resource.k8s.io/v1', 'ResourceClaim', 'resourceclaims'),
  namespaced('resource.k8s.io/v1alpha2', 'ResourceClaimParameters', 'resourceclaimparameters', {
    fields: ['driverRequests', 'generatedFrom', 'shareable'],
  }),
  namespaced('resource.k8s.io/v1', 'ResourceClaimTemplate', 'resourceclaimtemplates'),
  cluster('resource.k8s.io/v1alpha2', 'ResourceClass', 'resourceclasses', {
    fields: ['driverName', 'parametersRef', 'structuredParameters', 'suitableNodes'],
  }),
  namespaced('resource.k8s.io/v1alpha2', 'ResourceClassParameters', 'resourceclassparameters', {
    fields: ['filters', 'generatedFrom', 'vendorParameters'],
  }),
  cluster('resource.k8s.io/v1alpha3', 'ResourcePoolStatusRequest', 'resourcepoolstatusrequests'),
  cluster('resource.k8s.io/v1', 'ResourceSlice', 'resourceslices'),
  namespaced('scheduling.k8s.io/v1alpha3', 'CompositePodGroup', 'compositepodgroups'),
  namespaced('scheduling.k8s.io/v1beta1', 'PodGroup', 'podgroups'),
  cluster('scheduling.k8s.io/v1', 'PriorityClass', 'priorityclasses', {
    fields: ['description', 'globalDefault', 'preemptionPolicy', 'value'],
    order: 20,
  }),
  namespaced('scheduling.k8s.io/v1beta1', 'Workload', 'workloads'),
  cluster('storage.k8s.io/v1', 'CSIDriver', 'csidrivers'),
  cluster('storage.k8s.io/v1', 'CSINode', 'csinodes'),
  namespaced('storage.k8s.io/v1', 'CSIStorageCapacity', 'csistoragecapacities', {
    fields: ['capacity', 'maximumVolumeSize', 'nodeTopology', 'storageClassName'],
  }),
  cluster('storage.k8s.io/v1', 'StorageClass', 'storageclasses', {
    fields: [
      'allowVolumeExpansion',
      'allowedTopologies',
      'mountOptions',
      'parameters',
      'provisioner',
      'reclaimPolicy',
      'volumeBindingMode',
    ],
    order: 30,
  }),
  cluster('storage.k8s.io/v1', 'VolumeAttachment', 'volumeattachments'),
  cluster('storage.k8s.io/v1', 'VolumeAttributesClass', 'volumeattributesclasses', {
    fields: ['driverName', 'parameters'],
  }),
  cluster('storagemigration.k8s.io/v1beta1', 'StorageVersionMigration', 'storageversionmigrations'),

  namespaced('alb.networking.azure.io/v1', 'HealthCheckPolicy', 'healthcheckpolicies'),
  namespaced('alb.networking.azure.io/v1', 'IngressExtension', 'ingressextensions'),
  namespaced('alb.networking.azure.io/v1', 'RoutePolicy', 'routepolicies'),
  namespaced('argoproj.io/v1alpha1', 'Rollout', 'rollouts', { createsPods: true }),
  namespaced('bitnami.com/v1alpha1', 'SealedSecret', 'sealedsecrets'),
  namespaced('cert-manager.io/v1', 'Certificate', 'certificates', { capability: 'cert-manager' }),
  namespaced('cert-manager.io/v1', 'Issuer', 'issuers', { capability: 'cert-manager' }),
  namespaced('cloud.google.com/v1', 'BackendConfig', 'backendconfigs'),
  cluster('eks.amazonaws.com/v1', 'IngressClassParams', 'ingressclassparams'),
  namespaced('elbv2.k8s.aws/v1beta1', 'TargetGroupBinding', 'targetgroupbindings'),
  namespaced('external-secrets.io/v1', 'ExternalSecret', 'externalsecrets', { capability: 'external-secrets' }),
  namespaced('external-secrets.io/v1', 'SecretStore', 'secretstores', { capability: 'external-secrets' }),
  namespaced('externaldns.k8s.io/v1alpha1', 'DNSEndpoint', 'dnsendpoints', { capability: 'external-dns' }),
  namespaced('gateway.k8s.aws/v1beta1', 'LoadBalancerConfiguration', 'loadbalancerconfigurations'),
  namespaced('gateway.k8s.aws/v1beta1', 'TargetGroupConfiguration', 'targetgroupconfigurations'),
  namespaced('gateway.networking.k8s.io/v1', 'BackendTLSPolicy', 'backendtlspolicies', {
    order: 205,
    capability: 'gateway-api',
  }),
  namespaced('gateway.networking.k8s.io/v1', 'GRPCRoute', 'grpcroutes', {
    order: 210,
    capability: 'gateway-api',
    neutral: true,
  }),
  namespaced('gateway.networking.k8s.io/v1', 'Gateway', 'gateways', { order: 190, capability: 'gateway-api' }),
  cluster('gateway.networking.k8s.io/v1', 'GatewayClass', 'gatewayclasses', { order: 50, capability: 'gateway-api' }),
  namespaced('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes', {
    order: 210,
    capability: 'gateway-api',
    neutral: true,
  }),
  namespaced('gateway.networking.k8s.io/v1beta1', 'ReferenceGrant', 'referencegrants', {
    order: 195,
    owner: 'platform',
    capability: 'gateway-api',
  }),
  namespaced('gateway.networking.k8s.io/v1', 'ListenerSet', 'listenersets', { order: 192, capability: 'gateway-api' }),
  namespaced('gateway.networking.k8s.io/v1', 'TCPRoute', 'tcproutes', { order: 210, capability: 'gateway-api' }),
  namespaced('gateway.networking.k8s.io/v1', 'TLSRoute', 'tlsroutes', { order: 210, capability: 'gateway-api' }),
  namespaced('gateway.networking.k8s.io/v1', 'UDPRoute', 'udproutes', { order: 210, capability: 'gateway-api' }),
  namespaced('keda.sh/v1alpha1', 'ScaledJob', 'scaledjobs', { capability: 'keda', createsPods: true }),
  namespaced('keda.sh/v1alpha1', 'ScaledObject', 'scaledobjects', { order: 320, capability: 'keda' }),
  namespaced('keda.sh/v1alpha1', 'TriggerAuthentication', 'triggerauthentications', { order: 150, capability: 'keda' }),
  namespaced('monitoring.coreos.com/v1alpha1', 'AlertmanagerConfig', 'alertmanagerconfigs', {
    capability: 'prometheus-operator',
  }),
  namespaced('monitoring.coreos.com/v1', 'PodMonitor', 'podmonitors', { capability: 'prometheus-operator' }),
  namespaced('monitoring.coreos.com/v1', 'Probe', 'probes', { capability: 'prometheus-operator' }),
  namespaced('monitoring.coreos.com/v1', 'PrometheusRule', 'prometheusrules', { capability: 'prometheus-operator' }),
  namespaced('monitoring.coreos.com/v1alpha1', 'ScrapeConfig', 'scrapeconfigs', { capability: 'prometheus-operator' }),
  namespaced('monitoring.coreos.com/v1', 'ServiceMonitor', 'servicemonitors', { capability: 'prometheus-operator' }),
  namespaced('networking.gke.io/v1beta1', 'FrontendConfig', 'frontendconfigs'),
  namespaced('networking.gke.io/v1', 'GCPBackendPolicy', 'gcpbackendpolicies'),
  namespaced('networking.gke.io/v1', 'HealthCheckPolicy', 'healthcheckpolicies'),
  namespaced('networking.gke.io/v1', 'ManagedCertificate', 'managedcertificates'),
  namespaced('postgresql.cnpg.io/v1', 'Cluster', 'clusters', {
    order: 235,
    capability: 'cloudnative-pg',
    createsPods: true,
    naming: {
      format: dns1035Label,
      longest: 50,
      because: 'the operator adds the names of instances, Services and Secrets to it',
    },
  }),
  namespaced('secrets-store.csi.x-k8s.io/v1', 'SecretProviderClass', 'secretproviderclasses'),
  namespaced('velero.io/v1', 'Backup', 'backups', { capability: 'velero' }),
  namespaced('velero.io/v1', 'Restore', 'restores', { capability: 'velero' }),
  namespaced('velero.io/v1', 'Schedule', 'schedules', { capability: 'velero' }),
];

type Row = (typeof ROWS)[number];

/** A kind that has a row, by name. */
export type KindName = Row['kind'];

/** A kind that is the same on every provider, by name. */
export type NeutralKind = Extract<Row, { readonly neutral: true }>['kind'];

/** The whole table. */
export const KINDS: readonly KindRow[] = ROWS;
