// What happens while a pod stops: its containers together, its balancer, its node.

import { memoizePerObjects, objectIndex } from '../../analysis/objects/object-index';
import { dig, own, record, text } from '../../analysis/objects/read-json';
import { pods } from '../../analysis/objects/selectors';
import { lasting, preStopSleep, stopsAtOnce, type Workload, workloads } from '../../analysis/objects/workloads';
import { isEven } from '../../model/cluster/pool-bounds';
import { reasonKey } from '../../model/manifest/annotations';
import type { JsonObject } from '../../model/manifest/json';
import type { ApiEntry, ClusterApi } from '../../model/manifest/object';
import { bare, container, deployment, ingress, running, service } from '../examples';
import { ingressBackends, routeBackends, serviceOf } from '../network/routes';
import type { Rule } from '../rule';

const sleepOf = (it: Workload['containers'][number]): number => preStopSleep(it)?.seconds ?? 0;

const together: Rule = {
  id: 'drain-together',
  what: 'If one container of a pod sleeps in preStop, each other has a preStop too, or is a sidecar that stops last.',
  why: 'The other gets SIGTERM at once, while the first still serves: a proxy beside the application ends its requests.',
  severity: 'warning',
  judge: 'kubernetes.io, "Sidecar Containers": terminated after the main containers; "Pod Lifecycle": termination',
  reason: reasonKey('drain-together'),
  check: (entries, report) => {
    for (const { entry, containers } of workloads(entries)) {
      const main = containers.filter(({ role }) => role === 'main');
      const sleeper = main.find((one) => sleepOf(one) > 0);
      if (sleeper === undefined) continue;
      for (const other of main) {
        if (dig(other.value, 'lifecycle', 'preStop') !== undefined) continue;
        report(entry, other.pointer, {
          message: `"${other.name ?? ''}" is stopped at once, "${sleeper.name ?? ''}" serves for ${sleepOf(sleeper)} s more`,
          expected: 'the same preStop, or an init container with restartPolicy: Always',
        });
      }
    }
  },
  examples: {
    pass: [running({ lifecycle: { preStop: { sleep: { seconds: 20 } } } })],
    fail: [
      deployment(
        {},
        {
          containers: [
            container({ lifecycle: { preStop: { sleep: { seconds: 20 } } } }),
            { ...container(), name: 'cloud-sql-proxy' },
          ],
        },
      ),
    ],
  },
};

/** The minor from which the kubelet itself sleeps. */
const SLEEPS_FROM = 30;

const byCommand: Rule = {
  id: 'drain-command',
  what: 'Before Kubernetes 1.30 a preStop hook sleeps by a command, which the image must have.',
  why: 'Without `sleep` in the image the hook fails with an event only (FailedPreStopHook), and the drain is gone.',
  severity: 'note',
  judge: 'kubelet: FailedPreStopHook; kubernetes.io, "Container Lifecycle Hooks": sleep from 1.30',
  check: (entries, report) => {
    const noted = new Set<string>();
    for (const { entry, containers } of workloads(entries)) {
      const minor = Number(entry.api?.kubernetes.slice(2) ?? Number.NaN);
      if (!(minor < SLEEPS_FROM) || noted.has(entry.cluster)) continue;
      const sleeper = containers.find((one) => preStopSleep(one)?.pointer.endsWith('/exec/command'));
      if (sleeper === undefined) continue;
      noted.add(entry.cluster);
      report(entry, `${sleeper.pointer}/lifecycle/preStop/exec/command`, {
        message: `drains on ${entry.cluster} (Kubernetes 1.${minor}) depend on \`sleep\` in the images`,
        expected: 'images with sleep, or Kubernetes 1.30, where the kubelet sleeps',
      });
    }
  },
  examples: {
    pass: [running({ lifecycle: { preStop: { httpGet: { port: 80 } } } })],
    fail: [running({ lifecycle: { preStop: { exec: { command: ['sleep', '20'] } } } })],
    on: { ...bare, kubernetes: '1.29' },
  },
};

/** Whether a balancer outside the cluster sends to the pods themselves. */
function targetsPods(exposed: ApiEntry, to: ApiEntry): boolean {
  const annotations = (entry: ApiEntry): JsonObject | undefined => dig(entry.manifest, 'metadata', 'annotations');
  const of = (entry: ApiEntry, key: string): string => text(own(annotations(entry), key)) ?? '';
  return (
    of(exposed, 'alb.ingress.kubernetes.io/target-type') === 'ip' ||
    of(to, 'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type') === 'ip' ||
    /"ingress": *true/.test(of(to, 'cloud.google.com/neg')) ||
    /^azure-application/.test(text(dig(exposed.manifest, 'spec')?.ingressClassName) ?? '')
  );
}

/** Services that a balancer outside the cluster reaches by a Gateway, pod by pod: their policies of the provider say so. */
const targetedByGateways = memoizePerObjects((entries): ReadonlySet<ApiEntry> => {
  const named = (entry: ApiEntry, key: string) =>
    serviceOf(entries, entry, text(dig(entry.manifest, 'spec', key)?.name), entry.identity.namespace) ?? [];
  const all = objectIndex(entries);
  const targetGroups = all
    .of('gateway.k8s.aws/TargetGroupConfiguration')
    .filter(({ manifest }) => dig(manifest, 'spec', 'defaultConfiguration')?.targetType === 'ip');
  const policies = all.of('networking.gke.io/GCPBackendPolicy', 'networking.gke.io/HealthCheckPolicy');
  return new Set([
    ...targetGroups.flatMap((entry) => named(entry, 'targetReference')),
    ...policies.flatMap((entry) => named(entry, 'targetRef')),
  ]);
});

/** Workloads behind such a balancer, with what exposes them. */
const exposed = memoizePerObjects((entries): ReadonlyMap<Workload, ApiEntry> => {
  const found = new Map<Workload, ApiEntry>();
  const add = (by: ApiEntry, to: ApiEntry | undefined): void => {
    const selector = record(dig(to?.manifest, 'spec')?.selector);
    if (to === undefined || selector === undefined || Object.keys(selector).length === 0) return;
    if (!targetsPods(by, to) && !targetedByGateways(entries).has(to)) return;
    for (const workload of pods(entries).having(to.cluster, to.identity.namespace, selector)) found.set(workload, by);
  };
  for (const entry of objectIndex(entries).of('networking.k8s.io/Ingress')) {
    for (const { value } of ingressBackends(entry))
      add(entry, serviceOf(entries, entry, text(value.name), entry.identity.namespace));
  }
  for (const { entry, backend, namespace } of routeBackends(entries)) {
    add(entry, serviceOf(entries, entry, text(backend.value.name), namespace));
  }
  for (const entry of objectIndex(entries).of('/Service')) {
    if (dig(entry.manifest, 'spec')?.type === 'LoadBalancer') add(entry, entry);
  }
  return found;
});

const behindBalancer: Rule = {
  id: 'drain-balancer',
  what: 'Pods that a load balancer outside the cluster targets wait in preStop until it knows that they stop.',
  why: 'SIGTERM comes at the moment at which the balancer is only being informed: it sends requests to a process that is gone (502, 504).',
  severity: 'warning',
  judge: 'kubernetes.io, "Pod Lifecycle": termination; aws-load-balancer-controller issue 1064',
  reason: reasonKey('drain-balancer'),
  check: (entries, report) => {
    for (const [workload, by] of exposed(entries)) {
      const [first] = lasting(workload);
      if (first === undefined || !stopsAtOnce(workload)) continue;
      report(workload.entry, `${first.pointer}/lifecycle/preStop`, {
        message: `pods stop without waiting for the load balancer of ${by.identity.kind} ${by.identity.name}`,
        expected: 'a preStop sleep of 10 s or more',
      });
    }
  },
  examples: {
    pass: [
      running({ lifecycle: { preStop: { sleep: { seconds: 20 } } } }),
      service({ selector: { app: 'web' }, ports: [{ port: 80 }] }),
      albIngress(),
    ],
    fail: [deployment(), service({ selector: { app: 'web' }, ports: [{ port: 80 }] }), albIngress()],
  },
};

function albIngress(): JsonObject {
  const made = ingress('shop.example.com');
  const annotations = { 'alb.ingress.kubernetes.io/target-type': 'ip' };
  return { ...made, metadata: { ...dig(made, 'metadata'), annotations } };
}

/** Whether the pool has nodes that may go. */
function mayShrink({ nodesPerZone }: ClusterApi['nodePools'][number]): boolean {
  const bounds = isEven(nodesPerZone) ? [nodesPerZone] : Object.values(nodesPerZone);
  return bounds.some(({ min, max }) => min < max);
}

const SAFE = 'cluster-autoscaler.kubernetes.io/safe-to-evict';

const patience: Rule = {
  id: 'grace-node-autoscaler',
  what: 'Where pools of nodes grow and shrink, a grace period is at most what the node autoscaler waits (600 s by default; 3600 s on GKE), or the pods are marked as not safe to evict.',
  why: 'A node autoscaler waits for a pod only so long, then takes its node away: the rest of the work is lost.',
  severity: 'warning',
  judge: 'kubernetes/autoscaler, cluster-autoscaler FAQ: --max-graceful-termination-sec',
  reason: reasonKey('grace-node-autoscaler'),
  check: (entries, report) => {
    for (const { entry, pod, template, kind } of workloads(entries)) {
      const { api } = entry;
      const grace = pod.value.terminationGracePeriodSeconds;
      const autoscaler = api?.provider.nodeAutoscaler;
      if (typeof grace !== 'number' || api === undefined || autoscaler === undefined) continue;
      if (grace <= autoscaler.patienceSeconds || kind === 'apps/DaemonSet') continue;
      if (!api.nodePools.some(mayShrink)) continue;
      const keys = template.split('/').slice(1);
      const annotations = dig(entry.manifest, ...keys, 'metadata', 'annotations');
      if (own(annotations, SAFE) === 'false') continue;
      report(entry, `${pod.pointer}/terminationGracePeriodSeconds`, {
        message: `${autoscaler.name} takes a node away after ${autoscaler.patienceSeconds} s, the pods may take ${grace} s to stop`,
        expected: `the annotation ${SAFE}: "false" on the pods, a Job, or ${autoscaler.raisedBy ?? 'a longer wait'} and a reason`,
        value: grace,
      });
    }
  },
  examples: {
    pass: [deployment({}, { terminationGracePeriodSeconds: 600 })],
    fail: [deployment({}, { terminationGracePeriodSeconds: 1825 })],
    on: {
      ...bare,
      provider: { ...bare.provider, nodeAutoscaler: { name: 'the cluster autoscaler', patienceSeconds: 600 } },
      nodePools: [{ name: 'general', nodesPerZone: { min: 2, max: 6 } }],
    },
  },
};

export const drainRules: readonly Rule[] = [together, byCommand, behindBalancer, patience];
