// The launcher of `npm run e2e`: compiles main.ts in memory and runs it. node:test, which main.ts uses, reports and sets the exit code.
import Module from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [entry],
  outfile: entry.replace(/\.ts$/, '.js'),
  write: false,
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  sourcemap: 'inline',
});
process.setSourceMapsEnabled(true);
const compiled = new Module(entry, null);
compiled.filename = entry;
compiled.paths = Module._nodeModulePaths(entry);
compiled._compile(outputFiles[0].text, entry);
