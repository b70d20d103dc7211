// What a cluster stores of our objects: the few fields that proofs ask for.
import type { Cluster } from '../cluster/cluster';
import type { Kubectl } from '../cluster/kubectl';
import type { Metadata } from '../manifests/manifests';

export interface List<Item> {
  readonly items: readonly Item[];
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface Pod {
  readonly metadata: Metadata & {
    readonly uid: string;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
  };
  readonly spec: { readonly nodeName?: string; readonly priority?: number };
  readonly status: {
    readonly podIP?: string;
    readonly phase: string;
    readonly conditions?: readonly Condition[];
    readonly containerStatuses?: readonly ContainerStatus[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
  };
}

interface ContainerStatus {
  readonly restartCount: number;
  readonly image: string;
  readonly containerID?: string;
  readonly state: { readonly terminated?: { readonly exitCode: number; readonly finishedAt: string } };
}

/** Pods of one component. */
export async function podsOf(on: { readonly kubectl: Kubectl }, namespace: string, component?: string): Promise<Pod[]> {
  const selector = component === undefined ? [] : ['-l', `app.kubernetes.io/name=${component}`];
  const { items } = await on.kubectl.get<List<Pod>>(['pods', '-n', namespace, ...selector]);
  return [...items];
}

/** Whether the pod serves: ready, and not on its way out. */
export function isReady({ metadata, status }: Pod): boolean {
  const ready = status.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True');
  return ready === true && metadata.deletionTimestamp === undefined;
}

/** Whether the scheduler found no place for the pod: what a cluster autoscaler orders a node for. */
export function isRefused({ status }: Pod): boolean {
  return status.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable') === true;
}

export function restarts({ status }: Pod): number {
  return status.containerStatuses?.reduce((sum, { restartCount }) => sum + restartCount, 0) ?? 0;
}

export async function nodePortOf(cluster: Cluster, where: { readonly namespace: string; readonly name: string }) {
  const template = 'jsonpath={.spec.ports[0].nodePort}';
  return Number(await cluster.kubectl.run(['get', 'service', where.name, '-n', where.namespace, '-o', template]));
}

/** Pods of each value of a key, such as the zone. */
export function countBy<Item>(items: readonly Item[], key: (item: Item) => string | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = key(item) ?? 'none';
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
}

/** Asks the test server in a pod, past every Service. */
export async function ask({ status }: Pod, path: string, method = 'GET'): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://${status.podIP}:8080${path}`, { method, signal: AbortSignal.timeout(5000) });
  return { status: response.status, text: (await response.text()).trim() };
}
