// KEDA beside the control plane: its resources, its operator, and the adapter that answers autoscalers.
import { join } from 'node:path';
import { FOLDER } from '../process/paths';
import type { Program, Run } from '../process/run';
import { binary } from '../programs/build';
import { sourcesOf } from '../programs/sources';
import { aggregated } from './aggregated';
import { Authority } from './certificates';
import type { ControlPlane } from './control-plane';
import type { Kubectl } from './kubectl';
import { OUR_ADDRESS } from './network';
import { freePorts } from './ports';

const MODULE = 'programs/keda';
const API = {
  group: 'external.metrics.k8s.io',
  version: 'v1beta1',
  name: 'keda-metrics-apiserver',
  port: 4444,
} as const;

export class Keda {
  private constructor(
    private readonly plane: ControlPlane,
    private readonly resources: string,
    private readonly programs: readonly Program[],
  ) {}

  /** Starts it for the whole cluster. Operator and adapter prove to each other who they are, as in KEDA's own manifests. */
  static async start(run: Run, plane: ControlPlane): Promise<Keda> {
    const resources = await defineResources(plane.kubectl);
    await plane.kubectl.apply(OBJECTS);
    const keda = new Keda(plane, resources, await startPrograms(run, plane));
    const api = `/apis/${API.group}/${API.version}`;
    await run.until('external metrics API', 90, () => plane.kubectl.run(['get', '--raw', api]));
    return keda;
  }

  /** Takes all of it away again. What it scales must have gone: only KEDA deletes its custom resources. */
  async stop(): Promise<void> {
    await this.plane.kubectl.delete(OBJECTS);
    await this.plane.kubectl.run(['delete', '-f', this.resources]);
    for (const program of this.programs) await program.stop();
  }
}

/** Has an API server know KEDA's kinds, without a controller for them. Gives the folder of their definitions. */
export async function defineResources(kubectl: Kubectl): Promise<string> {
  const resources = join(sourcesOf(join(FOLDER, MODULE), 'github.com/kedacore/keda/v2'), 'config', 'crd', 'bases');
  // Too large for the annotation of a client-side apply.
  await kubectl.run(['apply', '--server-side', '-f', resources]);
  await kubectl.established();
  return resources;
}

/** The adapter and the operator. */
async function startPrograms(run: Run, plane: ControlPlane): Promise<Program[]> {
  const folder = join(run.folder, 'keda');
  const authority = await Authority.create(folder, 'ca');
  const { certificate, key } = await authority.issue('tls', { name: 'keda', alternatives: ['IP:127.0.0.1'] });
  const [answers = 0, metrics = 0] = await freePorts(2);
  const access = await plane.kubeconfig('keda', 'system:masters');
  const env = {
    KUBECONFIG: access,
    WATCH_NAMESPACE: '',
    POD_NAMESPACE: 'kube-system',
    KEDA_CLUSTER_OBJECT_NAMESPACE: 'kube-system',
  };
  const operates = [
    `--cert-dir=${folder}`,
    `--metrics-service-bind-address=127.0.0.1:${answers}`,
    '--metrics-bind-address=0',
    '--health-probe-bind-address=0',
    '--zap-encoder=console',
  ];
  const kubeconfigs = ['--authentication-kubeconfig', '--authorization-kubeconfig', '--lister-kubeconfig'];
  const adapts = [
    ...kubeconfigs.map((flag) => `${flag}=${access}`),
    `--cert-dir=${folder}`,
    `--tls-cert-file=${certificate}`,
    `--tls-private-key-file=${key}`,
    `--bind-address=${OUR_ADDRESS}`,
    `--secure-port=${API.port}`,
    `--metrics-service-address=127.0.0.1:${answers}`,
    `--port=${metrics}`,
  ];
  const operator = run.start('keda-operator', binary(MODULE, 'operator'), operates, { env });
  return [run.start('keda-adapter', binary(MODULE, 'adapter'), adapts, { env }), operator];
}

/** By what autoscalers reach the adapter, and may ask it for any external metric. */
const OBJECTS = [
  ...aggregated(API),
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'external-metrics-reader' },
    rules: [{ apiGroups: [API.group], resources: ['*'], verbs: ['get', 'list'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'external-metrics-reader' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'external-metrics-reader' },
    subjects: [{ kind: 'ServiceAccount', namespace: 'kube-system', name: 'horizontal-pod-autoscaler' }],
  },
];
