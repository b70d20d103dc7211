// What a watch follows: when a file counts as saved, and which paths the arguments of another program are.
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as setTimer } from 'node:timers';
import { setTimeout } from 'node:timers/promises';

const { createFollower } = require('../../bin/follow');
const { noteArguments } = require('../../bin/reads');
const { findConfigurations } = require('../../bin/tsconfig');

let folder: string;
let follower: ReturnType<typeof createFollower>;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-follow-')));
  // events alone: no look at the files in between
  follower = createFollower({ looksEvery: 0 });
  write('a', 'one');
});
afterEach(() => {
  follower.close();
  rmSync(folder, { recursive: true });
});

const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);

const LOOK_MS = 60;

/** The names that count as saved after `save`; none where the wait must be given up. */
async function savedBy(save: () => void, patience = 5_000): Promise<readonly string[]> {
  const signal = new AbortController();
  const answer = follower.next(signal.signal);
  // the wait begins with a look; from then on only an event counts
  await setTimeout(LOOK_MS);
  save();
  const timer = setTimer(() => signal.abort(), patience);
  const { saves = [] } = (await answer) ?? {};
  clearTimeout(timer);
  return saves.map(({ file }: { readonly file: string }) => relative(folder, file));
}

/** Longer than a burst of events: what has not counted by then does not */
const NOTHING_MS = 300;

test.each<[string, () => void]>([
  ['written in place', () => write('a', 'other')],
  [
    'replaced by another file',
    () => {
      write('.a.swp', 'two');
      renameSync(at('.a.swp'), at('a'));
    },
  ],
  ['removed', () => rmSync(at('a'))],
  [
    'removed and written again',
    () => {
      rmSync(at('a'));
      write('a', 'again');
    },
  ],
])('a file that is %s is saved', async (_, save) => {
  follower.note(at('a'));
  expect(await savedBy(save)).toEqual(['a']);
});

test('what is saved after it was read counts, also before the wait', async () => {
  follower.note(at('a'));
  write('a', 'meanwhile');
  follower.note(at('a'));
  follower.end({ isComplete: true });
  expect(await savedBy(() => {})).toEqual(['a']);
});

test('a file that was not there is saved when it appears, in a new folder too', async () => {
  follower.note(at('new/b'));
  const save = () => {
    mkdirSync(at('new'));
    write('new/b', 'b');
  };
  expect(await savedBy(save)).toEqual(['new/b']);
});

test('a link is followed to where it leads', async () => {
  mkdirSync(at('real'));
  write('real/b', 'b');
  symlinkSync('real/b', at('link'));
  follower.note(at('link'));
  expect(await savedBy(() => write('real/b', 'other'))).toEqual(['link']);
});

test('names of a folder are followed where they were read, and only there', async () => {
  mkdirSync(at('names'));
  follower.note(at('names'));
  expect(await savedBy(() => write('names/b', ''), NOTHING_MS)).toEqual([]);
  follower.note(at('names'), { names: true });
  expect(await savedBy(() => write('names/c', ''))).toEqual(['names']);
});

test('a file beside them, packages, the output, and what the program writes do not count', async () => {
  for (const name of ['node_modules', 'dist']) mkdirSync(at(name));
  for (const name of ['a', 'node_modules/b', 'dist/b', 'own']) follower.note(at(name));
  follower.leave(at('dist'));
  follower.disown(at('own'));
  const save = () => {
    for (const name of ['beside', 'node_modules/b', 'dist/b', 'own']) write(name, 'other');
  };
  expect(await savedBy(save, NOTHING_MS)).toEqual([]);
});

test('what another program gets may be written by it: only later saves count', async () => {
  mkdirSync(at('chart'));
  follower.give(at('chart'));
  write('chart/made', 'by the program');
  follower.end({ isComplete: true });
  expect(await savedBy(() => {}, NOTHING_MS)).toEqual([]);
  expect(await savedBy(() => write('chart/values.yaml', 'x: 1'))).toEqual(['chart']);
});

test('what is saved while a program runs, and after another one that got it, counts', async () => {
  const end = follower.give(at('a'));
  write('a', 'by the program');
  end();
  write('a', 'by the user');
  follower.end({ isComplete: true });
  expect(await savedBy(() => {})).toEqual(['a']);
});

test('what is saved before another program gets it counts', async () => {
  follower.note(at('a'));
  write('a', 'by the user');
  follower.give(at('a'))();
  follower.end({ isComplete: true });
  expect(await savedBy(() => {})).toEqual(['a']);
});

test('what the program reads and writes is followed from the end of the run, what it only writes is not', async () => {
  write('b', 'one');
  for (const name of ['a', 'b']) follower.disown(at(name));
  write('a', 'by the program');
  follower.note(at('a'));
  follower.end({ isComplete: true });
  expect(await savedBy(() => write('b', 'by the user'), NOTHING_MS)).toEqual([]);
  expect(await savedBy(() => write('a', 'by the user'))).toEqual(['a']);
});

test('what the program has read and then writes is followed from the end of the run', async () => {
  follower.note(at('a'));
  follower.disown(at('a'));
  write('a', 'by the program');
  follower.end({ isComplete: true });
  expect(await savedBy(() => {}, NOTHING_MS)).toEqual([]);
  expect(await savedBy(() => write('a', 'by the user'))).toEqual(['a']);
});

test('what only an earlier run read is forgotten after a complete one, and not before', async () => {
  write('b', 'one');
  follower.note(at('a'));
  follower.end({ isComplete: true });
  for (const isComplete of [false, true]) {
    follower.begin();
    follower.note(at('b'));
    follower.end({ isComplete });
    const saved = await savedBy(() => write('a', `after ${isComplete}`), isComplete ? NOTHING_MS : undefined);
    expect(saved).toEqual(isComplete ? [] : ['a']);
  }
});

test('what is kept is followed through all runs, also where it is not there', async () => {
  follower.keep(at('.env'));
  for (const _ of [1, 2]) {
    follower.begin();
    follower.end({ isComplete: true });
  }
  expect(await savedBy(() => write('.env', ''))).toEqual(['.env']);
});

test('what a run makes and removes again is not missed', async () => {
  write('scratch', '');
  follower.note(at('scratch'));
  rmSync(at('scratch'));
  follower.end({ isComplete: true });
  expect(await savedBy(() => {}, NOTHING_MS)).toEqual([]);
});

test.each([
  [
    ['helm', ['template', 'shop', 'charts/shop', '--values=values.yaml', '-f', 'more.yaml'], {}],
    ['template', 'shop', 'charts/shop', 'values.yaml', 'more.yaml'],
  ],
  [
    ['kustomize', ['build', '.'], { cwd: 'base' }],
    ['base/build', 'base'],
  ],
  [
    ['./render', ['values.yaml'], { cwd: 'base' }],
    ['base/render', 'base/values.yaml'],
  ],
  ['cat values.yaml https://shop.example/a'.split('\n'), ['cat', 'values.yaml']],
])('arguments of another program that may be paths: %j', (args, expected) => {
  const given = new Set<string>();
  noteArguments(args, { give: (path: string) => given.add(relative(process.cwd(), path)) });
  expect([...given]).toEqual(expected);
});

test('how files are compiled depends on tsconfig.json, what it extends, and package.json, as far as the package goes', () => {
  mkdirSync(at('charts'));
  write('package.json', '{}');
  write('tsconfig.json', '{ "extends": ["./base", "./more.json"] }');
  write('base.json', '{ /* "extends": "./none" */ }');
  write('more.json', '{ "extends": "./last.json" }');
  write('last.json', '{}');
  const found = findConfigurations([at('charts'), folder]).map((file: string) => relative(folder, file));
  expect(found.sort()).toEqual(
    ['base', 'base.json', 'charts/package.json', 'charts/tsconfig.json', 'last.json', 'last.json.json']
      .concat(['more.json', 'more.json.json', 'package.json', 'tsconfig.json'])
      .sort(),
  );
});
