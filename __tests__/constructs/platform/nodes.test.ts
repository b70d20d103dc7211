// P12: what the systems of a cluster can reach must fit into its pools, its subnets and its provider's limits.
import { type System, WebService } from '../../../lib/constructs';
import { aks, type ClusterDescription, type NodePool } from '../../../lib/model';
import { errors, shop, WEB } from '../../support/synthesis';

const POOL: NodePool = { name: 'default', cpu: '4', memory: '16Gi', pods: 110, nodesPerZone: { min: 1, max: 10 } };

function cluster(change: Partial<NodePool> = {}, subnets = { nodes: 24, pods: 16 }): ClusterDescription {
  return aks({
    region: 'westeurope',
    zones: ['westeurope-1', 'westeurope-2'],
    kubernetes: '1.36',
    gateway: { albName: 'alb', albNamespace: 'alb' },
    gatewaySubnets: ['10.30.0.0/24'],
    podNetwork: 'overlay',
    subnets,
    nodePools: [{ ...POOL, ...change }],
  });
}

/** 40 pods of one core; 40 + 20 surge + 40 stopping ones at once, all of them in one zone. */
const large = (system: System) => {
  const resources = { cpu: '1', memory: '1Gi' };
  const web = new WebService(system, 'web', { ...WEB, resources, size: { cpu: 0.6, min: 2, max: 40 } });
  web.exposeAt('shop.example');
};

const found = (description: ClusterDescription, build = large) => shop(build, { cluster: description });

test('a pool with room for a rollout after the loss', () => {
  expect(errors(found(cluster({ nodesPerZone: { min: 1, max: 25 } })))).toEqual([]);
});

test('with one node less, the finding says how many are needed, and why', () => {
  const { findings } = found(cluster({ nodesPerZone: { min: 1, max: 24 } }));
  expect(findings).toMatchObject([
    {
      rule: 'provider-plan',
      severity: 'error',
      field: 'clusters.mumbai.nodePools[default].nodesPerZone.max',
      value: 24,
      message: expect.stringContaining('needs 25 nodes per zone; the pool allows 24: in each of 1 zone: '),
      expected: expect.stringContaining('at least 25'),
    },
  ]);
});

test.each<[string, ClusterDescription, string, RegExp]>([
  [
    'nodes of a pool',
    cluster({ nodesPerZone: { min: 1, max: 500 } }, { nodes: 20, pods: 8 }),
    'nodePools[default]',
    /^aks allows 1000 nodes in a pool \(.+\); 100 too many: /,
  ],
  [
    'pods of a node',
    cluster({ pods: 251, nodesPerZone: { min: 1, max: 30 } }),
    'nodePools[default]',
    /^aks allows 250 /,
  ],
  [
    'addresses',
    cluster({ nodesPerZone: { min: 1, max: 30 } }, { nodes: 27, pods: 16 }),
    'subnets.nodes',
    /more than the 32 of the existing \/27$/,
  ],
])('the limit on %s is named', (_, description, field, message) => {
  expect(found(description).findings).toMatchObject([
    { rule: 'provider-plan', field: `clusters.mumbai.${field}`, message: expect.stringMatching(message) },
  ]);
});

test('nothing is planned without a pod network', () => {
  const { provider: _, ...rest } = cluster({ nodesPerZone: { min: 1, max: 1 } });
  const { provider } = aks({
    region: 'westeurope',
    kubernetes: '1.36',
    gateway: 'application-gateway',
    gatewaySubnets: ['10.0.0.0/24'],
  });
  const planned = errors(found({ ...rest, provider })).filter((error) => error.startsWith('provider-plan'));
  expect(planned).toEqual([]);
});
