// A program that writes versions of a tree in turn and may kill itself at a chosen file-system call, as SIGKILL would.
//
// killed-writer <outdir> <versions.json> [<version>...|forever] — each version is a map of path → text.
// KILL_AT=<n> dies instead of the n-th call; KILL_HOW=torn dies in the middle of it, where it is not one system call.
import fs from 'node:fs';
import { join } from 'node:path';
import { writeFiles } from '../../lib/synth/output/write';

const [outdir = '', versionsFile = '', ...order] = process.argv.slice(2);
const versions = new Map<string, Map<string, string>>();
for (const [name, files] of Object.entries(JSON.parse(fs.readFileSync(versionsFile, 'utf8')))) {
  versions.set(name, new Map(Object.entries(files ?? {}).map(([path, text]) => [path, String(text)])));
}

const CALLS = [
  ['accessSync', 'chmodSync', 'copyFileSync', 'linkSync', 'lstatSync', 'mkdirSync', 'readFileSync', 'readdirSync'],
  ['readlinkSync', 'realpathSync', 'renameSync', 'rmSync', 'statSync', 'symlinkSync', 'writeFileSync'],
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
  if (isTorn && name === 'rmSync') removeSome(String(path));
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered at the latest when the call returns to user space; nothing may happen after it.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

// Removes every other entry, as a removal does that is killed on its way.
function removeSome(path: string): void {
  if (!fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const [index, name] of fs.readdirSync(path).entries()) {
    if (index % 2 === 0) fs.rmSync(join(path, name), { recursive: true });
  }
}

function write(version: string): void {
  const files = versions.get(version);
  if (files === undefined) throw new Error(`no version ${version}`);
  writeFiles(outdir, files);
}

try {
  process.stdout.write('ready\n');
  wrapEveryCall();
  if (order[0] === 'forever') for (;;) for (const version of versions.keys()) write(version);
  for (const version of order) write(version);
  process.stdout.write(`${JSON.stringify(calls)}\n`);
} catch (error) {
  process.stdout.write(`${String(error)}\n`);
  process.exitCode = 1;
}
