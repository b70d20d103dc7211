// The roles that are built into Kubernetes: ClusterRoles, and Roles of its own namespaces, as manifests.

import type { JsonObject } from '../manifest/json';

const RBAC = 'rbac.authorization.k8s.io';

/**
 * One role a paragraph, a Role with its namespace before a slash; one rule a line: verbs, API group (`core` is the empty one, `url`
 * means paths outside of resources), resources, names. What one minor allows and another does not is here: all of them together.
 *
 * Source: k8s.io/kubernetes 1.27.8, 1.36.3 and 1.37.1, plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata: cluster-roles,
 * controller-roles and namespace-roles, with the default feature gates.
 */
const TABLE = `
admin
cluster-admin
  * * *
  * url *
edit
kube-public/system:controller:bootstrap-signer
  create,patch,update core events
  get,list,watch core configmaps
  update core configmaps cluster-info
  create,patch,update events.k8s.io events
kube-system/extension-apiserver-authentication-reader
  get,list,watch core configmaps extension-apiserver-authentication
kube-system/system::leader-locking-kube-controller-manager
  get,list,watch,create,update coordination.k8s.io leasecandidates,leases
  get,update core configmaps kube-controller-manager
  watch core configmaps
kube-system/system::leader-locking-kube-scheduler
  get,list,watch,create,update coordination.k8s.io leasecandidates,leases
  get,update core configmaps kube-scheduler
  watch core configmaps
kube-system/system:controller:bootstrap-signer
  get,list,watch core secrets
kube-system/system:controller:cloud-provider
  get,list,watch,create core configmaps
kube-system/system:controller:token-cleaner
  create,patch,update core events
  get,list,watch,delete core secrets
  create,patch,update events.k8s.io events
system:aggregate-to-admin
  create authorization.k8s.io localsubjectaccessreviews
  get,list,watch,create,delete,deletecollection,patch,update rbac.authorization.k8s.io rolebindings,roles
system:aggregate-to-edit
  create,delete,deletecollection,patch,update apps daemonsets,deployments,deployments/rollback,deployments/scale,replicasets,replicasets/scale,statefulsets,statefulsets/scale
  create,delete,deletecollection,patch,update autoscaling horizontalpodautoscalers
  create,delete,deletecollection,patch,update batch cronjobs,jobs
  get,list,watch,create,delete,deletecollection,patch,update coordination.k8s.io leases
  create core pods/eviction,serviceaccounts/token
  create,delete,deletecollection,impersonate,patch,update core serviceaccounts
  create,delete,deletecollection,patch,update core configmaps,events,persistentvolumeclaims,pods,replicationcontrollers,replicationcontrollers/scale,services
  get,list,watch,create,delete,deletecollection,patch,update core pods/attach,pods/exec,pods/portforward,pods/proxy,secrets,services/proxy
  create,delete,deletecollection,patch,update events.k8s.io events
  create,delete,deletecollection,patch,update extensions daemonsets,deployments,deployments/rollback,deployments/scale,ingresses,networkpolicies,replicasets,replicasets/scale,replicationcontrollers/scale
  create,delete,deletecollection,patch,update networking.k8s.io ingresses,networkpolicies
  create,delete,deletecollection,patch,update policy poddisruptionbudgets
  create,delete,deletecollection,patch,update resource.k8s.io resourceclaims,resourceclaimtemplates
system:aggregate-to-view
  get,list,watch apps controllerrevisions,daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,replicasets,replicasets/scale,replicasets/status,statefulsets,statefulsets/scale,statefulsets/status
  get,list,watch autoscaling horizontalpodautoscalers,horizontalpodautoscalers/status
  get,list,watch batch cronjobs,cronjobs/status,jobs,jobs/status
  get,list,watch core bindings,configmaps,endpoints,events,limitranges,namespaces,namespaces/status,persistentvolumeclaims,persistentvolumeclaims/status,pods,pods/log,pods/status,replicationcontrollers,replicationcontrollers/scale,replicationcontrollers/status,resourcequotas,resourcequotas/status,serviceaccounts,services,services/status
  get,list,watch discovery.k8s.io endpointslices
  get,list,watch events.k8s.io events
  get,list,watch extensions daemonsets,daemonsets/status,deployments,deployments/scale,deployments/status,ingresses,ingresses/status,networkpolicies,replicasets,replicasets/scale,replicasets/status,replicationcontrollers/scale
  get,list,watch networking.k8s.io ingresses,ingresses/status,networkpolicies
  get,list,watch policy poddisruptionbudgets,poddisruptionbudgets/status
  get,list,watch resource.k8s.io resourceclaims,resourceclaims/status,resourceclaimtemplates
system:auth-delegator
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
system:basic-user
  create authentication.k8s.io selfsubjectreviews
  create authorization.k8s.io selfsubjectaccessreviews,selfsubjectrulesreviews
system:certificates.k8s.io:certificatesigningrequests:nodeclient
  create certificates.k8s.io certificatesigningrequests/nodeclient
system:certificates.k8s.io:certificatesigningrequests:selfnodeclient
  create certificates.k8s.io certificatesigningrequests/selfnodeclient
system:certificates.k8s.io:kube-apiserver-client-approver
  approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client
system:certificates.k8s.io:kube-apiserver-client-kubelet-approver
  approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet
system:certificates.k8s.io:kubelet-serving-approver
  approve certificates.k8s.io signers kubernetes.io/kubelet-serving
system:certificates.k8s.io:legacy-unknown-approver
  approve certificates.k8s.io signers kubernetes.io/legacy-unknown
system:cluster-trust-bundle-discovery
  get,list,watch certificates.k8s.io clustertrustbundles
system:controller:attachdetach-controller
  create,patch,update core events
  get,list,watch core nodes
  list,watch core persistentvolumeclaims,persistentvolumes,pods
  patch,update core nodes/status
  create,patch,update events.k8s.io events
  get,list,watch storage.k8s.io csidrivers,csinodes
  get,list,watch,create,delete storage.k8s.io volumeattachments
system:controller:certificate-controller
  create authorization.k8s.io subjectaccessreviews
  approve certificates.k8s.io signers kubernetes.io/kube-apiserver-client-kubelet
  get,list,watch,delete certificates.k8s.io certificatesigningrequests
  sign certificates.k8s.io signers kubernetes.io/kube-apiserver-client,kubernetes.io/kube-apiserver-client-kubelet,kubernetes.io/kubelet-serving,kubernetes.io/legacy-unknown
  update certificates.k8s.io certificatesigningrequests/approval,certificatesigningrequests/status
  create,patch,update core events
  create,patch,update events.k8s.io events
system:controller:clusterrole-aggregation-controller
  get,list,watch,escalate,patch,update rbac.authorization.k8s.io clusterroles
system:controller:cronjob-controller
  get,list,watch,create,delete,patch,update batch jobs
  get,list,watch,update batch cronjobs
  update batch cronjobs/finalizers,cronjobs/status
  create,patch,update core events
  list,watch,delete core pods
  create,patch,update events.k8s.io events
system:controller:daemon-set-controller
  get,list,watch apps daemonsets
  get,list,watch,create,delete,patch,update apps controllerrevisions
  update apps daemonsets/finalizers,daemonsets/status
  create core pods/binding
  create,patch,update core events
  list,watch core nodes
  list,watch,create,delete,patch core pods
  create,patch,update events.k8s.io events
  get,list,watch extensions daemonsets
  update extensions daemonsets/finalizers,daemonsets/status
system:controller:deployment-controller
  get,list,watch,create,delete,patch,update apps replicasets
  get,list,watch,update apps deployments
  update apps deployments/finalizers,deployments/status
  create,patch,update core events
  get,list,watch,update core pods
  create,patch,update events.k8s.io events
  get,list,watch,create,delete,patch,update extensions replicasets
  get,list,watch,update extensions deployments
  update extensions deployments/finalizers,deployments/status
system:controller:device-taint-eviction-controller
  create,patch,update core events
  get,list,watch,delete core pods
  patch,update core pods/status
  create,patch,update events.k8s.io events
  get,list,watch resource.k8s.io deviceclasses,devicetaintrules,resourceclaims,resourceslices
  patch,update resource.k8s.io devicetaintrules/status
system:controller:disruption-controller
  get * */scale
  get,list,watch apps deployments,replicasets,statefulsets
  create,patch,update core events
  get,list,watch core replicationcontrollers
  patch,update core pods/status
  create,patch,update events.k8s.io events
  get,list,watch extensions deployments,replicasets
  get,list,watch policy poddisruptionbudgets
  update policy poddisruptionbudgets/status
system:controller:endpoint-controller
  create core endpoints/restricted
  create,patch,update core events
  get,list,watch core pods,services
  get,list,watch,create,delete,update core endpoints
  create,patch,update events.k8s.io events
system:controller:endpointslice-controller
  create,patch,update core events
  get,list,watch core nodes,pods,services
  update core services/finalizers
  get,list,watch,create,delete,update discovery.k8s.io endpointslices
  create,patch,update events.k8s.io events
system:controller:endpointslicemirroring-controller
  create,patch,update core events
  get,list,watch core endpoints,services
  update core endpoints/finalizers,services/finalizers
  get,list,watch,create,delete,update discovery.k8s.io endpointslices
  create,patch,update events.k8s.io events
system:controller:ephemeral-volume-controller
  create,patch,update core events
  get,list,watch core pods
  get,list,watch,create core persistentvolumeclaims
  update core pods/finalizers
  create,patch,update events.k8s.io events
system:controller:expand-controller
  create,patch,update core events
  get core endpoints,secrets,services
  get,list,watch core persistentvolumeclaims
  get,list,watch,patch,update core persistentvolumes
  patch,update core persistentvolumeclaims/status
  create,patch,update events.k8s.io events
  get,list,watch storage.k8s.io storageclasses
system:controller:generic-garbage-collector
  get,list,watch,delete,patch,update * *
  create,patch,update core events
  create,patch,update events.k8s.io events
system:controller:horizontal-pod-autoscaler
  get,update * */scale
  get,list,watch autoscaling horizontalpodautoscalers
  update autoscaling horizontalpodautoscalers/status
  create,patch,update core events
  list,watch core pods
  get,list,watch custom.metrics.k8s.io *
  create,patch,update events.k8s.io events
  get,list,watch external.metrics.k8s.io *
  list,watch metrics.k8s.io pods
system:controller:job-controller
  get,list,watch,patch,update batch jobs
  update batch jobs/finalizers,jobs/status
  create,patch,update core events
  list,watch,create,delete,patch core pods
  create,patch,update events.k8s.io events
system:controller:kube-apiserver-serving-clustertrustbundle-publisher
  attest certificates.k8s.io signers kubernetes.io/kube-apiserver-serving
  list,watch,create,delete,update certificates.k8s.io clustertrustbundles
  create,patch,update core events
  create,patch,update events.k8s.io events
system:controller:legacy-service-account-token-cleaner
  delete,patch core secrets
  get core configmaps kube-apiserver-legacy-service-account-token-tracking
system:controller:namespace-controller
  get,list,watch,delete,deletecollection * *
  get,list,watch,delete core namespaces
  update core namespaces/finalize,namespaces/status
system:controller:node-controller
  get,list,watch coordination.k8s.io leases
  create,patch,update core events
  get,list,watch,delete core pods
  get,list,watch,delete,patch,update core nodes
  patch,update core nodes/status,pods/status
  create,patch,update events.k8s.io events
  get,list,create,update networking.k8s.io clustercidrs
system:controller:persistent-volume-binder
  get core secrets
  get,create,delete core services
  get,create,delete,update core endpoints
  get,list,watch core nodes
  get,list,watch,create,delete core pods
  get,list,watch,create,delete,update core persistentvolumes
  get,list,watch,update core persistentvolumeclaims
  update core persistentvolumeclaims/status,persistentvolumes/status
  watch,create,patch,update core events
  create,patch,update events.k8s.io events
  get,list,watch storage.k8s.io storageclasses
system:controller:pod-garbage-collector
  get,list,watch core nodes
  list,watch,delete core pods
  patch core pods/status
system:controller:podcertificaterequestcleaner
  get,list,watch,delete certificates.k8s.io podcertificaterequests
system:controller:pv-protection-controller
  create,patch,update core events
  get,list,watch,update core persistentvolumes
  create,patch,update events.k8s.io events
system:controller:pvc-protection-controller
  create,patch,update core events
  get,list,watch core pods
  get,list,watch,update core persistentvolumeclaims
  update core persistentvolumeclaims/status
  create,patch,update events.k8s.io events
system:controller:replicaset-controller
  get,list,watch,update apps replicasets
  update apps replicasets/finalizers,replicasets/status
  create,patch,update core events
  list,watch,create,delete,patch core pods
  create,patch,update events.k8s.io events
  get,list,watch,update extensions replicasets
  update extensions replicasets/finalizers,replicasets/status
system:controller:replication-controller
  create,patch,update core events
  get,list,watch,update core replicationcontrollers
  list,watch,create,delete,patch core pods
  update core replicationcontrollers/finalizers,replicationcontrollers/status
  create,patch,update events.k8s.io events
system:controller:resource-claim-controller
  create,patch,update core events
  get,list,watch core pods
  patch,update core pods/status
  update core pods/finalizers
  create,patch,update events.k8s.io events
  get,list,watch,create,delete,patch,update resource.k8s.io resourceclaims
  patch,update resource.k8s.io resourceclaims/binding,resourceclaims/status
system:controller:resourcequota-controller
  list,watch * *
  create,patch,update core events
  update core resourcequotas/status
  create,patch,update events.k8s.io events
system:controller:root-ca-cert-publisher
  create,patch,update core events
  create,update core configmaps
  create,patch,update events.k8s.io events
system:controller:route-controller
  create,patch,update core events
  list,watch core nodes
  patch core nodes/status
  create,patch,update events.k8s.io events
system:controller:selinux-warning-controller
  create,patch,update core events
  get,list,watch core persistentvolumeclaims,persistentvolumes,pods
  create,patch,update events.k8s.io events
  get,list,watch storage.k8s.io csidrivers
system:controller:service-account-controller
  create core serviceaccounts
  create,patch,update core events
  create,patch,update events.k8s.io events
system:controller:service-cidrs-controller
  create,patch,update core events
  create,patch,update events.k8s.io events
  get,list,watch networking.k8s.io ipaddresses
  get,list,watch,patch,update networking.k8s.io servicecidrs
  patch,update networking.k8s.io servicecidrs/finalizers,servicecidrs/status
system:controller:service-controller
  create,patch,update core events
  get,list,watch core services
  list,watch core nodes
  patch,update core services/status
  create,patch,update events.k8s.io events
system:controller:statefulset-controller
  get,list,watch apps statefulsets
  get,list,watch,create,delete,patch,update apps controllerrevisions
  update apps statefulsets/finalizers,statefulsets/status
  create,patch,update core events
  get,list,watch,create,delete,patch,update core pods
  get,list,watch,create,delete,update core persistentvolumeclaims
  update core pods/finalizers
  create,patch,update events.k8s.io events
system:controller:storage-version-migrator-controller
  list,patch * *
  get apiextensions.k8s.io customresourcedefinitions
  patch apiextensions.k8s.io customresourcedefinitions/status
  update storagemigration.k8s.io storageversionmigrations/status
system:controller:ttl-after-finished-controller
  get,list,watch,delete batch jobs
  create,patch,update core events
  create,patch,update events.k8s.io events
system:controller:ttl-controller
  create,patch,update core events
  list,watch,patch,update core nodes
  create,patch,update events.k8s.io events
system:controller:validatingadmissionpolicy-status-controller
  get,list,watch admissionregistration.k8s.io validatingadmissionpolicies
  get,patch,update admissionregistration.k8s.io validatingadmissionpolicies/status
  create,patch,update core events
  create,patch,update events.k8s.io events
system:controller:volumeattributesclass-protection-controller
  create,patch,update core events
  get,list,watch core persistentvolumeclaims,persistentvolumes
  create,patch,update events.k8s.io events
  get,list,watch,update storage.k8s.io volumeattributesclasses
system:discovery
  get url /api,/api/*,/apis,/apis/*,/healthz,/livez,/openapi,/openapi/*,/readyz,/version,/version/
system:heapster
  get,list,watch core events,namespaces,nodes,pods
  get,list,watch extensions deployments
system:kube-aggregator
  get,list,watch core endpoints,services
system:kube-controller-manager
  list,watch * *
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
  create coordination.k8s.io leases
  get,update coordination.k8s.io leases kube-controller-manager
  create core endpoints,serviceaccounts/token
  create,patch,update core events
  get core configmaps,namespaces
  get,create,delete,update core secrets
  get,create,update core serviceaccounts
  get,update core endpoints kube-controller-manager
  create,patch,update events.k8s.io events
system:kube-dns
  list,watch core endpoints,services
system:kube-scheduler
  get,list,watch apps replicasets,statefulsets
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io subjectaccessreviews
  create coordination.k8s.io leases
  get,list,watch,create,delete,deletecollection,patch,update coordination.k8s.io leasecandidates
  get,list,watch,update coordination.k8s.io leases kube-scheduler
  create core bindings,endpoints,pods/binding
  create,patch,update core events
  get,list,watch core namespaces,nodes,persistentvolumeclaims,persistentvolumes,replicationcontrollers,services
  get,list,watch,delete core pods
  get,update core endpoints kube-scheduler
  patch,update core pods/status
  update core pods/finalizers
  create,patch,update events.k8s.io events
  get,list,watch extensions replicasets
  get,list,watch policy poddisruptionbudgets
  get,list,watch resource.k8s.io deviceclasses,devicetaintrules,resourceslices
  get,list,watch,create,delete,patch,update resource.k8s.io resourceclaims
  get,list,watch,patch,update resource.k8s.io resourceclaims/status
  patch,update resource.k8s.io resourceclaims/binding
  get,list,watch storage.k8s.io csidrivers,csinodes,csistoragecapacities,volumeattachments
system:kubelet-api-admin
  * core nodes/configz,nodes/healthz,nodes/log,nodes/metrics,nodes/pods,nodes/proxy,nodes/stats
  get,list,watch,proxy core nodes
system:monitoring
  get core nodes/metrics
  get url /flagz,/healthz,/healthz/*,/livez,/livez/*,/metrics,/metrics/slis,/readyz,/readyz/*,/statusz
system:node
  create authentication.k8s.io tokenreviews
  create authorization.k8s.io localsubjectaccessreviews,subjectaccessreviews
  get,list,watch certificates.k8s.io clustertrustbundles
  get,list,watch,create certificates.k8s.io certificatesigningrequests,podcertificaterequests
  get,create,delete,patch,update coordination.k8s.io leases
  create core pods/eviction,serviceaccounts/token
  create,patch,update core events
  get core endpoints,persistentvolumeclaims,persistentvolumes,serviceaccounts
  get,list,watch core configmaps,secrets,services
  get,list,watch,create,delete core pods
  get,list,watch,create,patch,update core nodes
  get,patch,update core persistentvolumeclaims/status
  patch,update core nodes/status,pods/status
  create,patch,update events.k8s.io events
  get,list,watch node.k8s.io runtimeclasses
  deletecollection resource.k8s.io resourceslices
  get resource.k8s.io resourceclaims
  get storage.k8s.io volumeattachments
  get,create,delete,patch,update storage.k8s.io csinodes
  get,list,watch storage.k8s.io csidrivers
system:node-bootstrapper
  get,list,watch,create certificates.k8s.io certificatesigningrequests
system:node-problem-detector
  create,patch,update core events
  get core nodes
  patch core nodes/status
  create,patch,update events.k8s.io events
system:node-proxier
  create,patch,update core events
  get,list,watch core nodes
  list,watch core endpoints,services
  list,watch discovery.k8s.io endpointslices
  create,patch,update events.k8s.io events
  list,watch networking.k8s.io servicecidrs
system:persistent-volume-provisioner
  get,list,watch,create,delete core persistentvolumes
  get,list,watch,update core persistentvolumeclaims
  watch,create,patch,update core events
  create,patch,update events.k8s.io events
  get,list,watch storage.k8s.io storageclasses
system:public-info-viewer
  get url /healthz,/livez,/readyz,/version,/version/
system:service-account-issuer-discovery
  get url /.well-known/openid-configuration,/.well-known/openid-configuration/,/openid/v1/jwks,/openid/v1/jwks/
system:volume-scheduler
  get,list,watch,patch,update core persistentvolumeclaims,persistentvolumes
  get,list,watch storage.k8s.io storageclasses
view
`;

const AGGREGATE_TO = `${RBAC}/aggregate-to-`;

/** Which of the user-facing roles a role is a part of. Source: the same files. */
const PART_OF: Readonly<Record<string, string>> = {
  'system:aggregate-to-view': 'view',
  view: 'edit',
  'system:aggregate-to-edit': 'edit',
  edit: 'admin',
  'system:aggregate-to-admin': 'admin',
};

/** The roles whose rules a controller writes: those of every ClusterRole with the label. */
const AGGREGATED: ReadonlySet<string> = new Set(Object.values(PART_OF));

const label = (role: string): Readonly<Record<string, string>> => ({ [AGGREGATE_TO + role]: 'true' });

function ruleOf(line: string): JsonObject {
  const [verbs = [], [group = ''] = [], objects = [], names] = line
    .trim()
    .split(' ')
    .map((cell) => cell.split(','));
  if (group === 'url') return { verbs, nonResourceURLs: objects };
  const apiGroups = [group === 'core' ? '' : group];
  return { verbs, apiGroups, resources: objects, ...(names === undefined ? {} : { resourceNames: names }) };
}

function roleOf(paragraph: string): JsonObject {
  const [id = '', ...lines] = paragraph.trimEnd().split('\n');
  const slash = id.indexOf('/');
  const name = id.slice(slash + 1);
  const part = PART_OF[name];
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...(part === undefined ? {} : label(part)) };
  return {
    apiVersion: `${RBAC}/v1`,
    kind: slash < 0 ? 'ClusterRole' : 'Role',
    metadata: { name, labels, ...(slash < 0 ? {} : { namespace: id.slice(0, slash) }) },
    rules: lines.map(ruleOf),
    ...(AGGREGATED.has(name) ? { aggregationRule: { clusterRoleSelectors: [{ matchLabels: label(name) }] } } : {}),
  };
}

let made: readonly JsonObject[] | undefined;

/** Every built-in role, as the API server has it before anyone adds to it. */
export function builtInRoles(): readonly JsonObject[] {
  made ??= TABLE.trim()
    .split(/\n(?! )/)
    .map(roleOf);
  return made;
}
