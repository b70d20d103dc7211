// The quota of a namespace, just large enough for the most that its system can reach, and defaults for pods without requests.

import type { Construct } from 'constructs';
import { demands, total } from '../../analysis/objects/demand';
import { dig, shown } from '../../analysis/objects/read-json';
import { serviceDemand, serviceMakers } from '../../analysis/objects/service-demand';
import { nodeCount } from '../../analysis/scheduling/nodes';
import type { Cluster } from '../../model/cluster/cluster';
import { type Finding, findingOf } from '../../model/finding/finding';
import { fields, findSchemaProblems, number, optional, text } from '../../model/finding/schema';
import type { JsonObject } from '../../model/manifest/json';
import { cpuQuantity, memoryQuantity, parseQuantity } from '../../model/manifest/quantity';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';

/** Reserve for pods that are not in the manifests: Jobs run by hand, pods of others in the namespace. */
export interface Reserve {
  /** Pods. @default 0 */
  readonly pods?: number;
  /** Sum of CPU requests, as a quantity. @default 0 */
  readonly cpu?: string;
  /** Sum of memory requests, as a quantity. @default 0 */
  readonly memory?: string;
}

/** Defaults for a container without requests. No CPU limit: one would throttle our own pods, which have none. */
const DEFAULTS = { cpu: '100m', memory: '128Mi' };

/**
 * Creates the ResourceQuota and the LimitRange of a namespace. The quota follows from the final objects of the namespace:
 * replicas or the autoscaler's maximum, surge and terminating pods of every workload, whatever its source, and the reserves. A
 * DaemonSet counts on the most nodes that the cluster may have.
 *
 * Load balancers and node ports are those of its Services, since a public address is not a matter of the manifests of others. They are
 * not bounded where a controller may make Services: for a Gateway, a certificate, or a custom kind that is unknown here. Counts of
 * ConfigMaps and ReplicaSets are not bounded either: those of older releases are kept, and a release must not end at a quota.
 *
 * Requests only: a quota on `limits.cpu` would refuse pods without a CPU limit. Source: kubernetes.io, "Resource Quotas".
 */
export function createQuota(scope: Construct, name: string, cluster: Cluster, reserves: readonly Reserve[]): void {
  const quota = createObject(scope, 'namespace-quota', 'ResourceQuota', { name }, { spec: {} });
  setEntry(quota, ENTRY.completion, (manifest, { others }) => ({
    manifest: { ...manifest, spec: { hard: hard(others, cluster, reserves) } },
    findings: cluster.nodePools.length > 0 || reserves.length > 0 ? [] : others.flatMap(findUncounted),
  }));
  const limits = [{ type: 'Container', default: { memory: DEFAULTS.memory }, defaultRequest: DEFAULTS }];
  createObject(scope, 'namespace-limits', 'LimitRange', { name }, { spec: { limits } });
}

const AMOUNT = optional(
  text('a quantity of 0 or more, such as 500m or 1Gi', (value) => (parseQuantity(value) ?? -1n) >= 0n),
);

const RESERVE = fields<Reserve>({ pods: optional(number({ atLeast: 0, whole: true })), cpu: AMOUNT, memory: AMOUNT });

/** Whether the reserve is valid; reports its problems where it is not. */
export function isReserve(scope: Construct, room: Reserve): boolean {
  const problems = findSchemaProblems(RESERVE, room, 'reserve');
  for (const problem of problems) report(scope, findingOf('input', problem));
  return problems.length === 0;
}

/** A DaemonSet on an unknown number of nodes. */
function findUncounted(manifest: JsonObject): Finding[] {
  if (manifest.kind !== 'DaemonSet') return [];
  const { name } = dig(manifest, 'metadata') ?? {};
  const [one] = demands([manifest], DEFAULTS, () => 1);
  const each = one === undefined ? '' : `, cpu: '${cpuQuantity(one.cpu)}', memory: '${memoryQuantity(one.memory)}'`;
  return [
    {
      rule: 'quota-daemons',
      severity: 'warning',
      value: shown(name),
      message: `the quota counts no pod of DaemonSet ${shown(name)}: the nodes are not declared`,
      expected: `nodePools of the cluster, or reserve({ pods: ${one?.pods ?? 1}${each} }) for each node`,
    },
  ];
}

function hard(
  others: readonly JsonObject[],
  cluster: Cluster,
  reserves: readonly Reserve[],
): Readonly<Record<string, string>> {
  const reserved = reserves.map(({ pods = 0, cpu = '0', memory = '0' }) => ({
    pods,
    cpu: parseQuantity(cpu) ?? 0n,
    memory: parseQuantity(memory) ?? 0n,
  }));
  const { pods, cpu, memory } = total([...demands(others, DEFAULTS, nodeCount(cluster)), ...reserved]);
  const services = serviceMakers(others).length > 0 ? {} : serviceDemand(others);
  return {
    pods: String(pods),
    'requests.cpu': cpuQuantity(cpu),
    'requests.memory': memoryQuantity(memory),
    ...Object.fromEntries(Object.entries(services).map(([key, count]) => [key, String(count)])),
  };
}
