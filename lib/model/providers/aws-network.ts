// The network modes of EKS: pods take addresses of the machine's interfaces, one by one or in prefixes of 16.

import { type AddressDemand, addressRange, type NodeNetwork, sumOverNodes } from '../cluster/network';
import type { Machine, NodePool } from '../cluster/pool';
import { type Derived, derived } from '../finding/derivation';
import type { Problem } from '../finding/problem';

import { podCount } from '../pods/replacement';

export const EKS_POD_NETWORKS = ['addresses', 'prefixes'] as const;

/** Whether each slot of an interface holds one address or a /28 prefix. */
export type EksPodNetwork = (typeof EKS_POD_NETWORKS)[number];

const PREFIX = 16;
const ON_HOST = 2; // pods that every node has on the host's network: the network plugin and kube-proxy
const CONTROL_PLANE = 16; // EKS user guide, network-reqs: of each subnet
const AWS = { addresses: 5, by: 'AWS' } as const; // Amazon VPC user guide, subnet sizing: of each subnet

/**
 * The Amazon VPC CNI with its defaults: a spare interface, or a spare prefix, is kept ready.
 *
 * Source: amazon-vpc-cni-k8s; EKS user guide, choosing-instance-type, managed-node-update-behavior and network-reqs.
 */
export function eksNetwork(mode: EksPodNetwork): NodeNetwork {
  return {
    mode: mode === 'addresses' ? 'Amazon VPC CNI' : 'Amazon VPC CNI with prefixes',
    podsPerNode: (pool) => withMachine(pool, (machine) => podsOf(mode, machine)),
    surgeNodes: ({ upgradesAtOnce = 1 }, nodes, zones) => {
      const unavailable = podCount(upgradesAtOnce, nodes, Math.ceil);
      const surge = Math.max(2 * zones, unavailable);
      return derived(surge, `the larger of 2 in each of ${zones} zones and ${unavailable} at once = ${surge}`);
    },
    ranges: (demand) => [subnet(mode, demand)],
    shortestPrefix: { length: 16, source: 'Amazon VPC user guide, subnet sizing' },
  };
}

function withMachine(pool: NodePool, derive: (machine: Machine) => Derived): Derived | Problem {
  if (pool.machine !== undefined) return derive(pool.machine);
  return {
    message: 'pods take addresses of the machine, whose network interfaces are unknown',
    expected: 'machine: { interfaces, addressesPerInterface, cores }, such as 3, 10 and 2 of m5.large',
  };
}

function podsOf(mode: EksPodNetwork, { interfaces, addressesPerInterface, cores }: Machine): Derived {
  const each = mode === 'addresses' ? 1 : PREFIX;
  const places = interfaces * (addressesPerInterface - 1) * each + ON_HOST;
  const cap = cores > 30 ? 250 : 110; // managed node groups, in both modes
  const times = each === 1 ? '' : ` × ${each}`;
  const sum = `${interfaces} interfaces × (${addressesPerInterface} − 1)${times} + ${ON_HOST} = ${places}`;
  return places <= cap ? derived(places, sum) : derived(cap, `${sum}, and AWS caps it at ${cap} for ${cores} cores`);
}

/** Each zone has its own subnet, and the nodes that an upgrade adds are spread evenly. */
function subnet(mode: EksPodNetwork, demand: AddressDemand) {
  const { zones } = demand;
  const taken = sumOverNodes(
    demand,
    (pool) => addressesOfNode(mode, pool),
    ({ nodesPerZone, surge }) => nodesPerZone + Math.ceil(surge / zones),
  );
  const sum = taken.value + CONTROL_PLANE;
  const addresses = derived(sum, `${taken.because}, + ${CONTROL_PLANE} for the control plane = ${sum}`);
  return addressRange({ subnet: 'nodes', name: 'nodes and pods', perZone: true, addresses }, AWS);
}

/** A pool without its machine has already been refused, and counts as 0 here. */
function addressesOfNode(mode: EksPodNetwork, { machine, pods }: NodePool): Derived {
  if (machine === undefined) return derived(0, 'an unknown machine');
  const { interfaces, addressesPerInterface } = machine;
  if (mode === 'addresses') {
    const all = interfaces * addressesPerInterface;
    return derived(all, `${interfaces} interfaces × ${addressesPerInterface}`);
  }
  const places = addressesPerInterface - 1;
  // pods fill existing prefixes before another is taken
  const prefixes = Math.min(Math.ceil(pods / PREFIX) + 1, interfaces * places);
  const used = Math.ceil(prefixes / places);
  return derived(
    prefixes * PREFIX + used,
    `${prefixes} prefixes of ${PREFIX}, one of them spare, + ${used} of the interfaces`,
  );
}
