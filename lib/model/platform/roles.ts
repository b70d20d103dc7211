// Roles: what a group may do in an environment, each right with its reason. No role may read Secrets.

/** Every role that an environment can give. */
export const ROLES = ['viewer', 'developer', 'operator', 'deployer'] as const;

/** The role of a group in an environment. */
export type Role = (typeof ROLES)[number];

/** A role with the same rights in every namespace. A deployer's rights follow from the content of its namespace. */
export type CommonRole = Exclude<Role, 'deployer'>;

/** The common roles. */
export const COMMON_ROLES = ROLES.filter((role) => role !== 'deployer');

/** What may be done to some resources of one API group. */
export interface Right {
  /** API group; the empty string is the core group. */
  readonly group: string;
  /** Plurals, with the subresource behind a slash. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly reason: string;
}

/** Verbs to read: one, all, and changes. */
export const READ = ['get', 'list', 'watch'] as const;

/**
 * Verbs that `kubectl apply`, `kubectl diff`, `rollout status`, pruning and GitOps controllers need: apply
 * reads, then creates or patches; diff does so as a dry run, which is authorized alike. `update` and `deletecollection` are not needed.
 */
export const APPLY = ['create', 'delete', 'get', 'list', 'patch', 'watch'] as const;

/**
 * What a controller reads besides, to see that a rollout is complete; `kubectl rollout status` reads the workload alone.
 * Source: fluxcd/cli-utils, pkg/kstatus/polling/statusreaders, deployment.go and pod_controller.go.
 */
export const ROLLOUT: readonly Right[] = [
  {
    group: '',
    resources: ['pods'],
    verbs: READ,
    reason: 'Flux counts the ready pods of a ReplicaSet and a StatefulSet',
  },
  {
    group: 'apps',
    resources: ['replicasets'],
    verbs: READ,
    reason: 'Flux finds the pods of a Deployment through them',
  },
];

const LOOK: readonly Right[] = [
  {
    group: '',
    resources: [
      'configmaps',
      'events',
      'limitranges',
      'persistentvolumeclaims',
      'pods',
      'resourcequotas',
      'serviceaccounts',
      'services',
    ],
    verbs: READ,
    reason: 'what runs and how it is configured; credentials do not belong in a ConfigMap',
  },
  {
    group: '',
    resources: ['pods/log'],
    verbs: ['get'],
    reason: 'logs; a component must not log what it must not reveal',
  },
  {
    group: 'apps',
    resources: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: READ,
    reason: 'workloads, and how far a rollout is',
  },
  {
    group: 'autoscaling',
    resources: ['horizontalpodautoscalers'],
    verbs: READ,
    reason: 'why there are this many pods',
  },
  { group: 'batch', resources: ['cronjobs', 'jobs'], verbs: READ, reason: 'workloads that end' },
  { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs: READ, reason: 'which pods a Service leads to' },
  { group: 'events.k8s.io', resources: ['events'], verbs: READ, reason: 'what Kubernetes reports about these objects' },
  { group: 'metrics.k8s.io', resources: ['pods'], verbs: ['get', 'list'], reason: 'kubectl top pods' },
  {
    group: 'networking.k8s.io',
    resources: ['ingresses', 'networkpolicies'],
    verbs: READ,
    reason: 'who may reach a component, and from where',
  },
  { group: 'policy', resources: ['poddisruptionbudgets'], verbs: READ, reason: 'why a node is not drained' },
  {
    group: 'gateway.networking.k8s.io',
    resources: ['backendtlspolicies', 'gateways', 'grpcroutes', 'httproutes', 'referencegrants'],
    verbs: READ,
    reason: 'like Ingresses; no effect on clusters without the Gateway API',
  },
  {
    group: 'keda.sh',
    resources: ['scaledobjects'],
    verbs: READ,
    reason: 'like autoscalers; no effect without KEDA',
  },
];

const DEBUG: readonly Right[] = [
  {
    group: '',
    resources: ['pods/exec', 'pods/portforward'],
    // a WebSocket begins as a GET (Kubernetes issue 78741), SPDY as a POST
    verbs: ['create', 'get'],
    reason: 'to debug: a shell reads what its pod mounts, Secrets too; a forwarded port bypasses network policies',
  },
  { group: '', resources: ['pods'], verbs: ['delete'], reason: 'to restart a pod (its controller recreates it)' },
];

const OPERATE: readonly Right[] = [
  {
    group: 'apps',
    resources: ['daemonsets', 'deployments', 'statefulsets'],
    verbs: ['patch'],
    reason:
      'kubectl rollout restart and undo; the right to patch a pod template includes mounting any Secret of the namespace',
  },
  {
    group: 'apps',
    resources: ['deployments/scale', 'statefulsets/scale'],
    verbs: ['get', 'patch', 'update'],
    reason: 'kubectl scale, which is an update in older versions',
  },
  {
    group: 'autoscaling',
    resources: ['horizontalpodautoscalers'],
    verbs: ['patch'],
    reason: 'to change bounds during an incident',
  },
  { group: 'batch', resources: ['cronjobs'], verbs: ['patch'], reason: 'to suspend a schedule' },
  {
    group: 'batch',
    resources: ['jobs'],
    verbs: ['create', 'delete'],
    reason: 'to run a CronJob by hand (kubectl create job --from), and to end a Job',
  },
  {
    group: '',
    resources: ['pods/eviction'],
    verbs: ['create'],
    reason: 'to move a pod as a drain would, within its budget',
  },
];

/** The rights of each role in the namespaces where it is given. */
export const RIGHTS: Readonly<Record<CommonRole, readonly Right[]>> = {
  viewer: LOOK,
  developer: [...LOOK, ...DEBUG],
  operator: [...LOOK, ...DEBUG, ...OPERATE],
};

/** Name of a deployer's Role in its namespace. */
export const DEPLOYER = 'deployer';

/** Name of the ClusterRole. Prefixed, since the name is cluster-wide and another `viewer` may exist. */
export function clusterRoleName(role: CommonRole): string {
  return `evenkeel-${role}`;
}
