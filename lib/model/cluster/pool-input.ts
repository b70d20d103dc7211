// The schema of node pools, and what their cluster must have for them.

import { plural } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import {
  checked,
  choice,
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
import { HOSTNAME, REGION, ZONE } from '../manifest/well-known';
import { POD_BOUND } from '../pods/replacement';
import type { Headroom, Machine, NodePool, Taint } from './pool';

const AMOUNT = quantity("a quantity above 0 as a text, such as '3920m' or '14Gi'");
type NodesPerZone = NodePool['nodesPerZone'];

const NODES = checked<NodesPerZone>(
  fields<NodesPerZone>({
    min: number({ atLeast: 0, atMost: 1e6, whole: true }),
    max: number({ atLeast: 1, atMost: 1e6, whole: true }),
  }),
  ({ min, max }) =>
    min <= max
      ? []
      : [{ field: 'min', value: min, message: `min is ${min}, but max is ${max}`, expected: `at most ${max}` }],
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
    labels: optional(table(emptyText())),
    taints: optional(list(TAINT, 'a list: [{ key, effect }]')),
    machine: optional(MACHINE),
    upgradesAtOnce: optional(POD_BOUND),
    headroom: optional(HEADROOM),
  }),
);

/** Headroom that leaves a zone without, and labels that the cluster already implies. `zones` is the number that it declares. */
export function findPoolProblems(pools: readonly NodePool[], zones: number, region: string | undefined): Problem[] {
  return pools.flatMap(({ name, headroom, labels = {} }) => [
    ...findHeadroomProblems(`nodePools[${name}].headroom.pods`, headroom, zones),
    ...findLabelProblems(`nodePools[${name}].labels`, labels, region),
  ]);
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
