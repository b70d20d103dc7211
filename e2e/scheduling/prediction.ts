// What the model says of a trial before it is run.

import { workloads } from '../../lib/analysis/objects/workloads';
import { forecastAfterLoss } from '../../lib/analysis/scheduling/forecast';
import { podGroup, room } from '../../lib/analysis/scheduling/pod-groups';
import type { Interval, Node, World } from '../../lib/analysis/scheduling/world';
import type { JsonObject } from '../../lib/model/manifest/json';
import type { ApiEntry } from '../../lib/model/manifest/object';
import { PRIORITIES, type Trial } from './trial';

/** Pods of each Deployment that are placed on living nodes in the end, by its name. */
export function predict(trial: Trial): ReadonlyMap<string, Interval> {
  const { world, lost } = worldOf(trial);
  return new Map([...forecastAfterLoss(world, lost)].map(([{ name }, interval]) => [name, interval]));
}

/** The trial as the model sees it. Groups have the names of their Deployments. */
export function worldOf(trial: Trial): { readonly world: World; readonly lost: ReadonlySet<Node> } {
  const nodes = trial.nodes.map(
    ({ metadata, spec, status: { allocatable } }): Node => ({
      name: metadata.name,
      labels: metadata.labels,
      taints: spec.taints,
      ...room(allocatable.cpu, allocatable.memory),
      pods: Number(allocatable.pods),
    }),
  );
  const replicas = new Map(trial.deployments.map(({ metadata, spec }) => [metadata.name, spec.replicas]));
  const entries = [...trial.deployments, ...Object.entries(PRIORITIES).map(priorityClass)].map(entryOf);
  const groups = workloads(entries).map((workload) => {
    const { name } = workload.entry.identity;
    return { ...podGroup(entries, workload, replicas.get(name) ?? 0, 'first'), name };
  });
  const lost = new Set(nodes.filter(({ name }) => trial.lost.has(name)));
  return { world: { nodes, groups, namespaceLabels: () => ({}) }, lost };
}

/** An object of a trial. */
interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
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
  const [group = ''] = object.apiVersion.split('/');
  const identity = { group, kind: object.kind, ...object.metadata };
  return {
    identity,
    manifest,
    origin: { construct: object.metadata.name, source: () => undefined },
    cluster: 'trials',
  };
}
