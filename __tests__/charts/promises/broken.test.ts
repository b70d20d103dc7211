// Each promise is seen to break: every object that a break is about is changed in turn, and the promise no longer holds.
import { shipped } from '../../support/shipped';
import { isShippedConstruct } from '../shipped/placements';
import { type Break, breaks } from './breaks';
import { everyKind } from './every-kind';
import { namespacePromises } from './namespaces';
import { heldTo, type Promised } from './promise';
import { workloadPromises } from './workloads';
import { type Held, title, type World, worldsOf } from './world';

const promises = [...workloadPromises, ...namespacePromises];
const worlds = [...worldsOf(shipped, isShippedConstruct), ...worldsOf(everyKind, () => true)];

const promiseOf = ({ promise }: Break): Promised => {
  const [found, ...others] = promises.filter(({ name }) => name.startsWith(promise));
  if (found === undefined || others.length > 0) throw new Error(`not one promise begins with '${promise}'`);
  return found;
};

const isKept = (promise: Promised, world: World): boolean =>
  heldTo(promise, world).every((one) => promise.broken(one, world).length === 0);

/** What the changed object can break: its namespace, and what has none. */
const changedWorld = ({ change, more }: Break, one: Held, world: World): World =>
  world.near(one).with(one, change?.(one.object), more?.(one));

test('the system with a workload of every kind keeps its promises', () => {
  expect(everyKind.findings).toEqual([]);
  for (const promise of promises) {
    for (const world of worlds) {
      const broken = heldTo(promise, world).flatMap((one) => promise.broken(one, world));
      expect({ promise: promise.name, broken }).toEqual({ promise: promise.name, broken: [] });
    }
  }
});

test('every promise is about something, and has a break', () => {
  const idle = promises.filter((promise) => worlds.every((world) => heldTo(promise, world).length === 0));
  expect(idle.map(({ name }) => name)).toEqual([]);
  const named = new Set(breaks.map(promiseOf));
  expect(promises.filter((promise) => !named.has(promise)).map(({ name }) => name)).toEqual([]);
});

test.each(breaks.map((one) => [`${one.kind}: ${one.what}`, one] as const))('%s', (_, one) => {
  const { kind, where = () => true } = one;
  const promise = promiseOf(one);
  const subjects = worlds.flatMap((world) =>
    world.of(kind).flatMap((held) => (where(held, world) ? [{ world, held }] : [])),
  );
  expect(subjects.length).toBeGreaterThan(0);
  const unseen = subjects.filter(({ world, held }) => isKept(promise, changedWorld(one, held, world)));
  expect(unseen.map(({ world, held }) => title(world, held))).toEqual([]);
});
