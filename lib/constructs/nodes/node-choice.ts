// Which nodes the pods of a component may run on, how important they are, and what the scheduler and the node autoscaler must know.

import type { Cluster } from '../../model/cluster/cluster';
import { poolLabels, poolTolerations } from '../../model/cluster/pool-labels';
import { didYouMean } from '../../model/finding/closest';
import { isProblem, type Problem } from '../../model/finding/problem';
import { choice, type Fields, optional, text } from '../../model/finding/schema';
import { subdomain } from '../../model/manifest/formats';
import { NODE_ARCH } from '../../model/manifest/well-known';
import type { PodSpec } from '../tree/kinds';

/** Which nodes a component runs on. */
export interface NodeChoice {
  /**
   * Name of one of the cluster's `nodePools`: its pods run there alone, and tolerate its taints.
   * @default every node that takes them
   */
  readonly pool?: string;
  /** What its images are built for, where nodes of the cluster differ. @default any */
  readonly architecture?: 'amd64' | 'arm64';
  /** Name of a PriorityClass. @default the cluster's default class, or priority 0 */
  readonly priorityClass?: string;
}

/** What the choice of nodes may say. */
export const NODE_CHOICE: Fields<NodeChoice> = {
  pool: optional(text("the name of one of the cluster's nodePools")),
  architecture: optional(choice(['amd64', 'arm64'])),
  priorityClass: optional(text(subdomain.expected, subdomain.fits)),
};

type Chosen = Pick<PodSpec, 'nodeSelector' | 'tolerations' | 'priorityClassName'>;

/** The choice in a pod. What is refused is left out. */
export function renderChoice({ pool, architecture, priorityClass }: NodeChoice, cluster: Cluster): Chosen {
  const found = cluster.nodePools.find(({ name }) => name === pool);
  const labels = found && poolLabels(cluster.provider, found, cluster.nodePools);
  const tolerations = found === undefined ? [] : poolTolerations(found);
  const nodeSelector = {
    ...(labels === undefined || isProblem(labels) ? {} : labels),
    ...(architecture === undefined ? {} : { [NODE_ARCH]: architecture }),
  };
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
    ...(priorityClass === undefined ? {} : { priorityClassName: priorityClass }),
  };
}

/** A pool that the cluster does not have or that looks like others, or that is built for another architecture. */
export function findChoiceProblems({ pool, architecture }: NodeChoice, cluster: Cluster): Problem[] {
  const { nodePools, provider, name } = cluster;
  if (pool === undefined) return [];
  const found = nodePools.find((one) => one.name === pool);
  if (found === undefined) {
    const names = nodePools.map((one) => one.name);
    const message = `${name} has no pool ${pool}${didYouMean(pool, names)}`;
    const expected = names.length === 0 ? `nodePools of ${name}, with one of this name` : `one of ${names.join(', ')}`;
    return [{ field: 'pool', value: pool, message, expected }];
  }
  const labels = poolLabels(provider, found, nodePools);
  if (isProblem(labels)) {
    const { message, expected } = labels;
    return [{ field: 'pool', value: pool, message, expected: `in clusters.${name}, ${expected}` }];
  }
  const built = found.labels?.[NODE_ARCH];
  if (architecture === undefined || built === undefined || built === architecture) return [];
  const message = `nodes of pool ${pool} are ${built}`;
  return [{ field: 'architecture', value: architecture, message, expected: `'${built}', or another pool` }];
}
