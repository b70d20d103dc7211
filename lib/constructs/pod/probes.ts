// Probes: startup is the boot budget, readiness says "this pod can serve now", liveness finds deadlocks only.
import type { Probe } from '../tree/kinds';

/** HTTP paths of the three probes. All three are required: a default would hide the decision. */
export interface Probes {
  /** Whether it has started. Until then no other probe runs. */
  readonly startup: {
    readonly path: string;
    /** Longest boot that is still healthy, in seconds. */
    readonly budgetSeconds: number;
  };
  /** Answers when this pod can serve now. Never asks a shared database: one failure would then empty the endpoints. */
  readonly readiness: { readonly path: string };
  /** Fails only when nothing but a restart helps. Must differ from readiness. */
  readonly liveness: { readonly path: string };
}

const STARTUP_PERIOD_SECONDS = 5;

/**
 * The three probes on the container's port `http`. A boot gets `budgetSeconds`, rounded up to a whole probe period; a pod that
 * reports "not ready" leaves the endpoints within 15 s, a silent one within 17 s; a deadlocked one is stopped within 35 s, after which
 * its grace period starts (e2e E8).
 */
export function renderProbes(probes: Probes): { startupProbe: Probe; readinessProbe: Probe; livenessProbe: Probe } {
  return {
    startupProbe: {
      httpGet: { path: probes.startup.path, port: 'http' },
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: 2,
      failureThreshold: Math.ceil(probes.startup.budgetSeconds / STARTUP_PERIOD_SECONDS),
    },
    readinessProbe: {
      httpGet: { path: probes.readiness.path, port: 'http' },
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: { path: probes.liveness.path, port: 'http' },
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
  };
}
