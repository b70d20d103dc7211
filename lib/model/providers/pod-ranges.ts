// The network of a cluster without a provider: each node has a block of the cluster's pod range.

import { addressesOf, addressRange, allNodes, type NodeNetwork, PRIVATE, sumOverNodes } from '../cluster/network';
import { derived } from '../finding/derivation';
import type { Problem } from '../finding/problem';
import { fields, number } from '../finding/schema';

import { podCount } from '../pods/replacement';

/** Size of a node's block. */
export interface PodRanges {
  /** Prefix length of a node's block: 24, of which the controller manager makes one for each node. */
  readonly nodePrefix: number;
}

export const POD_RANGES = fields<PodRanges>({
  nodePrefix: number({ atLeast: PRIVATE.length, atMost: 30, whole: true }),
});

const ENDS = 2; // the first and the last address of a block are not given to pods

/** Source: kubernetes.io, kube-controller-manager `--cluster-cidr` and `--node-cidr-mask-size`. */
export function podRangeNetwork(ranges: PodRanges | undefined): NodeNetwork | Problem {
  if (ranges === undefined) {
    return { message: 'the pod network is not given', expected: 'podNetwork: { nodePrefix: 24 }' };
  }
  const { nodePrefix } = ranges;
  const all = addressesOf(nodePrefix);
  return {
    mode: `a /${nodePrefix} for each node`,
    podsPerNode: () => derived(all - ENDS, `${all} addresses of a /${nodePrefix} − ${ENDS}`),
    surgeNodes: ({ upgradesAtOnce }, nodes) => {
      if (upgradesAtOnce === undefined) return derived(0, 'nodes are upgraded in place');
      const surge = podCount(upgradesAtOnce, nodes, Math.ceil);
      return derived(surge, `${upgradesAtOnce} of ${nodes} nodes = ${surge}`);
    },
    ranges: (demand) => {
      const block = () => derived(all, `a /${nodePrefix}`);
      const pods = sumOverNodes(demand, block);
      return [
        addressRange(
          { subnet: 'nodes', name: 'nodes', perZone: false, addresses: allNodes(demand) },
          { addresses: ENDS, by: 'every subnet' },
        ),
        addressRange({ subnet: 'pods', name: 'pods', perZone: false, addresses: pods }),
      ];
    },
    shortestPrefix: PRIVATE,
  };
}
