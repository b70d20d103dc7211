// Omissions and texts of a new user without a compiler: reported with the line and the expected value, never thrown.

import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { ExternalService, Platform, System, WebService } from '../../../lib/constructs';
import { aks, type ClusterDescription, conformant, eks, gke, onPrem, type Target } from '../../../lib/model';
import type { Finding } from '../../../lib/model/finding/finding';

import { synthesize } from '../../../lib/synth/synthesize';
import { PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

// what JavaScript, or a type-stripping runner, lets through

const AWS = { region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', ...SUBNETS } as const;
const AZURE = { region: 'westeurope', kubernetes: '1.36', gatewaySubnets: ['10.0.0.0/24'] } as const;
const GATEWAY = { albName: 'alb', albNamespace: 'alb' };

class Shop extends System {
  constructor(scope: Construct, target: Target<object>) {
    super(scope, 'shop', target);
    new WebService(this, 'web', { ...WEB, image: this.image('web') }).exposeAt('shop.example');
  }
}

/** Errors of a platform whose every system is right: all that is wrong is its description. */
function described(cluster: ClusterDescription, environment: object = PRODUCTION): readonly Finding[] {
  const environments = { production: unchecked<typeof PRODUCTION>({ ...PRODUCTION, ...environment }) };
  const platform = new Platform({
    home: 'home',
    clusters: { home: cluster },
    environments,
    images: { shop: { production: '1' } },
  });
  return synthesize(platform.place(Shop, { production: { on: 'home', settings: {} } }).app(), check).findings;
}

/** The one finding, with the file of this test as its place. */
function only(findings: readonly Finding[]): Finding {
  const [finding, ...more] = findings;
  expect(more).toEqual([]);
  expect(finding?.source?.file).toBe('__tests__/constructs/platform/description.test.ts');
  if (finding === undefined) throw new Error('nothing was found');
  return finding;
}

test('a valid description has no findings', () => {
  expect(described(eks(AWS))).toEqual([]);
  expect(described(aks({ ...AZURE, zones: ['westeurope-1', 'westeurope-2'], gateway: GATEWAY }))).toEqual([]);
  const gateway = { albId: '/subscriptions/x', albFrontend: 'front' };
  expect(described(aks({ ...AZURE, zones: ['westeurope-1', 'westeurope-2'], gateway }))).toEqual([]);
  expect(
    described(gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' })),
  ).toEqual([]);
});

describe('options of a provider', () => {
  test.each([
    ['left out', undefined],
    ['misspelt', { albname: 'alb', albNamespace: 'alb' }],
    ['a text that means nothing', 'alb'],
    ['nothing', null],
  ])('the gateway of AKS, %s', (_, gateway) => {
    const props = unchecked<Parameters<typeof aks>[0]>({ ...AZURE, gateway });
    expect(only(described(aks(props), { survives: { zones: 0, regions: 0 } }))).toMatchObject({
      rule: 'cluster-option',
      field: 'clusters.home.gateway',
      expected: expect.stringContaining("'application-gateway'"),
    });
  });

  test.each<[string, (network: string) => ClusterDescription, string]>([
    ['AKS', (podNetwork) => aks(unchecked({ ...AZURE, gateway: 'application-gateway', podNetwork })), "'overlay' or "],
    [
      'EKS',
      (podNetwork) => eks(unchecked({ region: 'ap-south-1', zones: [], kubernetes: '1.36', podNetwork })),
      "'addresses' or ",
    ],
  ])('the network of pods on %s, misspelt', (_, cluster, expected) => {
    expect(only(described(cluster('overlai'), { survives: { zones: 0, regions: 0 } }))).toMatchObject({
      rule: 'cluster-option',
      field: 'clusters.home.podNetwork',
      value: 'overlai',
      expected: expect.stringContaining(expected),
    });
  });

  test('the class of a controller on kubeadm', () => {
    const props = unchecked<Parameters<typeof onPrem>[0]>({ distribution: 'kubeadm', kubernetes: '1.36' });
    expect(only(described(onPrem(props), { survives: { zones: 0, regions: 0 } }))).toMatchObject({
      rule: 'cluster-option',
      field: 'clusters.home.ingressClass',
    });
  });
});

test('the pods of a controller on premises', () => {
  const ingressController = unchecked<{ namespace: string; podLabels: Record<string, string> }>({
    namespace: 'traefik',
    labels: { app: 'traefik' },
  });
  const cluster = onPrem({ distribution: 'k3s', kubernetes: '1.36', ingressController });
  expect(only(described(cluster, { survives: { zones: 0, regions: 0 } }))).toMatchObject({
    rule: 'cluster-option',
    field: 'clusters.home.ingressController',
  });
});

describe('a list that is a text', () => {
  test.each([
    ['zones', 'ap-south-1a,ap-south-1b'],
    ['capabilities', 'keda'],
    ['nodePools', 'default'],
    ['sysadmins', 'team'],
  ])('%s of a cluster', (name, value) => {
    const props = unchecked<Parameters<typeof eks>[0]>({ ...AWS, [name]: value });
    expect(only(described(eks(props)))).toMatchObject({
      rule: 'list',
      field: `clusters.home.${name}`,
      value,
      expected: `a list: ${name}: […]`,
    });
  });

  test.each([
    ['credentials.keys', { credentials: { secret: 'shop-db', keys: 'password' } }, 'password'],
    ['cidrs', { cidrs: '10.0.0.0/8' }, '10.0.0.0/8'],
  ])('%s of an external service', (field, props, value) => {
    const { findings } = shop((system) => {
      const database = new ExternalService(system, 'db', { host: 'db.example', port: 1, ...unchecked<object>(props) });
      new WebService(system, 'web', WEB).connectTo(database);
    });
    expect(only(findings)).toMatchObject({ rule: 'list', field, value });
  });

  test('hosts that are neither a text nor a list', () => {
    const { findings } = shop((system) => void new WebService(system, 'web', WEB).exposeAt(unchecked<string>(7)));
    expect(findings.map(({ rule }) => rule)).toEqual(['exposure-hosts', 'ingress-path']);
  });
});

describe('an invalid node pool is reported with its key, next to the errors of the systems', () => {
  const POOL = { name: 'default', cpu: '3900m', memory: '13Gi', pods: 110, nodesPerZone: { min: 2, max: 15 } };
  const { nodesPerZone, ...bare } = POOL;

  /** Errors of a platform whose system has one of its own: a port that is none. */
  function beside(...nodePools: readonly unknown[]): string[] {
    const props = unchecked<Parameters<typeof aks>[0]>({
      ...AZURE,
      zones: ['westeurope-1', 'westeurope-2'],
      gateway: GATEWAY,
    });
    const cluster = aks({ ...props, podNetwork: 'overlay', nodePools: unchecked(nodePools) });
    const { findings } = shop((system) => void new WebService(system, 'web', { ...WEB, port: 0 }), { cluster });
    const found = findings.filter(({ severity }) => severity === 'error').map(({ rule, field }) => `${rule} ${field}`);
    expect(found).toContain('port-range /spec/template/spec/containers/0/ports/0/containerPort');
    return found
      .filter((one) => !one.startsWith('port-range'))
      .map((one) => one.replace('clusters.mumbai.nodePools', ''));
  }

  test.each<[string, unknown, string[]]>([
    ['right', POOL, []],
    [
      'nodesPerZones',
      { ...bare, nodesPerZones: nodesPerZone },
      ['node-pool [default].nodesPerZone', 'node-pool [default].nodesPerZones'],
    ],
    ['a misspelt headroom', { ...POOL, headrom: {} }, ['node-pool [default].headrom']],
    ['a key within', { ...POOL, nodesPerZone: { min: 1, max: 2, most: 3 } }, ['node-pool [default].nodesPerZone.most']],
    ['no nodes', bare, ['node-pool [default].nodesPerZone']],
    [
      'texts',
      { ...POOL, nodesPerZone: { min: '1', max: '2' } },
      ['node-pool [default].nodesPerZone.max', 'node-pool [default].nodesPerZone.min'],
    ],
    ['nothing', null, ['node-pool [0]']],
    ['no machine', { ...POOL, machine: null }, ['node-pool [default].machine']],
    ['no headroom', { ...POOL, headroom: null }, ['headroom [default].headroom']],
    ['an upgrade of nothing', { ...POOL, upgradesAtOnce: null }, ['node-pool [default].upgradesAtOnce']],
    [
      'a headroom of another key',
      { ...POOL, headroom: { pods: 2, cpu: '1', memory: '1Gi', images: 'x' } },
      ['headroom [default].headroom.images'],
    ],
  ])('%s', (_, pool, expected) => {
    expect(beside(pool)).toEqual(expected);
  });
});

test.each([
  ['weights', { traffic: null }, 'input production.traffic'],
  ['groups of the placement', { access: 'viewer' }, 'input production.access'],
])('invalid %s', (_, placement, expected) => {
  const clusters = { home: eks(AWS) };
  const app = new Platform({
    home: 'home',
    clusters,
    environments: { production: PRODUCTION },
    images: { shop: { production: '1' } },
  })
    .place(Shop, { production: unchecked({ on: 'home', settings: {}, ...placement }) })
    .app();
  expect(synthesize(app, check).findings.map(({ rule, field }) => `${rule} ${field}`)).toContain(expected);
});

test.each([null, 7, {}, { namespace: 'argocd' }])('a group that is %j has no subject', (id) => {
  const cluster = eks({ ...AWS, groups: unchecked({ devs: id }) });
  expect(described(cluster, { access: { devs: 'viewer' } }).map(({ rule }) => rule)).toContain('group-subject');
});

test.each([
  ['left out', undefined, 'survives'],
  ['a number', 1, 'survives'],
  ['half of it', { zones: 1 }, 'survives.regions'],
])('survives of an environment, %s, is reported once', (_, survives, field) => {
  expect(only(described(eks(AWS), { survives }))).toMatchObject({
    rule: 'input',
    field: `environments.production.${field}`,
  });
});

describe('zones and their region', () => {
  const kubernetes = '1.36';
  test.each<[string, ClusterDescription, readonly string[], string]>([
    ['eks', eks({ ...AWS, zones: ['ap-south-1a', 'eu-west-1a'] }), ['eu-west-1a'], 'ap-south-1a'],
    ['eks, a zone id', eks({ ...AWS, zones: ['aps1-az1', 'ap-south-1b'] }), ['aps1-az1'], 'ap-south-1a'],
    [
      'eks, a name of no form',
      eks({ ...AWS, zones: ['ap-south-1-a', 'ap-south-1b'] }),
      ['ap-south-1-a'],
      'ap-south-1a',
    ],
    [
      'aks, by their numbers',
      aks({ ...AZURE, zones: unchecked([1, 2]), gateway: GATEWAY }),
      unchecked([1, 2]),
      'westeurope-1',
    ],
    ['aks', aks({ ...AZURE, zones: ['1', 'westeurope-2'], gateway: GATEWAY }), ['1'], 'westeurope-1'],
    [
      'gke',
      gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west4-b'], kubernetes }),
      ['europe-west4-b'],
      'europe-west1-b',
    ],
  ])('%s', (_, cluster, value, example) => {
    expect(only(described(cluster))).toMatchObject({
      rule: 'zone-region',
      field: 'clusters.home.zones',
      value,
      expected: `names such as ${example}`,
    });
  });

  test('a local zone of AWS belongs to its region', () => {
    expect(described(eks({ ...AWS, region: 'us-west-2', zones: ['us-west-2a', 'us-west-2-lax-1a'] }))).toEqual([]);
  });
});

describe('a missing source of ingress traffic names the option of the cluster', () => {
  test.each<[string, ClusterDescription, string, string]>([
    ['not given', eks({ ...AWS, loadBalancerSubnets: [] }), 'is unknown', 'loadBalancerSubnets'],
    [
      'a host',
      eks({ ...AWS, loadBalancerSubnets: ['10.0.0.7/24'] }),
      '"10.0.0.7/24" in loadBalancerSubnets',
      'loadBalancerSubnets',
    ],
    ['a text', eks({ ...AWS, loadBalancerSubnets: unchecked('10.0.0.0/24') }), 'must be a list', 'loadBalancerSubnets'],
    [
      'on AKS',
      aks({ ...AZURE, zones: ['westeurope-1', 'westeurope-2'], gateway: GATEWAY, gatewaySubnets: ['x'] }),
      '"x" in gatewaySubnets',
      'gatewaySubnets',
    ],
    [
      'said by the user',
      conformant({ kubernetes: '1.36', zones: ['a', 'b'], ingressSource: { cidrs: ['10.0.0.7/24'] } }),
      'neither pods nor addresses',
      'ingressSource',
    ],
  ])('%s', (_, cluster, message, option) => {
    expect(only(described(cluster))).toMatchObject({
      rule: 'ingress-source',
      construct: 'home/shop-production/web',
      field: 'exposeAt',
      message: expect.stringContaining(message),
      expected: expect.stringMatching(new RegExp(`^in clusters\\.home, ${option}: `)),
    });
  });
});
