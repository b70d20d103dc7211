// Changes of objects, kind by kind: what an API server refuses, and beside each what it makes. The tests of synth use the same list.
import { type Case, type Json, type ObjectChange, ofKind } from './change';
import { STORAGE_CHANGES } from './storage-changes';
import { WORKLOAD_CHANGES } from './workload-changes';

const service = (more: Json = {}): Json => ({ spec: { selector: { app: 'one' }, ports: [{ port: 80 }], ...more } });

const BALANCED = { type: 'LoadBalancer', externalTrafficPolicy: 'Local' };

const binding = (name: string, more: Json = {}): Json => ({
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'someone' }],
  ...more,
});

const BINDING_CASES: readonly [readonly Case[], readonly Case[]] = [
  [['another role', binding('view'), binding('edit')]],
  [['no subject', binding('view'), binding('view', { subjects: [] })]],
];

const version = (name: string, more: Json = {}): Json => ({
  name,
  served: true,
  storage: false,
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  ...more,
});

const definition = (versions: readonly Json[], more: Json = {}): Json => ({
  metadata: { name: 'widgets.changes.example' },
  spec: {
    group: 'changes.example',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets' },
    versions,
    ...more,
  },
});

const STORED = version('v1', { storage: true });

/** All of them, in pairs. */
export const OBJECT_CHANGES: readonly ObjectChange[] = [
  ...WORKLOAD_CHANGES,
  ...STORAGE_CHANGES,
  ...ofKind(
    'v1',
    'Service',
    [
      ['another address', service({ clusterIP: '10.202.0.77' }), service({ clusterIP: '10.202.0.78' })],
      ['headless', service(), service({ clusterIP: 'None' })],
      ['an address for a headless one', service({ clusterIP: 'None' }), service({ clusterIP: '10.202.0.77' })],
      [
        'another balancer',
        service({ type: 'LoadBalancer' }),
        service({ type: 'LoadBalancer', loadBalancerClass: 'a.example/b' }),
      ],
      [
        'another port for its health',
        service({ ...BALANCED, healthCheckNodePort: 30123 }),
        service({ ...BALANCED, healthCheckNodePort: 30124 }),
      ],
    ],
    [
      ['headless no more', service({ clusterIP: 'None' }), service(), { answer: 'kept' }],
      ['no address stated', service({ clusterIP: '10.202.0.77' }), service()],
      ['a name outside', service(), { spec: { type: 'ExternalName', externalName: 'a.example' } }],
      ['from a name outside', { spec: { type: 'ExternalName', externalName: 'a.example' } }, service()],
      ['another type', service(), service({ type: 'LoadBalancer', loadBalancerClass: 'a.example/b' })],
      ['other ports and pods', service(), service({ selector: { app: 'other' }, ports: [{ port: 81 }] })],
    ],
  ),
  ...ofKind(
    'discovery.k8s.io/v1',
    'EndpointSlice',
    [
      [
        'another family',
        { addressType: 'IPv4', endpoints: [], ports: [] },
        { addressType: 'IPv6', endpoints: [], ports: [] },
      ],
    ],
    [
      [
        'an endpoint',
        { addressType: 'IPv4', endpoints: [], ports: [] },
        { addressType: 'IPv4', endpoints: [{ addresses: ['192.0.2.1'] }], ports: [] },
      ],
    ],
  ),
  ...ofKind(
    'networking.k8s.io/v1',
    'IngressClass',
    [['another controller', { spec: { controller: 'a.example/b' } }, { spec: { controller: 'a.example/c' } }]],
    [
      [
        'parameters',
        { spec: { controller: 'a.example/b' } },
        {
          spec: {
            controller: 'a.example/b',
            parameters: { kind: 'Some', name: 'one', apiGroup: 'a.example', scope: 'Cluster' },
          },
        },
      ],
    ],
  ),
  ...ofKind(
    'networking.k8s.io/v1',
    'ServiceCIDR',
    [['another range', { spec: { cidrs: ['192.0.2.0/28'] } }, { spec: { cidrs: ['192.0.2.16/28'] } }]],
    [
      [
        'a second family',
        { spec: { cidrs: ['192.0.2.0/28'] } },
        { spec: { cidrs: ['192.0.2.0/28', '2001:db8::/112'] } },
      ],
    ],
    { servedFrom: 34 },
  ),
  ...ofKind(
    'v1',
    'ConfigMap',
    [
      ['content that is immutable', { data: { a: 'b' }, immutable: true }, { data: { a: 'c' }, immutable: true }],
      ['immutable no more', { data: { a: 'b' }, immutable: true }, { data: { a: 'b' } }],
    ],
    [
      ['content', { data: { a: 'b' } }, { data: { a: 'c' } }],
      ['immutable from now on', { data: { a: 'b' } }, { data: { a: 'c' }, immutable: true }],
    ],
  ),
  ...ofKind(
    'v1',
    'Secret',
    [
      ['another type', { stringData: { a: 'b' } }, { stringData: { a: 'b' }, type: 'a.example/b' }],
      [
        'content that is immutable',
        { stringData: { a: 'b' }, immutable: true },
        { stringData: { a: 'c' }, immutable: true },
      ],
    ],
    [
      ['content', { stringData: { a: 'b' } }, { stringData: { a: 'c' }, type: 'Opaque' }],
      [
        'the same in the other form',
        { stringData: { a: 'b' }, immutable: true },
        { data: { a: 'Yg==' }, immutable: true },
      ],
    ],
  ),
  ...ofKind(
    'v1',
    'ResourceQuota',
    [
      [
        'other scopes',
        { spec: { hard: { pods: '1' }, scopes: ['BestEffort'] } },
        { spec: { hard: { pods: '1' }, scopes: ['NotBestEffort'] } },
      ],
    ],
    [
      ['another amount', { spec: { hard: { pods: '1' } } }, { spec: { hard: { pods: '2' } } }],
      [
        'another order',
        { spec: { hard: { pods: '1' }, scopes: ['NotBestEffort', 'NotTerminating'] } },
        { spec: { hard: { pods: '1' }, scopes: ['NotTerminating', 'NotBestEffort'] } },
      ],
    ],
  ),
  ...ofKind('rbac.authorization.k8s.io/v1', 'RoleBinding', ...BINDING_CASES),
  ...ofKind('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', ...BINDING_CASES),
  ...ofKind(
    'scheduling.k8s.io/v1',
    'PriorityClass',
    [
      ['another value', { value: 1 }, { value: 2 }],
      ['another policy', { value: 1 }, { value: 1, preemptionPolicy: 'Never' }],
    ],
    [['what is the default', { value: 1 }, { value: 1, preemptionPolicy: 'PreemptLowerPriority', description: 'a' }]],
  ),
  ...ofKind(
    'node.k8s.io/v1',
    'RuntimeClass',
    [['another handler', { handler: 'a' }, { handler: 'b' }]],
    [['nodes', { handler: 'a' }, { handler: 'a', scheduling: { nodeSelector: { a: 'b' } } }]],
  ),
  ...ofKind(
    'resource.k8s.io/v1',
    'ResourceClaim',
    [['another class', device('ResourceClaim', 'a'), device('ResourceClaim', 'b')]],
    [],
    { servedFrom: 34 },
  ),
  ...ofKind(
    'resource.k8s.io/v1',
    'ResourceClaimTemplate',
    [['another class', device('ResourceClaimTemplate', 'a'), device('ResourceClaimTemplate', 'b')]],
    [],
    { servedFrom: 34 },
  ),
  ...ofKind(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    [
      ['another kind', definition([STORED]), definition([STORED], { names: { kind: 'Gadget', plural: 'widgets' } })],
      ['another scope', definition([STORED]), definition([STORED], { scope: 'Cluster' })],
      ['no stored version', definition([STORED]), definition([version('v2', { storage: true })])],
    ],
    [
      ['a version more', definition([STORED]), definition([STORED, version('v2')])],
      [
        'another stored version',
        definition([STORED, version('v2')]),
        definition([version('v1'), version('v2', { storage: true })]),
      ],
      ['one version less', definition([STORED, version('v2')]), definition([STORED])],
    ],
  ),
];

function device(kind: 'ResourceClaim' | 'ResourceClaimTemplate', name: string): Json {
  const spec = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: name } }] } };
  return { spec: kind === 'ResourceClaim' ? spec : { spec } };
}
