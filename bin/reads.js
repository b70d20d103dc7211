// What a program reads while it runs: the calls of Node.js that open files and folders, and the paths that it hands to other programs.
const childProcess = require('node:child_process');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { promisify } = require('node:util');

const READS = ['access', 'exists', 'lstat', 'open', 'openAsBlob', 'readFile', 'stat', 'createReadStream'];
const LISTS = ['opendir', 'readdir'];
/** Each with the argument that names what is written. */
const WRITES = { appendFile: 0, createWriteStream: 0, rename: 1, writeFile: 0 };
const PROGRAMS = ['exec', 'execFile', 'execFileSync', 'execSync', 'spawn', 'spawnSync'];
/** Standard input, by its number and its names. */
const INPUT = [0, '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0'];

/**
 * From now on reads go to `recorder` while it `isOn`. Before packages load: they may keep a function of Node.js.
 * @param recorder `note(file)`, `note(file, { names: true })`, `noteTree(file)`, `give(file)`, `disown(file)`, `noteInput()`
 */
function recordReads(recorder) {
  /** `see` gets the arguments, and may return a function, which gets the result; undefined where the call throws. */
  const recording = (original, see) =>
    function (...args) {
      const finish = recorder.isOn ? see(args) : undefined;
      let result;
      try {
        result = Reflect.apply(original, this, args);
        return result;
      } finally {
        finish?.(result);
      }
    };
  const wrap = (owner, name, see) => {
    const original = owner[name];
    if (typeof original !== 'function') return;
    const recorded = recording(original, see);
    const { [promisify.custom]: asPromise, ...descriptors } = Object.getOwnPropertyDescriptors(original);
    Object.defineProperties(recorded, descriptors);
    if (asPromise !== undefined) recorded[promisify.custom] = recording(asPromise.value, see);
    owner[name] = recorded;
  };
  const wrapAll = (name, see) => {
    for (const owner of [fs, fs.promises]) wrap(owner, name, see);
    wrap(fs, `${name}Sync`, see);
  };
  const read = (options) => (args) => {
    const file = pathOf(args[0]);
    if (INPUT.includes(args[0])) recorder.noteInput();
    else if (file !== undefined) recorder.note(file, options);
  };
  const write = (at) => (args) => {
    const file = pathOf(args[at]);
    if (file !== undefined) recorder.disown(file);
  };
  for (const name of READS)
    wrapAll(name, name === 'open' ? (args) => (writes(args[1]) ? write(0) : read())(args) : read());
  for (const name of LISTS) {
    wrapAll(name, (args) => {
      const file = pathOf(args[0]);
      if (file !== undefined && args[1]?.recursive) recorder.noteTree(file);
      else read({ names: true })(args);
    });
  }
  for (const [name, at] of Object.entries(WRITES)) wrapAll(name, write(at));
  wrapAll('copyFile', (args) => {
    read()(args);
    write(1)(args);
  });
  wrapAll('cp', ([from, to]) => {
    const [source, target] = [pathOf(from), pathOf(to)];
    if (source !== undefined) recorder.noteTree(source);
    if (target !== undefined) recorder.give(target); // to the end of the run
  });
  wrap(process, 'loadEnvFile', ([file = '.env']) => read()([file]));
  for (const name of PROGRAMS) wrap(childProcess, name, (args) => atEnd(noteArguments(args, recorder)));
  wrap(childProcess, 'fork', ([script, ...rest]) => {
    const list = Array.isArray(rest[0]) ? rest[0] : [];
    const file = script instanceof URL ? fileURLToPath(script) : script;
    return atEnd(noteArguments(['node', [file, ...list], ...rest], recorder));
  });
  Module.syncBuiltinESMExports();
}

/** Calls `finish` when a program has ended, of which `result` is the process, a promise with it, or what it printed. */
function atEnd(finish) {
  return (result) => {
    const child = result?.child ?? result;
    if (typeof child?.once === 'function') child.once('close', finish);
    else finish();
  };
}

/**
 * Another program reads what its arguments name: `helm template shop charts/shop --values=values.yaml`, and a script is such a name too.
 * @returns what to call when it has ended
 */
function noteArguments([program, ...rest], recorder) {
  const list = Array.isArray(rest[0]) ? rest[0] : [];
  const { cwd } = rest.find((arg) => typeof arg === 'object' && arg !== null && !Array.isArray(arg)) ?? {};
  const folder = path.resolve(pathOf(cwd) ?? '.');
  const script = /[\\/]/.test(program) ? [program] : [];
  const words = list.length > 0 ? [...script, ...list] : String(program).split(/\s+/);
  const ends = [];
  for (const word of new Set(words.flatMap((text) => [String(text), String(text).replace(/^-[^=]*=/, '')]))) {
    if (word === '' || word.startsWith('-') || /:\/\/|[\0\n]/.test(word)) continue;
    ends.push(recorder.give(path.resolve(folder, word)));
  }
  return () => {
    for (const end of ends) end();
  };
}

/** Whether flags of `open` allow to write. */
function writes(flags = 'r') {
  if (typeof flags === 'number') return (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0;
  return /[wa+]/.test(String(flags));
}

/** The absolute path that a call names; undefined for the number of an open file. */
function pathOf(value) {
  try {
    if (value instanceof URL) return fileURLToPath(value);
    if (typeof value === 'string' || Buffer.isBuffer(value)) return path.resolve(String(value));
  } catch {
    // not the URL of a file: the call itself refuses it
  }
  return undefined;
}

module.exports = { noteArguments, recordReads };
