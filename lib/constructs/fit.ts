// Whether a pod fits on any node of its cluster: one that does not is Pending for ever, and no autoscaler helps.
import type { Construct } from 'constructs';
import type { Cluster } from '../model/cluster';
import { quantityAmount } from '../model/quantity';
import { inspect } from './findings';
import type { Workload } from './workload';

/** Reports a pod that requests more than a whole node of the largest pool has. Nothing is said where no pool is described. */
export function inspectFit(
  scope: Construct,
  { nodePools, name }: Cluster,
  resources: () => Workload['resources'],
): void {
  if (nodePools.length === 0) return;
  inspect(scope, () => {
    const { cpu, memory } = resources();
    const fits = nodePools.some((pool) => isWithin(cpu, pool.cpu) && isWithin(memory, pool.memory));
    if (fits) return [];
    const pools = nodePools.map((pool) => `${pool.name} (${pool.cpu} CPU, ${pool.memory})`);
    return [
      {
        rule: 'node-fit',
        severity: 'error',
        field: 'resources',
        value: { cpu, memory },
        message: `no node of ${name} has as much to give to one pod`,
        expected: `requests within one of ${pools.join(', ')}`,
      },
    ];
  });
}

/** What is no quantity is told elsewhere. */
function isWithin(wanted: string, offered: string): boolean {
  const [amount = 0, most = 0] = [quantityAmount(wanted), quantityAmount(offered)];
  return amount <= most;
}
