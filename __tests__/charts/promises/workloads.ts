// Promises about workloads: what each of them has to stay up, by its kind.
import { at } from '../../support/synthesis';
import { type Promised, unless } from './promise';
import {
  containersOf,
  type Held,
  ingressesOf,
  isPlaceholder,
  items,
  mebibytes,
  millicores,
  nameOf,
  podOf,
  podsOf,
  scalersOf,
  selects,
  servicesOf,
  sizeOf,
  table,
  templateOf,
  texts,
  type World,
} from './world';

const SERVING = ['Deployment', 'StatefulSet'];
const ENDING = ['Job', 'CronJob'];
const ALL = [...SERVING, ...ENDING, 'DaemonSet'];

/** Seconds that a stopping pod goes on serving: behind an Ingress, what the provider's load balancer needs. */
const PRE_STOP = 20;
const PRE_STOP_BEHIND: Readonly<Record<string, number>> = { eks: 30 };

/** Seconds that requests in flight get after that, at least. */
const LAST_REQUESTS = 10;

const isServing = (one: Held, world: World): boolean => !isPlaceholder(world, one);
const isBehindService = (one: Held, world: World): boolean => servicesOf(world, one).length > 0;

const budgetsOf = (world: World, one: Held): readonly Held[] =>
  world
    .beside(one, 'PodDisruptionBudget')
    .filter(({ object }) => selects(at(object, 'spec', 'selector', 'matchLabels'), one));

const constraintsOf = (one: Held, key: string) =>
  items(podOf(one).topologySpreadConstraints).filter(({ topologyKey }) => topologyKey === key);

const handlerOf = (probe: unknown): string => {
  const { httpGet, tcpSocket, grpc, exec } = table(probe);
  return JSON.stringify([httpGet, tcpSocket, grpc, exec]);
};

const budget: Promised = {
  name: 'has one budget, which allows one eviction at a time and sick pods to go',
  kinds: SERVING,
  isAbout: (one, world) => isServing(one, world) && sizeOf(world, one).fewest > 1,
  broken: (one, world) => {
    const [first, ...others] = budgetsOf(world, one);
    if (first === undefined) return ['no budget selects its pods'];
    const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy } = table(first.object.spec);
    const { fewest, most } = sizeOf(world, one);
    const evictions = (pods: number) =>
      minAvailable === undefined ? podsOf(maxUnavailable, pods) : pods - podsOf(minAvailable, pods);
    return [
      ...unless(others.length === 0, 'two budgets select its pods: none may be evicted'),
      ...unless(evictions(fewest) === 1, `of ${fewest} pods ${evictions(fewest)} may be evicted at a time`),
      ...unless(evictions(most) === 1, `of ${most} pods ${evictions(most)} may be evicted at a time`),
      ...unless(unhealthyPodEvictionPolicy === 'AlwaysAllow', 'a pod that is not ready blocks a drain'),
    ];
  },
};

const single: Promised = {
  name: 'has no budget, which could only block the drain of its node',
  kinds: SERVING,
  isAbout: (one, world) => isServing(one, world) && sizeOf(world, one).fewest < 2,
  broken: (one, world) => budgetsOf(world, one).map((other) => `the budget ${nameOf(other)} selects its pods`),
};

const rollout: Promised = {
  name: 'has all its pods while a release rolls out, and gives up where they do not come',
  kinds: ['Deployment'],
  isAbout: isServing,
  broken: ({ object }) => {
    const { strategy, minReadySeconds, progressDeadlineSeconds } = table(object.spec);
    const { maxUnavailable, maxSurge } = table(at(strategy, 'rollingUpdate'));
    return [
      ...unless(at(strategy, 'type') === 'RollingUpdate', 'its strategy is not RollingUpdate'),
      ...unless(maxUnavailable === 0, `${String(maxUnavailable)} may be missing`),
      ...unless(podsOf(maxSurge, 2) > 0, 'no pod may be added'),
      ...unless(Number(minReadySeconds) >= 10, 'a pod counts before it was ready for 10 s'),
      ...unless(Number(progressDeadlineSeconds) > Number(minReadySeconds), 'the rollout has no deadline'),
    ];
  },
};

const drain: Promised = {
  name: 'serves on while its Service and load balancer learn that a pod stops, and ends its requests',
  kinds: SERVING,
  isAbout: isBehindService,
  broken: (one, world) => {
    const isExposed = ingressesOf(world, servicesOf(world, one)).length > 0;
    const owed = (isExposed && PRE_STOP_BEHIND[one.place?.provider ?? '']) || PRE_STOP;
    const grace = Number(podOf(one).terminationGracePeriodSeconds);
    return items(podOf(one).containers).flatMap((container) => {
      const preStop = at(container, 'lifecycle', 'preStop');
      const seconds = Number(at(preStop, 'sleep', 'seconds') ?? texts(at(preStop, 'exec', 'command'))[1]);
      const of = String(container.name);
      return [
        ...unless(seconds >= owed, `${of} waits ${seconds} s before it stops, ${owed} s are owed`),
        ...unless(grace >= seconds + LAST_REQUESTS, `${of} is killed after ${grace} s, ${seconds} s of them preStop`),
      ];
    });
  },
};

const readiness: Promised = {
  name: 'gets requests only while it is ready, and is not restarted for being busy or slow to start',
  kinds: SERVING,
  isAbout: isBehindService,
  broken: (one) => {
    const serving = items(podOf(one).containers).filter(({ ports }) => items(ports).length > 0);
    return [
      ...unless(serving.length > 0, 'no container has a port'),
      ...serving.flatMap(({ name, readinessProbe, livenessProbe, startupProbe }) => [
        ...unless(readinessProbe !== undefined, `${String(name)} has no readiness probe`),
        ...unless(livenessProbe !== undefined, `${String(name)} has no liveness probe`),
        ...unless(startupProbe !== undefined, `${String(name)} has no startup probe`),
        ...unless(handlerOf(readinessProbe) !== handlerOf(livenessProbe), `${String(name)}: liveness is readiness`),
      ]),
    ];
  },
};

const zones: Promised = {
  name: 'is spread strictly over zones, and rolls out while those are down that it survives, unless the chart says why not',
  kinds: SERVING,
  isAbout: ({ object, place }) =>
    place !== undefined &&
    place.lost > 0 &&
    at(object, 'metadata', 'annotations', 'evenkeel.dev/zone-loss') === undefined,
  broken: (one) => {
    const { zones: all = 0, lost = 0 } = one.place ?? {};
    const [constraint, ...others] = constraintsOf(one, 'topology.kubernetes.io/zone');
    if (constraint === undefined || others.length > 0) return ['it has not one constraint on zones'];
    const { maxSkew, minDomains, whenUnsatisfiable, labelSelector, nodeTaintsPolicy, matchLabelKeys } = constraint;
    const isReplaced = one.object.kind === 'Deployment';
    return [
      ...unless(whenUnsatisfiable === 'DoNotSchedule', 'the constraint is a wish'),
      ...unless(maxSkew === 1, `one zone may have ${String(maxSkew)} pods more than another`),
      ...unless(minDomains === all - lost, `minDomains is ${String(minDomains)}, with ${lost} of ${all} zones lost`),
      ...unless(selects(at(labelSelector, 'matchLabels'), one), 'the constraint does not count its pods'),
      ...unless(nodeTaintsPolicy === 'Honor', 'a zone that is down counts'),
      ...unless(!isReplaced || texts(matchLabelKeys).includes('pod-template-hash'), 'pods of the last release count'),
    ];
  },
};

const nodes: Promised = {
  name: 'is spread over nodes as well as possible',
  kinds: SERVING,
  isAbout: isServing,
  broken: (one) => {
    const constraints = constraintsOf(one, 'kubernetes.io/hostname');
    return unless(
      constraints.some(({ labelSelector }) => selects(at(labelSelector, 'matchLabels'), one)),
      'no constraint on nodes counts its pods',
    );
  },
};

const scaler: Promised = {
  name: 'has one autoscaler or a number of pods, not both',
  kinds: SERVING,
  broken: (one, world) => {
    const count = scalersOf(world, one).length + (at(one.object, 'spec', 'replicas') === undefined ? 0 : 1);
    return unless(count === 1, `${count} decide how many pods it has`);
  },
};

const scaleIn: Promised = {
  name: 'adds pods at once, and takes them away slowly',
  kinds: ['HorizontalPodAutoscaler', 'ScaledObject'],
  broken: ({ object }) => {
    const { spec } = object;
    const behavior = at(spec, 'behavior') ?? at(spec, 'advanced', 'horizontalPodAutoscalerConfig', 'behavior');
    const { scaleDown, scaleUp } = table(behavior);
    const window = Number(at(scaleDown, 'stabilizationWindowSeconds'));
    const policies = items(at(scaleDown, 'policies'));
    return [
      ...unless(window >= 60, `pods go after ${window} s below the target`),
      ...unless(at(scaleDown, 'selectPolicy') !== 'Disabled', 'pods never go'),
      ...unless(at(scaleUp, 'selectPolicy') !== 'Disabled', 'pods never come'),
      ...unless(at(scaleUp, 'stabilizationWindowSeconds') === 0, 'pods do not come at once'),
      ...unless(
        policies.length > 0 && policies.every(({ type, value }) => type === 'Percent' && Number(value) <= 50),
        'more than half of the pods may go in one step',
      ),
    ];
  },
};

const ending: Promised = {
  name: 'ends by a deadline, and restarts nothing that ended',
  kinds: ENDING,
  broken: (one) => {
    const path = one.object.kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec'] : ['spec'];
    const { activeDeadlineSeconds, backoffLimit, ttlSecondsAfterFinished } = table(at(one.object, ...path));
    return [
      ...unless(Number(activeDeadlineSeconds) > 0, 'it may run for ever'),
      ...unless(Number(backoffLimit) >= 0, 'it may fail for ever'),
      ...unless(podOf(one).restartPolicy !== 'Always', 'its containers start again'),
      ...unless(one.object.kind === 'CronJob' || Number(ttlSecondsAfterFinished) > 0, 'it stays for ever'),
    ];
  },
};

const beside: Promised = {
  name: 'has no budget and no autoscaler, serves no user, and shares no Service',
  kinds: [...ENDING, 'DaemonSet'],
  broken: (one, world) => {
    const services = servicesOf(world, one);
    const others = world
      .beside(one, ...SERVING)
      .filter((other) => services.some(({ object }) => selects(at(object, 'spec', 'selector'), other)));
    return [
      ...unless(budgetsOf(world, one).length === 0, 'a budget selects its pods'),
      ...unless(scalersOf(world, one).length === 0, 'an autoscaler scales it'),
      ...unless(ingressesOf(world, services).length === 0, 'an Ingress leads to its pods'),
      ...unless(others.length === 0, 'a Service sends to its pods and to others'),
      // the workers of a load test find their master by its Service
      ...unless(one.object.kind === 'Job' || services.length === 0, 'a Service selects its pods'),
    ];
  },
};

const policy: Promised = {
  name: 'has one network policy of its own, which says who may reach it and where it may go',
  kinds: ALL,
  isAbout: isServing,
  broken: (one, world) => {
    const policies = world.beside(one, 'NetworkPolicy');
    const [own, ...others] = policies.filter(({ object }) =>
      selects(at(object, 'spec', 'podSelector', 'matchLabels'), one),
    );
    if (own === undefined || others.length > 0)
      return [`${others.length + (own === undefined ? 0 : 1)} policies select it`];
    const { ingress, egress, policyTypes } = table(own.object.spec);
    const isOpen = (peers: unknown) => {
      const all = items(peers);
      return all.length === 0 || all.some((peer) => isAnyone(peer));
    };
    const named = namedPorts(own, world);
    const open = items(egress).filter(({ to }) => isOpen(to));
    return [
      ...unless(
        ['Ingress', 'Egress'].every((type) => texts(policyTypes).includes(type)),
        'a direction is open',
      ),
      ...items(ingress).flatMap(({ from, ports }) => [
        ...unless(!isOpen(from), 'anyone may reach it'),
        ...unless(items(ports).length > 0, 'all its ports may be reached'),
      ]),
      ...unless(
        open.every(({ to, ports }) => items(ports).length > 0 || (reachesEveryPod(own) && isEveryPod(to))),
        'it may go anywhere',
      ),
      ...open
        .flatMap(({ ports }) => items(ports))
        .filter(({ port }) => !named.has(Number(port)))
        .map(({ port }) => `port ${String(port)} is open to any address`),
      ...unless(
        items(egress).some(({ ports }) => items(ports).some(({ port }) => port === 53)),
        'it finds no names',
      ),
    ];
  },
};

/** Whether the policy says that its pods reach every pod, as those of Prometheus do. */
const reachesEveryPod = ({ object }: Held): boolean =>
  at(object, 'metadata', 'annotations', 'evenkeel.dev/reaches-every-pod') !== undefined;

/** Pods of every namespace, and no address outside of the cluster. */
const isEveryPod = (to: unknown): boolean =>
  items(to).length > 0 &&
  items(to).every(({ ipBlock, namespaceSelector }) => ipBlock === undefined && namespaceSelector !== undefined);

/** Ports on every node that programs of the platform ask. */
const ON_NODES: Readonly<Record<string, number>> = {
  'kubelet, on every node': 10_250,
  'node-exporter, on every node': 9100,
};

/** Ports of the outside hosts that a policy names: those of their Services, of nodes, of the API server, or that of https. */
function namedPorts(policy: Held, world: World): ReadonlySet<number> {
  const annotations = Object.entries(table(at(policy.object, 'metadata', 'annotations')));
  const hosts = annotations.flatMap(([key, host]) => (key.includes('/exit-') ? [host] : []));
  const services = world.beside(policy, 'Service').map(({ object }) => table(object.spec));
  return new Set(
    hosts.flatMap((host) => {
      const [service] = services.filter(({ externalName }) => externalName === host);
      if (service !== undefined) return items(service.ports).map(({ port }) => Number(port));
      if (host === 'kubernetes.default.svc') return [443, 6443];
      return [ON_NODES[String(host)] ?? 443];
    }),
  );
}

/** A peer that everyone is: all namespaces, all pods of the namespace, or all addresses. */
function isAnyone(peer: unknown): boolean {
  const { podSelector, namespaceSelector, ipBlock } = table(peer);
  const isEmpty = (selector: unknown) => Object.keys(table(selector)).length === 0;
  if (ipBlock !== undefined) return /\/0$/.test(String(at(ipBlock, 'cidr')));
  if (podSelector === undefined) return isEmpty(namespaceSelector);
  return isEmpty(podSelector) && isEmpty(namespaceSelector);
}

const resources: Promised = {
  name: 'asks for CPU and memory, and has a limit of memory',
  kinds: ALL,
  broken: (one) =>
    containersOf(one).flatMap(({ name, resources: own }) => {
      const { requests, limits } = table(own);
      return [
        ...unless(millicores(at(requests, 'cpu')) > 0, `${String(name)} asks for no CPU`),
        ...unless(mebibytes(at(requests, 'memory')) > 0, `${String(name)} asks for no memory`),
        ...unless(mebibytes(at(limits, 'memory')) >= mebibytes(at(requests, 'memory')), `${String(name)} has no limit`),
      ];
    }),
};

const restricted: Promised = {
  name: 'runs restricted: no root, no privilege, no host, and a root file system that no one writes',
  kinds: ALL,
  broken: (one) => {
    const { hostNetwork, hostPID, hostIPC, securityContext, volumes } = podOf(one);
    const annotations = table(at(templateOf(one), 'metadata', 'annotations'));
    // a program of the platform that reads its node says why
    const seesNode = String(at(one.object, 'metadata', 'annotations', 'evenkeel.dev/node-access') ?? '') !== '';
    const writable = String(annotations['evenkeel.dev/writable-root-filesystem'] ?? '') !== '';
    return [
      ...unless(
        hostIPC !== true && (seesNode || (hostNetwork !== true && hostPID !== true)),
        'it shares what the host has',
      ),
      ...unless(
        seesNode || items(volumes).every(({ hostPath }) => hostPath === undefined),
        'it mounts a folder of the host',
      ),
      ...unless(at(securityContext, 'runAsNonRoot') === true, 'it may be root'),
      ...unless(at(securityContext, 'seccompProfile', 'type') === 'RuntimeDefault', 'any system call is allowed'),
      ...containersOf(one).flatMap(({ name, securityContext: own, ports }) => [
        ...unless(at(own, 'allowPrivilegeEscalation') === false, `${String(name)} may gain privileges`),
        ...unless(at(own, 'privileged') !== true, `${String(name)} is privileged`),
        ...unless(texts(at(own, 'capabilities', 'drop')).includes('ALL'), `${String(name)} keeps capabilities`),
        ...unless(at(own, 'capabilities', 'add') === undefined, `${String(name)} adds capabilities`),
        ...unless(writable || at(own, 'readOnlyRootFilesystem') === true, `${String(name)} may write its root`),
        ...unless(
          seesNode || items(ports).every(({ hostPort }) => hostPort === undefined),
          `${String(name)} takes a host port`,
        ),
      ]),
    ];
  },
};

const token: Promised = {
  name: 'gets no token for the Kubernetes API unless the chart says why',
  kinds: ALL,
  broken: (one, world) => {
    const { automountServiceAccountToken, serviceAccountName, volumes } = podOf(one);
    const reason = [templateOf(one), one.object].some((described) =>
      Object.keys(table(at(described, 'metadata', 'annotations'))).includes('evenkeel.dev/service-account-token'),
    );
    const projected = items(volumes).some((volume) =>
      items(at(volume, 'projected', 'sources')).some((source) => source.serviceAccountToken !== undefined),
    );
    const account = world.beside(one, 'ServiceAccount').find((other) => nameOf(other) === serviceAccountName);
    return [
      ...unless(reason || automountServiceAccountToken === false, 'its pods mount the token'),
      ...unless(reason || !projected, 'a volume has the token'),
      ...unless(serviceAccountName === undefined || account !== undefined, 'its account does not exist'),
      ...unless(
        reason || account === undefined || account.object.automountServiceAccountToken === false,
        'its account gives pods the token',
      ),
    ];
  },
};

const configuration: Promised = {
  name: 'rolls out with its configuration, which no one changes in place',
  kinds: [...SERVING, 'DaemonSet', 'CronJob'],
  broken: (one, world) => {
    const names = [
      ...containersOf(one).flatMap(({ envFrom, env }) => [
        ...items(envFrom).map((from) => at(from, 'configMapRef', 'name')),
        ...items(env).map((variable) => at(variable, 'valueFrom', 'configMapKeyRef', 'name')),
      ]),
      ...items(podOf(one).volumes).map((volume) => at(volume, 'configMap', 'name')),
    ].filter((name) => name !== undefined);
    return names.flatMap((name) => {
      const map = world.beside(one, 'ConfigMap').find((other) => nameOf(other) === name);
      return [
        ...unless(/-[0-9a-f]{10}$/.test(String(name)), `${String(name)} has no hash of its content in its name`),
        ...unless(map?.object.immutable === true, `${String(name)} may be changed in place`),
      ];
    });
  },
};

export const workloadPromises: readonly Promised[] = [
  budget,
  single,
  rollout,
  drain,
  readiness,
  zones,
  nodes,
  scaler,
  scaleIn,
  ending,
  beside,
  policy,
  resources,
  restricted,
  token,
  configuration,
];
