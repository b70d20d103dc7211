// The schema of node pools, and what their cluster must have for them.

import { plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import {
  checked,
  choice,
  either,
  emptyText,
  fields,
  list,
  number,
  optional,
  quantity,
  type Schema,
  table,
  text,
} from '../finding/schema';
import { labelKey } from '../manifest/formats';
import { HOSTNAME, REGION, ZONE } from '../manifest/well-known';
import { POD_BOUND } from '../pods/replacement';
import type { Headroom, Machine, NodeBounds, NodePool, NodePrices, Taint } from './pool';
import { isEven } from './pool-bounds';

const AMOUNT = quantity("a quantity above 0 as a text, such as '3920m' or '14Gi'");

const BOUNDS = checked<NodeBounds>(
  fields<NodeBounds>({
    min: number({ atLeast: 0, atMost: 1e6, whole: true }),
    max: number({ atLeast: 1, atMost: 1e6, whole: true }),
  }),
  ({ min, max }) =>
    min <= max
      ? []
      : [{ field: 'min', value: min, message: `min is ${min}, but max is ${max}`, expected: `at most ${max}` }],
);

const NODES = either(
  [BOUNDS, table(BOUNDS, '{ zone: { min, max } }')],
  "{ min, max }, or by zone { 'zone-a': { min, max } }",
);

/** Resources with a property of their own. */
const OWN: ReadonlySet<string> = new Set(['cpu', 'memory', 'pods']);
/** Source: kubernetes.io, "Extended Resources" (fully qualified names), "Manage HugePages", "Local ephemeral storage". */
const isResource = (name: string): boolean =>
  name.includes('/') ? labelKey.fits(name) : name === 'ephemeral-storage' || name.startsWith('hugepages-');

const RESOURCES = checked<Readonly<Record<string, string>>>(
  table(quantity("a quantity above 0 as a text, such as '1'"), "{ 'nvidia.com/gpu': '1' }"),
  (resources) =>
    Object.keys(resources).flatMap((name) => {
      const expected = "the resource's full name, such as 'nvidia.com/gpu'";
      if (OWN.has(name)) {
        return [{ field: name, value: name, message: `${name} has a property of its own`, expected: `${name}: …` }];
      }
      return isResource(name)
        ? []
        : [{ field: name, value: name, message: 'no node offers a resource of this name', expected }];
    }),
);

const MACHINE = fields<Machine>({
  interfaces: number({ atLeast: 1, atMost: 1000, whole: true }),
  addressesPerInterface: number({ atLeast: 2, atMost: 1000, whole: true }),
  cores: number({ above: 0 }),
});

const HEADROOM = fields<Headroom>({
  pods: number({ atLeast: 1, atMost: 1e6, whole: true }),
  cpu: quantity(),
  memory: quantity(),
  image: optional(text()),
});

const PRICES = fields<NodePrices>({
  currency: text("a code of ISO 4217, such as 'EUR'", (code) => /^[A-Z]{3}$/.test(code)),
  nodeHour: number({ above: 0 }),
});

const TAINT = fields<Taint>({
  key: text(),
  value: optional(emptyText()),
  effect: choice(['NoSchedule', 'NoExecute']),
});

export const NODE_POOLS: Schema = list(
  fields<NodePool>({
    name: text("a name, such as 'default'"),
    cpu: AMOUNT,
    memory: AMOUNT,
    pods: number({ atLeast: 1, atMost: 10_000, whole: true }),
    nodesPerZone: NODES,
    resources: optional(RESOURCES),
    labels: optional(table(emptyText())),
    taints: optional(list(TAINT, 'a list: [{ key, effect }]')),
    machine: optional(MACHINE),
    upgradesAtOnce: optional(POD_BOUND),
    headroom: optional(HEADROOM),
    prices: optional(PRICES),
  }),
);

/** Several currencies, headroom that leaves a zone without, bounds of zones that do not exist, and labels that the cluster already implies. */
export function findPoolProblems(
  pools: readonly NodePool[],
  zones: readonly string[],
  region: string | undefined,
): Problem[] {
  const [first] = pools.flatMap(({ prices }) => prices ?? []);
  return pools.flatMap(({ name, headroom, nodesPerZone, prices, labels = {} }) => [
    ...findCurrencyProblems(`nodePools[${name}].prices.currency`, prices, first),
    ...findZoneBoundProblems(`nodePools[${name}].nodesPerZone`, nodesPerZone, zones),
    ...findHeadroomProblems(`nodePools[${name}].headroom.pods`, headroom, zones.length),
    ...findLabelProblems(`nodePools[${name}].labels`, labels, region),
  ]);
}

function findCurrencyProblems(field: string, prices: NodePrices | undefined, first: NodePrices | undefined): Problem[] {
  if (prices === undefined || first === undefined || prices.currency === first.currency) return [];
  const message = `${prices.currency} beside a pool with prices in ${first.currency}`;
  return [{ field, value: prices.currency, message, expected: `${first.currency}, as the other pools of the cluster` }];
}

function findZoneBoundProblems(field: string, bounds: NodePool['nodesPerZone'], zones: readonly string[]): Problem[] {
  if (isEven(bounds)) return [];
  const names = Object.keys(bounds);
  const others = names.filter((name) => !zones.includes(name));
  if (zones.length === 0) {
    return [{ field, value: names, message: 'the cluster declares no zones', expected: '{ min, max } of the cluster' }];
  }
  if (others.length > 0) {
    return [{ field, value: others, message: 'not zones of the cluster', expected: `zones of ${zones.join(', ')}` }];
  }
  return names.length > 0 ? [] : [{ field, message: 'no zone has nodes', expected: `bounds of ${zones.join(', ')}` }];
}

function findHeadroomProblems(field: string, headroom: Headroom | undefined, zones: number): Problem[] {
  if (headroom === undefined || headroom.pods >= zones) return [];
  const { pods } = headroom;
  const message = `${plural(pods, 'pod')} over ${zones} zones leave a zone without headroom`;
  return [{ field, value: pods, message, expected: `at least ${zones}, one for each zone` }];
}

function findLabelProblems(
  field: string,
  labels: Readonly<Record<string, string>>,
  region: string | undefined,
): Problem[] {
  const known = [HOSTNAME, ZONE, ...(region === undefined ? [] : [REGION])];
  const implied = Object.keys(labels).filter((key) => known.includes(key));
  return implied.map((key) => ({
    field,
    value: key,
    message: 'this label already follows from the node name, the zones or the region',
    expected: `labels other than ${known.join(', ')}`,
  }));
}
