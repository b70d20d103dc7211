// What the nodes of a plan cost in a month at one load: a range, since the load of a month and the places of its pods vary.

import type { NodePool } from '../cluster/pool';
import { boundsByZone } from '../cluster/pool-bounds';
import { plural, show } from '../finding/derivation';
import type { NodeCost, PoolPlan, Span } from './node-plan-types';

/** Hours of a month: a twelfth of 365 days. */
const MONTH_HOURS = 730;

/** The costs of each pool that has prices, off peak, at peak and after growth. */
export function nodeCosts(
  plans: readonly PoolPlan[],
  { nodePools, zones }: { readonly nodePools: readonly NodePool[]; readonly zones: readonly string[] },
): NodeCost[] {
  return nodePools.flatMap((pool) => {
    const plan = plans.find(({ name }) => name === pool.name);
    return plan === undefined || pool.prices === undefined ? [] : costsOf(plan, pool, pool.prices, zones);
  });
}

function costsOf(
  plan: PoolPlan,
  pool: NodePool,
  { currency, nodeHour }: NonNullable<NodePool['prices']>,
  zones: readonly string[],
): NodeCost[] {
  const bounds = boundsByZone(pool, zones);
  const places = Math.max(1, bounds.length);
  const always = bounds.reduce((sum, { min }) => sum + min, 0);
  const inAll = (inEach: number) => inEach * places;
  const peak = inAll(plan.peak.value);
  const cost = (load: NodeCost['load'], fewest: number, most: number, why: string): NodeCost => {
    const nodes = { least: fewest, most: Math.max(fewest, most) };
    const times = (factor: number): Span => ({ least: nodes.least * factor, most: nodes.most * factor });
    const [nodeHours, amount] = [times(MONTH_HOURS), times(MONTH_HOURS * nodeHour)];
    return {
      pool: pool.name,
      load,
      nodes,
      nodeHours,
      cost: amount,
      currency,
      because: `${spanText(nodes)} ${nodes.most === 1 ? 'node' : 'nodes'} × ${MONTH_HOURS} h × ${show(nodeHour)} ${currency}: ${why}`,
    };
  };
  const each = `in each of ${plural(places, 'zone')}`;
  return [
    cost(
      'off peak',
      always,
      inAll(plan.offPeak.value),
      `${always} always run; ${plan.offPeak.value} ${each} hold the pods in any order`,
    ),
    cost(
      'at peak',
      Math.max(always, plan.packedAtPeak.value),
      peak,
      `packed without a gap, ${plan.packedAtPeak.because}; ${plan.peak.value} ${each} hold the pods in any order`,
    ),
    cost('after growth', peak, plan.nodes.value, `from those of the peak to the most: ${plan.nodes.because}`),
  ];
}

/** `12`, or `12 to 27`. */
export const spanText = ({ least, most }: Span): string =>
  least === most ? show(least) : `${show(least)} to ${show(most)}`;
