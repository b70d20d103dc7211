// Traffic between clusters that answer to the same host: the weight of each, and the steps in which it moves from one to another.

/** What a cluster gets of the traffic of common hosts: `weight` of `all`, the weights of all clusters together. */
export interface TrafficShare {
  readonly weight: number;
  readonly all: number;
}

/** Largest weight of a record. Source: Route 53 developer guide, "Values specific for weighted records". */
export const LARGEST_WEIGHT = 255;

/** Percent that the new cluster gets, step by step; the way back is the same steps. */
export const TRAFFIC_STEPS = [0, 10, 50, 100] as const;

export type TrafficStep = (typeof TRAFFIC_STEPS)[number];

/**
 * The weights of one step of a move between two clusters.
 *
 * @example place(Shop, { production: { on: ['old', 'new'], traffic: moveTraffic('old', 'new', 10), … } })
 */
export function moveTraffic<From extends string, To extends string>(
  from: From,
  to: To,
  step: TrafficStep,
): Readonly<Record<From | To, number>>;
export function moveTraffic(from: string, to: string, step: TrafficStep): Readonly<Record<string, number>> {
  return { [from]: 100 - step, [to]: step };
}

/** A share as an annotation has it: `1 of 2`. */
export function shareText({ weight, all }: TrafficShare): string {
  return `${weight} of ${all}`;
}

/** What an annotation says; `undefined` where it says no share. */
export function shareOf(text: string): TrafficShare | undefined {
  const [, weight, all] = /^(\d+) of (\d+)$/.exec(text) ?? [];
  return weight === undefined || all === undefined ? undefined : { weight: Number(weight), all: Number(all) };
}

/** The share of `cluster`, where `weights` may leave out clusters of `on`: without any weights all get the same. */
export function trafficShare(
  cluster: string,
  on: readonly string[],
  weights: Readonly<Record<string, number | undefined>> | undefined,
): TrafficShare {
  const weightOf = (name: string) => (weights === undefined ? 1 : (weights[name] ?? 0));
  return { weight: weightOf(cluster), all: on.reduce((sum, name) => sum + weightOf(name), 0) };
}
