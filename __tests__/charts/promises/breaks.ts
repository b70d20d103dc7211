// What would break each promise, as a change of one final object.
import type { Json, JsonObject } from '../../../lib/model';
import { isJsonObject } from '../../../lib/model/manifest/json';
import { at } from '../../support/synthesis';
import { type Held, isPlaceholder, items, nameOf, servicesOf, sizeOf, templateOf, type World } from './world';

/** One change. */
export interface Break {
  readonly what: string;
  /** The beginning of the promise's name. */
  readonly promise: string;
  /** Kind of the object that is changed. */
  readonly kind: string;
  /** Which objects of the kind are changed, each in turn. @default all */
  readonly where?: (one: Held, world: World) => boolean;
  /** The object in its place; none where it is removed. */
  readonly change?: (object: JsonObject) => JsonObject;
  /** Objects beside it. @default none */
  readonly more?: (one: Held) => readonly JsonObject[];
}

/** The reason for a token. */
const TOKEN = 'service-account-token';

type Path = readonly (string | number)[];

/** The object with another value at a path; without it where the value is undefined. A missing part of the path is made. */
function put(value: Json | undefined, path: Path, to: Json | undefined): Json {
  const [key, ...rest] = path;
  if (key === undefined) throw new Error('an empty path');
  const inner = rest.length === 0 ? to : put(at(value, key), rest, to);
  if (typeof key === 'number') {
    const list = Array.isArray(value) ? [...value] : [];
    if (inner === undefined) list.splice(key, 1);
    else list[key] = inner;
    return list;
  }
  const { [key]: _, ...others } = isJsonObject(value) ? value : {};
  return inner === undefined ? others : { ...others, [key]: inner };
}

const changed = (object: JsonObject, path: Path, to: Json | undefined): JsonObject => {
  const result = put(object, path, to);
  return isJsonObject(result) ? result : object;
};

const setting =
  (path: Path, to?: Json) =>
  (object: JsonObject): JsonObject =>
    changed(object, path, to);

const POD = ['spec', 'template', 'spec'];
const CONTAINER = [...POD, 'containers', 0];

const isServing = (one: Held, world: World): boolean => !isPlaceholder(world, one);
const isBehindService = (one: Held, world: World): boolean => servicesOf(world, one).length > 0;
const survives = ({ object, place }: Held): boolean =>
  place !== undefined &&
  place.lost > 0 &&
  at(object, 'metadata', 'annotations', 'evenkeel.dev/zone-loss') === undefined;

/** Whether it is the budget of more than two pods: of two, one is also the half, and all but one. */
function isOfMany(budget: Held, world: World): boolean {
  const [own] = world.beside(budget, 'Deployment', 'StatefulSet').filter((one) => nameOf(one) === nameOf(budget));
  return own !== undefined && sizeOf(world, own).most > 2;
}
const isNamed =
  (name: string) =>
  (one: Held): boolean =>
    nameOf(one) === name;
const isOwnPolicy = (one: Held): boolean => nameOf(one) !== 'default-deny';
const hasIngress = (one: Held): boolean => isOwnPolicy(one) && items(at(one.object, 'spec', 'ingress')).length > 0;

/** A copy under another name. */
const again = ({ object }: Held): JsonObject[] => [changed(object, ['metadata', 'name'], 'again')];

/** An object that selects the pods of a workload. */
const selecting =
  (apiVersion: string, kind: string, path: Path, spec: JsonObject = {}) =>
  (one: Held): JsonObject[] => {
    const labels = at(templateOf(one), 'metadata', 'labels') ?? {};
    const metadata = { name: 'more', namespace: at(one.object, 'metadata', 'namespace') ?? '' };
    return [changed({ apiVersion, kind, metadata, spec }, ['spec', ...path], labels)];
  };

const budgets: readonly Break[] = [
  { what: 'no budget', promise: 'has one budget', kind: 'PodDisruptionBudget' },
  {
    what: 'half of the pods may be evicted',
    promise: 'has one budget',
    kind: 'PodDisruptionBudget',
    where: isOfMany,
    change: setting(['spec', 'maxUnavailable'], '50%'),
  },
  {
    what: 'no pod may be evicted',
    promise: 'has one budget',
    kind: 'PodDisruptionBudget',
    change: setting(['spec', 'maxUnavailable'], 0),
  },
  {
    what: 'one pod is enough',
    promise: 'has one budget',
    kind: 'PodDisruptionBudget',
    where: isOfMany,
    change: (object) => changed(changed(object, ['spec', 'maxUnavailable'], undefined), ['spec', 'minAvailable'], 1),
  },
  { what: 'a second budget', promise: 'has one budget', kind: 'PodDisruptionBudget', change: (it) => it, more: again },
  {
    what: 'a sick pod blocks the drain',
    promise: 'has one budget',
    kind: 'PodDisruptionBudget',
    change: setting(['spec', 'unhealthyPodEvictionPolicy']),
  },
  {
    what: 'the budget of other pods',
    promise: 'has one budget',
    kind: 'PodDisruptionBudget',
    change: setting(['spec', 'selector', 'matchLabels', 'app.kubernetes.io/name'], 'other'),
  },
  {
    what: 'a budget on a single pod',
    promise: 'has no budget, which',
    kind: 'StatefulSet',
    where: (one, world) => sizeOf(world, one).fewest < 2,
    change: (it) => it,
    more: selecting('policy/v1', 'PodDisruptionBudget', ['selector', 'matchLabels']),
  },
];

const lives: readonly Break[] = [
  ...[1, '50%'].map((missing) => ({
    what: `${missing} pods may be missing in a release`,
    promise: 'has all its pods while',
    kind: 'Deployment',
    where: isServing,
    change: setting(['spec', 'strategy', 'rollingUpdate', 'maxUnavailable'], missing),
  })),
  {
    what: 'Recreate',
    promise: 'has all its pods while',
    kind: 'Deployment',
    where: isServing,
    change: setting(['spec', 'strategy'], { type: 'Recreate' }),
  },
  {
    what: 'no minReadySeconds',
    promise: 'has all its pods while',
    kind: 'Deployment',
    where: isServing,
    change: setting(['spec', 'minReadySeconds']),
  },
  ...['Deployment', 'StatefulSet'].flatMap((kind): Break[] => [
    {
      what: 'S1: no preStop',
      promise: 'serves on while',
      kind,
      where: isBehindService,
      change: setting([...CONTAINER, 'lifecycle']),
    },
    {
      what: 'a preStop of a second',
      promise: 'serves on while',
      kind,
      where: isBehindService,
      change: setting([...CONTAINER, 'lifecycle', 'preStop'], { sleep: { seconds: 1 } }),
    },
    {
      what: 'a grace period that ends with preStop',
      promise: 'serves on while',
      kind,
      where: isBehindService,
      change: (object) =>
        changed(
          object,
          [...POD, 'terminationGracePeriodSeconds'],
          at(object, ...CONTAINER, 'lifecycle', 'preStop', 'sleep', 'seconds'),
        ),
    },
    {
      what: 'S3: no readiness probe',
      promise: 'gets requests only while',
      kind,
      where: isBehindService,
      change: setting([...CONTAINER, 'readinessProbe']),
    },
    {
      what: 'liveness asks what readiness asks',
      promise: 'gets requests only while',
      kind,
      where: isBehindService,
      change: (object) => changed(object, [...CONTAINER, 'livenessProbe'], at(object, ...CONTAINER, 'readinessProbe')),
    },
    ...['livenessProbe', 'startupProbe'].map((probe) => ({
      what: `no ${probe}`,
      promise: 'gets requests only while',
      kind,
      where: isBehindService,
      change: setting([...CONTAINER, probe]),
    })),
    {
      what: 'no zone spread',
      promise: 'is spread strictly',
      kind,
      where: survives,
      change: (object) =>
        changed(
          object,
          [...POD, 'topologySpreadConstraints'],
          items(at(object, ...POD, 'topologySpreadConstraints')).slice(1),
        ),
    },
    ...(
      [
        ['the zone spread is a wish', 'whenUnsatisfiable', 'ScheduleAnyway'],
        ['a skew of 2', 'maxSkew', 2],
        ['minDomains of all zones, so that a release waits for a lost one', 'minDomains', 9],
        ['a dead zone counts', 'nodeTaintsPolicy', undefined],
        ['the spread counts other pods', 'labelSelector', { matchLabels: { app: 'other' } }],
      ] as const
    ).map(([what, key, to]) => ({
      what,
      promise: 'is spread strictly',
      kind,
      where: survives,
      change: setting([...POD, 'topologySpreadConstraints', 0, key], to),
    })),
    {
      what: 'no spread over nodes',
      promise: 'is spread over nodes',
      kind,
      where: isServing,
      change: setting([...POD, 'topologySpreadConstraints']),
    },
  ]),
];

const scaling: readonly Break[] = [
  {
    what: 'replicas beside an autoscaler',
    promise: 'has one autoscaler or',
    kind: 'Deployment',
    where: ({ object }) => at(object, 'spec', 'replicas') === undefined,
    change: setting(['spec', 'replicas'], 3),
  },
  { what: 'no autoscaler', promise: 'has one autoscaler or', kind: 'HorizontalPodAutoscaler' },
  {
    what: 'two autoscalers',
    promise: 'has one autoscaler or',
    kind: 'HorizontalPodAutoscaler',
    change: (it) => it,
    more: again,
  },
  ...(
    [
      ['HorizontalPodAutoscaler', ['spec', 'behavior']],
      ['ScaledObject', ['spec', 'advanced', 'horizontalPodAutoscalerConfig', 'behavior']],
    ] as const
  ).flatMap(([kind, behavior]): Break[] =>
    (
      [
        ['no behavior', []],
        ['P2c: pods never go', ['scaleDown', 'selectPolicy'], 'Disabled'],
        ['pods never come', ['scaleUp', 'selectPolicy'], 'Disabled'],
        ['pods go at once', ['scaleDown', 'stabilizationWindowSeconds'], 0],
        ['pods come late', ['scaleUp', 'stabilizationWindowSeconds'], 300],
        ['all pods go in one step', ['scaleDown', 'policies', 0, 'value'], 100],
      ] as const
    ).map(([what, path, to]) => ({
      what,
      promise: 'adds pods at once',
      kind,
      change: setting([...behavior, ...path], to),
    })),
  ),
];

const END: Readonly<Record<string, Path>> = { Job: ['spec'], CronJob: ['spec', 'jobTemplate', 'spec'] };

const ends: readonly Break[] = [
  ...Object.entries(END).map(([kind, path]) => ({
    what: 'no deadline',
    promise: 'ends by a deadline',
    kind,
    change: setting([...path, 'activeDeadlineSeconds']),
  })),
  {
    what: 'a Job that stays',
    promise: 'ends by a deadline',
    kind: 'Job',
    change: setting(['spec', 'ttlSecondsAfterFinished']),
  },
  ...['Job', 'CronJob', 'DaemonSet'].map((kind) => ({
    what: 'a budget',
    promise: 'has no budget and',
    kind,
    change: (it: JsonObject) => it,
    more: selecting('policy/v1', 'PodDisruptionBudget', ['selector', 'matchLabels']),
  })),
  ...['CronJob', 'DaemonSet'].map((kind) => ({
    what: 'a Service',
    promise: 'has no budget and',
    kind,
    change: (it: JsonObject) => it,
    more: selecting('v1', 'Service', ['selector']),
  })),
  {
    what: 'an Ingress leads to a Job',
    promise: 'has no budget and',
    kind: 'Job',
    change: (it) => it,
    more: (one) => {
      const backend = { service: { name: 'more', port: { number: 80 } } };
      const spec = { rules: [{ host: 'a.example', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] };
      const metadata = { name: 'more', namespace: at(one.object, 'metadata', 'namespace') ?? '' };
      const ingress = { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata, spec };
      return [...selecting('v1', 'Service', ['selector'])(one), ingress];
    },
  },
];

const pods: readonly Break[] = [
  { what: 'no memory limit', promise: 'asks for', path: [...CONTAINER, 'resources', 'limits'] },
  {
    what: 'a memory limit below the request',
    promise: 'asks for',
    path: [...CONTAINER, 'resources', 'limits', 'memory'],
    to: '1Mi',
  },
  { what: 'no CPU request', promise: 'asks for', path: [...CONTAINER, 'resources', 'requests', 'cpu'] },
  { what: 'root', promise: 'runs restricted', path: [...POD, 'securityContext', 'runAsNonRoot'] },
  { what: 'no seccomp', promise: 'runs restricted', path: [...POD, 'securityContext', 'seccompProfile'] },
  {
    what: 'privileges may be gained',
    promise: 'runs restricted',
    path: [...CONTAINER, 'securityContext', 'allowPrivilegeEscalation'],
  },
  {
    what: 'S6 without its reason: a writable root file system',
    promise: 'runs restricted',
    path: [...CONTAINER, 'securityContext', 'readOnlyRootFilesystem'],
  },
  { what: 'capabilities', promise: 'runs restricted', path: [...CONTAINER, 'securityContext', 'capabilities'] },
  {
    what: 'the network of the host',
    promise: 'runs restricted',
    excuse: 'node-access',
    path: [...POD, 'hostNetwork'],
    to: true,
  },
  {
    what: 'a host port',
    promise: 'runs restricted',
    excuse: 'node-access',
    path: [...CONTAINER, 'ports'],
    to: [{ hostPort: 80 }],
  },
  {
    what: 'a folder of the host',
    promise: 'runs restricted',
    excuse: 'node-access',
    path: [...POD, 'volumes'],
    to: [{ name: 'a', hostPath: { path: '/' } }],
  },
  {
    what: 'a token',
    promise: 'gets no token',
    excuse: TOKEN,
    path: [...POD, 'automountServiceAccountToken'],
    to: true,
  },
  {
    what: 'a token by default',
    promise: 'gets no token',
    excuse: TOKEN,
    path: [...POD, 'automountServiceAccountToken'],
  },
].flatMap(({ what, promise, excuse, path, to }) =>
  ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].map((kind) => ({
    what,
    promise,
    kind,
    where: (one: Held) => !isExcused(one, excuse),
    change: setting(path, to),
  })),
);

/** Whether a workload gives a reason for what the promise forbids. */
function isExcused({ object }: Held, excuse: string | undefined): boolean {
  return excuse !== undefined && at(object, 'metadata', 'annotations', `evenkeel.dev/${excuse}`) !== undefined;
}

/** The name of the ConfigMap that its container reads. */
const configOf = (object: JsonObject) => at(object, ...CONTAINER, 'envFrom', 0, 'configMapRef', 'name');

const configurations: readonly Break[] = [
  {
    what: 'L30, on the account: a token for every pod that names it',
    promise: 'gets no token',
    kind: 'ServiceAccount',
    where: (one, world) =>
      !world
        .beside(one, 'Deployment', 'StatefulSet', 'DaemonSet')
        .some((workload) => nameOf(workload) === nameOf(one) && isExcused(workload, TOKEN)),
    change: setting(['automountServiceAccountToken'], true),
  },
  {
    what: 'no hash in the name',
    promise: 'rolls out with its configuration',
    kind: 'Deployment',
    where: ({ object }) => configOf(object) !== undefined,
    change: (object) =>
      changed(object, [...CONTAINER, 'envFrom', 0, 'configMapRef', 'name'], String(configOf(object)).slice(0, -11)),
  },
  {
    what: 'a configuration that may be changed in place',
    promise: 'rolls out with its configuration',
    kind: 'ConfigMap',
    where: ({ object }) => object.immutable === true,
    change: setting(['immutable']),
  },
  {
    what: 'one name for two contents',
    promise: 'has another name with',
    kind: 'ConfigMap',
    where: ({ object }) => object.immutable === true,
    change: (it) => it,
    more: ({ object }) => [changed(changed(object, ['data'], { other: 'x' }), ['metadata', 'namespace'], 'other')],
  },
];

const policies: readonly Break[] = [
  {
    what: 'no policy',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: isOwnPolicy,
  },
  {
    what: 'a policy of one direction',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: isOwnPolicy,
    change: setting(['spec', 'policyTypes'], ['Ingress']),
  },
  ...(
    [
      ['no from', undefined],
      ['from all namespaces', [{ namespaceSelector: {} }]],
      ['from all pods', [{ podSelector: {} }]],
      ['from all addresses', [{ ipBlock: { cidr: '0.0.0.0/0' } }]],
    ] as const
  ).map(([what, from]) => ({
    what: `open ingress: ${what}`,
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: hasIngress,
    change: setting(['spec', 'ingress', 0, 'from'], from),
  })),
  {
    what: 'every port',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: hasIngress,
    change: setting(['spec', 'ingress', 0, 'ports']),
  },
  {
    what: 'open egress',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: isOwnPolicy,
    change: (object) => changed(object, ['spec', 'egress'], [...items(at(object, 'spec', 'egress')), {}]),
  },
  {
    what: 'a port to anywhere that no one named',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: isOwnPolicy,
    change: (object) =>
      changed(object, ['spec', 'egress'], [...items(at(object, 'spec', 'egress')), { ports: [{ port: 22 }] }]),
  },
  {
    what: 'no DNS',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: isOwnPolicy,
    change: (object) => changed(object, ['spec', 'egress'], items(at(object, 'spec', 'egress')).slice(1)),
  },
  {
    what: 'a second policy that lets anyone in',
    promise: 'has one network policy',
    kind: 'NetworkPolicy',
    where: isOwnPolicy,
    change: (it) => it,
    more: again,
  },
  { what: 'no default deny', promise: 'denies all', kind: 'NetworkPolicy', where: isNamed('default-deny') },
  ...(
    [
      ['a denial of one direction', ['policyTypes'], ['Ingress']],
      ['a denial that lets all in', ['ingress'], [{}]],
      ['a denial of some pods', ['podSelector'], { matchLabels: { app: 'web' } }],
    ] as const
  ).map(([what, path, to]) => ({
    what,
    promise: 'denies all',
    kind: 'NetworkPolicy',
    where: isNamed('default-deny'),
    change: setting(['spec', ...path], to),
  })),
];

const half = (object: JsonObject, key: string): JsonObject => {
  const value = String(at(object, 'spec', 'hard', key));
  const [, amount, unit = ''] = /^(\d+)(\w*)$/.exec(value) ?? [];
  return changed(object, ['spec', 'hard', key], `${Math.floor(Number(amount) / 2)}${unit}`);
};

const namespaces: readonly Break[] = [
  { what: 'no quota', promise: 'has a quota', kind: 'ResourceQuota' },
  ...['pods', 'requests.cpu', 'requests.memory'].flatMap((key) => [
    {
      what: `a halved quota of ${key}`,
      promise: 'has a quota',
      kind: 'ResourceQuota',
      change: (it: JsonObject) => half(it, key),
    },
    {
      what: `no quota of ${key}`,
      promise: 'has a quota',
      kind: 'ResourceQuota',
      change: setting(['spec', 'hard', key]),
    },
  ]),
  {
    what: 'a quota with room for load balancers',
    promise: 'has a quota',
    kind: 'ResourceQuota',
    change: setting(['spec', 'hard', 'services.loadbalancers'], '1'),
  },
  { what: 'no LimitRange', promise: 'gives requests and', kind: 'LimitRange' },
  {
    what: 'a LimitRange without a limit',
    promise: 'gives requests and',
    kind: 'LimitRange',
    change: setting(['spec', 'limits', 0, 'default']),
  },
  ...['enforce', 'audit', 'warn'].map((level) => ({
    what: `baseline (${level})`,
    promise: 'enforces the Pod Security',
    kind: 'Namespace',
    change: setting(['metadata', 'labels', `pod-security.kubernetes.io/${level}`], 'baseline'),
  })),
  {
    what: 'no Pod Security',
    promise: 'enforces the Pod Security',
    kind: 'Namespace',
    change: setting(['metadata', 'labels']),
  },
  {
    what: 'a Pod by itself',
    promise: 'has no workload of',
    kind: 'Namespace',
    change: (it) => it,
    more: ({ object }) => [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', namespace: at(object, 'metadata', 'name') ?? '' },
        spec: {},
      },
    ],
  },
];

const rule = (apiGroups: string[], resources: string[], verbs: string[]): JsonObject => ({
  apiGroups,
  resources,
  verbs,
});
const granting =
  (more: JsonObject) =>
  (object: JsonObject): JsonObject =>
    changed(object, ['rules'], [...items(object.rules), more]);

const rights: readonly Break[] = [
  ...[
    rule(['apps'], ['daemonsets'], ['create']),
    rule([''], ['secrets'], ['get']),
    rule([''], ['pods/exec'], ['create']),
    rule([''], ['services'], ['deletecollection']),
    rule(['networking.k8s.io'], ['networkpolicies'], ['patch']),
  ].map((more) => ({
    what: `a deployer that may also ${JSON.stringify(more)}`,
    promise: 'may write the kinds',
    kind: 'Role',
    change: granting(more),
  })),
  {
    what: 'a deployer that lacks a kind',
    promise: 'may write the kinds',
    kind: 'Role',
    change: (object) => changed(object, ['rules'], items(object.rules).slice(1)),
  },
  ...['pods/exec', 'pods/attach', 'pods/portforward', 'secrets'].map((resource) => ({
    what: `a viewer with ${resource}`,
    promise: 'reads, without',
    kind: 'ClusterRole',
    where: isNamed('evenkeel-viewer'),
    change: granting(rule([''], [resource], ['get'])),
  })),
  {
    what: 'a viewer that deletes pods',
    promise: 'reads, without',
    kind: 'ClusterRole',
    where: isNamed('evenkeel-viewer'),
    change: granting(rule([''], ['pods'], ['delete'])),
  },
  ...(
    [
      ['everything', ['*'], ['*'], ['*']],
      ['Secrets', [''], ['secrets'], ['list']],
      ['rights', ['rbac.authorization.k8s.io'], ['roles'], ['patch']],
    ] as const
  ).map(([what, groups, resources, verbs]) => ({
    what: `a right to ${what}`,
    promise: 'gives no right',
    kind: 'ClusterRole',
    change: granting(rule([...groups], [...resources], [...verbs])),
  })),
  {
    what: 'operator for viewers',
    promise: 'gives a role to',
    kind: 'RoleBinding',
    where: isNamed('viewer'),
    change: setting(['roleRef', 'name'], 'evenkeel-operator'),
  },
  {
    what: 'cluster-admin for deployers',
    promise: 'gives a role to',
    kind: 'RoleBinding',
    where: isNamed('deployer'),
    change: setting(['roleRef'], { kind: 'ClusterRole', name: 'cluster-admin' }),
  },
  {
    what: 'a group that has no such role',
    promise: 'gives a role to',
    kind: 'RoleBinding',
    change: setting(['subjects', 1], { kind: 'Group', name: 'system:authenticated' }),
  },
  {
    what: 'a group without its role',
    promise: 'gives a role to',
    kind: 'RoleBinding',
    change: setting(['subjects', 0]),
  },
  {
    what: 'a role in every namespace',
    promise: 'makes no one',
    kind: 'RoleBinding',
    change: (it) => it,
    more: ({ object }) => [{ ...object, kind: 'ClusterRoleBinding' }],
  },
];

const ways: readonly Break[] = [
  { what: 'no TLS', promise: 'serves each of', kind: 'Ingress', change: setting(['spec', 'tls']) },
  {
    what: 'a host without a certificate',
    promise: 'serves each of',
    kind: 'Ingress',
    change: setting(['spec', 'tls', 0, 'hosts', 0]),
  },
  {
    what: 'no host, which is every host',
    promise: 'serves each of',
    kind: 'Ingress',
    change: setting(['spec', 'rules', 0, 'host']),
  },
  {
    what: 'LoadBalancer',
    promise: 'is reached from within',
    kind: 'Service',
    change: setting(['spec', 'type'], 'LoadBalancer'),
  },
  {
    what: 'NodePort that no chart asks for',
    promise: 'is reached from within',
    kind: 'Service',
    where: ({ saysNodePort }) => !saysNodePort,
    change: setting(['spec', 'type'], 'NodePort'),
  },
  {
    what: 'addresses from outside',
    promise: 'is reached from within',
    kind: 'Service',
    change: setting(['spec', 'externalIPs'], ['192.0.2.1']),
  },
  ...(
    [
      ['aks', 'service.beta.kubernetes.io/aws-load-balancer-type'],
      ['local', 'service.beta.kubernetes.io/aws-load-balancer-type'],
      ['aks', 'alb.ingress.kubernetes.io/scheme'],
      ['aks', 'cloud.google.com/neg'],
      ['eks', 'service.beta.kubernetes.io/azure-load-balancer-internal'],
      ['eks', 'azure.workload.identity/client-id'],
      ['eks', 'iam.gke.io/gcp-service-account'],
    ] as const
  ).map(([provider, key]) => ({
    what: `L36: ${key} on ${provider}`,
    promise: 'has no key that',
    kind: 'Service',
    where: ({ place }: Held) => place?.provider === provider,
    change: setting(['metadata', 'annotations', key], 'x'),
  })),
];

export const breaks: readonly Break[] = [
  ...budgets,
  ...lives,
  ...scaling,
  ...ends,
  ...pods,
  ...configurations,
  ...policies,
  ...namespaces,
  ...rights,
  ...ways,
];
