// Roles: what a group may do in an environment, each right with its reason. None of them may read Secrets.

/** Every role that an environment gives. */
export const ROLES = ['viewer', 'developer', 'operator', 'deployer'] as const;

/** What a group is in an environment. */
export type Role = (typeof ROLES)[number];

/** A role whose rights are the same in every namespace. A deployer's follow from what its namespace holds. */
export type CommonRole = Exclude<Role, 'deployer'>;

/** The common ones. */
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

/** To look: one, all, and what becomes of them. */
export const READ = ['get', 'list', 'watch'] as const;

/**
 * What `kubectl apply`, `kubectl diff`, `rollout status` and the removal of what is gone need, and GitOps controllers too: apply
 * reads, then creates or patches; diff does so as a dry run, which is authorized alike. Nobody needs `update` or `deletecollection`.
 */
export const APPLY = ['create', 'delete', 'get', 'list', 'patch', 'watch'] as const;

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
    reason: 'what runs and how it is configured; credentials are no part of a ConfigMap',
  },
  {
    group: '',
    resources: ['pods/log'],
    verbs: ['get'],
    reason: 'logs; what a component must not tell, it must not log',
  },
  {
    group: 'apps',
    resources: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets', 'statefulsets'],
    verbs: READ,
    reason: 'workloads, and how far a rollout is',
  },
  { group: 'autoscaling', resources: ['horizontalpodautoscalers'], verbs: READ, reason: 'why there are so many pods' },
  { group: 'batch', resources: ['cronjobs', 'jobs'], verbs: READ, reason: 'workloads that end' },
  { group: 'discovery.k8s.io', resources: ['endpointslices'], verbs: READ, reason: 'which pods a Service leads to' },
  { group: 'events.k8s.io', resources: ['events'], verbs: READ, reason: 'what Kubernetes says of all that' },
  { group: 'metrics.k8s.io', resources: ['pods'], verbs: ['get', 'list'], reason: 'kubectl top pods' },
  {
    group: 'networking.k8s.io',
    resources: ['ingresses', 'networkpolicies'],
    verbs: READ,
    reason: 'who may reach it, and from where',
  },
  { group: 'policy', resources: ['poddisruptionbudgets'], verbs: READ, reason: 'why a node is not drained' },
  {
    group: 'gateway.networking.k8s.io',
    resources: ['gateways', 'httproutes'],
    verbs: READ,
    reason: 'as Ingresses; a right to nothing on a cluster without the Gateway API',
  },
  {
    group: 'keda.sh',
    resources: ['scaledobjects'],
    verbs: READ,
    reason: 'as autoscalers; a right to nothing without KEDA',
  },
];

const DEBUG: readonly Right[] = [
  {
    group: '',
    resources: ['pods/exec', 'pods/portforward'],
    // a WebSocket begins as a GET (Kubernetes issue 78741), SPDY as a POST
    verbs: ['create', 'get'],
    reason: 'to debug: a shell reads what its pod mounts, Secrets too; a forwarded port passes by network policies',
  },
  { group: '', resources: ['pods'], verbs: ['delete'], reason: 'to restart one pod: its controller makes it anew' },
];

const OPERATE: readonly Right[] = [
  {
    group: 'apps',
    resources: ['daemonsets', 'deployments', 'statefulsets'],
    verbs: ['patch'],
    reason: 'kubectl rollout restart and undo; whoever may patch a pod template may mount any Secret of the namespace',
  },
  {
    group: 'apps',
    resources: ['deployments/scale', 'statefulsets/scale'],
    verbs: ['get', 'patch', 'update'],
    reason: 'kubectl scale, which older versions do by an update',
  },
  {
    group: 'autoscaling',
    resources: ['horizontalpodautoscalers'],
    verbs: ['patch'],
    reason: 'other bounds while an incident lasts',
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

/** What each role may do in the namespaces that it is given. */
export const RIGHTS: Readonly<Record<CommonRole, readonly Right[]>> = {
  viewer: LOOK,
  developer: [...LOOK, ...DEBUG],
  operator: [...LOOK, ...DEBUG, ...OPERATE],
};

/** Name of a deployer's Role, which lies in its namespace. */
export const DEPLOYER = 'deployer';

/** Name of the ClusterRole. Prefixed, since such names are the whole cluster's, where somebody may have a `viewer` already. */
export function clusterRoleName(role: CommonRole): string {
  return `evenkeel-${role}`;
}
