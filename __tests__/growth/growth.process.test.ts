// Operations grow in proportion to the input, for synth and every verb. Calls are counted; no clock.
import { cli } from '../support/cli';
import { stopCounting } from './support/calls';
import { type Grown, grownIn } from './support/growth';
import { faster } from './support/judge';
import { measure, nameOf, ROWS } from './support/rows';
import { formatGrowth } from './support/table';
import { VERBS } from './support/verbs';

afterAll(stopCounting);

const measured = new Map<string, Grown>();

/** `GROWTH=table npx jest __tests__/growth/growth.process.test.ts` prints what docs/performance.md shows, and each steep function. */
afterAll(() => {
  if (process.env.GROWTH === 'table') process.stdout.write(formatGrowth(ROWS, measured));
});

test.each(ROWS.map((row) => [nameOf(row), row] as const))('%s', async (name, row) => {
  const grown = grownIn(await measure(row));
  measured.set(name, grown);
  expect(faster(grown)).toEqual([]);
});

test('every verb has a row', async () => {
  const { out } = await cli(['--help'], () => ({}));
  const commands = /Commands:\n(.*?)\n\n/s.exec(out)?.[1] ?? '';
  const verbs = [...commands.matchAll(/^ {2}([a-z-]+) /gm)]
    .map(([, verb]) => verb)
    .filter((verb) => verb !== 'help' && verb !== 'init'); // init reads no project
  expect(verbs.length).toBeGreaterThan(5);
  expect(Object.values(VERBS).map(([verb]) => verb)).toEqual(expect.arrayContaining(verbs));
  for (const args of Object.values(VERBS)) expect(ROWS.map(({ asked }) => asked)).toContain(args.join(' '));
});
