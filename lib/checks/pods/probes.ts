// Probes: handlers, timing, and that liveness and readiness differ.

import { dig, isInteger, isSet, type Place, place, places } from '../../analysis/objects/read-json';
import { type Container, lasting, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { running } from '../examples';
import type { Report, Rule } from '../rule';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

/** The number of a named port, for two probes may denote the same port differently. */
function portNumber(container: Container, port: Json | undefined): Json {
  const named =
    typeof port === 'string'
      ? places(container.value, 'ports', '').find(({ value }) => value.name === port)
      : undefined;
  return named?.value.containerPort ?? port ?? null;
}

/** The handler of a probe with defaults filled in, as text to compare. */
function normalizedHandler(container: Container, probe: JsonObject): string | undefined {
  const kind = HANDLERS.find((name) => isSet(probe[name]));
  const handler = kind === undefined ? undefined : dig(probe, kind);
  if (kind === undefined || handler === undefined) return undefined;
  if (kind === 'exec') return JSON.stringify([kind, handler.command ?? null]);
  const port = portNumber(container, handler.port);
  if (kind === 'httpGet') {
    const { path, scheme, host, httpHeaders } = handler;
    return JSON.stringify([kind, port, path ?? '/', scheme ?? 'HTTP', host ?? '', httpHeaders ?? []]);
  }
  return JSON.stringify([kind, port, handler.host ?? '', handler.service ?? '']);
}

const probeIdentical: Rule = {
  id: 'probe-identical',
  what: 'Liveness and readiness probes check different things.',
  why: 'A failed readiness probe stops traffic, a failed liveness probe kills the container: if they are the same, a busy container is killed, its load moves to the others, and they fail the same way.',
  severity: 'error',
  judge: 'kube-score pod-probes-identical; Kyverno ensure-probes-different',
  reason: reasonKey('probe-identical'),
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      for (const container of lasting(workload)) {
        const liveness = dig(container.value, 'livenessProbe');
        const readiness = dig(container.value, 'readinessProbe');
        if (liveness === undefined || readiness === undefined) continue;
        const handler = normalizedHandler(container, liveness);
        if (handler === undefined || handler !== normalizedHandler(container, readiness)) continue;
        report(workload.entry, `${container.pointer}/livenessProbe`, {
          message: `liveness and readiness of "${container.name ?? ''}" are the same: a busy container is killed`,
          expected: 'a liveness probe that fails only if a restart is the only remedy, or none',
          fix: 'remove the liveness probe, or make it check something that stays true under load',
        });
      }
    }
  },
  examples: {
    pass: [
      running({
        livenessProbe: { httpGet: { path: '/live', port: 80 } },
        readinessProbe: { httpGet: { path: '/ready', port: 80 } },
      }),
    ],
    fail: [
      running({
        livenessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 30 },
        readinessProbe: { httpGet: { port: 80 } },
      }),
    ],
  },
};

/** Documented minimums. The API server silently replaces a 0 by the default, and GitOps then reports a difference for ever. */
const MINIMUMS = {
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
} as const;

function reportTiming(entry: ApiEntry, name: string, { value, pointer }: Place, report: Report): void {
  for (const [key, least] of Object.entries(MINIMUMS)) {
    const found = value[key];
    if (!isSet(found) || isInteger(found, least)) continue;
    report(entry, `${pointer}/${key}`, {
      message: `${key} of a probe must be at least ${least}`,
      expected: `an integer of ${least} or more`,
      value: found,
    });
  }
  const { successThreshold, terminationGracePeriodSeconds: grace } = value;
  if (name !== 'readinessProbe' && isInteger(successThreshold, 2)) {
    const message = `successThreshold of a ${name} must be 1`;
    report(entry, `${pointer}/successThreshold`, { message, expected: '1', value: successThreshold ?? null });
  }
  if (!isSet(grace)) return;
  if (name === 'readinessProbe') {
    const message = 'a readiness probe has no grace period, for it never ends a pod';
    report(entry, `${pointer}/terminationGracePeriodSeconds`, { message, expected: 'none', value: grace });
  } else if (!isInteger(grace, 1, Number.MAX_SAFE_INTEGER)) {
    const message = 'the grace period of a probe must be at least 1';
    report(entry, `${pointer}/terminationGracePeriodSeconds`, {
      message,
      expected: 'an integer of 1 or more',
      value: grace,
    });
  }
}

function reportHandler(entry: ApiEntry, { value, pointer }: Place, report: Report): void {
  const set = HANDLERS.filter((name) => isSet(value[name]));
  if (set.length === 1) return;
  const message =
    set.length === 0 ? 'the probe has no handler' : `the probe has ${set.length} handlers: ${set.join(', ')}`;
  report(entry, pointer, { message, expected: 'one of exec, httpGet, tcpSocket, grpc' });
}

const probeTiming: Rule = {
  id: 'probe-timing',
  what: 'Probes have one handler, and times and thresholds that the API server accepts.',
  why: 'The API server refuses the workload, or silently replaces a 0 by the default.',
  severity: 'error',
  judge:
    'API server: validateProbe, validateLivenessProbe, validateReadinessProbe, validateStartupProbe, validateHandler',
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      for (const container of containers) {
        for (const name of PROBES) {
          const probe = place(container.value, name, container.pointer);
          if (probe === undefined) continue;
          if (container.role === 'init') {
            const message = `an init container cannot have a ${name}`;
            report(entry, probe.pointer, { message, expected: 'no probe, or restartPolicy: Always' });
            continue;
          }
          reportHandler(entry, probe, report);
          reportTiming(entry, name, probe, report);
        }
      }
    }
  },
  examples: {
    pass: [running({ readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1, successThreshold: 2 } })],
    fail: [
      running({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
      running({ startupProbe: { tcpSocket: { port: 80 }, periodSeconds: 0 } }),
    ],
  },
};

export const probeRules: readonly Rule[] = [probeIdentical, probeTiming];
