// A program that writes versions of a tree in turn and may kill itself at a chosen file-system call, as SIGKILL would.
//
// killed-writer <outdir> <versions.json> [<version>...|forever] — each version is a map of path → text.
// KILL_AT=<n> dies instead of the n-th call; KILL_HOW=torn dies in the middle of it, where it is not one system call.
// NO_LINKS=1 makes the file system one without hard links.
import fs from 'node:fs';
import { writeFiles } from '../../lib/synth/output/write';

const [outdir = '', versionsFile = '', ...order] = process.argv.slice(2);
const versions = new Map<string, Map<string, string>>();
for (const [name, files] of Object.entries(JSON.parse(fs.readFileSync(versionsFile, 'utf8')))) {
  versions.set(name, new Map(Object.entries(files ?? {}).map(([path, text]) => [path, String(text)])));
}

const CALLS = [
  [
    'accessSync',
    'chmodSync',
    'fchmodSync',
    'fstatSync',
    'linkSync',
    'lstatSync',
    'mkdirSync',
    'openSync',
    'readFileSync',
  ],
  ['readdirSync', 'readlinkSync', 'realpathSync', 'renameSync', 'rmdirSync', 'statSync', 'symlinkSync', 'unlinkSync'],
  ['copyFileSync', 'writeFileSync'],
].flat();
const killAt = Number(process.env.KILL_AT ?? 0);
const isTorn = process.env.KILL_HOW === 'torn';
const calls: string[] = [];
let depth = 0;

function wrapEveryCall(): void {
  for (const name of CALLS) {
    const original: unknown = Reflect.get(fs, name);
    if (typeof original !== 'function') throw new TypeError(`fs.${name} is not a function`);
    const wrapped = (...args: unknown[]): unknown => {
      // Node's own functions call each other; only ours count.
      if (depth === 0 && calls.push(name) === killAt) die(name, args);
      depth++;
      try {
        return Reflect.apply(original, fs, args);
      } finally {
        depth--;
      }
    };
    Reflect.set(fs, name, Object.assign(wrapped, original));
  }
}

function die(name: string, [path, text]: unknown[]): void {
  depth++;
  if (isTorn && name === 'writeFileSync')
    fs.writeFileSync(String(path), String(text).slice(0, String(text).length / 2));
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered at the latest when the call returns to user space; nothing may happen after it.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

function refuseLink(): never {
  throw Object.assign(new Error('EPERM'), { code: 'EPERM' });
}

function write(version: string): void {
  const files = versions.get(version);
  if (files === undefined) throw new Error(`no version ${version}`);
  writeFiles(outdir, files);
}

try {
  process.stdout.write('ready\n');
  if (process.env.NO_LINKS === '1') fs.linkSync = refuseLink;
  wrapEveryCall();
  if (order[0] === 'forever') for (;;) for (const version of versions.keys()) write(version);
  for (const version of order) write(version);
  process.stdout.write(`${JSON.stringify(calls)}\n`);
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
