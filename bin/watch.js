// The program of one process, run again on each save: Evenkeel and the packages stay, the user's own files are evaluated again.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { createFollower } = require('./follow');
const { recordReads } = require('./reads');
const { print } = require('./refuse');
const { forgetManifests, isUsers } = require('./resolve');
const { findConfigurations } = require('./tsconfig');

/** Before a program is read: `existsSync` of a look is none of the program. */
const { existsSync, readdirSync } = fs;

/** What npm, pnpm and Yarn write last when they install. */
const INSTALLED = ['.package-lock.json', '.modules.yaml', '.yarn-state.yml'];
const FAILURES = ['uncaughtException', 'unhandledRejection'];
/** What a program does with these would change how the watch ends. */
const EVENTS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'beforeExit', ...FAILURES];

/** From now on records what is read. @param home folder of Evenkeel */
function createWatch(home) {
  const follower = createFollower();
  /** Files of which a change needs another process: it has loaded what they were. */
  const lasting = new Set();
  const configurations = new Set();
  const ending = new AbortController();
  const stop = () => ending.abort();
  /** What fails when no program runs was left running by one. */
  const fail = (error) => {
    const text = `an earlier run of the program fails now: ${error instanceof Error ? error.message : error}`;
    print('warning', { rule: 'app', text, expected: 'a program that comes to its end' });
  };
  const environment = { ...process.env };
  let parts;
  let packages = 0;
  let readsInput = false;
  let saved;

  const recorder = {
    isOn: false,
    note(file, options) {
      if (packages > 0) keepLasting(file);
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
    if (follower.note(file) !== undefined) lasting.add(file);
  }

  /** @param all the compiler, the modules, the program, Evenkeel from a checkout, and the user's main file */
  function begin(all) {
    parts = all;
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
    if (saved !== undefined) renew(saved);
    const folder = process.cwd();
    const listeners = new Map(EVENTS.map((event) => [event, process.listeners(event)]));
    recorder.isOn = true;
    follower.note(parts.entry);
    try {
      return await work();
    } finally {
      recorder.isOn = false;
      parts.program.end();
      for (const [event, before] of listeners) {
        for (const one of process.listeners(event)) if (!before.includes(one)) process.off(event, one);
      }
      process.chdir(folder);
      restoreEnvironment();
      const folders = [...parts.compiler.codes.keys()].map((file) => path.dirname(file));
      for (const file of findConfigurations(new Set([path.dirname(parts.entry), ...folders]))) {
        configurations.add(file);
        follower.note(file);
      }
      follower.end();
      process.on('SIGINT', stop);
      for (const event of FAILURES) process.on(event, fail);
    }
  }

  function renew(found) {
    follower.begin();
    const keepsCode = found.every(({ file, isThere, wasThere }) => isThere && wasThere && !configurations.has(file));
    if (!keepsCode) forgetManifests();
    parts.compiler.renew(keepsCode);
    parts.modules.renew();
  }

  function restoreEnvironment() {
    for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
    for (const [name, value] of Object.entries(environment)) if (process.env[name] !== value) process.env[name] = value;
  }

  /** Loads a package, which stays: so do the variables that it sets, and what it reads is not read again. */
  function loadPackage(load) {
    const before = packages === 0 ? { ...process.env } : undefined;
    packages++;
    try {
      return load();
    } finally {
      packages--;
      if (before !== undefined) {
        for (const [name, value] of Object.entries(process.env)) if (before[name] !== value) environment[name] = value;
      }
    }
  }

  /** Follows the folder in which a file was not found: it may appear. */
  function noteMissing(specifier, importer) {
    if (importer === undefined || !isUsers(importer)) return;
    if (/^\.{0,2}\//.test(specifier)) {
      follower.note(path.dirname(path.resolve(path.dirname(importer), specifier)), { names: true });
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
    saved = answer.found;
    const files = saved
      .map(({ file }) => file)
      .filter((file, _, all) => !all.some((one) => path.dirname(one) === file));
    const old = saved.map(({ file }) => file).find((file) => lasting.has(file));
    return old === undefined ? { files, began: answer.began } : { ends: 'code', file: old };
  }

  return { begin, follow, loadPackage, next, note: follower.note, noteMissing };
}

module.exports = { createWatch };
