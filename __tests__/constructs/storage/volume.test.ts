// P13: volumes, and the class of storage that the environment's promise asks for.
import { type System, Volume } from '../../../lib/constructs';
import { aks, type ClusterDescription, conformant, gke } from '../../../lib/model';
import { at, errors, find, PRODUCTION, shop, TWO_ZONES } from '../../support/synthesis';

const NOTHING = { ...PRODUCTION, survives: { zones: 0, regions: 0 } };
const AKS = aks({
  region: 'westeurope',
  zones: ['westeurope-1', 'westeurope-2'],
  kubernetes: '1.36',
  gateway: 'application-gateway',
});
const GKE = gke({ region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: '1.36' });

const results = (system: System) => void new Volume(system, 'results', { size: '10Gi' });
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
