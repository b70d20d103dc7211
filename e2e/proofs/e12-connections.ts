// E12: the account of a database holds: a release at the largest size never asks for a connection that is not there.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { databaseAccountOf } from '../manifests/derivations';
import { type Autoscaler, ofKind } from '../manifests/manifests';
import type { Figure } from '../measure/figure';
import { CREDENTIALS } from '../outside/accounts';
import { Postgres } from '../outside/postgres';
import { Application, type Written } from '../world/application';
import { isReady, podsOf } from '../world/objects';
import { DEPLOYED, type World, waitForSettledPods } from '../world/world';
import type { Proof } from './proof';

const POOL = 5;
const WEB = { namespace: 'bookings-production', name: 'web' };
/** A bound that is less used than that would be too loose. */
const LEAST_USED = 0.6;

export const connections: Proof = {
  id: 'E12',
  title: 'pools at the maximum, in a release too, stay within the connections of the database, and use most of them',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  obstacle: () => Postgres.obstacle(),
  prove: async (world, figure) => {
    const bookings = new Application(world, {
      name: 'bookings',
      behaviour: { POOL_SIZE: String(POOL) },
      secrets: CREDENTIALS,
    });
    const first = await bookings.write();
    const { needed, maxConnections } = databaseAccountOf(first.manifests);
    const postgres = await Postgres.start(world.run, maxConnections);
    try {
      await bookings.apply(first);
      await bookings.complete(first);
      await reachMaximum(world, bookings, first);
      const peak = await release(world, bookings, postgres);
      const share = `${peak} of ${needed} connections, ${(peak / needed).toFixed(2)} of the bound`;
      figure(`a release at the maximum: ${share}; ${postgres.refused()} refused of max_connections ${maxConnections}`);
      assert.equal(postgres.refused(), 0);
      assert.ok(peak <= needed && peak / needed >= LEAST_USED, share);
      await takeBack(world, bookings, postgres, figure);
      await assertRefused(world, bookings, postgres, peak - 1, figure);
    } finally {
      await bookings.remove();
      await postgres.stop();
    }
  },
};

/** Raises the minimum to the maximum, as before a busy day. */
async function reachMaximum(world: World, bookings: Application, { manifests }: Written): Promise<void> {
  const { minReplicas, maxReplicas } = autoscaler(manifests).spec;
  bookings.edit(`min: ${minReplicas},`, `min: ${maxReplicas},`);
  await bookings.apply(await bookings.write());
  const { cluster } = await world.deployed();
  await world.run.until(`${maxReplicas} pods`, 120, async () => {
    const pods = await podsOf(cluster, WEB.namespace, WEB.name);
    return pods.filter(isReady).length === maxReplicas;
  });
}

/** Releases, and gives the most connections that there were meanwhile. */
async function release(world: World, bookings: Application, postgres: Postgres): Promise<number> {
  return counted(world, postgres, async () => bookings.complete(await bookings.release()));
}

/** A release that is taken back half-way: more than the derivation covers, so that it is measured and not promised. */
async function takeBack(world: World, bookings: Application, postgres: Postgres, figure: Figure): Promise<void> {
  const { cluster } = await world.deployed();
  const before = postgres.refused();
  const peak = await counted(world, postgres, async () => {
    const written = await bookings.release();
    const half = autoscaler(written.manifests).spec.maxReplicas / 2;
    await world.run.until('half of the release', 120, async () => {
      const updated = await cluster.kubectl.run(['get', 'deployment', WEB.name, '-n', WEB.namespace, '-o', UPDATED]);
      return Number(updated) > half;
    });
    await cluster.kubectl.run(['rollout', 'undo', `deployment/${WEB.name}`, '-n', WEB.namespace]);
    await bookings.complete(written);
  });
  figure(`a release taken back half-way: ${peak} connections, ${postgres.refused() - before} refused`);
}

const UPDATED = 'jsonpath={.status.updatedReplicas}';

/** With less than what was measured, the same release is refused connections. */
async function assertRefused(
  world: World,
  bookings: Application,
  postgres: Postgres,
  maxConnections: number,
  figure: Figure,
): Promise<void> {
  const before = await postgres.connections();
  await postgres.restart(maxConnections);
  await world.run.until('the pools again', 60, async () => (await postgres.connections()) === before);
  const refused = postgres.refused();
  await release(world, bookings, postgres);
  figure(`the same release with max_connections ${maxConnections}: ${postgres.refused() - refused} refused`);
  assert.ok(postgres.refused() > refused, 'a database with less room refuses');
}

async function counted(world: World, postgres: Postgres, disturb: () => Promise<void>): Promise<number> {
  const { cluster } = await world.deployed();
  const count = postgres.count();
  try {
    await disturb();
    await waitForSettledPods(cluster, [WEB]);
    await sleep(1000);
    return count.peak();
  } finally {
    count.stop();
  }
}

function autoscaler(manifests: Written['manifests']): Autoscaler {
  const [found] = ofKind(manifests, 'HorizontalPodAutoscaler');
  if (found === undefined) throw new Error('bookings scales its web');
  return found;
}
