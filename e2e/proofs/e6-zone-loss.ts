// E6: a zone fails under load, abruptly. What is lost is measured; what was promised to remain, remains; a release still rolls.

import assert from 'node:assert/strict';
import { deriveAvailability } from '../../lib/model/pods/availability';
import type { Cluster } from '../cluster/cluster';
import { APPLY_SYSTEMS } from '../manifests/systems';
import type { Watched } from '../measure/endpoints';
import type { Figure } from '../measure/figure';
import { describeSeconds, failuresBySecond, underLoad, userLoads } from '../measure/under-load';
import { countBy, isReady, type Pod, podsOf } from '../world/objects';
import {
  DEPLOYED,
  type Deployed,
  type World,
  waitForReadyPods,
  waitForRollout,
  waitForSettledPods,
} from '../world/world';
import type { Proof } from './proof';

export const LOST_ZONE = 'ap-south-1a';

/** After the loss of one of two zones, at least this many of three replicas surely remain. */
const { guaranteedAfterLoss } = deriveAvailability({
  minReplicas: 3,
  maxReplicas: 12,
  zones: 2,
  zonesLost: 1,
  startupBudgetSeconds: 60,
  options: {},
});

const PRODUCTION: readonly Watched[] = [
  { namespace: 'toytrex-production', name: 'web', promised: guaranteedAfterLoss },
  { namespace: 'toytrex-production', name: 'middleware', promised: guaranteedAfterLoss },
  { namespace: 'pingpong-production', name: 'web', promised: guaranteedAfterLoss },
];

export const zoneLoss: Proof = {
  id: 'E6',
  title: 'a zone is lost under load: the promised pods remain, a rollout completes during the outage, its return heals',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const release = await newRelease(world);
    await spreadAgain(deployed);
    // Users reach the nodes that are left: taking a dead node out is the load balancer's own part.
    const alive = deployed.cluster.nodes.filter(({ zone }) => zone !== LOST_ZONE);
    const loads = (await userLoads(deployed, alive)).slice(0, 2);
    const outcome = await underLoad(deployed, loads, PRODUCTION, figure, () => loseZone(deployed, release, figure));
    for (const verdict of outcome.verdicts) figure(describeSeconds(verdict));
    for (const { namespace, name, promised } of PRODUCTION) {
      const fewest = outcome.fewest.get(`${namespace}/${name}`) ?? 0;
      assert.ok(fewest >= promised, `${namespace}/${name} kept ${promised} endpoints, had ${fewest}`);
    }
    for (const verdict of outcome.verdicts) {
      const half = verdict.seconds.length / 2;
      const late = failuresBySecond(verdict).filter(({ second }) => second > half);
      const failed = late.reduce((sum, item) => sum + item.failed, 0);
      assert.ok(
        failed < verdict.sent / 1000,
        'once the dead endpoints are withdrawn, rollout and return lose next to nothing',
      );
    }
  },
};

/** Earlier proofs may have left a zone with too few: a fresh rollout spreads over both. */
async function spreadAgain({ cluster }: Deployed): Promise<void> {
  const pods = await Promise.all(PRODUCTION.map(({ namespace, name }) => podsOf(cluster, namespace, name)));
  const uneven = PRODUCTION.filter((_, index) => !isSpread(cluster, pods[index] ?? []));
  for (const { namespace, name } of uneven) {
    await cluster.kubectl.run(['rollout', 'restart', `deployment/${name}`, '-n', namespace]);
  }
  for (const component of uneven) await waitForRollout(cluster, component);
  await waitForSettledPods(cluster, PRODUCTION);
}

function isSpread({ nodes }: Cluster, pods: readonly Pod[]): boolean {
  const zoneOf = ({ spec }: Pod) => nodes.find(({ name }) => name === spec.nodeName)?.zone;
  const counts = countBy(pods.filter(isReady), zoneOf);
  const zones = new Set(nodes.flatMap(({ zone = [] }) => zone));
  return counts.size === zones.size && Math.max(...counts.values()) - Math.min(...counts.values()) <= 1;
}

/** Folder of a release that rolls during the outage. */
async function newRelease({ project }: World): Promise<string> {
  for (const placement of ['toytrex/production', 'pingpong/production']) await project.setImage(placement, '601');
  return project.synthesize('release-601');
}

async function loseZone(deployed: Deployed, release: string, figure: Figure): Promise<void> {
  const { cluster } = deployed;
  await cluster.provideImages(release);
  const lost = Date.now();
  const since = () => `${((Date.now() - lost) / 1000).toFixed(0)} s`;
  await cluster.setZone(LOST_ZONE, 'down');
  try {
    await waitForDeadZone(deployed);
    figure(`dead endpoints withdrawn ${since()} after the loss`);
    await cluster.kubectl.run([...APPLY_SYSTEMS, release]);
    await Promise.all(PRODUCTION.map((component) => waitForRollout(cluster, component)));
    figure(`rollout during the outage complete ${since()} after the loss`);
    await waitForReadyPods(cluster, PRODUCTION);
    await assertCapacity(deployed, figure);
  } finally {
    await cluster.setZone(LOST_ZONE, 'up');
  }
  await cluster.waitForNodes();
  await waitForSettledPods(cluster, PRODUCTION);
  figure(`all healed ${since()} after the loss`);
}

/** Waits until the cluster knows: the zone's nodes are given up, and no pod on them counts as ready any more. */
export async function waitForDeadZone({ cluster }: Deployed): Promise<void> {
  const dead = new Set(cluster.nodes.filter(({ zone }) => zone === LOST_ZONE).map(({ name }) => name));
  await cluster.run.until('the dead zone is given up', 120, async () => {
    const taints = await Promise.all([...dead].map((name) => cluster.kubectl.run(['get', 'node', name, '-o', TAINTS])));
    if (!taints.every((keys) => keys.includes('node.kubernetes.io/unreachable'))) return false;
    const pods = await Promise.all(PRODUCTION.map(({ namespace, name }) => podsOf(cluster, namespace, name)));
    return !pods.flat().some((pod) => dead.has(pod.spec.nodeName ?? '') && isReady(pod));
  });
}

const TAINTS = 'jsonpath={.spec.taints[*].key}';

async function assertCapacity({ cluster }: Deployed, figure: Figure): Promise<void> {
  for (const { namespace, name } of PRODUCTION) {
    const ready = (await podsOf(cluster, namespace, name)).filter(isReady);
    assert.ok(ready.length >= 3, `${namespace}/${name} has all its replicas in what is left`);
    figure(`${namespace}/${name}: ${ready.length} ready in the remaining zone`);
  }
}
