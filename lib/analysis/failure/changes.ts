// What is done on purpose: a node is drained, a release rolls, two follow each other.

import { parseQuantity, WHOLE } from '../../model/amount';
import { catalogue } from '../catalogue';
import { type Demand, demands, total } from '../demand';
import { requestDefaults } from '../limit-ranges';
import { neighbours } from '../namespaces';
import { podGroup } from '../placement/pod-groups';
import { HOSTNAME, type Interval, type PodGroup } from '../placement/world';
import { dig, isSet, shown } from '../shapes';
import type { Component, Load } from './component';
import { exactly, NODE, need, placedInTheEnd, replicasOf } from './losses';
import { NEXT, roomBeside, stuckInDomains } from './rollout';
import type { Situation, Situations } from './situation';
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

/** The cluster before anything is done to it: with the nodes that run, or all that may be ordered if that places more. */
function calmSituation(situations: Situations, { workload }: Component, load: Load): Situation {
  const { [load]: now, steadyGrown: grown } = situations;
  return load === 'steady' && grown.placed(workload).fewest > now.placed(workload).fewest ? grown : now;
}

const atBoth = ({ fewest, most }: Interval, of: (pods: number) => number): Interval => ({
  fewest: of(fewest),
  most: of(most),
});

/** A release rolls through all components at once. */
export function release(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return roll(situations, components, load, {
    demand: (pods) => pods,
    added: (component) => component.rollout(load).surge,
    says: 'a release adds its surge to the pods that are there',
    endsAnyway: false,
  });
}

/**
 * One release follows another as fast as it can: all pods of the first may still terminate, and hold their room, while all of the
 * second are there.
 */
export function twoReleases(situations: Situations, components: readonly Component[], load: Load): Result[] {
  return roll(situations, components, load, {
    demand: (pods) => 2 * pods,
    added: (component) => component.wanted(load) + 2 * component.rollout(load).surge,
    says: 'while the pods of the first release terminate, those of the second are there',
    endsAnyway: true,
  });
}

interface Roll {
  /** Pods that a quota counts, given the wanted ones with their surge. */
  readonly demand: (pods: number) => number;
  /** Pods of a component beside those that are wanted. */
  readonly added: (component: Component) => number;
  readonly says: string;
  /** Whether pods that hold room will go in any case. */
  readonly endsAnyway: boolean;
}

function roll(situations: Situations, components: readonly Component[], load: Load, how: Roll): Result[] {
  const groups = new Map<Component, PodGroup>(
    components.map((one) => [one, podGroup(one.all, one.workload, how.added(one), NEXT)]),
  );
  const beside = roomBeside(situations, load, [...groups.values()]);
  const stuck = stuckInDomains(situations, components, load);
  const refusals = shortQuotas(components, load, how.demand);
  return components.map((component) => {
    const group = groups.get(component);
    const room = group === undefined ? exactly(0) : beside(group);
    return rollOf(component, load, how, room, stuck.has(component), refusals[0]);
  });
}

function rollOf(
  component: Component,
  load: Load,
  how: Roll,
  room: Interval,
  mayBeStuck: boolean,
  refusal: Refusal | undefined,
): Result {
  const { entry, timing } = component;
  const wanted = component.wanted(load);
  const { surge, unavailable } = component.rollout(load);
  const left = exactly(Math.max(0, wanted - unavailable));
  const step = Math.max(1, surge + unavailable);
  const seconds = Math.ceil(wanted / step) * (timing.boot + timing.minReady) + timing.grace;
  const working = [
    need(component, load),
    `maxSurge ${surge}, maxUnavailable ${unavailable}: ${left.fewest} of ${wanted} serve all the time`,
    `${how.says}: ${range(room)} of ${how.added(component)} find a place at once`,
    `${duration(seconds)}: ${Math.ceil(wanted / step)} waves of boot ${timing.boot} s and minReady ${timing.minReady} s, grace ${timing.grace} s`,
  ];
  // a rollout that may not miss a pod moves only when one more finds a place
  const begins = (found: number) => unavailable > 0 || how.endsAnyway || found > 0;
  const placed = {
    fewest: begins(room.fewest) && !mayBeStuck ? wanted : 0,
    most: begins(room.most) ? wanted : 0,
  };
  if (placed.most === 0 && wanted > 0)
    working.push('no new pod finds a place, and no old one may go first: the rollout is stuck');
  else if (room.fewest < how.added(component))
    working.push('those that find none wait for old pods to go: it takes longer');
  if (mayBeStuck && placed.most > 0)
    working.push(
      'new pods are spread by themselves, and old ones that go may free a place where none of them may lie: the rollout can get stuck',
    );
  if (refusal !== undefined) working.push(refusal.says);
  const decides = refusal?.decides ?? { entry, pointer: '/spec/strategy' };
  return judge(
    component.name,
    load,
    { wanted, needed: component.needed(load), left, placed, seconds },
    working,
    decides,
    refusal !== undefined,
  );
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
