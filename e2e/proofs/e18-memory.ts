// E18: memory in use adds pods, on real metrics, while the CPU has nothing to do.
import assert from 'node:assert/strict';
import { type Autoscaler, ofKind } from '../manifests/manifests';
import { Application } from '../world/application';
import { ask, isReady, podsOf } from '../world/objects';
import { DEPLOYED, type World } from '../world/world';
import type { Proof } from './proof';

const WEB = { namespace: 'baskets-production', name: 'web' };
/** Of 128Mi that each pod requests: two pods at about 80 %, kept at 50 %, ask for four. */
const KEPT_MEBIBYTES = 96;

export const memory: Proof = {
  id: 'E18',
  title: 'memory that is in use adds pods, on real metrics',
  needs: 'nodes',
  systems: DEPLOYED,
  full: true,
  prove: async (world, figure) => {
    const baskets = new Application(world, { name: 'baskets', behaviour: {}, secrets: {} });
    const written = await baskets.write();
    const { minReplicas, maxReplicas } = autoscaler(written.manifests).spec;
    await baskets.apply(written);
    try {
      await baskets.complete(written);
      await world.run.until('metrics of the autoscaler', 120, async () => (await seen(world)).includes('memory'));
      const { cluster } = await world.deployed();
      const pods = (await podsOf(cluster, WEB.namespace, WEB.name)).filter(isReady);
      assert.equal(pods.length, minReplicas);
      for (const pod of pods) await ask(pod, `/control/memory?mebibytes=${KEPT_MEBIBYTES}`, 'POST');
      const started = Date.now();
      const more = await world.run.until('more pods', 120, async () => {
        const ready = (await podsOf(cluster, WEB.namespace, WEB.name)).filter(isReady).length;
        return ready > minReplicas ? ready : undefined;
      });
      const seconds = Math.round((Date.now() - started) / 1000);
      const why = await seen(world);
      figure(`${minReplicas} → ${more} pods ${seconds} s after ${KEPT_MEBIBYTES} MiB were taken in each: ${why}`);
      assert.ok(more <= maxReplicas);
    } finally {
      await baskets.remove();
    }
  },
};

/** What the autoscaler sees, in percent of what is requested. */
async function seen(world: World): Promise<string> {
  const { cluster } = await world.deployed();
  const each = '{.resource.name} {.resource.current.averageUtilization} %, ';
  const template = `jsonpath={range .status.currentMetrics[*]}${each}{end}`;
  return cluster.kubectl.run(['get', 'hpa', WEB.name, '-n', WEB.namespace, '-o', template]);
}

function autoscaler(manifests: Parameters<typeof ofKind>[0]): Autoscaler {
  const [found] = ofKind(manifests, 'HorizontalPodAutoscaler');
  assert.ok(found !== undefined);
  return found;
}
