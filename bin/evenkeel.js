#!/usr/bin/env node
// The launcher: compiles the user's main.ts in memory (types are stripped, nothing is written) and passes it to the command.
// From a checkout the command is compiled with it, so that a change to lib/ is never missed; a package contains it built.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { CompileError, createCompiler } = require('./compile');
const { createModules } = require('./modules');
const { watchProgram } = require('./program');
const { findingsOf, print, problemOf, refuse } = require('./refuse');
const { parentAt } = require('./resolve');
const { createSource } = require('./source');
const { findDecoratorNotes } = require('./tsconfig');

const home = path.dirname(__dirname);
const args = process.argv.slice(2);
const built = path.join(home, 'build', 'index.js');

/** A package that was packed without its build: npm skips `prepack` where scripts are ignored. */
const UNBUILT = {
  rule: 'package',
  text: 'the package has no build/index.js: it was packed without its build',
  expected: 'in a checkout of Evenkeel: npm ci && npm pack, then install that file',
};

/** The folder of a shell is easily deleted from another one. */
const NO_FOLDER = {
  rule: 'app',
  text: 'the current folder is no longer there',
  expected: 'to run in a folder that exists: cd to it again',
};

const program = watchProgram();
const ofProgram = { settle: program.settle, drain: program.drain, unsettled: program.unsettled };

run().then(
  // Exit once all is printed: waiting for esbuild's process to end takes 10 ms.
  (code) => process.stdout.write('', () => process.stderr.write('', () => program.exit(code))),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  },
);

async function run() {
  try {
    process.cwd();
  } catch {
    return refuse([NO_FOLDER]);
  }
  const entry = realPath(path.resolve(optionValue('--app') ?? 'main.ts'));
  const installed = Module._nodeModulePaths(path.dirname(entry)).some((folder) =>
    fs.existsSync(path.join(folder, 'evenkeel')),
  );
  const isWatched = args.includes('--watch');
  const source = installed ? undefined : createSource(home, isWatched);
  if (source === undefined && !fs.existsSync(built)) return refuse([UNBUILT]);

  const watch = isWatched ? require('./watch').createWatch(home) : undefined;
  const compiler = createCompiler({ root: path.dirname(entry), source, note: watch?.note });
  const preparing = fs.existsSync(entry) ? compiler.prepare([entry]) : Promise.resolve();
  preparing.catch(() => {}); // a verb that loads no program does not care
  source?.build();
  const modules = createModules(compiler, source, home, watch);
  await preload(entry);
  if (source !== undefined) modules.readMaps();
  const { main } = source === undefined ? require(built) : await source.finish(await externalsOf(compiler, preparing));
  modules.readMaps();
  watch?.begin({ compiler, entry, modules, preparing, program, source });
  return main(args, watch === undefined ? loadOf(entry, preparing, modules) : loadAgainOf(entry, modules, watch));
}

/** The user's program, evaluated on the first call and not before. */
function loadOf(entry, preparing, modules) {
  const load = async () => {
    try {
      return await evaluate(entry, preparing, modules);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      return program.exit(refuse(error.errors));
    }
  };
  return Object.assign(load, ofProgram);
}

/** The user's program, evaluated on each call: what the compiler refuses does not end the process. */
function loadAgainOf(entry, modules, watch) {
  const load = async () => {
    try {
      return await evaluate(entry, watch.prepare(), modules);
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      for (const { text, location } of error.errors) {
        const [, specifier] = /^Could not resolve "(.*)"/.exec(text) ?? [];
        if (specifier !== undefined && location)
          watch.noteMissing(specifier, path.resolve(path.dirname(entry), location.file));
      }
      throw Object.assign(error, { findings: findingsOf(error.errors) });
    }
  };
  return Object.assign(load, ofProgram, { watch });
}

async function evaluate(entry, preparing, modules) {
  if (!fs.existsSync(entry)) throw missing(entry);
  await preparing;
  for (const note of findDecoratorNotes(path.dirname(entry))) print('note', note);
  program.start();
  return program.settle(modules.link(entry));
}

/** Files outside the user's own that they import by path. */
async function externalsOf(compiler, preparing) {
  try {
    await preparing;
  } catch {
    return [];
  }
  return [...compiler.imports.entries()].flatMap(([importer, entries]) =>
    entries.flatMap(({ specifier }) => (specifier.startsWith('.') ? resolveFrom(importer, specifier) : [])),
  );
}

function resolveFrom(importer, specifier) {
  try {
    return [Module._resolveFilename(specifier, parentAt(importer))];
  } catch {
    return [];
  }
}

/** Node.js and esbuild know a file by its real path. */
function realPath(file) {
  return fs.existsSync(file) ? fs.realpathSync(file) : file;
}

/** The user's file is not there. */
function missing(entry) {
  const message = `${path.relative(process.cwd(), entry)} does not exist in ${process.cwd()}`;
  return problemOf(message, whereToRun(entry));
}

/** The nearest folder above that has the user's file: the command is easily run in a folder of the project. */
function whereToRun(entry) {
  const name = path.basename(entry);
  const parts = path.dirname(entry).split(path.sep);
  const above = parts.map((_, index) => parts.slice(0, -1 - index).join(path.sep) || path.sep);
  const folder = above.find((candidate) => fs.existsSync(path.join(candidate, name)));
  if (folder !== undefined) return `to run where it is: cd ${path.relative(process.cwd(), folder) || '.'}`;
  return `a folder with ${name}, or --app <file>; in an empty folder, evenkeel init writes one`;
}

/** Loads what every run needs while esbuild's own process works, and hears of its answers in between. */
async function preload(entry) {
  for (const name of ['constructs', 'commander', 'cdk8s']) {
    try {
      Module._load(name, parentAt(entry), false);
    } catch {
      return; // a missing package is reported by the code that needs it
    }
    await new Promise(setImmediate);
  }
}

function optionValue(name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at === -1) return undefined;
  return args[at] === name ? args[at + 1] : args[at].slice(name.length + 1);
}
