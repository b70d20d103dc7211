// The demand that a plan of capacity answers: an accepted input with its defaults, and what the promised loss leaves.

import type { CapacityInput } from './capacity-input';

/** Zones or regions: all of them, and those left after the promised loss. */
export interface Places {
  readonly all: number;
  readonly lost: number;
  readonly left: number;
}

/** What the arithmetic takes, instead of the input. */
export interface Demand
  extends Pick<
    CapacityInput,
    | 'users'
    | 'thinkSeconds'
    | 'service'
    | 'cpuSecondsPerRequest'
    | 'latency'
    | 'occupancy'
    | 'growthPerSecond'
    | 'times'
    | 'margin'
    | 'contention'
  > {
  /** Requests that a pod works on at once. */
  readonly slots: number;
  /** One where the cluster declares none. */
  readonly zones: Places;
  readonly regions: Places;
  /** Share of the pods that is left. */
  readonly shareLeft: number;
  readonly alwaysAtPeak: boolean;
}

/** The demand of an input without problems. */
export function demandOf(input: CapacityInput): Demand {
  const { concurrencyPerPod: slots, zonesLost, regionsLost, alwaysAtPeak = false, ...stated } = input;
  const zones = placesOf(Math.max(1, input.zones), zonesLost);
  const regions = placesOf(input.regions, regionsLost);
  const shareLeft = (zones.left / zones.all) * (regions.left / regions.all);
  return { ...stated, slots, zones, regions, shareLeft, alwaysAtPeak };
}

function placesOf(all: number, lost: number): Places {
  return { all, lost, left: all - lost };
}
