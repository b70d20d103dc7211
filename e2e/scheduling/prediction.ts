// What the model says of a trial before it is run.

import { workloads } from '../../lib/analysis/objects/workloads';
import { forecastAfterLoss } from '../../lib/analysis/scheduling/forecast';
import { mayHave } from '../../lib/analysis/scheduling/groups';
import { lessDaemons, podGroup, room, wholeUnits } from '../../lib/analysis/scheduling/pod-groups';
import type { Interval, Node, World } from '../../lib/analysis/scheduling/world';
import type { JsonObject } from '../../lib/model/manifest/json';
import type { ApiEntry } from '../../lib/model/manifest/object';
import { type ApiObject, PRIORITIES, type Trial } from './trial';

/** Pods of each workload that are placed on living nodes in the end, by its name. */
export function predict(trial: Trial): ReadonlyMap<string, Interval> {
  const { world, lost } = worldOf(trial);
  return new Map([...forecastAfterLoss(world, lost, trial.departure)].map(([{ name }, interval]) => [name, interval]));
}

/** The trial as the model sees it. Groups have the names of their workloads. */
export function worldOf(trial: Trial): { readonly world: World; readonly lost: ReadonlySet<Node> } {
  const all = [...trial.workloads, ...trial.daemons, ...trial.storage];
  const entries = [...all, ...Object.entries(PRIORITIES).map(priorityClass)].map(entryOf);
  const replicas = new Map(trial.workloads.map(({ metadata, spec }) => [metadata.name, spec.replicas]));
  const found = workloads(entries);
  const daemons = found
    .filter(({ kind }) => kind === 'apps/DaemonSet')
    .map((workload) => podGroup(entries, workload, 1, 'first'));
  const nodes = trial.nodes.map(({ metadata, spec, status }): Node => {
    const { cpu, memory, pods, ...devices } = status.allocatable;
    const { name, labels } = metadata;
    const node: Node = { name, labels, taints: spec.taints, ...room(cpu, memory), pods: Number(pods) };
    const equipped = Object.keys(devices).length === 0 ? node : { ...node, extended: wholeUnits(devices) };
    return lessDaemons(
      equipped,
      daemons.filter((daemon) => mayHave(daemon, equipped)),
    );
  });
  const groups = found
    .filter(({ kind }) => kind !== 'apps/DaemonSet')
    .map((workload) => {
      const { name } = workload.entry.identity;
      return { ...podGroup(entries, workload, replicas.get(name) ?? 0, 'first'), name };
    });
  const lost = new Set(nodes.filter(({ name }) => trial.lost.has(name)));
  return { world: { nodes, groups, namespaceLabels: () => ({}) }, lost };
}

export const priorityClass = ([name, value]: readonly [string, number]): ApiObject & { readonly value: number } => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value,
});

/** The object as if a chart had made it. */
export function entryOf(object: ApiObject): ApiEntry {
  const manifest: JsonObject = JSON.parse(JSON.stringify(object));
  const group = object.apiVersion.includes('/') ? object.apiVersion.replace(/\/.*/, '') : '';
  const identity = { group, kind: object.kind, ...object.metadata };
  return {
    identity,
    manifest,
    origin: { construct: object.metadata.name, source: () => undefined },
    cluster: 'trials',
  };
}
