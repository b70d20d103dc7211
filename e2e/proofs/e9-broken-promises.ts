// E9: each test fails on manifests without its promise, so that a pass has a meaning.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeBrokenCopy } from '../manifests/broken-copy';
import { APPLY_SYSTEMS } from '../manifests/systems';
import { failures, underLoad, userLoads } from '../measure/under-load';
import { isReady, podsOf } from '../world/objects';
import {
  DEPLOYED,
  type Deployed,
  type Where,
  type World,
  waitForReadyPods,
  waitForRollout,
  waitForSettledPods,
} from '../world/world';
import { LOST_ZONE, waitForDeadZone } from './e6-zone-loss';
import type { Proof } from './proof';

const PRE_STOP = /^ +lifecycle:\n +preStop:\n +sleep:\n +seconds: \d+\n/gm;

export const withoutPreStop: Proof = {
  id: 'E9a',
  title: 'E4 fails without preStop: a rollout loses requests',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { cluster } = deployed;
    const component = { namespace: 'toytrex-local', name: 'web', promised: 2 };
    for (const tag of ['901', '902']) {
      const file = await release(world, 'toytrex/local', tag, join('clusters', 'laptop', '10-toytrex-local.yaml'));
      const broken = writeBrokenCopy(file, PRE_STOP, '');
      // nor a server that waits a moment by itself, which most do not
      await cluster.provideImages(broken, { LAME_DUCK_SECONDS: '0' });
      // The first release only brings the pods without preStop; it is when these go that something is lost.
      if (tag === '901') await startAfresh(deployed, broken, component);
      else {
        const roll = async () => {
          await cluster.kubectl.run([...APPLY_SYSTEMS, broken]);
          await waitForRollout(cluster, component);
          await waitForSettledPods(cluster, [component]);
        };
        const [, , ingress] = await userLoads(deployed);
        assert.ok(ingress !== undefined);
        const loads = [ingress, { ...ingress, name: 'Ingress of ToyTrex, new connections', newConnections: true }];
        const outcome = await underLoad(deployed, loads, [component], figure, roll);
        assert.ok(failures(outcome) > 0, 'the test of E4 would be red');
      }
    }
    await restore(world, deployed, 'toytrex/local', join('clusters', 'laptop', '10-toytrex-local.yaml'), component);
  },
};

export const ignoringTaints: Proof = {
  id: 'E9b',
  title: 'E6 fails with nodeTaintsPolicy Ignore: a rollout during the outage is stuck',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { cluster } = deployed;
    const component = { namespace: 'pingpong-production', name: 'web' };
    const file = await release(world, 'pingpong/production', '911', '10-pingpong-production.yaml');
    const broken = writeBrokenCopy(file, /nodeTaintsPolicy: Honor/g, 'nodeTaintsPolicy: Ignore');
    await cluster.provideImages(broken);
    await cluster.setZone(LOST_ZONE, 'down');
    try {
      await waitForDeadZone(deployed);
      await cluster.kubectl.run([...APPLY_SYSTEMS, broken]);
      await assert.rejects(waitForRollout(cluster, component, 45), 'the test of E6 would be red');
      const pods = await podsOf(cluster, component.namespace, component.name);
      const why = pods
        .flatMap(({ status }) => status.conditions ?? [])
        .find(({ type, status }) => type === 'PodScheduled' && status === 'False');
      assert.match(why?.message ?? '', /didn't match pod topology spread constraints/);
      figure(`stuck: ${why?.message}`);
    } finally {
      await cluster.setZone(LOST_ZONE, 'up');
    }
    await cluster.waitForNodes();
    await restore(world, deployed, 'pingpong/production', '10-pingpong-production.yaml', component);
  },
};

export const blockingBudget: Proof = {
  id: 'E9c',
  title: 'E5 fails with a budget that keeps every pod: a drain never ends',
  needs: 'nodes',
  systems: DEPLOYED,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { cluster } = deployed;
    const component = { namespace: 'pingpong-local', name: 'web' };
    const path = join('clusters', 'laptop', '10-pingpong-local.yaml');
    const file = join(await world.project.synthesize('as-it-is'), path);
    const broken = writeBrokenCopy(file, /^( +)maxUnavailable: 1$/gm, '$1minAvailable: 3');
    await cluster.kubectl.run([...APPLY_SYSTEMS, broken]);
    const [pod] = (await podsOf(cluster, component.namespace, component.name)).filter(isReady);
    const node = cluster.nodes.find(({ name }) => name === pod?.spec.nodeName);
    assert.ok(node !== undefined);
    try {
      await assert.rejects(cluster.drain(node, 20), /would violate the pod's disruption budget/);
      figure(`the drain of ${node.name} is refused`);
    } finally {
      await cluster.uncordon(node);
    }
    await cluster.kubectl.run([...APPLY_SYSTEMS, file]);
    await waitForReadyPods(cluster, [component]);
  },
};

/** File of a release of one system. */
async function release({ project }: World, placement: string, tag: string, path: string): Promise<string> {
  await project.setImage(placement, tag);
  return join(await project.synthesize(`release-${tag}`), path);
}

type Component = Required<Where>;

/** Puts the promise back, so that the next proof finds the manifests as they were meant. */
async function restore(
  world: World,
  deployed: Deployed,
  placement: string,
  path: string,
  component: Component,
): Promise<void> {
  const file = await release(world, placement, '999', path);
  await deployed.cluster.provideImages(file);
  await startAfresh(deployed, file, component);
}

/** All pods at once: nothing is measured, so that none has to wait for another. */
async function startAfresh({ cluster }: Deployed, file: string, component: Component): Promise<void> {
  await cluster.kubectl.run(['delete', 'deployment', component.name, '-n', component.namespace]);
  await cluster.kubectl.run([...APPLY_SYSTEMS, file]);
  await waitForRollout(cluster, component);
}
