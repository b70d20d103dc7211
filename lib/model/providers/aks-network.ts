// The network modes of AKS: which subnet nodes and pods take addresses from, and how many.

import {
  type AddressDemand,
  addressRange,
  allNodes,
  type NodeNetwork,
  PRIVATE,
  sumOverNodes,
} from '../cluster/network';
import type { NodePool } from '../cluster/pool';
import { derived } from '../finding/derivation';
import { podCount } from '../pods/replacement';

export const AKS_POD_NETWORKS = ['overlay', 'flat', 'pod-subnet-static', 'pod-subnet-dynamic'] as const;

/** Where pods get their addresses: the nodes' subnet, an overlay network, or a separate subnet. */
export type AksPodNetwork = (typeof AKS_POD_NETWORKS)[number];

const MODES: Readonly<Record<AksPodNetwork, string>> = {
  flat: 'Azure CNI in the node subnet',
  overlay: 'Azure CNI overlay',
  'pod-subnet-static': 'Azure CNI pod subnet, blocks for each node',
  'pod-subnet-dynamic': 'Azure CNI pod subnet, on demand',
};

const AZURE = { addresses: 5, by: 'Azure' } as const; // Azure docs, virtual-networks-faq: of each subnet
const BLOCK = 16;

/** Source: AKS docs, concepts-network-ip-address-planning, concepts-network-azure-cni-overlay and -pod-subnet, upgrade-options. */
export function aksNetwork(mode: AksPodNetwork): NodeNetwork {
  return {
    mode: MODES[mode],
    // the mode accepts the pool's own figure; its maximum is a limit of the provider
    podsPerNode: ({ pods }) => derived(pods, `max pods of the pool, ${pods}`),
    surgeNodes: ({ upgradesAtOnce = '10%' }, nodes) => {
      const surge = podCount(upgradesAtOnce, nodes, Math.ceil);
      return derived(surge, `max surge ${upgradesAtOnce} of ${nodes} nodes = ${surge}`); // the default: Azure PowerShell, MaxSurge
    },
    ranges: (demand) => (mode === 'flat' ? [shared(demand)] : [nodeSubnet(demand), pods(mode, demand)]),
    shortestPrefix: PRIVATE,
  };
}

function shared(demand: AddressDemand) {
  const addresses = sumOverNodes(demand, ({ pods }) => derived(1 + pods, `its own + ${pods} pods`));
  return addressRange({ subnet: 'nodes', name: 'nodes and pods', perZone: false, addresses }, AZURE);
}

function nodeSubnet(demand: AddressDemand) {
  return addressRange({ subnet: 'nodes', name: 'nodes', perZone: false, addresses: allNodes(demand) }, AZURE);
}

function pods(mode: Exclude<AksPodNetwork, 'flat'>, demand: AddressDemand) {
  const addresses = sumOverNodes(demand, PER_NODE[mode]);
  // an overlay is not an Azure subnet, so nothing is reserved in it
  const kept = mode === 'overlay' ? undefined : AZURE;
  return addressRange({ subnet: 'pods', name: 'pods', perZone: false, addresses }, kept);
}

const PER_NODE = {
  overlay: () => derived(256, 'a /24 for any number of pods'),
  'pod-subnet-static': ({ pods }: NodePool) => {
    const blocks = Math.ceil((pods + 1) / BLOCK);
    return derived(blocks * BLOCK, `${blocks} blocks of ${BLOCK} for ${pods} pods + 1`);
  },
  // a node requests 16 more when fewer than 8 are left
  'pod-subnet-dynamic': ({ pods }: NodePool) => {
    const batches = Math.ceil((pods + BLOCK / 2) / BLOCK);
    return derived(batches * BLOCK, `${batches} batches of ${BLOCK} for ${pods} pods + ${BLOCK / 2} in reserve`);
  },
};
