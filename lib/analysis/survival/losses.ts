// Something is lost without a goodbye: a pod, a node, zones. What serves at once, and what finds a place in what is left.

import { plural } from '../../model/finding/derivation';
import { HOSTNAME, ZONE } from '../../model/manifest/well-known';
import { dig, list } from '../objects/read-json';
import { reasons } from '../scheduling/forecast';
import type { Interval, Node } from '../scheduling/world';
import type { Component, Load } from './component';
import type { Situation, Situations } from './situation';
import { DETECTION_SECONDS, duration, EVICTION_SECONDS, PROVISION_SECONDS } from './timing';
import { absent, type Cell, cellOf, type Decider, judge, type Result, range } from './verdict';

/** Nothing happens: whether all pods find a place at all. */
export function calm(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return components.map((component) => {
    const wanted = component.wanted(load);
    const now = situations[load];
    const placed = now.placed(component.workload);
    const reason = placed.fewest < wanted ? why(now, component, NOTHING) : [];
    const nodes = now.extent === 'max' ? ' on all nodes that may be ordered' : '';
    const working = [need(component, load), `${range(placed)} of ${wanted} find a place${nodes}`, ...reason];
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
    const lost = `one pod lost: ${range(left)} of ${wanted} serve`;
    if (component.workload.kind === '/Pod') {
      const working = [need(component, load), `${lost}; a bare Pod has nobody who makes it anew`];
      return judge(component.name, load, { wanted, needed, left, placed: left }, working, replicasOf(component));
    }
    const seconds = component.timing.boot;
    const working = [
      need(component, load),
      `${lost}; its place is free, so that it is replaced within ${duration(seconds)} (boot by its probes)`,
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

export function lossOf(situations: Situations, component: Component, load: Load, { key, count, name }: Domain): Result {
  const { workload, timing } = component;
  const left = situations[load].leftWithout(workload, key, count);
  const wanted = component.wanted(load);
  const lost = `${name} lost, whichever is the worst: ${range(left)} of ${wanted} serve at once`;
  if (!component.comesBack) {
    const working = [
      need(component, load),
      lost,
      'none comes back until its node does, or until somebody deletes the Node object',
    ];
    const numbers = { wanted, needed: component.needed(load), left, placed: left };
    return judge(component.name, load, numbers, working, replicasOf(component));
  }
  const end = placedInTheEnd(situations, component, load, { key, count, name });
  const seconds = DETECTION_SECONDS + EVICTION_SECONDS * end.lost.size + timing.toleration + timing.boot;
  const working = [
    need(component, load),
    lost,
    `${duration(seconds)}: given up after ${DETECTION_SECONDS} s, evicted after ${duration(timing.toleration)} and ${EVICTION_SECONDS} s a node, boot ${timing.boot} s`,
    ...end.working,
  ];
  const numbers = { wanted, needed: component.needed(load), left, placed: end.placed, seconds: seconds + end.seconds };
  return judge(component.name, load, numbers, working, deciderOf(component, end.reason));
}

/** Where pods are placed again, on the nodes that run or on those that may be ordered. */
interface End {
  readonly placed: Interval;
  readonly lost: ReadonlySet<Node>;
  /** Seconds until nodes that are ordered are there. */
  readonly seconds: number;
  readonly reason: readonly string[];
  readonly working: readonly string[];
}

/** Pods of a component that are placed without what is lost. */
export function placedInTheEnd(situations: Situations, component: Component, load: Load, domain: Domain): End {
  const wanted = component.wanted(load);
  if (component.workload.kind === '/Pod') {
    const placed = situations[load].leftWithout(component.workload, domain.key, domain.count);
    return { placed, lost: NOTHING, seconds: 0, reason: [], working: ['a bare Pod has nobody who makes it anew'] };
  }
  const ask = (situation: Situation) => {
    const { placed, lost } = situation.placedWithout(component.workload, domain.key, domain.count);
    return { placed, lost, reason: placed.fewest < wanted ? why(situation, component, lost) : [] };
  };
  const now = ask(situations[load]);
  const said = `then ${range(now.placed)} of ${wanted} are placed in what is left (without ${namesOf(now.lost)})`;
  const working = [said, ...now.reason];
  if (now.placed.fewest === wanted || load === 'peak') return { ...now, seconds: 0, working };
  const grown = ask(situations.steadyGrown);
  if (grown.placed.fewest <= now.placed.fewest) return { ...now, seconds: 0, working };
  const ordered = `with all nodes that may be ordered, ${range(grown.placed)}: up to ${duration(PROVISION_SECONDS)} more`;
  return { ...grown, seconds: PROVISION_SECONDS, working: [...working, ordered, ...grown.reason] };
}

/** Begins the sentence that says why pods wait. */
export const WAITING = 'nodes that take no more: ';

/** Why pods wait, in the scheduler's words. */
function why(situation: Situation, { workload }: Component, lost: ReadonlySet<Node>): string[] {
  const group = situation.groupOf(workload);
  const found = group === undefined ? [] : reasons(situation.world, lost, group);
  return found.length === 0 ? [] : [`${WAITING}${found.join(', ')}`];
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
  if (text.includes('scheduling gates')) return { entry, pointer: `${pod.pointer}/schedulingGates` };
  if (text.includes('node affinity') && pod.value.nodeSelector !== undefined)
    return { entry, pointer: `${pod.pointer}/nodeSelector` };
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

/** Zones of a cluster. Where it declares none, all lies in one; that is told only where somebody promises to survive it. */
export function zoneCell(
  event: string,
  situations: Situations,
  components: readonly Component[],
  count: number,
  { isPromised, loads }: { readonly isPromised: boolean; readonly loads: readonly Load[] },
): Cell {
  const { zones: declared } = situations.steady.cluster;
  if (declared.length === 0 && !isPromised) return absent(event, NO_ZONES);
  if (count >= declared.length) {
    const said = `the cluster has ${plural(declared.length, 'zone')}`;
    const says = declared.length === 0 ? NO_ZONES : said;
    return {
      ...cellOf(
        event,
        components.flatMap((one) => loads.map((load) => allLost(one, load, says))),
      ),
      says,
    };
  }
  return cellOf(
    event,
    loads.flatMap((load) => domainLoss(situations, components, load, zones(count))),
  );
}

export const NO_ZONES = 'the cluster declares no zones';

function allLost(component: Component, load: Load, says: string): Result {
  const numbers = {
    wanted: component.wanted(load),
    needed: component.needed(load),
    left: exactly(0),
    placed: exactly(0),
  };
  return judge(component.name, load, numbers, [`${says}: nothing is left`], replicasOf(component), true);
}

/** The first sentence of every working. */
export function need(component: Component, load: Load): string {
  const [wanted, needed] = [component.wanted(load), component.needed(load)];
  const share = component.utilization;
  if (share !== undefined) {
    const target = `${Math.round(share * 100)} % of their CPU request, or a tenth more`;
    return `${wanted} pods wanted, kept at ${target}: ${needed} carry the same at 100 %`;
  }
  if (needed < wanted) return `${wanted} pods wanted, of which the PodDisruptionBudget keeps ${needed}`;
  return `${wanted} pods wanted; nothing says at what load they are, so that all are needed`;
}

export const exactly = (count: number): Interval => ({ fewest: count, most: count });

const namesOf = (nodes: ReadonlySet<Node>): string => {
  const zones = [...new Set([...nodes].map(({ labels }) => labels[ZONE]))];
  const isOne = nodes.size === 1;
  return isOne ? [...nodes].map(({ name }) => name).join() : zones.map(String).join(', ');
};
