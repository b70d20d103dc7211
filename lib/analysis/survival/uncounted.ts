// What the table does not count of the workloads of a namespace, so that no verdict claims more than was asked.

import type { Cluster } from '../../model/cluster/cluster';
import type { ApiEntry } from '../../model/manifest/object';
import { neighbours } from '../objects/object-index';
import { dig, list, places, record } from '../objects/read-json';
import { bindings } from '../objects/volumes';
import { type Workload, workloads } from '../objects/workloads';
import { DEFAULT_LABELS } from '../scheduling/nodes';
import type { Component } from './component';

/** Sentences, the workload first; none where all of it is counted. */
export function uncounted(entries: readonly ApiEntry[], cluster: Cluster, components: readonly Component[]): string[] {
  const [first] = components;
  const own = components.flatMap(({ name, workload }) =>
    openOf(entries, cluster, workload).map((sentence) => `${name}: ${sentence}`),
  );
  const others = first === undefined ? [] : workloads(neighbours(entries, first.entry)).flatMap(beside);
  return [...own, ...others];
}

function openOf(entries: readonly ApiEntry[], cluster: Cluster, workload: Workload): string[] {
  const { zones, nodePools } = cluster;
  const { open = [], openInZones = [] } = bindings(entries).get(workload) ?? {};
  const ports = workload.containers.some(({ value }) =>
    places(value, 'ports', '').some(({ value: port }) => isHostPort(port.hostPort)),
  );
  const assumed = Object.entries(DEFAULT_LABELS).flatMap(([label, value]) => {
    const unsaid = nodePools.filter(({ labels = {} }) => !Object.hasOwn(labels, label)).map(({ name }) => name);
    return unsaid.length === 0 || !asks(workload, label)
      ? []
      : [`it asks for ${label}, which ${unsaid.join(', ')} does not say: ${value} is assumed`];
  });
  return [
    ...open,
    ...(zones.length === 0 ? [] : openInZones),
    ...(ports ? ['its host ports, of which a node has one each, are not counted'] : []),
    ...assumed,
  ];
}

const isHostPort = (port: unknown): boolean => typeof port === 'number' && port > 0;

/** Whether the pods choose nodes by a label. */
export function asks({ pod }: Workload, label: string): boolean {
  if (Object.hasOwn(record(pod.value.nodeSelector) ?? {}, label)) return true;
  const required = dig(pod.value, 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  return places(required, 'nodeSelectorTerms', '').some(({ value }) =>
    list(value.matchExpressions).some((one) => record(one)?.key === label),
  );
}

function beside({ kind, entry }: Workload): string[] {
  if (kind !== 'batch/Job' && kind !== 'batch/CronJob') return [];
  return [`the room of ${entry.identity.kind} ${entry.identity.name}`];
}
