// P12: what the systems of a cluster can reach must fit into its pools, its subnets and its provider's limits.
import { ApiObject } from 'cdk8s';
import { override, type System, WebService } from '../../../lib/constructs';
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

const SIDECAR = {
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    runAsUser: 10001,
    seccompProfile: { type: 'RuntimeDefault' },
  },
};

describe('61, 62: several pools', () => {
  const system: NodePool = { ...POOL, name: 'system', taints: [{ key: 'CriticalAddonsOnly', effect: 'NoSchedule' }] };
  const apps: NodePool = { ...POOL, name: 'apps', nodesPerZone: { min: 1, max: 25 } };
  const on = (...nodePools: readonly NodePool[]) => ({ ...cluster(), nodePools });

  test('pods go where taints and selectors let them', () => {
    expect(errors(found(on(system, apps)))).toEqual([]);
    expect(errors(found(on(system, { ...apps, nodesPerZone: { min: 1, max: 24 } })))).toEqual([
      'provider-plan clusters.mumbai.nodePools[apps].nodesPerZone.max',
    ]);
  });

  test('a pool that the pods select', () => {
    const selecting = (s: System) => {
      large(s);
      const web = s.node.findAll().find((one) => one instanceof WebService);
      if (web instanceof WebService) {
        override(web.deployment).set('spec.template.spec.nodeSelector', { 'kubernetes.azure.com/agentpool': 'apps' });
      }
    };
    const open = { ...system, taints: [] };
    expect(errors(found(on(open, apps), selecting))).toEqual([]);
    // without the choice both have room together
    expect(errors(found(on(open, apps)))).toEqual([]);
  });
});

describe('54, 63: what runs beside', () => {
  const tight = cluster({ nodesPerZone: { min: 1, max: 25 } });

  test('a sidecar takes its part of each node', () => {
    const beside = (s: System) => {
      large(s);
      const web = s.node.findAll().find((one) => one instanceof WebService);
      if (!(web instanceof WebService)) throw new Error('no web service');
      const resources = { requests: { cpu: '1', memory: '64Mi' }, limits: { memory: '64Mi' } };
      const sidecar = { name: 'proxy', image: 'registry.example/x:1', restartPolicy: 'Always', resources, ...SIDECAR };
      override(web.deployment).set('spec.template.spec.initContainers', [sidecar]);
    };
    expect(errors(found(tight, beside))).toContain('provider-plan clusters.mumbai.nodePools[default].nodesPerZone.max');
  });

  test('27: a DaemonSet of the app takes its part of each node', () => {
    const agent = (s: System) => {
      large(s);
      const resources = { requests: { cpu: '500m', memory: '64Mi' }, limits: { memory: '64Mi' } };
      const containers = [{ name: 'agent', image: 'registry.example/x:1', resources, ...SIDECAR }];
      const labels = { app: 'agent' };
      new ApiObject(s, 'agent', {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'agent' },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
      });
    };
    // three pods of a core beside it instead of four
    expect(errors(found(tight, agent))).toEqual(['provider-plan clusters.mumbai.nodePools[default].nodesPerZone.max']);
    expect(errors(found(cluster({ nodesPerZone: { min: 1, max: 34 } }), agent))).toEqual([]);
  });
});
