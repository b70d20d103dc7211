// Kills writers at every file-system call and at random moments, and looks at what they leave.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { renderInventory } from '../../../lib/synth/output/inventory';
import { compareFiles, writeFiles } from '../../../lib/synth/output/write';

type Tree = Map<string, string>;

const A = tree({
  '00-cluster.yaml': 'same',
  '10-app.yaml': 'A'.repeat(9000),
  'only-a.yaml': 'A',
  'clusters/a/x.yaml': 'A',
});
const B = tree({
  '00-cluster.yaml': 'same',
  '10-app.yaml': 'B'.repeat(9000),
  'only-b.yaml': 'B',
  'clusters/b/x.yaml': 'B',
});
const FOREIGN = 'notes/mine.md';

/** The calls that change something. */
const CHANGING = /^(chmod|copy|fchmod|link|mkdir|rename|rm|symlink|unlink|write)/;

let scratch: string;
let program: string;
let versions: string;
let children = 0;

beforeAll(() => {
  scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'evenkeel-kill-'));
  program = path.join(scratch, 'killed-writer.js');
  versions = path.join(scratch, 'versions.json');
  const root = path.join(__dirname, '../../..');
  const source = path.join(root, '__tests__/support/killed-writer.ts');
  const bundle = [source, '--bundle', '--platform=node', `--outfile=${program}`, '--log-level=error'];
  execFileSync(path.join(root, 'node_modules/.bin/esbuild'), bundle);
  fs.writeFileSync(versions, JSON.stringify({ a: Object.fromEntries(A), b: Object.fromEntries(B) }));
});

afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

test.each([
  { from: undefined, to: 'b' },
  { from: A, to: 'b' },
  { from: B, to: 'a' },
])(
  'killed at any call of a write to $to that changes something: one complete version, and the next run repairs it',
  async ({ from, to }) => {
    const calls = await record(prepare(from), to);
    expect(calls.length).toBeGreaterThan(60);
    await inParallel(killPoints(calls, CHANGING), async (env) => {
      const outdir = prepare(from);
      expect((await run(outdir, [to], env)).signal).toBe('SIGKILL');
      checkState(outdir, from !== undefined);
      repair(outdir, from !== undefined);
    });
  },
  180_000,
);

// F18: a foreign file that cannot be linked is moved after the swap, which is the one moment at which a kill leaves it beside `dist`.
test('killed at any call that changes something where nothing can be linked: the next run brings the foreign file', async () => {
  const noLinks = { NO_LINKS: '1' };
  const calls = await record(prepare(A), 'b', noLinks);
  await inParallel(killPoints(calls, CHANGING), async (env) => {
    const outdir = prepare(A);
    expect((await run(outdir, ['b'], { ...env, ...noLinks })).signal).toBe('SIGKILL');
    expect(
      [path.join(outdir, FOREIGN), path.join(`${outdir}.evenkeel-old`, FOREIGN)].some((file) => fs.existsSync(file)),
    ).toBe(true);
    writeFiles(outdir, B);
    expect(versionOf(outdir, true)).toBe('b');
    expect(siblings(outdir)).toEqual([]);
  });
}, 180_000);

test('killed again while it recovers, at any call that changes something', async () => {
  const calls = await record(prepare(A), 'b');
  const [journal = 0, away = 0, inPlace = 0] = calls.flatMap((name, index) =>
    name === 'renameSync' ? [index + 1] : [],
  );
  const moments = { a: [journal - 6, away], absent: [inPlace], b: [inPlace + 1] };
  for (const [state, kills] of Object.entries(moments)) {
    for (const kill of kills) {
      const left = prepare(A);
      await run(left, ['b'], { KILL_AT: String(kill), KILL_HOW: 'torn' });
      expect(checkState(left, true)).toBe(state);
      const recovery = await record(copyOf(left), 'a');
      await inParallel(killPoints(recovery, CHANGING), async (env) => {
        const outdir = copyOf(left);
        expect((await run(outdir, ['a'], env)).signal).toBe('SIGKILL');
        checkState(outdir, true);
        repair(outdir, true);
      });
    }
  }
}, 600_000);

test('killed at random moments, again and again over what the last one left', async () => {
  const cases = [A, B, undefined].map((from) => ({ outdir: prepare(from), hadOld: from !== undefined }));
  await inParallel(cases, async ({ outdir, hadOld }) => {
    for (let round = 0; round < 30; round++) {
      expect((await run(outdir, ['forever'], {}, Math.random() * 25)).signal).toBe('SIGKILL');
      checkState(outdir, hadOld);
      if (round % 7 === 0) repair(outdir, hadOld);
    }
    repair(outdir, hadOld);
  });
}, 180_000);

test('eight writers at once: none fails, one whole version remains, and no lock', async () => {
  for (let round = 0; round < 3; round++) {
    const outdir = prepare(A);
    // What a killed writer left must not make them trip either.
    if (round > 0) await run(outdir, ['b'], { KILL_AT: String(20 + 13 * round) });
    const order = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? 'a' : 'b'));
    const writers = Array.from({ length: 8 }, () => run(outdir, order, {}));
    for (const { code, out } of await Promise.all(writers))
      expect([code, out]).toEqual([0, expect.stringMatching(/^ready/)]);
    expect(siblings(outdir)).toEqual([]);
    versionOf(outdir, true);
  }
}, 180_000);

test('enough children were started for this to mean something', () => {
  expect(children).toBeGreaterThan(300);
});

function tree(files: Record<string, string>): Tree {
  const inventory = renderInventory(new Map(Object.keys(files).map((file) => [file, [`v1/ConfigMap ${file}`]])));
  return new Map([...Object.entries(files), ['inventory.txt', inventory]]);
}

/** A new output directory with `from` and a foreign file, or an absent one. */
function prepare(from: Tree | undefined): string {
  const outdir = path.join(fs.mkdtempSync(path.join(scratch, 'case-')), 'dist');
  if (from === undefined) return outdir;
  writeFiles(outdir, from);
  fs.mkdirSync(path.join(outdir, path.dirname(FOREIGN)));
  fs.writeFileSync(path.join(outdir, FOREIGN), 'mine');
  return outdir;
}

function copyOf(outdir: string): string {
  const parent = fs.mkdtempSync(path.join(scratch, 'copy-'));
  fs.cpSync(path.dirname(outdir), parent, { recursive: true });
  return path.join(parent, 'dist');
}

function run(outdir: string, order: string[], env: Record<string, string>, killAfterMs?: number) {
  children++;
  const child = spawn(process.execPath, [program, outdir, versions, ...order], { env: { ...process.env, ...env } });
  let out = '';
  child.stderr.on('data', (text) => (out += text));
  child.stdout.on('data', (text) => {
    if (out === '' && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    out += text;
  });
  return new Promise<{ code: number | null; signal: string | null; out: string }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, out }));
  });
}

async function record(outdir: string, to: string, env: Record<string, string> = {}): Promise<string[]> {
  const { out } = await run(outdir, [to], env);
  const calls: unknown = JSON.parse(out.slice(out.indexOf('[')));
  return Array.isArray(calls) ? calls.map(String) : [];
}

/** The calls that match, and the middle of those that are many system calls. */
function killPoints(calls: readonly string[], which: RegExp): Record<string, string>[] {
  return calls.flatMap((name, index) => {
    const before = { KILL_AT: String(index + 1) };
    if (!which.test(name)) return [];
    return /^write/.test(name) ? [before, { ...before, KILL_HOW: 'torn' }] : [before];
  });
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all([worker(), worker(), worker()]);
}

/** The state that a kill left: the version in place, or `absent`; fails unless it is one of those allowed. */
function checkState(outdir: string, hadOld: boolean): string {
  const names = siblings(outdir).map((name) => name.replace('dist.evenkeel-', ''));
  if (fs.existsSync(outdir)) return versionOf(outdir, hadOld);
  if (names.includes('journal')) versionOf(`${outdir}.evenkeel-next`, hadOld);
  if (hadOld) expect(names).toEqual(expect.arrayContaining(['journal', 'next', 'old']));
  if (hadOld) versionOf(`${outdir}.evenkeel-old`, hadOld);
  return 'absent';
}

function repair(outdir: string, hasForeign: boolean): void {
  const traces = siblings(outdir).filter((name) => !/-lock-/.test(name));
  expect(compareFiles(outdir, B).interrupted).toBe(traces.length > 0);
  const { recovered } = writeFiles(outdir, B);
  expect(recovered === undefined).toBe(traces.length === 0);
  expect(siblings(outdir)).toEqual([]);
  expect(versionOf(outdir, hasForeign)).toBe('b');
  expect(writeFiles(outdir, B).written).toBe(false);
}

/** The version in the directory, to the byte, with or without a foreign file; fails if it is neither. */
function versionOf(directory: string, hasForeign: boolean): string {
  const found = fs.readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = found.map((entry) => path.join(entry.parentPath, entry.name));
  const content = files.map((file) => [path.relative(directory, file), fs.readFileSync(file, 'utf8')]);
  const matches = (version: Tree): boolean => {
    const wanted = [...version, ...(hasForeign ? [[FOREIGN, 'mine']] : [])];
    return JSON.stringify(content.sort()) === JSON.stringify(wanted.sort());
  };
  if (!matches(A) && !matches(B)) throw new Error(`${directory} is a mixture: ${content.join(' ').slice(0, 400)}`);
  return matches(A) ? 'a' : 'b';
}

function siblings(outdir: string): string[] {
  return fs.readdirSync(path.dirname(outdir)).filter((name) => name !== 'dist');
}
