// Probes: what is asked, how often, and that liveness does not ask what readiness asks.

import { dig, isInteger, isSet, type Place, place, places } from '../../analysis/objects/read-json';
import { type Container, lasting, workloads } from '../../analysis/objects/workloads';
import type { Json, JsonObject } from '../../model/manifest/json';
import type { ApiEntry } from '../../model/manifest/object';
import { running } from '../examples';
import type { Report, Rule } from '../rule';

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

/** The number behind a named port: two probes may say the same thing in two ways. */
function portNumber(container: Container, port: Json | undefined): Json {
  const named =
    typeof port === 'string'
      ? places(container.value, 'ports', '').find(({ value }) => value.name === port)
      : undefined;
  return named?.value.containerPort ?? port ?? null;
}

/** What a probe asks, defaults filled in, as a text to compare. */
function question(container: Container, probe: JsonObject): string | undefined {
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
  what: 'Liveness and readiness ask different questions.',
  why: 'Readiness means "no traffic for now", liveness means "kill it": asked the same, a pod that is only busy is killed, its load falls on the others, and they go the same way.',
  severity: 'error',
  judge: 'kube-score pod-probes-identical; Kyverno ensure-probes-different',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      for (const container of lasting(workload)) {
        const liveness = dig(container.value, 'livenessProbe');
        const readiness = dig(container.value, 'readinessProbe');
        if (liveness === undefined || readiness === undefined) continue;
        const asked = question(container, liveness);
        if (asked === undefined || asked !== question(container, readiness)) continue;
        report(workload.entry, `${container.pointer}/livenessProbe`, {
          message: `liveness and readiness of "${container.name ?? ''}" are the same, so a pod that is only busy is killed, and its load falls on the others`,
          expected: 'a liveness probe that fails only when nothing but a restart helps, or none',
          fix: 'remove the liveness probe, or ask it something that stays true under load',
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

/** Least values of the documentation. The API server turns a 0 into the default without a word, and GitOps then differs for ever. */
const LEAST = {
  initialDelaySeconds: 0,
  timeoutSeconds: 1,
  periodSeconds: 1,
  successThreshold: 1,
  failureThreshold: 1,
} as const;

function judgeTiming(entry: ApiEntry, name: string, { value, pointer }: Place, report: Report): void {
  for (const [key, least] of Object.entries(LEAST)) {
    const found = value[key];
    if (!isSet(found) || isInteger(found, least)) continue;
    report(entry, `${pointer}/${key}`, {
      message: `${key} of a probe starts at ${least}`,
      expected: `an integer of ${least} or more`,
      value: found,
    });
  }
  const { successThreshold, terminationGracePeriodSeconds: grace } = value;
  if (name !== 'readinessProbe' && isInteger(successThreshold, 2)) {
    const message = `one success is enough for a ${name}, always`;
    report(entry, `${pointer}/successThreshold`, { message, expected: '1', value: successThreshold ?? null });
  }
  if (!isSet(grace)) return;
  if (name === 'readinessProbe') {
    const message = 'a readiness probe ends no pod, so it has no grace period';
    report(entry, `${pointer}/terminationGracePeriodSeconds`, { message, expected: 'none', value: grace });
  } else if (!isInteger(grace, 1, Number.MAX_SAFE_INTEGER)) {
    const message = 'the grace period of a probe starts at 1';
    report(entry, `${pointer}/terminationGracePeriodSeconds`, {
      message,
      expected: 'an integer of 1 or more',
      value: grace,
    });
  }
}

function judgeHandler(entry: ApiEntry, { value, pointer }: Place, report: Report): void {
  const set = HANDLERS.filter((name) => isSet(value[name]));
  if (set.length === 1) return;
  const message =
    set.length === 0 ? 'the probe asks nothing' : `the probe asks ${set.length} things: ${set.join(', ')}`;
  report(entry, pointer, { message, expected: 'one of exec, httpGet, tcpSocket, grpc' });
}

const probeTiming: Rule = {
  id: 'probe-timing',
  what: 'Probes ask one thing, and their times and thresholds are in the ranges that the API server takes.',
  why: 'The API server refuses the workload, or silently replaces a 0 by a default.',
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
            const message = `an init container ends by itself, so it can have no ${name}`;
            report(entry, probe.pointer, { message, expected: 'none, or restartPolicy: Always' });
            continue;
          }
          judgeHandler(entry, probe, report);
          judgeTiming(entry, name, probe, report);
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
