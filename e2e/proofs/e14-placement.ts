// E14: the placement model against the real scheduler: random small clusters lose nodes, and what it then places is within the prediction.
import assert from 'node:assert/strict';
import type { Interval } from '../../lib/analysis/scheduling/world';
import { SimulatedCluster } from '../cluster/kwok';
import type { Figure } from '../measure/figure';
import { predict, priorityClass } from '../scheduling/prediction';
import { PRIORITIES, type Size, type Trial, trialOf } from '../scheduling/trial';
import { isRefused, type List, type Pod } from '../world/objects';
import type { World } from '../world/world';
import type { Proof } from './proof';

const SIZE: Size = { zones: 3, nodesPerZone: 3, workloads: 2, replicas: 5 };
const LOST = 'trial/lost';

export const placement: Proof = {
  id: 'E14',
  title: 'after a loss, the real scheduler places as many pods as predicted: 40 random clusters',
  needs: 'api',
  prove: (world, figure) => prove(world, figure, 1, 40),
};

export const manyPlacements: Proof = {
  id: 'E14b',
  title: 'after a loss, the real scheduler places as many pods as predicted: 240 random clusters more',
  needs: 'api',
  full: true,
  prove: (world, figure) => prove(world, figure, 41, 280),
};

async function prove({ run }: World, figure: Figure, first: number, last: number): Promise<void> {
  const trials = Array.from({ length: last - first + 1 }, (_, index) => trialOf(first + index, SIZE));
  const nodes = trials.flatMap((trial) => trial.nodes.map((node) => marked(node, trial.lost.has(node.metadata.name))));
  const cluster = await SimulatedCluster.start(run, `placement-${first}`, nodes);
  try {
    compare(trials, await playAll(cluster, trials), figure);
  } finally {
    await cluster.stop();
  }
}

function marked<Node extends Trial['nodes'][number]>(node: Node, isLost: boolean): object {
  const { metadata } = node;
  return isLost ? { ...node, metadata: { ...metadata, labels: { ...metadata.labels, [LOST]: 'true' } } } : node;
}

/** Pods on living nodes at the end, by namespace and Deployment. */
async function playAll({ plane }: SimulatedCluster, trials: readonly Trial[]): Promise<ReadonlyMap<string, number>> {
  const { kubectl } = plane;
  await kubectl.create([
    ...Object.entries(PRIORITIES).map(priorityClass),
    ...trials.map(({ namespace }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })),
  ]);
  await kubectl.create(trials.flatMap(({ deployments }) => deployments));
  const total = trials.flatMap(({ deployments }) => deployments).reduce((sum, { spec }) => sum + spec.replicas, 0);
  await settledAfresh(plane, total);
  // NoExecute: what the node controller does to a node that it gives up, without its five minutes of patience
  await kubectl.run(['taint', 'nodes', '-l', `${LOST}=true`, `${LOST}=true:NoExecute`]);
  const dead = new Set(trials.flatMap(({ lost }) => [...lost]));
  const pods = await settledAfresh(plane, total, (pod) => dead.has(pod.spec.nodeName ?? ''));
  const placed = new Map<string, number>();
  for (const { metadata, spec } of pods) {
    const key = `${metadata.namespace}/${metadata.labels?.app}`;
    placed.set(key, (placed.get(key) ?? 0) + (spec.nodeName === undefined ? 0 : 1));
  }
  return placed;
}

/**
 * Once nothing moves, those that wait are recreated and tried once more: a pod that was refused is otherwise asked again when something
 * changes that the scheduler takes for helpful (a pod of another group that ends is not), or after five minutes.
 * Source: k8s.io/kubernetes v1.36.3, pkg/scheduler/framework/plugins, `EventsToRegister`.
 */
async function settledAfresh(plane: SimulatedCluster['plane'], total: number, isGone?: (pod: Pod) => boolean) {
  await settled(plane, total, isGone);
  await plane.kubectl.run(['delete', 'pods', '-A', '--field-selector=spec.nodeName=']);
  return settled(plane, total, isGone);
}

/** A pod that found no place is tried again after ten seconds at the latest; longer than that, nothing may change. */
const QUIET_SECONDS = 20;

/** Waits until each pod is bound, or was refused, and nothing moves any more; `isGone` selects pods that must first have left. */
async function settled(
  plane: SimulatedCluster['plane'],
  total: number,
  isGone = (_: Pod) => false,
): Promise<readonly Pod[]> {
  let last = '';
  let since = Date.now();
  return plane.run.until('every pod placed, or refused for good', 500, async () => {
    const { items } = await plane.kubectl.get<List<Pod>>(['pods', '-A']);
    const state = items.map(({ metadata, spec }) => `${metadata.uid} ${spec.nodeName ?? ''}`).join('\n');
    if (state !== last) since = Date.now();
    last = state;
    const isQuiet = Date.now() - since > QUIET_SECONDS * 1000;
    const isTold = items.every((pod) => pod.spec.nodeName !== undefined || isRefused(pod));
    return items.length === total && isQuiet && isTold && !items.some(isGone) ? items : undefined;
  });
}

interface Outcome {
  readonly name: string;
  readonly wanted: number;
  readonly placed: number;
  readonly predicted: Interval;
}

function compare(trials: readonly Trial[], placed: ReadonlyMap<string, number>, figure: Figure): void {
  const all = outcomesOf(trials, placed);
  const outside = all.filter((one) => !isWithin(one));
  const single = all.filter(({ predicted }) => predicted.fewest === predicted.most).length;
  const waiting = all.filter((one) => one.placed < one.wanted).length;
  const share = (100 * single) / all.length;
  figure(`${trials.length} clusters, ${all.length} workloads, ${waiting} of which did not all find a place`);
  figure(`${all.length - outside.length} of ${all.length} within the predicted interval`);
  figure(`${single} intervals of ${all.length} are one number: ${share.toFixed(1)} %`);
  assert.deepEqual(outside, [], 'every count is within its interval');
  assert.ok(share >= 90, 'nine of ten intervals are one number');
  // a model without spread constraints is refuted
  const blind = outcomesOf(trials.map(withoutSpreads), placed).filter((one) => !isWithin(one)).length;
  figure(`${blind} outside the intervals of a model that knows no topology spread`);
  assert.ok(blind > 0, 'the trials detect a wrong model');
}

function outcomesOf(trials: readonly Trial[], placed: ReadonlyMap<string, number>): Outcome[] {
  return trials.flatMap((trial) => {
    const predicted = predict(trial);
    return trial.deployments.map(({ metadata: { name }, spec }) => ({
      name: `${trial.namespace}/${name}`,
      wanted: spec.replicas,
      placed: placed.get(`${trial.namespace}/${name}`) ?? 0,
      predicted: predicted.get(name) ?? { fewest: 0, most: 0 },
    }));
  });
}

const isWithin = ({ placed, predicted }: Outcome): boolean => predicted.fewest <= placed && placed <= predicted.most;

function withoutSpreads(trial: Trial): Trial {
  const deployments = trial.deployments.map((one) => {
    const { template } = one.spec;
    return {
      ...one,
      spec: { ...one.spec, template: { ...template, spec: { ...template.spec, topologySpreadConstraints: [] } } },
    };
  });
  return { ...trial, deployments };
}
