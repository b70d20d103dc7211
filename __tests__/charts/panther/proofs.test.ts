// What the proofs on simulated nodes take from Panther Clinic: the nodes of its pool, and the growth that its headroom is for.
import { growthOf } from '../../../e2e/manifests/derivations';
import { type Deployment, readManifests } from '../../../e2e/manifests/manifests';
import { BOOKING, CLINIC, deploymentOf, HEADROOM, nodesInZone, POOL } from '../../../e2e/world/panther';
import { nodeLoads } from '../../../lib/constructs/platform/nodes';
import { System } from '../../../lib/constructs/system/system';
import { deriveProviderPlan } from '../../../lib/model/nodes/node-plan';
import { synthesize } from '../../../lib/synth/synthesize';
import { app } from '../../../main';

const manifests = readManifests(CLINIC);
const booking = deploymentOf(manifests, BOOKING);
const headroom = { deployment: deploymentOf(manifests, HEADROOM), pods: 9 };

function northEurope() {
  const found = app.node.findAll().filter(System.isSystem);
  const cluster = found.map(({ target }) => target.cluster).find(({ name }) => name === 'northeurope');
  if (cluster === undefined) throw new Error('there is no northeurope');
  return cluster;
}

describe('P2: headroom on nodes that are full', () => {
  test('the nodes are those of the platform', () => {
    const { zones, nodePools } = northEurope();
    expect(nodePools).toHaveLength(1);
    expect(nodePools[0]).toMatchObject({ cpu: POOL.cpu, memory: POOL.memory, pods: 110 });
    expect(zones).toEqual(POOL.zones);
  });

  test('as many as the provider plan wants off peak, and the fewest that the pool has', () => {
    const cluster = northEurope();
    const load = nodeLoads(app, synthesize(app, () => []).entries).find((one) => one.cluster === 'northeurope');
    if (load === undefined) throw new Error('nothing runs on northeurope');
    const planned = (workloads: typeof load.input.workloads) =>
      deriveProviderPlan({ ...load.input, workloads }).plan?.pools[0]?.offPeak.value;
    const nodes = nodesInZone([{ deployment: booking, pods: 9 }]) + nodesInZone([headroom]);
    expect(nodes).toBe(planned(load.input.workloads.filter(({ name }) => name === 'panther-clinic/booking')));
    // the parts of the platform, which the simulated nodes do not run, take one more in each zone
    expect(planned(load.input.workloads)).toBe(nodes + 1);
    expect(cluster.nodePools[0]?.nodesPerZone.min).toBe(nodes + 1);
  });

  test('three pods of two cores on a node: growth needs a node more in each zone', () => {
    expect(growthOf(manifests)).toEqual({ min: 9, pods: 8 });
    expect([9, 10, 17, 19].map((pods) => nodesInZone([{ deployment: booking, pods }]))).toEqual([1, 2, 2, 3]);
  });

  test('pods without requests are an error', () => {
    const [container] = booking.spec.template.spec.containers;
    if (container === undefined) throw new Error('no container');
    const { resources: _, ...bare } = container;
    const { template } = booking.spec;
    const deployment: Deployment = {
      ...booking,
      spec: { ...booking.spec, template: { ...template, spec: { ...template.spec, containers: [bare] } } },
    };
    expect(() => nodesInZone([{ deployment, pods: 9 }])).toThrow('requests of one container are needed');
    expect(() => deploymentOf(manifests, { ...BOOKING, name: 'absent' })).toThrow(
      'no Deployment panther-clinic/absent',
    );
  });
});
