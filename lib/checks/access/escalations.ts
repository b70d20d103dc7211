// Rights that lead to others: the table that the rules about escalation read.

import { POD_CREATING_KINDS } from '../../model/manifest/kind-lookup';

/** A right that leads to others. */
export interface Escalation {
  /** The verbs that do; any if none are listed. */
  readonly verbs: readonly string[];
  /** What it leads to, for messages. */
  readonly to: string;
  /** Whether it does only without resourceNames, or where they include `default-deny`. */
  readonly unnamed?: true;
}

const ANY_VERB: readonly string[] = [];
const CHANGE = ['update', 'patch'];
const WRITE = ['create', ...CHANGE, 'delete', 'deletecollection'];
const APPEAR = ['create', ...CHANGE];
/** A WebSocket begins as a GET, SPDY as a POST. */
const CONNECT = ['create', 'get'];

const ADMISSION = 'admissionregistration.k8s.io';
const CERTIFICATES = 'certificates.k8s.io';
const EVERY_WRITE = 'every object that anyone writes';
const ADMISSION_OFF = 'what admission refuses: its policies can be changed or removed';
const TRAFFIC = 'the traffic of a Service, sent to any address';
const ENTER = 'what the pods mount, Secrets and tokens too';
const ANY_IDENTITY = 'any identity';

/**
 * By `group/resource`, wherever the role holds. Source: kubernetes.io, "RBAC Good Practices", privilege escalation risks; for traffic,
 * CVE-2020-8554 and kubernetes.io, "Using RBAC Authorization", write access for EndpointSlices.
 */
export const ESCALATIONS: ReadonlyMap<string, Escalation> = new Map<string, Escalation>([
  ['/serviceaccounts/token', { verbs: ['create'], to: 'the rights of every ServiceAccount there' }],
  ['/nodes/proxy', { verbs: ANY_VERB, to: 'a shell in every pod of a node, by its kubelet' }],
  ['/nodes/checkpoint', { verbs: ANY_VERB, to: 'the memory of every container of a node' }],
  ['/nodes/log', { verbs: ANY_VERB, to: 'the logs of a node and of all its pods' }],
  ['/persistentvolumes', { verbs: ['create'], to: "the nodes' own disks, by hostPath" }],
  ['/namespaces', { verbs: CHANGE, to: 'pods without Pod Security, which is a label of the Namespace' }],
  ['/namespaces/finalize', { verbs: CHANGE, to: 'pods without Pod Security, which is a label of the Namespace' }],
  ['/pods/exec', { verbs: CONNECT, to: ENTER }],
  ['/pods/attach', { verbs: CONNECT, to: ENTER }],
  ['/pods/ephemeralcontainers', { verbs: CHANGE, to: ENTER }],
  ['/pods/portforward', { verbs: CONNECT, to: 'every port of the pods, past network policies' }],
  ['/pods/proxy', { verbs: ANY_VERB, to: 'every port of the pods, past network policies' }],
  ['/services/proxy', { verbs: ANY_VERB, to: 'every Service, past network policies' }],
  ['/services/status', { verbs: CHANGE, to: 'traffic to any address, claimed as that of a load balancer' }],
  ['/endpoints', { verbs: APPEAR, to: TRAFFIC }],
  ['/endpoints/restricted', { verbs: APPEAR, to: TRAFFIC }],
  ['discovery.k8s.io/endpointslices', { verbs: APPEAR, to: TRAFFIC }],
  ['discovery.k8s.io/endpointslices/restricted', { verbs: APPEAR, to: TRAFFIC }],
  [`${CERTIFICATES}/certificatesigningrequests/approval`, { verbs: CHANGE, to: ANY_IDENTITY }],
  [`${CERTIFICATES}/certificatesigningrequests/status`, { verbs: CHANGE, to: ANY_IDENTITY }],
  [`${CERTIFICATES}/signers`, { verbs: ['approve', 'sign', 'attest'], to: ANY_IDENTITY }],
  [`${CERTIFICATES}/clustertrustbundles`, { verbs: WRITE, to: 'the authorities that pods trust' }],
  [`${ADMISSION}/mutatingwebhookconfigurations`, { verbs: WRITE, to: EVERY_WRITE }],
  [`${ADMISSION}/validatingwebhookconfigurations`, { verbs: WRITE, to: EVERY_WRITE }],
  [`${ADMISSION}/mutatingadmissionpolicies`, { verbs: WRITE, to: EVERY_WRITE }],
  [`${ADMISSION}/mutatingadmissionpolicybindings`, { verbs: WRITE, to: EVERY_WRITE }],
  [`${ADMISSION}/validatingadmissionpolicies`, { verbs: WRITE, to: ADMISSION_OFF }],
  [`${ADMISSION}/validatingadmissionpolicybindings`, { verbs: WRITE, to: ADMISSION_OFF }],
  ['apiregistration.k8s.io/apiservices', { verbs: WRITE, to: 'every request to an API group, with its credentials' }],
  [
    'apiextensions.k8s.io/customresourcedefinitions',
    { verbs: WRITE, to: 'every object of a custom kind, by its conversion or removal' },
  ],
  ['scheduling.k8s.io/priorityclasses', { verbs: WRITE, to: 'the eviction of pods of any namespace' }],
  [
    'networking.k8s.io/networkpolicies',
    { verbs: [...CHANGE, 'delete', 'deletecollection'], to: 'an open network, without default-deny', unnamed: true },
  ],
  ['networking.k8s.io/ingressclasses', { verbs: WRITE, to: 'the traffic of every Ingress of a class' }],
  ['gateway.networking.k8s.io/gatewayclasses', { verbs: WRITE, to: 'the traffic of every Gateway of a class' }],
  [
    'gateway.networking.k8s.io/referencegrants',
    { verbs: APPEAR, to: 'Secrets and Services, opened to other namespaces' },
  ],
  ['security.openshift.io/securitycontextconstraints', { verbs: ['use'], to: 'privileged pods' }],
]);

const workloads: readonly (readonly [string, Escalation])[] = POD_CREATING_KINDS.filter(
  (resource) => !ESCALATIONS.has(resource),
).map((resource) => [resource, { verbs: APPEAR, to: 'every Secret and ServiceAccount, by pods that use them' }]);

/** The same of rights that a team may have in its own namespace, but no one in all of them. */
export const ESCALATIONS_EVERYWHERE: ReadonlyMap<string, Escalation> = new Map<string, Escalation>([
  ...workloads,
  ['/configmaps', { verbs: APPEAR, to: 'the settings of kube-system, such as who is an administrator (aws-auth)' }],
  ['/services', { verbs: APPEAR, to: 'traffic to any address, by externalIPs' }],
  ['/resourcequotas', { verbs: [...CHANGE, 'delete', 'deletecollection'], to: 'all resources of the cluster' }],
  ['networking.k8s.io/networkpolicies', { verbs: ['create'], to: 'an open network in every namespace' }],
  ['networking.k8s.io/ingresses', { verbs: APPEAR, to: 'the hosts and certificates of every system' }],
  ['gateway.networking.k8s.io/gateways', { verbs: APPEAR, to: 'the hosts and certificates of every system' }],
  ['gateway.networking.k8s.io/httproutes', { verbs: APPEAR, to: 'the hosts of every system' }],
  ['gateway.networking.k8s.io/grpcroutes', { verbs: APPEAR, to: 'the hosts of every system' }],
  ['gateway.networking.k8s.io/tlsroutes', { verbs: APPEAR, to: 'the hosts of every system' }],
]);

/** Whether the verb alone leads to more: `impersonate` also in its constrained forms of 1.35. */
export function isEscalatingVerb(verb: string): boolean {
  return verb === 'escalate' || verb === 'bind' || /^impersonate(?:$|[:-])/.test(verb);
}
