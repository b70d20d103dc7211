// The addresses of a node on EKS, against a simulation of how its network plugin takes them while pods come and go.

import type { Machine, NodePool } from '../../../lib/model/cluster/pool';
import { isProblem } from '../../../lib/model/finding/problem';

import { eksNetwork } from '../../../lib/model/providers/aws-network';
import { seeded } from '../../support/random';

const pool = (machine: Machine, pods: number): NodePool => ({
  name: 'default',
  cpu: '4',
  memory: '16Gi',
  pods,
  nodesPerZone: { min: 1, max: 1 },
  machine,
});

/** Addresses that the plan counts per node: those of two nodes − those of one. */
function addressesPerNode(mode: 'addresses' | 'prefixes', of: NodePool): number {
  const taken = (nodesPerZone: number) =>
    eksNetwork(mode).ranges({ pools: [{ pool: of, nodes: nodesPerZone, nodesPerZone, surge: 0 }], zones: 1 })[0]
      ?.addresses.value ?? 0;
  return taken(2) - taken(1);
}

const podsPerNode = (mode: 'addresses' | 'prefixes', machine: Machine): number => {
  const most = eksNetwork(mode).podsPerNode(pool(machine, 1));
  return isProblem(most) ? 0 : most.value;
};

/** The most addresses that the plugin holds: another interface as soon as less than a whole one is spare (WARM_ENI_TARGET 1). */
function heldAddresses({ interfaces, addressesPerInterface }: Machine, pods: readonly number[]): number {
  let attached = 1;
  let most = 0;
  for (const now of pods) {
    const places = addressesPerInterface - 1;
    while (attached < interfaces && attached * places - now < places) attached++;
    most = Math.max(most, attached * addressesPerInterface);
    // an interface without pods goes when more than two are spare
    while (attached > 1 && attached * places - now > 2 * places) attached--;
  }
  return most;
}

/** The same in prefixes: another one as soon as none is wholly spare (WARM_PREFIX_TARGET 1). */
function heldInPrefixes({ interfaces, addressesPerInterface }: Machine, pods: readonly number[]): number {
  const places = addressesPerInterface - 1;
  let prefixes = 0;
  let most = 0;
  for (const now of pods) {
    while (prefixes < interfaces * places && prefixes - Math.ceil(now / 16) < 1) prefixes++;
    most = Math.max(most, prefixes * 16 + Math.ceil(prefixes / places));
  }
  return most;
}

describe('P2 addresses of a node are never fewer than what its plugin takes', () => {
  const random = seeded(30_2026);
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));

  test.each([
    ['addresses', heldAddresses],
    ['prefixes', heldInPrefixes],
  ] as const)('%s: 300 machines through 200 changes each, and at the most pods exactly this many', (mode, held) => {
    let full = 0;
    for (let trial = 0; trial < 300; trial++) {
      const machine = { interfaces: between(1, 15), addressesPerInterface: between(2, 50), cores: between(1, 96) };
      const most = podsPerNode(mode, machine);
      const changes = Array.from({ length: 200 }, () => between(0, most - 2));
      const planned = addressesPerNode(mode, pool(machine, most));
      const taken = held(machine, [...changes, most - 2]);
      expect({ machine, taken: Math.min(taken, planned) }).toEqual({ machine, taken });
      // all interfaces, or all prefixes and a spare one, where every pod has an address
      const isFull = most === machine.interfaces * (machine.addressesPerInterface - 1) + 2;
      if (mode === 'addresses' && isFull) expect(planned).toBe(taken);
      if (isFull) full++;
    }
    expect(full > 30).toBe(mode === 'addresses');
  });
});

test('pods of a node: 30 cores are the last with 110, in both modes', () => {
  const machine = { interfaces: 15, addressesPerInterface: 50 };
  for (const mode of ['addresses', 'prefixes'] as const) {
    expect(podsPerNode(mode, { ...machine, cores: 30 })).toBe(110);
    expect(podsPerNode(mode, { ...machine, cores: 31 })).toBe(250);
  }
  expect(podsPerNode('addresses', { interfaces: 3, addressesPerInterface: 10, cores: 2 })).toBe(29);
});
