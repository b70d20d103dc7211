// E3: the systems become available on real nodes from their own manifests, spread over the zones as promised.
import assert from 'node:assert/strict';
import { ofKind } from '../manifests/manifests';
import { readSystems } from '../manifests/systems';
import { countBy, isReady, type Pod, podsOf } from '../world/objects';
import { DEPLOYED, type Deployed, DIST } from '../world/world';
import type { Proof } from './proof';

export const availability: Proof = {
  id: 'E3',
  title: 'available on real nodes, spread over the zones; without zones where there are none',
  needs: 'nodes',
  systems: DEPLOYED,
  prove: async (world, figure) => {
    const deployed = await world.deployed();
    const { cluster } = deployed;
    for (const { metadata } of ofKind(readSystems(DIST.mumbai), 'Deployment')) {
      const pods = await podsOf(cluster, metadata.namespace ?? '', metadata.name);
      assert.ok(pods.length >= 3 && pods.every(isReady), `${metadata.namespace}/${metadata.name} is ready`);
      const zones = countBy(pods, (pod) => zoneOf(deployed, pod));
      figure(
        `${metadata.namespace}/${metadata.name}: ${[...zones].map(([zone, count]) => `${zone} ${count}`).join(', ')}`,
      );
      assert.deepEqual([...zones.keys()].sort(), ['ap-south-1a', 'ap-south-1b'], 'both zones, and no node without one');
      const counts = [...zones.values()];
      assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, 'a skew of at most one');
    }
    const laptop = readSystems(DIST.laptop);
    let withoutZone = 0;
    for (const { metadata, spec } of ofKind(laptop, 'Deployment')) {
      const { namespace = '', name } = metadata;
      const pods = await podsOf(cluster, namespace, name);
      const autoscaler = ofKind(laptop, 'HorizontalPodAutoscaler').find(
        (found) => found.metadata.namespace === namespace && found.spec.scaleTargetRef.name === name,
      );
      const promised = autoscaler?.spec.minReplicas ?? spec.replicas ?? 1;
      assert.ok(pods.length >= promised && pods.every(isReady), `${namespace}/${name} is ready`);
      const without = pods.filter((pod) => zoneOf(deployed, pod) === undefined).length;
      figure(`${namespace}/${name}: ${without} of ${pods.length} on the node without a zone label`);
      withoutZone += without;
    }
    assert.ok(withoutZone > 0, 'a node without a zone label takes pods of the laptop');
  },
};

function zoneOf({ cluster }: Deployed, { spec }: Pod): string | undefined {
  return cluster.nodes.find(({ name }) => name === spec.nodeName)?.zone;
}
