// What every shipped chart is held to: each promise about each object of its kinds, on every shipped cluster.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shipped } from '../../support/shipped';
import { isShippedConstruct } from '../shipped/placements';
import { namespacePromises } from './namespaces';
import { heldTo } from './promise';
import { workloadPromises } from './workloads';
import { title, worldsOf } from './world';

const worlds = worldsOf(shipped, isShippedConstruct);

test('every shipped cluster has objects', () => {
  expect(worlds.map(({ cluster }) => cluster).sort()).toEqual(['laptop', 'mumbai', 'northeurope', 'westeurope']);
  for (const { held } of worlds) expect(held.length).toBeGreaterThan(25);
});

const held = [...workloadPromises, ...namespacePromises].map((promise) => ({
  promise,
  subjects: worlds.flatMap((world) => heldTo(promise, world).map((one) => [title(world, one), one, world] as const)),
}));

describe.each(held.filter(({ subjects }) => subjects.length > 0).map((one) => [one.promise.name, one] as const))(
  '%s',
  (_, { promise, subjects }) => {
    test.each(subjects)('%s', (_title, one, world) => {
      expect(promise.broken(one, world)).toEqual([]);
    });
  },
);

test('synth finds nothing in them, and nothing in the platform', () => {
  const isMeant = (construct: string) => construct === '' || isShippedConstruct(construct);
  expect(shipped.findings.filter(({ construct = '' }) => isMeant(construct))).toEqual([]);
});

test('what is judged here is what is committed', () => {
  const dist = join(__dirname, '../../../dist');
  const manifests = [...shipped.files].filter(([path]) => path.endsWith('.yaml'));
  const differ = manifests.filter(([path, text]) => readFileSync(join(dist, path), 'utf8') !== text);
  expect(manifests.length).toBeGreaterThan(20);
  expect(differ.map(([path]) => path)).toEqual([]);
});
