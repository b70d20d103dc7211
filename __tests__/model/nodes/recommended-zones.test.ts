// Six nodes over three zones are recommended: what a cluster has too little of.

import type { NodePool } from '../../../lib/model';
import { tooFewZones } from '../../../lib/model/nodes/recommended-zones';

const pool = (nodesPerZone: NodePool['nodesPerZone']): NodePool => ({
  name: 'general',
  cpu: '2',
  memory: '7Gi',
  pods: 29,
  nodesPerZone,
});
const ABC = ['a', 'b', 'c'];

test.each([
  ['a laptop, without zones', [], [pool({ min: 1, max: 1 })]],
  ['two in each of three', ABC, [pool({ min: 2, max: 2 })]],
  ['two of two pools', ABC, [pool({ min: 1, max: 2 }), pool({ min: 1, max: 2 })]],
  ['pools of single zones', ABC, ABC.map((zone) => pool({ [zone]: { min: 2, max: 4 } }))],
  ['pools that are not described', ABC, []],
])('enough: %s', (_, zones, nodePools) => {
  expect(tooFewZones({ zones, nodePools })).toBeUndefined();
});

test.each([
  ['two zones', ['a', 'b'], [pool({ min: 3, max: 3 })], { zones: 2, nodesInZone: 3 }],
  ['one zone, no pools', ['a'], [], { zones: 1 }],
  ['one node in each', ABC, [pool({ min: 1, max: 9 })], { zones: 3, nodesInZone: 1 }],
  ['no node in one', ABC, [pool({ a: { min: 3, max: 3 }, b: { min: 3, max: 3 } })], { zones: 3, nodesInZone: 0 }],
])('too few: %s', (_, zones, nodePools, found) => {
  expect(tooFewZones({ zones, nodePools })).toMatchObject(found);
});
