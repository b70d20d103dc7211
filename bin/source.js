// Evenkeel from a checkout: lib/ as one module, made of its sources on each run, so that a change is never missed.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

/** The command, and what `import … from 'evenkeel'` gives. */
const COMMAND = 'lib/commands/main.ts';
const PACKAGE = 'lib/index.ts';

/**
 * @param home folder of the checkout. Undefined in a package, which has no sources.
 * @param isWatched whether `files` of what it is made of are wanted
 */
function createSource(home, isWatched) {
  if (!fs.existsSync(path.join(home, COMMAND))) return undefined;
  const files = new Set([COMMAND, PACKAGE]);
  let building;
  let bundle;
  let inputs = [];

  const nameOf = (file) => path.relative(home, file).split(path.sep).join('/');
  const has = (file) => /^(?:lib|imports)\/.*\.ts$/.test(nameOf(file));

  function build() {
    const exported = [...files].map(
      (name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(`./${name}`)}),`,
    );
    building = require('esbuild').build({
      stdin: { contents: `exports.files = {${exported.join('\n')}};`, resolveDir: home, sourcefile: 'evenkeel' },
      absWorkingDir: home,
      outfile: path.join(home, 'evenkeel.bundle.js'),
      write: false,
      bundle: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      sourcemap: 'inline',
      sourcesContent: false,
      logLevel: 'silent',
      metafile: isWatched,
    });
    building.catch(() => {}); // awaited below
  }

  /** The bundle with all of `more` among what it gives: a file outside would be a second copy of what is inside. */
  async function finish(more) {
    const missing = more
      .filter(has)
      .map(nameOf)
      .filter((name) => !files.has(name));
    for (const name of missing) files.add(name);
    if (missing.length > 0) build();
    const { outputFiles, metafile } = await building;
    inputs = Object.keys(metafile?.inputs ?? {})
      .map((name) => path.join(home, name))
      .filter((file) => fs.existsSync(file));
    const filename = path.join(home, 'evenkeel.bundle.js');
    bundle = new Module(filename, null);
    bundle.filename = filename;
    bundle.paths = Module._nodeModulePaths(home);
    bundle._compile(outputFiles[0].text, filename);
    return bundle.exports.files[COMMAND]();
  }

  return {
    /** The file of the package: its name has no other in a checkout. */
    find: (specifier) => (specifier === 'evenkeel' ? path.join(home, PACKAGE) : undefined),
    /** What the user's files are not compiled with. */
    external: ['evenkeel', path.join(home, 'lib', '*'), path.join(home, 'imports', '*')],
    build,
    finish,
    /** The files that the bundle was made of. */
    files: () => inputs,
    has,
    load: (file) => {
      const give = bundle.exports.files[nameOf(file)];
      if (give === undefined) throw new Error(`${nameOf(file)} is a part of Evenkeel that no import statement names`);
      return give();
    },
  };
}

module.exports = { createSource };
