// What was derived, by the annotations of the manifests.
import { type Manifest, ofKind } from './manifests';

/** The account of a database. */
export interface Account {
  /** Connections that its clients take at the worst moment. */
  readonly needed: number;
  /** Its stated `max_connections`. */
  readonly maxConnections: number;
}

export function accountOf(manifests: readonly Manifest[]): Account {
  const [account = ''] = ofKind(manifests, 'Service').flatMap(
    ({ metadata }) => metadata.annotations?.['evenkeel.dev/connections'] ?? [],
  );
  const [, needed, maxConnections] = /^(\d+) of \d+: .*max_connections (\d+)/.exec(account) ?? [];
  return complete({ needed: Number(needed), maxConnections: Number(maxConnections) });
}

/** The scaling of a queue's consumer. */
export interface QueueScaling {
  readonly min: number;
  readonly max: number;
  /** Messages a second that a pod is given. */
  readonly ratePerPod: number;
  /** Time for the largest backlog, in seconds: what was asked for, and what was derived. */
  readonly objective: number;
  readonly drain: number;
}

export function queueScalingOf(manifests: readonly Manifest[]): QueueScaling {
  const [scaled] = ofKind(manifests, 'ScaledObject');
  const rate = scaled?.spec.triggers.find(({ metadata }) => metadata.mode === 'MessageRate');
  const noted = (note: string, pattern: RegExp) =>
    Number(pattern.exec(scaled?.metadata.annotations?.[`evenkeel.dev/${note}`] ?? '')?.[1]);
  return complete({
    min: Number(scaled?.spec.minReplicaCount),
    max: Number(scaled?.spec.maxReplicaCount),
    ratePerPod: Number(rate?.metadata.value),
    objective: noted('queue-length', /\((\d+) s to drain/),
    drain: noted('drain-time', /= (\d+) s$/),
  });
}

/** The growth of a workload while a node is on its way. */
export interface Growth {
  /** Pods that run off peak. */
  readonly min: number;
  /** Pods that are added before a node arrives. */
  readonly pods: number;
}

export function growthOf(manifests: readonly Manifest[]): Growth {
  const [autoscaler] = ofKind(manifests, 'HorizontalPodAutoscaler');
  const note = autoscaler?.metadata.annotations?.['evenkeel.dev/headroom'] ?? '';
  const [, pods] = / = (\d+) pods? that hold the place of growth$/.exec(note) ?? [];
  return complete({ min: Number(autoscaler?.spec.minReplicas), pods: Number(pods) });
}

/** A number that the manifests lack is an error. */
function complete<Numbers extends object>(numbers: Numbers): Numbers {
  const missing = Object.entries(numbers).filter(([, value]) => !Number.isFinite(value));
  if (missing.length > 0) throw new Error(`the manifests do not say ${missing.map(([name]) => name).join(', ')}`);
  return numbers;
}
