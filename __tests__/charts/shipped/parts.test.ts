// G8: the parts of the platform that charts/operations.ts gives the shipped clusters.
import { clusters } from '../../../charts/clusters';
import { laptop, mumbai, onAzure } from '../../../charts/operations';
import { clusterFolders, readSystems } from '../../../e2e/manifests/systems';
import { DIST } from '../../../e2e/world/world';
import { local } from '../../../lib/model';
import { equipped } from '../../support/parts';
import { errors } from '../../support/synthesis';
import { SHIPPED, SHIPPED_PARTS } from './placements';

test('placements.ts names every system of every part: its tests would pass over another', () => {
  const parts = { laptop, mumbai, northeurope: onAzure('northeurope'), westeurope: onAzure('westeurope') } as const;
  for (const [cluster, made] of Object.entries(parts)) {
    const description = { name: cluster, ...clusters[cluster as keyof typeof parts] };
    const { provider, capabilities = [], identities = {} } = description;
    const systems = made.flatMap((part) =>
      Object.keys(part.systems({ name: cluster, provider, capabilities, identities })),
    );
    const named = SHIPPED_PARTS.filter((one) => one.cluster === cluster).map(({ system }) => system);
    expect({ cluster, systems: systems.sort() }).toEqual({ cluster, systems: named.sort() });
  }
});

test('the proofs take no part for a system: they would wait for its pods on the shared cluster', () => {
  const found = clusterFolders(DIST.mumbai).flatMap(readSystems);
  const names = found.flatMap(({ metadata }) => metadata.labels?.['app.kubernetes.io/part-of'] ?? []);
  expect([...new Set(names)].sort()).toEqual(
    [...new Set(SHIPPED.map(({ system }) => system)), 'cluster', 'headroom'].sort(),
  );
});

test.each([
  ['8Gi', []],
  ['5Gi', ['provider-plan']],
])('G8: the small set and a system, while all of it rolls, on a laptop that gives %s', (memory, expected) => {
  const found = equipped(laptop, {
    cluster: local({
      kubernetes: '1.36',
      podNetwork: { nodePrefix: 24 },
      nodePools: [{ name: 'laptop', cpu: '4', memory, pods: 110, nodesPerZone: { min: 1, max: 1 } }],
    }),
    web: { size: { replicas: 1 } },
  });
  expect(errors(found).map((error) => error.split(' ')[0])).toEqual(expected);
});
