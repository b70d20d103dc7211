// E19: one line makes a test environment like production, available within minutes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type Deployment, ofKind, readManifests } from '../manifests/manifests';
import { DEPLOYED, waitForRollout } from '../world/world';
import type { Proof } from './proof';

const APP = ['--app', join('e2e', 'apps', 'clinic.ts')];
const NAMESPACES = ['clinic-production', 'clinic-rehearsal'];
/** What is asked for: five to ten minutes. */
const LONGEST_SECONDS = 300;

export const environment: Proof = {
  id: 'E19',
  title: 'an environment like production, which one line makes, is available within five minutes',
  needs: 'nodes',
  systems: DEPLOYED,
  full: true,
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const started = Date.now();
    const folder = await world.project.synthesize('clinic', ...APP);
    const synthesized = Date.now();
    await cluster.provideImages(folder);
    const provided = Date.now();
    try {
      await cluster.kubectl.run(['apply', '-f', folder]);
      const [production, rehearsal] = NAMESPACES.map((namespace) =>
        ofKind(readManifests(folder), 'Deployment').filter(({ metadata }) => metadata.namespace === namespace),
      );
      assert.deepEqual(rehearsal?.map(bytes), production?.map(bytes));
      for (const { metadata } of rehearsal ?? []) await waitForRollout(cluster, metadata);
      const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
      const available = Date.now();
      figure(`synth ${seconds(started, synthesized)} s, apply until available ${seconds(provided, available)} s`);
      assert.ok(available - provided < LONGEST_SECONDS * 1000);
    } finally {
      await cluster.kubectl.run(['delete', 'namespace', ...NAMESPACES, '--timeout=180s']);
    }
  },
};

/** A Deployment without the name of its environment. */
function bytes(deployment: Deployment): string {
  return JSON.stringify(deployment).replaceAll(deployment.metadata.namespace ?? '', '');
}
