// Input of a plan of nodes, and its validation.

import type { CapacityPlan } from '../capacity/capacity';
import type { ClusterDescription } from '../cluster/cluster';
import type { NodePool } from '../cluster/pool';
import type { Problem } from '../finding/problem';
import { checked, choice, fields, findSchemaProblems, list, number, optional, table, text } from '../finding/schema';

import { parseQuantity, quantityAmount } from '../manifest/quantity';
import { peakPods, type Replacement } from '../pods/replacement';
import { type NodeRoom, podsOnNode, type Resources } from './packing';

/** Pods of a workload over all zones. */
export interface PodsOverTime {
  /** At the lowest load. */
  readonly offPeak: number;
  /** What the peak needs, before any loss. */
  readonly peak: number;
  /** The most that exist at once, during a rollout at the maximum. */
  readonly atOnce: number;
}

/** A workload's demand on nodes. */
export interface PlannedWorkload {
  /** Its name, for messages. */
  readonly name: string;
  /** CPU request of a pod, as a quantity. */
  readonly cpu: string;
  /** Memory request of a pod, as a quantity. */
  readonly memory: string;
  /** How many of its pods exist at the same time. */
  readonly pods: PodsOverTime;
  /** What else a pod requests, as quantities by name: `{ 'nvidia.com/gpu': '1' }`. @default nothing */
  readonly resources?: Readonly<Record<string, string>>;
  /** Names of the pools that may run it. Its pods may then all be in any of them. @default every pool */
  readonly pools?: readonly string[];
  /** What its load balancer sends to. @default none: it has no load balancer */
  readonly targets?: 'pods' | 'nodes';
}

/** A pod that every node runs. */
export interface DaemonPod {
  /** Its name, for messages. */
  readonly name: string;
  /** CPU request as a quantity. */
  readonly cpu: string;
  /** Memory request as a quantity. */
  readonly memory: string;
  /** What else it requests, as quantities by name. @default nothing */
  readonly resources?: Readonly<Record<string, string>>;
  /** Names of the pools whose nodes run it. @default every pool */
  readonly pools?: readonly string[];
}

const COUNT = number({ atLeast: 0, atMost: 1e6, whole: true });

const PODS = checked<PodsOverTime>(
  fields<PodsOverTime>({ offPeak: COUNT, peak: COUNT, atOnce: COUNT }),
  ({ offPeak, peak, atOnce }) => {
    if (offPeak <= peak && peak <= atOnce) return [];
    const message = 'pods must not decrease from offPeak to peak to atOnce';
    return [{ value: `${offPeak}, ${peak}, ${atOnce}`, message, expected: 'offPeak ≤ peak ≤ atOnce' }];
  },
);

const AMOUNT = text('a quantity as a text, such as 250m', (value) => (parseQuantity(value) ?? -1n) >= 0n);
const OTHERS = optional(table(AMOUNT));
const POOLS = optional(list(text('the name of a pool')));

const WORKLOAD = fields<PlannedWorkload>({
  name: text(),
  cpu: AMOUNT,
  memory: AMOUNT,
  resources: OTHERS,
  pods: PODS,
  pools: POOLS,
  targets: optional(choice(['pods', 'nodes'])),
});

const DAEMON = fields<DaemonPod>({ name: text(), cpu: AMOUNT, memory: AMOUNT, resources: OTHERS, pools: POOLS });

/** Workloads, and the cluster that runs them. */
export interface ProviderPlanInput {
  /** The cluster: its provider, zones, pools and subnets. */
  readonly cluster: Pick<ClusterDescription, 'provider' | 'zones' | 'nodePools' | 'subnets'>;
  /** Zones whose loss the others must carry. */
  readonly zonesLost: number;
  /** The workloads of the cluster. */
  readonly workloads: readonly PlannedWorkload[];
  /** Pods that every node runs. */
  readonly daemons: readonly DaemonPod[];
}

const LOAD = fields<Omit<ProviderPlanInput, 'cluster'>>({
  zonesLost: number({ atLeast: 0, whole: true }),
  workloads: list(WORKLOAD),
  daemons: list(DAEMON),
});

/** The pods of a capacity plan: its minimum, its peak, and its maximum during a rollout. */
export function podsOverTime({ min, total, max }: CapacityPlan, replacement: Replacement): PodsOverTime {
  return { offPeak: min.value, peak: total.value, atOnce: peakPods(max.value, replacement).value };
}

/** Whether a pool runs a workload, or a pod of every node. */
export const isIn = (name: string, { pools }: Pick<PlannedWorkload, 'pools'>): boolean =>
  pools === undefined || pools.includes(name);

/** The pools of a workload. */
export function poolsOf(workload: PlannedWorkload, pools: readonly NodePool[]): NodePool[] {
  return pools.filter(({ name }) => isIn(name, workload));
}

/** Requests as numbers, or what a node offers. */
export function resourcesOf({
  cpu,
  memory,
  resources,
}: Pick<PlannedWorkload, 'cpu' | 'memory' | 'resources'>): Resources {
  const basic = { cpu: quantityAmount(cpu) ?? 0, memory: quantityAmount(memory) ?? 0 };
  if (resources === undefined) return basic;
  const extended = Object.entries(resources).map(([name, amount]) => [name, quantityAmount(amount) ?? 0] as const);
  return { ...basic, extended: Object.fromEntries(extended) };
}

/** Room on a node of the pool besides the pods that every node runs. */
export function roomOf(pool: NodePool, daemons: readonly DaemonPod[]): NodeRoom {
  const present = daemons.filter((daemon) => isIn(pool.name, daemon));
  const taken = present.map(resourcesOf);
  const { extended = {}, ...whole } = resourcesOf(pool);
  const left = (what: 'cpu' | 'memory') => taken.reduce((rest, daemon) => rest - daemon[what], whole[what]);
  const others = Object.entries(extended).map(([name, amount]) => {
    const used = taken.reduce((sum, daemon) => sum + (daemon.extended?.[name] ?? 0), 0);
    return [name, amount - used] as const;
  });
  const room = { cpu: left('cpu'), memory: left('memory'), pods: pool.pods - present.length };
  return others.length === 0 ? room : { ...room, extended: Object.fromEntries(others) };
}

/** Every input that is invalid or does not fit on a node. The cluster was checked when it was described. */
export function findPlanInputProblems({ cluster, ...load }: ProviderPlanInput): Problem[] {
  const invalid = findSchemaProblems(LOAD, load, '');
  if (invalid.length > 0) return invalid;
  const problems = findLossProblems(load.zonesLost, cluster.zones.length);
  if (cluster.nodePools.length === 0) {
    const message = 'the cluster describes no node pools';
    problems.push({ field: 'nodePools', value: 0, message, expected: 'nodePools' });
  }
  return problems.length > 0 ? problems : findPlaceProblems({ cluster, ...load });
}

function findLossProblems(lost: number, zones: number): Problem[] {
  if (lost === 0 || lost < zones) return [];
  const expected = zones < 2 ? '0' : `at most ${zones - 1}`;
  return [{ field: 'survives.zones', value: lost, message: `losing ${lost} of ${zones} zones leaves none`, expected }];
}

/** Pools that do not exist, and pods that do not fit on a node of their pool. */
function findPlaceProblems({ cluster, workloads, daemons }: ProviderPlanInput): Problem[] {
  const { nodePools } = cluster;
  const names = nodePools.map(({ name }) => name).join(', ');
  const placed = workloads.flatMap((workload) => {
    const { name, pools: wanted = [] } = workload;
    const unknown = wanted.filter((one) => nodePools.every((pool) => pool.name !== one));
    if (unknown.length > 0) {
      const message = `unknown pool '${unknown.join(', ')}'`;
      return [{ field: `${name}.pools`, value: unknown, message, expected: `some of ${names}` }];
    }
    return poolsOf(workload, nodePools).flatMap((pool) => findFitProblems(name, workload, pool, daemons));
  });
  const held = nodePools.flatMap((pool) =>
    pool.headroom === undefined
      ? []
      : findFitProblems(`nodePools[${pool.name}].headroom`, pool.headroom, pool, daemons),
  );
  return [...placed, ...held];
}

function findFitProblems(
  field: string,
  pod: Pick<PlannedWorkload, 'cpu' | 'memory' | 'resources'>,
  pool: NodePool,
  daemons: readonly DaemonPod[],
): Problem[] {
  if (podsOnNode(roomOf(pool, daemons), resourcesOf(pod)) >= 1) return [];
  const beside = daemons
    .filter((daemon) => isIn(pool.name, daemon))
    .map(({ name, cpu, memory }) => `${name} (${cpu}, ${memory})`)
    .join(', ');
  const of = `${pool.cpu} CPU, ${pool.memory} and ${pool.pods} pods of a node`;
  return [
    {
      field,
      value: `${pod.cpu}, ${pod.memory}`,
      message: `a pod of ${pod.cpu} CPU and ${pod.memory} does not fit into ${of}${beside === '' ? '' : ` besides ${beside}`}`,
      expected: `smaller requests, or larger nodes in the pool ${pool.name}`,
    },
  ];
}
