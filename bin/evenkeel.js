#!/usr/bin/env node
// The launcher: compiles the user's main.ts in memory (types are stripped, nothing is written) and passes it to the command.
// From a checkout the command is compiled with it, so that a change to lib/ is never missed; a package contains it built.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const home = path.dirname(__dirname);
const args = process.argv.slice(2);
const entry = path.resolve(optionValue('--app') ?? 'main.ts');
const installed = Module._nodeModulePaths(path.dirname(entry)).some((folder) =>
  fs.existsSync(path.join(folder, 'evenkeel')),
);
const fromSource = !installed && fs.existsSync(path.join(home, 'lib', 'commands', 'main.ts'));
const built = path.join(home, 'build', 'index.js');

/** A package that was packed without its build: npm skips `prepack` where scripts are ignored. */
const UNBUILT = {
  rule: 'package',
  text: 'the package has no build/index.js: it was packed without its build',
  expected: 'in a checkout of Evenkeel: npm ci && npm pack, then install that file',
  location: null,
};

/** What the compiler says of what one CommonJS module cannot have, in words for someone who writes ES modules. */
const IN_ONE_MODULE = [
  {
    pattern: /^Top-level await/,
    text: 'top-level await cannot run: evenkeel makes one CommonJS module of all files',
    expected: 'an app that is made without waiting: import JSON files, or read files with readFileSync',
  },
  {
    pattern: /^"import\.meta"/,
    text: 'import.meta has no values: evenkeel makes one CommonJS module of all files',
    expected: "a path from the project's folder, such as path.resolve('charts/page.html'), or an import of the file",
  },
];

run().then(
  // Exit once all is printed: waiting for esbuild's process to end takes 10 ms.
  (code) => process.stdout.write('', () => process.stderr.write('', () => process.exit(code))),
  (error) => {
    process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  },
);

async function run() {
  if (!fromSource && !fs.existsSync(built)) return refuse({ errors: [UNBUILT] });
  if (!fromSource) return require(built).main(args, async () => (await compile(loader())).load());
  const { main, load } = await compile(
    `exports.main = require(${JSON.stringify(`${home}/lib/commands/main`)}).main;${loader()}`,
  );
  return main(args, load);
}

/** Source of a `load` that evaluates the user's file on its first call, and not before. */
function loader() {
  if (fs.existsSync(entry)) return `exports.load = async () => require(${JSON.stringify(entry)});`;
  const file = path.relative(process.cwd(), entry);
  const problem = { message: `${file} does not exist in ${process.cwd()}`, expected: whereToRun() };
  return `exports.load = async () => { throw ${JSON.stringify(problem)}; };`;
}

/** The nearest folder above that has the user's file: the command is easily run in a folder of the project. */
function whereToRun() {
  const name = path.basename(entry);
  const parts = path.dirname(entry).split(path.sep);
  const above = parts.map((_, index) => parts.slice(0, -1 - index).join(path.sep) || path.sep);
  const folder = above.find((candidate) => fs.existsSync(path.join(candidate, name)));
  if (folder !== undefined) return `to run where it is: cd ${path.relative(process.cwd(), folder) || '.'}`;
  return `a folder with ${name}, or --app <file>; in an empty folder, evenkeel init writes one`;
}

/** Bundles `contents` with the user's own files; packages stay where they are. */
async function compile(contents) {
  const root = path.dirname(entry);
  const filename = path.join(root, 'evenkeel.bundle.js');
  const compiling = require('esbuild')
    .build({
      stdin: { contents, resolveDir: root, sourcefile: 'evenkeel' },
      absWorkingDir: fs.existsSync(root) ? root : process.cwd(),
      outfile: filename,
      write: false,
      bundle: true,
      packages: 'external',
      alias: fromSource ? { evenkeel: path.join(home, 'lib') } : {},
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
    })
    .catch(refuse);
  const compiled = new Module(filename, null);
  compiled.filename = filename;
  compiled.paths = Module._nodeModulePaths(fromSource && !fs.existsSync(path.join(root, 'node_modules')) ? home : root);
  compiled.require = requirePackage;
  preload(compiled);
  const { outputFiles, warnings } = await compiling;
  const errors = warnings.filter(({ id }) => id === 'empty-import-meta');
  if (errors.length > 0) refuse({ errors });
  process.setSourceMapsEnabled(true); // lines of stacks are looked up only when a stack is read
  compiled._compile(outputFiles[0].text, filename);
  return compiled.exports;
}

/** Loads a package without its source maps: its lines are never looked up, and reading those of cdk8s-plus-27 takes 18 ms. */
function requirePackage(name) {
  process.setSourceMapsEnabled(false);
  try {
    return Module.prototype.require.call(this, name);
  } finally {
    process.setSourceMapsEnabled(true);
  }
}

/** Loads what every run needs while esbuild's own process works. A missing package is reported by the code that needs it. */
function preload(compiled) {
  for (const name of ['cdk8s', 'commander']) {
    try {
      compiled.require(name);
    } catch {
      return;
    }
  }
}

/** Reports compile errors in the form of every other finding. */
function refuse({ errors, message }) {
  if (errors === undefined) throw new Error(message);
  for (const { location, rule = 'compile', ...problem } of errors) {
    const { text, expected } = IN_ONE_MODULE.find(({ pattern }) => pattern.test(problem.text)) ?? problem;
    const place = location === null ? '' : `${location.file}:${location.line}:${location.column + 1} `;
    process.stderr.write(
      `${place}error ${rule}\n  ${text}\n${expected === undefined ? '' : `  expected ${expected}\n`}`,
    );
  }
  process.stderr.write(`${errors.length} ${errors.length === 1 ? 'error' : 'errors'}, nothing written\n`);
  process.exit(1);
}

function optionValue(name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at === -1) return undefined;
  return args[at] === name ? args[at + 1] : args[at].slice(name.length + 1);
}
