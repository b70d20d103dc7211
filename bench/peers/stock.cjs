// Stock cdk8s: compiles the app in memory at start, with the options of our launcher, and calls its synth().
const Module = require('node:module');
const path = require('node:path');

const entry = path.resolve(process.argv[2]);

require('esbuild')
  .build({
    entryPoints: [entry],
    outfile: `${entry}.cjs`,
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    sourcesContent: false,
  })
  .then(({ outputFiles }) => {
    const compiled = new Module(entry, null);
    compiled.filename = entry;
    compiled.paths = Module._nodeModulePaths(path.dirname(entry));
    compiled._compile(outputFiles[0].text, entry);
    compiled.exports.app.synth();
  });
