// Fields that a component derives together: an override of one leaves the other as it was.

import { objectIndex } from '../../analysis/objects/object-index';
import { dig, integer, own, type Place, places, shown, text } from '../../analysis/objects/read-json';
import { lasting, type Workload, workloads } from '../../analysis/objects/workloads';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import { type ApiEntry, describeIdentity } from '../../model/manifest/object';
import { memoryQuantity, readQuantity } from '../../model/manifest/quantity';
import { APP } from '../../model/manifest/well-known';
import { container, deployment, object } from '../examples';
import type { Report, Rule } from '../rule';

/** Name of the component whose pods these are. */
function componentOf({ entry, labels }: Workload): string | undefined {
  const name = text(own(labels, APP.name));
  const isOurs = own(labels, APP.managedBy) === 'evenkeel' && own(labels, APP.instance) === name;
  return isOurs && entry.identity.namespace !== undefined ? name : undefined;
}

function reportMemory({ entry, containers }: Workload, report: Report): void {
  for (const { value, pointer, name } of containers) {
    const resources = dig(value, 'resources');
    const [request, limit] = [
      readQuantity(dig(resources, 'requests')?.memory),
      readQuantity(dig(resources, 'limits')?.memory),
    ];
    // the API server refuses a limit below the request
    if (request === undefined || limit === undefined || limit <= request) continue;
    report(entry, `${pointer}/resources/limits/memory`, {
      message: `the memory limit of ${name} is ${memoryQuantity(limit)}, and resources/requests/memory is still ${memoryQuantity(request)}`,
      expected: `resources: { memory: '${memoryQuantity(limit)}' } of the component, which sets both; nodes do not reserve the rest`,
      value: shown(dig(resources, 'limits')?.memory),
    });
  }
}

const declaredPorts = (workload: Workload): ReadonlySet<unknown> =>
  new Set(lasting(workload).flatMap(({ value }) => places(value, 'ports', '').map((port) => port.value.containerPort)));

/** The numbers that a policy opens, with their pointers. */
const openedPorts = ({ manifest }: ApiEntry): Place[] =>
  places(dig(manifest, 'spec'), 'ingress', '/spec').flatMap(({ value, pointer }) => places(value, 'ports', pointer));

function reportPorts(entries: readonly ApiEntry[], workload: Workload, component: string, report: Report): void {
  const { cluster, identity } = workload.entry;
  const policy = objectIndex(entries).find('networking.k8s.io/NetworkPolicy', cluster, identity.namespace, component);
  const declared = declaredPorts(workload);
  if (policy === undefined || declared.size === 0) return;
  for (const { value, pointer } of openedPorts(policy)) {
    if (typeof value.port !== 'number' || typeof value.endPort === 'number' || declared.has(value.port)) continue;
    report(policy, `${pointer}/port`, {
      message: `the policy opens port ${value.port}, which no container of ${describeIdentity(workload.entry.identity)} declares`,
      expected: `port: { port, servicePort } or ports of the component, which change both; declared is ${[...declared].join(', ')}`,
      value: value.port,
    });
  }
}

const contradicts: Rule = {
  id: 'override-contradicts',
  what: 'Fields that a component derives from one property still agree: memory limit and request, container ports and the ports that its policy opens.',
  why: 'An override of one of them leaves the other: nodes have less memory than the pods may take, or clients are let in where no one listens.',
  severity: 'warning',
  reason: reasonKey('override-contradicts'),
  judge: 'kernel: the node runs out of memory; kubernetes.io, "Network Policies"',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      const component = componentOf(workload);
      if (component === undefined) continue;
      reportMemory(workload, report);
      reportPorts(entries, workload, component, report);
    }
  },
  examples: {
    pass: [ours({ ports: [{ containerPort: 8080 }] }), opening(8080)],
    fail: [ours({ ports: [{ containerPort: 9090 }] }), opening(8080)],
  },
};

function ours(extra: JsonObject): JsonObject {
  const labels = { [APP.name]: 'web', [APP.instance]: 'web', [APP.managedBy]: 'evenkeel' };
  return deployment({ template: { metadata: { labels }, spec: { containers: [container(extra)] } } });
}

function opening(port: number): JsonObject {
  return object('networking.k8s.io/v1', 'NetworkPolicy', 'web', {
    spec: { podSelector: { matchLabels: { [APP.name]: 'web' } }, ingress: [{ ports: [{ port }] }] },
  });
}

/** The default of `progressDeadlineSeconds`. */
const DEFAULT_DEADLINE = 600;

/** Longest time until a startup probe gives up, in seconds, with the API's defaults; 0 without one. */
function startupSeconds({ value }: Place): number {
  const probe = dig(value, 'startupProbe');
  if (probe === undefined) return 0;
  const { initialDelaySeconds, periodSeconds, failureThreshold } = probe;
  return (
    (integer(initialDelaySeconds, 0) ?? 0) + (integer(periodSeconds, 1) ?? 10) * (integer(failureThreshold, 1) ?? 3)
  );
}

/** Sidecars start one after the other, before the containers. */
function bootSeconds({ containers }: Workload): number {
  const of = (role: string) => containers.filter((one) => one.role === role).map(startupSeconds);
  return of('sidecar').reduce((sum, seconds) => sum + seconds, 0) + Math.max(0, ...of('main'));
}

const startupDeadline: Rule = {
  id: 'startup-deadline',
  what: 'A Deployment waits longer for a new pod (progressDeadlineSeconds) than its startup probe gives it to start.',
  why: 'A healthy rollout of slow pods is reported as failed, and a pipeline that waits for it stops or rolls back.',
  severity: 'warning',
  reason: reasonKey('startup-deadline'),
  judge: 'deployment controller: ProgressDeadlineExceeded; kubectl rollout status',
  check: (entries, report) => {
    for (const workload of workloads(entries)) {
      const { entry, kind } = workload;
      if (kind !== 'apps/Deployment') continue;
      const spec = dig(entry.manifest, 'spec');
      const deadline = integer(spec?.progressDeadlineSeconds ?? DEFAULT_DEADLINE, 1);
      const boot = bootSeconds(workload);
      const needed = boot + (integer(spec?.minReadySeconds, 0) ?? 0);
      if (deadline === undefined || boot === 0 || deadline > needed) continue;
      report(entry, '/spec/progressDeadlineSeconds', {
        message: `progressDeadlineSeconds is ${deadline}, and startup probes and minReadySeconds give a pod ${needed} s`,
        expected: `more than ${needed}; of a component, probes: { bootSeconds }, from which both follow`,
        value: deadline,
      });
    }
  },
  examples: {
    pass: [starting(60), deployment({ minReadySeconds: 10 }, {}, 'api')],
    fail: [starting(120)],
  },
};

function starting(failureThreshold: number): JsonObject {
  const startupProbe = { httpGet: { path: '/', port: 8080 }, periodSeconds: 5, failureThreshold };
  return deployment({}, { containers: [container({ startupProbe })] });
}

export const derivedRules: readonly Rule[] = [contradicts, startupDeadline];
