// What a run reads, by the calls of Node.js: in a process of its own, since they are replaced.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READS = join(__dirname, '../../bin/reads.js');

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'evenkeel-reads-')));
  mkdirSync(join(folder, 'tree'));
  for (const name of ['a', 'b', 'tree/c']) writeFileSync(join(folder, name), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is recorded of `code`, as `kind path`, each once, in order: a call of Node.js may be made of others. */
function recordedOf(code: string): readonly string[] {
  const script = `
const records = [];
const path = require('node:path');
const add = (kind) => (file) => { records.push(kind + ' ' + path.relative(process.cwd(), file)); };
const recorder = {
  isOn: false,
  note: add('note'),
  noteTree: add('tree'),
  disown: add('disown'),
  noteInput: () => records.push('input'),
  give: (file) => { add('give')(file); return () => add('ended')(file); },
};
require(process.argv[1]).recordReads(recorder);
const fs = require('node:fs');
const childProcess = require('node:child_process');
const { promisify } = require('node:util');
process.on('exit', () => { process._rawDebug(JSON.stringify([...new Set(records)])); });
recorder.isOn = true;
(async () => { ${code} })().finally(() => { recorder.isOn = false; });`;
  const { stderr } = spawnSync(process.execPath, ['-e', script, READS], { cwd: folder, encoding: 'utf8' });
  return JSON.parse(stderr);
}

test.each<[string, string, readonly string[]]>([
  ['a file', "fs.readFileSync('a')", ['note a']],
  ['a file, by promise', "await fs.promises.readFile('a')", ['note a']],
  ['standard input', 'fs.readFileSync(0)', ['input']],
  ['variables', "process.loadEnvFile('a')", ['note a']],
  ['a copy', "fs.copyFileSync('a', 'new')", ['note a', 'disown new']],
  ['a file that is written', "fs.writeFileSync('a', '')", ['disown a']],
  ['another program', "childProcess.execFileSync('cat', ['a'])", ['give a', 'ended a']],
  [
    'one that fails',
    "try { childProcess.execFileSync('cat', ['none'], { stdio: 'ignore' }); } catch {}",
    ['give none', 'ended none'],
  ],
  ['one by promise', "await promisify(childProcess.execFile)('cat', ['a'])", ['give a', 'ended a']],
])('%s', (_, code, expected) => {
  expect(recordedOf(code)).toEqual(expected);
});

test('a folder that is copied', () => {
  expect(recordedOf("fs.cpSync('tree', 'new', { recursive: true })")).toEqual(
    expect.arrayContaining(['tree tree', 'give new']),
  );
});

test('another program is over when its process is', () => {
  const code = `
const child = childProcess.spawn('cat', ['a']);
records.push('spawned');
await new Promise((resolve) => child.on('close', resolve));`;
  expect(recordedOf(code)).toEqual(['give a', 'spawned', 'ended a']);
});

test('a script of Node.js', () => {
  const code = "await new Promise((resolve) => childProcess.fork('a', ['b']).on('close', resolve));";
  expect(recordedOf(code)).toEqual(['give a', 'give b', 'ended a', 'ended b']);
});
