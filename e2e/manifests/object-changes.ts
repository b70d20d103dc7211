// Changes of objects, kind by kind: what an API server refuses, and beside each what it makes. The tests of synth use the same list.

interface Json {
  readonly [key: string]: unknown;
}

/** One object before and after. */
export interface ObjectChange {
  /** `apps/Deployment`, with an empty group for the core. */
  readonly kind: string;
  /** What changes, in a few words. */
  readonly what: string;
  readonly before: Json;
  readonly after: Json;
  /** `kept`: the API server takes it and leaves the field as it was. */
  readonly answer: 'refused' | 'made' | 'kept';
  /** The first minor that makes the change: 33 for 1.33. @default the answer is that of all minors */
  readonly madeFrom?: number;
  /** The first minor that serves the kind, or has the field on by default. @default all */
  readonly servedFrom?: number;
  /** Whether the claim has a volume, as in a cluster with controllers. */
  readonly bound?: true;
}

export const CHANGES_NAMESPACE = 'changes';

const CONTAINER = { name: 'main', image: 'main:1' };
const POD = { containers: [CONTAINER] };

function object(apiVersion: string, kind: string, body: Json, namespace: string | undefined = CHANGES_NAMESPACE): Json {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  const metadata = {
    name: kind === 'ServiceCIDR' ? 'other' : 'one',
    ...(CLUSTER.has(`${group}/${kind}`) ? {} : { namespace }),
  };
  return { apiVersion, kind, metadata, ...body };
}

const CLUSTER = new Set([
  '/PersistentVolume',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/VolumeAttributesClass',
  'networking.k8s.io/IngressClass',
  'networking.k8s.io/ServiceCIDR',
  'scheduling.k8s.io/PriorityClass',
  'node.k8s.io/RuntimeClass',
  'rbac.authorization.k8s.io/ClusterRoleBinding',
  'apiextensions.k8s.io/CustomResourceDefinition',
]);

type Case = readonly [what: string, before: Json, after: Json, more?: Partial<ObjectChange>];

/** The cases of a kind: those that are refused, then those that are made. */
function ofKind(
  apiVersion: string,
  kind: string,
  refused: readonly Case[],
  made: readonly Case[],
  general: Partial<ObjectChange> = {},
): ObjectChange[] {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const cases = (list: readonly Case[], answer: ObjectChange['answer']) =>
    list.map(([what, before, after, more]) => ({
      kind: `${group}/${kind}`,
      what,
      before: object(apiVersion, kind, before),
      after: object(apiVersion, kind, after),
      answer,
      ...general,
      ...more,
    }));
  return [...cases(refused, 'refused'), ...cases(made, 'made')];
}

const workload = (more: Json = {}, label = 'one', pod: Json = POD): Json => ({
  spec: {
    selector: { matchLabels: { app: label } },
    template: { metadata: { labels: { app: label } }, spec: pod },
    ...more,
  },
});

const IMAGE = { containers: [{ ...CONTAINER, image: 'main:2' }] };

const WORKLOAD_CASES: readonly [readonly Case[], readonly Case[]] = [
  [['another selector', workload(), workload({}, 'other')]],
  [['another image', workload(), workload({}, 'one', IMAGE)]],
];

const template = (size: string, more: Json = {}): Json => ({
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } }, ...more },
});

const job = (more: Json = {}, pod: Json = {}): Json => ({
  spec: { template: { spec: { restartPolicy: 'Never', containers: [CONTAINER], ...pod } }, ...more },
});

const PLACED = { nodeSelector: { pool: 'load' } };
const RESOURCES = { containers: [{ ...CONTAINER, resources: { requests: { cpu: '1' } } }] };

const claim = (size: string, more: Json = {}): Json => ({
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } }, ...more },
});

const volume = (more: Json = {}, path = '/data'): Json => ({
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    storageClassName: 'none',
    hostPath: { path },
    ...more,
  },
});

const onNode = (name: string): Json => ({
  nodeAffinity: {
    required: { nodeSelectorTerms: [{ matchExpressions: [{ key: 'node', operator: 'In', values: [name] }] }] },
  },
});

const storageClass = (more: Json = {}): Json => ({ provisioner: 'a.example', ...more });

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
  ...ofKind('apps/v1', 'Deployment', ...WORKLOAD_CASES),
  ...ofKind('apps/v1', 'ReplicaSet', ...WORKLOAD_CASES),
  ...ofKind('apps/v1', 'DaemonSet', ...WORKLOAD_CASES),
  ...ofKind(
    'apps/v1',
    'StatefulSet',
    [
      ['another selector', workload({ serviceName: 'one' }), workload({ serviceName: 'one' }, 'other')],
      ['another Service', workload({ serviceName: 'one' }), workload({ serviceName: 'other' })],
      [
        'a larger claim',
        workload({ volumeClaimTemplates: [template('1Gi')] }),
        workload({ volumeClaimTemplates: [template('2Gi')] }),
      ],
      ['one claim more', workload(), workload({ volumeClaimTemplates: [template('1Gi')] })],
      ['another start of its pods', workload(), workload({ podManagementPolicy: 'Parallel' })],
      ['a shorter history', workload(), workload({ revisionHistoryLimit: 3 }), { madeFrom: 33 }],
    ],
    [
      ['another image', workload(), workload({}, 'one', IMAGE)],
      ['what is the default', workload(), workload({ podManagementPolicy: 'OrderedReady', revisionHistoryLimit: 10 })],
      [
        'a claim with its defaults and another spelling',
        workload({ volumeClaimTemplates: [template('1Gi')] }),
        workload({ volumeClaimTemplates: [template('1024Mi', { volumeMode: 'Filesystem' })] }),
      ],
      ['a delay', workload(), workload({ minReadySeconds: 5 })],
      [
        'retention of claims',
        workload(),
        workload({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } }),
      ],
      ['other ordinals', workload(), workload({ ordinals: { start: 1 } })],
      ['on deletion', workload(), workload({ updateStrategy: { type: 'OnDelete' } })],
    ],
  ),
  ...ofKind(
    'batch/v1',
    'Job',
    [
      ['another image', job(), job({}, IMAGE)],
      ['another image while suspended', job({ suspend: true }), job({ suspend: true }, IMAGE)],
      ['other nodes', job(), job({}, PLACED)],
      ['other resources', job(), job({}, RESOURCES)],
      ['other resources while suspended', job({ suspend: true }), job({ suspend: true }, RESOURCES), { madeFrom: 36 }],
      ['more completions', job({ completions: 1 }), job({ completions: 2 })],
      [
        'indexed completions without parallelism',
        job({ completionMode: 'Indexed', completions: 2 }),
        job({ completionMode: 'Indexed', completions: 3 }),
      ],
      ['another mode', job({ completions: 2 }), job({ completions: 2, completionMode: 'Indexed' })],
      [
        'a policy for failures',
        job(),
        job({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [3] } }] } }),
      ],
      [
        'another limit for an index',
        job({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 1 }),
        job({ completionMode: 'Indexed', completions: 2, backoffLimitPerIndex: 2 }),
        { servedFrom: 29 },
      ],
    ],
    [
      ['other nodes while suspended', job({ suspend: true }), job({ suspend: true }, PLACED)],
      ['its start', job({ suspend: true }), job({ suspend: false })],
      ['more at once', job({ completions: 4 }), job({ completions: 4, parallelism: 2 })],
      [
        'indexed completions with parallelism',
        job({ completionMode: 'Indexed', completions: 2, parallelism: 2 }),
        job({ completionMode: 'Indexed', completions: 3, parallelism: 3 }),
      ],
      [
        'a deadline and a life',
        job(),
        job({ activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 60, backoffLimit: 2 }),
      ],
      [
        'what is the default',
        job(),
        job(
          { completions: 1, completionMode: 'NonIndexed' },
          {
            dnsPolicy: 'ClusterFirst',
            schedulerName: 'default-scheduler',
            containers: [{ ...CONTAINER, imagePullPolicy: 'IfNotPresent', terminationMessagePolicy: 'File' }],
          },
        ),
      ],
    ],
  ),
  ...ofKind(
    'batch/v1',
    'CronJob',
    [],
    [
      [
        'another image and time',
        { spec: { schedule: '0 1 * * *', jobTemplate: job() } },
        { spec: { schedule: '0 2 * * *', jobTemplate: job({}, IMAGE) } },
      ],
    ],
  ),
  ...ofKind(
    'v1',
    'Pod',
    [
      ['a variable', { spec: POD }, { spec: { containers: [{ ...CONTAINER, env: [{ name: 'A', value: 'b' }] }] } }],
      [
        'a longer deadline',
        { spec: { ...POD, activeDeadlineSeconds: 60 } },
        { spec: { ...POD, activeDeadlineSeconds: 90 } },
      ],
    ],
    [
      ['another image', { spec: POD }, { spec: IMAGE }],
      ['a toleration', { spec: POD }, { spec: { ...POD, tolerations: [{ key: 'a', operator: 'Exists' }] } }],
      [
        'a shorter deadline',
        { spec: { ...POD, activeDeadlineSeconds: 60 } },
        { spec: { ...POD, activeDeadlineSeconds: 30 } },
      ],
    ],
  ),
  ...ofKind(
    'v1',
    'PersistentVolumeClaim',
    [
      [
        'smaller',
        claim('2Gi', { storageClassName: 'grows' }),
        claim('1Gi', { storageClassName: 'grows' }),
        { bound: true },
      ],
      ['other access', claim('1Gi'), claim('1Gi', { accessModes: ['ReadWriteMany'] }), { bound: true }],
      [
        'another class',
        claim('1Gi', { storageClassName: 'grows' }),
        claim('1Gi', { storageClassName: 'other' }),
        { bound: true },
      ],
      ['no class', claim('1Gi', { storageClassName: 'grows' }), claim('1Gi'), { bound: true }],
      ['another volume', claim('1Gi', { volumeName: 'a' }), claim('1Gi', { volumeName: 'b' }), { bound: true }],
      ['another mode', claim('1Gi'), claim('1Gi', { volumeMode: 'Block' }), { bound: true }],
      ['a selector', claim('1Gi'), claim('1Gi', { selector: { matchLabels: { a: 'b' } } }), { bound: true }],
    ],
    [
      [
        'larger',
        claim('1Gi', { storageClassName: 'grows' }),
        claim('2Gi', { storageClassName: 'grows' }),
        { bound: true },
      ],
      ['another spelling', claim('1Gi'), claim('1024Mi', { volumeMode: 'Filesystem' }), { bound: true }],
      ['a volume', claim('1Gi'), claim('1Gi', { volumeName: 'a' })],
      [
        'an attributes class',
        claim('1Gi', { storageClassName: 'grows' }),
        claim('1Gi', { storageClassName: 'grows', volumeAttributesClassName: 'fast' }),
        { bound: true, servedFrom: 34 },
      ],
    ],
  ),
  ...ofKind(
    'v1',
    'PersistentVolume',
    [
      ['another source', volume(), volume({}, '/other')],
      ['another mode', volume(), volume({ volumeMode: 'Block' })],
      ['another node', volume(onNode('a')), volume(onNode('b'))],
    ],
    [
      ['what happens to its data', volume(), volume({ persistentVolumeReclaimPolicy: 'Delete' })],
      ['a node', volume(), volume(onNode('a'))],
      ['its size', volume(), volume({ capacity: { storage: '2Gi' } })],
    ],
  ),
  ...ofKind(
    'storage.k8s.io/v1',
    'StorageClass',
    [
      ['another provisioner', storageClass(), storageClass({ provisioner: 'b.example' })],
      ['parameters', storageClass(), storageClass({ parameters: { type: 'ssd' } })],
      ['another policy', storageClass(), storageClass({ reclaimPolicy: 'Retain' })],
      ['another binding', storageClass(), storageClass({ volumeBindingMode: 'WaitForFirstConsumer' })],
    ],
    [
      [
        'what is the default',
        storageClass(),
        storageClass({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
      ],
      ['growth', storageClass(), storageClass({ allowVolumeExpansion: true })],
      ['options of mounts', storageClass(), storageClass({ mountOptions: ['noatime'] })],
    ],
  ),
  ...ofKind(
    'storage.k8s.io/v1',
    'VolumeAttributesClass',
    [
      [
        'another driver',
        { driverName: 'a.example', parameters: { iops: '1' } },
        { driverName: 'b.example', parameters: { iops: '1' } },
      ],
      [
        'other parameters',
        { driverName: 'a.example', parameters: { iops: '1' } },
        { driverName: 'a.example', parameters: { iops: '2' } },
      ],
    ],
    [],
    { servedFrom: 34 },
  ),
  ...ofKind(
    'storage.k8s.io/v1',
    'CSIDriver',
    [
      ['no attachment', { spec: {} }, { spec: { attachRequired: false } }],
      ['other modes', { spec: {} }, { spec: { volumeLifecycleModes: ['Ephemeral'] } }],
      ['another group policy', { spec: {} }, { spec: { fsGroupPolicy: 'File' } }, { madeFrom: 30 }],
      ['what pods say', { spec: {} }, { spec: { podInfoOnMount: true } }, { madeFrom: 30 }],
    ],
    [['capacity', { spec: {} }, { spec: { storageCapacity: true } }]],
  ),
  ...ofKind(
    'v1',
    'Service',
    [
      ['another address', service({ clusterIP: '10.0.0.77' }), service({ clusterIP: '10.0.0.78' })],
      ['headless', service(), service({ clusterIP: 'None' })],
      ['an address for a headless one', service({ clusterIP: 'None' }), service({ clusterIP: '10.0.0.77' })],
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
      ['no address stated', service({ clusterIP: '10.0.0.77' }), service()],
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

/** Whether the API server of a minor has to answer. */
export const isServed = ({ servedFrom = 0 }: ObjectChange, minor: number): boolean => minor >= servedFrom;

/** The answer of a minor. */
export function answerOf({ answer, madeFrom = Infinity }: ObjectChange, minor: number): ObjectChange['answer'] {
  return answer === 'refused' && minor >= madeFrom ? 'made' : answer;
}
