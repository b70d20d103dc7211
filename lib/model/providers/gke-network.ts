// The network of GKE: nodes in a subnet, and for each node a block of the secondary range, twice as large as its pods.

import { addressesOf, addressRange, allNodes, type NodeNetwork, PRIVATE, sumOverNodes } from '../cluster/network';
import type { NodePool } from '../cluster/pool';
import { derived } from '../finding/derivation';
import { podCount } from '../pods/replacement';

/** Alias ranges. Source: Google Cloud docs, flexible-pod-cidr; the size of the nodes' subnet from a secondary source. */
export const GKE_NETWORK: NodeNetwork = {
  mode: 'alias ranges',
  podsPerNode: ({ pods }) => derived(pods, `max pods of the pool, ${pods}`),
  // unsourced: one in each zone by default
  surgeNodes: ({ upgradesAtOnce = 1 }, nodes, zones) => {
    const surge = podCount(upgradesAtOnce, Math.ceil(nodes / zones), Math.ceil) * zones;
    return derived(surge, `max surge ${upgradesAtOnce} in each of ${zones} zones = ${surge}`);
  },
  ranges: (demand) => {
    const nodes = allNodes(demand);
    const pods = sumOverNodes(demand, block);
    return [
      addressRange(
        { subnet: 'nodes', name: 'nodes', perZone: false, addresses: nodes },
        { addresses: 4, by: 'Google' },
      ),
      addressRange({ subnet: 'pods', name: 'pods', perZone: false, addresses: pods }),
    ];
  },
  shortestPrefix: PRIVATE,
};

function block({ pods }: NodePool) {
  const prefix = 31 - Math.ceil(Math.log2(pods));
  return derived(addressesOf(prefix), `a /${prefix} for ${pods} pods`);
}
