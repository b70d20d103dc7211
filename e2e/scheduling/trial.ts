// A trial: a small random cluster, random workloads on it, and the nodes that will be lost. Made of API objects, as manifests are.
import type { Departure } from '../../lib/analysis/scheduling/world';
import { Random } from './random';

/** A node as the API server has it. */
export interface NodeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Node';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly taints: readonly { readonly key: string; readonly value: string; readonly effect: 'NoSchedule' }[];
  };
  readonly status: { readonly allocatable: Amounts; readonly capacity: Amounts };
}

/** Quantities of cpu, memory and pods, and of devices where there are any. */
interface Amounts {
  readonly cpu: string;
  readonly memory: string;
  readonly pods: string;
  readonly [device: string]: string;
}

export type Fields = Readonly<Record<string, unknown>>;

/** What a trial creates. */
export interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The fields of a workload that the trials use. */
export interface WorkloadObject extends ApiObject {
  readonly apiVersion: 'apps/v1';
  readonly kind: 'Deployment' | 'StatefulSet';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly replicas: number;
    readonly selector: Fields;
    readonly template: { readonly metadata: Fields; readonly spec: Fields };
    readonly podManagementPolicy?: 'OrderedReady' | 'Parallel';
    readonly volumeClaimTemplates?: readonly Fields[];
  };
}

export interface Trial {
  readonly seed: number;
  readonly namespace: string;
  readonly nodes: readonly NodeObject[];
  readonly workloads: readonly WorkloadObject[];
  /** DaemonSets, whose pods come first. */
  readonly daemons: readonly ApiObject[];
  /** Classes, volumes and claims. */
  readonly storage: readonly ApiObject[];
  /** Names of the nodes that go. */
  readonly lost: ReadonlySet<string>;
  readonly departure: Departure;
}

/** How large a trial may be. */
export interface Size {
  readonly zones: number;
  readonly nodesPerZone: number;
  readonly workloads: number;
  readonly replicas: number;
}

/** Priorities by class. */
export const PRIORITIES: Readonly<Record<string, number>> = { 'trial-high': 1000, 'trial-low': -5 };

/** What pods tolerate of the nodes of their trial. */
export const tolerationOf = (namespace: string): Fields => ({
  key: 'trial',
  operator: 'Equal',
  value: namespace,
  effect: 'NoSchedule',
});

/**
 * The trial of a seed. Trials share one cluster without seeing each other: a namespace each, a taint on its nodes that only its
 * pods tolerate, and topology keys of its own, since a spread counts only nodes with its key.
 */
export function trialOf(seed: number, size: Size): Trial {
  const random = new Random(seed);
  const namespace = `trial-${seed}`;
  const zone = `zone.trial/${seed}`;
  const host = `host.trial/${seed}`;
  const zones = random.chance(0.1) ? 1 : random.whole(2, size.zones);
  const deployments = Array.from({ length: random.whole(1, size.workloads) }, (_, index) =>
    deploymentOf(random, namespace, `w${index}`, random.whole(1, size.replicas), { zone, host, zones }),
  );
  const perZone = Array.from({ length: zones }, () => random.whole(1, size.nodesPerZone));
  // from too little for all to room enough for a loss
  const share = deployments.reduce((sum, { cpu }) => sum + cpu, 0) / perZone.reduce((sum, one) => sum + one, 0);
  const millicores = Math.max(1500, Math.ceil((share * ((random.chance(0.2) ? 1 : 2.5) + random.next())) / 250) * 250);
  const nodes = perZone.flatMap((count, index) =>
    Array.from({ length: count }, (_, number): NodeObject => {
      const name = `t${seed}-${index}-${number}`;
      const cpu = `${random.chance(0.2) ? millicores + 500 : millicores}m`;
      const amounts = { cpu, memory: '8Gi', pods: `${random.chance(0.1) ? random.whole(3, 6) : random.whole(10, 16)}` };
      const pool = random.chance(0.8) ? 'general' : 'special';
      return {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels: { [zone]: `z${index}`, [host]: name, pool } },
        spec: { taints: [{ key: 'trial', value: namespace, effect: 'NoSchedule' }] },
        status: { allocatable: amounts, capacity: amounts },
      };
    }),
  );
  const victims = random.chance(0.6) ? [`t${seed}-${random.whole(0, zones - 1)}-`] : [random.pick(nodes).metadata.name];
  const lost = nodes.map(({ metadata }) => metadata.name).filter((name) => victims.some((one) => name.startsWith(one)));
  const workloads = deployments.map(({ object }) => object);
  return { seed, namespace, nodes, workloads, daemons: [], storage: [], lost: new Set(lost), departure: 'lost' };
}

interface Made {
  readonly object: WorkloadObject;
  /** Millicores of all its pods. */
  readonly cpu: number;
}

interface Keys {
  readonly zone: string;
  readonly host: string;
  readonly zones: number;
}

function deploymentOf(random: Random, namespace: string, app: string, replicas: number, keys: Keys): Made {
  const labels = { app };
  const millicores = random.pick([250, 500, 500, 1000]);
  const request = { cpu: `${millicores}m`, memory: `${random.pick([256, 512, 1024])}Mi` };
  const priority = random.chance(0.15) ? { priorityClassName: random.pick(Object.keys(PRIORITIES)) } : {};
  const pod = {
    ...priority,
    ...(random.chance(0.12) ? { nodeSelector: { pool: 'general' } } : {}),
    tolerations: [tolerationOf(namespace)],
    topologySpreadConstraints: spreadsOf(random, labels, keys),
    affinity: affinityOf(random, labels, keys),
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    containers: [{ name: 'main', image: 'none', resources: { requests: request } }],
  };
  const object: WorkloadObject = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace },
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } },
  };
  return { object, cpu: replicas * millicores };
}

function spreadsOf(random: Random, labels: Fields, { zone, host, zones }: Keys): Fields[] {
  const spread = (topologyKey: string, more: Fields = {}): Fields => ({
    topologyKey,
    maxSkew: random.chance(0.8) ? 1 : 2,
    whenUnsatisfiable: 'DoNotSchedule',
    labelSelector: { matchLabels: labels },
    matchLabelKeys: ['pod-template-hash'],
    ...(random.chance(0.85) ? { nodeTaintsPolicy: 'Honor' } : {}),
    ...(random.chance(0.15) ? { nodeAffinityPolicy: 'Ignore' } : {}),
    ...more,
  });
  const minDomains = random.chance(0.4) ? { minDomains: random.whole(1, zones) } : {};
  const found = random.chance(0.5) ? [spread(zone, minDomains)] : [];
  if (random.chance(0.07)) found.push(spread(host));
  else if (random.chance(0.4)) found.push(spread(host, { whenUnsatisfiable: 'ScheduleAnyway' }));
  return found;
}

function affinityOf(random: Random, labels: Fields, { zone, host }: Keys): Fields {
  const required = (topologyKey: string, matchLabels: Fields) => ({
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey, labelSelector: { matchLabels } }],
  });
  if (random.chance(0.12)) return { podAntiAffinity: required(random.chance(0.8) ? host : zone, labels) };
  if (random.chance(0.04)) return { podAntiAffinity: required(host, { app: 'w0' }) };
  if (random.chance(0.06)) return { podAffinity: required(zone, random.chance(0.5) ? labels : { app: 'w0' }) };
  return {};
}

/** The workload with other pods. */
export function withPod(workload: WorkloadObject, change: (pod: Fields) => Fields): WorkloadObject {
  const { spec } = workload;
  return { ...workload, spec: { ...spec, template: { ...spec.template, spec: change(spec.template.spec) } } };
}
