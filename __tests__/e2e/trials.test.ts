// The random trials of the placement model: they have every kind, and a model that lacks a part predicts otherwise somewhere.
import { BLIND } from '../../e2e/scheduling/blindness';
import { withKinds } from '../../e2e/scheduling/kinds';
import { predict, worldOf } from '../../e2e/scheduling/prediction';
import { trialOf } from '../../e2e/scheduling/trial';

const PLAIN = Array.from({ length: 40 }, (_, index) =>
  trialOf(index + 1, { zones: 3, nodesPerZone: 3, workloads: 2, replicas: 5 }),
);
const MIXED = PLAIN.filter(({ seed }) => seed % 2 === 0).map(withKinds);

test('trials with other kinds have them all, lost and drained', () => {
  const text = JSON.stringify(MIXED);
  for (const kind of ['StatefulSet', 'DaemonSet', 'PersistentVolume', 'PersistentVolumeClaim', 'StorageClass'])
    expect(text).toContain(`"kind":"${kind}"`);
  expect(new Set(MIXED.map(({ departure }) => departure))).toEqual(new Set(['lost', 'drained']));
  const groups = MIXED.flatMap((trial) => worldOf(trial).world.groups);
  expect(new Set(groups.map(({ boundTo }) => boundTo))).toEqual(
    new Set([undefined, 'kubernetes.io/hostname', 'topology.kubernetes.io/zone']),
  );
  expect(groups.some(({ volumeNodes }) => volumeNodes !== undefined)).toBe(true);
  expect(groups.some(({ extended }) => extended !== undefined)).toBe(true);
});

test.each(Object.entries(BLIND))('a model without %s is refuted by one of them', (_, without) => {
  const refuted = [...PLAIN, ...MIXED].filter((trial) => {
    const blind = predict(without(trial));
    return [...predict(trial)].some(([name, { fewest, most }]) => {
      const other = blind.get(name);
      return other === undefined || other.fewest > most || other.most < fewest;
    });
  });
  expect(refuted.length).toBeGreaterThan(0);
});
