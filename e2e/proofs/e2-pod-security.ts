// E2: Pod Security `restricted` is enforced on our namespaces and admits every pod of ours.
import assert from 'node:assert/strict';
import { ofKind } from '../manifests/manifests';
import { readSystems } from '../manifests/systems';
import { assertEnforced, refusals } from '../measure/acceptance';
import { podsOf } from '../world/objects';
import { DEPLOYED, DIST } from '../world/world';
import type { Proof } from './proof';

export const podSecurity: Proof = {
  id: 'E2',
  title: 'Pod Security restricted is enforced, and admits every pod',
  needs: 'nodes',
  systems: DEPLOYED,
  prove: async (world, figure) => {
    const { cluster } = await world.deployed();
    const namespaces = ofKind(Object.values(DIST).flatMap(readSystems), 'Namespace').map(
      ({ metadata }) => metadata.name,
    );
    assert.ok(namespaces.length > 0);
    for (const namespace of namespaces) {
      await assertEnforced(cluster.kubectl, namespace);
      assert.deepEqual(await refusals(cluster.kubectl, namespace), []);
      const pods = await podsOf(cluster, namespace);
      assert.ok(pods.length > 0);
      figure(`${namespace}: ${pods.length} pods admitted, a privileged one refused`);
    }
  },
};
