// P13: volumes, and the class of storage that the environment's promise asks for.
import type { Construct } from 'constructs';
import { check } from '../../../lib/checks';
import { type Claim, Platform, StatefulService, System, Volume } from '../../../lib/constructs';
import { aks, type ClusterDescription, conformant, gke, type Target } from '../../../lib/model';
import { synthesize } from '../../../lib/synth/synthesize';
import { at, errors, find, PRODUCTION, shop, TWO_ZONES } from '../../support/synthesis';

const NOTHING = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
const AKS = aks({
  region: 'westeurope',
  zones: ['westeurope-1', 'westeurope-2'],
  kubernetes: '1.36',
  gateway: 'application-gateway',
});
const GKE = gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' });

const noBackup = 'it can be made again';
const results = (system: System) => void new Volume(system, 'results', { size: '10Gi', noBackup });
const classOf = (synthesis: ReturnType<typeof shop>) =>
  at(find(synthesis, 'PersistentVolumeClaim', 'results'), 'spec', 'storageClassName');

test.each<[string, ClusterDescription, string]>([
  ['AKS', AKS, 'Premium_ZRS'],
  ['GKE', GKE, 'regional-pd'],
])('%s: it is in several zones where the environment survives one, and is kept', (_, cluster, kind) => {
  const found = shop(results, { cluster });
  expect(errors(found)).toEqual([]);
  expect(classOf(found)).toBe('zone-redundant-retain');
  const storage = find(found, 'StorageClass', 'zone-redundant-retain');
  expect(storage).toMatchObject({
    reclaimPolicy: 'Retain',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  });
  expect(JSON.stringify(storage.parameters)).toContain(kind);
});

test('without a promise it is in one zone, and is deleted with its claim', () => {
  const found = shop(results, { cluster: AKS, environment: NOTHING });
  expect(classOf(found)).toBe('one-zone-delete');
  expect(find(found, 'StorageClass', 'one-zone-delete')).toMatchObject({
    parameters: { skuName: 'Premium_LRS' },
    reclaimPolicy: 'Delete',
  });
});

test('on EKS no volume survives a zone: refused without a reason', () => {
  expect(errors(shop(results, { cluster: TWO_ZONES }))).toEqual(['volume-zones oneZone']);
  const oneZone = 'a report of a test, which is made again';
  const found = shop((system) => void new Volume(system, 'results', { size: '10Gi', oneZone }), { cluster: TWO_ZONES });
  expect(errors(found)).toEqual([]);
  expect(classOf(found)).toBe('one-zone-retain');
  const claim = find(found, 'PersistentVolumeClaim', 'results');
  expect(at(claim, 'metadata', 'annotations', 'evenkeel.dev/one-zone')).toBe(oneZone);
});

const losing = (zones: number, regions = 0) => ({ ...PRODUCTION, survives: { zones, regions } });

test.each<[string, ClusterDescription]>([
  ['AKS', AKS],
  ['GKE', GKE],
])('%s: a volume in several zones survives the loss of one, not of two', (_, cluster) => {
  expect(shop(results, { cluster, environment: losing(1) }).findings).toEqual([]);
  expect(shop(results, { cluster, environment: losing(2) }).findings).toMatchObject([
    {
      rule: 'volume-zones',
      severity: 'error',
      field: 'oneZone',
      message: expect.stringMatching(/must survive losing 2 zones, but a volume of (aks|gke) survives losing 1$/),
      expected: expect.stringContaining('survives.zones: 1'),
    },
  ]);
});

test('the default class of a cluster without a profile of storage may be in one zone: a warning without a reason', () => {
  const cluster = conformant({ kubernetes: '1.36', zones: ['a', 'b', 'c'] });
  expect(shop(results, { cluster }).findings).toMatchObject([
    { rule: 'volume-zones', severity: 'warning', message: expect.stringContaining('the default class') },
  ]);
  const oneZone = 'a report of a test, which is made again';
  expect(
    shop((system) => void new Volume(system, 'results', { size: '10Gi', oneZone, noBackup }), { cluster }).findings,
  ).toEqual([]);
});

describe('a volume is in one region, and the environment survives the loss of one', () => {
  const east = aks({
    region: 'northeurope',
    zones: ['northeurope-1', 'northeurope-2'],
    kubernetes: '1.36',
    gateway: 'application-gateway',
  });
  const inTwoRegions = (build: (system: System) => void) => {
    class Shop extends System {
      constructor(scope: Construct, target: Target<object>) {
        super(scope, 'shop', target);
        build(this);
      }
    }
    const clusters = { west: AKS, east };
    const app = new Platform({ home: 'west', clusters, environments: { production: losing(1, 1) }, images: {} })
      .place(Shop, { production: { on: ['west', 'east'], settings: {} } })
      .app();
    return synthesize(app, check);
  };
  const oneRegion = 'copied to the other region every minute';
  const stateful = (claim: Claim) => (system: System) =>
    void new StatefulService(system, 'cart', {
      image: 'registry.example/shop/cart:1',
      port: { port: 6379, protocol: 'tcp' },
      resources: { cpu: '100m', memory: '64Mi' },
      probes: { bootSeconds: 10, readiness: { tcp: true } },
      claims: { '/data': claim },
      size: { replicas: 2 },
    });

  test('refused without a reason, on each cluster', () => {
    const refused = inTwoRegions(results);
    expect(errors(refused)).toEqual(['volume-regions oneRegion', 'volume-regions oneRegion']);
    expect(refused.findings[0]).toMatchObject({
      source: { file: expect.stringContaining('volume.test.ts') },
      message: 'production must survive losing 1 region, but a volume is in one',
      expected: expect.stringMatching(/^oneRegion: /),
    });
    const field = 'claims["/data"].oneRegion';
    expect(errors(inTwoRegions(stateful({ size: '1Gi' })))).toEqual([
      `volume-regions ${field}`,
      `volume-regions ${field}`,
    ]);
  });

  test('the reason is kept', () => {
    const volume = inTwoRegions((system) => void new Volume(system, 'results', { size: '1Gi', oneRegion }));
    const set = inTwoRegions(stateful({ size: '1Gi', oneRegion }));
    expect([...errors(volume), ...errors(set)]).toEqual([]);
    for (const object of [find(volume, 'PersistentVolumeClaim', 'results'), find(set, 'StatefulSet', 'cart')]) {
      expect(at(object, 'metadata', 'annotations', 'evenkeel.dev/one-region')).toBe(oneRegion);
    }
  });
});

test('two volumes have one class, in the file of the cluster', () => {
  const two = (system: System) => {
    results(system);
    new Volume(system, 'more', { size: '1Gi' });
  };
  const found = shop(two, { cluster: AKS });
  expect(errors(found)).toEqual([]);
  const [storage, ...others] = found.objects.filter(({ entry }) => entry.identity.kind === 'StorageClass');
  expect(others).toEqual([]);
  expect(storage?.file).toBe('00-cluster.yaml');
});

test('without a profile of storage it is the cluster’s default class', () => {
  const found = shop(results, { cluster: conformant({ kubernetes: '1.36' }), environment: NOTHING });
  expect(errors(found)).toEqual([]);
  expect(classOf(found)).toBeUndefined();
});
