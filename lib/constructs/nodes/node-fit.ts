// Whether a pod fits on any node of its cluster: one that does not stays Pending for ever, and no autoscaler helps.

import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { quantityAmount } from '../../model/manifest/quantity';
import type { ContainerInput } from '../pod/container';
import { checkLater } from '../tree/findings';

/** The field that a derived request follows from, and how. */
export interface DerivedFrom {
  readonly field: string;
  readonly because: string;
}

/** Registers a check for pods that request more than the largest node offers. Without described pools nothing is checked. */
export function checkNodeFitLater(
  scope: Construct,
  { nodePools, name }: Cluster,
  resources: () => ContainerInput['resources'],
  cpuFrom: () => DerivedFrom | undefined = () => undefined,
): void {
  if (nodePools.length === 0) return;
  checkLater(scope, () => {
    const { cpu, memory } = resources();
    if (fits(nodePools, { cpu, memory })) return [];
    const from = nodePools.some((pool) => isWithin(cpu, pool.cpu)) ? undefined : cpuFrom();
    const pools = nodePools.map((pool) => `${pool.name} (${pool.cpu} CPU, ${pool.memory})`);
    return [
      {
        rule: 'node-fit',
        severity: 'error',
        field: from?.field ?? 'resources',
        value: { cpu, memory },
        message: `no node in ${name} is large enough for this pod${from === undefined ? '' : `: ${from.because}`}`,
        expected: `requests within one of ${pools.join(', ')}`,
      },
    ];
  });
}

/** Whether a node can hold the pod; assumed where no pool is described. */
export function fits(pools: readonly NodePool[], { cpu, memory }: Pick<NodePool, 'cpu' | 'memory'>): boolean {
  return pools.length === 0 || pools.some((pool) => isWithin(cpu, pool.cpu) && isWithin(memory, pool.memory));
}

/** Invalid quantities are reported elsewhere. */
function isWithin(wanted: string, offered: string): boolean {
  const [amount = 0, most = 0] = [quantityAmount(wanted), quantityAmount(offered)];
  return amount <= most;
}
