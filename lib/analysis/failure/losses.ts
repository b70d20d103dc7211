// Something is lost without a goodbye: a pod, a node, zones. What serves at once, and what finds a place in what is left.
import { reasons } from '../placement/forecast';
import { HOSTNAME, type Interval, type Node, ZONE } from '../placement/world';
import { dig, list } from '../shapes';
import type { Component, Load } from './component';
import type { Situation, Situations } from './situation';
import { DETECTION_SECONDS, duration, EVICTION_SECONDS, PROVISION_SECONDS } from './timing';
import { absent, type Cell, cellOf, type Decider, judge, type Result, range } from './verdict';

/** Nothing happens: whether all pods find a place at all. */
export function calm(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return components.map((component) => {
    const wanted = component.wanted(load);
    const now = situations[load];
    let placed = now.placed(component.workload);
    const reason = placed.fewest < wanted ? why(now, component, NOTHING) : [];
    const working = [need(component, load), `${range(placed)} of ${wanted} find a place`, ...reason];
    const grown = load === 'steady' ? situations.steadyGrown.placed(component.workload) : placed;
    if (grown.fewest > placed.fewest) {
      working.push(`with all nodes that may be ordered, ${range(grown)}`);
      placed = grown;
    }
    const numbers = { wanted, needed: component.needed(load), left: placed, placed };
    return judge(component.name, load, numbers, working, deciderOf(component, reason));
  });
}

const NOTHING: ReadonlySet<Node> = new Set();

/** One pod dies, and is replaced where it was. */
export function podLoss(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return components.map((component) => {
    const wanted = component.wanted(load);
    const placed = situations[load].placed(component.workload);
    const left = { fewest: Math.max(0, placed.fewest - 1), most: Math.max(0, placed.most - 1) };
    const needed = component.needed(load);
    const seconds = component.timing.boot;
    const working = [
      need(component, load),
      `one pod lost: ${range(left)} of ${wanted} serve; its place is free, so that it is replaced within ${duration(seconds)} (boot by its probes)`,
    ];
    return judge(component.name, load, { wanted, needed, left, placed, seconds }, working, replicasOf(component));
  });
}

/** What is lost together. */
export interface Domain {
  readonly key: typeof ZONE | typeof HOSTNAME;
  readonly count: number;
  /** `a node`, `2 zones`. */
  readonly name: string;
}

export const NODE: Domain = { key: HOSTNAME, count: 1, name: 'a node' };
export const zones = (count: number): Domain => ({ key: ZONE, count, name: count === 1 ? 'a zone' : `${count} zones` });

/** Nodes or zones die, the worst of them. */
export function domainLoss(
  situations: Situations,
  components: readonly Component[],
  load: Load,
  domain: Domain,
): Result[] {
  return components.map((component) => lossOf(situations, component, load, domain));
}

function lossOf(situations: Situations, component: Component, load: Load, { key, count, name }: Domain): Result {
  const { workload, timing } = component;
  const now = situations[load];
  const left = now.leftWithout(workload, key, count);
  const wanted = component.wanted(load);
  let { placed, lost } = now.placedWithout(workload, key, count);
  const working = [
    need(component, load),
    `${name} lost, whichever is the worst: ${range(left)} of ${wanted} serve at once`,
  ];
  let seconds = DETECTION_SECONDS + EVICTION_SECONDS * lost.size + timing.toleration + timing.boot;
  working.push(
    `${duration(seconds)}: given up after ${DETECTION_SECONDS} s, evicted after ${duration(timing.toleration)} and ${EVICTION_SECONDS} s a node, boot ${timing.boot} s`,
  );
  working.push(`then ${range(placed)} of ${wanted} are placed in what is left (without ${namesOf(lost)})`);
  let reason = placed.fewest < wanted ? why(now, component, lost) : [];
  if (placed.fewest < wanted && load === 'steady' && now.cluster.nodePools.length > 0) {
    const grown = situations.steadyGrown.placedWithout(workload, key, count);
    if (grown.placed.fewest > placed.fewest) {
      working.push(
        ...reason,
        `with all nodes that may be ordered, ${range(grown.placed)}: up to ${duration(PROVISION_SECONDS)} more`,
      );
      seconds += PROVISION_SECONDS;
      ({ placed, lost } = grown);
      reason = placed.fewest < wanted ? why(situations.steadyGrown, component, lost) : [];
    }
  }
  working.push(...reason);
  const numbers = { wanted, needed: component.needed(load), left, placed, seconds };
  return judge(component.name, load, numbers, working, deciderOf(component, reason));
}

/** Why pods wait, in the scheduler's words. */
function why(situation: Situation, { workload }: Component, lost: ReadonlySet<Node>): string[] {
  const group = situation.groupOf(workload);
  const found = group === undefined ? [] : reasons(situation.world, lost, group);
  return found.length === 0 ? [] : [`nodes that take no more: ${found.join(', ')}`];
}

/** The object that keeps pods from their places, or else the one that says how many there are. */
function deciderOf(component: Component, reason: readonly string[]): Decider {
  const { entry, pod } = component.workload;
  const text = reason.join();
  if (text.includes('spread constraints')) {
    const index = list(pod.value.topologySpreadConstraints).findIndex(
      (one) => dig(one)?.whenUnsatisfiable === 'DoNotSchedule',
    );
    return { entry, pointer: `${pod.pointer}/topologySpreadConstraints/${Math.max(0, index)}` };
  }
  if (text.includes('affinity')) return { entry, pointer: `${pod.pointer}/affinity` };
  if (text.includes('insufficient')) return { entry, pointer: `${pod.pointer}/containers/0/resources/requests` };
  return replicasOf(component);
}

/** Where the number of pods stands: in the autoscaler, or in the workload. */
export function replicasOf({ entry, scalerEntry }: Component): Decider {
  return scalerEntry === undefined
    ? { entry, pointer: '/spec/replicas' }
    : { entry: scalerEntry, pointer: '/spec/minReplicas' };
}

/** Zones of a cluster, as far as they say anything. */
export function zoneCell(
  event: string,
  situations: Situations,
  components: readonly Component[],
  count: number,
  loads: readonly Load[],
): Cell {
  const { zones: declared } = situations.steady.cluster;
  if (declared.length === 0) return absent(event, 'the cluster declares no zones');
  if (count >= declared.length) {
    const results = components.flatMap((component) => loads.map((load) => allLost(component, load, declared.length)));
    return {
      ...cellOf(event, results),
      says: `the cluster has ${declared.length} zone${declared.length === 1 ? '' : 's'}`,
    };
  }
  return cellOf(
    event,
    loads.flatMap((load) => domainLoss(situations, components, load, zones(count))),
  );
}

function allLost(component: Component, load: Load, zones: number): Result {
  const numbers = {
    wanted: component.wanted(load),
    needed: component.needed(load),
    left: exactly(0),
    placed: exactly(0),
  };
  return judge(
    component.name,
    load,
    numbers,
    [`all ${zones} zones of the cluster are lost`],
    replicasOf(component),
    true,
  );
}

/** The first sentence of every working. */
export function need(component: Component, load: Load): string {
  const [wanted, needed] = [component.wanted(load), component.needed(load)];
  const share = component.utilization;
  if (share === undefined) return `${wanted} pods wanted; nothing says at what load they are, so that all are needed`;
  return `${wanted} pods wanted, kept at ${Math.round(share * 100)} % of their CPU request: ${needed} carry the same at 100 %`;
}

export const exactly = (count: number): Interval => ({ fewest: count, most: count });

const namesOf = (nodes: ReadonlySet<Node>): string => {
  const zones = [...new Set([...nodes].map(({ labels }) => labels[ZONE]))];
  const isOne = nodes.size === 1;
  return isOne ? [...nodes].map(({ name }) => name).join() : zones.map(String).join(', ');
};
