// E16: two releases back to back, the second while pods of the one before still end, lose nothing.
import assert from 'node:assert/strict';
import { deriveAvailability } from '../../lib/model/pods/availability';
import { ofKind } from '../manifests/manifests';
import { APPLY_SYSTEMS, readSystems } from '../manifests/systems';
import type { Watched } from '../measure/endpoints';
import { failures, underLoad, userLoads } from '../measure/under-load';
import { DEPLOYED, waitForRollout, waitForSettledPods } from '../world/world';
import type { Proof } from './proof';

const COMPONENTS: readonly Watched[] = [
  { namespace: 'toytrex-production', name: 'web', promised: 3 },
  { namespace: 'toytrex-local', name: 'web', promised: 2 },
  { namespace: 'pingpong-local', name: 'web', promised: 3 },
];
/** A release every two minutes: Panther Clinic's shortest. */
const CADENCE_SECONDS = 120;
/** Boot of the test server. */
const BOOT_SECONDS = 2;

export const cadence: Proof = {
  id: 'E16',
  title: `two releases back to back, each within ${CADENCE_SECONDS} s, lose nothing`,
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  full: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { cluster } = deployed;
    const releases: string[][] = [];
    for (const tag of ['1601', '1602']) {
      for (const placement of ['toytrex/production', 'toytrex/local', 'pingpong/local']) {
        await world.project.setImage(placement, tag);
      }
      const written = await world.project.synthesize(`release-${tag}`);
      const folders = [written, `${written}/clusters/laptop`];
      for (const folder of folders) await cluster.provideImages(folder);
      releases.push(folders);
    }
    const predicted = predictSeconds(releases.flat());
    figure(`rollout and grace: ${predicted} s by the model, for a boot of ${BOOT_SECONDS} s`);
    assert.ok(predicted <= CADENCE_SECONDS, 'a release ends before the next one is due');
    const outcome = await underLoad(deployed, await userLoads(deployed), COMPONENTS, figure, async () => {
      for (const [index, folders] of releases.entries()) {
        const started = Date.now();
        for (const folder of folders) await cluster.kubectl.run([...APPLY_SYSTEMS, folder]);
        await Promise.all(COMPONENTS.map((component) => waitForRollout(cluster, component)));
        figure(`release ${index + 1}: all rolled in ${((Date.now() - started) / 1000).toFixed(0)} s`);
      }
      await waitForSettledPods(cluster, COMPONENTS);
    });
    assert.equal(failures(outcome), 0);
    for (const { namespace, name, promised } of COMPONENTS) {
      assert.ok(
        (outcome.fewest.get(`${namespace}/${name}`) ?? 0) >= promised,
        `${namespace}/${name} kept ${promised} endpoints`,
      );
    }
  },
};

/** The rollout's time by the model, and the longest grace of what is released: until the last old pod is gone. */
function predictSeconds(folders: readonly string[]): number {
  const graces = folders
    .flatMap((folder) => ofKind(readSystems(folder), 'Deployment'))
    .map(({ spec }) => spec.template.spec.terminationGracePeriodSeconds ?? 30);
  const { rolloutSeconds } = deriveAvailability({
    minReplicas: 3,
    maxReplicas: 3,
    zones: 2,
    zonesLost: 1,
    startupBudgetSeconds: BOOT_SECONDS,
    options: {},
  });
  return rolloutSeconds + Math.max(...graces);
}
