// E4: a rollout under load loses nothing, whatever changed: the image, or the configuration.

import assert from 'node:assert/strict';
import { deriveAvailability } from '../../lib/model/pods/availability';
import { APPLY_SYSTEMS } from '../manifests/systems';
import type { Watched } from '../measure/endpoints';
import type { Figure } from '../measure/figure';
import { failures, underLoad, userLoads } from '../measure/under-load';
import { DEPLOYED, type Deployed, type World, waitForRollout, waitForSettledPods } from '../world/world';
import type { Proof } from './proof';

const CONFIGURED: readonly Watched[] = [
  { namespace: 'toytrex-production', name: 'web', promised: 3 },
  { namespace: 'toytrex-local', name: 'web', promised: 2 },
  { namespace: 'pingpong-local', name: 'web', promised: 3 },
];
const ALL: readonly Watched[] = [...CONFIGURED, { namespace: 'toytrex-production', name: 'middleware', promised: 3 }];

export const rollout: Proof = {
  id: 'E4',
  title: 'a rollout under load, by NodePort and by Ingress, loses nothing: new image, then new configuration',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { project } = world;
    for (const placement of ['toytrex/production', 'toytrex/local', 'pingpong/local']) {
      await project.setImage(placement, '501');
    }
    await rollOut(world, deployed, 'image', ALL, figure);
    project.edit('charts/toytrex.ts', "LOG_LEVEL: 'info'", "LOG_LEVEL: 'debug'");
    project.edit('charts/platform.ts', 'requestsPerSecond: 10, burst: 20', 'requestsPerSecond: 20, burst: 40');
    await rollOut(world, deployed, 'configuration', CONFIGURED, figure);
  },
};

async function rollOut(
  world: World,
  deployed: Deployed,
  what: string,
  components: readonly Watched[],
  figure: Figure,
): Promise<void> {
  const { cluster } = deployed;
  const written = await world.project.synthesize(`new-${what}`);
  const folders = [written, `${written}/clusters/laptop`];
  for (const folder of folders) await cluster.provideImages(folder);
  const outcome = await underLoad(deployed, await userLoads(deployed), components, figure, async () => {
    const started = Date.now();
    for (const folder of folders) await cluster.kubectl.run([...APPLY_SYSTEMS, folder]);
    await Promise.all(components.map((component) => waitForRollout(cluster, component)));
    figure(`new ${what}: ${describeTime((Date.now() - started) / 1000)}`);
    await waitForSettledPods(cluster, components);
  });
  assert.equal(failures(outcome), 0);
  for (const { namespace, name, promised } of components) {
    assert.ok(
      (outcome.fewest.get(`${namespace}/${name}`) ?? 0) >= promised,
      `${namespace}/${name} kept ${promised} endpoints`,
    );
  }
}

/** The measured time beside the two that the model gives: with the test server's boot, and with the longest healthy one. */
function describeTime(seconds: number): string {
  const predict = (startupBudgetSeconds: number) =>
    deriveAvailability({ minReplicas: 3, maxReplicas: 3, zones: 2, zonesLost: 1, startupBudgetSeconds, options: {} })
      .rolloutSeconds;
  return `all rolled in ${seconds.toFixed(0)} s; predicted ${predict(2)} s for a boot of 2 s, at most ${predict(60)} s`;
}
