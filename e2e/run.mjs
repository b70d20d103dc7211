// The launcher of `npm run e2e`: compiles main.ts in memory and runs it. node:test, which main.ts uses, reports and sets the exit code.
import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// process/paths.ts derives all paths from its own folder.
const compiledAs = fileURLToPath(new URL('process/main.js', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('main.ts', import.meta.url))],
  outfile: compiledAs,
  write: false,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  sourcemap: 'inline',
});
process.setSourceMapsEnabled(true);
const compiled = new Module(compiledAs, null);
compiled.filename = compiledAs;
compiled.paths = Module._nodeModulePaths(compiledAs);
compiled._compile(outputFiles[0].text, compiledAs);
