// What was derived, by the annotations of the manifests.
import { accountOf, derivationOf, resultOf } from '../../lib/model/manifest/annotations';
import { type Manifest, ofKind } from './manifests';

/** The account of a database. */
export interface DatabaseAccount {
  /** Connections that its clients take at the worst moment. */
  readonly needed: number;
  /** Its stated `max_connections`. */
  readonly maxConnections: number;
}

export function databaseAccountOf(manifests: readonly Manifest[]): DatabaseAccount {
  const [account] = ofKind(manifests, 'Service').flatMap(
    ({ metadata }) => accountOf(metadata.annotations, 'connections') ?? [],
  );
  const [, maxConnections] = /max_connections (\d+)/.exec(account?.text ?? '') ?? [];
  return complete({ needed: Number(account?.needed), maxConnections: Number(maxConnections) });
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
  const annotations = scaled?.metadata.annotations;
  const [, objective] = /\((\d+) s to drain/.exec(derivationOf(annotations, 'queue-length') ?? '') ?? [];
  return complete({
    min: Number(scaled?.spec.minReplicaCount),
    max: Number(scaled?.spec.maxReplicaCount),
    ratePerPod: Number(rate?.metadata.value),
    objective: Number(objective),
    drain: Number(resultOf(derivationOf(annotations, 'drain-time'))),
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
  const pods = resultOf(derivationOf(autoscaler?.metadata.annotations, 'headroom'));
  return complete({ min: Number(autoscaler?.spec.minReplicas), pods: Number(pods) });
}

/** A number that the manifests lack is an error. */
function complete<Numbers extends object>(numbers: Numbers): Numbers {
  const missing = Object.entries(numbers).filter(([, value]) => !Number.isFinite(value));
  if (missing.length > 0) throw new Error(`the manifests do not say ${missing.map(([name]) => name).join(', ')}`);
  return numbers;
}
