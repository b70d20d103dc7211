// Headroom: pods of low priority that hold room on nodes, so that a node is ordered before it is needed.

import type { Headroom } from '../cluster/pool';
import { type Derived, derived, type Outcome, plural } from '../finding/derivation';
import { checked, fields, findSchemaProblems, list, number, quantity, text } from '../finding/schema';

import { cpuQuantity, largestAmount, memoryQuantity, parseQuantity } from '../manifest/quantity';

/**
 * Below the priority of every workload, so that they are evicted first. The cluster autoscaler orders no node for pods below
 * −10. Source: cluster-autoscaler, FAQ, `--expendable-pods-priority-cutoff`; Google Cloud docs, capacity-provisioning.
 */
export const HEADROOM_PRIORITY = -10;

/** A workload that grows before a new node is ready. */
export interface Growing {
  /** Name of the workload. */
  readonly name: string;
  /** Pods by which it grows in that time, over all zones: `headroomPods` of its capacity plan. */
  readonly pods: number;
  /** CPU request of a pod, as a quantity. */
  readonly cpu: string;
  /** Memory request of a pod, as a quantity. */
  readonly memory: string;
}

/** Growth that the headroom of one pool must cover. */
export interface HeadroomInput {
  /** Zones that the cluster declares; 0 where it declares none. */
  readonly zones: number;
  /** The workloads that may grow at the same time. */
  readonly growing: readonly Growing[];
}

const GROWING = fields<Growing>({
  name: text(),
  pods: number({ atLeast: 0, atMost: 1e6, whole: true }),
  cpu: quantity(),
  memory: quantity(),
});

const SOME_GROWING = checked<readonly Growing[]>(list(GROWING), (growing) => {
  if (growing.some(({ pods }) => pods > 0)) return [];
  const message = 'nothing grows, so headroom is not needed';
  return [{ value: 0, message, expected: 'a workload that grows, or no headroom' }];
});

const INPUT = fields<HeadroomInput>({
  zones: number({ atLeast: 0, atMost: 100, whole: true }),
  growing: SOME_GROWING,
});

/** The size of the headroom. Each number comes with the sentence that derives it. */
export interface HeadroomPlan {
  /** Placeholder pods that each zone needs. */
  readonly podsPerZone: Derived;
  /** Placeholder pods of all zones. */
  readonly pods: Derived;
  /** The same in the form of a pool's property. */
  readonly headroom: Headroom;
}

interface Size {
  readonly cpu: bigint;
  readonly memory: bigint;
}

/**
 * Each pod is as large as the largest growing one, so that evicting it makes room for any of them; where several smaller ones fit,
 * one place serves them all. Every zone has its share, rounded up: a strictly spread pod cannot use a place in another zone.
 */
export function deriveHeadroom(input: HeadroomInput): Outcome<HeadroomPlan> {
  const problems = findSchemaProblems(INPUT, input, '');
  if (problems.length > 0) return { problems };
  const { zones, growing } = input;
  const sizes = growing.filter(({ pods }) => pods > 0).map(sizeOf);
  const place = {
    cpu: largestAmount(sizes.map(({ cpu }) => cpu)),
    memory: largestAmount(sizes.map(({ memory }) => memory)),
  };
  const all = Math.max(1, zones);
  const parts = sizes.map(({ name, pods, ...size }) => {
    const each = podsInPlace(place, size);
    const inZone = Math.ceil(pods / all);
    const places = Math.ceil(inZone / each);
    return { places, because: `${name} ${plural(inZone, 'pod')}${each === 1 ? '' : `, ${each} in a place`}` };
  });
  const perZone = parts.reduce((sum, { places }) => sum + places, 0);
  const each = derived(perZone, `${parts.map(({ because }) => because).join(' + ')} = ${plural(perZone, 'place')}`);
  const pods = derived(all * perZone, `${each.because} × ${plural(all, 'zone')} = ${plural(all * perZone, 'pod')}`);
  const headroom = { pods: pods.value, cpu: cpuQuantity(place.cpu), memory: memoryQuantity(place.memory) };
  return { plan: { podsPerZone: each, pods, headroom }, problems: [] };
}

/** Requests as amounts. They have been checked. */
function sizeOf({ name, pods, cpu, memory }: Growing): Size & Pick<Growing, 'name' | 'pods'> {
  return { name, pods, cpu: parseQuantity(cpu) ?? 0n, memory: parseQuantity(memory) ?? 0n };
}

function podsInPlace(place: Size, pod: Size): number {
  return Math.min(Number(place.cpu / pod.cpu), Number(place.memory / pod.memory));
}
