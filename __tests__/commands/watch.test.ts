// The loop of `synth --watch`, without files: what it prints of a save, when it ends, and what it survives.
import { main } from '../../lib/commands/main';
import { runOnSaves, type Watch } from '../../lib/commands/project/watch';
import type { Output } from '../../lib/report/output';
import { printWritten } from '../../lib/report/summary';
import { cli } from '../support/cli';

type Next = Awaited<ReturnType<Watch['next']>>;

/** Runs the loop on these answers. */
async function loop(
  saves: readonly Next[],
  run = async (_began: number | undefined): Promise<unknown> => undefined,
  { quiet = false, ...more }: Partial<Output> & { readonly quiet?: boolean } = {},
) {
  const printed: string[] = [];
  const print = (text: string) => printed.push(text);
  const rest = [...saves];
  const watch: Watch = { follow: (_, work) => work(), note: () => {}, next: async () => rest.shift() };
  const output = { out: print, err: print, interactive: false, color: false, ...more };
  const code = await runOnSaves(watch, output, run, { quiet });
  return { code, printed: printed.join('') };
}

const WAITING = 'waiting for a save; Ctrl+C ends\n';

test('runs once, and after each save, with its moment; many files are counted', async () => {
  const moments: (number | undefined)[] = [];
  const files = ['a.ts', 'b.ts', 'c.ts', 'd.ts', 'e.ts'].map((name) => `${process.cwd()}/charts/${name}`);
  const { code, printed } = await loop(
    [{ files: files.slice(0, 1), began: 3 }, { files, began: 7 }, undefined],
    async (began) => moments.push(began),
  );
  expect({ code, moments }).toEqual({ code: 0, moments: [undefined, 3, 7] });
  expect(printed).toBe(
    `${WAITING}\ncharts/a.ts changed\n${WAITING}\ncharts/a.ts, charts/b.ts, charts/c.ts and 2 more changed\n${WAITING}`,
  );
});

test('an exception of a run is printed, and the next run comes', async () => {
  let runs = 0;
  const { code, printed } = await loop([{ files: ['/a'], began: 0 }, undefined], async () => {
    if (runs++ === 0) throw new Error('half written');
  });
  expect({ code, runs }).toEqual({ code: 0, runs: 2 });
  expect(printed).toContain('Error: half written\n');
});

test('--quiet prints findings only', async () => {
  const saves: Next[] = [{ files: ['/a'], began: 0 }, { ends: 'input' }];
  const { code, printed } = await loop(saves, undefined, { quiet: true });
  expect(code).toBe(1);
  expect(printed).toMatch(/^error synth-option\n {2}the program reads standard input/);
});

test.each([
  [['--quiet'], ''],
  [[], WAITING],
])('synth --watch %j prints %j beside findings', async (more, expected) => {
  const printed: string[] = [];
  const print = (text: string) => printed.push(text);
  const watch: Watch = { follow: (_, work) => work(), note: () => {}, next: async () => undefined };
  const load = Object.assign(() => Promise.reject(new Error('no app')), { watch });
  await main(['synth', '--watch', ...more], load, { out: print, err: print, interactive: false, color: false });
  expect(printed.join('').split('1 error, nothing written\n')).toEqual([expect.stringContaining('no app'), expected]);
});

test.each<[string, number, Partial<Output>]>([
  ['whose reader is gone', 0, { isUnread: () => true }],
  ['that cannot print', 1, { flush: async () => new Error('no room') }],
])('a watch %s ends', async (_, expected, output) => {
  let runs = 0;
  const saves: Next[] = [{ files: ['/a'], began: 0 }, undefined];
  const { code } = await loop(saves, async () => runs++, output);
  expect({ code, runs }).toEqual({ code: expected, runs: 1 });
});

test('code that this process has loaded ends it', async () => {
  const { code, printed } = await loop([{ ends: 'code', file: `${process.cwd()}/lib/index.ts` }]);
  expect(code).toBe(1);
  expect(printed).toContain('lib/index.ts has changed: this process runs what it was');
});

test('what a run wrote is listed, with the time since the save', () => {
  const printed: string[] = [];
  const output = { out: (text: string) => printed.push(text), err: () => {}, interactive: false, color: false };
  const result = { written: true, changed: ['a.yaml'], added: ['b.yaml'], removed: ['c.yaml'], foreign: [] };
  printWritten(output, 'dist', result, performance.now());
  expect(printed.join('')).toMatch(
    /^changed {2}dist\/a\.yaml\nadded {4}dist\/b\.yaml\nremoved {2}dist\/c\.yaml\n1 changed, 1 added, 1 removed, \d+ ms\n$/,
  );
});

test('a program that is loaded already is not watched', async () => {
  const { code, err } = await cli(['synth', '--watch'], () => ({}));
  expect(code).toBe(1);
  expect(err).toContain('the program cannot be loaded again');
});
