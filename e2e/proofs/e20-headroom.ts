// E20: growth takes the place of headroom at once, and headroom waits for the next node instead; without it, growth waits.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { nodesInZones, SimulatedCluster } from '../cluster/kwok';
import { growthOf } from '../manifests/derivations';
import { readManifests } from '../manifests/manifests';
import { APPLY_SYSTEMS } from '../manifests/systems';
import type { Figure } from '../measure/figure';
import { isReady, isRefused, type Pod, podsOf } from '../world/objects';
import { BOOKING, CLINIC, deploymentOf, HEADROOM, nodesInZone, POOL, podsToFill, scaleBooking } from '../world/panther';
import type { Proof } from './proof';

/** For pods below it the cluster autoscaler orders no node: the default of `--expendable-pods-priority-cutoff`. */
const LEAST_PRIORITY = -10;

export const headroom: Proof = {
  id: 'E20',
  title: 'headroom gives way to growth at once and waits for a node; without it, growth waits for one',
  needs: 'api',
  systems: ['panther'],
  full: true,
  prove: async ({ run }, figure) => {
    const plan = planOf();
    const nodes = nodesInZones({ ...POOL, nodesPerZone: plan.nodes.withoutHeadroom });
    const cluster = await SimulatedCluster.start(run, 'headroom', nodes);
    try {
      await growWithout(cluster, plan, figure);
      await growWith(cluster, plan, figure);
    } finally {
      await cluster.stop();
    }
  },
};

interface Plan {
  /** Pods of the application, off peak and after the growth of the time that a node takes. */
  readonly offPeak: number;
  readonly grown: number;
  readonly held: number;
  /** Pods of either that fill a node. */
  readonly onNode: number;
  /** Nodes in each zone that they need. */
  readonly nodes: { readonly withoutHeadroom: number; readonly offPeak: number; readonly grown: number };
}

function planOf(): Plan {
  const manifests = readManifests(CLINIC);
  const booking = deploymentOf(manifests, BOOKING);
  const deployment = deploymentOf(manifests, HEADROOM);
  const { min: offPeak, pods } = growthOf(manifests);
  const { replicas: held = 0 } = deployment.spec;
  const nodesFor = (count: number) => nodesInZone([{ deployment: booking, pods: count }]);
  const holding = nodesInZone([{ deployment, pods: held }]);
  const grown = offPeak + pods;
  const nodes = {
    withoutHeadroom: nodesFor(offPeak),
    offPeak: nodesFor(offPeak) + holding,
    grown: nodesFor(grown) + holding,
  };
  const onNode = podsToFill(booking);
  assert.equal(podsToFill(deployment), onNode, 'a pod of headroom leaves the place of one');
  return { offPeak, grown, held, onNode, nodes };
}

/** Without headroom, growth waits. The cluster is what an autoscaler of nodes leaves where nothing holds room, and then orders. */
async function growWithout(cluster: SimulatedCluster, plan: Plan, figure: Figure): Promise<void> {
  const { kubectl, run } = cluster.plane;
  const { offPeak, grown, nodes } = plan;
  for (const file of ['00-cluster', '05-panther-clinic', '10-panther-clinic']) {
    await kubectl.run(['apply', '-f', join(CLINIC, `${file}.yaml`)]);
  }
  await scaleBooking(cluster.plane, offPeak);
  await serving(cluster, offPeak);
  await scaleBooking(cluster.plane, grown);
  const waiting = await run.until('each pod has a place, or none', 60, async () => {
    const pods = await podsOf(cluster.plane, BOOKING.namespace);
    const refused = pods.filter(isRefused);
    return pods.length === grown && pods.filter(isReady).length + refused.length === grown ? refused : undefined;
  });
  figure(`without headroom: ${waiting.length} of ${grown - offPeak} pods more wait for a node`);
  assert.equal(waiting.length, grown - offPeak, 'off peak there is room for nothing else');
  const began = Date.now();
  const more = nodes.offPeak - nodes.withoutHeadroom;
  await cluster.add(nodesInZones({ ...POOL, nodesPerZone: more, beside: nodes.withoutHeadroom }));
  await serving(cluster, grown);
  figure(`without headroom: all serve ${secondsSince(began)} after ${more * POOL.zones.length} nodes were added`);
  await kubectl.run(['delete', '-f', join(CLINIC, '10-panther-clinic.yaml')]);
  await serving(cluster, 0);
}

async function growWith(cluster: SimulatedCluster, plan: Plan, figure: Figure): Promise<void> {
  const { kubectl, run } = cluster.plane;
  const { offPeak, grown, held, onNode, nodes } = plan;
  const holding = () => podsOf(cluster.plane, HEADROOM.namespace);
  await kubectl.run([...APPLY_SYSTEMS, CLINIC]);
  await scaleBooking(cluster.plane, offPeak);
  const before = await serving(cluster, offPeak);
  const isHeld = async () => {
    const pods = await holding();
    return pods.length === held && pods.every(isReady) ? pods : undefined;
  };
  const first = await run.until('the headroom is held', 60, isHeld);
  const count = nodes.offPeak * POOL.zones.length;
  figure(`${offPeak} pods and ${held} of headroom on ${count} nodes of ${onNode} places`);
  assert.equal(offPeak + held, count * onNode, 'the nodes are full');

  const slowest = await growOneByOne(cluster, plan);
  const after = await serving(cluster, grown);
  const growth = grown - offPeak;
  const settled = await run.until(`${growth} pods of headroom wait, and the others are held`, 60, async () => {
    const pods = await holding();
    const isSettled = pods.filter(isRefused).length === growth && pods.filter(isReady).length === held - growth;
    return isSettled && pods.length === held ? pods : undefined;
  });
  const evicted = first.filter((pod) => !has(settled, pod)).length;
  const waiting = settled.filter(isRefused);
  figure(
    `${growth} pods more serve, each after ${slowest.toFixed(1)} s at most, without a new node; ` +
      `${evicted} of headroom evicted, ${waiting.length} wait`,
  );
  assert.equal(evicted, growth, 'one gives way to each');
  assert.ok(
    before.every((pod) => has(after, pod)),
    'no pod of the application was evicted',
  );
  assert.ok(
    waiting.every(({ spec }) => spec.priority !== undefined && spec.priority >= LEAST_PRIORITY),
    'an autoscaler of nodes orders one for them',
  );

  const ordered = Date.now();
  const more = nodes.grown - nodes.offPeak;
  await cluster.add(nodesInZones({ ...POOL, nodesPerZone: more, beside: nodes.offPeak }));
  await run.until('the headroom is held again', 60, isHeld);
  figure(`all of the headroom is held ${secondsSince(ordered)} after ${more * POOL.zones.length} nodes were added`);
  const last = await podsOf(cluster.plane, BOOKING.namespace);
  assert.ok(after.every((pod) => has(last, pod)));
}

/**
 * Growth comes so: a thousandth of 30 pods a second is one in half a minute. Of several in the same moment the scheduler may leave one
 * waiting (docs/proof.md, "Unexpected results"). Gives the longest wait in seconds.
 */
async function growOneByOne(cluster: SimulatedCluster, { offPeak, grown }: Plan): Promise<number> {
  let slowest = 0;
  for (let pods = offPeak + 1; pods <= grown; pods += 1) {
    const began = Date.now();
    await scaleBooking(cluster.plane, pods);
    await serving(cluster, pods);
    slowest = Math.max(slowest, (Date.now() - began) / 1000);
  }
  return slowest;
}

/** Waits until the application has that number of pods, and all serve. */
function serving({ plane }: SimulatedCluster, count: number): Promise<readonly Pod[]> {
  return plane.run.until(`${count} pods of ${BOOKING.namespace} serve`, 60, async () => {
    const pods = await podsOf(plane, BOOKING.namespace);
    return pods.length === count && pods.every(isReady) ? pods : undefined;
  });
}

function has(pods: readonly Pod[], { metadata }: Pod): boolean {
  return pods.some((pod) => pod.metadata.uid === metadata.uid && pod.metadata.deletionTimestamp === undefined);
}

function secondsSince(began: number): string {
  return `${((Date.now() - began) / 1000).toFixed(1)} s`;
}
