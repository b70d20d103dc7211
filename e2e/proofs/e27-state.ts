// E27: a component that keeps state, on disks of nodes: its data is there after a release, a drain and the loss of a zone.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Cluster } from '../cluster/cluster';
import type { Figure } from '../measure/figure';
import { askRedis, redisObstacle, redisRoot } from '../outside/redis';
import { Application } from '../world/application';
import { defaultDisksOf } from '../world/disks';
import { isReady, isRefused, type Pod, podsOf } from '../world/objects';
import { DEPLOYED } from '../world/world';
import type { Proof } from './proof';

const NAMESPACE = 'carts-production';
const NAME = 'cart';
const IN = ['-n', NAMESPACE];
const CLASS = 'disks';
const KEYS = 200;

export const state: Proof = {
  id: 'E27',
  title: 'a Redis on disks of nodes keeps its data: a release, a drain, the loss of a zone, as prove says',
  needs: 'nodes',
  systems: DEPLOYED,
  full: true,
  obstacle: redisObstacle,
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const root = join(world.run.folder, 'redis');
    const environment = redisRoot(root);
    const images = [1, 2, 3].map((tag) => `registry.example/carts/${NAME}:${tag}`);
    await cluster.provideProgram(images, root, ['/redis-server'], environment);
    const carts = new Application(world, { name: 'carts', behaviour: {}, secrets: {} });
    const disks = defaultDisksOf(cluster, { name: 'disk', storageClass: CLASS, size: '16Mi' });
    await cluster.kubectl.apply(disks);
    try {
      await carts.apply(await carts.write());
      await rolledOut(cluster);
      await fill(cluster);
      await proveRelease(cluster, carts, figure);
      await proveDrain(cluster, figure);
      await proveZoneLoss(cluster, figure);
      await assertForgets(cluster, carts, figure);
    } finally {
      await carts.remove();
      await cluster.kubectl.delete(disks);
    }
  },
};

async function rolledOut({ kubectl }: Cluster): Promise<void> {
  await kubectl.run(['rollout', 'status', `statefulset/${NAME}`, ...IN, '--timeout=240s']);
}

/** By the pod's own name. */
async function podNamed(cluster: Cluster, index: number): Promise<Pod | undefined> {
  return (await podsOf(cluster, NAMESPACE, NAME)).find(({ metadata }) => metadata.name === `${NAME}-${index}`);
}

const addressOf = (pod: Pod | undefined): string => pod?.status.podIP ?? '';
const valuesOf = (index: number): string[] => Array.from({ length: KEYS }, (_, key) => `${NAME}-${index}-${key}`);
const keys = Array.from({ length: KEYS }, (_, key) => `key-${key}`);

/** Each pod has data of its own. */
async function fill(cluster: Cluster): Promise<void> {
  for (const index of [0, 1]) {
    const pairs = valuesOf(index).flatMap((value, key) => [keys[key] ?? '', value]);
    await askRedis(addressOf(await podNamed(cluster, index)), 'mset', ...pairs);
  }
}

async function assertKept(cluster: Cluster, indices = [0, 1]): Promise<void> {
  for (const index of indices) {
    const answer = await askRedis(addressOf(await podNamed(cluster, index)), 'mget', ...keys);
    assert.deepEqual(answer, valuesOf(index), `${NAME}-${index} has its data`);
  }
}

const readyPods = async (cluster: Cluster): Promise<number> =>
  (await podsOf(cluster, NAMESPACE, NAME)).filter(isReady).length;

async function proveRelease(cluster: Cluster, carts: Application, figure: Figure): Promise<void> {
  const cells = (await carts.prove()).flatMap((row) => row.cells);
  const said = cells.find(({ event }) => event === 'release')?.results.find(({ component }) => component === NAME);
  assert.ok(said?.seconds !== undefined, 'prove bounds a release');
  const before = (await podsOf(cluster, NAMESPACE, NAME)).map(({ metadata }) => metadata.uid);
  const started = Date.now();
  await carts.release();
  let fewest = Number.POSITIVE_INFINITY;
  await cluster.run.until('the release', said.seconds, async () => {
    const pods = await podsOf(cluster, NAMESPACE, NAME);
    const ready = pods.filter(isReady);
    fewest = Math.min(fewest, ready.length);
    return ready.length === 2 && pods.every(({ metadata }) => !before.includes(metadata.uid));
  });
  await rolledOut(cluster);
  const seconds = Math.round((Date.now() - started) / 1000);
  await assertKept(cluster);
  assert.ok(fewest >= said.left.fewest && seconds <= said.seconds, `${fewest} ready, ${seconds} s`);
  figure(`a release: ${fewest} of 2 serve at the least, ${seconds} s, at most ${said.seconds} s by prove; data kept`);
}

/** Its disk stays on the node, so that the pod waits for it. */
async function proveDrain(cluster: Cluster, figure: Figure): Promise<void> {
  const node = await nodeOf(cluster, 0);
  await cluster.drain(node);
  await cluster.run.until('the pod waits for its disk', 60, async () => {
    const pod = await podNamed(cluster, 0);
    return pod !== undefined && isRefused(pod);
  });
  await assertKept(cluster, [1]);
  await cluster.uncordon(node);
  await cluster.run.until('the pod again', 60, async () => (await readyPods(cluster)) === 2);
  assert.equal((await nodeOf(cluster, 0)).name, node.name);
  await assertKept(cluster);
  figure('its node drained: the pod waits until the node is back, the other one serves; data kept');
}

async function proveZoneLoss(cluster: Cluster, figure: Figure): Promise<void> {
  const { zone = '' } = await nodeOf(cluster, 0);
  assert.notEqual((await nodeOf(cluster, 1)).zone, zone, 'one in each zone');
  await cluster.setZone(zone, 'down');
  try {
    await cluster.run.until('the zone given up', 120, async () => (await readyPods(cluster)) === 1);
    await assertKept(cluster, [1]);
  } finally {
    await cluster.setZone(zone, 'up');
    await cluster.waitForNodes();
  }
  await cluster.run.until('both pods again', 120, async () => (await readyPods(cluster)) === 2);
  await assertKept(cluster);
  figure('its zone lost: the other zone’s pod serves its own data; back with the zone, and all data kept');
}

async function nodeOf(cluster: Cluster, index: number) {
  const name = (await podNamed(cluster, index))?.spec.nodeName;
  const node = cluster.nodes.find((one) => one.name === name);
  if (node === undefined) throw new Error(`${NAME}-${index} is on no node`);
  return node;
}

/** The twin: data that is not on the claim is gone with the pod. */
async function assertForgets(cluster: Cluster, carts: Application, figure: Figure): Promise<void> {
  carts.edit("'--dir', '/data'", "'--dir', '/tmp'");
  const before = (await podNamed(cluster, 1))?.metadata.uid;
  await carts.release();
  const pod = await cluster.run.until('the twin', 120, async () => {
    const now = await podNamed(cluster, 1);
    return now !== undefined && now.metadata.uid !== before && isReady(now) && now;
  });
  assert.deepEqual(await askRedis(addressOf(pod), 'dbsize'), ['0']);
  figure('twin: in a folder that is not on the claim nothing is kept');
}
