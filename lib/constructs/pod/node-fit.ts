// Whether a pod fits on any node of its cluster: one that does not is Pending for ever, and no autoscaler helps.

import type { Construct } from 'constructs';
import type { Cluster } from '../../model/cluster/cluster';
import type { NodePool } from '../../model/cluster/pool';
import { quantityAmount } from '../../model/manifest/quantity';
import { checkLater } from '../tree/findings';

import type { Workload } from './deployment';

/** The field that a derived request follows from, and how. */
export interface DerivedFrom {
  readonly field: string;
  readonly because: string;
}

/** Reports a pod that requests more than a whole node of the largest pool has. Nothing is said where no pool is described. */
export function checkNodeFitLater(
  scope: Construct,
  { nodePools, name }: Cluster,
  resources: () => Workload['resources'],
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
        message: `no node of ${name} has as much to give to one pod${from === undefined ? '' : `: ${from.because}`}`,
        expected: `requests within one of ${pools.join(', ')}`,
      },
    ];
  });
}

/** Whether some node can hold the pod; so it is taken to be where no pool is described. */
export function fits(pools: readonly NodePool[], { cpu, memory }: Pick<NodePool, 'cpu' | 'memory'>): boolean {
  return pools.length === 0 || pools.some((pool) => isWithin(cpu, pool.cpu) && isWithin(memory, pool.memory));
}

/** What is no quantity is told elsewhere. */
function isWithin(wanted: string, offered: string): boolean {
  const [amount = 0, most = 0] = [quantityAmount(wanted), quantityAmount(offered)];
  return amount <= most;
}
