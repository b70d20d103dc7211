// The nodes of a cluster as its description has them: what pods may ask for, and what keeps them off.

import { nodesOf } from '../../../lib/analysis/scheduling/nodes';
import { tolerates, wantsNode } from '../../../lib/analysis/scheduling/terms';
import { type Cluster, conformant, eks, type JsonObject, type NodePool } from '../../../lib/model';

const POOL: NodePool = { name: 'general', cpu: '2', memory: '7Gi', pods: 29, nodesPerZone: { min: 1, max: 1 } };
const ZONES = ['ap-south-1a', 'ap-south-1b'];

const mumbai = (nodePools: readonly NodePool[]): Cluster => ({
  ...eks({ region: 'ap-south-1', zones: ZONES, kubernetes: '1.36', nodePools }),
  name: 'mumbai',
});

/** Names of the nodes that a pod with this node selector may have. */
const wanted = (cluster: Cluster, nodeSelector: Readonly<Record<string, string>>): string[] =>
  nodesOf(cluster, 'min')
    .filter((node) => wantsNode({ nodeSelector }, node))
    .map(({ name }) => name);

describe('labels that pods may ask for', () => {
  const arm: NodePool = { ...POOL, name: 'arm', labels: { 'kubernetes.io/arch': 'arm64' } };

  test('the region of the cluster, whether its pools are described or not', () => {
    expect(wanted(mumbai([POOL]), { 'topology.kubernetes.io/region': 'ap-south-1' })).toHaveLength(2);
    expect(wanted(mumbai([]), { 'topology.kubernetes.io/region': 'ap-south-1' })).toEqual(ZONES);
    expect(wanted(mumbai([POOL]), { 'topology.kubernetes.io/region': 'eu-west-1' })).toEqual([]);
  });

  test('those that a pool says, on its nodes alone', () => {
    const names = ['ap-south-1a-arm-1', 'ap-south-1b-arm-1'];
    expect(wanted(mumbai([POOL, arm]), { 'kubernetes.io/arch': 'arm64' })).toEqual(names);
    expect(wanted(mumbai([POOL, arm]), { 'eks.amazonaws.com/nodegroup': 'arm' })).toEqual(names);
    expect(wanted(mumbai([POOL]), { 'kubernetes.io/arch': 'arm64' })).toEqual([]);
  });

  test('a pool may have another operating system, and a cluster without a region its own word for it', () => {
    const labels = { 'kubernetes.io/os': 'windows', 'topology.kubernetes.io/region': 'cellar' };
    const cluster = { ...conformant({ kubernetes: '1.36', nodePools: [{ ...POOL, labels }] }), name: 'home' };
    expect(wanted(cluster, labels)).toEqual(['general-1']);
    expect(wanted(cluster, { 'kubernetes.io/os': 'linux' })).toEqual([]);
  });
});

test('taints of a pool keep off what does not tolerate them', () => {
  const gpu: NodePool = { ...POOL, name: 'gpu', taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] };
  const tolerated = (spec: JsonObject) =>
    nodesOf(mumbai([POOL, gpu]), 'min').filter(({ taints }) => taints.every((taint) => tolerates(spec, taint)));
  expect(tolerated({}).map(({ name }) => name)).toEqual(['ap-south-1a-general-1', 'ap-south-1b-general-1']);
  expect(tolerated({ tolerations: [{ key: 'gpu', operator: 'Exists' }] })).toHaveLength(4);
});
