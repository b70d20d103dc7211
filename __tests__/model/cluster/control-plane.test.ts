// Where the control plane of a cluster runs, and which zones it survives.

import {
  aks,
  type ClusterDescription,
  conformant,
  eks,
  eksAuto,
  gke,
  local,
  type OnPremProps,
  onPrem,
} from '../../../lib/model';
import { answersWithout, controlPlaneInWords, zonesSurvived } from '../../../lib/model/cluster/zones';

const KUBERNETES = '1.36';
const AZURE = { region: 'westeurope', kubernetes: KUBERNETES, gateway: 'application-gateway' } as const;
const GOOGLE = { region: 'europe-west1', zones: ['europe-west1-b', 'europe-west1-c'], kubernetes: KUBERNETES } as const;
const AWS = { region: 'ap-south-1', zones: ['ap-south-1a', 'ap-south-1b'], kubernetes: KUBERNETES } as const;

const own = (nodes: number | Readonly<Record<string, number>>, zones: readonly string[] = ['a', 'b', 'c']) =>
  onPrem({ distribution: 'k3s', kubernetes: KUBERNETES, zones, controlPlane: { nodes } });

const survived = ({ provider: { controlPlane } }: ClusterDescription): number | undefined =>
  controlPlane === undefined ? undefined : zonesSurvived(controlPlane);

test.each([
  ['eks', eks(AWS), 1],
  ['eksAuto', eksAuto(AWS), 1],
  ['aks with zones', aks({ ...AZURE, zones: ['westeurope-1', 'westeurope-2'] }), 1],
  ['aks without zones: the region may have none', aks(AZURE), undefined],
  ['gke', gke(GOOGLE), undefined],
  ['gke, regional', gke({ ...GOOGLE, controlPlane: 'regional' }), 1],
  ['gke, zonal', gke({ ...GOOGLE, controlPlane: 'zonal' }), 0],
  ['onPrem', onPrem({ distribution: 'k3s', kubernetes: KUBERNETES }), undefined],
  ['local', local({ kubernetes: KUBERNETES }), undefined],
  ['conformant', conformant({ kubernetes: KUBERNETES }), undefined],
])('%s survives the loss of zones: %#', (_, cluster, zones) => {
  expect(cluster.problems).toEqual([]);
  expect(survived(cluster)).toBe(zones);
});

describe('more than half of the members of etcd must be left', () => {
  test.each([
    [{ a: 1, b: 1, c: 1 }, 1],
    [{ a: 2, b: 2, c: 1 }, 1],
    [{ a: 3, b: 1, c: 1 }, 0],
    [{ a: 1, b: 1 }, 0],
    [{ a: 2, b: 1 }, 0],
    [{ a: 3 }, 0],
    [{ a: 1, b: 1, c: 1, d: 1, e: 1 }, 2],
    [1, 0],
  ])('%j', (nodes, zones) => {
    expect(survived(own(nodes, typeof nodes === 'number' ? [] : undefined))).toBe(zones);
  });

  test('which zone is lost decides, and one without members takes none', () => {
    const { controlPlane } = own({ a: 2, b: 1 }).provider;
    expect(controlPlane).toBeDefined();
    if (controlPlane === undefined) return;
    expect(['a', 'b', 'c'].map((zone) => answersWithout(controlPlane, [zone]))).toEqual([false, true, true]);
    expect(controlPlaneInWords(controlPlane)).toBe('3 nodes (a 2, b 1)');
  });
});

test('a witness in a zone of its own is accepted', () => {
  expect(own({ a: 1, b: 1, witness: 1 }, ['a', 'b']).problems).toEqual([]);
});

describe('refused', () => {
  test.each([
    ['a number, where the cluster has zones', own(3), 'controlPlane.nodes is 3, but the cluster has zones'],
    ['zones, where the cluster has none', own({ a: 1 }, []), 'the cluster declares no zones'],
    ['no zone', own({}), 'no zone has nodes'],
  ])('%s', (_, { problems }, message) => {
    expect(problems).toEqual([expect.objectContaining({ field: 'controlPlane.nodes', message })]);
  });

  test('no node, and half a node', () => {
    expect(own({ a: 0, b: 0.5 }).problems.map(({ field }) => field)).toEqual([
      'controlPlane.nodes.a',
      'controlPlane.nodes.b',
    ]);
  });

  test('a provider that runs its own takes no nodes', () => {
    const props = { ...AWS, controlPlane: { nodes: 3 } };
    expect(eks(props).problems.map(({ field }) => field)).toEqual(['controlPlane']);
  });
});

test('a copy of a cluster is judged by its own zones', () => {
  const cluster = own({ a: 1, b: 1, c: 1 });
  const props: OnPremProps = { distribution: 'k3s', kubernetes: KUBERNETES, controlPlane: { nodes: { a: 1 } } };
  expect(cluster.problems).toEqual([]);
  expect(onPrem(props).problems).toHaveLength(1);
});
