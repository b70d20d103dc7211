// The quota of a namespace, just large enough for the most that its system can reach, and defaults for pods without requests.

import type { Construct } from 'constructs';
import { demands, total } from '../../analysis/objects/demand';
import type { Json, JsonObject } from '../../model/manifest/json';
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
 * replicas or the autoscaler's maximum, surge and terminating pods of every workload, whatever its source, and the reserves.
 *
 * Requests only: a quota on `limits.cpu` would refuse pods without a CPU limit. Source: kubernetes.io, "Resource Quotas".
 */
export function createQuota(scope: Construct, name: string, reserves: readonly Reserve[]): void {
  const quota = createObject(scope, 'namespace-quota', 'ResourceQuota', { name }, { spec: {} });
  setEntry(quota, ENTRY.completion, (manifest, { others }) => ({
    manifest: { ...manifest, spec: { hard: hard(others, reserves) } },
    findings: [],
  }));
  const limits = [{ type: 'Container', default: { memory: DEFAULTS.memory }, defaultRequest: DEFAULTS }];
  createObject(scope, 'namespace-limits', 'LimitRange', { name }, { spec: { limits } });
}

/** Whether the reserve is valid; reports its problems where it is not. */
export function isReserve(scope: Construct, room: Reserve): boolean {
  const { pods = 0, cpu = '0', memory = '0', ...unknown } = room;
  const misspelt = Object.entries<Json>(unknown);
  for (const [field, value] of misspelt) {
    refuse(scope, field, value, `unknown property '${field}' in reserve`, 'pods, cpu or memory');
  }
  const isCount = Number.isInteger(pods) && pods >= 0;
  if (!isCount) refuse(scope, 'pods', pods, 'not a number of pods', 'a whole number of pods, 0 or more');
  const invalid = Object.entries({ cpu, memory }).filter(([, value]) => (parseQuantity(value) ?? -1n) < 0n);
  for (const [field, value] of invalid) {
    refuse(scope, field, value, 'not a quantity of 0 or more', 'a quantity, such as 500m or 1Gi');
  }
  return isCount && invalid.length === 0 && misspelt.length === 0;
}

function refuse(scope: Construct, field: string, value: Json, message: string, expected: string): void {
  report(scope, { rule: 'reserve', severity: 'error', field: `reserve.${field}`, value, message, expected });
}

function hard(others: readonly JsonObject[], reserves: readonly Reserve[]): Readonly<Record<string, string>> {
  const reserved = reserves.map(({ pods = 0, cpu = '0', memory = '0' }) => ({
    pods,
    cpu: parseQuantity(cpu) ?? 0n,
    memory: parseQuantity(memory) ?? 0n,
  }));
  const { pods, cpu, memory } = total([...demands(others, DEFAULTS), ...reserved]);
  return { pods: String(pods), 'requests.cpu': cpuQuantity(cpu), 'requests.memory': memoryQuantity(memory) };
}
