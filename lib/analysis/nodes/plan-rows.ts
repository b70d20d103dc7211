// The rows of a cluster's plan: each number beside the cluster's own, with the sentence that derives it.

import type { NodePool } from '../../model/cluster/pool';
import { boundsByZone } from '../../model/cluster/pool-bounds';
import { type Derived, plural } from '../../model/finding/derivation';
import { defined } from '../../model/manifest/json';
import type { ClusterCount } from '../../model/nodes/cluster-count';
import { headroomLine, type Room, roomHeld } from '../../model/nodes/headroom-balance';
import { spanText } from '../../model/nodes/node-cost';
import type { NodeCost, PoolPlan, Span } from '../../model/nodes/node-plan-types';
import type { TooFewZones } from '../../model/nodes/recommended-zones';
import type { ClusterPlan } from './plan';
import type { PreviewRoom } from './previews';

/** One number. */
export interface PlanRow {
  /** Its subject, as the platform file names it: `nodePools[default]`. */
  readonly of: string;
  readonly what: string;
  readonly plan: string;
  /** What the cluster declares. @default nothing */
  readonly given?: string;
  readonly because: string;
}

/** All rows of a plan; without a plan, those of the headroom, the zones and the number of clusters. */
export function planRows({
  plan,
  description,
  headroom,
  clusters,
  tooFewZones,
  previews = [],
}: ClusterPlan): PlanRow[] {
  const { nodePools, subnets, zones, provider } = description;
  const cluster = (what: string, number: Derived): PlanRow => row('cluster', what, number);
  return [
    ...(plan?.pools.flatMap((one) => [
      ...poolRows(one, nodePools, zones),
      ...plan.costs.filter(({ pool }) => pool === one.name).map(costRow),
    ]) ?? []),
    ...headroomRows(nodePools, headroom),
    ...(plan === undefined
      ? []
      : [
          cluster('fewest nodes', plan.fewest),
          cluster('most nodes, those of an upgrade included', plan.nodes),
          cluster('most pods', plan.pods),
          ...totalRows(plan.costs, nodePools),
          ...plan.ranges.flatMap(({ subnet, name, perZone, addresses, prefix }) => {
            const [of, given] = [`subnets.${subnet}`, subnets[subnet]];
            const whose = `${name}${perZone ? ' of each zone' : ''}`;
            return [
              row(of, `addresses of ${whose}`, addresses),
              {
                ...row(of, `smallest subnet of ${whose}`, prefix, given === undefined ? undefined : `/${given}`),
                plan: `/${prefix.value}`,
              },
            ];
          }),
          ...plan.targets.map(({ name, targets }) => row(name, 'load-balancer targets', targets)),
        ]),
    ...zonesRow(tooFewZones),
    ...(clusters === undefined ? [] : [clustersRow(clusters, provider.name)]),
    ...previews.map(previewRow),
  ];
}

function previewRow({ system, present, more, unfit, limit }: PreviewRoom): PlanRow {
  const because =
    limit === undefined
      ? 'the nodes have room for all of them'
      : `one more: ${limit.field ?? 'nodes'}: ${limit.message}`;
  const without = unfit.length === 0 ? '' : `no room for ${unfit.join(', ')}; `;
  return {
    of: 'previews',
    what: `more of ${system}`,
    plan: limit === undefined ? `${more} or more` : String(more),
    given: `${present} there`,
    because: `${without}${because}`,
  };
}

function row(of: string, what: string, { value, because }: Derived, given?: string): PlanRow {
  return { of, what, plan: String(value), ...defined({ given }), because };
}

function poolRows(plan: PoolPlan, pools: readonly NodePool[], zones: readonly string[]): PlanRow[] {
  const where = zones.length === 0 ? 'in all' : 'a zone';
  const pool = pools.find(({ name }) => name === plan.name);
  const bounds = pool === undefined ? [] : boundsByZone(pool, zones);
  const span = (what: 'min' | 'max') => [...new Set(bounds.map((one) => one[what]))].sort((a, b) => a - b).join(' to ');
  const of = `nodePools[${plan.name}]`;
  const nodes = (when: string, number: Derived, given?: string) => row(of, `nodes ${where} ${when}`, number, given);
  return [
    nodes('off peak', plan.offPeak, `min ${span('min')}`),
    nodes('at peak', plan.peak),
    nodes('while releases roll', plan.rollout),
    nodes('after the promised loss', plan.afterLoss),
    nodes('at the very most', plan.most, `max ${span('max')}`),
    row(of, 'nodes in all', plan.nodes),
    row(of, 'nodes more while it is upgraded', plan.surge, upgradesOf(pool)),
    row(of, 'pods on a node', plan.podsPerNode, pool === undefined ? undefined : String(pool.pods)),
  ];
}

/** Node-hours and cost of a pool in a month at one load. */
function costRow({ pool, load, nodeHours, cost, currency, because }: NodeCost): PlanRow {
  const plan = `${spanText(nodeHours)} node-hours, ${spanText(cost)} ${currency}`;
  return { of: `nodePools[${pool}]`, what: `a month ${load}`, plan, because };
}

/** The sums of several pools, if each of them has prices. */
function totalRows(costs: readonly NodeCost[], pools: readonly NodePool[]): PlanRow[] {
  if (pools.length < 2 || pools.some(({ prices }) => prices === undefined)) return [];
  return [...new Set(costs.map(({ load }) => load))].map((load): PlanRow => {
    const here = costs.filter((cost) => cost.load === load);
    const sum = (of: (cost: NodeCost) => Span): Span => ({
      least: here.reduce((total, cost) => total + of(cost).least, 0),
      most: here.reduce((total, cost) => total + of(cost).most, 0),
    });
    const plan = `${spanText(sum(({ nodeHours }) => nodeHours))} node-hours, ${spanText(sum(({ cost }) => cost))} ${here[0]?.currency}`;
    return { of: 'cluster', what: `a month ${load}`, plan, because: here.map(({ pool }) => pool).join(' + ') };
  });
}

/** The zones and nodes that are recommended, beside fewer that are declared. */
function zonesRow(found: TooFewZones | undefined): PlanRow[] {
  if (found === undefined) return [];
  const { zones, nodesInZone, recommended, because } = found;
  const nodes = nodesInZone === undefined ? '' : `, ${plural(nodesInZone, 'node')} in each`;
  return [{ of: 'cluster', what: 'zones', plan: recommended, given: `${plural(zones, 'zone')}${nodes}`, because }];
}

/** The limit of clusters, beside those of the platform. */
function clustersRow({ limit, count }: ClusterCount, provider: string): PlanRow {
  const because = `${count.because}; the limit is that of ${limit.source}`;
  return { ...row(provider, `clusters in one ${limit.per}`, count, `at most ${limit.most}`), because };
}

function upgradesOf(pool: NodePool | undefined): string | undefined {
  return pool?.upgradesAtOnce === undefined ? undefined : `${pool.upgradesAtOnce} at once`;
}

/** Headroom wanted and held: also without growth, if some is held, and without a plan of nodes. */
function headroomRows(pools: readonly NodePool[], balance: ClusterPlan['headroom']): PlanRow[] {
  const of = 'headroom';
  if (balance !== undefined) {
    const { wanted, held, short, line } = balance;
    const lacks = short.length === 0 ? '' : `; too little, it holds ${short.join(', ')}: ${headroomLine(line)}`;
    return [
      {
        of,
        what: 'held for growth',
        plan: inWords(wanted),
        given: inWords(held),
        because: `${wanted.because}${lacks}`,
      },
    ];
  }
  const held = roomHeld(pools);
  if (held.pods === 0) return [];
  return [
    { of, what: 'held for growth', plan: 'none', given: inWords(held), because: 'no component is sized with growth' },
  ];
}

function inWords({ pods, cpu, memory }: Room): string {
  return pods === 0 ? 'none' : `${pods} pods, ${cpu} CPU, ${memory}`;
}
