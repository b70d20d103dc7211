// The counting itself: exact, the same twice, and it distinguishes linear work from what only looks linear.
import { relative } from 'node:path';
import { type Calls, countCalls, stopCounting } from './support/calls';
import { linear, quadratic } from './support/fakes';
import { grownIn, growthOf, isLinear, type Runs, without } from './support/growth';

const items = (size: number): number[] => Array.from({ length: size }, (_, index) => index);

/** The fakes in the place of the product. */
const label = (path: string) => (path.endsWith('fakes.ts') ? `lib/${relative(__dirname, path)}` : undefined);

const count = (run: () => unknown): Promise<Calls> => countCalls(label, () => void run());

async function runs(run: (items: readonly number[]) => unknown): Promise<Runs> {
  return [await count(() => run(items(8))), await count(() => run(items(16))), await count(() => run(items(32)))];
}

afterAll(stopCounting);

test('counts each function by its name, and a callback for the function around it', async () => {
  const calls = await count(() => linear(items(5)));
  expect([...calls]).toEqual([
    ['lib/support/fakes.ts step', 5],
    ['lib/support/fakes.ts linear', 1 + 5],
  ]);
});

test('counts the same however often the engine has seen, and optimized, the function', async () => {
  const before = await count(() => linear(items(5)));
  for (const _ of items(10_000)) linear(items(20));
  expect(await count(() => linear(items(5)))).toEqual(before);
});

test('takes linear work as linear, and names no function', async () => {
  const { measures, steep } = grownIn(await runs(linear));
  expect(isLinear(measures.calls)).toBe(true);
  expect(steep).toEqual([]);
});

test('a square is not linear, and its functions are named, the most called first', async () => {
  const { measures, steep } = grownIn(await runs(quadratic));
  expect(isLinear(measures.calls)).toBe(false);
  expect(steep.map(({ name, counts }) => [name, counts])).toEqual([
    ['lib/support/fakes.ts linear', [8 * 9, 16 * 17, 32 * 33]],
    ['lib/support/fakes.ts step', [64, 256, 1024]],
  ]);
});

test('what another run calls too can be taken away, function by function', async () => {
  const both = await count(() => [quadratic(items(8)), linear(items(50))]);
  expect(without(both, await count(() => linear(items(50))))).toEqual(await count(() => quadratic(items(8))));
});

test.each([
  ['in proportion', [4, 8, 16], true],
  ['a fixed part hides nothing', [10_040, 10_160, 10_640], false],
  ['too few calls to judge', [1004, 1016, 1064], true],
  ['one less than the size', [1, 3, 7], true],
  ['n log n by itself, from 16', [64, 160, 384], false],
  ['n log n as a part', [384, 800, 1664], true],
  ['nothing at all', [0, 0, 0], true],
  ['always the same', [7, 7, 7], true],
  ['from nothing to something', [0, 0, 900], false],
] as const)('%s: %j', (_, counts, expected) => {
  expect(isLinear(growthOf(counts))).toBe(expected);
});
