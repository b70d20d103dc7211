// Validation of a node pool's description.

import { checkNumber, plural } from '../finding/derivation';
import { findObjectProblems, findQuantityProblems, type Keys } from '../finding/input';
import type { Problem } from '../finding/problem';

import { quantityAmount } from '../manifest/quantity';
import { findBoundProblems } from '../pods/replacement';
import type { Headroom, Machine, NodePool } from './pool';

const HEADROOM: Keys<Headroom> = { pods: true, cpu: true, memory: true, image: true };
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

/** Every invalid number, quantity and key of the pool. `zones` is the number that its cluster declares. */
export function findNodePoolProblems(field: string, pool: NodePool, zones: number): Problem[] {
  return findObjectProblems(field, pool, POOL, ({ name, cpu, memory, pods, ...rest }) => [
    ...findNameProblems(`${field}.name`, name),
    ...Object.entries({ cpu, memory }).flatMap(([what, quantity]) => findAmountProblems(`${field}.${what}`, quantity)),
    ...checkNumber(`${field}.pods`, pods, { atLeast: 1, atMost: 10_000, whole: true }),
    ...findNodesProblems(`${field}.nodesPerZone`, rest.nodesPerZone),
    ...(rest.upgradesAtOnce === undefined ? [] : findBoundProblems(`${field}.upgradesAtOnce`, rest.upgradesAtOnce)),
    ...(rest.machine === undefined ? [] : findMachineProblems(`${field}.machine`, rest.machine)),
    ...(rest.headroom === undefined ? [] : findHeadroomProblems(`${field}.headroom`, rest.headroom, zones)),
  ]);
}

function findNameProblems(field: string, name: unknown): Problem[] {
  if (typeof name === 'string' && name !== '') return [];
  return [{ field, value: String(name), message: 'the pool has no name', expected: "a name, such as 'default'" }];
}

function findAmountProblems(field: string, quantity: unknown): Problem[] {
  if (typeof quantity === 'string' && (quantityAmount(quantity) ?? 0) > 0) return [];
  return [
    {
      field,
      ...(quantity === undefined ? {} : { value: String(quantity) }),
      message: quantity === undefined ? `${field} is missing` : 'not a valid amount for the pods of a node',
      expected: "a quantity above 0 as a text, such as '3920m' or '14Gi'",
    },
  ];
}

function findNodesProblems(field: string, nodesPerZone: NodePool['nodesPerZone']): Problem[] {
  return findObjectProblems(field, nodesPerZone, NODES, ({ min, max }) => {
    const problems = [
      ...checkNumber(`${field}.min`, min, { atLeast: 0, atMost: 1e6, whole: true }),
      ...checkNumber(`${field}.max`, max, { atLeast: 1, atMost: 1e6, whole: true }),
    ];
    if (problems.length > 0 || min <= max) return problems;
    const message = `min is ${min}, but max is ${max}`;
    return [{ field: `${field}.min`, value: min, message, expected: `at most ${max}` }];
  });
}

function findMachineProblems(field: string, machine: Machine): Problem[] {
  return findObjectProblems(field, machine, MACHINE, ({ interfaces, addressesPerInterface, cores }) => [
    ...checkNumber(`${field}.interfaces`, interfaces, { atLeast: 1, atMost: 1000, whole: true }),
    ...checkNumber(`${field}.addressesPerInterface`, addressesPerInterface, { atLeast: 2, atMost: 1000, whole: true }),
    ...checkNumber(`${field}.cores`, cores, { above: 0 }),
  ]);
}

/** Validation of a pool's headroom. */
export function findHeadroomProblems(field: string, headroom: Headroom, zones: number): Problem[] {
  return findObjectProblems(field, headroom, HEADROOM, ({ pods, cpu, memory }) => {
    const problems = [
      ...checkNumber(`${field}.pods`, pods, { atLeast: 1, atMost: 1e6, whole: true }),
      ...findQuantityProblems(field, { cpu, memory }),
    ];
    if (problems.length > 0 || pods >= zones) return problems;
    return [
      {
        field: `${field}.pods`,
        value: pods,
        message: `${plural(pods, 'pod')} over ${zones} zones leave a zone without headroom`,
        expected: `at least ${zones}, one for each zone`,
      },
    ];
  });
}
