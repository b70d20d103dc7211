// How the pods of a component start, stop and spread.

import { type Cluster, minorNumber } from '../../model/cluster/cluster';
import { HOSTNAME, ZONE } from '../../model/manifest/well-known';
import type { Availability } from '../../model/pods/availability';
import type { Container, PodSpec } from '../tree/kinds';

/** How the pods of a workload start, stop and spread. */
export interface Life {
  /** Time between the end of new requests and SIGTERM, in seconds. */
  readonly preStopSeconds: number;
  /** Time from the start of preStop until a pod is killed, in seconds. */
  readonly terminationGracePeriodSeconds: number;
  /** @default Always */
  readonly restartPolicy?: 'Never' | 'OnFailure';
  /** @default as the scheduler likes */
  readonly spread?: Pick<PodSpec, 'topologySpreadConstraints' | 'affinity'>;
}

/**
 * Spreads evenly and strictly over zones, over nodes as well as possible. `nodeTaintsPolicy: Honor` ignores a dead zone, and
 * `matchLabelKeys` counts each revision separately.
 *
 * Pods that are replaced in place have no `revisionLabel`: all are counted together. A pod that returns to the zone of its volume finds
 * the skew as it was; counted by revision, two new pods bound to one zone could wait for a third one that is replaced only after them.
 *
 * Source: kubernetes.io, "Pod Topology Spread Constraints".
 */
export function renderSpread(
  { zoneSpread }: Pick<Availability, 'zoneSpread'>,
  selector: Readonly<Record<string, string>>,
  revisionLabel?: string,
): Pick<PodSpec, 'topologySpreadConstraints' | 'affinity'> {
  const common = {
    labelSelector: { matchLabels: selector },
    ...(revisionLabel === undefined ? {} : { matchLabelKeys: [revisionLabel] }),
    nodeTaintsPolicy: 'Honor',
  };
  const host = { ...common, topologyKey: HOSTNAME, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' };
  const zone = { ...common, topologyKey: ZONE, whenUnsatisfiable: 'DoNotSchedule' };
  const apart = { labelSelector: { matchLabels: selector }, topologyKey: HOSTNAME };
  return {
    topologySpreadConstraints: [...(zoneSpread === undefined ? [] : [{ ...zone, ...zoneSpread }]), host],
    affinity: {
      podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: apart }] },
    },
  };
}

/** A stopping container goes on for `seconds` before it gets SIGTERM: natively where the cluster can (from 1.30). */
export function drain(seconds: number, { kubernetes }: Pick<Cluster, 'kubernetes'>): Container['lifecycle'] {
  if (seconds === 0) return undefined;
  const native = minorNumber(kubernetes) >= 30;
  return { preStop: native ? { sleep: { seconds } } : { exec: { command: ['sleep', String(seconds)] } } };
}
