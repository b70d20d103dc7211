// Probes: startup is the boot budget, readiness says "this pod can serve now", liveness finds deadlocks only.

import type { Problem } from '../../model/finding/problem';
import {
  checked,
  either,
  emptyText,
  type Fields,
  fields,
  flag,
  like,
  list,
  number,
  optional,
  table,
  text,
} from '../../model/finding/schema';
import { portName } from '../../model/manifest/formats';
import { defined } from '../../model/manifest/json';
import type { Probe as Rendered } from '../tree/kinds';
import type { NamedPort, Protocol } from './ports';

/** How a probe asks. What names no `port` asks the component's `port`. */
export type Probe = HttpProbe | GrpcProbe | TcpProbe | ExecProbe;

/** Asks by HTTP: a status from 200 to 399 is a yes. */
export interface HttpProbe {
  /** Absolute path: `/healthz/ready`. */
  readonly path: string;
  /** Headers of the request. @default none */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of another port of the component. @default `port` */
  readonly port?: string;
}

/** Asks by the gRPC health checking protocol: SERVING is a yes. */
export interface GrpcProbe {
  /** `true` asks for the whole server; a text is the name of a service. */
  readonly grpc: true | string;
  /** Name of another port of the component. @default `port` */
  readonly port?: string;
}

/** Asks by opening a connection. */
export interface TcpProbe {
  /** Always `true`. */
  readonly tcp: true;
  /** Name of another port of the component. @default `port` */
  readonly port?: string;
}

/** Asks by a command in the container: exit code 0 is a yes. */
export interface ExecProbe {
  /** The command and its arguments; no shell reads them: `['redis-cli', 'ping']`. */
  readonly exec: readonly string[];
}

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

const PORT_NAME = optional(text("the name of one of the component's ports", portName.fits));
const COMMAND = "['redis-cli', 'ping']";

const PROBE = either(
  [
    fields<HttpProbe>({
      path: text('an absolute path, such as /healthz/ready', (path) => path.startsWith('/')),
      headers: optional(table(emptyText(), "{ Host: 'shop.example' }")),
      port: PORT_NAME,
    }),
    fields<GrpcProbe>({
      grpc: like(
        'true, or the name of a service',
        (value) => value === true || (typeof value === 'string' && value !== ''),
      ),
      port: PORT_NAME,
    }),
    fields<TcpProbe>({ tcp: flag(true), port: PORT_NAME }),
    fields<ExecProbe>({
      exec: checked<readonly string[]>(list(text(), COMMAND), (words) =>
        words.length > 0 ? [] : [{ message: 'the command is empty', expected: COMMAND }],
      ),
    }),
  ],
  "{ path: '/…' }, { grpc: true }, { tcp: true } or { exec: […] }",
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

/** The path of a probe by HTTP at this one of the ports. */
export function pathAt(port: NamedPort, ports: readonly NamedPort[], probe: Probe | undefined): string | undefined {
  return probe !== undefined && 'path' in probe && portOf(probe, ports) === port ? probe.path : undefined;
}

/** What a port must speak for a probe to get an answer. */
const ANSWERS: Readonly<Record<'path' | 'grpc' | 'tcp', readonly Protocol[]>> = {
  path: ['http'],
  grpc: ['grpc'],
  tcp: ['http', 'grpc', 'tcp'],
};

/** Probes that ask a port which does not exist, or cannot answer them. */
export function findProbeProblems(probes: Probes, ports: readonly NamedPort[]): Problem[] {
  const { startup, readiness, liveness } = probes;
  return Object.entries({ startup, readiness, liveness }).flatMap(([kind, probe]): Problem[] => {
    if (probe === undefined || 'exec' in probe) return [];
    const field = `probes.${kind}`;
    const port = portOf(probe, ports);
    if (ports.length === 0) {
      return [{ field, message: `${field} asks a port, and there is none`, expected: '{ exec: […] }, or a port' }];
    }
    if (port === undefined) {
      const message = `${field} asks the port ${probe.port}, which does not exist`;
      return [{ field: `${field}.port`, message, expected: `one of ${ports.map(({ name }) => name).join(', ')}` }];
    }
    const by = 'path' in probe ? 'path' : 'grpc' in probe ? 'grpc' : 'tcp';
    if (ANSWERS[by].includes(port.protocol)) return [];
    const message = `${field} asks ${by === 'path' ? 'by HTTP' : `by ${by}`}, but the port ${port.name} speaks ${port.protocol}`;
    return [{ field, message, expected: expectedOf(port, ports) }];
  });
}

/** Probes that ask a port in the clear, which answers by TLS alone. */
export function findClearProbes(
  { startup, readiness, liveness }: Probes,
  port: NamedPort,
  ports: readonly NamedPort[],
) {
  return Object.entries({ startup, readiness, liveness }).flatMap(([kind, probe]): Problem[] => {
    if (probe === undefined || 'exec' in probe || 'tcp' in probe || portOf(probe, ports) !== port) return [];
    const message = `probes.${kind} asks in the clear, and the port ${port.name} speaks TLS`;
    return [{ field: `probes.${kind}`, message, expected: '{ tcp: true }, { exec: […] }, or a path at another port' }];
  });
}

function expectedOf(port: NamedPort, ports: readonly NamedPort[]): string {
  const here = { http: "{ path: '/…' }", grpc: '{ grpc: true }', tcp: '{ tcp: true }', udp: undefined }[port.protocol];
  const there = ports.find(({ protocol }) => protocol === 'http');
  const forms = [here, there && there !== port ? `{ path: '/…', port: '${there.name}' }` : undefined, '{ exec: […] }'];
  return forms.filter((form) => form !== undefined).join(' or ');
}

function portOf(probe: Exclude<Probe, ExecProbe>, ports: readonly NamedPort[]): NamedPort | undefined {
  return probe.port === undefined ? ports[0] : ports.find(({ name }) => name === probe.port);
}

const STARTUP_PERIOD_SECONDS = 5;

/**
 * The probes of a container with these ports. A boot gets `bootSeconds`, rounded up to a whole probe period; a pod that
 * reports "not ready" leaves the endpoints within 15 s, a silent one within 17 s; a deadlocked one is stopped within 35 s, after which
 * its grace period starts (e2e E8). `container` is the sidecar that they ask; absent for the component's own container.
 */
export function renderProbes(
  { bootSeconds, startup, readiness, liveness }: Probes,
  ports: readonly NamedPort[],
  container?: string,
): {
  startupProbe?: Rendered;
  readinessProbe?: Rendered;
  livenessProbe?: Rendered;
} {
  return defined({
    startupProbe: startup && {
      ...ask(startup, ports, container),
      periodSeconds: STARTUP_PERIOD_SECONDS,
      timeoutSeconds: 2,
      failureThreshold: Math.ceil(bootSeconds / STARTUP_PERIOD_SECONDS),
    },
    readinessProbe: readiness && {
      ...ask(readiness, ports, container),
      periodSeconds: 5,
      timeoutSeconds: 2,
      failureThreshold: 3,
    },
    livenessProbe: liveness && {
      ...ask(liveness, ports, container),
      ...(startup === undefined ? { initialDelaySeconds: Math.ceil(bootSeconds) } : {}),
      periodSeconds: 10,
      timeoutSeconds: 5,
      failureThreshold: 3,
    },
  });
}

function ask(
  probe: Probe,
  ports: readonly NamedPort[],
  container: string | undefined,
): Pick<Rendered, 'exec' | 'grpc' | 'httpGet' | 'tcpSocket'> {
  if ('exec' in probe) return { exec: { command: probe.exec } };
  const port = portOf(probe, ports);
  // the kubelet looks for a name among the ports of the container that it asks
  const name = (port?.container === container ? port?.name : port?.port) ?? '';
  if ('path' in probe) {
    const headers = Object.entries(probe.headers ?? {}).map(([header, value]) => ({ name: header, value }));
    return { httpGet: { path: probe.path, port: name, ...(headers.length === 0 ? {} : { httpHeaders: headers }) } };
  }
  if ('tcp' in probe) return { tcpSocket: { port: name } };
  // the API takes no name here
  return { grpc: { port: port?.port ?? 0, ...(probe.grpc === true ? {} : { service: probe.grpc }) } };
}
