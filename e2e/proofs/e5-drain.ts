// E5: every node is drained in turn under load: evictions respect the budgets, nothing is lost.
import assert from 'node:assert/strict';
import type { Watched } from '../measure/endpoints';
import type { Figure } from '../measure/figure';
import { failures, type Outcome, underLoad, userLoads } from '../measure/under-load';
import { DEPLOYED, type Deployed, waitForReadyPods } from '../world/world';
import type { Proof } from './proof';

/** A budget of maxUnavailable 1 leaves two of three, and one of two. */
const WATCHED: readonly Watched[] = [
  { namespace: 'toytrex-production', name: 'web', promised: 2 },
  { namespace: 'toytrex-production', name: 'middleware', promised: 2 },
  { namespace: 'toytrex-local', name: 'web', promised: 1 },
  { namespace: 'pingpong-local', name: 'web', promised: 2 },
];

export const drain: Proof = {
  id: 'E5',
  title: 'a drain of each node in turn under load respects the budgets and loses nothing',
  needs: 'nodes',
  systems: DEPLOYED,
  alone: true,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const outcome = await drainAll(deployed, figure);
    assert.equal(failures(outcome), 0);
    for (const { namespace, name, promised } of WATCHED) {
      assert.ok((outcome.fewest.get(`${namespace}/${name}`) ?? 0) >= promised, `${namespace}/${name} kept ${promised}`);
    }
  },
};

async function drainAll(deployed: Deployed, figure: Figure): Promise<Outcome> {
  const { cluster } = deployed;
  return underLoad(deployed, await userLoads(deployed), WATCHED, figure, async () => {
    for (const node of cluster.nodes) {
      const started = Date.now();
      try {
        await cluster.drain(node);
      } finally {
        await cluster.uncordon(node);
      }
      figure(`${node.name} drained in ${((Date.now() - started) / 1000).toFixed(0)} s`);
      await waitForReadyPods(cluster, WATCHED);
    }
  });
}
