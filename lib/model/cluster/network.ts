// How nodes and pods get addresses: the interface of a provider's network modes, and the ranges that result.

import { type Derived, derived, plural, show } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { fields, number, optional } from '../finding/schema';

import type { NodePool } from './pool';

/** Prefix lengths of the existing ranges: 22 for a /22. Of each zone, where subnets are zonal. */
export interface Subnets {
  /** Of the nodes; of nodes and pods, where both share one. @default unknown */
  readonly nodes?: number;
  /** Of the pods. @default unknown, or those of the nodes */
  readonly pods?: number;
}

const PREFIX = number({ atLeast: 8, atMost: 32, whole: true });

export const SUBNETS = fields<Subnets>({ nodes: optional(PREFIX), pods: optional(PREFIX) });

/** A pool at its largest. */
export interface PoolAtMost {
  readonly pool: NodePool;
  /** Nodes over all zones. */
  readonly nodes: number;
  /** Nodes in the zone with the most of them; in the whole cluster, where it declares no zones. */
  readonly nodesPerZone: number;
  /** Additional nodes during an upgrade, over all zones. */
  readonly surge: number;
}

/** What needs addresses. */
export interface AddressDemand {
  readonly pools: readonly PoolAtMost[];
  /** Zones that the cluster declares; 1 where it declares none. */
  readonly zones: number;
}

/** A range of IPv4 addresses. */
export interface AddressRange {
  /** Where its size is given. */
  readonly subnet: keyof Subnets;
  /** Its users: `pods`. */
  readonly name: string;
  /** Whether every zone has its own. */
  readonly perZone: boolean;
  /** Addresses that nodes and pods need at their maximum. */
  readonly addresses: Derived;
  /** The same, plus what the provider reserves in each range. */
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
  /** Nodes that an upgrade adds to a pool of `nodes`, over all zones. */
  readonly surgeNodes: (pool: NodePool, nodes: number, zones: number) => Derived;
  /** The ranges that a demand needs, each with its size. */
  readonly ranges: (demand: AddressDemand) => readonly AddressRange[];
  /** Length of the shortest prefix that a range can have, and its source. */
  readonly shortestPrefix: { readonly length: number; readonly source: string };
}

/** The largest contiguous private network is 10.0.0.0/8. */
export const PRIVATE = { length: 8, source: 'RFC 1918' } as const;

/** Addresses of a range with a prefix of this length. */
export function addressesOf(prefix: number): number {
  return 2 ** (32 - prefix);
}

/** The range for `addresses`, plus those that `kept.by` reserves. @default none are reserved */
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

/** All nodes of all pools, including those of an upgrade. */
export function allNodes({ pools }: AddressDemand): Derived {
  const sum = pools.reduce((total, { nodes, surge }) => total + nodes + surge, 0);
  const parts = pools.map(({ nodes, surge }) => `${nodes}${surge === 0 ? '' : ` + ${surge} while upgrading`}`);
  return derived(sum, `${parts.join(' + ')} = ${plural(sum, 'node')}`);
}

/** The addresses of all nodes of all pools, with the sentence of its parts; `nodesOf` counts the nodes that share the range. */
export function sumOverNodes(
  demand: AddressDemand,
  perNode: (pool: NodePool) => Derived,
  nodesOf: (pool: PoolAtMost) => number = ({ nodes, surge }) => nodes + surge,
): Derived {
  const parts = demand.pools.map((pool) => ({ nodes: nodesOf(pool), each: perNode(pool.pool) }));
  const sum = parts.reduce((total, { nodes, each }) => total + nodes * each.value, 0);
  const because = parts.map(({ nodes, each }) => `${plural(nodes, 'node')} × ${show(each.value)} (${each.because})`);
  return derived(sum, `${because.join(' + ')} = ${show(sum)}`);
}

/** The network of a mode, or the problem that the mode is not given. */
export function networkOf<Mode extends string>(
  mode: Mode | undefined,
  modes: readonly Mode[],
  make: (mode: Mode) => NodeNetwork,
): NodeNetwork | Problem {
  if (mode !== undefined) return make(mode);
  const expected = `podNetwork: ${modes.map((known) => `'${known}'`).join(' or ')}`;
  return { message: 'the pod network is not given', expected };
}
