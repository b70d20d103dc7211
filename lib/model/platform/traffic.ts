// Traffic between clusters that answer to the same host: the weight of each, and the steps in which it moves from one to another.

/** What a cluster gets of the traffic of common hosts: `weight` of `all`, the weights of all clusters together. */
export interface TrafficShare {
  readonly weight: number;
  readonly all: number;
}

/**
 * Largest weight of a record; 0 is the least, and means none while another record of the name has more.
 * Source: Route 53 developer guide, "Values specific for weighted records".
 */
export const LARGEST_WEIGHT = 255;

/** Percent that the new cluster gets, step by step; the way back is the same steps. */
export const TRAFFIC_STEPS = [0, 10, 50, 100] as const;

export type TrafficStep = (typeof TRAFFIC_STEPS)[number];

/**
 * The weights of one step of a move between two clusters. Where the environment lies on further ones, `others` has their weights,
 * 100 being what these two have together: whoever is left out gets nothing. `evenkeel traffic` prints the line of each step. From a
 * cluster to itself nothing moves: it gives no weight, and synth refuses it.
 *
 * @example place(Shop, { production: { on: ['old', 'new'], traffic: moveTraffic('old', 'new', 10), … } })
 */
export function moveTraffic<From extends string, To extends string, Other extends string = never>(
  from: From,
  to: To,
  step: TrafficStep,
  others?: Readonly<Record<Other, number>>,
): Readonly<Record<From | To | Other, number>>;
export function moveTraffic(
  from: string,
  to: string,
  step: TrafficStep,
  others: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  if (from === to) return { ...others, [to]: Number.NaN };
  return { ...others, [from]: 100 - step, [to]: step };
}

/**
 * What somebody who keeps a traffic manager by hand is to set for an endpoint. Azure Traffic Manager takes weights from 1 to 1000,
 * so that an endpoint which is to get nothing is disabled: it is in no answer, and is not probed.
 *
 * Source: learn.microsoft.com/azure/traffic-manager: traffic-manager-routing-methods, "Weighted traffic-routing method";
 * traffic-manager-monitoring, "Endpoint status".
 */
export function endpointSetting(weight: number): string {
  return weight === 0 ? 'disabled' : `enabled, weight ${weight}`;
}

/**
 * What weight 0 means, by who writes the record.
 *
 * Source: as for `endpointSetting`; Route 53 developer guide, "Weighted routing". external-dns has Route 53 ask a load balancer's
 * health: its docs/tutorials/aws, `EvaluateTargetHealth`.
 */
export const WEIGHT_ZERO = {
  hand: 'a disabled endpoint is not probed, and does not take over where the others fail',
  'external-dns': 'a record of weight 0 answers only where every one with a weight is unhealthy',
} as const;

/** A share as an annotation has it: `1 of 2`. */
export function shareText({ weight, all }: TrafficShare): string {
  return `${weight} of ${all}`;
}

/** What an annotation says; `undefined` where it says no share. */
export function shareOf(text: string): TrafficShare | undefined {
  const [, weight, all] = /^(\d+) of (\d+)$/.exec(text) ?? [];
  return weight === undefined || all === undefined ? undefined : { weight: Number(weight), all: Number(all) };
}

/** Largest whole weight of `all` that is no more than 1 ÷ `left` of it. */
export function weightWithin({ all }: TrafficShare, left: number): number {
  return Math.floor(all / left);
}

/** The least number of regions lost, of `regions`, with which those that are left are each sized for the share. */
export function regionsLostFor({ weight, all }: TrafficShare, regions: number): number {
  return regions - Math.floor(all / weight);
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
