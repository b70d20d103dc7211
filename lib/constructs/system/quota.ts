// The room of a namespace: a quota that is just large enough for what the system can reach, and defaults for pods that say nothing.

import type { Construct } from 'constructs';
import { demands, total } from '../../analysis/objects/demand';
import type { Json, JsonObject } from '../../model/manifest/json';
import { cpuQuantity, memoryQuantity, parseQuantity } from '../../model/manifest/quantity';
import { ENTRY, setEntry } from '../../model/platform/entries';
import { report } from '../tree/findings';
import { createObject } from '../tree/kinds';

/** Room for what the manifests do not show: Jobs that are run by hand, pods of others in the namespace. */
export interface Reserve {
  /** Pods. @default 0 */
  readonly pods?: number;
  /** CPU requests together, as a quantity. @default 0 */
  readonly cpu?: string;
  /** Memory requests together, as a quantity. @default 0 */
  readonly memory?: string;
}

/** What a container gets that asks for nothing. Without a CPU limit: one would throttle our own pods, which have none. */
const DEFAULTS = { cpu: '100m', memory: '128Mi' };

/**
 * Creates the ResourceQuota and the LimitRange of a namespace. The quota is worked out from the objects of the namespace as they
 * are written: replicas or the autoscaler's maximum, surge and terminating pods of every workload, whoever placed it, and what is
 * reserved.
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

/** Whether something can be reserved by it; says what is wrong where nothing can. */
export function isReserve(scope: Construct, room: Reserve): boolean {
  const { pods = 0, cpu = '0', memory = '0', ...unknown } = room;
  const misspelt = Object.entries<Json>(unknown);
  for (const [field, value] of misspelt) refuse(scope, field, value, 'pods, cpu or memory');
  const isCount = Number.isInteger(pods) && pods >= 0;
  if (!isCount) refuse(scope, 'pods', pods, 'a whole number of pods, 0 or more');
  const wrong = Object.entries({ cpu, memory }).filter(([, value]) => (parseQuantity(value) ?? -1n) < 0n);
  for (const [field, value] of wrong) refuse(scope, field, value, 'a quantity, such as 500m or 1Gi');
  return isCount && wrong.length === 0 && misspelt.length === 0;
}

function refuse(scope: Construct, field: string, value: Json, expected: string): void {
  const message = 'nothing can be reserved by it';
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
