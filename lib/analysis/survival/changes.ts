// What is done on purpose: a node is drained, a release rolls, two follow each other.

import { HOSTNAME } from '../../model/manifest/well-known';
import { podGroup } from '../scheduling/pod-groups';
import type { Interval } from '../scheduling/world';
import type { Component, Load } from './component';
import { exactly, NODE, need, placedInTheEnd, replicasOf } from './losses';
import { type Refusal, refusals } from './quota';
import { NEXT, roomBeside, stuckInDomains } from './rollout';
import type { Situations } from './situation';
import { duration } from './timing';
import { type Decider, judge, type Result, range } from './verdict';

/** A node is drained: its pods are evicted as fast as their budgets allow, and placed elsewhere. */
export function drain(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return components.map((component) => {
    const { workload, timing, budgets } = component;
    const wanted = component.wanted(load);
    const before = placedBefore(situations, component, load);
    const without = situations[load].leftWithout(workload, HOSTNAME, 1);
    const onNode = { fewest: Math.max(0, before.fewest - without.most), most: before.most - without.fewest };
    const end = placedInTheEnd(situations, component, load, NODE);
    const { kept, others } = component.protection(load);
    // pods that never found a place are missing already
    const beside = together(others.map((one) => placedBefore(situations, one, load)));
    const allowed = atBoth(together([before, beside]), (pods) => Math.max(0, pods - kept));
    // all that may go at a time may be of this workload, or all but one of the others under its budget
    const least = others.length === 0 ? onNode.fewest : Math.min(1, onNode.fewest);
    const left = {
      fewest: Math.max(
        without.fewest,
        before.fewest - Math.min(onNode.most, Math.max(0, before.fewest + beside.most - kept)),
      ),
      most: before.most - Math.min(least, Math.max(0, before.most + beside.fewest - kept)),
    };
    const serving = together([end, ...others.map((one) => placedInTheEnd(situations, one, load, NODE))].map(placedOf));
    const ends = (one: 'fewest' | 'most') => allowed[one] > 0 && serving[one] >= kept;
    const isKept = budgets.length > 0 && wanted > 0;
    const blocked = isKept && !ends('most') ? true : isKept && !ends('fewest') ? 'in some orders' : false;
    const [budget] = budgets;
    const rounds = Math.ceil((onNode.most + beside.most) / Math.max(1, allowed.most));
    const seconds = rounds * (timing.boot + timing.grace) + end.seconds;
    const working = [need(component, load), `up to ${onNode.most} of ${wanted} pods lie on one node`];
    if (budgets.length > 1)
      working.push('its pods are under two PodDisruptionBudgets: the API server evicts none of them');
    else if (budget === undefined) working.push('no PodDisruptionBudget: all of them are evicted at once');
    else
      working.push(
        `the PodDisruptionBudget${overOthers(others)} lets ${range(allowed)} be evicted at a time: ${range(left)} of ${wanted} serve`,
      );
    working.push(...end.working);
    if (blocked !== false)
      working.push(
        `with no more than ${kept} that serve none may be evicted: the drain ${blocked === true ? 'never ends' : 'may never end'}`,
      );
    else working.push(`${duration(seconds)}: ${rounds} times boot and grace period`);
    const decides: Decider = budget === undefined ? replicasOf(component) : { entry: budget, pointer: '/spec' };
    const numbers = { wanted, needed: component.needed(load), left, placed: end.placed };
    return judge(component.name, load, blocked ? numbers : { ...numbers, seconds }, working, decides, blocked);
  });
}

const placedOf = ({ placed }: { readonly placed: Interval }): Interval => placed;

const overOthers = (others: readonly Component[]): string =>
  others.length === 0 ? '' : `, which is over ${others.map(({ name }) => name).join(', ')} too,`;

const placedBefore = (situations: Situations, component: Component, load: Load): Interval =>
  situations[load].placed(component.workload);

const together = (intervals: readonly Interval[]): Interval => ({
  fewest: intervals.reduce((sum, { fewest }) => sum + fewest, 0),
  most: intervals.reduce((sum, { most }) => sum + most, 0),
});

const atBoth = ({ fewest, most }: Interval, of: (pods: number) => number): Interval => ({
  fewest: of(fewest),
  most: of(most),
});

/** A release rolls through all components at once. */
export function release(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return roll(situations, components, load, {
    demand: podsAtOnce,
    added: surgePods,
    says: 'a release adds its surge to the pods that are there',
  });
}

/**
 * One release follows another as fast as it can: all pods of the first may still terminate, and hold their room, while all of the
 * second are there. These go in any case; but the first must have moved.
 */
export function twoReleases(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return roll(situations, components, load, {
    // a StatefulSet's pod is made once its namesake has gone
    demand: (one, at) => podsAtOnce(one, at) * (one.workload.kind === 'apps/StatefulSet' ? 1 : 2),
    added: (component) => component.wanted(load) + 2 * component.rollout(load).surge,
    says: 'while the pods of the first release terminate, those of the second are there',
  });
}

interface Roll {
  /** Pods that a quota counts: those that terminate too. */
  readonly demand: (component: Component, load: Load) => number;
  /** Pods of a component beside those that are wanted. */
  readonly added: (component: Component, load: Load) => number;
  readonly says: string;
}

const surgePods = (component: Component, load: Load): number => component.rollout(load).surge;

const podsAtOnce = (component: Component, load: Load): number => component.wanted(load) + surgePods(component, load);

function roll(situations: Situations, components: readonly Component[], load: Load, how: Roll): Result[] {
  const { first, stuck } = begin(situations, components, load);
  const rooms = how.added === surgePods ? first : roomFor(situations, components, load, how.added);
  const refused = refusals(components, (one) => how.demand(one, load));
  return components.map((component, index) => {
    const before = placedBefore(situations, component, load);
    const placed = moved(component, load, before, first[index] ?? exactly(0), stuck.has(component));
    return rollOf(
      component,
      load,
      how,
      before,
      rooms[index] ?? exactly(0),
      placed,
      refused.find(({ counts }) => counts(component)),
    );
  });
}

function roomFor(
  situations: Situations,
  components: readonly Component[],
  load: Load,
  added: Roll['added'],
): readonly Interval[] {
  const groups = components.map((one) => podGroup(one.all, one.workload, added(one, load), NEXT));
  return groups.map(roomBeside(situations, load, groups));
}

/** How a rollout begins: places for the surge of each component, and components that can get stuck. */
interface Beginning {
  readonly first: readonly Interval[];
  readonly stuck: ReadonlySet<Component>;
}

const beginnings = new WeakMap<readonly Component[], Map<Load, Beginning>>();

/** Worked out once: a second release begins as the first does. */
function begin(situations: Situations, components: readonly Component[], load: Load): Beginning {
  const byLoad = beginnings.get(components) ?? new Map<Load, Beginning>();
  const made = byLoad.get(load) ?? {
    first: roomFor(situations, components, load, surgePods),
    stuck: stuckInDomains(situations, components, load),
  };
  beginnings.set(components, byLoad.set(load, made));
  return made;
}

/** New pods that find a place: as many as the old ones did, or none where the rollout cannot move. */
function moved(component: Component, load: Load, before: Interval, room: Interval, mayBeStuck: boolean): Interval {
  const kept = component.wanted(load) - component.rollout(load).unavailable;
  // an old pod may go where more serve than must; else a new one must find a place first
  const moves = (one: 'fewest' | 'most') => before[one] > kept || room[one] > 0;
  return { fewest: moves('fewest') && !mayBeStuck ? before.fewest : 0, most: moves('most') ? before.most : 0 };
}

function rollOf(
  component: Component,
  load: Load,
  how: Roll,
  before: Interval,
  room: Interval,
  placed: Interval,
  refusal: Refusal | undefined,
): Result {
  const { entry, timing } = component;
  const wanted = component.wanted(load);
  const added = how.added(component, load);
  const { surge, unavailable } = component.rollout(load);
  const left = atBoth(before, (pods) => Math.min(pods, Math.max(0, wanted - unavailable)));
  const waves = Math.ceil(wanted / Math.max(1, surge + unavailable));
  const seconds = waves * (timing.boot + timing.minReady) + timing.grace;
  const working = [
    need(component, load),
    `maxSurge ${surge}, maxUnavailable ${unavailable}: ${range(left)} of ${wanted} serve all the time`,
    `${how.says}: ${range(room)} of ${added} find a place at once`,
    `${duration(seconds)}: ${waves} waves of boot ${timing.boot} s and minReady ${timing.minReady} s, grace ${timing.grace} s`,
  ];
  if (before.fewest < wanted) working.push(`before it, ${range(before)} of ${wanted} find a place`);
  if (placed.most === 0 && wanted > 0)
    working.push('no new pod finds a place, and no old one may go first: the rollout is stuck');
  else if (placed.fewest === 0 && wanted > 0)
    working.push(
      'a new pod may find no place, or none where its spread wants it, and no old one goes before: the rollout can get stuck',
    );
  else if (room.fewest < added) working.push('those that find none wait for old pods to go: it takes longer');
  if (refusal !== undefined) working.push(refusal.says);
  const decides = refusal?.decides ?? { entry, pointer: '/spec/strategy' };
  const numbers = { wanted, needed: component.needed(load), left, placed, seconds };
  return judge(component.name, load, numbers, working, decides, refusal !== undefined);
}
