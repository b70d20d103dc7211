// Abrupt failures of a pod, a node or zones: which pods still serve, and which are placed again on the remaining nodes.

import type { Cluster } from '../../model/cluster/cluster';
import { answersWithout } from '../../model/cluster/zones';
import { plural } from '../../model/finding/derivation';
import { defined } from '../../model/manifest/json';
import { HOSTNAME, ZONE } from '../../model/manifest/well-known';
import { dig, list } from '../objects/read-json';
import { bindings } from '../objects/volumes';
import { podPointer, replicasPointer } from '../objects/workloads';
import { reasons } from '../scheduling/forecast';
import type { Departure, Interval, Node } from '../scheduling/world';
import type { Component, Scale } from './component';
import { combinations, type Situation, type Situations } from './situation';
import { DETECTION_SECONDS, duration, EVICTION_SECONDS, FORCED_DETACH_SECONDS, PROVISION_SECONDS } from './timing';
import { absent, type Cell, cellOf, type Decider, judge, type Result, range } from './verdict';

/** No event: whether all pods can be placed at all. */
export function undisturbed(situations: Situations, components: readonly Component[], scale: Scale): Result[] {
  return components.map((component) => {
    const wanted = component.wanted(scale);
    const now = situations[scale];
    const placed = now.placed(component.workload);
    const reason = placed.fewest < wanted ? why(now, component, NOTHING) : [];
    const nodes = now.extent === 'max' ? ' with all nodes that may be ordered' : '';
    const working = [need(component, scale), `${range(placed)} of ${wanted} can be placed${nodes}`, ...reason];
    const numbers = { wanted, needed: component.needed(scale), left: placed, placed };
    return judge(component.name, scale, numbers, working, deciderOf(component, reason));
  });
}

const NOTHING: ReadonlySet<Node> = new Set();

const NO_CONTROLLER = 'a bare Pod has no controller to recreate it';

/** One pod fails and is replaced on its node. */
export function podLoss(situations: Situations, components: readonly Component[], scale: Scale): Result[] {
  return components.map((component) => {
    const wanted = component.wanted(scale);
    const placed = situations[scale].placed(component.workload);
    const left = { fewest: Math.max(0, placed.fewest - 1), most: Math.max(0, placed.most - 1) };
    const needed = component.needed(scale);
    const lost = `one pod lost: ${range(left)} of ${wanted} serve`;
    if (component.workload.kind === '/Pod') {
      const working = [need(component, scale), `${lost}; ${NO_CONTROLLER}`];
      return judge(component.name, scale, { wanted, needed, left, placed: left }, working, replicasOf(component));
    }
    const seconds = component.timing.boot;
    const working = [
      need(component, scale),
      `${lost}; it is replaced in the same place within ${duration(seconds)} (boot by its probes)`,
    ];
    return judge(component.name, scale, { wanted, needed, left, placed, seconds }, working, replicasOf(component));
  });
}

/** Nodes that are lost together: all with one value of a label. */
export interface Domain {
  readonly key: typeof ZONE | typeof HOSTNAME;
  readonly count: number;
  /** `a node`, `2 zones`. */
  readonly name: string;
}

export const NODE: Domain = { key: HOSTNAME, count: 1, name: 'a node' };
export const zones = (count: number): Domain => ({ key: ZONE, count, name: count === 1 ? 'a zone' : `${count} zones` });

/** The worst nodes or zones fail. */
export function domainLoss(
  situations: Situations,
  components: readonly Component[],
  scale: Scale,
  domain: Domain,
): Result[] {
  return components.map((component) => lossOf(situations, component, scale, domain));
}

export function lossOf(
  situations: Situations,
  component: Component,
  scale: Scale,
  { key, count, name }: Domain,
): Result {
  const { workload, timing } = component;
  const left = situations[scale].leftWithout(workload, key, count);
  const wanted = component.wanted(scale);
  const lost = `${name} lost, in the worst case: ${range(left)} of ${wanted} serve at once`;
  const unchangeable = key === ZONE ? controlPlaneLost(situations.steady.cluster, count) : undefined;
  const known = { wanted, needed: component.needed(scale), left, ...defined({ unchangeable }) };
  if (!component.comesBack) {
    const stays = 'no pod comes back until its node does or the Node object is deleted';
    const working = [need(component, scale), lost, stays, ...(unchangeable === undefined ? [] : [unchangeable])];
    return judge(component.name, scale, { ...known, placed: left }, working, replicasOf(component));
  }
  const recovery = placedAfterRecovery(situations, component, scale, { key, count, name });
  const detach = bindings(component.all).get(workload)?.isAttached === true ? FORCED_DETACH_SECONDS : 0;
  const seconds = DETECTION_SECONDS + EVICTION_SECONDS * recovery.lost.size + timing.toleration + detach + timing.boot;
  const working = [
    need(component, scale),
    lost,
    `${duration(seconds)}: given up after ${DETECTION_SECONDS} s, evicted after ${duration(timing.toleration)} and ${EVICTION_SECONDS} s a node${detach === 0 ? '' : `, its volume detached by force after ${duration(detach)}`}, boot ${timing.boot} s`,
    ...recovery.working,
  ];
  if (unchangeable !== undefined) working.push(unchangeable);
  const whole = { ...known, placed: recovery.placed };
  const numbers = unchangeable === undefined ? { ...whole, seconds: seconds + recovery.seconds } : whole;
  return judge(component.name, scale, numbers, working, deciderOf(component, recovery.reason));
}

/** What stops while the control plane is away: pods run on, and Services send to the same ones, also to those that are lost. */
export const STOPPED = 'nothing is placed, scaled or taken out of Services';

const lostWith = new WeakMap<Cluster, Map<number, string | undefined>>();

/** Why nothing recovers after the loss of the worst zones, the same for all of a cluster; `undefined` where the control plane survives, or is unknown. */
function controlPlaneLost(cluster: Cluster, count: number): string | undefined {
  const byCount = lostWith.get(cluster) ?? new Map<number, string | undefined>();
  if (!byCount.has(count)) byCount.set(count, lossOfControl(cluster, count));
  lostWith.set(cluster, byCount);
  return byCount.get(count);
}

/** The control plane is lost with the worst zones. */
function lossOfControl({ zones: all, provider: { controlPlane } }: Cluster, count: number): string | undefined {
  if (controlPlane === undefined) return undefined;
  const losses = combinations(all, count);
  const fatal = losses.filter((lost) => !answersWithout(controlPlane, lost));
  if (fatal.length === 0) return undefined;
  const named = fatal.map((lost) => lost.join(' and ')).join(', or ');
  const lost = fatal.length < losses.length ? named : count === 1 ? 'it' : 'them';
  return `the control plane ${'nodes' in controlPlane ? 'is' : 'may be'} lost with ${lost}: ${STOPPED}`;
}

/** How pods are placed again, on the running nodes or on those that may be ordered. */
interface Recovery {
  readonly placed: Interval;
  readonly lost: ReadonlySet<Node>;
  /** Seconds until ordered nodes are ready. */
  readonly seconds: number;
  readonly reason: readonly string[];
  readonly working: readonly string[];
}

/** How a component is placed without the lost domain. */
export function placedAfterRecovery(
  situations: Situations,
  component: Component,
  scale: Scale,
  domain: Domain,
  how: Departure = 'lost',
): Recovery {
  const wanted = component.wanted(scale);
  if (component.workload.kind === '/Pod') {
    const placed = situations[scale].leftWithout(component.workload, domain.key, domain.count);
    return { placed, lost: NOTHING, seconds: 0, reason: [], working: [NO_CONTROLLER] };
  }
  const ask = (situation: Situation) => {
    const { placed, lost } = situation.placedWithout(component.workload, domain.key, domain.count, how);
    return { placed, lost, reason: placed.fewest < wanted ? why(situation, component, lost, how) : [] };
  };
  const now = ask(situations[scale]);
  const remaining = `then ${range(now.placed)} of ${wanted} are placed on the remaining nodes (without ${namesOf(now.lost)})`;
  const working = [remaining, ...now.reason];
  if (now.placed.fewest === wanted || scale === 'peak') return { ...now, seconds: 0, working };
  const grown = ask(situations.steadyGrown);
  if (grown.placed.fewest <= now.placed.fewest) return { ...now, seconds: 0, working };
  const ordered = `with all nodes that may be ordered, ${range(grown.placed)}: up to ${duration(PROVISION_SECONDS)} more`;
  return { ...grown, seconds: PROVISION_SECONDS, working: [...working, ordered, ...grown.reason] };
}

/** Starts the sentence about why pods wait. */
export const WAITING = 'nodes that accept no more pods: ';

/** Why pods wait while nothing is lost. */
export const whyWaiting = (situation: Situation, component: Component): string[] => why(situation, component, NOTHING);

/** Why pods wait, in the scheduler's words. */
function why(
  situation: Situation,
  { workload }: Component,
  lost: ReadonlySet<Node>,
  how: Departure = 'lost',
): string[] {
  const group = situation.groupOf(workload);
  const obstacles = group === undefined ? [] : reasons(situation.world, lost, group, how);
  const limits = situation.limitsOf(workload);
  return obstacles.length === 0 ? [...limits] : [...limits, `${WAITING}${obstacles.join(', ')}`];
}

/** The object that keeps pods from being placed, or else the one that sets their number. */
export function deciderOf(component: Component, reason: readonly string[]): Decider {
  const { entry, pod } = component.workload;
  const at = (field: string): Decider => ({ entry, pointer: podPointer(component.workload, field) });
  const text = reason.join();
  if (text.includes('spread constraints')) {
    const index = list(pod.value.topologySpreadConstraints).findIndex(
      (one) => dig(one)?.whenUnsatisfiable === 'DoNotSchedule',
    );
    return at(`/topologySpreadConstraints/${Math.max(0, index)}`);
  }
  if (text.includes('volume')) return at('/volumes');
  if (text.includes('scheduling gates')) return at('/schedulingGates');
  if (text.includes('node affinity') && pod.value.nodeSelector !== undefined) return at('/nodeSelector');
  if (text.includes('affinity')) return at('/affinity');
  if (text.includes('insufficient')) return at('/containers/0/resources/requests');
  return replicasOf(component);
}

/** The object that sets the number of pods: the autoscaler, or the workload. */
export function replicasOf({ entry, scalerEntry, workload }: Component): Decider {
  return scalerEntry === undefined
    ? { entry, pointer: replicasPointer(workload) }
    : { entry: scalerEntry, pointer: '/spec/minReplicas' };
}

/** The loss of zones. A cluster that declares none counts as one zone; that is reported only against a promise. */
export function zoneCell(
  event: string,
  situations: Situations,
  components: readonly Component[],
  count: number,
  { isPromised, scales }: { readonly isPromised: boolean; readonly scales: readonly Scale[] },
): Cell {
  const { zones: declared } = situations.steady.cluster;
  if (declared.length === 0 && !isPromised) return absent(event, NO_ZONES);
  if (count >= declared.length) {
    const says = declared.length === 0 ? NO_ZONES : `the cluster has ${plural(declared.length, 'zone')}`;
    return {
      ...cellOf(
        event,
        components.flatMap((one) => scales.map((scale) => allLost(one, scale, says))),
      ),
      says,
    };
  }
  return cellOf(
    event,
    scales.flatMap((scale) => domainLoss(situations, components, scale, zones(count))),
  );
}

export const NO_ZONES = 'the cluster declares no zones';

function allLost(component: Component, scale: Scale, says: string): Result {
  const numbers = {
    wanted: component.wanted(scale),
    needed: component.needed(scale),
    left: exactly(0),
    placed: exactly(0),
  };
  return judge(component.name, scale, numbers, [`${says}: no pod is left`], replicasOf(component), true);
}

/** The first sentence of every working. */
export function need(component: Component, scale: Scale): string {
  const [wanted, needed] = [component.wanted(scale), component.needed(scale)];
  const share = component.utilization;
  if (share !== undefined) {
    const target = `${Math.round(share * 100)} % of their CPU request, or a tenth more`;
    return `${wanted} pods wanted, kept at ${target}: ${needed} carry that load at 100 %`;
  }
  if (component.isDatabase) return `${wanted} instances wanted, of which ${needed} answer a commit`;
  if (needed < wanted) return `${wanted} pods wanted, of which the PodDisruptionBudget keeps ${needed}`;
  return `${wanted} pods wanted, at an unknown load: all are needed`;
}

export const exactly = (count: number): Interval => ({ fewest: count, most: count });

const namesOf = (nodes: ReadonlySet<Node>): string => {
  const zones = [...new Set([...nodes].map(({ labels }) => labels[ZONE]))];
  const isOne = nodes.size === 1;
  return isOne ? [...nodes].map(({ name }) => name).join() : zones.map(String).join(', ');
};
