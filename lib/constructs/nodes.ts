// Nodes of a cluster: whether its pools, its addresses and its provider's limits hold whatever its systems can reach at once.
import type { IConstruct } from 'constructs';
import { type ClusterDescription, describesNodes } from '../model/cluster';
import type { Trace } from '../model/entries';
import { deriveProviderPlan } from '../model/provider-plan';
import type { PlannedWorkload, ProviderPlanInput } from '../model/provider-plan-input';
import { Component } from './component';
import { report } from './findings';
import { System } from './system';

/**
 * Reports every limit beyond which the plan of a cluster goes. A cluster is planned once it says what pools it has and how its pods get
 * addresses; what a system places as plain objects is not counted.
 */
export function inspectNodes(
  app: IConstruct,
  clusters: Readonly<Record<string, ClusterDescription>>,
  trace: Trace,
): void {
  for (const [name, cluster] of Object.entries(clusters)) {
    const input = planInput(app, name, cluster);
    if (input === undefined) continue;
    for (const { field, ...found } of deriveProviderPlan(input).contradictions) {
      report(app, { ...found, rule: 'provider-plan', severity: 'error', field: `clusters.${name}.${field}` }, trace);
    }
  }
}

/** What the plan of the cluster `name` starts from: its systems at their off-peak, at their most, and while all of them roll. */
export function planInput(root: IConstruct, name: string, cluster: ClusterDescription): ProviderPlanInput | undefined {
  if (!describesNodes(cluster)) return undefined;
  const systems = root.node
    .findAll()
    .filter(System.isSystem)
    .filter(({ target }) => target.cluster.name === name);
  const workloads = systems.flatMap((system) => system.node.findAll().flatMap((one) => plannedOf(one)));
  const zonesLost = Math.max(0, ...systems.map(({ target }) => target.environment.survives.zones));
  // what every node runs has been taken from what the pool gives to pods
  return { cluster, zonesLost, workloads, daemons: [] };
}

function plannedOf(construct: IConstruct): PlannedWorkload[] {
  const planned = construct instanceof Component ? construct.planned : undefined;
  return planned === undefined ? [] : [planned];
}
