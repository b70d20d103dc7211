// The admission policy of a cluster: what RBAC cannot refuse to those who deploy, in the namespaces of Evenkeel.

import { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { type Cluster, minorNumber } from '../../model/cluster/cluster';
import type { JsonObject } from '../../model/manifest/json';
import { apiVersionOf } from '../../model/manifest/kind-lookup';
import { APP } from '../../model/manifest/well-known';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { type Admitted, admitted, type ByNamespace, HOST_ANNOTATIONS } from './admitted';

const NAME = 'evenkeel';

/** The first minor that serves it as v1. */
const FIRST_MINOR = 30;

/** Whether the cluster knows the kind. */
export const hasAdmissionPolicies = ({ kubernetes }: Pick<Cluster, 'kubernetes'>): boolean =>
  minorNumber(kubernetes) >= FIRST_MINOR;

/**
 * Creates the policy, and its binding to all namespaces that carry our label. It follows from the final objects of the cluster: what
 * they have is admitted in their namespace, and nothing else of its sort.
 *
 * Source: kubernetes.io, "Validating Admission Policy", "Common Expression Language in Kubernetes".
 */
export function createAdmissionPolicy(scope: Construct): void {
  const kind = 'ValidatingAdmissionPolicy';
  const policy = new ApiObject(scope, 'admission-policy', {
    apiVersion: apiVersionOf(kind),
    kind,
    metadata: { name: NAME },
  });
  setEntry(policy, ENTRY.completion, (manifest, { cluster }) => ({
    manifest: { ...manifest, spec: specFor(admitted(cluster)) },
    findings: [],
  }));
  const binding = 'ValidatingAdmissionPolicyBinding';
  new ApiObject(scope, 'admission-policy-binding', {
    apiVersion: apiVersionOf(binding),
    kind: binding,
    metadata: { name: NAME },
    spec: {
      policyName: NAME,
      validationActions: ['Deny'],
      matchResources: { ...DEFAULTS, namespaceSelector: { matchLabels: { [APP.managedBy]: 'evenkeel' } } },
    },
  });
}

/**
 * What the API server adds to matchConstraints and matchResources. Both are compared as a whole: without it server-side apply meets a
 * conflict, and plain apply changes the rules each time. Source: k8s.io/kubernetes, pkg/apis/admissionregistration/v1/defaults.go.
 */
const DEFAULTS: JsonObject = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };

const WRITES = ['CREATE', 'UPDATE'];

const rule = (group: string, resources: readonly string[], operations: readonly string[] = WRITES): JsonObject => ({
  apiGroups: [group],
  apiVersions: ['*'],
  operations: [...operations],
  resources: [...resources],
  scope: '*',
});

const ROUTES = ['grpcroutes', 'httproutes', 'tlsroutes'];
const LISTENERS = ['gateways', 'listenersets'];

function specFor({ hosts, externalIps, priorities }: Admitted): JsonObject {
  return {
    failurePolicy: 'Fail',
    matchConstraints: {
      ...DEFAULTS,
      resourceRules: [
        rule('', ['pods'], ['CREATE']),
        rule('', ['services']),
        rule('networking.k8s.io', ['ingresses']),
        rule('gateway.networking.k8s.io', [...LISTENERS, ...ROUTES].sort()),
        rule('externaldns.k8s.io', ['dnsendpoints']),
      ],
    },
    // a controller that removes its finalizer changes neither, and must not be refused
    matchConditions: [
      {
        name: 'changed',
        expression:
          'oldObject == null || object.?spec != oldObject.?spec || object.metadata.?annotations != oldObject.metadata.?annotations',
      },
    ],
    variables: [
      { name: 'written', expression: mapOf(hosts) },
      // hosts of namespaces that this app does not write are not ours to judge
      { name: 'isWritten', expression: 'request.namespace in variables.written' },
      { name: 'hosts', expression: 'variables.isWritten ? variables.written[request.namespace] : []' },
      { name: 'annotations', expression: 'object.metadata.?annotations.orValue({})' },
    ],
    validations: [
      validation(
        'services',
        `object.spec.?externalIPs.orValue([]).all(address, ${isIn('address', externalIps)})`,
        'externalIPs would take traffic that is meant for others',
      ),
      validation(
        'pods',
        [
          '!object.spec.?priorityClassName.orValue("").startsWith("system-")',
          ...(priorities.size === 0 ? [] : [isIn('object.spec.priorityClassName', priorities)]),
        ].join(' || '),
        'a priority of Kubernetes itself evicts the pods of others',
      ),
      hostValidation(
        ['ingresses'],
        'object.spec.?rules.orValue([]).all(rule, rule.?host.orValue("") in variables.hosts) && ' +
          'object.spec.?tls.orValue([]).all(tls, tls.?hosts.orValue([]).all(host, host in variables.hosts)) && ' +
          '(!has(object.spec.defaultBackend) || "" in variables.hosts)',
      ),
      hostValidation(
        ROUTES,
        'object.spec.?hostnames.orValue([]).size() == 0 ? "" in variables.hosts : ' +
          'object.spec.hostnames.all(host, host in variables.hosts)',
      ),
      hostValidation(
        LISTENERS,
        'object.spec.?listeners.orValue([]).all(listener, listener.?hostname.orValue("") in variables.hosts)',
      ),
      hostValidation(
        ['dnsendpoints'],
        'object.?spec.?endpoints.orValue([]).all(endpoint, endpoint.?dnsName.orValue("") in variables.hosts)',
      ),
      {
        expression: `!variables.isWritten || ${JSON.stringify(HOST_ANNOTATIONS)}.all(key, !(key in variables.annotations) || variables.annotations[key].split(",").all(host, host.trim() == "" || host.trim() in variables.hosts))`,
        message: NOT_WRITTEN,
        reason: 'Forbidden',
      },
    ],
  };
}

const NOT_WRITTEN = 'no manifest of this namespace has the host; the policy lists those that do';

function validation(resource: string, expression: string, message: string): JsonObject {
  return { expression: `request.resource.resource != "${resource}" || ${expression}`, message, reason: 'Forbidden' };
}

function hostValidation(resources: readonly string[], expression: string): JsonObject {
  return {
    expression: `!variables.isWritten || !(request.resource.resource in ${JSON.stringify(resources)}) || (${expression})`,
    message: NOT_WRITTEN,
    reason: 'Forbidden',
  };
}

/** A map of CEL, one line a namespace. */
function mapOf(values: ByNamespace): string {
  const lines = [...values].map(
    ([namespace, list]) => `  ${JSON.stringify(namespace)}: [${list.map((one) => JSON.stringify(one)).join(', ')}]`,
  );
  return lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n}`;
}

/** Whether a value is among those of the request's namespace, as CEL. */
function isIn(value: string, values: ByNamespace): string {
  if (values.size === 0) return 'false';
  const map = mapOf(values).replace(/\s+/g, ' ');
  return `(request.namespace in ${map} && ${value} in ${map}[request.namespace])`;
}
