// Probes: startup is the boot budget, readiness says "this pod can serve now", liveness finds deadlocks only.

import { either, type Fields, fields, flag, number, optional, text } from '../../model/finding/schema';
import { defined } from '../../model/manifest/json';
import type { Probe as Rendered } from '../tree/kinds';

/** How a probe asks: by HTTP, where a status from 200 to 399 is a yes, or by opening a connection to the port. */
export type Probe = { readonly path: string } | { readonly tcp: true };

/** The probes of a pod. Each may be left out, at a price. */
export interface Probes {
  /**
   * Longest boot that is still healthy, in seconds. The time of a rollout, its deadline and the answers of `evenkeel prove` rest
   * on it, so it is stated without a startup probe as well.
   */
  readonly bootSeconds: number;
  /**
   * Answers once the boot is over. Without it, a liveness probe waits `bootSeconds` before it first asks, however short the boot is.
   * @default none
   */
  readonly startup?: Probe;
  /**
   * Answers when this pod can serve now. Never asks a shared database: one failure would then empty the endpoints. Without it, a pod
   * gets requests as soon as its container starts, so behind a Service every rollout and every restart may lose some.
   * @default none
   */
  readonly readiness?: Probe;
  /**
   * Fails only when nothing but a restart helps, so it must differ from readiness. Without it, a pod that hangs stays until someone
   * deletes it.
   * @default none
   */
  readonly liveness?: Probe;
}

/** Where an application answers for its health. */
export interface HealthzProps {
  /** Longest boot that is still healthy, in seconds. */
  readonly bootSeconds: number;
  /** The only health path of the application. @default it has three: /healthz/started, /healthz/ready and /healthz/live */
  readonly path?: string;
}

/**
 * The probes of an application with health paths: the three below /healthz, or the only one that it has. A single path does not distinguish a pod
 * that is busy from one that hangs, so there is no liveness probe then; `{ ...healthz({ … }), liveness: { tcp: true } }` adds one.
 *
 * @example probes: healthz({ bootSeconds: 30 })
 * @example probes: healthz({ bootSeconds: 30, path: '/health' })
 */
export function healthz(props: HealthzProps): Probes {
  // a misspelt key goes on to the component, which reports it at the user's line
  const { path, ...rest } = props;
  if (path !== undefined) return { ...rest, startup: { path }, readiness: { path } };
  return {
    ...rest,
    startup: { path: '/healthz/started' },
    readiness: { path: '/healthz/ready' },
    liveness: { path: '/healthz/live' },
  };
}

const PROBE = either(
  [
    fields<{ path: string }>({
      path: text('an absolute path, such as /healthz/ready', (path) => path.startsWith('/')),
    }),
    fields<{ tcp: true }>({ tcp: flag(true) }),
  ],
  "{ path: '/…' } or { tcp: true }",
);

const PROBES: Fields<Probes> = {
  bootSeconds: number({ above: 0, atMost: 86_400 }),
  startup: optional(PROBE),
  readiness: optional(PROBE),
  liveness: optional(PROBE),
};

/** What the probes of a component may say. */
export const PROBES_SCHEMA = fields(
  PROBES,
  'healthz({ bootSeconds: 30 }), or { bootSeconds, startup, readiness, liveness }',
);

/** Stands for probes that are refused. */
export const PROBES_STAND_IN: Probes = healthz({ bootSeconds: 30 });

/** The path of a probe by HTTP. */
export function pathOf(probe: Probe | undefined): string | undefined {
  return probe !== undefined && 'path' in probe ? probe.path : undefined;
}

const STARTUP_PERIOD_SECONDS = 5;

/**
 * The probes on the container's port `http`. A boot gets `bootSeconds`, rounded up to a whole probe period; a pod that
 * reports "not ready" leaves the endpoints within 15 s, a silent one within 17 s; a deadlocked one is stopped within 35 s, after which
 * its grace period starts (e2e E8).
 */
export function renderProbes({ bootSeconds, startup, readiness, liveness }: Probes): {
  startupProbe?: Rendered;
  readinessProbe?: Rendered;
  livenessProbe?: Rendered;
} {
  return defined({
    startupProbe: startup && {
      ...ask(startup),
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: 2,
      failureThreshold: Math.ceil(bootSeconds / STARTUP_PERIOD_SECONDS),
    },
    readinessProbe: readiness && { ...ask(readiness), periodSeconds: 5, timeoutSeconds: 2, failureThreshold: 3 },
    livenessProbe: liveness && {
      ...ask(liveness),
      ...(startup === undefined ? { initialDelaySeconds: Math.ceil(bootSeconds) } : {}),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
  });
}

function ask(probe: Probe): Pick<Rendered, 'httpGet' | 'tcpSocket'> {
  return 'path' in probe ? { httpGet: { path: probe.path, port: 'http' } } : { tcpSocket: { port: 'http' } };
}
