// Deliberate operations: a node is drained, a release rolls out, two releases follow each other.

import { plural } from '../../model/finding/derivation';
import { HOSTNAME } from '../../model/manifest/well-known';
import { bindings } from '../objects/volumes';
import { hasNamedPods, strategyPointer } from '../objects/workloads';
import { podGroup } from '../scheduling/pod-groups';
import type { Interval } from '../scheduling/world';
import type { Component, Scale } from './component';
import { exactly, NODE, need, placedAfterRecovery, replicasOf } from './losses';
import { type Refusal, refusals } from './quota';
import { NEXT, roomBeside, stuckInDomains } from './rollout';
import type { Situations } from './situation';
import { duration } from './timing';
import { type Decider, judge, lossesOf, type Result, range } from './verdict';

/** A node is drained: its pods are evicted as fast as their budgets allow, and placed on other nodes. */
export function drain(situations: Situations, components: readonly Component[], scale: Scale): Result[] {
  return components.map((component) => {
    const { workload, timing, budgets } = component;
    const wanted = component.wanted(scale);
    const before = placedBefore(situations, component, scale);
    const without = situations[scale].leftWithout(workload, HOSTNAME, 1);
    const onNode = { fewest: Math.max(0, before.fewest - without.most), most: before.most - without.fewest };
    const end = placedAfterRecovery(situations, component, scale, NODE, 'drained');
    const { kept, others } = component.protection(scale);
    // pods that were never placed are missing already
    const beside = together(others.map((one) => placedBefore(situations, one, scale)));
    const allowed = atBoth(together([before, beside]), (pods) => Math.max(0, pods - kept));
    // all pods evicted at a time may be of this workload; or all but one may be of others under its budget
    const least = others.length === 0 ? onNode.fewest : Math.min(1, onNode.fewest);
    const left = {
      fewest: Math.max(
        without.fewest,
        before.fewest - Math.min(onNode.most, Math.max(0, before.fewest + beside.most - kept)),
      ),
      most: before.most - Math.min(least, Math.max(0, before.most + beside.fewest - kept)),
    };
    const serving = together(
      [end, ...others.map((one) => placedAfterRecovery(situations, one, scale, NODE, 'drained'))].map(placedOf),
    );
    const ends = (one: 'fewest' | 'most') => allowed[one] > 0 && serving[one] >= kept;
    const isKept = component.isKept && wanted > 0;
    const blocked = isKept && !ends('most') ? true : isKept && !ends('fewest') ? 'in some orders' : false;
    const [budget] = budgets;
    const rounds = Math.ceil((onNode.most + beside.most) / Math.max(1, allowed.most));
    const seconds = rounds * (timing.boot + timing.grace) + end.seconds;
    const working = [need(component, scale), `up to ${onNode.most} of ${wanted} pods are on one node`];
    if (budgets.length > 1) working.push('two PodDisruptionBudgets select its pods: the API server evicts none');
    else if (!component.isKept) working.push('no PodDisruptionBudget: all are evicted at once');
    else
      working.push(
        `the ${component.isDatabase ? "operator's budget" : 'PodDisruptionBudget'}${overOthers(others)} allows ${range(allowed)} evictions at a time: ${range(left)} of ${wanted} serve`,
      );
    working.push(...end.working);
    if (blocked !== false)
      working.push(
        `no eviction while only ${kept} serve: the drain ${blocked === true ? 'never ends' : 'may never end'}`,
      );
    else working.push(`${duration(seconds)}: ${plural(rounds, 'round')} of boot and grace period`);
    const decides: Decider = budget === undefined ? replicasOf(component) : { entry: budget, pointer: '/spec' };
    working.push(...lossesOf([{ component: component.name, losses: component.losses }]));
    const numbers = { wanted, needed: component.needed(scale), left, placed: end.placed, losses: component.losses };
    return judge(component.name, scale, blocked ? numbers : { ...numbers, seconds }, working, decides, blocked);
  });
}

const placedOf = ({ placed }: { readonly placed: Interval }): Interval => placed;

const overOthers = (others: readonly Component[]): string =>
  others.length === 0 ? '' : `, shared with ${others.map(({ name }) => name).join(', ')},`;

const placedBefore = (situations: Situations, component: Component, scale: Scale): Interval =>
  situations[scale].placed(component.workload);

const together = (intervals: readonly Interval[]): Interval => ({
  fewest: intervals.reduce((sum, { fewest }) => sum + fewest, 0),
  most: intervals.reduce((sum, { most }) => sum + most, 0),
});

const atBoth = ({ fewest, most }: Interval, of: (pods: number) => number): Interval => ({
  fewest: of(fewest),
  most: of(most),
});

/** A release rolls out to all components at once. */
export function release(situations: Situations, components: readonly Component[], scale: Scale): Result[] {
  return roll(situations, components, scale, {
    demand: podsAtOnce,
    added: surgePods,
    says: 'a release adds its surge to the existing pods',
  });
}

/**
 * One release follows another as fast as possible: all pods of the first may still be terminating, and hold their room, while all
 * of the second exist. This needs the first rollout to have made progress.
 */
export function twoReleases(situations: Situations, components: readonly Component[], scale: Scale): Result[] {
  return roll(situations, components, scale, {
    // a StatefulSet creates a pod only after its namesake is gone
    demand: (one, at) => podsAtOnce(one, at) * (hasNamedPods(one.workload) ? 1 : 2),
    added: (component) => component.wanted(scale) + 2 * component.rollout(scale).surge,
    says: 'pods of the second release exist while those of the first terminate',
  });
}

interface Roll {
  /** Pods that a quota counts, including terminating ones. */
  readonly demand: (component: Component, scale: Scale) => number;
  /** Pods of a component in addition to those it should have. */
  readonly added: (component: Component, scale: Scale) => number;
  readonly says: string;
}

const surgePods = (component: Component, scale: Scale): number => component.rollout(scale).surge;

const podsAtOnce = (component: Component, scale: Scale): number =>
  component.wanted(scale) + surgePods(component, scale);

function roll(situations: Situations, components: readonly Component[], scale: Scale, how: Roll): Result[] {
  const { first, stuck } = begin(situations, components, scale);
  const rooms = how.added === surgePods ? first : roomFor(situations, components, scale, how.added);
  const refused = refusals(components, situations.steady.cluster, (one) => how.demand(one, scale));
  return components.map((component, index) => {
    const before = placedBefore(situations, component, scale);
    const placed = moved(component, scale, before, first[index] ?? exactly(0), stuck.has(component));
    return rollOf(
      component,
      scale,
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
  scale: Scale,
  added: Roll['added'],
): readonly Interval[] {
  const groups = components.map((one) => podGroup(one.all, one.workload, added(one, scale), NEXT));
  return groups.map(roomBeside(situations, scale, groups));
}

/** The start of a rollout: room for the surge of each component, and components that can get stuck. */
interface Beginning {
  readonly first: readonly Interval[];
  readonly stuck: ReadonlySet<Component>;
}

const beginnings = new WeakMap<readonly Component[], Map<Scale, Beginning>>();

/** Memoized: a second release starts like the first. */
function begin(situations: Situations, components: readonly Component[], scale: Scale): Beginning {
  const byScale = beginnings.get(components) ?? new Map<Scale, Beginning>();
  const made = byScale.get(scale) ?? {
    first: roomFor(situations, components, scale, surgePods),
    stuck: new Set([
      ...stuckInDomains(situations, components, scale),
      ...components.filter((one) => waitsForVolume(situations, one, scale)),
    ]),
  };
  beginnings.set(components, byScale.set(scale, made));
  return made;
}

const isOnce = ({ all, workload }: Component): boolean => (bindings(all).get(workload)?.once.length ?? 0) > 0;

/** Whether a new pod needs a volume that an old one keeps on its node, and no old one may go first. */
function waitsForVolume(situations: Situations, component: Component, scale: Scale): boolean {
  const claims = bindings(component.all).get(component.workload)?.once ?? [];
  const isSolo = claims.some(({ access }) => access === 'ReadWriteOncePod');
  const { unavailable } = component.rollout(scale);
  const isKept = component.workload.kind === 'apps/Deployment' && unavailable === 0 && component.wanted(scale) > 0;
  return isKept && claims.length > 0 && (isSolo || situations[scale].world.nodes.length > 1);
}

/** New pods that are placed: as many as the old ones, or none where the rollout cannot proceed. */
function moved(component: Component, scale: Scale, before: Interval, room: Interval, mayBeStuck: boolean): Interval {
  const kept = component.wanted(scale) - component.rollout(scale).unavailable;
  // an old pod may be removed if more serve than must; otherwise a new one must be placed first
  const moves = (one: 'fewest' | 'most') => before[one] > kept || room[one] > 0;
  return { fewest: moves('fewest') && !mayBeStuck ? before.fewest : 0, most: moves('most') ? before.most : 0 };
}

/** How long a rollout takes at most. A pod of a StatefulSet starts once its namesake is gone, so that each wave waits for a stop. */
function timeOf(
  { workload, timing }: Component,
  waves: number,
): { readonly seconds: number; readonly working: string } {
  const { boot, minReady, grace } = timing;
  if (hasNamedPods(workload)) {
    const seconds = waves * (grace + boot + minReady);
    const wave = `grace ${grace} s, boot ${boot} s and minReady ${minReady} s`;
    return { seconds, working: `${duration(seconds)}: ${waves} waves of ${wave}` };
  }
  const seconds = waves * (boot + minReady) + grace;
  const wave = `boot ${boot} s and minReady ${minReady} s`;
  return { seconds, working: `${duration(seconds)}: ${waves} waves of ${wave}, grace ${grace} s` };
}

function rollOf(
  component: Component,
  scale: Scale,
  how: Roll,
  before: Interval,
  room: Interval,
  placed: Interval,
  refusal: Refusal | undefined,
): Result {
  const { entry, workload } = component;
  const wanted = component.wanted(scale);
  const added = how.added(component, scale);
  const { surge, unavailable } = component.rollout(scale);
  const left = atBoth(before, (pods) => Math.min(pods, Math.max(0, wanted - unavailable)));
  const { seconds, working: times } = timeOf(component, Math.ceil(wanted / Math.max(1, surge + unavailable)));
  const working = [
    need(component, scale),
    `maxSurge ${surge}, maxUnavailable ${unavailable}: ${range(left)} of ${wanted} serve all the time`,
    `${how.says}: ${range(room)} of ${added} are placed at once`,
    times,
  ];
  if (before.fewest < wanted) working.push(`before it, ${range(before)} of ${wanted} are placed`);
  if (placed.most === 0 && wanted > 0)
    working.push('no new pod can be placed, and no old one may be removed first: the rollout is stuck');
  else if (placed.fewest === 0 && wanted > 0 && isOnce(component))
    working.push(
      'a new pod on another node waits for the volume, which is attached to that of the old one: the rollout can get stuck',
    );
  else if (placed.fewest === 0 && wanted > 0)
    working.push(
      'a new pod may find no node that its spread allows, and no old one may be removed first: the rollout can get stuck',
    );
  else if (room.fewest < added) working.push('the others wait for old pods to go: it takes longer');
  if (refusal !== undefined) working.push(refusal.says);
  const { losses } = component;
  working.push(...lossesOf([{ component: component.name, losses }]));
  const pointer = strategyPointer(workload);
  const decides = refusal?.decides ?? { entry, pointer };
  const numbers = { wanted, needed: component.needed(scale), left, placed, seconds, losses };
  return judge(component.name, scale, numbers, working, decides, refusal !== undefined);
}
