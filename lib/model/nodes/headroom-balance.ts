// Growth against headroom: whether the pools of a cluster have room for growth until a new node is ready.

import type { Headroom, NodePool } from '../cluster/pool';
import { type Derived, plural } from '../finding/derivation';
import { canonicalQuantity, cpuQuantity, memoryQuantity, parseQuantity } from '../manifest/quantity';
import { deriveHeadroom, type Growing } from './headroom';

/** A workload that grows, and the derived number of pods by which it does. */
export interface Growth extends Omit<Growing, 'pods'> {
  readonly pods: Derived;
}

/** Room for pods, with the sentence of its parts. */
export interface Room {
  readonly pods: number;
  /** CPU of all of them, as a quantity. */
  readonly cpu: string;
  /** Memory of all of them, as a quantity. */
  readonly memory: string;
  readonly because: string;
}

/** Room that growth needs of a cluster's headroom, and the room that exists. */
export interface HeadroomBalance {
  readonly wanted: Room;
  readonly held: Room;
  /** What is too small, as clauses; none where there is enough. */
  readonly short: readonly string[];
  /** The headroom to declare: enough in each zone, whichever workload grows first. */
  readonly line: Headroom;
}

interface Part {
  readonly name: string;
  readonly pods: number;
  readonly cpu: string;
  readonly memory: string;
  readonly because?: string;
}

/**
 * The sums over all zones, and whether each pod fits into a place. Less than the sums is too little wherever growth happens; `line`
 * is larger where each zone and each workload is rounded up. `undefined` where nothing grows or the input is invalid.
 */
export function balanceHeadroom(
  pools: readonly NodePool[],
  zones: number,
  growing: readonly Growth[],
): HeadroomBalance | undefined {
  const parts = growing
    .filter(({ pods }) => pods.value > 0)
    .map(
      (workload): Part => ({
        name: workload.name,
        cpu: canonicalQuantity(workload.cpu),
        memory: canonicalQuantity(workload.memory),
        pods: workload.pods.value,
        because: workload.pods.because,
      }),
    );
  const sizes = parts.map(({ because: _, ...size }) => size);
  const line = parts.length === 0 ? undefined : deriveHeadroom({ zones, growing: sizes }).plan?.headroom;
  if (line === undefined) return undefined;
  const held = partsHeld(pools);
  const [want, have] = [roomOf(parts), roomOf(held)];
  const short = (['cpu', 'memory'] as const)
    .filter((what) => amount(want[what]) > amount(have[what]))
    .map((what) => `${have[what]} of ${want[what]} ${what === 'cpu' ? 'CPU' : 'of memory'}`);
  const unplaced = parts.filter((pod) => !held.some((place) => fitsInto(place, pod)));
  const cramped =
    held.length === 0
      ? []
      : unplaced.map(({ name, cpu, memory }) => `no pod as large as one of ${name} (${cpu} CPU, ${memory})`);
  return { wanted: want, held: have, short: [...short, ...cramped], line };
}

/** The headroom of the pools. */
export function roomHeld(pools: readonly NodePool[]): Room {
  return roomOf(partsHeld(pools));
}

const partsHeld = (pools: readonly NodePool[]): Part[] =>
  pools.flatMap(({ name, headroom }) => (headroom === undefined ? [] : [{ ...headroom, name }]));

/** A pool's headroom as in the platform file. */
export function headroomLine({ pods, cpu, memory }: Headroom): string {
  return `headroom: { pods: ${pods}, cpu: '${cpu}', memory: '${memory}' }`;
}

function roomOf(parts: readonly Part[]): Room {
  const sum = (what: 'cpu' | 'memory') => parts.reduce((all, part) => all + BigInt(part.pods) * amount(part[what]), 0n);
  const pods = parts.reduce((all, part) => all + part.pods, 0);
  const [cpu, memory] = [cpuQuantity(sum('cpu')), memoryQuantity(sum('memory'))];
  const each = parts.map(
    (part) =>
      `${part.name} ${plural(part.pods, 'pod')} of ${part.cpu} CPU and ${part.memory}${part.because === undefined ? '' : ` (${part.because})`}`,
  );
  const because = parts.length === 0 ? 'no pool holds any' : `${each.join(' + ')} = ${cpu} CPU and ${memory}`;
  return { pods, cpu, memory, because };
}

function fitsInto(place: Part, pod: Part): boolean {
  return amount(pod.cpu) <= amount(place.cpu) && amount(pod.memory) <= amount(place.memory);
}

/** Invalid quantities are refused elsewhere. */
function amount(quantity: string): bigint {
  return parseQuantity(quantity) ?? 0n;
}
