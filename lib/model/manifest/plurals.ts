// API resources: what RBAC calls a kind. The plural stands in no manifest, and a wrong one is a right to nothing.

/** Plurals by API group and kind; the core group is empty. Origin of the built-in ones: `kubectl api-resources` of 1.27 to 1.37. */
const PLURALS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '': {
    ConfigMap: 'configmaps',
    Endpoints: 'endpoints',
    Event: 'events',
    LimitRange: 'limitranges',
    PersistentVolumeClaim: 'persistentvolumeclaims',
    Pod: 'pods',
    PodTemplate: 'podtemplates',
    ReplicationController: 'replicationcontrollers',
    ResourceQuota: 'resourcequotas',
    Secret: 'secrets',
    Service: 'services',
    ServiceAccount: 'serviceaccounts',
  },
  apps: {
    ControllerRevision: 'controllerrevisions',
    DaemonSet: 'daemonsets',
    Deployment: 'deployments',
    ReplicaSet: 'replicasets',
    StatefulSet: 'statefulsets',
  },
  autoscaling: { HorizontalPodAutoscaler: 'horizontalpodautoscalers' },
  batch: { CronJob: 'cronjobs', Job: 'jobs' },
  'coordination.k8s.io': { Lease: 'leases' },
  'discovery.k8s.io': { EndpointSlice: 'endpointslices' },
  'events.k8s.io': { Event: 'events' },
  'networking.k8s.io': { Ingress: 'ingresses', NetworkPolicy: 'networkpolicies' },
  policy: { PodDisruptionBudget: 'poddisruptionbudgets' },
  'rbac.authorization.k8s.io': { Role: 'roles', RoleBinding: 'rolebindings' },
  'resource.k8s.io': { ResourceClaim: 'resourceclaims', ResourceClaimTemplate: 'resourceclaimtemplates' },
  'storage.k8s.io': { CSIStorageCapacity: 'csistoragecapacities' },
  // from here on: `spec.names.plural` of the projects' own CustomResourceDefinitions
  'gateway.networking.k8s.io': {
    BackendTLSPolicy: 'backendtlspolicies',
    GRPCRoute: 'grpcroutes',
    Gateway: 'gateways',
    HTTPRoute: 'httproutes',
    ReferenceGrant: 'referencegrants',
    TCPRoute: 'tcproutes',
    TLSRoute: 'tlsroutes',
  },
  'keda.sh': {
    ScaledJob: 'scaledjobs',
    ScaledObject: 'scaledobjects',
    TriggerAuthentication: 'triggerauthentications',
  },
  'monitoring.coreos.com': {
    AlertmanagerConfig: 'alertmanagerconfigs',
    PodMonitor: 'podmonitors',
    Probe: 'probes',
    PrometheusRule: 'prometheusrules',
    ScrapeConfig: 'scrapeconfigs',
    ServiceMonitor: 'servicemonitors',
  },
  'cert-manager.io': { Certificate: 'certificates', Issuer: 'issuers' },
  'external-secrets.io': { ExternalSecret: 'externalsecrets', SecretStore: 'secretstores' },
  'bitnami.com': { SealedSecret: 'sealedsecrets' },
  'secrets-store.csi.x-k8s.io': { SecretProviderClass: 'secretproviderclasses' },
  'externaldns.k8s.io': { DNSEndpoint: 'dnsendpoints' },
  'velero.io': { Backup: 'backups', Restore: 'restores', Schedule: 'schedules' },
  'argoproj.io': { Rollout: 'rollouts' },
  'cloud.google.com': { BackendConfig: 'backendconfigs' },
  'networking.gke.io': {
    FrontendConfig: 'frontendconfigs',
    GCPBackendPolicy: 'gcpbackendpolicies',
    HealthCheckPolicy: 'healthcheckpolicies',
    ManagedCertificate: 'managedcertificates',
  },
  'elbv2.k8s.aws': { TargetGroupBinding: 'targetgroupbindings' },
  'gateway.k8s.aws': {
    LoadBalancerConfiguration: 'loadbalancerconfigurations',
    TargetGroupConfiguration: 'targetgroupconfigurations',
  },
};

/** The plural of a namespaced kind; undefined where nobody here knows it. */
export function pluralOf(group: string, kind: string): string | undefined {
  const kinds = Object.hasOwn(PLURALS, group) ? PLURALS[group] : undefined;
  return kinds !== undefined && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
}

/** Resources, as `group/resource`, whose writers choose what a pod runs and mounts. */
export const POD_MAKERS: ReadonlySet<string> = new Set([
  '/pods',
  '/pods/ephemeralcontainers',
  '/replicationcontrollers',
  'apps/daemonsets',
  'apps/deployments',
  'apps/replicasets',
  'apps/statefulsets',
  'argoproj.io/rollouts',
  'batch/cronjobs',
  'batch/jobs',
  'keda.sh/scaledjobs',
]);

/** Resources that lead into a pod that runs, and so to what it mounts. */
export const POD_DOORS: ReadonlySet<string> = new Set(['/pods/attach', '/pods/exec']);
