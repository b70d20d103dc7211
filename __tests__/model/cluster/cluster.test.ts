// A cluster's description: what is wrong with it, what stands in for that, and the line that wrote it.

import { aks, type ClusterDescription, conformant, eks, gke, type NodePool, onPrem } from '../../../lib/model';
import { isMinor, recheck } from '../../../lib/model/cluster/cluster';
import { userLine } from '../../../lib/model/manifest/origin';
import { nextLine } from '../../support/next-line';
import { unchecked } from '../../support/unchecked';

const AWS = { region: 'ap-south-1', kubernetes: '1.36' } as const;
const GKE = { region: 'europe-west1', kubernetes: '1.36' } as const;
const AZURE = { region: 'westeurope', kubernetes: '1.36', gateway: 'application-gateway' } as const;
const POOL: NodePool = {
  name: 'default',
  cpu: '3920m',
  memory: '14Gi',
  pods: 110,
  nodesPerZone: { min: 1, max: 20 },
};
const LARGE = { interfaces: 3, addressesPerInterface: 10, cores: 2 };

const fields = ({ problems }: ClusterDescription) => problems.map(({ field }) => field);

test('a right one has no problems, and the line that wrote it', () => {
  const line = nextLine();
  const cluster = gke({ ...GKE, zones: ['europe-west1-b', 'europe-west1-c'], nodePools: [POOL] });
  expect(cluster.problems).toEqual([]);
  expect(userLine(cluster.trace)).toMatchObject(line);
});

test('zone for zones is one problem, and every other mistake is found beside it', () => {
  const cluster = gke(
    unchecked({ ...GKE, zone: ['europe-west1-b'], kubernetes: 1.36, capabilites: [], subnets: null }),
  );
  expect(cluster.problems).toEqual([
    {
      field: 'kubernetes',
      value: 1.36,
      message: 'kubernetes cannot be 1.36',
      expected: "'1.27' to '1.37'",
    },
    {
      field: 'subnets',
      value: null,
      message: 'subnets cannot be null',
      expected: '{ nodes, pods }',
    },
    {
      field: 'zone',
      message: "unknown property 'zone' (did you mean zones?)",
      expected: expect.stringMatching(/^one of kubernetes, zones, capabilities, /),
    },
    {
      field: 'capabilites',
      message: "unknown property 'capabilites' (did you mean capabilities?)",
      expected: expect.any(String),
    },
  ]);
});

test('what is refused has its default, so that the description is complete', () => {
  const wrong = unchecked<Parameters<typeof aks>[0]>({
    kubernetes: null,
    zones: 5,
    nodePools: {},
    groups: 7,
    gateway: 'alb',
  });
  expect(aks(wrong)).toMatchObject({
    kubernetes: '1.36',
    zones: [],
    capabilities: [],
    nodePools: [],
    subnets: {},
    groups: {},
    identities: {},
    sysadmins: [],
    plurals: {},
    scopes: {},
    provider: { name: 'aks' },
  });
  expect(fields(aks(wrong))).toEqual(['kubernetes', 'zones', 'nodePools', 'groups', 'region', 'gateway']);
});

test('a copy that a spread has changed is checked again; what its function refused is reported once', () => {
  const right = gke({ ...GKE, zones: ['europe-west1-b'] });
  expect(recheck(right)).toEqual(right);
  const copy = { ...right, kubernetes: '1.99', zone: [], zones: ['europe-west4-b'] } as const;
  expect(fields(recheck(copy))).toEqual(['kubernetes', 'zone', 'zones']);
  const refused = gke({ ...GKE, zones: ['europe-west4-b'] });
  expect(recheck(refused)).toBe(refused);
});

describe('a Kubernetes minor', () => {
  test.each(['1.27', '1.36', '1.37'])('%s is known', (minor) => {
    expect(isMinor(minor)).toBe(true);
    expect(conformant(unchecked({ kubernetes: minor })).problems).toEqual([]);
  });

  test.each([
    ['1.26', "'1.27' to '1.37'"],
    ['1.38', "'1.27' to '1.37'"],
    ['1.99', "'1.27' to '1.37'"],
    ['v1.36.2-eks', "'1.36'"],
    ['1.36.2', "'1.36'"],
    ['v1.99.0', "'1.27' to '1.37'"],
    ['latest', "'1.27' to '1.37'"],
  ])('%s is refused', (minor, expected) => {
    expect(isMinor(minor)).toBe(false);
    const message = 'unsupported Kubernetes version';
    expect(conformant(unchecked({ kubernetes: minor })).problems).toEqual([
      { field: 'kubernetes', value: minor, message, expected },
    ]);
  });
});

describe('zones', () => {
  test.each<[string, ClusterDescription, readonly string[], string]>([
    ['eks', eks({ ...AWS, zones: ['ap-south-1a', 'eu-west-1a'] }), ['eu-west-1a'], 'ap-south-1a'],
    ['eks, a zone id', eks({ ...AWS, zones: ['aps1-az1', 'ap-south-1b'] }), ['aps1-az1'], 'ap-south-1a'],
    ['aks', aks({ ...AZURE, zones: ['1', 'westeurope-2'] }), ['1'], 'westeurope-1'],
    ['gke', gke({ ...GKE, zones: ['europe-west1-b', 'europe-west4-b'] }), ['europe-west4-b'], 'europe-west1-b'],
  ])('of another region: %s', (name, { problems }, value, example) => {
    const [provider] = name.split(',');
    const message = expect.stringMatching(new RegExp(`^not zones of region .* on ${provider}$`));
    expect(problems).toEqual([{ field: 'zones', value, message, expected: `names such as ${example}` }]);
  });

  test('a local zone of AWS belongs to its region', () => {
    expect(fields(eks({ ...AWS, region: 'us-west-2', zones: ['us-west-2a', 'us-west-2-lax-1a'] }))).toEqual([]);
  });

  test('twice', () => {
    expect(conformant({ kubernetes: '1.36', zones: ['a', 'b', 'a'] }).problems).toMatchObject([
      { field: 'zones', message: 'a zone is listed twice' },
    ]);
  });
});

test('a capability that we do not know', () => {
  expect(conformant(unchecked({ kubernetes: '1.36', capabilities: ['keda', 'cert-manger'] })).problems).toMatchObject([
    {
      field: 'capabilities[1]',
      value: 'cert-manger',
      message: 'capabilities[1] cannot be the text "cert-manger" (did you mean cert-manager?)',
    },
  ]);
});

describe('a node pool', () => {
  const withPool = (change: object) =>
    gke(
      unchecked({
        ...GKE,
        zones: ['europe-west1-b', 'europe-west1-c', 'europe-west1-d'],
        nodePools: [{ ...POOL, ...change }],
      }),
    );

  test.each<[string, object, string]>([
    ['no CPU', { cpu: '0' }, 'cpu'],
    ['memory that is not a quantity', { memory: '14 GB' }, 'memory'],
    ['half a pod on a node', { pods: 0.5 }, 'pods'],
    ['no node', { nodesPerZone: { min: 0, max: 0 } }, 'nodesPerZone.max'],
    ['a fraction of a node', { nodesPerZone: { min: 0.5, max: 2 } }, 'nodesPerZone.min'],
    ['a minimum above the maximum', { nodesPerZone: { min: 3, max: 2 } }, 'nodesPerZone.min'],
    ['an upgrade of some nodes', { upgradesAtOnce: 1.5 }, 'upgradesAtOnce'],
    ['an upgrade of a fraction of a percent', { upgradesAtOnce: '1.5%' }, 'upgradesAtOnce'],
    ['no interface', { machine: { ...LARGE, interfaces: 0 } }, 'machine.interfaces'],
    [
      'an interface without places',
      { machine: { ...LARGE, addressesPerInterface: 1 } },
      'machine.addressesPerInterface',
    ],
    ['no core', { machine: { ...LARGE, cores: 0 } }, 'machine.cores'],
    ['headroom of nothing', { headroom: { pods: 0, cpu: '1', memory: '1Gi' } }, 'headroom.pods'],
    ['headroom that leaves a zone without', { headroom: { pods: 2, cpu: '1', memory: '1Gi' } }, 'headroom.pods'],
    ['a label of its zone', { labels: { 'topology.kubernetes.io/zone': 'z' } }, 'labels'],
    ['a label of its region', { labels: { 'topology.kubernetes.io/region': 'r' } }, 'labels'],
    ['a taint that forbids nothing', { taints: [{ key: 'a', effect: 'PreferNoSchedule' }] }, 'taints[0].effect'],
  ])('with %s is one problem, and no pool is planned', (_, change, field) => {
    const cluster = withPool(change);
    expect(fields(cluster)).toEqual([`nodePools[default].${field}`]);
    expect(cluster.nodePools).toEqual([]);
  });

  test.each<[string, object]>([
    ['a headroom of a pod in each zone', { headroom: { pods: 3, cpu: '1', memory: '1Gi' } }],
    [
      'a label and a taint without a value',
      { labels: { gpu: '' }, taints: [{ key: 'gpu', value: '', effect: 'NoExecute' }] },
    ],
  ])('not: %s', (_, change) => {
    expect(fields(withPool(change))).toEqual([]);
    expect(withPool(change).nodePools).toHaveLength(1);
  });
});

test.each([33, 7])('a subnet of /%i', (nodes) => {
  expect(fields(gke({ ...GKE, subnets: { nodes } }))).toEqual(['subnets.nodes']);
});

test.each([31, 7])('a block of /%i for the pods of a node', (nodePrefix) => {
  expect(fields(conformant({ kubernetes: '1.36', podNetwork: { nodePrefix } }))).toEqual(['podNetwork.nodePrefix']);
});

describe('groups', () => {
  test.each([null, 7, {}, { namespace: 'argocd' }, ''])('one that is %j', (id) => {
    const found = fields(eks(unchecked({ ...AWS, groups: { devs: id } })));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^groups\.devs/);
  });

  test('sysadmins without a subject; unknown while the groups are refused', () => {
    const group = { ops: 'ops' };
    expect(eks({ ...AWS, groups: group, sysadmins: ['ops'] }).problems).toEqual([]);
    expect(eks({ ...AWS, groups: group, sysadmins: ['op'] }).problems).toMatchObject([
      { field: 'sysadmins', value: 'op', message: 'group op has no subject' },
    ]);
    expect(fields(eks({ ...AWS, groups: { ops: 'system:masters' }, sysadmins: ['ops'] }))).toEqual(['sysadmins']);
    expect(fields(eks(unchecked({ ...AWS, group, sysadmins: ['ops'] })))).toEqual(['group']);
  });
});

describe('options of a provider', () => {
  test.each([
    ['left out', {}, 'gateway'],
    ['misspelt', { gateway: { albname: 'alb', albNamespace: 'alb' } }, 'gateway.albname'],
    ['half of it', { gateway: { albId: '/x' } }, 'gateway.albFrontend'],
    ['a text that means nothing', { gateway: 'alb' }, 'gateway'],
    ['nothing', { gateway: null }, 'gateway'],
  ])('the gateway of AKS, %s', (_, gateway, field) => {
    expect(fields(aks(unchecked({ region: 'westeurope', kubernetes: '1.36', ...gateway })))).toEqual([field]);
  });

  test('the network of pods, misspelt', () => {
    expect(eks(unchecked({ ...AWS, podNetwork: 'prefixs' })).problems).toMatchObject([
      { field: 'podNetwork', value: 'prefixs', expected: 'one of addresses, prefixes' },
    ]);
    expect(fields(aks(unchecked({ ...AZURE, podNetwork: 'overlai' })))).toEqual(['podNetwork']);
  });

  test('kubeadm without the class of its controller; not with one, not k3s', () => {
    const kubeadm = { distribution: 'kubeadm', kubernetes: '1.36' };
    expect(onPrem(unchecked(kubeadm)).problems).toMatchObject([{ field: 'ingressClass' }]);
    expect(fields(onPrem(unchecked({ ...kubeadm, ingressClass: 'cilium' })))).toEqual([]);
    expect(fields(onPrem({ distribution: 'k3s', kubernetes: '1.36' }))).toEqual([]);
  });

  test.each<[string, object, string]>([
    ['labels for podLabels', { namespace: 'traefik', labels: { app: 'traefik' } }, 'ingressController.labels'],
    ['labels that select every pod', { namespace: 'traefik', podLabels: {} }, 'ingressController.podLabels'],
  ])('the pods of a controller: %s', (_, ingressController, field) => {
    expect(fields(onPrem(unchecked({ distribution: 'k3s', kubernetes: '1.36', ingressController })))).toEqual([field]);
  });

  test.each<[string, object, string]>([
    ['a host', { cidrs: ['10.0.0.7/24'] }, 'ingressSource.cidrs[0]'],
    ['no address', { cidrs: [] }, 'ingressSource.cidrs'],
    ['nothing', {}, 'ingressSource'],
  ])('a source of ingress traffic that is %s', (_, ingressSource, field) => {
    expect(fields(conformant(unchecked({ kubernetes: '1.36', ingressSource })))).toEqual([field]);
  });

  test('subnets that are not CIDRs', () => {
    expect(fields(eks({ ...AWS, loadBalancerSubnets: ['10.0.0.7/24'] }))).toEqual(['loadBalancerSubnets[0]']);
    expect(fields(eks(unchecked({ ...AWS, nodeSubnets: '10.0.0.0/24' })))).toEqual(['nodeSubnets']);
    expect(fields(aks({ ...AZURE, gatewaySubnets: ['x'] }))).toEqual(['gatewaySubnets[0]']);
  });
});
