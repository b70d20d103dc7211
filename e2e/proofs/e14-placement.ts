// E14: the placement model against the real scheduler: random small clusters lose nodes, and what it then places is within the prediction.
import assert from 'node:assert/strict';
import type { Interval } from '../../lib/analysis/scheduling/world';
import { SimulatedCluster } from '../cluster/kwok';
import type { Figure } from '../measure/figure';
import { BLIND } from '../scheduling/blindness';
import { withKinds } from '../scheduling/kinds';
import { predict, priorityClass } from '../scheduling/prediction';
import { PRIORITIES, type Size, type Trial, trialOf } from '../scheduling/trial';
import { isRefused, type List, type Pod } from '../world/objects';
import type { World } from '../world/world';
import type { Proof } from './proof';

const SIZE: Size = { zones: 3, nodesPerZone: 3, workloads: 2, replicas: 5 };
/** Label of nodes that go: how. */
const GOES = 'trial/goes';
/** Annotation of pods that KWOK does not end: `kwok-stages.yaml`. */
const STAYS = 'trial/stays';

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
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const trials = seeds.map((seed) => trialOf(seed, SIZE)).map((trial) => (hasKinds(trial) ? withKinds(trial) : trial));
  const nodes = trials.flatMap((trial) => trial.nodes.map((node) => marked(node, trial)));
  const cluster = await SimulatedCluster.start(run, `placement-${first}`, nodes, { retrySeconds: RETRY_SECONDS });
  try {
    compare(trials, await playAll(cluster, trials), figure);
  } finally {
    await cluster.stop();
  }
}

/** Every second trial has other kinds than Deployments. */
const hasKinds = ({ seed }: Trial): boolean => seed % 2 === 0;

/** A node that goes has a label that says how. */
function marked(node: Trial['nodes'][number], { lost, departure }: Trial): object {
  const { metadata } = node;
  if (!lost.has(metadata.name)) return node;
  return { ...node, metadata: { ...metadata, labels: { ...metadata.labels, [GOES]: departure } } };
}

/** Pods on living nodes at the end, by namespace and workload. */
async function playAll({ plane }: SimulatedCluster, trials: readonly Trial[]): Promise<ReadonlyMap<string, number>> {
  const { kubectl } = plane;
  await kubectl.create([
    ...Object.entries(PRIORITIES).map(priorityClass),
    ...trials.map(({ namespace }) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })),
  ]);
  await kubectl.create(trials.flatMap(({ storage }) => storage));
  await kubectl.create(trials.flatMap(({ daemons }) => daemons));
  await daemonsPlaced(plane);
  await kubectl.create(trials.flatMap(({ workloads }) => workloads));
  await depart(plane, trials, await settledAfresh(plane, trials));
  const dead = new Set(trials.flatMap(({ lost }) => [...lost]));
  const pods = await settledAfresh(plane, trials, ({ metadata, spec }) => {
    return dead.has(spec.nodeName ?? '') && metadata.annotations?.[STAYS] === undefined;
  });
  const placed = new Map<string, number>();
  for (const pod of pods) {
    const { nodeName } = pod.spec;
    const isPlaced = nodeName !== undefined && !dead.has(nodeName);
    placed.set(workloadOf(pod), (placed.get(workloadOf(pod)) ?? 0) + (isPlaced ? 1 : 0));
  }
  return placed;
}

/** Waits until each pod of a DaemonSet is placed, or was refused. */
async function daemonsPlaced({ kubectl, run }: SimulatedCluster['plane']): Promise<void> {
  await run.until('pods of DaemonSets', 60, async () => {
    const { items } = await kubectl.get<List<DaemonSet>>(['daemonsets', '-A']);
    if (!items.every(({ status }) => status.observedGeneration === 1)) return false;
    const pods = (await kubectl.get<List<Pod>>(['pods', '-A'])).items;
    const wanted = items.reduce((sum, { status }) => sum + status.desiredNumberScheduled, 0);
    return pods.length === wanted && pods.every(isDecided);
  });
}

interface DaemonSet {
  readonly status: { readonly observedGeneration?: number; readonly desiredNumberScheduled: number };
}

/**
 * Nodes are lost, or drained.
 *
 * Lost: their taint is what the node controller gives to a node, without its five minutes of patience. No kubelet is left that would say
 * that a pod has ended: pods of StatefulSets stay on their way out.
 */
async function depart(
  { kubectl }: SimulatedCluster['plane'],
  trials: readonly Trial[],
  pods: readonly Pod[],
): Promise<void> {
  await kubectl.run(['cordon', '-l', `${GOES}=drained`]);
  for (const { namespace, lost, departure, workloads } of trials) {
    const stateful = workloads.filter(({ kind }) => kind === 'StatefulSet').map(({ metadata }) => metadata.name);
    const names = pods
      .filter(({ metadata, spec }) => metadata.namespace === namespace && lost.has(spec.nodeName ?? ''))
      .filter(({ metadata }) => departure === 'drained' || stateful.includes(metadata.labels?.['app'] ?? ''))
      .map(({ metadata }) => metadata.name);
    if (names.length === 0) continue;
    const where = ['pods', '-n', namespace, ...names];
    if (departure === 'drained') await kubectl.run(['delete', ...where, '--wait=false']);
    else await kubectl.run(['annotate', ...where, `${STAYS}=true`]);
  }
  await kubectl.run(['taint', 'nodes', '-l', `${GOES}=lost`, `${GOES}=lost:NoExecute`]);
}

/**
 * Once nothing moves, those that wait are recreated (without a node, a pod is gone with the answer) and tried once more: a pod that was refused is otherwise asked again when something
 * changes that the scheduler takes for helpful (a pod of another group that ends is not), or after five minutes.
 * Source: k8s.io/kubernetes v1.36.3, pkg/scheduler/framework/plugins, `EventsToRegister`.
 */
async function settledAfresh(
  plane: SimulatedCluster['plane'],
  trials: readonly Trial[],
  isGone?: (pod: Pod) => boolean,
): Promise<readonly Pod[]> {
  await settled(plane, trials, isGone);
  await plane.kubectl.run(['delete', 'pods', '-A', '--field-selector=spec.nodeName=', '--wait=false']);
  return settled(plane, trials, isGone);
}

/** A pod that found no place is tried again after so long; several times that, nothing may change. */
const RETRY_SECONDS = 1;
const QUIET_SECONDS = 8;

/** Waits until each pod is bound, or was refused, and nothing moves any more; `isGone` selects pods that must first have left. */
async function settled(
  plane: SimulatedCluster['plane'],
  trials: readonly Trial[],
  isGone = (_: Pod) => false,
): Promise<readonly Pod[]> {
  let last = '';
  let since = Date.now();
  return plane.run.until('every pod placed, or refused for good', 500, async () => {
    const all = (await plane.kubectl.get<List<Pod>>(['pods', '-A'])).items;
    const state = all.map(({ metadata, spec }) => `${metadata.uid} ${spec.nodeName ?? ''}`).join('\n');
    if (state !== last) since = Date.now();
    last = state;
    const isQuiet = Date.now() - since > QUIET_SECONDS * 1000;
    const pods = all.filter((pod) => !isAgent(pod));
    return isQuiet && all.every(isDecided) && !pods.some(isGone) && isComplete(trials, pods) ? pods : undefined;
  });
}

/** Whether each workload has made its pods. One that makes them in order may wait for one of them. */
function isComplete(trials: readonly Trial[], pods: readonly Pod[]): boolean {
  const made = new Map<string, Pod[]>();
  for (const pod of pods) made.set(workloadOf(pod), [...(made.get(workloadOf(pod)) ?? []), pod]);
  return trials.every(({ namespace, workloads }) =>
    workloads.every(({ metadata, spec }) => {
      const own = made.get(`${namespace}/${metadata.name}`) ?? [];
      if (own.length === spec.replicas) return true;
      return spec.podManagementPolicy === 'OrderedReady' && own.some((pod) => isRefused(pod) || isLeaving(pod));
    }),
  );
}

/** Namespace and name of its workload. */
const workloadOf = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.labels?.['app']}`;
const isDecided = (pod: Pod): boolean => pod.spec.nodeName !== undefined || isRefused(pod);
const isLeaving = ({ metadata }: Pod): boolean => metadata.deletionTimestamp !== undefined;
const isAgent = ({ metadata }: Pick<Pod, 'metadata'>): boolean => metadata.labels?.['app'] === 'agent';

interface Outcome {
  readonly name: string;
  readonly wanted: number;
  readonly placed: number;
  readonly predicted: Interval;
}

function compare(trials: readonly Trial[], placed: ReadonlyMap<string, number>, figure: Figure): void {
  const all = outcomesOf(trials, placed);
  const outside = all.filter((one) => !isWithin(one));
  const waiting = all.filter((one) => one.placed < one.wanted).length;
  figure(`${trials.length} clusters, ${all.length} workloads, ${waiting} of which did not all find a place`);
  figure(`${all.length - outside.length} of ${all.length} within the predicted interval`);
  assert.deepEqual(outside, [], 'every count is within its interval');
  const plain = shareOfSingle(
    trials.filter((trial) => !hasKinds(trial)),
    placed,
  );
  const mixed = shareOfSingle(trials.filter(hasKinds), placed);
  figure(`intervals of one number: ${plain.toFixed(1)} % of Deployments alone, ${mixed.toFixed(1)} % with other kinds`);
  // in which zone a volume is, and with it a pod, is often a matter of chance
  assert.ok(plain >= 90 && mixed >= 60, 'most intervals are one number');
  // models that lack a part are refuted
  for (const [part, without] of Object.entries(BLIND)) {
    const refuted = outcomesOf(trials.map(without), placed).filter((one) => !isWithin(one)).length;
    figure(`${refuted} outside the intervals of a model without ${part}`);
    assert.ok(refuted > 0, `the trials detect a model without ${part}`);
  }
}

/** Percent of the intervals that are one number. */
function shareOfSingle(trials: readonly Trial[], placed: ReadonlyMap<string, number>): number {
  const all = outcomesOf(trials, placed);
  return (100 * all.filter(({ predicted: { fewest, most } }) => fewest === most).length) / all.length;
}

function outcomesOf(trials: readonly Trial[], placed: ReadonlyMap<string, number>): Outcome[] {
  return trials.flatMap((trial) => {
    const predicted = predict(trial);
    return trial.workloads.map(({ metadata: { name }, spec }) => ({
      name: `${trial.namespace}/${name}`,
      wanted: spec.replicas,
      placed: placed.get(`${trial.namespace}/${name}`) ?? 0,
      predicted: predicted.get(name) ?? { fewest: 0, most: 0 },
    }));
  });
}

const isWithin = ({ placed, predicted }: Outcome): boolean => predicted.fewest <= placed && placed <= predicted.most;
