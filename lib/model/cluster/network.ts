// How nodes and pods get addresses: what a provider's network mode must answer, and the ranges that come of it.

import { type Derived, derived, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import type { NodePool } from './pool';

/** Prefix lengths of the ranges that exist: 22 for a /22. Each zone's, where subnets lie in zones. */
export interface Subnets {
  /** Of the nodes; of nodes and pods, where both share one. */
  readonly nodes?: number;
  /** Of the pods. */
  readonly pods?: number;
}

/** A pool at its largest. */
export interface PoolAtMost {
  readonly pool: NodePool;
  /** Nodes in each zone; in the whole cluster, where it declares no zones. */
  readonly nodesPerZone: number;
  /** Nodes more while it is upgraded, over all zones. */
  readonly surge: number;
}

/** What addresses are taken for. */
export interface AddressDemand {
  readonly pools: readonly PoolAtMost[];
  /** Zones that the cluster declares; 1 where it declares none. */
  readonly zones: number;
}

/** A range of IPv4 addresses. */
export interface AddressRange {
  /** Where its size is said. */
  readonly subnet: keyof Subnets;
  /** What it is for: `pods`. */
  readonly name: string;
  /** Whether every zone has one of its own. */
  readonly perZone: boolean;
  /** Addresses that nodes and pods take at their most. */
  readonly addresses: Derived;
  /** The same, with what the provider keeps of each range to itself. */
  readonly all: Derived;
  /** Length of the longest prefix that holds all of them. */
  readonly prefix: Derived;
}

/** A network mode of a provider. */
export interface NodeNetwork {
  /** `Azure CNI overlay`. */
  readonly mode: string;
  /** Most pods that a node of the pool can have. */
  readonly podsPerNode: (pool: NodePool) => Derived | Problem;
  /** Nodes that an upgrade adds to a pool of so many, over all zones. */
  readonly surgeNodes: (pool: NodePool, nodes: number, zones: number) => Derived;
  readonly ranges: (demand: AddressDemand) => readonly AddressRange[];
  /** Length of the shortest prefix that a range can have, and where that is written. */
  readonly shortestPrefix: { readonly length: number; readonly source: string };
}

/** Private networks have no more than 10.0.0.0/8 in one piece. */
export const PRIVATE = { length: 8, source: 'RFC 1918' } as const;

/** Addresses of a range with a prefix of this length. */
export function addressesOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** The range for `addresses`, of which `kept.by` keeps some to itself. @default nobody does */
export function addressRange(
  range: Omit<AddressRange, 'prefix' | 'all'>,
  kept?: { readonly addresses: number; readonly by: string },
): AddressRange {
  const sum = range.addresses.value + (kept?.addresses ?? 0);
  const because =
    kept === undefined
      ? `${show(sum)} addresses`
      : `${show(range.addresses.value)} + ${kept.addresses} that ${kept.by} keeps = ${show(sum)} addresses`;
  let prefix = 32;
  while (addressesOf(prefix) < sum) prefix--;
  const fits = `a /${prefix} has ${addressesOf(prefix)}, a /${prefix + 1} ${addressesOf(prefix + 1)}`;
  return { ...range, all: derived(sum, because), prefix: derived(prefix, `${because}; ${fits}`) };
}

/** All nodes of all pools, those of an upgrade included. */
export function allNodes({ pools, zones }: AddressDemand): Derived {
  const sum = pools.reduce((nodes, { nodesPerZone, surge }) => nodes + zones * nodesPerZone + surge, 0);
  const parts = pools.map(
    ({ nodesPerZone, surge }) => `${zones * nodesPerZone}${surge === 0 ? '' : ` + ${surge} while upgrading`}`,
  );
  return derived(sum, `${parts.join(' + ')} = ${plural(sum, 'node')}`);
}

/** What all nodes of all pools take, with the sentence of its parts; of `nodesOf` each pool, where only some of them share the range. */
export function sumOverNodes(
  demand: AddressDemand,
  perNode: (pool: NodePool) => Derived,
  nodesOf: (pool: PoolAtMost) => number = ({ nodesPerZone, surge }) => demand.zones * nodesPerZone + surge,
): Derived {
  const parts = demand.pools.map((pool) => ({ nodes: nodesOf(pool), each: perNode(pool.pool) }));
  const sum = parts.reduce((total, { nodes, each }) => total + nodes * each.value, 0);
  const because = parts.map(({ nodes, each }) => `${plural(nodes, 'node')} × ${show(each.value)} (${each.because})`);
  return derived(sum, `${because.join(' + ')} = ${show(sum)}`);
}

/** The network of a mode, or that nobody said which it is. */
export function networkOf<Mode extends string>(
  given: Mode | undefined,
  modes: readonly Mode[],
  make: (mode: Mode) => NodeNetwork,
): NodeNetwork | Problem {
  const mode = modes.find((one) => one === given);
  const expected = `podNetwork: ${modes.map((one) => `'${one}'`).join(' or ')}`;
  return mode === undefined ? { message: 'how pods get addresses is not said', expected } : make(mode);
}

/** A mode that there is not: types are gone at run time. */
export function unknownMode<Mode extends string>(given: Mode | undefined, modes: readonly Mode[]): Problem[] {
  if (given === undefined || modes.includes(given)) return [];
  const message = 'there is no such way for pods to get addresses';
  return [{ field: 'podNetwork', value: `${given}`, message, expected: modes.map((one) => `'${one}'`).join(' or ') }];
}
