// Growth against headroom: the derived line is always enough, and less than the sums never is.
import type { NodePool } from '../../../lib/model';
import { balanceHeadroom, type Growth } from '../../../lib/model/nodes/headroom-balance';
import { seeded } from '../../support/random';

const pool = (headroom?: NodePool['headroom']): NodePool => ({
  name: 'default',
  cpu: '8',
  memory: '32Gi',
  pods: 110,
  nodesPerZone: { min: 1, max: 9 },
  ...(headroom === undefined ? {} : { headroom }),
});
const growth = (pods: number, cpu: string, memory: string, name = 'web'): Growth => ({
  name,
  cpu,
  memory,
  pods: { value: pods, because: `${pods} pods as measured` },
});

test('sums over workloads and over pools, each with its parts', () => {
  const held = { pods: 3, cpu: '2', memory: '1Gi' };
  const balance = balanceHeadroom([pool(held), { ...pool(held), name: 'other' }], 3, [
    growth(4, '1500m', '512Mi'),
    growth(2, '250m', '1Gi', 'jobs'),
    growth(0, '64', '64Gi', 'still'),
  ]);
  expect(balance?.wanted).toEqual({
    pods: 6,
    cpu: '6500m',
    memory: '4Gi',
    because:
      'web 4 pods of 1500m CPU and 512Mi (4 pods as measured) + jobs 2 pods of 250m CPU and 1Gi (2 pods as measured) = 6500m CPU and 4Gi',
  });
  expect(balance?.held).toMatchObject({ pods: 6, cpu: '12', memory: '6Gi' });
  expect(balance?.short).toEqual([]);
});

test('the sums are less than the need of each zone (docs/capacity.md)', () => {
  const growing = [growth(8, '2', '1Gi'), growth(1, '2', '1Gi', 'other')];
  const balance = balanceHeadroom([pool({ pods: 9, cpu: '2', memory: '1Gi' })], 3, growing);
  expect(balance).toMatchObject({ short: [], line: { pods: 12, cpu: '2', memory: '1Gi' } });
});

test('nothing grows, nothing to hold', () => {
  expect(balanceHeadroom([pool()], 3, [])).toBeUndefined();
  expect(balanceHeadroom([pool()], 3, [growth(0, '1', '1Gi')])).toBeUndefined();
});

test('the line is enough for 500 sets of growth; a milli of CPU less than the sum is too little', () => {
  const random = seeded(7_2026);
  const draw = (most: number) => 1 + Math.floor(random() * most);
  for (let trial = 0; trial < 500; trial++) {
    const growing = Array.from({ length: draw(4) }, (_, index) =>
      growth(draw(12), `${draw(3000)}m`, `${draw(4000)}Mi`, `w${index}`),
    );
    const zones = draw(4) - 1;
    const without = balanceHeadroom([pool()], zones, growing);
    const line = without?.line;
    expect(without?.short).not.toEqual([]);
    expect(balanceHeadroom([pool(line)], zones, growing)?.short).toEqual([]);
    const sum = growing.reduce((all, { pods, cpu }) => all + pods.value * Number.parseInt(cpu, 10), 0);
    const less = { pods: 1, cpu: `${sum - 1}m`, memory: '1Ti' };
    expect(balanceHeadroom([pool(less)], zones, growing)?.short[0]).toMatch(/ CPU$/);
  }
});
