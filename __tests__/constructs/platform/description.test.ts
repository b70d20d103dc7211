// Omissions and texts of a new user without a compiler: reported with the line and the expected value, never thrown.

import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { ExternalService, Platform, System, WebService } from '../../../lib/constructs';
import { aks, type ClusterDescription, eks, gke, onPrem, type Target } from '../../../lib/model';
import type { Finding } from '../../../lib/model/finding/finding';

import { synthesize } from '../../../lib/synth/synthesize';
import { PRODUCTION, SUBNETS, shop, WEB } from '../../support/synthesis';
import { unchecked } from '../../support/unchecked';

// what JavaScript, or a type-stripping runner, lets through

const AWS = { region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: '1.36', ...SUBNETS } as const;
const AZURE = { region: 'westeurope', kubernetes: '1.36', gatewaySubnets: ['10.0.0.0/24'] } as const;
const GATEWAY = { albName: 'alb', albNamespace: 'alb' };
const POOL = { name: 'default', cpu: '3900m', memory: '13Gi', pods: 110, nodesPerZone: { min: 2, max: 15 } };
const ONE = { pods: 1, cpu: '1', memory: '1Gi' };

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

describe('a refused part of a cluster is one finding at the line that wrote it, and nothing follows from it', () => {
  const GKE = { region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' } as const;
  const { zones, ...unzoned } = GKE;
  const right = { ...AZURE, zones: ['westeurope-1', 'westeurope-2'], gateway: GATEWAY };
  const developers = { access: { devs: 'viewer' } };

  test.each<[string, () => ClusterDescription, string, object?]>([
    ['zone for zones', () => gke(unchecked({ ...unzoned, zone: zones })), 'zone'],
    ['a text for zones', () => gke(unchecked({ ...GKE, zones: 'europe-west1-b' })), 'zones'],
    ['zones of another region', () => gke({ ...GKE, zones: ['europe-west1-b', 'europe-west4-b'] }), 'zones'],
    ['a misspelt region', () => gke(unchecked({ zones, kubernetes: '1.36', regio: 'europe-west1' })), 'regio'],
    ['an unknown minor', () => gke(unchecked({ ...GKE, kubernetes: '1.99' })), 'kubernetes'],
    ['a misspelt key', () => eks(unchecked({ ...AWS, capabilites: ['keda'] })), 'capabilites'],
    ['an unknown capability', () => eks(unchecked({ ...AWS, capabilities: ['kda'] })), 'capabilities[0]'],
    ['no gateway', () => aks(unchecked({ ...right, gateway: undefined })), 'gateway'],
    [
      'a misspelt gateway',
      () => aks(unchecked({ ...right, gateway: { albNme: 'alb', albNamespace: 'alb' } })),
      'gateway.albNme',
    ],
    ['a misspelt network', () => aks(unchecked({ ...right, podNetwork: 'overlai' })), 'podNetwork'],
    [
      'kubeadm without a class',
      () => onPrem(unchecked({ distribution: 'kubeadm', kubernetes: '1.36', zones: ['a', 'b'] })),
      'ingressClass',
    ],
    ['a text for subnets', () => eks(unchecked({ ...AWS, loadBalancerSubnets: '10.0.0.0/24' })), 'loadBalancerSubnets'],
    ['a group of another type', () => eks(unchecked({ ...AWS, groups: { devs: 7 } })), 'groups.devs', developers],
    ['misspelt groups', () => eks(unchecked({ ...AWS, group: { devs: 'devs' } })), 'group', developers],
    [
      'a misspelt pool',
      () => aks({ ...right, nodePools: unchecked([{ ...POOL, headrom: {} }]) }),
      'nodePools[default].headrom',
    ],
    ['no pool', () => aks({ ...right, nodePools: unchecked([null]) }), 'nodePools[0]'],
    [
      'a pool of texts',
      () => aks({ ...right, nodePools: [{ ...POOL, pods: unchecked('110') }] }),
      'nodePools[default].pods',
    ],
    [
      'too little headroom',
      () => aks({ ...right, podNetwork: 'overlay', nodePools: [{ ...POOL, headroom: ONE }] }),
      'nodePools[default].headroom.pods',
    ],
  ])('%s', (_, cluster, field, environment = {}) => {
    expect(only(described(cluster(), environment))).toMatchObject({ rule: 'input', field: `clusters.home.${field}` });
  });

  test('what its systems have of their own is reported as well', () => {
    const cluster = eks(unchecked({ ...AWS, capabilites: [] }));
    const { findings } = shop((system) => void new WebService(system, 'web', { ...WEB, port: 0 }), { cluster });
    expect(findings.map(({ field }) => field)).toEqual(['clusters.mumbai.capabilites', 'port']);
  });
});

describe('a list that is a text', () => {
  test.each([
    ['credentials.keys', { credentials: { secret: 'shop-db', keys: 'password' } }, 'password'],
    ['cidrs', { cidrs: '10.0.0.0/8' }, '10.0.0.0/8'],
  ])('%s of an external service', (field, props, value) => {
    const { findings } = shop((system) => {
      const database = new ExternalService(system, 'db', { host: 'db.example', port: 1, ...unchecked<object>(props) });
      new WebService(system, 'web', WEB).connectTo(database);
    });
    expect(only(findings)).toMatchObject({ rule: 'input', field, value });
  });

  test('hosts that are neither a text nor a list', () => {
    const { findings } = shop((system) => void new WebService(system, 'web', WEB).exposeAt(unchecked<string>(7)));
    expect(findings).toMatchObject([{ rule: 'input', field: 'exposeAt.hosts', value: 7 }]);
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

test('a missing source of ingress traffic names the option of the cluster', () => {
  expect(only(described(eks({ ...AWS, loadBalancerSubnets: [] })))).toMatchObject({
    rule: 'ingress-source',
    construct: 'home/shop-production/web',
    field: 'exposeAt',
    message: 'the source of ingress traffic is unknown',
    expected: expect.stringMatching(/^in clusters\.home, loadBalancerSubnets: /),
  });
});
