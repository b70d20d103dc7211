// Traffic of clusters that serve the same host: the weight of each, and the steps in which traffic moves from one to another.

/** A cluster's share of the traffic of common hosts: `weight` of `all`, the sum of all weights. */
export interface TrafficShare {
  /** Its weight in DNS, 0 to 255. */
  readonly weight: number;
  /** The weights of all clusters together. */
  readonly all: number;
}

/**
 * Largest weight of a record; 0 is the least, and means no traffic while another record of the name has more.
 * Source: Route 53 developer guide, "Values specific for weighted records".
 */
export const LARGEST_WEIGHT = 255;

/** Percentages of the new cluster, step by step; moving back takes the same steps. */
export const TRAFFIC_STEPS = [0, 10, 50, 100] as const;

/** A step of a move: the percentage of the new cluster. */
export type TrafficStep = (typeof TRAFFIC_STEPS)[number];

/**
 * The weights of one step of a move between two clusters. Where the environment is on further clusters, `others` has their weights,
 * relative to 100 for these two together; clusters left out get no traffic. `evenkeel traffic` prints the line of each step. From a
 * cluster to itself nothing moves: the weight is NaN, which synth refuses.
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
 * The setting of an endpoint in a traffic manager that is kept by hand. Azure Traffic Manager takes weights from 1 to 1000,
 * so an endpoint that must get no traffic is disabled: it is left out of answers and is not probed.
 *
 * Source: learn.microsoft.com/azure/traffic-manager: traffic-manager-routing-methods, "Weighted traffic-routing method";
 * traffic-manager-monitoring, "Endpoint status".
 */
export function endpointSetting(weight: number): string {
  return weight === 0 ? 'disabled' : `enabled, weight ${weight}`;
}

/**
 * The meaning of weight 0, depending on who writes the record.
 *
 * Source: as for `endpointSetting`; Route 53 developer guide, "Weighted routing". external-dns has Route 53 ask a load balancer's
 * health: its docs/tutorials/aws, `EvaluateTargetHealth`.
 */
export const WEIGHT_ZERO = {
  hand: 'a disabled endpoint is not probed, and does not take over where the others fail',
  'external-dns': 'a record of weight 0 answers only where every one with a weight is unhealthy',
} as const;

/** A share as an annotation states it: `1 of 2`. */
export function shareText({ weight, all }: TrafficShare): string {
  return `${weight} of ${all}`;
}

/** The share that an annotation states; `undefined` for any other text. */
export function shareOf(text: string): TrafficShare | undefined {
  const [, weight, all] = /^(\d+) of (\d+)$/.exec(text) ?? [];
  return weight === undefined || all === undefined ? undefined : { weight: Number(weight), all: Number(all) };
}

/** Largest whole weight of `all` that is no more than 1 ÷ `left` of it. */
export function weightWithin({ all }: TrafficShare, left: number): number {
  return Math.floor(all / left);
}

/** The fewest lost regions, of `regions`, for which each one left is sized for the share. */
export function regionsLostFor({ weight, all }: TrafficShare, regions: number): number {
  return regions - Math.floor(all / weight);
}

/** The share of each cluster; those that `weights` leaves out get none, and without `weights` all get the same. */
export function trafficShares(
  on: readonly string[],
  weights: Readonly<Record<string, number | undefined>> | undefined,
): (cluster: string) => TrafficShare {
  const weightOf = (name: string) =>
    weights === undefined ? 1 : Object.hasOwn(weights, name) ? (weights[name] ?? 0) : 0;
  const all = on.reduce((sum, name) => sum + weightOf(name), 0);
  return (cluster) => ({ weight: weightOf(cluster), all });
}
