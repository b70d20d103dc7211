// What cannot be in the description of a pool of nodes, wherever it was typed.

import { checkNumber } from '../finding/derivation';
import { type Keys, objectContradictions } from '../finding/keys';
import { quantityAmount } from '../manifest/quantity';
import { headroomContradictions } from '../nodes/headroom';
import type { Contradiction } from '../pods/availability';
import { boundContradictions } from '../pods/replacement';
import type { Machine, NodePool } from './pool';

const POOL: Keys<NodePool> = {
  name: true,
  cpu: true,
  memory: true,
  pods: true,
  nodesPerZone: true,
  machine: true,
  upgradesAtOnce: true,
  headroom: true,
  labels: true,
  taints: true,
};
const NODES: Keys<NodePool['nodesPerZone']> = { min: true, max: true };
const MACHINE: Keys<Machine> = { interfaces: true, addressesPerInterface: true, cores: true };

/** Every number, quantity and key of the pool that cannot be. `zones` is how many its cluster declares. */
export function nodePoolContradictions(field: string, pool: NodePool, zones: number): Contradiction[] {
  return objectContradictions(field, pool, POOL, ({ name, cpu, memory, pods, ...rest }) => [
    ...nameContradictions(`${field}.name`, name),
    ...Object.entries({ cpu, memory }).flatMap(([what, quantity]) =>
      amountContradictions(`${field}.${what}`, quantity),
    ),
    ...checkNumber(`${field}.pods`, pods, { atLeast: 1, atMost: 10_000, whole: true }),
    ...nodesContradictions(`${field}.nodesPerZone`, rest.nodesPerZone),
    ...(rest.upgradesAtOnce === undefined ? [] : boundContradictions(`${field}.upgradesAtOnce`, rest.upgradesAtOnce)),
    ...(rest.machine === undefined ? [] : machineContradictions(`${field}.machine`, rest.machine)),
    ...(rest.headroom === undefined ? [] : headroomContradictions(`${field}.headroom`, rest.headroom, zones)),
  ]);
}

function nameContradictions(field: string, name: unknown): Contradiction[] {
  if (typeof name === 'string' && name !== '') return [];
  return [{ field, value: String(name), message: 'the pool has no name', expected: "a name, such as 'default'" }];
}

function amountContradictions(field: string, quantity: unknown): Contradiction[] {
  if (typeof quantity === 'string' && (quantityAmount(quantity) ?? 0) > 0) return [];
  return [
    {
      field,
      ...(quantity === undefined ? {} : { value: String(quantity) }),
      message: quantity === undefined ? `${field} is not given` : 'no node has so much to give to pods',
      expected: 'a quantity above 0 as a text, such as 3920m or 14Gi',
    },
  ];
}

function nodesContradictions(field: string, nodesPerZone: NodePool['nodesPerZone']): Contradiction[] {
  return objectContradictions(field, nodesPerZone, NODES, ({ min, max }) => {
    const found = [
      ...checkNumber(`${field}.min`, min, { atLeast: 0, atMost: 1e6, whole: true }),
      ...checkNumber(`${field}.max`, max, { atLeast: 1, atMost: 1e6, whole: true }),
    ];
    if (found.length > 0 || min <= max) return found;
    const message = `a zone cannot have ${min} nodes at the least and ${max} at the most`;
    return [{ field: `${field}.min`, value: min, message, expected: `at most ${max}` }];
  });
}

function machineContradictions(field: string, machine: Machine): Contradiction[] {
  return objectContradictions(field, machine, MACHINE, ({ interfaces, addressesPerInterface, cores }) => [
    ...checkNumber(`${field}.interfaces`, interfaces, { atLeast: 1, atMost: 1000, whole: true }),
    ...checkNumber(`${field}.addressesPerInterface`, addressesPerInterface, { atLeast: 2, atMost: 1000, whole: true }),
    ...checkNumber(`${field}.cores`, cores, { above: 0 }),
  ]);
}
