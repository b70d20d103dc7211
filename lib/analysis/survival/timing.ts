// How long recovery takes: the control plane's timeouts, and what a pod's probes and grace period allow.

import { ANNOTATION } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import { UNREACHABLE } from '../../model/manifest/well-known';
import { dig, integer, list, places, record } from '../objects/read-json';

/**
 * Seconds until an unreachable node is marked so: `--node-monitor-grace-period`, 50 from 1.32, 40 before. Until then requests
 * still go to its pods. Source: kubernetes.io, "Nodes".
 */
export const DETECTION_SECONDS = 50;

/** Seconds that pods stay on an unreachable node by default: DefaultTolerationSeconds. Source: kubernetes.io, "Taints and Tolerations". */
const TOLERATION_SECONDS = 300;

/** Seconds between two nodes of a zone whose pods are evicted: `--node-eviction-rate` of 0.1. Source: kubernetes.io, "Nodes". */
export const EVICTION_SECONDS = 10;

/** Seconds until a volume is detached from a node that does not answer. Source: kubernetes.io, "Node Shutdowns". */
export const FORCED_DETACH_SECONDS = 360;

/** Seconds that an ordered node may take: the cluster autoscaler's `--max-node-provision-time`. Source: its FAQ. */
export const PROVISION_SECONDS = 900;

/** Seconds that a pod's phases take at most. */
export interface Timing {
  /** From its start until it is ready. */
  readonly boot: number;
  /** How long it must stay ready before it counts as available. */
  readonly minReady: number;
  /** From the stop signal until it is gone. */
  readonly grace: number;
  /** How long it stays on an unreachable node. */
  readonly toleration: number;
}

/**
 * The times of a workload's pods. Boot is what init containers may take, if an annotation says it, the startup probe, if any, then the
 * first success of the readiness probe.
 */
export function timingOf(manifest: JsonObject, pod: JsonObject): Timing {
  const boots = places(pod, 'containers', '').map(({ value }) => {
    const startup = record(value.startupProbe);
    const readiness = record(value.readinessProbe);
    return (
      (startup === undefined ? 0 : probeSeconds(startup, 'whole')) +
      (readiness === undefined ? 0 : probeSeconds(readiness, 'first'))
    );
  });
  return {
    boot: initSeconds(manifest) + Math.max(0, ...boots),
    minReady: integer(dig(manifest, 'spec')?.minReadySeconds, 0) ?? 0,
    grace: integer(pod.terminationGracePeriodSeconds, 0) ?? 30,
    toleration: tolerationSeconds(pod),
  };
}

function initSeconds(manifest: JsonObject): number {
  const annotations = dig(manifest, 'spec', 'template', 'metadata', 'annotations');
  const stated = annotations?.[ANNOTATION.initSeconds];
  return typeof stated === 'string' && /^\d+$/.test(stated) ? Number(stated) : 0;
}

/** Seconds until a probe finally fails (`whole`), or can first succeed (`first`). Defaults are the API's. */
function probeSeconds(probe: JsonObject, until: 'whole' | 'first'): number {
  const delay = integer(probe.initialDelaySeconds, 0) ?? 0;
  const period = integer(probe.periodSeconds, 1) ?? 10;
  const times =
    until === 'first' ? (integer(probe.successThreshold, 1) ?? 1) : (integer(probe.failureThreshold, 1) ?? 3);
  return delay + period * times;
}

function tolerationSeconds(pod: JsonObject): number {
  const own = list(pod.tolerations)
    .map(record)
    .find((one) => one?.key === UNREACHABLE && one.effect === 'NoExecute');
  return own === undefined ? TOLERATION_SECONDS : (integer(own.tolerationSeconds, 0) ?? Number.POSITIVE_INFINITY);
}

/** Seconds in readable form: `50 s`, `7 min`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'ever';
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
