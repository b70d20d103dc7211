// What is done on purpose: a node is drained, a release rolls, two follow each other.

import { parseQuantity, WHOLE } from '../../model/amount';
import { catalogue } from '../catalogue';
import { type Demand, demands, total } from '../demand';
import { requestDefaults } from '../limit-ranges';
import { neighbours } from '../namespaces';
import { podGroup } from '../placement/pod-groups';
import { HOSTNAME, type Interval } from '../placement/world';
import { dig, isSet, shown } from '../shapes';
import type { Component, Load } from './component';
import { exactly, NODE, need, placedInTheEnd, replicasOf } from './losses';
import { calmSituation, NEXT, roomBeside, stuckInDomains } from './rollout';
import type { Situations } from './situation';
import { duration } from './timing';
import { type Decider, judge, type Result, range } from './verdict';

/** A node is drained: its pods are evicted as fast as their budgets allow, and placed elsewhere. */
export function drain(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return components.map((component) => {
    const { workload, timing, budgets } = component;
    const wanted = component.wanted(load);
    const situation = calmSituation(situations, component, load);
    const before = situation.placed(workload);
    const without = situation.leftWithout(workload, HOSTNAME, 1);
    const end = placedInTheEnd(situations, component, load, NODE);
    const { placed } = end;
    const evictable = component.evictable(load);
    // what a budget keeps serving; pods that never found a place are missing already
    const kept = wanted - evictable;
    const allowed = atBoth(before, (pods) => Math.max(0, pods - kept));
    const onNode = before.most - without.fewest;
    const left = {
      fewest: Math.max(without.fewest, before.fewest - Math.min(onNode, allowed.fewest)),
      most: before.most - Math.min(Math.max(0, before.fewest - without.most), allowed.most),
    };
    const ends = (one: 'fewest' | 'most') => allowed[one] > 0 && placed[one] >= kept;
    const isBudgeted = budgets.length > 0 && wanted > 0;
    const blocked = isBudgeted && !ends('most') ? true : isBudgeted && !ends('fewest') ? 'in some orders' : false;
    const [budget] = budgets;
    const rounds = Math.ceil(onNode / Math.max(1, evictable));
    const seconds = rounds * (timing.boot + timing.grace) + end.seconds;
    const working = [need(component, load), `up to ${onNode} of ${wanted} pods lie on one node`];
    if (budgets.length > 1)
      working.push('its pods are under two PodDisruptionBudgets: the API server evicts none of them');
    else if (budget === undefined) working.push('no PodDisruptionBudget: all of them are evicted at once');
    else
      working.push(
        `the PodDisruptionBudget lets ${range(allowed)} be evicted at a time: ${range(left)} of ${wanted} serve`,
      );
    working.push(...end.working);
    if (blocked !== false)
      working.push(
        `with no more than ${kept} that serve none may be evicted: the drain ${blocked === true ? 'never ends' : 'may never end'}`,
      );
    if (blocked !== true) working.push(`${duration(seconds)}: ${rounds} times boot and grace period`);
    const decides: Decider = budget === undefined ? replicasOf(component) : { entry: budget, pointer: '/spec' };
    const numbers = { wanted, needed: component.needed(load), left, placed };
    return judge(component.name, load, blocked === true ? numbers : { ...numbers, seconds }, working, decides, blocked);
  });
}

const atBoth = ({ fewest, most }: Interval, of: (pods: number) => number): Interval => ({
  fewest: of(fewest),
  most: of(most),
});

/** A release rolls through all components at once. */
export function release(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return roll(situations, components, load, {
    demand: (pods) => pods,
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
    demand: (pods) => 2 * pods,
    added: (component) => component.wanted(load) + 2 * component.rollout(load).surge,
    says: 'while the pods of the first release terminate, those of the second are there',
  });
}

interface Roll {
  /** Pods that a quota counts, given the wanted ones with their surge. */
  readonly demand: (pods: number) => number;
  /** Pods of a component beside those that are wanted. */
  readonly added: (component: Component, load: Load) => number;
  readonly says: string;
}

const surgePods = (component: Component, load: Load): number => component.rollout(load).surge;

function roll(situations: Situations, components: readonly Component[], load: Load, how: Roll): Result[] {
  const roomFor = (added: Roll['added']) => {
    const groups = components.map((one) => podGroup(one.all, one.workload, added(one, load), NEXT));
    const beside = roomBeside(situations, load, groups);
    return groups.map(beside);
  };
  const first = roomFor(surgePods);
  const rooms = how.added === surgePods ? first : roomFor(how.added);
  const stuck = stuckInDomains(situations, components, load);
  const [refusal] = shortQuotas(components, load, how.demand);
  return components.map((component, index) => {
    const before = calmSituation(situations, component, load).placed(component.workload);
    const placed = moved(component, load, before, first[index] ?? exactly(0), stuck.has(component));
    return rollOf(component, load, how, before, rooms[index] ?? exactly(0), placed, refusal);
  });
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

interface Refusal {
  readonly says: string;
  readonly decides: Decider;
}

/** Quotas of the namespace that have no room for so many pods, or for what they request. */
function shortQuotas(components: readonly Component[], load: Load, demand: (pods: number) => number): Refusal[] {
  const [first] = components;
  if (first === undefined) return [];
  const entries = neighbours(first.all, first.entry);
  const most = demands(
    entries.map(({ manifest }) => manifest),
    requestDefaults(entries),
  );
  const served = new Map(components.map((one) => [`${one.entry.identity.kind}/${one.name}`, one]));
  const asked = total(
    most.map((one) => {
      const component = served.get(`${one.kind}/${one.name}`);
      if (component === undefined || one.pods === 0) return one;
      return scaled(one, demand(component.wanted(load) + component.rollout(load).surge));
    }),
  );
  return catalogue(entries)
    .of('/ResourceQuota')
    .flatMap((entry) =>
      COUNTED.flatMap(({ key, amount }) => {
        const given = dig(entry.manifest, 'spec', 'hard')?.[key];
        const limit = isSet(given) ? parseQuantity(shown(given)) : undefined;
        if (limit === undefined || limit >= amount(asked)) return [];
        const says = `the quota ${entry.identity.name} has ${key} ${shown(given)}, which is less than all of that together`;
        return { says, decides: { entry, pointer: `/spec/hard/${key}` } };
      }),
    );
}

const COUNTED: readonly { readonly key: string; readonly amount: (demand: Demand) => bigint }[] = [
  { key: 'pods', amount: ({ pods }) => BigInt(pods) * WHOLE },
  { key: 'requests.cpu', amount: ({ cpu }) => cpu },
  { key: 'requests.memory', amount: ({ memory }) => memory },
];

/** The same pods in another number. */
function scaled(demand: Demand, pods: number): Demand {
  const each = (amount: bigint) => (amount / BigInt(demand.pods)) * BigInt(pods);
  return { pods, cpu: each(demand.cpu), memory: each(demand.memory) };
}
