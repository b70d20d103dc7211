// The same trial with other kinds: StatefulSets whose volumes stay in a zone or on a node, claims that are bound, DaemonSets, devices, pools with taints.
import { HOSTNAME, ZONE } from '../../lib/model/manifest/well-known';
import { Random } from './random';
import {
  type ApiObject,
  type Fields,
  type NodeObject,
  type Trial,
  tolerationOf,
  type WorkloadObject,
  withPod,
} from './trial';

/** A device that only some nodes have. */
const DEVICE = 'trial.example/device';

const POOL = { key: 'pool', value: 'special', effect: 'NoSchedule' } as const;
const TOLERATES_POOL = { key: POOL.key, operator: 'Exists', effect: POOL.effect };

/** Seeds of further choices, apart from those that the trial was made with. */
const FURTHER = 100_000;

export function withKinds(trial: Trial): Trial {
  const random = new Random(FURTHER + trial.seed);
  const nodes = poolsOf(random, trial);
  const made = trial.workloads.map((workload) => workloadOf(random, workload, nodes));
  return {
    ...trial,
    nodes,
    workloads: made.map(({ workload }) => workload),
    storage: made.flatMap(({ storage }) => storage),
    daemons: random.chance(0.7) ? [daemonOf(random, trial.namespace)] : [],
    departure: random.chance(0.5) ? 'drained' : 'lost',
  };
}

/** The nodes, with the labels that volumes stay by, and perhaps devices and a taint of their pool. */
function poolsOf(random: Random, { seed, namespace, nodes }: Trial): NodeObject[] {
  const hasDevices = random.chance(0.5);
  const isTainted = random.chance(0.6);
  return nodes.map((node): NodeObject => {
    const { metadata, spec, status } = node;
    const { name, labels } = metadata;
    const isSpecial = labels['pool'] === POOL.value;
    const devices = hasDevices && random.chance(0.6) ? { [DEVICE]: `${random.whole(1, 4)}` } : {};
    const amounts = { ...status.allocatable, ...devices };
    return {
      ...node,
      metadata: {
        name,
        labels: { ...labels, [ZONE]: `${namespace}-${labels[`zone.trial/${seed}`]}`, [HOSTNAME]: name },
      },
      spec: { taints: isTainted && isSpecial ? [...spec.taints, POOL] : spec.taints },
      status: { allocatable: amounts, capacity: amounts },
    };
  });
}

interface Made {
  readonly workload: WorkloadObject;
  readonly storage: readonly ApiObject[];
}

function workloadOf(random: Random, given: WorkloadObject, nodes: readonly NodeObject[]): Made {
  const wantsDevice = nodes.some(({ status }) => DEVICE in status.allocatable) && random.chance(0.5);
  let { workload, storage }: Made = { workload: given, storage: [] };
  if (wantsDevice) workload = withPod(workload, (pod) => requesting(pod, { [DEVICE]: `${random.whole(1, 2)}` }));
  if (random.chance(0.5)) workload = withPod(workload, tolerating);
  if (random.chance(0.5)) ({ workload, storage } = keepingState(random, workload, nodes));
  else if (random.chance(0.3)) ({ workload, storage } = sharing(random, workload, nodes));
  return { workload, storage };
}

const tolerating = (pod: Fields): Fields => ({
  ...pod,
  tolerations: [...(pod['tolerations'] as readonly Fields[]), TOLERATES_POOL],
});

/** Devices are requested and limited alike. */
function requesting(pod: Fields, devices: Fields): Fields {
  const [container] = pod['containers'] as readonly [{ readonly resources: { readonly requests: Fields } }];
  const { requests } = container.resources;
  return {
    ...pod,
    containers: [{ ...container, resources: { requests: { ...requests, ...devices }, limits: devices } }],
  };
}

/** A StatefulSet, whose volumes stay in a zone or on a node, or that has none. */
function keepingState(random: Random, given: WorkloadObject, nodes: readonly NodeObject[]): Made {
  const { metadata, spec } = given;
  // long enough for a pod to be seen on its way out
  const stopping = withPod(given, (pod) => ({
    ...(random.chance(0.8) ? spread(pod, given) : pod),
    terminationGracePeriodSeconds: 1,
  }));
  const podManagementPolicy = random.pick(['OrderedReady', 'Parallel'] as const);
  const workload: WorkloadObject = {
    ...stopping,
    kind: 'StatefulSet',
    spec: { ...stopping.spec, podManagementPolicy },
  };
  if (random.chance(0.15)) return { workload, storage: [] };
  const [key, provisioner] = random.chance(0.7)
    ? [ZONE, 'ebs.csi.aws.com']
    : [HOSTNAME, 'kubernetes.io/no-provisioner'];
  const name = `${metadata.namespace}-${metadata.name}`;
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name },
    provisioner,
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  // as many everywhere as there are pods: no driver makes volumes here
  const places = [...new Set(nodes.map(({ metadata: { labels } }) => labels[key] ?? ''))];
  const volumes = places.flatMap((place) =>
    Array.from({ length: spec.replicas }, (_, index) =>
      volumeOf(`${name}-${place}-${index}`, key, [place], { storageClassName: name, accessModes: ['ReadWriteOnce'] }),
    ),
  );
  const claim = {
    metadata: { name: 'data' },
    spec: { storageClassName: name, accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  return {
    workload: { ...workload, spec: { ...workload.spec, volumeClaimTemplates: [claim] } },
    storage: [storageClass, ...volumes],
  };
}

/** Over zones, as our StatefulSets are. */
const spread = (pod: Fields, { spec }: WorkloadObject): Fields => ({
  ...pod,
  topologySpreadConstraints: [
    {
      topologyKey: ZONE,
      maxSkew: 1,
      whenUnsatisfiable: 'DoNotSchedule',
      nodeTaintsPolicy: 'Honor',
      labelSelector: spec.selector,
    },
  ],
});

/** A Deployment whose pods share a volume of some zones. */
function sharing(random: Random, given: WorkloadObject, nodes: readonly NodeObject[]): Made {
  const { namespace, name } = given.metadata;
  const zones = [...new Set(nodes.map(({ metadata: { labels } }) => labels[ZONE] ?? ''))];
  const some = zones.filter(() => random.chance(0.6));
  const volumeName = `${namespace}-${name}`;
  const access = { storageClassName: '', accessModes: ['ReadWriteMany'] };
  const claimRef = { namespace, name };
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace },
    spec: { ...access, volumeName, resources: { requests: { storage: '1Gi' } } },
  };
  const volumes = [{ name: 'shared', persistentVolumeClaim: { claimName: name } }];
  return {
    workload: withPod(given, (pod) => ({ ...pod, volumes })),
    storage: [volumeOf(volumeName, ZONE, some.length === 0 ? zones : some, { ...access, claimRef }), claim],
  };
}

/** A volume that only nodes with one of these values of a label reach. */
function volumeOf(
  name: string,
  key: string,
  values: readonly string[],
  more: Fields,
): ApiObject & { readonly spec: Fields } {
  const nodeSelectorTerms = [{ matchExpressions: [{ key, operator: 'In', values }] }];
  const spec = {
    capacity: { storage: '1Gi' },
    persistentVolumeReclaimPolicy: 'Retain',
    hostPath: { path: '/unused' },
    nodeAffinity: { required: { nodeSelectorTerms } },
    ...more,
  };
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name }, spec };
}

/** A DaemonSet. Nothing preempts its pods. */
function daemonOf(random: Random, namespace: string): ApiObject & { readonly spec: Fields } {
  const labels = { app: 'agent' };
  const requests = { cpu: random.pick(['250m', '1000m', '1500m']), memory: '256Mi' };
  const pod = {
    priorityClassName: DAEMON_CLASS,
    ...(random.chance(0.2) ? { nodeSelector: { pool: 'general' } } : {}),
    tolerations: [tolerationOf(namespace), ...(random.chance(0.5) ? [TOLERATES_POOL] : [])],
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'none', resources: { requests } }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'agent', namespace },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
}

/** A class that every cluster has, above all of the trials'. */
const DAEMON_CLASS = 'system-node-critical';
