// The program of one process, run again on each save: Evenkeel and the packages stay, the user's own files are evaluated again.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { createFollower } = require('./follow');
const { callSites } = require('./program');
const { recordReads } = require('./reads');
const { print } = require('./refuse');
const { forgetManifests, isPackages, isUsers } = require('./resolve');
const { findConfigurations } = require('./tsconfig');

// Before reads are recorded: our own looks are not the program's.
const { existsSync, readdirSync, readFileSync } = fs;

/** What npm, pnpm and Yarn write last when they install. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml'];
const FAILURES = ['uncaughtException', 'unhandledRejection'];
/** What a program does with these would change how the watch ends. */
const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'beforeExit', ...FAILURES];

/** Between a call that reads and the look at who calls. */
const RECORDING = ['program.js', 'reads.js', 'watch.js'].map((name) => path.join(__dirname, name));
/** A package may be below many calls of its own. */
const FRAMES = 60;

/** From now on records what is read. @param home folder of Evenkeel */
function createWatch(home) {
  const follower = createFollower();
  /** Files of which a change needs another process: it has loaded what they were. */
  const lasting = new Set();
  const configurations = new Set();
  /** By package.json: how it leads to files. Node.js keeps what it was, and cannot be asked to read it again. */
  const targets = new Map();
  const ending = new AbortController();
  const stop = () => ending.abort();
  /** What fails when no program runs was left running by one. */
  const fail = (error) => {
    const text = `an earlier run of the program fails now: ${error instanceof Error ? error.message : error}`;
    print('warning', { rule: 'app', text, expected: 'a program that comes to its end' });
  };
  const environment = { ...process.env };
  let parts;
  /** Compiles for the first run, which began while Evenkeel was loaded. */
  let preparing;
  let packages = 0;
  /** ES modules of packages, which load while the program goes on. */
  let imports = 0;
  let readsInput = false;
  let saves;

  const recorder = {
    isOn: false,
    note(file, options) {
      if (packages > 0 || (imports > 0 && isPackageCalling())) keepLasting(file);
      else follower.note(file, options);
    },
    noteTree: follower.noteTree,
    give: follower.give,
    disown: follower.disown,
    noteInput: () => {
      readsInput = true;
    },
  };
  recordReads(recorder);

  function keepLasting(file) {
    if (follower.note(file) === undefined) return;
    lasting.add(file);
    follower.keep(file);
  }

  /**
   * @param all the compiler, the modules, the program, Evenkeel from a checkout, the user's main file,
   * and the promise that it is compiled
   */
  function begin(all) {
    parts = all;
    ({ preparing } = all);
    const ours = readdirSync(path.join(home, 'bin')).map((name) => path.join(home, 'bin', name));
    const marks = Module._nodeModulePaths(path.dirname(all.entry))
      .filter((folder) => existsSync(folder))
      .flatMap((folder) => INSTALLED.map((name) => path.join(folder, name)));
    for (const file of [...marks, ...(all.source === undefined ? [] : [...ours, ...all.source.files()])]) {
      lasting.add(file);
      follower.keep(file);
    }
  }

  /** Runs `work`, which loads the program, and follows all that is read meanwhile. It ends the program. */
  async function follow(outdir, work) {
    // Ctrl+C ends a program without end too: no handler could
    process.off('SIGINT', stop);
    for (const event of FAILURES) process.off(event, fail);
    follower.leave(path.resolve(outdir));
    if (saves !== undefined) renew(saves);
    const folder = process.cwd();
    const listeners = new Map(EVENTS.map((event) => [event, process.listeners(event)]));
    recorder.isOn = true;
    follower.note(parts.entry);
    let isComplete = false;
    try {
      const result = await work();
      isComplete = !result.findings.some(({ severity }) => severity === 'error');
      return result;
    } finally {
      recorder.isOn = false;
      parts.program.end();
      for (const [event, before] of listeners) {
        for (const listener of process.listeners(event)) if (!before.includes(listener)) process.off(event, listener);
      }
      process.chdir(folder);
      restoreEnvironment();
      const folders = [...parts.compiler.codes.keys()].map((file) => path.dirname(file));
      for (const file of findConfigurations(new Set([path.dirname(parts.entry), ...folders]))) {
        configurations.add(file);
        follower.note(file);
        if (path.basename(file) === 'package.json' && !targets.has(file)) targets.set(file, targetsOf(file));
      }
      follower.end({ isComplete });
      process.on('SIGINT', stop);
      for (const event of FAILURES) process.on(event, fail);
    }
  }

  function renew(files) {
    follower.begin();
    preparing = undefined;
    const keepsCode = files.every(({ file, isThere, wasThere }) => isThere && wasThere && !configurations.has(file));
    if (!keepsCode) forgetManifests();
    parts.compiler.renew(keepsCode);
    parts.modules.renew();
  }

  function restoreEnvironment() {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    for (const [name, value] of Object.entries(environment)) if (process.env[name] !== value) process.env[name] = value;
  }

  /** Compiles the program, once for each run. */
  function prepare() {
    return preparing ?? parts.compiler.prepare([parts.entry]);
  }

  /** Loads a package, which stays: so do the variables that it sets, and what it reads is not read again. */
  function loadPackage(load) {
    const before = packages === 0 ? { ...process.env } : undefined;
    packages++;
    try {
      return load();
    } finally {
      packages--;
      if (before !== undefined) keepVariables(before);
    }
  }

  /** The same for an ES module of a package. */
  async function importPackage(load) {
    const before = { ...process.env };
    imports++;
    try {
      return await load();
    } finally {
      imports--;
      keepVariables(before);
    }
  }

  function keepVariables(before) {
    for (const [name, value] of Object.entries(process.env)) if (before[name] !== value) environment[name] = value;
  }

  /** Follows where a file was not found: it may appear, in a folder that appears first. */
  function noteMissing(specifier, importer) {
    if (/^\.{0,2}\//.test(specifier)) {
      const target = path.resolve(path.dirname(importer), specifier);
      for (const folder of [path.dirname(target), target]) follower.note(folder, { names: true });
    } else {
      // tsconfig.json may lead anywhere
      follower.noteTree(path.dirname(parts.entry));
    }
  }

  /** Waits for a save. Undefined where the user ends the watch, or nothing more can be read. */
  async function next() {
    if (readsInput) return { ends: 'input' };
    const answer = ending.signal.aborted ? undefined : await follower.next(ending.signal);
    if (answer === undefined) return undefined;
    ({ saves } = answer);
    const all = saves.map(({ file }) => file);
    const files = all.filter((folder) => !all.some((file) => path.dirname(file) === folder));
    const old = all.find((file) => lasting.has(file) || (targets.has(file) && targets.get(file) !== targetsOf(file)));
    return old === undefined ? { files, began: answer.began } : { ends: 'code', file: old };
  }

  /** How a package.json leads to files, as text. As before where it is half written. */
  function targetsOf(file) {
    try {
      const { exports, imports, main } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
      return JSON.stringify({ exports, imports, main });
    } catch {
      return targets.get(file);
    }
  }

  return { begin, follow, importPackage, loadPackage, next, note: follower.note, noteMissing, prepare };
}

/** Whether a package calls at this moment, and no file of the user calls it. */
function isPackageCalling() {
  const files = callSites(FRAMES)
    .map((site) => site.getFileName() ?? '')
    .map((name) => (name.startsWith('file:') ? fileURLToPath(name) : name))
    .filter((file) => path.isAbsolute(file) && !RECORDING.includes(file));
  return files.length > 0 && isPackages(files[0]) && !files.some(isUsers);
}

module.exports = { createWatch };
